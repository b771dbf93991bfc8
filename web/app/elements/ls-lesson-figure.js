// A worked example inside a lesson: a few logits through the engine's own sampler, with sliders.
// At the end of the token's way, beside the instrument: no model is needed.
// Must not know the lesson; what is moved here moves nothing in the instrument.

import { html, nothing } from 'lit';
import { barView } from '../drawing/bar.js';
import { place } from '../drawing/place.js';
import { decimal, percent, setting, unit } from '../format.js';
import { figures, ranges } from '../lessons/figures.js';
import { drawAt, mistaken } from '../lessons/mistakes.js';
import { sample } from '../lessons/sampler.js';
import { text as lessons } from '../lessons/text/index.js';
import { scaleOf } from '../scale.js';
import { stageName } from '../stage-title.js';
import { text } from '../text/index.js';
import { View } from './base.js';

/**
 * @typedef {import('../lessons/mistakes.js').Drawn} Drawn
 * @typedef {import('../state.js').StageRow} StageRow
 * @typedef {import('../lessons/figures.js').Figure} Figure
 * @typedef {import('../lessons/index.js').FigureName} FigureName
 */

const words = lessons.figure;
const scale = scaleOf('linear');

/** @param {string} name */
const shortName = (name) => text.stages.shortNames[/** @type {keyof typeof text.stages.shortNames} */ (name)] ?? stageName(name);

class LessonFigure extends View {
  static properties = {
    name: { attribute: false },
    mistake: { attribute: false },
    values: { state: true },
    u: { state: true },
    steps: { state: true },
    series: { state: true },
    failed: { state: true },
  };

  constructor() {
    super();
    /** @type {FigureName} */
    this.name = 'temperature';
    /** The mistake that is switched on in the instrument. @type {string | null} */
    this.mistake = null;
    /** What the sliders say, by stage. @type {Record<string, number>} */
    this.values = {};
    this.u = 0;
    /** @type {Drawn[]} */
    this.steps = [];
    /** @type {Drawn[]} */
    this.series = [];
    this.failed = false;
  }

  get figure() {
    return /** @type {Figure} */ (figures[this.name]);
  }

  /** @param {import('lit').PropertyValues} changed */
  willUpdate(changed) {
    if (!changed.has('name')) return;
    const { pipelines, sliders, u = 0, series } = this.figure;
    this.values = Object.fromEntries(pipelines[0].filter(({ name }) => sliders.includes(name)).map(({ name, value }) => [name, Number(value)]));
    this.u = u;
    this.steps = [];
    this.series = [];
    void this.compute();
    if (series) void this.computeSeries(series);
  }

  /** The answer for settings that have been moved on meanwhile is dropped. */
  async compute() {
    const { name, values, figure } = this;
    const pipelines = figure.pipelines.map((stages) => stages.map((stage) => ({ ...stage, value: values[stage.name] ?? stage.value })));
    try {
      const steps = await sample(figure.logits, pipelines);
      if (name === this.name && values === this.values) this.steps = steps;
    } catch {
      this.failed = true;
    }
  }

  /** @param {NonNullable<Figure['series']>} series */
  async computeSeries({ name, values }) {
    const shown = this.name;
    const steps = await sample(this.figure.logits, values.map((value) => [{ name, value }])).catch(() => []);
    if (shown === this.name) this.series = steps;
  }

  /** @param {string} name @param {Event} event */
  onSlide(name, event) {
    const value = Number(/** @type {HTMLInputElement} */ (event.target).value);
    if (name === 'u') this.u = value;
    else {
      this.values = { ...this.values, [name]: value };
      void this.compute();
    }
  }

  /** @param {string} name @param {number} value */
  sliderView(name, value) {
    const { least, most, arrow } = ranges[name];
    const id = `figure-${this.name}-${name}`;
    return html`<div class="slider">
      <label for=${id}>${name === 'u' ? words.u : stageName(name)}</label><output for=${id}>${setting(value)}</output>
      <input id=${id} type="range" min=${least} max=${most} step=${arrow} .value=${String(value)} @input=${(/** @type {Event} */ event) => this.onSlide(name, event)} />
    </div>`;
  }

  /** @param {Drawn} step @returns {Drawn} with the draw at the figure's own u, and with the mistake where it is switched on */
  shown(step) {
    const { mistake, u } = this.figure;
    if (u === undefined) return mistaken(step, mistake === this.mistake ? mistake : null);
    const drawn = { ...step, u: this.u, id: drawAt(step.stages[step.stages.length - 1], this.u) };
    return mistaken(drawn, mistake === this.mistake ? mistake : null);
  }

