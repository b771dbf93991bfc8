// The same step drawn a thousand times, each with another seed: what was expected beside what came.
// After the token's way: the engine draws, experiments/draws.js counts, this shows.
// Must not know how a token is drawn; what is expected are the last stage's probabilities.

import { html, nothing } from 'lit';
import { place } from '../drawing/place.js';
import { tokenView } from '../drawing/token.js';
import { compare, expectationOf, mixtureOf, seedsFrom, tally } from '../experiments/draws.js';
import { bits, pValue, signed, tenths, whole } from '../format.js';
import { SEEDS } from '../state.js';
import { text } from '../text/index.js';
import { plainText } from '../token-text.js';
import { View } from './base.js';

/**
 * @typedef {import('../state.js').State} State
 * @typedef {import('../experiments/draws.js').Cell} Cell
 * @typedef {import('../experiments/draws.js').Comparison} Comparison
 *
 * @typedef {object} Run
 * @property {number} moment            of the instrument
 * @property {State['settings']} settings
 * @property {number} draws             that were asked for
 * @property {bigint} first             seed
 * @property {number} done              draws so far
 * @property {number | null} only       the one token that can be drawn
 * @property {Comparison | null} comparison once all are done
 */

const words = text.draws;
const COUNTS = [100, 1000, 10_000];
/** So many draws are one question to the engine; between two of them it hears other wishes. */
const PORTION = 250;
/** Rows of the table; the test takes all tokens. */
const MOST_ROWS = 100;

/** @param {Comparison} comparison @returns {string} the p-value in words */
function verdictOf({ impossible, test }) {
  if (impossible > 0) return words.verdict.impossible(impossible);
  if (!test) return words.tooFew;
  const { p } = test;
  if (p < 0.001) return words.verdict.hardly;
  if (p < 0.05) return words.verdict.seldom(Math.round(p * 1000));
  return p >= 0.995 ? words.verdict.always : words.verdict.nothing(Math.round(p * 100));
}

class Draws extends View {
  static properties = {
    state: { attribute: false },
    instrument: { attribute: false },
    draws: { state: true },
    run: { state: true },
  };

  constructor() {
    super();
    /** @type {State | undefined} */
    this.state = undefined;
    /** @type {import('../instrument.js').Instrument | undefined} */
    this.instrument = undefined;
    this.draws = 1000;
    /** @type {Run | null} */
    this.run = null;
    /** Counts the runs that were begun; an earlier one that goes on stops. */
    this.latest = 0;
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.latest++;
    if (!this.run?.comparison) this.run = null;
  }

  /** What was drawn at another step, or under other settings, is no longer what this page is about. */
  willUpdate() {
    const { run, state, instrument } = this;
    if (!run || !state || !instrument) return;
    if (run.moment === instrument.moment && run.settings === state.settings) return;
    this.run = null;
    this.latest++;
  }

  /** Draws from the step that is shown. @param {bigint} first seed */
  async begin(first) {
    const { state, instrument, draws } = this;
    if (!state || !instrument) return;
    const latest = ++this.latest;
    const { settings } = state;
    const { moment } = instrument;
    const parts = mixtureOf(settings.stages);
    // No more tokens than this can be expected five times.
    const top = draws / 5;
    const steps = await instrument.inspectAll(parts.map(({ stages }) => ({ stages, seed: settings.seed, trace: 'top', top })));
    if (steps.length === 0 || !this.isCurrent(latest, moment)) return;
    const expectation = expectationOf(parts.map(({ weight }, i) => ({ weight, row: steps[i].stages[steps[i].stages.length - 1] })));
    const alone = expectation.probs.size === 1 && expectation.unlisted === 0;
    const only = alone ? [...expectation.probs.keys()][0] : null;
    this.run = { moment, settings, draws, first, done: 0, only, comparison: null };
    /** @type {number[]} */
    const ids = [];
    while (!alone && ids.length < draws) {
      const seeds = seedsFrom(first + BigInt(ids.length), Math.min(PORTION, draws - ids.length));
      const drawn = await instrument.inspectAll(seeds.map((seed) => ({ stages: settings.stages, seed, trace: 'none' })));
      if (drawn.length === 0 || !this.isCurrent(latest, moment)) return;
      ids.push(...drawn.map(({ id }) => id));
      this.run = { ...this.run, done: ids.length, comparison: ids.length < draws ? null : compare(expectation, tally(ids), draws) };
    }
  }

  /** Whether an answer is still about the step that was asked about. @param {number} latest @param {number} moment */
  isCurrent(latest, moment) {
    return latest === this.latest && moment === this.instrument?.moment;
  }

