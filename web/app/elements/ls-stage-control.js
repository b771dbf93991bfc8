// The head of a stage's column: its name, its place in the order, and a field and a slider for each parameter.
// At the end of the token's way: stands over its stage's column.
// Must not know the other stages, nor what its values do.

import { html, nothing } from 'lit';
import { icons } from '../drawing/icons.js';
import { setting } from '../format.js';
import { allowed, valueOf } from '../pipeline.js';
import { rangeText, spacingOf } from '../ranges.js';
import { stageName } from '../stage-title.js';
import { text } from '../text/index.js';
import { View } from './base.js';
import './ls-biases.js';

/**
 * @typedef {import('../state.js').Stage} Stage
 * @typedef {import('../state.js').StageSpec} StageSpec
 * @typedef {import('../state.js').Parameter} Parameter
 */

const words = text.stages;

class StageControl extends View {
  static properties = {
    spec: { attribute: false },
    stage: { attribute: false },
    index: { attribute: false },
    last: { attribute: false },
    vocab: { attribute: false },
    caption: { attribute: false },
    pipeline: { attribute: false },
    instrument: { attribute: false },
    prefix: { attribute: false },
    bad: { state: true },
    under: { state: true },
  };

  constructor() {
    super();
    /** @type {StageSpec | undefined} */
    this.spec = undefined;
    /** @type {Stage | undefined} */
    this.stage = undefined;
    this.index = 0;
    /** Whether no stage comes after it. */
    this.last = true;
    this.vocab = 1;
    this.caption = '';
    /** @type {import('../pipeline.js').Arranger | undefined} */
    this.pipeline = undefined;
    /** Who finds tokens to be biased. @type {import('../instrument.js').Instrument | undefined} */
    this.instrument = undefined;
    /** Tells this pipeline's ids, and what is dragged in it, from another's on the same page. */
    this.prefix = 'stage';
    /** Name of the parameter whose field holds something impossible. */
    this.bad = '';
    /** Another stage is being dragged over this one. */
    this.under = false;
  }

  // ---- parameters ----

  /** @param {Parameter} parameter @param {HTMLInputElement} slider @returns {number} the setting at which it stands */
  valueAt(parameter, slider) {
    const { fromSlider, positions } = spacingOf(this.stage?.name ?? '', parameter);
    return fromSlider(Number(slider.value) / positions, this.vocab);
  }

  /** @param {Parameter} parameter @param {Event} event */
  onSlide(parameter, event) {
    this.bad = '';
    const value = this.valueAt(parameter, /** @type {HTMLInputElement} */ (event.target));
    this.pipeline?.setParameter(this.index, parameter.name, value);
  }

  /** @param {Parameter} parameter @param {Event} event */
  onType(parameter, event) {
    const value = /** @type {HTMLInputElement} */ (event.target).valueAsNumber;
    this.bad = allowed(parameter, value) ? '' : parameter.name;
    if (!this.bad) this.pipeline?.setParameter(this.index, parameter.name, value);
  }

  onLeave() {
    this.bad = '';
    this.showValues();
  }

  showValues() {
    for (const parameter of this.spec?.parameters ?? []) this.showValue(parameter);
  }

  /** A number that is being typed is left alone, and so is a slider that already means the value. @param {Parameter} parameter */
  showValue(parameter) {
    const value = valueOf(/** @type {Stage} */ (this.stage), parameter);
    const field = this.querySelector(`input[type="number"][data-parameter="${parameter.name}"]`);
    const slider = this.querySelector(`input[type="range"][data-parameter="${parameter.name}"]`);
    if (field instanceof HTMLInputElement && (document.activeElement !== field || !this.bad) && field.valueAsNumber !== value) {
      field.value = String(value);
    }
    if (!(slider instanceof HTMLInputElement) || this.valueAt(parameter, slider) === value) return;
    const { toSlider, positions } = spacingOf(this.stage?.name ?? '', parameter);
    slider.value = String(Math.round(Math.min(1, toSlider(value, this.vocab)) * positions));
  }

  /** @param {Map<PropertyKey, unknown>} changed */
  updated(changed) {
    if (['stage', 'spec', 'vocab'].some((name) => changed.has(name))) this.showValues();
  }

  // ---- order ----

  /** What is dragged: the index of a stage, as data of this kind. */
  get dragged() {
    return `application/x-logitscope-${this.prefix}`;
  }

  /** @param {number} by -1 is towards the model */
  async move(by) {
    this.pipeline?.moveStage(this.index, this.index + by);
    // The stage is now shown by the neighbour's element: the focus goes along.
    const button = by < 0 ? 'earlier' : 'later';
    const all = /** @type {StageControl[]} */ ([...document.querySelectorAll('ls-stage-control')]);
    const neighbour = all.find(({ prefix, index }) => prefix === this.prefix && index === this.index + by);
    const next = /** @type {HTMLButtonElement | null | undefined} */ (neighbour?.querySelector(`[name="${button}"]`));
    await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
    const other = /** @type {HTMLButtonElement | null | undefined} */ (neighbour?.querySelector('button:not(:disabled)'));
    (next?.disabled ? other : next)?.focus();
  }

