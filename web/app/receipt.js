// Why this token: its rank, its probability and its distance from the cut at every stage, and where u fell.
// Behind the token's way: made from a step that was computed again under the settings of the moment it was drawn.
// Must not know words or elements; receipt-words.js says it, ls-receipt.js shows it.

import { cutOf } from './cuts.js';
import { isOff } from './pipeline.js';

/**
 * @typedef {import('../engine/index.js').Sample} Step
 * @typedef {import('./state.js').Stage} Stage
 * @typedef {import('./state.js').StageRow} StageRow
 * @typedef {import('./state.js').StageSpec} StageSpec
 * @typedef {{ rank: number, prob: number, logit: number }} Standing of the token in a row, as the engine gives it
 *
 * @typedef {'next' | 'drawn' | 'taken' | 'given'} How  next: it would be drawn; taken: by the reader; given: by the prompt
 *
 * @typedef {{ kind: 'model', logit: number }
 *   | { kind: 'gone' }
 *   | { kind: 'off' }
 *   | { kind: 'temperature', value: number, before: number, after: number }
 *   | { kind: 'greedy' }
 *   | { kind: 'top-k', place: number, bound: number, margin: number }
 *   | { kind: 'top-p', before: number, bound: number, margin: number }
 *   | { kind: 'least', prob: number, bound: number, margin: number }
 *   | { kind: 'typical', surprisal: number, entropy: number, deviation: number, bound: number, margin: number }
 *   | { kind: 'top-n-sigma', logit: number, bound: number, margin: number }
 *   | { kind: 'xtc', chance: number, probability: number, hit: boolean, prob: number, threshold: number }
 *   | { kind: 'mirostat', surprisal: number, bound: number, margin: number }
 *   | { kind: 'penalties', before: number, after: number, count: number, window: number }
 *   | { kind: 'bias', before: number, after: number }
 *   | { kind: 'dry', before: number, after: number, length: number | null }} Measure
 *   the stage's own; margin: how far on the kept side of the bound the token was, below 0 on the other side. Surprisals,
 *   entropies and deviations are in bits, masses and probabilities from 0 to 1
 *
 * @typedef {object} Line one row of the trace
 * @property {string} name
 * @property {Stage | null} stage  null for the model's own
 * @property {StageSpec | null} spec
 * @property {number} rank         among those that are left, 1 is the likeliest; where it is cut, among all
 * @property {number} prob         after the stage, 0 where cut
 * @property {number} kept
 * @property {boolean} removed     the token itself was cut here
 * @property {import('./cuts.js').Cut | null} cut
 * @property {Measure} measure
 *
 * @typedef {{ id: number, prob: number, from: number, to: number }} Part of the strip: those u that draw the token
 *
 * @typedef {object} Receipt
 * @property {number} id
 * @property {number} drawn        the token that u falls on
 * @property {How} how
 * @property {number} position
 * @property {bigint} seed
 * @property {number} u
 * @property {Line[]} lines
 * @property {Part | null} part    null where a stage cut the token
 * @property {{ drawn: Part, before: Part | null, after: Part | null }} strip  around u
 */

/** @param {Step} step @param {number} id @returns {Standing[]} row by row */
function standingsOf({ watched }, id) {
  return /** @type {{ rows: Standing[] }} */ (watched.find((token) => token.id === id)).rows;
}

/**
 * How many tokens each stage must list for a receipt: as far as the one behind this token, behind the one after the drawn
 * token (a part ends at 1 where none follows), and the first that is cut. A probability can be 0 because it is too small
 * for a float; then only the whole list tells.
 * @param {Step} step that watches the token @param {number} id
 * @returns {number}
 */
export function listingFor(step, id) {
  const { stages } = step;
  const standings = standingsOf(step, id);
  const last = stages[stages.length - 1];
  const drawn = last.ids.indexOf(step.id);
  let most = drawn < 0 ? last.kept : Math.min(last.kept, drawn + 3);
  for (const [i, { kept }] of stages.entries()) {
    const { rank, prob } = standings[i];
    const next = stages[i + 1]?.kept ?? kept;
    most = Math.max(most, Math.min(kept, prob > 0 ? rank + 1 : kept), next < kept ? next + 1 : 0);
  }
  return most;
}

/** Sums the probabilities as the engine does: floats in rank order, their sum a double. @param {StageRow} row @param {number} place */
function massBefore({ probs }, place) {
  let mass = 0;
  for (let i = 0; i < place; i++) mass += probs[i];
  return mass;
}

/** The part of the strip at a place; rounding leaves no gap behind the last one. @param {StageRow} row @param {number} place @returns {Part | null} */
function partAt(row, place) {
  const prob = row.probs[place] ?? 0;
  if (prob === 0) return null;
  const from = massBefore(row, place);
  const isLast = !(row.probs[place + 1] > 0);
  return { id: row.ids[place], prob, from, to: isLast ? 1 : Math.min(1, from + prob) };
}

