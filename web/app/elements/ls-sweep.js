// One setting runs through its range at the step that is shown: what would be left, and how likely the first tokens are.
// After the token's way: the engine samples once a value, experiments/sweep.js reads, this shows.
// Must not know what a stage does; ranges.js spaces the values as on the setting's slider.

import { html, nothing } from 'lit';
import { curveView, lineView } from '../drawing/curve.js';
import { tokenView } from '../drawing/token.js';
import { nearest, pointOf, sweepValues, withStage } from '../experiments/sweep.js';
import { bits, percent, setting, whole } from '../format.js';
import { allowed, firstStage, valueOf } from '../pipeline.js';
import { spacingOf } from '../ranges.js';
import { stageName } from '../stage-title.js';
import { text } from '../text/index.js';
import { View } from './base.js';

/**
 * @typedef {import('../state.js').State} State
 * @typedef {import('../state.js').Stage} Stage
 * @typedef {import('../state.js').Parameter} Parameter
 * @typedef {import('../experiments/sweep.js').Point} Point
 *
 * @typedef {object} Subject what is swept
 * @property {number} index         of the stage; behind the last one it would be added
 * @property {Stage} stage
 * @property {Parameter} parameter
 * @property {boolean} isThere      in the pipeline
 */

const words = text.sweep;
/** The sweep begins when settings and text have been still for so many milliseconds. */
const QUIET = 120;
/** Tokens that are followed. */
const FOLLOWED = 5;
/** From so many kept tokens on, their number is drawn by ratios. */
const MANY = 50;

/** @param {State} state @returns {Subject[]} everything that can be swept */
function subjectsOf({ model, settings: { stages } }) {
  const specs = model?.stages ?? [];
  const of = (/** @type {Stage} */ stage, /** @type {number} */ index, /** @type {boolean} */ isThere) =>
    (specs.find(({ name }) => name === stage.name)?.parameters ?? []).map((parameter) => ({ index, stage, parameter, isThere }));
  const there = stages.flatMap((stage, i) => of(stage, i, true));
  const room = stages.length < (model?.maxStages ?? 0);
  const absent = room ? specs.filter(({ name }) => stages.every((stage) => stage.name !== name)) : [];
  return [...there, ...absent.flatMap(({ name }) => of(firstStage(name), stages.length, false))];
}

/** @param {Subject} subject */
const keyOf = ({ index, stage, parameter, isThere }) => `${isThere ? index : 'add'} ${stage.name} ${parameter.name}`;

/** @param {Subject} subject @param {Stage[]} stages */
function titleOf({ index, stage, parameter, isThere }, stages) {
  const name = stageName(stage.name);
  const twice = isThere && stages.filter((each) => each.name === stage.name).length > 1;
  const title = twice ? words.nth(name, index + 1) : name;
  return parameter.name === 'value' ? title : words.option(title, text.stages.parameters[parameter.name] ?? parameter.name);
}

/** @param {Parameter} parameter @param {number} value */
const valueText = (parameter, value) => (value === parameter.off ? text.stages.offValue : setting(value));

class Sweep extends View {
  static properties = {
    state: { attribute: false },
    instrument: { attribute: false },
    chosen: { state: true },
    looked: { state: true },
    points: { state: true },
  };

  constructor() {
    super();
    /** @type {State | undefined} */
    this.state = undefined;
    /** @type {import('../instrument.js').Instrument | undefined} */
    this.instrument = undefined;
    /** The key of what is swept. */
    this.chosen = '';
    /** Where the reader looks, 0..1; null is at the present value. @type {number | null} */
    this.looked = null;
    /** @type {Point[]} */
    this.points = [];
    /** What the points are about. */
    this.about = '';
    /** Tokens whose probabilities the points have. @type {number[]} */
    this.followed = [];
    /** What the points were asked for. @type {unknown[]} */
    this.asked = [];
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.waiting = undefined;
    this.busy = false;
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    clearTimeout(this.waiting);
    this.asked = [];
  }

  /** @returns {Subject | undefined} */
  get subject() {
    if (!this.state) return undefined;
    const subjects = subjectsOf(this.state);
    return subjects.find((subject) => keyOf(subject) === this.chosen) ?? subjects[0];
  }

  // ---- sweeping ----