  /** @param {Cell} cell @param {number} longest */
  barView({ observed, expected }, longest) {
    return html`<span class="measure" role="img" aria-label=${words.drawnOf(observed, tenths(expected))}>
      <span class="clip"><span class="bar" ${place({ transform: `translateX(${(observed / longest - 1) * 100}%)` })}></span></span>
      <span class="tick" ${place({ transform: `translateX(${(expected / longest) * 100}%)` })}></span>
    </span>`;
  }

  /** @param {Cell} cell @param {number} longest @param {State} state */
  rowView(cell, longest, state) {
    const { id, tokens, expected, observed } = cell;
    return html`<tr data-token-id=${id ?? nothing} data-expected=${String(expected)} data-observed=${observed}>
      <th scope="row">${id === null ? html`<span title=${words.pooledWhy}>${words.pooled(tokens)}</span>` : tokenView(state.vocabulary.get(id))}</th>
      <td title=${String(expected)}>${tenths(expected)}</td>
      <td>${whole(observed)}</td>
      <td title=${String(observed - expected)}>${signed(observed - expected)}</td>
      <td class="picture">${this.barView(cell, longest)}</td>
    </tr>`;
  }

  /** @param {Comparison} comparison @param {State} state */
  tableView({ cells }, state) {
    const longest = Math.max(...cells.flatMap(({ observed, expected }) => [observed, expected]));
    const pooled = cells.filter(({ id }) => id === null);
    const own = cells.slice(0, Math.min(MOST_ROWS, cells.length - pooled.length));
    const left = cells.length - own.length - pooled.length;
    return html`<div class="scroller" role="region" tabindex="0" aria-label=${words.caption}>
      <table class="counts">
        <caption class="visually-hidden">${words.caption}</caption>
        <thead>
          <tr>
            <th scope="col">${words.token}</th>
            <th scope="col">${words.expected}</th>
            <th scope="col">${words.observed}</th>
            <th scope="col">${words.difference}</th>
            <th scope="col" class="picture">${words.picture}</th>
          </tr>
        </thead>
        <tbody>
          ${own.map((cell) => this.rowView(cell, longest, state))}
          ${left > 0 ? html`<tr><th scope="row" colspan="5">${words.more(left)}</th></tr>` : nothing}
          ${pooled.map((cell) => this.rowView(cell, longest, state))}
        </tbody>
      </table>
    </div>`;
  }

  /** @param {Run} run @param {State} state */
  resultView({ draws, first, done, comparison }, state) {
    if (!comparison) {
      return html`<p class="line"><progress max=${draws} value=${done} aria-label=${words.run(draws)}></progress> ${words.progress(done, draws)}</p>`;
    }
    const { test, cells } = comparison;
    return html`${test
        ? html`<dl class="figures" data-chi-square=${String(test.statistic)} data-freedom=${test.freedom} data-p=${String(test.p)}>
            <div><dt>${words.statistic}</dt><dd title=${String(test.statistic)}>${bits(test.statistic)}</dd></div>
            <div><dt>${words.freedom}</dt><dd>${whole(test.freedom)}</dd></div>
            <div><dt>${words.p}</dt><dd title=${String(test.p)}>${pValue(test.p)}</dd></div>
          </dl>`
        : nothing}
      ${this.tableView(comparison, state)}
      <p class="note">
        ${words.seeds(String(first), String((first + BigInt(draws) - 1n) % SEEDS))} ${cells.some(({ id }) => id === null) ? words.pooledWhy : nothing}
      </p>`;
  }

  /** @param {State} state @returns {string} how it ended, for everyone and for the live region */
  outcomeOf({ vocabulary }) {
    const { only = null, comparison = null } = this.run ?? {};
    if (only === null) return comparison ? verdictOf(comparison) : '';
    const token = vocabulary.get(only);
    return words.single(token ? plainText(token) : '');
  }

  render() {
    const { state, run, draws } = this;
    if (!state) return nothing;
    if (!state.step) return html`<p class="note">${words.wait}</p>`;
    const { seed } = state.settings;
    const next = run ? (run.first + BigInt(run.draws)) % SEEDS : seed;
    const testable = run !== null && run.only === null;
    return html`
      <p class="note">${words.intro}</p>
      <div class="line">
        <label class="field">
          <span>${words.count}</span>
          <select name="draws" @change=${(/** @type {Event} */ event) => (this.draws = Number(/** @type {HTMLSelectElement} */ (event.target).value))}>
            ${COUNTS.map((n) => html`<option value=${n} ?selected=${n === draws}>${whole(n)}</option>`)}
          </select>
        </label>
        <button type="button" class="primary" name="draw" @click=${() => void this.begin(seed)}>${words.run(draws)}</button>
        <button type="button" name="draw-again" ?disabled=${!testable} @click=${() => void this.begin(next)}>${words.again}</button>
      </div>
      <p class="outcome" role="status">${this.outcomeOf(state)}</p>
      ${testable ? this.resultView(run, state) : nothing}
    `;
  }
}

customElements.define('ls-draws', Draws);
