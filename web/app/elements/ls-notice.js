// What the page has to say beside the numbers: a model on its way, a failure, a new version.
// Beside the token's way.
// Must not know what went wrong, only the sentence for it.

import { html, nothing } from 'lit';
import { size } from '../format.js';
import { icons } from '../drawing/icons.js';
import { isEmbedded } from '../host.js';
import { text } from '../text/index.js';
import { View } from './base.js';

class Notice extends View {
  static uses = ['loading', 'problem', 'update', 'model', 'confirmed'];
  static properties = { state: { attribute: false }, instrument: { attribute: false } };

  constructor() {
    super();
    /** @type {import('../state.js').State | undefined} */
    this.state = undefined;
    /** @type {import('../instrument.js').Instrument | undefined} */
    this.instrument = undefined;
  }

  /** @param {NonNullable<import('../state.js').State['loading']>} loading */
  loadingView({ phase, loaded, total }) {
    const known = phase === 'weights' && total > 0;
    return html`<div class="notice loading">
      <label for="load-progress">${text.load.title}</label>
      ${known
        ? html`<progress id="load-progress" max=${total} .value=${loaded}></progress>`
        : html`<progress id="load-progress"></progress>`}
      <span class="number">${known ? text.load.progress(size(loaded), size(total)) : text.load.opening}</span>
      ${this.state?.model
        ? html`<button type="button" class="quiet" @click=${() => this.instrument?.cancelOpen()}>${text.load.cancel}</button>`
        : nothing}
    </div>`;
  }

  /** @param {import('../state.js').Problem} problem */
  problemView({ sentence, advice, details, offer }) {
    return html`<div class="notice problem">
      <div>
        <p><strong>${sentence}</strong> ${advice}</p>
        ${offer
          ? html`<button type="button" name="offer" @click=${() => this.instrument?.open(offer.source)}>${offer.label}</button>`
          : nothing}
        ${details
          ? html`<details>
              <summary>${text.notice.details}</summary>
              <p class="raw">${details}</p>
            </details>`
          : nothing}
      </div>
      ${this.dismissView({ problem: null })}
    </div>`;
  }

  /** @param {{ problem: null } | { confirmed: null }} view without what is dismissed */
  dismissView(view) {
    const { dismiss } = text.notice;
    return html`<button type="button" class="quiet sign" aria-label=${dismiss} title=${dismiss} @click=${() => this.instrument?.show(view)}>
      ${icons.close}
    </button>`;
  }

  render() {
    const { state } = this;
    if (!state) return nothing;
    const { loading, problem, update, confirmed } = state;
    return html`
      <div role="alert">${problem ? this.problemView(problem) : nothing}</div>
      ${loading ? this.loadingView(loading) : nothing}
      ${confirmed === null || isEmbedded
        ? nothing
        : html`<div class="notice" role="status"><p>${text.notice.confirmed(confirmed)}</p>${this.dismissView({ confirmed: null })}</div>`}
      ${update
        ? html`<div class="notice" role="status">
            <p>${text.notice.update}</p>
            <button type="button" @click=${update}>${text.notice.reload}</button>
          </div>`
        : nothing}
    `;
  }
}

customElements.define('ls-notice', Notice);
