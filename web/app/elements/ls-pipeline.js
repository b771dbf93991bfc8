// The pipeline as a whole: take a known order, or put a stage in.
// At the end of the token's way: stands over the stages' columns.
// Must not know what a stage does; each has its own control over its column.

import { html, nothing } from 'lit';
import { presets, samePipeline } from '../pipeline.js';
import { stageName } from '../stage-title.js';
import { text } from '../text/index.js';
import { View } from './base.js';

const words = text.pipeline;

class Pipeline extends View {
  static uses = ['model', 'settings'];
  static properties = { state: { attribute: false }, pipeline: { attribute: false } };

  constructor() {
    super();
    /** @type {import('../state.js').State | undefined} */
    this.state = undefined;
    /** @type {import('../pipeline.js').Arranger | undefined} */
    this.pipeline = undefined;
  }

  /** @param {Event} event */
  onPreset(event) {
    const { value } = /** @type {HTMLSelectElement} */ (event.target);
    if (value) this.pipeline?.setStages(presets[value]);
  }

  /** @param {Event} event */
  onAdd(event) {
    const select = /** @type {HTMLSelectElement} */ (event.target);
    if (select.value) this.pipeline?.addStage(select.value);
    select.value = '';
  }

  render() {
    const { state, pipeline } = this;
    if (!state?.model || !pipeline) return nothing;
    const { stages } = state.settings;
    const full = stages.length >= state.model.maxStages;
    const present = Object.keys(presets).find((name) => samePipeline(presets[name], stages)) ?? '';
    return html`
      <label class="field">
        <span>${words.order}</span>
        <select name="preset" .value=${present} @change=${this.onPreset}>
          <option value="" ?selected=${present === ''} ?disabled=${present !== ''}>${words.own}</option>
          ${Object.keys(presets).map((name) => html`<option value=${name} ?selected=${name === present}>${words.presets[name]}</option>`)}
        </select>
      </label>
      <label class="field">
        <span>${words.add}</span>
        <select name="add-stage" ?disabled=${full} @change=${this.onAdd}>
          <option value="" selected>${words.choose}</option>
          ${state.model.stages.map(({ name }) => html`<option value=${name}>${stageName(name)}</option>`)}
        </select>
      </label>
    `;
  }
}

customElements.define('ls-pipeline', Pipeline);
