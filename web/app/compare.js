// Two pipelines on the same logits and the same u: what each keeps, what each draws, and how far they are apart.
// Behind the token's way: made from two steps of one position.
// Must not know words or elements.

import { moved, presets, samePipeline } from './pipeline.js';

/**
 * @typedef {import('../engine/index.js').Sample} Step
 * @typedef {import('./state.js').Stage} Stage
 *
 * @typedef {object} Side
 * @property {number} kept     tokens with a place in the strip
 * @property {number} mass     the model's own probability of these together
 * @property {number} entropy  in bits
 * @property {number} choices  2^entropy
 * @property {number} drawn    the token that u falls on
 * @property {number} prob     of that token in the strip
 *
 * @typedef {object} Row
 * @property {number} id
 * @property {number} a        probability in the strip of each, 0 where cut
 * @property {number} b
 * @property {'both' | 'a' | 'b'} keptBy
 * @property {boolean} drawnA
 * @property {boolean} drawnB
 *
 * @typedef {object} Comparison
 * @property {Side} a
 * @property {Side} b
 * @property {number} u
 * @property {boolean} agree   both draw the same token
 * @property {{ both: number, a: number, b: number }} sets  how many tokens both keep, and each alone
 * @property {number} distance total variation: half the sum of all differences of probability
 * @property {Row[]} rows      the likeliest of each, in the model's order
 * @property {{ count: number, a: number, b: number }} others  what is kept without a row
 */

/** What a cut token has in a dense row, where a kept one may have 0. */
const CUT = -1;

/** @param {Step} step */
const strip = ({ stages }) => stages[stages.length - 1];

/** Whether a step lists all that a comparison needs: every token that is kept, with the model's probability. @param {Step} step @returns {boolean} */
export function isWhole(step) {
  const [first, last] = [step.stages[0], strip(step)];
  if (last.ids.length < last.kept) return false;
  const listed = new Set(first.ids);
  return last.ids.every((id) => listed.has(id));
}

/** Probabilities by id. @param {import('./state.js').StageRow} row @param {number} vocab */
function dense({ ids, probs }, vocab) {
  const all = new Float32Array(vocab).fill(CUT);
  for (let i = 0; i < ids.length; i++) all[ids[i]] = probs[i];
  return all;
}

/** @param {Step} step @param {Float32Array} own the model's probabilities @returns {Side} */
function sideOf(step, own) {
  const { ids, probs, kept, entropy } = strip(step);
  let mass = 0;
  for (const id of ids) mass += own[id];
  // A sum of floats falls short of 1.
  return { kept, mass: kept === own.length ? 1 : Math.min(1, mass), entropy, choices: 2 ** entropy, drawn: step.id, prob: probs[ids.indexOf(step.id)] };
}

/**
 * @param {Step} stepA @param {Step} stepB both whole, of the same logits
 * @param {number} most tokens of each that get a row
 * @returns {Comparison}
 */
export function comparisonOf(stepA, stepB, most) {
  const vocab = stepA.stages[0].kept;
  const own = dense(stepA.stages[0], vocab);
  const [a, b] = [dense(strip(stepA), vocab), dense(strip(stepB), vocab)];
  const first = (/** @type {Step} */ step) => [...strip(step).ids.subarray(0, most), step.id];
  const shown = new Set([...first(stepA), ...first(stepB)]);

  const sets = { both: 0, a: 0, b: 0 };
  const others = { count: 0, a: 0, b: 0 };
  let distance = 0;
  for (let id = 0; id < vocab; id++) {
    if (a[id] === CUT && b[id] === CUT) continue;
    const [inA, inB] = [Math.max(0, a[id]), Math.max(0, b[id])];
    sets[keptBy(a[id], b[id])]++;
    distance += Math.abs(inA - inB) / 2;
    if (shown.has(id)) continue;
    others.count++;
    others.a += inA;
    others.b += inB;
  }

  const rows = [...shown]
    .sort((x, y) => own[y] - own[x] || x - y)
    .map((id) => ({
      id,
      a: Math.max(0, a[id]),
      b: Math.max(0, b[id]),
      keptBy: keptBy(a[id], b[id]),
      drawnA: id === stepA.id,
      drawnB: id === stepB.id,
    }));
  return {
    a: sideOf(stepA, own),
    b: sideOf(stepB, own),
    u: stepA.u,
    agree: stepA.id === stepB.id,
    sets,
    distance: Math.min(1, distance),
    rows,
    others,
  };
}

/** @param {number} a @param {number} b CUT in one of them at most @returns {Row['keptBy']} */
function keptBy(a, b) {
  return a === CUT ? 'b' : b === CUT ? 'a' : 'both';
}

/** llama.cpp's order, from its common sampling parameters; what it does not have comes last. */
const ORDER = presets.llamaCpp.map(({ name }) => name);

/**
 * A second pipeline to begin with: the same stages and values in llama.cpp's order, or, where that is the order already,
 * with the temperature first.
 * @param {Stage[]} stages @returns {Stage[]}
 */
export function otherOrder(stages) {
  const place = (/** @type {Stage} */ { name }) => (ORDER.includes(name) ? ORDER.indexOf(name) : ORDER.length);
  const sorted = [...stages].sort((a, b) => place(a) - place(b));
  if (!samePipeline(sorted, stages)) return sorted;
  const at = stages.findLastIndex(({ name }) => name === 'temperature');
  return at > 0 ? moved(stages, at, 0) : presets.huggingFace;
}
