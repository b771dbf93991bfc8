// Two pipelines: a second one on the same logits and the same u, beside the first.
// After the token's way: opening the panel begins the comparison, closing it ends it.
// Must not know how a stage decides; compare.js compares the two steps.

import { html, nothing } from 'lit';
import { comparisonOf, isWhole, otherOrder } from '../compare.js';
import { barView } from '../drawing/bar.js';
import { tokenView } from '../drawing/token.js';
import { bits, percent, unit, whole } from '../format.js';
import { Arranger, unbiased } from '../pipeline.js';
import { scaleOf } from '../scale.js';
import { stageTitle } from '../stage-title.js';
import { text } from '../text/index.js';
import { plainText } from '../token-text.js';
import { View } from './base.js';

/**
 * @typedef {import('../state.js').State} State
 * @typedef {import('../state.js').Step} Step
 * @typedef {import('../state.js').Stage} Stage
 * @typedef {import('../compare.js').Comparison} Comparison
 * @typedef {import('../compare.js').Row} Row
 * @typedef {import('../compare.js').Side} Side
 */

const words = text.compare;
/** Tokens of each that get a row. */
const MOST = 12;
/** Which of the two keeps a token, as a sign beside the word. */
const SIGNS = { both: '=', a: '◀', b: '▶' };

class Compare extends View {
  static properties = {
    state: { attribute: false },
    instrument: { attribute: false },
    pair: { state: true },
  };

  constructor() {
    super();
    /** @type {State | undefined} */
    this.state = undefined;
    /** @type {import('../instrument.js').Instrument | undefined} */
    this.instrument = undefined;
    /** Both steps, whole. @type {[Step, Step] | null} */
    this.pair = null;
    /** The step that was compared last. @type {State['compareStep']} */
    this.seen = null;
    /** The second pipeline as it was when the panel was closed, and under which model. @type {{ stages: Stage[], hash: string } | null} */
    this.left = null;
    /** The model whose steps these are. @type {State['model']} */
    this.model = null;
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    const { compare = null, model = null } = this.state ?? {};
    this.left = compare && model && { stages: compare, hash: model.hash };
    this.pair = null;
    this.seen = null;
    this.instrument?.setCompare(null);
  }

  willUpdate() {
    const { state } = this;
    if (state && state.model !== this.model) {
      this.model = state.model;
      this.pair = null;
    }
    if (!state?.step || !state.compareStep || state.compareStep === this.seen) return;
    this.seen = state.compareStep;
    void this.compare(state, state.step, state.compareStep);
  }

  updated() {
    const { state, instrument } = this;
    if (!this.isConnected || !state?.model || state.compare !== null) return;
    const { left } = this;
    const known = left && (left.hash === state.model.hash ? left.stages : unbiased(left.stages)); // a bias names a token of its model
    instrument?.setCompare(known ?? otherOrder(state.settings.stages));
  }

  /** Most pipelines keep few tokens, all of them listed; else both are asked for again, whole. @param {State} state @param {Step} a @param {Step} b */
  async compare({ settings, compare, cursor }, a, b) {
    if (isWhole(a) && isWhole(b)) {
      this.pair = [a, b];
      return;
    }
    const { seen, instrument } = this;
    const ask = (/** @type {Stage[] | null} */ stages) => ({ stages: stages ?? [], seed: settings.seed, trace: /** @type {const} */ ('full') });
    const steps = (await instrument?.inspectAll([ask(settings.stages), ask(compare)])) ?? [];
    if (steps.length === 2 && steps[0].position === cursor && seen === this.seen) this.pair = [steps[0], steps[1]];
  }

  stop() {
    document.getElementById('tab-compare')?.focus();
    this.instrument?.show({ panel: null });
  }

  swap() {
    const { state, instrument } = this;
    if (!state?.compare || !instrument) return;
    const { compare, settings } = state;
    instrument.setCompare(settings.stages);
    instrument.pipeline.setStages(compare);
  }

  /** @param {State} state @param {Stage[]} stages */
  orderView({ model }, stages) {
    return words.order(
      stages.flatMap((stage) => {
        const spec = model?.stages.find(({ name }) => name === stage.name);
        return spec ? [stageTitle(stage, spec)] : [];
      }),
    );
  }

  /** @param {State} state @param {Stage[]} compare */
  controlsView(state, compare) {
    const { model, settings, compareStep } = state;
    const { instrument } = this;
    if (!model || !instrument) return nothing;
    const editor = new Arranger(
      () => ({ stages: compare, specs: model.stages }),
      (stages) => instrument.setCompare(stages),
    );
    const kept = compareStep?.stages.length === compare.length + 1 ? compareStep.stages.slice(1).map((row) => row.kept) : [];
    return html`<div class="sides">
      <section aria-labelledby="compare-a">
        <h3 id="compare-a"><span class="letter">${words.a}</span> ${words.first}</h3>
        <p class="order">${this.orderView(state, settings.stages)}</p>
        <p class="actions">
          <button type="button" name="copy-pipeline" @click=${() => instrument.setCompare(settings.stages)}>${words.copy}</button>
          <button type="button" name="swap" @click=${() => this.swap()}>${words.swap}</button>
          <button type="button" name="stop-comparing" @click=${() => this.stop()}>${words.stop}</button>
        </p>
      </section>
      <section aria-labelledby="compare-b">
        <h3 id="compare-b"><span class="letter">${words.b}</span> ${words.second}</h3>
        <p class="order">${this.orderView(state, compare)}</p>
        <ls-pipeline .state=${{ ...state, settings: { ...settings, stages: compare } }} .pipeline=${editor}></ls-pipeline>
        <div class="stage-controls">
          ${compare.map(
            (stage, i) => html`<ls-stage-control
              .prefix=${'compare'}
              .spec=${model.stages.find((spec) => spec.name === stage.name)}
              .stage=${stage}
              .index=${i}
              .last=${i === compare.length - 1}
              .vocab=${model.vocab}
              .caption=${kept[i] === undefined ? '' : words.keeps(kept[i])}
              .pipeline=${editor}
            ></ls-stage-control>`,
          )}
        </div>
      </section>
    </div>`;
  }

