// Play, pause, step, back and reset; speed and seed.
// At the end of the token's way: every wish goes to the instrument.
// Must not know how a token comes about.

import { html, nothing } from 'lit';
import { icons } from '../drawing/icons.js';
import { SEEDS } from '../state.js';
import { text } from '../text/index.js';
import { View } from './base.js';

const SPEEDS = /** @type {const} */ ([1, 2, 5, 10, 0]);

class Transport extends View {
  static uses = ['model', 'promptLength', 'chips', 'playing', 'speed', 'settings'];
  static properties = {
    state: { attribute: false },
    instrument: { attribute: false },
    seedBad: { state: true },
  };

  constructor() {
    super();
    /** @type {import('../state.js').State | undefined} */
    this.state = undefined;
    /** @type {import('../instrument.js').Instrument | undefined} */
    this.instrument = undefined;
    this.seedBad = false;
  }

  /** @param {Event} event */
  onSeed(event) {
    const typed = /** @type {HTMLInputElement} */ (event.target).value.trim();
    const seed = /^\d{1,20}$/.test(typed) ? BigInt(typed) : -1n;
    this.seedBad = seed < 0n || seed >= SEEDS;
    if (!this.seedBad) this.instrument?.setSeed(seed);
  }

  /** A field that was left with something impossible shows the seed in use again. */
  onSeedLeft() {
    this.seedBad = false;
    this.showSeed();
  }

  showSeed() {
    const field = /** @type {HTMLInputElement | null} */ (this.querySelector('#seed'));
    if (field && this.state) field.value = String(this.state.settings.seed);
  }

  /** What is being typed is left alone. */
  updated() {
    if (document.activeElement?.id !== 'seed') this.showSeed();
  }

  render() {
    const { state, instrument } = this;
    if (!state || !instrument) return nothing;
    const { playing, chips, promptLength } = state;
    const atPrompt = chips.length <= promptLength;
    const stuck = !instrument.canStep;
    const words = text.transport;
    return html`
      <div class="buttons" role="group" aria-label=${words.label}>
        <button type="button" name="reset" ?disabled=${atPrompt} aria-keyshortcuts="r" @click=${() => instrument.reset()}>
          ${icons.reset}<span>${words.reset}</span>
        </button>
        <button type="button" name="back" ?disabled=${atPrompt} aria-keyshortcuts="ArrowLeft" @click=${() => instrument.back()}>
          ${icons.back}<span>${words.back}</span>
        </button>
        <button
          type="button"
          name="play"
          class="primary"
          ?disabled=${stuck && !playing}
          aria-keyshortcuts="Space"
          @click=${() => instrument.togglePlay()}
        >
          ${playing ? icons.pause : icons.play}<span>${playing ? words.pause : words.play}</span>
        </button>
        <button type="button" name="step" ?disabled=${stuck} aria-keyshortcuts="ArrowRight" @click=${() => instrument.step()}>
          ${icons.step}<span>${words.step}</span>
        </button>
      </div>
      <div class="fields">
        <label class="field">
          <span>${words.speed}</span>
          <select
            name="speed"
            @change=${(/** @type {Event} */ event) => instrument.show({ speed: Number(/** @type {HTMLSelectElement} */ (event.target).value) })}
          >
            ${SPEEDS.map((speed) => html`<option value=${speed} ?selected=${speed === state.speed}>${words.speeds[speed]}</option>`)}
          </select>
        </label>
        <label class="field">
          <span>${words.seed}</span>
          <input
            id="seed"
            name="seed"
            inputmode="numeric"
            autocomplete="off"
            spellcheck="false"
            aria-invalid=${this.seedBad}
            aria-describedby="seed-problem"
            @input=${this.onSeed}
            @blur=${this.onSeedLeft}
          />
        </label>
        <button type="button" name="dice" class="sign" aria-label=${words.dice} title=${words.dice} @click=${() => instrument.rollSeed()}>
          ${icons.dice}
        </button>
        <span id="seed-problem" class="field-problem" role="status">${this.seedBad ? words.seedBad : ''}</span>
      </div>
    `;
  }
}

customElements.define('ls-transport', Transport);
