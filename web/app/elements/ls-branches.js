// The branches of the text as a tree: seen, named, gone to, pruned, and two of them side by side.
// After the token's way: what the text is, and what it would have been.
// Must not know the engine; tree.js says how branches belong together.

import { html, nothing } from 'lit';
import { bits } from '../format.js';
import { text } from '../text/index.js';
import { branchOf, departureOf, prunedOf, sharedLength } from '../tree.js';
import { tokenView } from '../drawing/token.js';
import { View } from './base.js';

/**
 * @typedef {import('../state.js').State} State
 * @typedef {import('../tree.js').Branch} Branch
 */

const words = text.branches;

/** @param {Branch} branch */
const nameOf = ({ id, name }) => name || words.unnamed(id + 1);

/** The bits that a branch's drawn tokens cost, in all and each. @param {Branch} branch @param {number} from */
function costOf({ chips }, from) {
  const told = chips.slice(from).flatMap(({ surprisal }) => (surprisal === null ? [] : [surprisal]));
  const sum = told.reduce((total, surprisal) => total + surprisal, 0);
  return { sum, mean: told.length > 0 ? sum / told.length : 0, count: told.length };
}

class Branches extends View {
  static properties = {
    state: { attribute: false },
    instrument: { attribute: false },
    beside: { state: true },
  };

  constructor() {
    super();
    /** @type {State | undefined} */
    this.state = undefined;
    /** @type {import('../instrument.js').Instrument | undefined} */
    this.instrument = undefined;
    /** The branch that is compared with the present one. @type {number | null} */
    this.beside = null;
  }

  willUpdate() {
    if (this.state && this.beside !== null && !branchOf(this.state, this.beside)) this.beside = null;
  }

  /** The button that was pressed goes away: the focus goes to the branch that is present then. @param {Promise<void> | undefined} done */
  async focusPresent(done) {
    await done;
    await this.updateComplete;
    /** @type {HTMLElement | null} */ (this.querySelector('.present .go'))?.focus();
  }

  /** @param {Branch} branch @param {State} state @returns {import('lit').TemplateResult} */
  branchView(branch, state) {
    const { instrument } = this;
    const from = departureOf(state, branch);
    const present = branch.id === state.branch;
    const name = nameOf(branch);
    const children = state.branches.filter(({ parent }) => parent === branch.id);
    return html`<li>
      <div class="branch ${present ? 'present' : ''}">
        <button type="button" class="go" aria-current=${present ? 'true' : nothing} @click=${() => instrument?.switchBranch(branch.id)}>
          <span class="where">${branch.parent === null ? words.trunk : words.from(from)}</span>
          <span class="text-end">${branch.chips.slice(from, from + 12).map(({ token }) => tokenView(token))}${branch.chips.length > from + 12 ? '…' : ''}</span>
        </button>
        <input
          type="text"
          aria-label=${words.name}
          placeholder=${words.unnamed(branch.id + 1)}
          .value=${branch.name}
          maxlength="40"
          @change=${(/** @type {Event} */ event) => instrument?.renameBranch(branch.id, /** @type {HTMLInputElement} */ (event.target).value.trim())}
        />
        <button
          type="button"
          aria-pressed=${this.beside === branch.id}
          ?disabled=${present}
          @click=${() => (this.beside = this.beside === branch.id ? null : branch.id)}
        >
          ${words.compare}
        </button>
        <button type="button" aria-label=${words.pruneNamed(name)} ?disabled=${state.branches.length === 1} @click=${() => void this.focusPresent(instrument?.pruneBranch(branch.id))}>
          ${words.prune}
        </button>
      </div>
      ${children.length > 0 ? html`<ul>${children.map((child) => this.branchView(child, state))}</ul>` : nothing}
    </li>`;
  }

  /** @param {Branch} branch @param {number} from */
  columnView(branch, from) {
    const { sum, mean, count } = costOf(branch, from);
    return html`<section>
      <h4>${nameOf(branch)}</h4>
      <p class="prose">
        ${branch.chips.slice(0, from).map(({ token }) => tokenView(token))}<mark>${branch.chips.slice(from).map(({ token }) => tokenView(token))}</mark>
      </p>
      <p class="note">${words.cost(count, bits(sum), bits(mean))}</p>
    </section>`;
  }

  render() {
    const { state, instrument } = this;
    if (!state) return nothing;
    const gone = prunedOf(state);
    const roots = state.branches.filter(({ parent }) => parent === null);
    const present = branchOf(state, state.branch);
    const other = this.beside === null || this.beside === state.branch ? undefined : branchOf(state, this.beside);
    const shared = present && other ? sharedLength(present.chips, other.chips) : 0;
    return html`
      <p class="note">${words.how}</p>
      <ul class="tree">
        ${roots.map((branch) => this.branchView(branch, state))}
      </ul>
      <p role="status">
        ${gone
          ? html`${words.pruned(nameOf(gone))}
              <button type="button" class="link" name="regrow" @click=${() => void this.focusPresent(instrument?.regrowBranch())}>${words.regrow}</button>`
          : nothing}
      </p>
      ${present && other
        ? html`<h3>${words.sideBySide}</h3>
            <div class="side-by-side">${this.columnView(present, shared)} ${this.columnView(other, shared)}</div>`
        : nothing}
    `;
  }
}

customElements.define('ls-branches', Branches);