  /** @param {Drawn} step @param {number} id @param {number} index */
  cellView(step, id, index) {
    const { probs, ids } = step.stages[index];
    const probOf = (/** @type {StageRow} */ row) => (row.ids.includes(id) ? row.probs[row.ids.indexOf(id)] : 0);
    const prob = ids.includes(id) ? probs[ids.indexOf(id)] : 0;
    const before = index === 0 ? null : probOf(step.stages[index - 1]);
    const number =
      prob > 0
        ? percent(prob)
        : before
          ? html`<s aria-hidden="true">${percent(before)}</s><span class="visually-hidden">${words.cut}</span>`
          : html`<span aria-hidden="true">–</span><span class="visually-hidden">${words.cut}</span>`;
    return html`<td data-prob=${String(prob)}><span class="number">${number}</span><span class="track">${barView({ prob, before }, scale)}</span></td>`;
  }

  /** @param {Drawn} step @param {string[]} names */
  tableView(step, names) {
    const drawn = this.figure.u === undefined ? null : step.id;
    const last = step.stages[step.stages.length - 1];
    return html`<table>
      <caption class=${this.steps.length > 1 ? '' : 'visually-hidden'}>
        ${words.pipeline(step.stages.slice(1).map(({ name, value }) => `${stageName(name)} ${setting(Number(value))}`))}
      </caption>
      <thead>
        <tr>
          <th scope="col"><span class="visually-hidden">${words.token}</span></th>
          ${step.stages.map(({ name }) => html`<th scope="col" title=${stageName(name)}>${shortName(name)}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${names.map(
          (name, id) => html`<tr class="${id === drawn ? 'drawn' : ''} ${last.ids.includes(id) ? '' : 'cut'}">
            <th scope="row">${name}${id === drawn ? html`<span class="visually-hidden">${words.drawn}</span>` : nothing}</th>
            ${step.stages.map((stage, i) => this.cellView(step, id, i))}
          </tr>`,
        )}
      </tbody>
      <tfoot>
        <tr>
          <th scope="row">${words.kept}</th>
          ${step.stages.map(({ kept }) => html`<td data-kept=${kept}>${kept}</td>`)}
        </tr>
      </tfoot>
    </table>`;
  }

  /** The tokens that are left, end to end, and the needle at u. @param {Drawn} step @param {string[]} names */
  stripView(step, names) {
    const { ids, probs } = step.stages[step.stages.length - 1];
    let start = 0;
    const segments = Array.from(ids, (id, i) => {
      const segment = { id, start, share: probs[i] };
      start += probs[i];
      return segment;
    });
    return html`<div class="strip" aria-hidden="true">
        ${segments.map(
          ({ id, start, share }, i) => html`<span
            class="segment ${id === step.id ? 'drawn' : i % 2 ? 'odd' : 'even'}"
            ${place({ transform: `translateX(${start * 100}%) scaleX(${share})` })}
          ></span>`,
        )}
        <span class="needle" ${place({ transform: `translateX(${step.u * 100}%)` })}></span>
      </div>
      <p class="falls">${words.falls(unit(step.u), names[step.id])}</p>`;
  }

  /** @param {NonNullable<Figure['series']>} series @param {string[]} names */
  seriesView({ values, printed }, names) {
    if (this.series.length === 0) return nothing;
    return html`<table class="series">
      <thead>
        <tr>
          <td></td>
          ${names.map((name) => html`<th scope="col">${name}</th>`)}
        </tr>
      </thead>
      ${values.map(
        (value, i) => html`<tbody>
          <tr>
            <th scope="row">${words.at(setting(value))} <span class="visually-hidden">${words.computed}</span></th>
            ${names.map((name, id) => {
              const row = this.series[i].stages[1];
              const prob = row.probs[row.ids.indexOf(id)];
              return html`<td data-prob=${String(prob)}>${decimal(prob)}</td>`;
            })}
          </tr>
          <tr class="printed">
            <th scope="row">${words.printed}</th>
            ${printed[i].map((figure) => html`<td>${decimal(figure, 2)}</td>`)}
          </tr>
        </tbody>`,
      )}
    </table>`;
  }

  render() {
    const { values, figure, name, steps, failed } = this;
    const { names, caption } = lessons.figures[name];
    if (failed) return html`<p class="field-problem">${words.failed}</p>`;
    return html`<figure>
      <figcaption>${caption}</figcaption>
      ${steps.map((each) => {
        const step = this.shown(each);
        return html`${this.tableView(step, names)}${figure.u === undefined ? nothing : this.stripView(step, names)}`;
      })}
      <div class="sliders">
        ${Object.entries(values).map(([stage, value]) => this.sliderView(stage, value))}${figure.moveU ? this.sliderView('u', this.u) : nothing}
      </div>
      ${figure.series ? this.seriesView(figure.series, names) : nothing}
    </figure>`;
  }
}

customElements.define('ls-lesson-figure', LessonFigure);
