// What was cut: stage by stage the tokens that it took away at the position that is shown, however few rows there are.
// After the token's way: the same step as in the table, read from its other side.
// Must not know how a stage decides.

import { html, nothing } from 'lit';
import { cutOf } from '../cuts.js';
import { tokenView } from '../drawing/token.js';
import { percent } from '../format.js';
import { stageTitle } from '../stage-title.js';
import { text } from '../text/index.js';
import { plainText } from '../token-text.js';
import { View } from './base.js';

/**
 * @typedef {import('../state.js').State} State
 * @typedef {import('../state.js').Step} Step
 * @typedef {import('../cuts.js').Cut} Cut
 */

const words = text.cuts;
/** Tokens that are named of each stage. */
const MOST = 40;

class Cuts extends View {
  static properties = { state: { attribute: false }, instrument: { attribute: false }, step: { state: true } };

  constructor() {
    super();
    /** @type {State | undefined} */
    this.state = undefined;
    /** @type {import('../instrument.js').Instrument | undefined} */
    this.instrument = undefined;
    /** The step that was asked about last. @type {Step | null} */
    this.asked = null;
    /** The step that is listed. @type {Step | null} */
    this.step = null;
    /** What its stages cut; null for one that cut nothing. @type {(Cut | null)[]} */
    this.cuts = [];
  }

  willUpdate() {
    const { step = null, playing, speed } = this.state ?? {};
    if (step === this.asked || (step && playing && speed === 0)) return; // at full speed nobody could read it
    this.asked = step;
    if (step) void this.list(step);
    else this.step = null; // of another model
  }

  /** Where a stage cuts far down the ranking, the step is asked for again, as deep as that. @param {Step} step */
  async list(step) {
    const { state, instrument } = this;
    const cutting = step.stages.filter(({ kept }, i) => i > 0 && kept < step.stages[i - 1].kept);
    const top = Math.max(0, ...cutting.map(({ kept }) => kept)) + MOST;
    const { ids, kept } = step.stages[0];
    const [whole = step] =
      state && instrument && ids.length < Math.min(top, kept) ? await instrument.inspectAll([{ ...state.settings, trace: 'top', top }]) : [step];
    const cuts = whole.stages.slice(1).map((row, i) => cutOf(whole.stages[i], row, MOST));
    await instrument?.learn(cuts.flatMap((cut) => cut?.listed.map(({ id }) => id) ?? []));
    if (step === this.asked && whole.position === step.position) Object.assign(this, { step: whole, cuts });
  }

  /** @param {number} id */
  toggle(id) {
    const { state, instrument } = this;
    if (state?.watched.includes(id)) instrument?.unwatch(id);
    else instrument?.watch(id);
  }

  /** @param {Cut['listed'][number]} token @param {State} state */
  tokenView({ id, prob }, { vocabulary, watched }) {
    const token = vocabulary.get(id);
    return html`<li>
      <button
        type="button"
        data-token-id=${id}
        data-prob=${String(prob)}
        title=${words.follow(token ? plainText(token) : '')}
        aria-pressed=${watched.includes(id)}
        @click=${() => this.toggle(id)}
      >
        ${tokenView(token)} <span class="number">${percent(prob)}</span>
      </button>
    </li>`;
  }

  /** @param {Cut} cut @param {import('../state.js').StageRow} row @param {State} state */
  cutView({ count, mass, listed }, row, state) {
    const spec = state.model?.stages.find(({ name }) => name === row.name);
    const rest = count - listed.length;
    return html`<section data-cut-stage=${row.name} data-count=${count} data-mass=${String(mass)}>
      <h3>${spec ? stageTitle(row, spec) : nothing}</h3>
      <p>${words.cut(count, percent(mass))}</p>
      <ul role="list">
        ${listed.map((token) => this.tokenView(token, state))}
      </ul>
      ${rest > 0 ? html`<p class="hint">${words.more(rest)}</p>` : nothing}
    </section>`;
  }

  render() {
    const { state, step, cuts } = this;
    if (!state || !step) return nothing;
    if (cuts.every((cut) => cut === null)) return html`<p>${text.draw.nothingCut(step.stages[0].kept)}</p>`;
    return html`
      <p class="note">${words.how}</p>
      ${cuts.map((cut, i) => (cut ? this.cutView(cut, step.stages[i + 1], state) : nothing))}
    `;
  }
}

customElements.define('ls-cuts', Cuts);
