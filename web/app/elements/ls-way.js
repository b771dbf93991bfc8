// One token's way through all stages, with each formula filled in with its numbers.
// At the end of the token's way: under the table, for the row that is pointed at.
// Must not know how the numbers come about; way.js does.

import { html, nothing } from 'lit';
import { tokenView } from '../drawing/token.js';
import { stageName } from '../stage-title.js';
import { linesOf } from '../stage-words.js';
import { text } from '../text/index.js';
import { isSwitchedOff } from '../pipeline.js';
import { wayOf } from '../way.js';
import { View } from './base.js';

const words = text.stages.way;

class Way extends View {
  static properties = { step: { attribute: false }, specs: { attribute: false }, token: { attribute: false }, rank: { attribute: false } };

  constructor() {
    super();
    /** @type {import('../table.js').StepLike | undefined} */
    this.step = undefined;
    /** @type {readonly import('../pipeline.js').StageSpec[]} */
    this.specs = [];
    /** @type {import('../state.js').TokenInfo | undefined} */
    this.token = undefined;
    this.rank = 0;
    /** What its height depends on besides the words in it. */
    this.shape = '';
    this.sizes = new ResizeObserver(([{ borderBoxSize: [size] }]) => this.keepHeight(size));
  }

  connectedCallback() {
    super.connectedCallback();
    this.sizes.observe(this);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.sizes.disconnect();
  }

  /**
   * It grows with the longest way seen, and does not shrink again: the rows would move away from under the pointer that asks.
   * @param {ResizeObserverSize} size
   */
  keepHeight({ inlineSize, blockSize }) {
    const shape = `${inlineSize} ${this.step?.stages.length}`;
    this.style.minHeight = shape === this.shape ? `${blockSize}px` : '';
    this.shape = shape;
  }

  take() {
    this.dispatchEvent(new CustomEvent('take', { detail: this.token?.id }));
  }

  render() {
    const { step, token, specs, rank } = this;
    if (!step || !token) return nothing;
    const legs = wayOf(step, token.id, (stage) => isSwitchedOff(stage, specs));
    return html`
      <div class="who">
        <h3>${words.title} ${tokenView(token)}</h3>
        <p class="hint">${words.rank(rank)}</p>
        <button type="button" name="take" @click=${this.take}>${words.take}</button>
      </div>
      <ol>
        ${legs.map(
          (leg) => html`<li class=${leg.kind} data-leg=${leg.stage.name}>
            <p><strong>${stageName(leg.stage.name)}</strong> <span class="hint">${leg.rankThen === null ? nothing : text.stages.rank(leg.rankThen)}</span></p>
            <span>${linesOf(leg).join('\n')}</span>
          </li>`,
        )}
      </ol>
    `;
  }
}

customElements.define('ls-way', Way);