/** @param {number} probability @returns {number} in bits */
const surprisalOf = (probability) => Math.max(0, -Math.log2(probability)); // a certainty's is no negative zero

/**
 * How many tokens of the text the token would have repeated once more, from what DRY took for it.
 * @param {any} stage @param {number} penalty
 */
function repeatedLength({ multiplier, base, allowedLength }, penalty) {
  if (penalty < multiplier / 2) return 0; // a stage's logits are rounded, and the least penalty is the multiplier
  return base > 1 ? allowedLength + Math.round(Math.log(penalty / multiplier) / Math.log(base)) : null;
}

/**
 * @param {any} stage with all of its parameters
 * @param {{ row: StageRow, before: StageRow, now: Standing, was: Standing, place: number, id: number, textBefore: number[] }} there
 *   place: where the token stood among those kept before the stage, from 0
 * @returns {Measure}
 */
function measureOf(stage, { row, before, now, was, place, id, textBefore }) {
  const bound = row.limit;
  switch (stage.name) {
    case 'temperature':
      if (stage.value === 0) return { kind: 'greedy' };
      return { kind: 'temperature', value: stage.value, before: was.logit, after: now.logit };
    case 'top-k':
      return { kind: 'top-k', place: place + 1, bound, margin: bound - (place + 1) };
    case 'top-p': {
      const mass = massBefore(before, place);
      return { kind: 'top-p', before: mass, bound, margin: bound - mass };
    }
    case 'typical': {
      const surprisal = surprisalOf(was.prob);
      const deviation = Math.abs(surprisal - before.entropy);
      const most = bound / Math.LN2;
      return { kind: 'typical', surprisal, entropy: before.entropy, deviation, bound: most, margin: most - deviation };
    }
    case 'top-n-sigma':
      return { kind: 'top-n-sigma', logit: was.logit, bound, margin: was.logit - bound };
    case 'xtc': {
      const { probability, threshold } = stage;
      return { kind: 'xtc', chance: bound, probability, hit: bound < probability, prob: was.prob, threshold };
    }
    case 'mirostat': {
      const surprisal = surprisalOf(was.prob);
      return { kind: 'mirostat', surprisal, bound, margin: bound - surprisal };
    }
    case 'penalties': {
      const read = stage.window > 0 ? textBefore.slice(-stage.window) : textBefore;
      const count = read.filter((each) => each === id).length;
      return { kind: 'penalties', before: was.logit, after: now.logit, count, window: read.length };
    }
    case 'bias':
      return { kind: 'bias', before: was.logit, after: now.logit };
    case 'dry':
      return { kind: 'dry', before: was.logit, after: now.logit, length: repeatedLength(stage, was.logit - now.logit) };
    default: // min-p, epsilon, eta
      return { kind: 'least', prob: was.prob, bound, margin: was.prob - bound };
  }
}

/**
 * @param {Step} step that watches the token and lists as many as listingFor asks
 * @param {number} id
 * @param {{ stages: Stage[], seed: bigint, specs: StageSpec[], textBefore: number[], how: How }} moment
 *   textBefore: ids of all tokens before the position
 * @returns {Receipt}
 */
export function receiptOf(step, id, { stages, seed, specs, textBefore, how }) {
  const rows = step.stages;
  const standings = standingsOf(step, id);
  const places = rows.map(({ ids }) => ids.indexOf(id));
  const last = rows[rows.length - 1];

  const lines = rows.map((row, i) => {
    const now = standings[i];
    const { kept } = row;
    const common = { name: row.name, rank: places[i] >= 0 ? places[i] + 1 : now.rank, prob: now.prob, kept };
    if (i === 0) {
      return { ...common, stage: null, spec: null, removed: false, cut: null, measure: /** @type {Measure} */ ({ kind: 'model', logit: now.logit }) };
    }
    const stage = stages[i - 1];
    const spec = /** @type {StageSpec} */ (specs.find(({ name }) => name === stage.name));
    const [before, was, place] = [rows[i - 1], standings[i - 1], places[i - 1]];
    /** @type {Measure} */
    let measure = { kind: 'gone' };
    if (place >= 0) {
      const there = { row, before, now, was, place, id, textBefore };
      measure = isOff(stage, spec) ? { kind: 'off' } : measureOf(row, there);
    }
    return { ...common, stage, spec, removed: place >= 0 && places[i] < 0, cut: cutOf(before, row, 1), measure };
  });

  const at = last.ids.indexOf(step.id);
  return {
    id,
    drawn: step.id,
    how,
    position: step.position,
    seed,
    u: step.u,
    lines,
    part: partAt(last, places[places.length - 1]),
    strip: {
      drawn: /** @type {Part} */ (partAt(last, at)),
      before: partAt(last, at - 1),
      after: partAt(last, at + 1),
    },
  };
}
