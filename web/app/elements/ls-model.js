// The model sheet: what is open now, and how to open another GGUF from a file or an address.
// Before the token's way begins: a source goes to the instrument.
// Must not know how it is read.

import { html, nothing } from 'lit';
import { approximate, size } from '../format.js';
import { text } from '../text/index.js';
import { Dialog } from './ls-dialog.js';

const words = text.model;

/** @param {string} typed @returns {URL | null} */
function addressOf(typed) {
  try {
    const address = new URL(typed.trim());
    return /^https?:$/.test(address.protocol) ? address : null;
  } catch {
    return null;
  }
}

class ModelSheet extends Dialog {
  static uses = ['model'];
  static properties = {
    state: { attribute: false },
    instrument: { attribute: false },
    addressBad: { state: true },
  };

  constructor() {
    super();
    /** @type {import('../state.js').State | undefined} */
    this.state = undefined;
    /** @type {import('../instrument.js').Instrument | undefined} */
    this.instrument = undefined;
    this.addressBad = false;
  }

  /** @param {string | URL | Blob} [source] */
  open(source) {
    this.close();
    void this.instrument?.open(source);
  }

  /** @param {Event} event */
  onFile(event) {
    const field = /** @type {HTMLInputElement} */ (event.target);
    const file = field.files?.[0];
    // The same file can be chosen again after it was mended.
    field.value = '';
    if (file) this.open(file);
  }

  /** @param {SubmitEvent} event */
  onAddress(event) {
    event.preventDefault();
    const field = this.querySelector('input[type="url"]');
    const address = addressOf(field instanceof HTMLInputElement ? field.value : '');
    this.addressBad = address === null;
    if (address) this.open(address);
  }

  factsView() {
    const info = this.state?.model;
    if (!info) return nothing;
    const { rows } = words;
    /** @type {[string, string][]} */
    const facts = [
      [rows.name, info.name || words.unnamed],
      [rows.license, info.license || words.unknown],
      [rows.architecture, info.architecture ?? words.unknown],
      [rows.shape, words.shape(info.layers, info.dim, info.heads, info.kvHeads)],
      [rows.parameters, approximate(info.parameters)],
      [rows.weights, info.weightType ?? words.unknown],
      [rows.vocabulary, words.tokens(info.vocab)],
      [rows.context, words.tokens(info.contextLength)],
      [rows.memory, `${size(info.fileBytes)}, ${size(info.memoryBytes)}`],
      [rows.computing, words.computing(words.kernels[info.kernels], info.threads)],
    ];
    return html`<h3>${words.now}</h3>
      <dl class="facts-list">${facts.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl>`;
  }

  render() {
    return this.sheet(
      'model-title',
      words.title,
      html`
        ${this.factsView()}
        <div class="ways">
          <label class="file"
            ><span>${words.file}</span>
            <input type="file" name="model-file" accept=".gguf" @change=${this.onFile} />
          </label>
          <p class="hint">${words.fileHint}</p>
          <form novalidate @submit=${this.onAddress}>
            <label for="model-address">${words.url}</label>
            <div class="line">
              <input
                id="model-address"
                type="url"
                name="model-url"
                placeholder=${words.urlPlaceholder}
                aria-invalid=${this.addressBad}
                aria-describedby="address-problem"
              />
              <button type="submit">${words.urlGo}</button>
            </div>
            <p id="address-problem" class="field-problem" role="status">
              ${this.addressBad ? `${text.errors.badAddress.sentence} ${text.errors.badAddress.advice}` : ''}
            </p>
            <p class="hint">${words.urlHint}</p>
          </form>
          <button type="button" name="shipped" @click=${() => this.open()}>${words.shipped}</button>
        </div>
      `,
    );
  }
}

customElements.define('ls-model', ModelSheet);