  /** @param {DragEvent} event */
  onDragStart(event) {
    event.dataTransfer?.setData(this.dragged, String(this.index));
    if (event.dataTransfer) event.dataTransfer.effectAllowed = 'move';
  }

  /** @param {DragEvent} event */
  onDragOver(event) {
    if (!event.dataTransfer?.types.includes(this.dragged)) return;
    event.preventDefault();
    this.under = true;
  }

  /** @param {DragEvent} event */
  onDrop(event) {
    this.under = false;
    const from = event.dataTransfer?.getData(this.dragged);
    if (!from) return;
    event.preventDefault();
    event.stopPropagation();
    if (Number(from) !== this.index) this.pipeline?.moveStage(Number(from), this.index);
  }

  // ---- the picture ----

  /** @param {Parameter} parameter @param {string} title of the stage @param {boolean} only it has no other */
  parameterView(parameter, title, only) {
    const { name } = parameter;
    const value = valueOf(/** @type {Stage} */ (this.stage), parameter);
    const { positions, arrow } = spacingOf(this.stage?.name ?? '', parameter);
    const id = `${this.prefix}-${this.index}-${name}`;
    const label = only ? title : `${title}: ${words.parameters[name] ?? name}`;
    const bad = this.bad === name;
    return html`<div class="parameter ${only ? 'only' : ''}">
      ${only ? nothing : html`<label for=${id}>${words.parameters[name] ?? name}</label>`}
      <input
        id=${id}
        name=${only ? (this.stage?.name ?? '') : `${this.stage?.name}-${name}`}
        type="number"
        data-parameter=${name}
        min=${parameter.minimum}
        max=${parameter.maximum}
        step=${arrow}
        aria-label=${label}
        aria-invalid=${bad}
        aria-describedby=${`${id}-problem`}
        @input=${(/** @type {Event} */ event) => this.onType(parameter, event)}
        @blur=${this.onLeave}
      />
      <input
        name=${`${only ? this.stage?.name : `${this.stage?.name}-${name}`}-slider`}
        type="range"
        data-parameter=${name}
        min="0"
        max=${positions}
        step="1"
        aria-label=${words.slider(label)}
        aria-valuetext=${value === parameter.off ? words.offValue : setting(value)}
        @input=${(/** @type {Event} */ event) => this.onSlide(parameter, event)}
      />
      <span id=${`${id}-problem`} class="field-problem" role="status">${bad ? rangeText(parameter) : ''}</span>
    </div>`;
  }

  /** Another stage comes to where this one was: the second click of a double click is not meant for it. @param {'earlier' | 'later' | 'remove'} name @param {string} label @param {unknown} icon @param {boolean} disabled @param {() => void} act */
  actionView(name, label, icon, disabled, act) {
    return html`<button type="button" class="quiet sign small" name=${name} aria-label=${label} title=${label} ?disabled=${disabled} @click=${(/** @type {MouseEvent} */ { detail }) => detail > 1 || act()}>
      ${icon}
    </button>`;
  }

  render() {
    const { spec, stage, index, last } = this;
    if (!spec || !stage) return nothing;
    const title = stageName(spec.name);
    const [first, ...others] = spec.parameters;
    return html`
      <div
        class="column-head ${this.under ? 'under' : ''}"
        role="group"
        aria-label=${title}
        @dragover=${this.onDragOver}
        @dragleave=${() => (this.under = false)}
        @drop=${this.onDrop}
      >
        <p class="head" draggable="true" @dragstart=${this.onDragStart}>
          <strong>${title}</strong>
          <span class="order">
            ${this.actionView('earlier', words.earlier(title), icons.earlier, index === 0, () => void this.move(-1))}
            ${this.actionView('later', words.later(title), icons.later, last, () => void this.move(1))}
            ${this.actionView('remove', words.remove(title), icons.close, false, () => this.pipeline?.removeStage(index))}
          </span>
        </p>
        <span class="caption" title=${this.caption}>${this.caption}</span>
        ${first ? this.parameterView(first, title, others.length === 0) : nothing}
        ${others.length > 0
          ? html`<details>
              <summary>${words.moreParameters(others.length)}</summary>
              ${others.map((parameter) => this.parameterView(parameter, title, false))}
            </details>`
          : nothing}
        ${stage.name === 'bias'
          ? html`<ls-biases
              .name=${`${this.prefix}-${index}-bias`}
              .biases=${stage.biases ?? []}
              .instrument=${this.instrument}
              @biases=${(/** @type {CustomEvent<[number, number][]>} */ { detail }) => this.pipeline?.setBiases(index, detail)}
            ></ls-biases>`
          : nothing}
      </div>
    `;
  }
}

customElements.define('ls-stage-control', StageControl);