  /** @param {Comparison} comparison @param {(id: number) => string} name */
  measuresView({ a, b }, name) {
    /** @param {string} label @param {(side: Side) => number} value @param {(value: number, side: Side) => string} shown */
    const line = (label, value, shown) => html`<tr>
      <th scope="row">${label}</th>
      ${[a, b].map((side) => html`<td class="number" data-value=${String(value(side))} title=${value(side)}>${shown(value(side), side)}</td>`)}
    </tr>`;
    return html`<table class="measures">
      <caption>
        ${words.measures}
      </caption>
      <thead>
        <tr>
          <th scope="col">${words.measure}</th>
          <th scope="col" class="number">${words.a}</th>
          <th scope="col" class="number">${words.b}</th>
        </tr>
      </thead>
      <tbody>
        ${line(words.draws, ({ drawn }) => drawn, (id, { prob }) => words.drawn(name(id), percent(prob).replace(' ', '\u00a0')))}
        ${line(words.kept, ({ kept }) => kept, whole)} ${line(words.mass, ({ mass }) => mass, percent)}
        ${line(words.entropy, ({ entropy }) => entropy, bits)} ${line(words.choices, ({ choices }) => choices, bits)}
      </tbody>
    </table>`;
  }

  /** @param {Row} row @param {'a' | 'b'} side @param {(p: number) => number} scale */
  cellView(row, side, scale) {
    const prob = row[side];
    const cut = row.keptBy !== 'both' && row.keptBy !== side;
    const drawn = side === 'a' ? row.drawnA : row.drawnB;
    return html`<td class=${drawn ? 'drawn' : ''} data-side=${side} data-prob=${String(prob)} title=${prob}>
      <div class="cell">
        <div class="track">${cut ? nothing : barView({ prob, before: null }, scale)}</div>
        <span class="number">${cut ? html`<span class="gone" aria-hidden="true">–</span><span class="visually-hidden">${words.cut}</span>` : percent(prob)}</span>
      </div>
    </td>`;
  }

  /** @param {Row} row @param {State} state @param {(p: number) => number} scale */
  rowView(row, state, scale) {
    const { id, keptBy, drawnA, drawnB } = row;
    const drawnBy = drawnA && drawnB ? words.drawnBy.both : drawnA ? words.drawnBy.a : drawnB ? words.drawnBy.b : '';
    return html`<tr class=${keptBy} data-compare-id=${id} data-kept-by=${keptBy}>
      <th scope="row">
        ${tokenView(state.vocabulary.get(id))}${drawnBy ? html` <span class="mark">${drawnBy}</span>` : nothing}
      </th>
      ${this.cellView(row, 'a', scale)} ${this.cellView(row, 'b', scale)}
      <td class="kept-by"><span class="sign" aria-hidden="true">${SIGNS[keptBy]}</span> ${words.sides[keptBy]}</td>
    </tr>`;
  }

  /** @param {Comparison} comparison @param {State} state */
  tableView({ rows, others }, state) {
    const scale = scaleOf(state.scale);
    return html`<table class="both">
      <caption>
        ${words.table}
      </caption>
      <thead>
        <tr>
          <th scope="col">${words.token}</th>
          <th scope="col">${words.a}</th>
          <th scope="col">${words.b}</th>
          <th scope="col">${words.keptBy}</th>
        </tr>
      </thead>
      <tbody>
        ${rows.map((row) => this.rowView(row, state, scale))}
        ${others.count > 0
          ? html`<tr class="others">
              <th scope="row">${words.others(others.count)}</th>
              ${[others.a, others.b].map(
                (mass) => html`<td data-mass=${String(mass)} title=${mass}><div class="cell"><div class="track">${barView({ prob: mass, before: null }, scale)}</div><span class="number">${percent(mass)}</span></div></td>`,
              )}
              <td></td>
            </tr>`
          : nothing}
      </tbody>
    </table>`;
  }

  /** @param {State} state @param {[Step, Step]} pair */
  comparisonView(state, pair) {
    const comparison = comparisonOf(pair[0], pair[1], MOST);
    const { a, b, u, agree, sets, distance } = comparison;
    const name = (/** @type {number} */ id) => {
      const token = state.vocabulary.get(id);
      return token ? plainText(token).replace(/^ | $/g, '\u00a0') : '';
    };
    const same = sets.a === 0 && sets.b === 0;
    return html`<div
      class="outcome"
      data-agree=${agree}
      data-distance=${String(distance)}
      data-both=${sets.both}
      data-only-a=${sets.a}
      data-only-b=${sets.b}
    >
      <div role="status">
        <p class="verdict">${agree ? words.agree(unit(u), name(a.drawn)) : words.disagree(unit(u), name(a.drawn), name(b.drawn))}</p>
        <p>${same ? words.sameSets(sets.both) : words.sets(sets.both, sets.a, sets.b)} ${words.distance(percent(distance))}</p>
      </div>
      <p class="hint">${words.distanceHint}</p>
      <div class="tables">${this.measuresView(comparison, name)} ${this.tableView(comparison, state)}</div>
    </div>`;
  }

  render() {
    const { state, pair } = this;
    if (!state?.compare) return nothing;
    return html`
      <p class="note">${words.how}</p>
      ${this.controlsView(state, state.compare)} ${pair ? this.comparisonView(state, pair) : nothing}
    `;
  }
}

customElements.define('ls-compare', Compare);
