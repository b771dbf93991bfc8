// The whole page: hands the state down to the views, hears keys, drops and the window's size.
// At the end of the token's way: text above, stages below, the draw at the end.
// Must not know what the views make of the state.

import { html, nothing } from 'lit';
import { isEmbedded } from '../host.js';
import { keyHandler } from '../keyboard.js';
import { mistaken } from '../lessons/mistakes.js';
import { announcement } from '../sentence.js';
import { isReady, linkOf } from '../share/collect.js';
import { text } from '../text/index.js';
import { View } from './base.js';
import { Canvas } from './ls-canvas.js';

/** Rows that fit: what is above and below them takes about this many pixels, a row about 26. */
const AROUND = isEmbedded ? 705 : 690;
const ROW = 26;
const FEWEST = isEmbedded ? 6 : 8;
const MOST = 20;
/** A screen reader is told what happened after this many quiet milliseconds. */
const QUIET = 500;

/** @typedef {import('../state.js').State} State */

/**
 * What the stages and the draw show of the state: nothing of a step that is to be guessed, and while a mistake is switched
 * on what it would have made of the step.
 * @param {State} state @returns {State}
 */
function shownOf(state) {
  if (state.covered && state.cursor === state.chips.length) return { ...state, step: null };
  return state.step && state.mistake ? { ...state, step: { ...state.step, ...mistaken(state.step, state.mistake) } } : state;
}

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
      Canvas.hurried = state.playing && state.speed === 0;
      const title = state.title ? `${state.title} · ${text.brand}` : text.brand;
      if (title !== document.title) document.title = title;
      clearTimeout(this.saying);
      this.saying = setTimeout(() => (this.said = announcement(state)), QUIET);
    });
    signal.addEventListener('abort', end);
    document.addEventListener('keydown', keyHandler(instrument, () => this.sheet('ls-help')), { signal });
    window.addEventListener('dragover', (event) => this.onDrag(event), { signal });
    window.addEventListener('dragleave', (event) => (this.dropping &&= event.relatedTarget !== null), { signal });
    window.addEventListener('drop', (event) => this.onDrop(event), { signal });
    const fit = () => instrument.show({ rows: Math.max(FEWEST, Math.min(MOST, Math.floor((window.innerHeight - AROUND) / ROW))) });
    window.addEventListener('resize', fit, { signal });
    fit();
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.connected?.abort();
    clearTimeout(this.saying);
  }

  /** @param {'ls-help' | 'ls-model' | 'ls-share'} name */
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

  /** The link is made when it is followed: it leads to what is shown then. @param {MouseEvent} event */
  onFull(event) {
    const link = /** @type {HTMLAnchorElement} */ (event.currentTarget);
    if (this.state && isReady(this.state)) link.href = linkOf(this.state);
  }

  /** @param {import('../state.js').State} state @param {import('../instrument.js').Instrument} instrument */
  embeddedView(state, instrument) {
    return html`
      <main class="embedded" aria-busy=${state.phase === 'loading'}>
        <ls-notice .state=${state} .instrument=${instrument}></ls-notice>
        <div class="line">
          <h1 class=${state.title ? '' : 'visually-hidden'}>${state.title || text.brand}</h1>
          <a name="full" href=${location.pathname} target="_blank" rel="noopener" @click=${this.onFull}>${text.share.full}</a>
        </div>
        <ls-timeline .state=${state} .instrument=${instrument}></ls-timeline>
        <ls-transport .state=${state} .instrument=${instrument}></ls-transport>
        <ls-stages id="stages" tabindex="-1" .state=${state} .instrument=${instrument}></ls-stages>
        <ls-draw .state=${state}></ls-draw>
      </main>
      <p class="visually-hidden" role="status" aria-live="polite">${this.said}</p>
    `;
  }

  /** The lessons are fetched when they are first opened. @param {State} state @param {import('../instrument.js').Instrument} instrument */
  lessonsView(state, instrument) {
    void import('./ls-lessons.js');
    return html`<ls-lessons .state=${state} .instrument=${instrument}></ls-lessons>`;
  }

  render() {
    const { state, instrument } = this;
    if (!state || !instrument) return nothing;
    if (isEmbedded) return this.embeddedView(state, instrument);
    const shown = shownOf(state);
    return html`
      <a class="skip" href="#stages">${text.skip}</a>
      <ls-header
        role="banner"
        .state=${state}
        @open-model=${() => this.sheet('ls-model')}
        @open-share=${() => import('./ls-share.js').then(() => this.sheet('ls-share'))}
        @open-help=${() => this.sheet('ls-help')}
        @toggle-lessons=${() => instrument.show({ lesson: state.lesson === null ? '' : null })}
      ></ls-header>
      <div class="desk ${state.lesson === null ? '' : 'with-lesson'}">
        ${state.lesson === null ? nothing : this.lessonsView(state, instrument)}
      <main aria-busy=${state.phase === 'loading'}>
        <ls-notice .state=${state} .instrument=${instrument}></ls-notice>
        <div class="text">
          <ls-prompt .state=${state} .instrument=${instrument}></ls-prompt>
          <ls-timeline .state=${state} .instrument=${instrument}></ls-timeline>
        </div>
        <div class="steering">
          <ls-transport .state=${state} .instrument=${instrument}></ls-transport>
          <ls-pipeline .state=${state} .pipeline=${instrument.pipeline}></ls-pipeline>
        </div>
        ${state.mistake
          ? html`<p class="notice mistake" role="status">
              <strong>${text.stages.mistake}</strong>
              <button type="button" name="set-right" @click=${() => instrument.show({ mistake: null })}>${text.stages.setRight}</button>
            </p>`
          : nothing}
        <ls-stages id="stages" tabindex="-1" .state=${shown} .instrument=${instrument}></ls-stages>
        <ls-draw .state=${shown}></ls-draw>
        <ls-panels .state=${state} .instrument=${instrument}></ls-panels>
      </main>
      </div>
      <footer>
        <span>${text.footer.private}</span>
        ${state.offlineReady ? html`<span>${text.footer.offline}</span>` : nothing}
      </footer>
      <p class="visually-hidden" role="status" aria-live="polite">${this.said}</p>
      ${this.dropping ? html`<div class="drop">${text.model.drop}</div>` : nothing}
      <ls-model .state=${state} .instrument=${instrument}></ls-model>
      <ls-help></ls-help>
      <ls-share .state=${state} .instrument=${instrument}></ls-share>
    `;
  }
}

customElements.define('ls-app', App);
