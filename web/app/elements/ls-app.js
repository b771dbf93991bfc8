// The whole page: hands the state down to the views, hears keys, drops and the window's size.
// At the end of the token's way: text above, stages below, the draw at the end.
// Must not know what the views make of the state.

import { html, nothing } from 'lit';
import { keyHandler } from '../keyboard.js';
import { announcement } from '../sentence.js';
import { text } from '../text/index.js';
import { View } from './base.js';

/** Rows that fit: what is above and below them takes about this many pixels, a row about 26. */
const AROUND = 590;
const ROW = 26;
const FEWEST = 12;
const MOST = 20;
/** A screen reader is told what happened after this many quiet milliseconds. */
const QUIET = 500;

class App extends View {
  static properties = {
    store: { attribute: false },
    instrument: { attribute: false },
    state: { state: true },
    dropping: { state: true },
    said: { state: true },
  };

  constructor() {
    super();
    /** @type {import('../store.js').Store<import('../state.js').State> | undefined} */
    this.store = undefined;
    /** @type {import('../instrument.js').Instrument | undefined} */
    this.instrument = undefined;
    /** @type {import('../state.js').State | undefined} */
    this.state = undefined;
    this.dropping = false;
    this.said = '';
    /** @type {AbortController | undefined} */
    this.connected = undefined;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.saying = undefined;
  }

  connectedCallback() {
    super.connectedCallback();
    const { store, instrument } = this;
    if (!store || !instrument) return;
    const { signal } = (this.connected = new AbortController());
    const end = store.subscribe((state) => {
      this.state = state;
      clearTimeout(this.saying);
      this.saying = setTimeout(() => (this.said = announcement(state)), QUIET);
    });
    signal.addEventListener('abort', end);
    document.addEventListener('keydown', keyHandler(instrument, () => this.sheet('ls-help')), { signal });
    window.addEventListener('dragover', (event) => this.onDrag(event), { signal });
    window.addEventListener('dragleave', (event) => (this.dropping = event.relatedTarget !== null), { signal });
    window.addEventListener('drop', (event) => this.onDrop(event), { signal });
    const fit = () => instrument.setRows(Math.max(FEWEST, Math.min(MOST, Math.floor((window.innerHeight - AROUND) / ROW))));
    window.addEventListener('resize', fit, { signal });
    fit();
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.connected?.abort();
    clearTimeout(this.saying);
  }

  /** @param {'ls-help' | 'ls-model'} name */
  sheet(name) {
    const sheet = this.querySelector(name);
    if (sheet) /** @type {import('./ls-dialog.js').Dialog} */ (sheet).show();
  }

  /** @param {DragEvent} event */
  onDrag(event) {
    if (!event.dataTransfer?.types.includes('Files')) return;
    event.preventDefault();
    this.dropping = true;
  }

  /** @param {DragEvent} event */
  onDrop(event) {
    this.dropping = false;
    const file = event.dataTransfer?.files[0];
    if (!file) return;
    event.preventDefault();
    void this.instrument?.open(file);
  }

  render() {
    const { state, instrument } = this;
    if (!state || !instrument) return nothing;
    return html`
      <a class="skip" href="#stages">${text.skip}</a>
      <ls-header
        role="banner"
        .state=${state}
        @open-model=${() => this.sheet('ls-model')}
        @open-help=${() => this.sheet('ls-help')}
      ></ls-header>
      <main aria-busy=${state.phase === 'loading'}>
        <ls-notice .state=${state} .instrument=${instrument}></ls-notice>
        <div class="text">
          <ls-prompt .state=${state} .instrument=${instrument}></ls-prompt>
          <ls-timeline .state=${state} .instrument=${instrument}></ls-timeline>
        </div>
        <ls-transport .state=${state} .instrument=${instrument}></ls-transport>
        <ls-stages id="stages" tabindex="-1" .state=${state} .instrument=${instrument}></ls-stages>
        <ls-draw .state=${state}></ls-draw>
      </main>
      <footer>
        <span>${text.footer.private}</span>
        ${state.offlineReady ? html`<span>${text.footer.offline}</span>` : nothing}
      </footer>
      <p class="visually-hidden" role="status" aria-live="polite">${this.said}</p>
      ${this.dropping ? html`<div class="drop">${text.model.drop}</div>` : nothing}
      <ls-model .state=${state} .instrument=${instrument}></ls-model>
      <ls-help></ls-help>
    `;
  }
}

customElements.define('ls-app', App);
