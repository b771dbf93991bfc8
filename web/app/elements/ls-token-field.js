// A field that finds tokens by their text, and a list below it to take one from.
// Beside the token's way: whoever asks for a token listens for its event "token", whose detail is the TokenInfo.
// Must not know what the token is wanted for.

import { html, nothing } from 'lit';
import { tokenView } from '../drawing/token.js';
import { text } from '../text/index.js';
import { View } from './base.js';

/** @typedef {import('../state.js').TokenInfo} TokenInfo */

const words = text.tokenField;
const MOST = 8;

class TokenField extends View {
  static properties = {
    instrument: { attribute: false },
    label: { attribute: false },
    name: { attribute: false },
    disabled: { attribute: false },
    compact: { attribute: false },
    found: { state: true },
    active: { state: true },
    sought: { state: true },
  };

  constructor() {
    super();
    /** @type {import('../instrument.js').Instrument | undefined} */
    this.instrument = undefined;
    this.label = '';
    /** Of the field; the list's ids begin with it. */
    this.name = 'token';
    this.disabled = false;
    /** The label stands within the empty field, and the list lies over what is below. */
    this.compact = false;
    /** @type {TokenInfo[]} */
    this.found = [];
    /** Which of them Enter takes. */
    this.active = 0;
    /** What they were found by. */
    this.sought = '';
  }

  get field() {
    return /** @type {HTMLInputElement} */ (this.querySelector('input'));
  }

  /** Words begin with a space in most vocabularies; who types "the" means " the" first. @param {string} value @returns {Promise<TokenInfo[]>} */
  async find(value) {
    const wanted = /^[\s#]/.test(value) ? [value] : [` ${value}`, value];
    const found = (await Promise.all(wanted.map((each) => this.instrument?.findTokens(each, MOST) ?? []))).flat();
    return [...new Map(found.map((token) => [token.id, token])).values()].slice(0, MOST);
  }

  /** An answer that comes after the next letter, or after the field was left, is dropped. */
  async onInput() {
    const { value } = this.field;
    const found = value === '' ? [] : await this.find(value);
    if (value !== this.field.value || document.activeElement !== this.field) return;
    this.found = found;
    this.active = 0;
    this.sought = value;
  }

  /** @param {TokenInfo} token */
  take(token) {
    this.field.value = '';
    this.close();
    this.dispatchEvent(new CustomEvent('token', { detail: token }));
  }

  close() {
    this.found = [];
    this.sought = '';
  }

  /** @param {KeyboardEvent} event */
  onKey(event) {
    const { found, active } = this;
    const last = found.length - 1;
    /** @type {Record<string, number>} */
    const moves = { ArrowDown: active < last ? active + 1 : 0, ArrowUp: active > 0 ? active - 1 : last };
    if (found.length === 0) return;
    if (event.key in moves) this.active = moves[event.key];
    else if (event.key === 'Enter') this.take(found[active]);
    else if (event.key === 'Escape') this.close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  render() {
    const { name, label, compact, found, active, sought } = this;
    const open = found.length > 0;
    const none = sought !== '' && !open;
    const list = `${name}-list`;
    return html`
      <label for=${name} class=${compact ? 'visually-hidden' : ''}>${label}</label>
      <input
        id=${name}
        name=${name}
        role="combobox"
        autocomplete="off"
        autocapitalize="off"
        spellcheck="false"
        placeholder=${compact ? label : nothing}
        aria-autocomplete="list"
        aria-expanded=${open}
        aria-controls=${list}
        aria-activedescendant=${open ? `${name}-${active}` : nothing}
        ?disabled=${this.disabled}
        @input=${this.onInput}
        @keydown=${this.onKey}
        @blur=${this.close}
      />
      <ul id=${list} class=${compact ? 'over' : ''} role="listbox" aria-label=${label} ?hidden=${!open}>
        ${found.map(
          (token, i) => html`<li
            id=${`${name}-${i}`}
            role="option"
            aria-selected=${i === active}
            data-token-id=${token.id}
            @pointerdown=${(/** @type {Event} */ event) => event.preventDefault()}
            @click=${() => this.take(token)}
          >
            ${tokenView(token)} <span class="id">${words.id(token.id)}</span>
          </li>`,
        )}
      </ul>
      <span class="hint ${!compact ? '' : none ? 'over' : 'visually-hidden'}" role="status">${none ? words.none(sought) : open ? words.found(found.length) : ''}</span>
    `;
  }
}

customElements.define('ls-token-field', TokenField);