  /** Whatever the points depend on; while it changes, and while text is played, no sweep begins. */
  updated() {
    const { state, instrument, subject } = this;
    if (!this.isConnected || !state?.step || !instrument || !subject || state.playing) return;
    const now = [instrument.moment, state.step.position, state.settings, keyOf(subject)];
    if (now.every((each, i) => each === this.asked[i])) return;
    this.asked = now;
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => void this.sweep(), QUIET);
  }

  /** One sweep is on its way at most. */
  async sweep() {
    const { state, instrument, subject } = this;
    if (this.busy || !state?.step || !instrument || !subject) return;
    this.busy = true;
    const { asked } = this;
    const { moment } = instrument;
    const { step, settings, model } = state;
    const { index, stage, parameter } = subject;
    const places = sweepValues(spacingOf(stage.name, parameter), model?.vocab ?? 1, valueOf(stage, parameter), (value) => allowed(parameter, value));
    const followed = [...new Set([...(step.stages.at(-1)?.ids ?? []).slice(0, FOLLOWED), ...step.stages[0].ids.slice(0, FOLLOWED)])].slice(0, FOLLOWED);
    const steps = await instrument.inspectAll(
      places.map(({ value }) => ({
        stages: withStage(settings.stages, index, { ...stage, [parameter.name]: value }),
        seed: settings.seed,
        trace: 'top',
        top: 1,
        watch: followed,
      })),
    );
    this.busy = false;
    if (asked !== this.asked) return void this.sweep();
    if (steps.length === 0 || moment !== instrument.moment) return;
    this.followed = followed;
    this.about = keyOf(subject);
    this.points = places.map((place, i) => pointOf(place, steps[i], followed));
  }

  // ---- looking and setting ----

  /** What the step that is shown makes of the present value; null where the stage is not in its pipeline. @param {Subject} subject @returns {Point | null} */
  presentPoint({ index, stage, parameter, isThere }) {
    const { step = null, model = null } = this.state ?? {};
    const row = step?.stages[index + 1];
    if (!step || !isThere || row?.name !== stage.name) return null;
    const value = valueOf(row, parameter);
    const at = spacingOf(stage.name, parameter).toSlider(value, model?.vocab ?? 1);
    return pointOf({ value, at: Math.min(1, Math.max(0, at)) }, step, this.followed);
  }

  /** @param {Subject} subject @returns {Point} what is looked at: the present value, until the reader looks elsewhere */
  pointHere(subject) {
    const { looked, points } = this;
    const present = this.presentPoint(subject);
    if (looked === null && present) return present;
    return points[nearest(points, looked ?? 0)];
  }

  /** @param {PointerEvent | MouseEvent} event */
  onPoint(event) {
    const plot = /** @type {Element} */ (event.target).closest('.curve')?.querySelector('svg');
    if (!plot) return;
    const { left, width } = plot.getBoundingClientRect();
    this.looked = Math.min(1, Math.max(0, (event.clientX - left) / width));
  }

  /** A finger that is lifted leaves what it pointed at. @param {PointerEvent} event */
  onLeave({ pointerType }) {
    if (pointerType === 'mouse') this.looked = null;
  }

  /** @param {KeyboardEvent} event @param {Subject} subject */
  onKey(event, subject) {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const at = nearest(this.points, this.pointHere(subject).at);
    const last = this.points.length - 1;
    /** @type {Record<string, number>} */
    const moves = {
      ArrowLeft: at - 1, ArrowDown: at - 1, ArrowRight: at + 1, ArrowUp: at + 1,
      PageDown: at - 10, PageUp: at + 10, Home: 0, End: last,
    };
    const to = moves[event.key];
    if (to !== undefined) this.looked = this.points[Math.min(last, Math.max(0, to))].at;
    else if (event.key === 'Enter' || event.key === ' ') this.set(subject);
    else if (event.key === 'Escape' && this.looked !== null) this.looked = null;
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** Sets the value that is looked at; a stage that is not there is put in. @param {Subject} subject */
  set(subject) {
    const { state, instrument } = this;
    const { index, stage, parameter, isThere } = subject;
    if (!state || !instrument) return;
    const { value } = this.pointHere(subject);
    this.looked = null;
    if (isThere) return void instrument.pipeline.setParameter(index, parameter.name, value);
    this.chosen = keyOf({ index, stage, parameter, isThere: true });
    instrument.pipeline.setStages([...state.settings.stages, { ...stage, [parameter.name]: value }]);
  }

  // ---- the picture ----

  /** @param {Subject} subject @param {State} state */
  chartsView(subject, state) {
    const { points, followed } = this;
    const { stage, parameter } = subject;
    const here = this.pointHere(subject);
    const at = points.map((each) => each.at);
    const { fromSlider } = spacingOf(stage.name, parameter);
    const vocab = state.model?.vocab ?? 1;
    const shared = {
      at,
      ticks: [0, 0.5, 1].map((place) => valueText(parameter, fromSlider(place, vocab))),
      now: this.presentPoint(subject)?.at ?? null,
      here: here.at,
    };
    const mostKept = Math.max(...points.map(({ kept }) => kept));
    const byRatio = mostKept >= MANY;
    const mostEntropy = Math.max(1, Math.ceil(Math.max(...points.map(({ entropy }) => entropy))));
    const share = { scale: (/** @type {number} */ value) => value, ends: /** @type {[string, string]} */ ([percent(0), percent(1)]) };
    const drawn = state.step?.id;
    return html`<div
      class="charts"
      role="slider"
      tabindex="0"
      aria-label=${words.charts(titleOf(subject, state.settings.stages))}
      aria-valuemin="0"
      aria-valuemax=${points.length - 1}
      aria-valuenow=${nearest(points, here.at)}
      aria-valuetext=${words.summary(valueText(parameter, here.value), whole(here.kept), bits(here.entropy), percent(here.keptMass))}
      @pointermove=${this.onPoint}
      @pointerdown=${this.onPoint}
      @pointerleave=${this.onLeave}
      @click=${(/** @type {MouseEvent} */ event) => {
        this.onPoint(event);
        this.set(subject);
      }}
      @keydown=${(/** @type {KeyboardEvent} */ event) => this.onKey(event, subject)}
    >
      ${curveView({
        ...shared,
        title: words.tokens,
        ...share,
        curves: followed.map((id, i) => ({ kind: `line-${i + 1} ${id === drawn ? 'drawn' : ''}`, values: points.map(({ probs }) => probs[i]) })),
      })}
      ${curveView({
        ...shared,
        title: words.kept,
        scale: byRatio ? (kept) => Math.log(kept) / Math.log(mostKept) : (kept) => kept / mostKept,
        ends: [whole(byRatio ? 1 : 0), whole(mostKept)],
        curves: [{ kind: 'line', values: points.map(({ kept }) => kept) }],
      })}
      ${curveView({
        ...shared,
        title: words.entropy,
        scale: (entropy) => entropy / mostEntropy,
        ends: [whole(0), whole(mostEntropy)],
        curves: [{ kind: 'line', values: points.map(({ entropy }) => entropy) }],
      })}
      ${curveView({ ...shared, title: words.keptMass, ...share, curves: [{ kind: 'line', values: points.map(({ keptMass }) => keptMass) }] })}
    </div>`;
  }

  /** Rows are what is read, columns the values. @param {Point} here @param {Point | null} now @param {Subject} subject @param {State} state */
  readingView(here, now, { parameter }, state) {
    const columns = now ? [here, now] : [here];
    const line = (/** @type {unknown} */ label, /** @type {(point: Point) => unknown} */ cell, /** @type {(point: Point) => string} */ exact) => html`<tr>
      <th scope="row">${label}</th>
      ${columns.map((point) => html`<td title=${exact(point)}>${cell(point)}</td>`)}
    </tr>`;
    return html`<table class="reading" data-value=${String(here.value)}>
      <thead>
        <tr>
          <th scope="col">${words.quantity}</th>
          <th scope="col">${words.here(valueText(parameter, here.value))}</th>
          ${now ? html`<th scope="col">${words.now(valueText(parameter, now.value))}</th>` : nothing}
        </tr>
      </thead>
      <tbody>
        ${line(words.kept, ({ kept }) => whole(kept), ({ kept }) => String(kept))}
        ${line(words.entropy, ({ entropy }) => bits(entropy), ({ entropy }) => String(entropy))}
        ${line(words.choices, ({ choices }) => bits(choices), ({ choices }) => String(choices))}
        ${line(words.keptMass, ({ keptMass }) => percent(keptMass), ({ keptMass }) => String(keptMass))}
        ${this.followed.map((id, i) =>
          line(
            html`${lineView(`line-${i + 1} ${id === state.step?.id ? 'drawn' : ''}`)} ${tokenView(state.vocabulary.get(id))}`,
            ({ probs }) => percent(probs[i]),
            ({ probs }) => String(probs[i]),
          ),
        )}
        ${line(words.drawn, ({ drawn }) => tokenView(state.vocabulary.get(drawn)), ({ drawn }) => String(drawn))}
      </tbody>
    </table>`;
  }

  /** @param {Subject} subject @param {State} state */
  numbersView(subject, state) {
    const title = titleOf(subject, state.settings.stages);
    return html`<details class="numbers">
      <summary>${words.all}</summary>
      <div class="scroller" role="region" tabindex="0" aria-label=${words.caption(title)}>
        <table>
          <caption class="visually-hidden">${words.caption(title)}</caption>
          <thead>
            <tr>
              ${[title, words.kept, words.entropy, words.choices, words.keptMass].map((name) => html`<th scope="col">${name}</th>`)}
              ${this.followed.map((id) => html`<th scope="col">${tokenView(state.vocabulary.get(id))}</th>`)}
              <th scope="col">${words.drawn}</th>
            </tr>
          </thead>
          <tbody>
            ${this.points.map(
              ({ value, kept, entropy, choices, keptMass, probs, drawn }) => html`<tr
                data-value=${String(value)}
                data-kept=${kept}
                data-entropy=${String(entropy)}
                data-kept-mass=${String(keptMass)}
              >
                <th scope="row">${valueText(subject.parameter, value)}</th>
                <td>${whole(kept)}</td>
                <td title=${String(entropy)}>${bits(entropy)}</td>
                <td title=${String(choices)}>${bits(choices)}</td>
                <td title=${String(keptMass)}>${percent(keptMass)}</td>
                ${probs.map((prob) => html`<td data-prob=${String(prob)} title=${String(prob)}>${percent(prob)}</td>`)}
                <td>${tokenView(state.vocabulary.get(drawn))}</td>
              </tr>`,
            )}
          </tbody>
        </table>
      </div>
    </details>`;
  }

  /** @param {Subject} subject @param {State} state */
  resultView(subject, state) {
    const here = this.pointHere(subject);
    const now = this.presentPoint(subject);
    const title = titleOf(subject, state.settings.stages);
    return html`<p class="hint">${words.hint}</p>
      <div class="sweep">
        ${this.chartsView(subject, state)}
        <div class="beside">
          ${this.readingView(here, now, subject, state)}
          <button type="button" name="set" ?disabled=${here.value === now?.value} @click=${() => this.set(subject)}>
            ${words.set(title, valueText(subject.parameter, here.value))}
          </button>
        </div>
      </div>
      ${this.numbersView(subject, state)}`;
  }

  render() {
    const { state, subject } = this;
    if (!state) return nothing;
    if (!state.step || !state.model) return html`<p class="note">${words.wait}</p>`;
    if (!subject) return html`<p class="note">${words.noParameter}</p>`;
    const subjects = subjectsOf(state);
    const { stages } = state.settings;
    const group = (/** @type {string} */ label, /** @type {Subject[]} */ list) =>
      list.length === 0
        ? nothing
        : html`<optgroup label=${label}>
            ${list.map((each) => html`<option value=${keyOf(each)} ?selected=${keyOf(each) === keyOf(subject)}>${titleOf(each, stages)}</option>`)}
          </optgroup>`;
    return html`
      <p class="note">${words.intro}</p>
      <label class="field">
        <span>${words.parameter}</span>
        <select
          name="sweep"
          @change=${(/** @type {Event} */ event) => {
            this.chosen = /** @type {HTMLSelectElement} */ (event.target).value;
            this.looked = null;
          }}
        >
          ${group(words.present, subjects.filter(({ isThere }) => isThere))} ${group(words.added, subjects.filter(({ isThere }) => !isThere))}
        </select>
      </label>
      ${this.points.length > 0 && this.about === keyOf(subject) ? this.resultView(subject, state) : nothing}
    `;
  }
}

customElements.define('ls-sweep', Sweep);
