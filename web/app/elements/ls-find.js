// Finds any token of the vocabulary by its text, however improbable, and gives it a row.
// At the end of the token's way: stands over the model's column.
// Must not know the vocabulary; the instrument is asked.

import { html, nothing } from 'lit';
import { tokenView } from '../drawing/token.js';
import { text } from '../text/index.js';
import { plainText } from '../token-text.js';
import { View } from './base.js';

/**
 * @typedef {import('../state.js').TokenInfo} TokenInfo
 * @typedef {Pick<import('../instrument.js').Instrument, 'findTokens' | 'watch'>} Finder
 */

const words = text.stages.find;
/** Tokens offered at most. */
const OFFERED = 12;

class Find extends View {
  static properties = {
    instrument: { attribute: false },
    found: { state: true },
    at: { state: true },
  };

  constructor() {
    super();
    /** @type {Finder | undefined} */
    this.instrument = undefined;
    /** What was found; null while nothing is asked. @type {TokenInfo[] | null} */
    this.found = null;
    this.at = 0;
    this.asked = '';
  }

  /** @param {InputEvent} event */
  async onInput(event) {
    const asked = (this.asked = /** @type {HTMLInputElement} */ (event.target).value);
    const found = asked === '' ? null : ((await this.instrument?.findTokens(asked)) ?? []);
    // An answer to what has been typed over meanwhile is dropped.
    if (asked !== this.asked) return;
    this.found = found?.slice(0, OFFERED) ?? null;
    this.at = 0;
  }

  /** @param {TokenInfo | undefined} token */
  choose(token) {
    if (!token) return;
    this.close();
    this.instrument?.watch(token.id);
    this.dispatchEvent(new CustomEvent('found', { detail: token.id }));
  }

  close() {
    const field = this.querySelector('input');
    if (field) field.value = '';
    this.asked = '';
    this.found = null;
  }

  /** @param {KeyboardEvent} event */
  onKey(event) {
    const { found } = this;
    if (!found) return;
    const count = Math.max(1, found.length);
    /** @type {Record<string, () => void>} */
    const keys = {
      ArrowDown: () => (this.at = (this.at + 1) % count),
      ArrowUp: () => (this.at = (this.at + count - 1) % count),
      Enter: () => this.choose(found[this.at]),
      Escape: () => this.close(),
    };
    if (!keys[event.key]) return;
    event.preventDefault();
    event.stopPropagation();
    keys[event.key]();
  }

  /** @param {TokenInfo} token @param {number} i */
  optionView(token, i) {
    return html`<li
      role="option"
      id=${`found-${i}`}
      aria-selected=${i === this.at}
      aria-label=${`${plainText(token)}, ${words.id(token.id)}`}
      @pointerdown=${(/** @type {Event} */ event) => event.preventDefault()}
      @click=${() => this.choose(token)}
    >
      ${tokenView(token)}<span class="hint">${words.id(token.id)}</span>
    </li>`;
  }

  render() {
    const { found, at } = this;
    const open = found !== null && found.length > 0;
    return html`
      <input
        type="search"
        name="find"
        role="combobox"
        autocomplete="off"
        spellcheck="false"
        aria-label=${words.label}
        placeholder=${words.label}
        aria-expanded=${open}
        aria-controls="found"
        aria-autocomplete="list"
        aria-activedescendant=${open ? `found-${at}` : nothing}
        @input=${this.onInput}
        @keydown=${this.onKey}
        @blur=${this.close}
      />
      <ul id="found" role="listbox" aria-label=${words.label} ?hidden=${!open}>
        ${open ? found.map((token, i) => this.optionView(token, i)) : nothing}
      </ul>
      <span class="field-problem" role="status">${found?.length === 0 ? words.none : ''}</span>
    `;
  }
}

customElements.define('ls-find', Find);
