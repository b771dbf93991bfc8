// The biases of a bias stage: tokens, and what is added to the logit of each.
// At the end of the token's way: stands in the head of its stage's column. Its event "biases" says what they are to be.
// Must not know the stage's place in the pipeline.

import { html } from 'lit';
import { icons } from '../drawing/icons.js';
import { tokenView } from '../drawing/token.js';
import { text } from '../text/index.js';
import { plainText } from '../token-text.js';
import { Vocabulary } from '../vocabulary.js';
import { View } from './base.js';
import './ls-token-field.js';

/** @typedef {import('../state.js').TokenInfo} TokenInfo */

const words = text.stages.biases;
/** What the core permits, and what a new bias is: enough to be seen. */
const [LOWEST, HIGHEST, FIRST] = [-100, 100, 5];

class Biases extends View {
  static properties = {
    name: { attribute: false },
    biases: { attribute: false },
    instrument: { attribute: false },
    tokens: { state: true },
  };

  constructor() {
    super();
    /** Ids begin with it. */
    this.name = 'bias';
    /** @type {[number, number][]} */
    this.biases = [];
    /** @type {import('../instrument.js').Instrument | undefined} */
    this.instrument = undefined;
    /** What the ids stand for. @type {Vocabulary} */
    this.tokens = new Vocabulary();
  }

  willUpdate() {
    if (this.biases.some(([id]) => !this.tokens.has(id))) void this.learn();
  }

  async learn() {
    const tokens = await this.instrument?.learn(this.biases.map(([id]) => id));
    if (tokens && this.biases.every(([id]) => tokens.has(id))) this.tokens = tokens;
  }

  /** @param {[number, number][]} biases */
  tell(biases) {
    this.dispatchEvent(new CustomEvent('biases', { detail: biases }));
  }

  /** @param {number} id @param {Event} event */
  onType(id, event) {
    const value = /** @type {HTMLInputElement} */ (event.target).valueAsNumber;
    if (value >= LOWEST && value <= HIGHEST) this.tell(this.biases.map((bias) => (bias[0] === id ? [id, value] : bias)));
  }

  /** @param {CustomEvent<TokenInfo>} event */
  onToken({ detail: { id } }) {
    if (!this.biases.some(([known]) => known === id)) this.tell([...this.biases, [id, FIRST]]);
  }

  /** @param {[number, number]} bias */
  biasView([id, value]) {
    const token = this.tokens.get(id);
    const name = token ? plainText(token) : `#${id}`;
    return html`<li>
      ${token ? tokenView(token) : name}
      <input
        type="number"
        name=${`bias-${id}`}
        min=${LOWEST}
        max=${HIGHEST}
        step="1"
        .value=${String(value)}
        aria-label=${words.of(name)}
        @input=${(/** @type {Event} */ event) => this.onType(id, event)}
      />
      <button
        type="button"
        class="quiet sign small"
        aria-label=${words.remove(name)}
        title=${words.remove(name)}
        @click=${() => this.tell(this.biases.filter(([other]) => other !== id))}
      >
        ${icons.close}
      </button>
    </li>`;
  }

  render() {
    return html`
      <ul>
        ${this.biases.map((bias) => this.biasView(bias))}
      </ul>
      <ls-token-field .name=${this.name} .label=${words.add} .instrument=${this.instrument} @token=${this.onToken}></ls-token-field>
    `;
  }
}

customElements.define('ls-biases', Biases);
