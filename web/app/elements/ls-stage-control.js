// One stage's setting: a slider for the hand, a number field for exact values.
// At the end of the token's way: stands over its stage's column.
// Must not know the other stages, nor what its value does.

import { html, nothing } from 'lit';
import { setting } from '../format.js';
import { allowed, rangeText, spacingOf } from '../ranges.js';
import { text } from '../text/index.js';
import { View } from './base.js';

/** @typedef {import('../state.js').StageSpec} StageSpec */

class StageControl extends View {
  static properties = {
    spec: { attribute: false },
    value: { attribute: false },
    vocab: { attribute: false },
    caption: { attribute: false },
    instrument: { attribute: false },
    bad: { state: true },
  };

  constructor() {
    super();
    /** @type {StageSpec | undefined} */
    this.spec = undefined;
    this.value = 0;
    this.vocab = 1;
    this.caption = '';
    /** @type {import('../instrument.js').Instrument | undefined} */
    this.instrument = undefined;
    this.bad = false;
  }

  /** @param {HTMLInputElement} slider @returns {number} the setting at which it stands */
  valueAt(slider) {
    const { name } = /** @type {StageSpec} */ (this.spec);
    const { fromSlider, positions } = spacingOf(name);
    return fromSlider(Number(slider.value) / positions, this.vocab);
  }

  /** @param {Event} event */
  onSlide(event) {
    this.bad = false;
    const { name } = /** @type {StageSpec} */ (this.spec);
    this.instrument?.setStage(name, this.valueAt(/** @type {HTMLInputElement} */ (event.target)));
  }

  /** @param {Event} event */
  onType(event) {
    const spec = /** @type {StageSpec} */ (this.spec);
    const value = /** @type {HTMLInputElement} */ (event.target).valueAsNumber;
    this.bad = !allowed(spec, value);
    if (!this.bad) this.instrument?.setStage(spec.name, value);
  }

  onLeave() {
    this.bad = false;
    this.showValue();
  }

  showValue() {
    const field = this.querySelector('input[type="number"]');
    if (field instanceof HTMLInputElement) field.value = String(this.value);
  }

  /** A number that is being typed is left alone, and so is a slider that already means the value. */
  updated() {
    if (document.activeElement !== this.querySelector('input[type="number"]')) this.showValue();
    const slider = this.querySelector('input[type="range"]');
    if (!this.spec || !(slider instanceof HTMLInputElement) || this.valueAt(slider) === this.value) return;
    const { toSlider, positions } = spacingOf(this.spec.name);
    slider.value = String(Math.round(Math.min(1, toSlider(this.value, this.vocab)) * positions));
  }

  render() {
    const { spec, value } = this;
    if (!spec) return nothing;
    const { name, parameters: [parameter] } = spec;
    const label = text.stages.names[/** @type {keyof typeof text.stages.names} */ (name)] ?? name;
    const { positions, arrow } = spacingOf(name);
    return html`
      <p class="head"><label for=${`${name}-number`}>${label}</label><span class="caption">${this.caption}</span></p>
      <input
        id=${`${name}-number`}
        name=${name}
        type="number"
        min=${parameter.minimum}
        max=${parameter.maximum}
        step=${arrow}
        aria-invalid=${this.bad}
        aria-describedby=${`${name}-problem`}
        @input=${this.onType}
        @blur=${this.onLeave}
      />
      <input
        name=${`${name}-slider`}
        type="range"
        min="0"
        max=${positions}
        step="1"
        aria-label=${text.stages.slider(label)}
        aria-valuetext=${value === parameter.off ? text.stages.offValue : setting(value)}
        @input=${this.onSlide}
      />
      <span id=${`${name}-problem`} class="field-problem" role="status">${this.bad ? rangeText(spec) : ''}</span>
    `;
  }
}

customElements.define('ls-stage-control', StageControl);
