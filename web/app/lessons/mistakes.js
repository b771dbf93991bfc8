// Samplers as others have written them: from a right step to the one that a mistake would have made of it.
// Beside the token's way: the stages and the lessons' figures show what comes out while a mistake is switched on.
// Must not know elements or words; the step that is given is never changed, and nothing is ever drawn from a wrong one.

import { drawAt as placeAt } from '../experiments/own-logits.js';

/**
 * @typedef {import('../state.js').Step} Step
 * @typedef {import('../state.js').StageRow} StageRow
 * @typedef {StageRow & { logits?: Float64Array }} Row
 * @typedef {{ id: number, rows: { rank: number, prob: number, logit: number }[] }} Watched
 * @typedef {Omit<Step, 'bytes' | 'text' | 'end' | 'actual'> & { watched?: Watched[], mistake?: string }} Drawn  a step, of any logits
 */

/** What programs that cut before softmax usually cut to. */
const CUT_TO = 50;

/**
 * The token that a number u draws: the first in the row's order whose cumulative probability exceeds u.
 * @param {Pick<StageRow, 'ids' | 'probs'>} row listed in full
 * @param {number} u
 * @returns {number}
 */
export const drawAt = ({ ids, probs }, u) => ids[placeAt(probs, u)];

/**
 * A row that keeps these tokens alone, with shares in proportion to the weights.
 * @param {Row} row @param {ArrayLike<number>} ids @param {ArrayLike<number>} weights
 * @param {{ keptMass: number, logits?: ArrayLike<number> }} more
 * @returns {Row}
 */
function keeping(row, ids, weights, { keptMass, logits }) {
  const total = Array.from(weights).reduce((sum, weight) => sum + weight, 0);
  const shares = Array.from(weights, (weight) => weight / total);
  const entropy = shares.reduce((sum, p) => (p > 0 ? sum - p * Math.log2(p) : sum), 0);
  return {
    ...row,
    ids: Uint32Array.from(ids),
    probs: Float32Array.from(shares),
    ...(logits ? { logits: Float64Array.from(logits) } : {}),
    kept: ids.length,
    keptMass,
    entropy,
    otherCount: 0,
    otherMass: 0,
  };
}

/** The first `count` tokens of the row before. @param {Row} row @param {Row} before @param {number} count @returns {Row} */
function firstOf(row, before, count) {
  // A cut below all that is listed nobody would see; without the probabilities it cannot be computed either.
  if (count > before.ids.length) return row;
  const weights = before.probs.slice(0, count);
  const keptMass = weights.reduce((sum, p) => sum + p, 0);
  return keeping(row, before.ids.slice(0, count), weights, { keptMass, logits: before.logits?.slice(0, count) });
}

/**
 * What a stage keeps of a row before it that has lost tokens: the same, without those. For temperature, top-k and
 * min-p this is what the stage itself would do; a bound that depends on entropy or on absolute shares stays where it was.
 * @param {Row} row @param {Row} before listed in full @returns {Row}
 */
function amongOf(row, before) {
  const at = Array.from(row.ids.keys()).filter((i) => before.ids.includes(row.ids[i]));
  if (at.length === 0) return { ...before, ...stageOf(row) }; // at least one is always kept
  const ids = at.map((i) => row.ids[i]);
  const keptMass = ids.reduce((sum, id) => sum + before.probs[before.ids.indexOf(id)], 0);
  return keeping(row, ids, at.map((i) => row.probs[i]), { keptMass, logits: row.logits && at.map((i) => row.logits?.[i] ?? 0) });
}

/** A row's stage and its parameters, without what it did. @param {Row} row */
function stageOf(row) {
  // eslint-disable-next-line no-unused-vars -- named to be left out
  const { ids, probs, logits, kept, keptMass, entropy, otherCount, otherMass, ...stage } = row;
  return stage;
}

/** @param {Row} row @param {number} p @returns {number} how many tokens, from the likeliest on, reach the sum p */
function nucleus({ probs, kept }, p) {
  let sum = 0;
  for (const [i, prob] of probs.entries()) {
    sum += prob;
    if (sum >= Math.fround(p)) return i + 1;
  }
  return kept;
}

/**
 * The stages behind some wrong rows, as these leave them.
 * @param {Row[]} right @param {Row[]} wrong the first rows @param {boolean} drops every nucleus loses its last token
 * @returns {Row[]} all rows
 */
function carriedOn(right, wrong, drops) {
  const rows = [...wrong];
  for (let i = rows.length; i < right.length; i++) {
    const row = right[i];
    const before = rows[i - 1];
    const same = before === right[i - 1];
    if (row.name !== 'top-p' || Number(row.value) >= 1) {
      rows.push(same ? row : amongOf(row, before));
      continue;
    }
    const kept = same ? row.kept : nucleus(before, Number(row.value));
    rows.push(same && !drops ? row : firstOf(row, before, Math.max(1, drops ? kept - 1 : kept)));
  }
  return rows;
}

/** @param {Drawn} step @param {Row[]} stages @returns {Drawn} drawn anew from the wrong rows, at the same u */
function drawnFrom(step, stages) {
  const last = stages[stages.length - 1];
  const id = last === step.stages[stages.length - 1] ? step.id : drawAt(last, step.u);
  const share = stages[0].probs[stages[0].ids.indexOf(id)];
  const probOf = (/** @type {number} */ i, /** @type {number} */ id, /** @type {number} */ prob) => {
    if (stages[i] === step.stages[i]) return prob;
    const at = stages[i].ids.indexOf(id);
    return at < 0 ? 0 : stages[i].probs[at];
  };
  const watched = step.watched?.map(({ id, rows }) => ({ id, rows: rows.map((row, i) => ({ ...row, prob: probOf(i, id, row.prob) })) }));
  return { ...step, id, stages, logprob: Math.log(share), entropy: stages[0].entropy, ...(watched ? { watched } : {}) };
}

/** Keeps tokens while their sum is still below p, so that the one with which it would reach p is lost. @param {Drawn} step */
function droppedCrossing(step) {
  return drawnFrom(step, carriedOn(step.stages, [step.stages[0]], true));
}

/** Takes the 50 highest logits first and then calls their softmax the model's probabilities. @param {Drawn} step */
function cutEarly(step) {
  const [model] = step.stages;
  if (model.kept <= CUT_TO || model.ids.length < CUT_TO) return step;
  return drawnFrom(step, carriedOn(step.stages, [{ ...firstOf(model, model, CUT_TO), keptMass: 1 }], false));
}

/**
 * Walks through the vocabulary, cut tokens included, and stops where the cumulative probability is at least u. Shown
 * at u = 0, where it stops at the first token there is (here: of those listed or watched), whatever its probability.
 * @param {Drawn} step
 */
function zeroDrawn(step) {
  const ids = [...step.stages[0].ids, ...(step.watched ?? []).map((each) => each.id)];
  return { ...step, u: 0, id: Math.min(...ids) };
}

/** @type {Record<string, (step: Drawn) => Drawn>} */
const mistakes = { 'dropped-crossing': droppedCrossing, 'cut-at-50': cutEarly, 'zero-drawn': zeroDrawn };

export const mistakeNames = Object.keys(mistakes);

/**
 * The step as a sampler with this mistake would have made it, marked with the mistake's name. Of the token that it
 * draws only the id is known here: `bytes` and `text` stay those of the right one.
 * @template {Drawn} Shown
 * @param {Shown} step
 * @param {string | null | undefined} name null: none is switched on
 * @returns {Shown}
 */
export function mistaken(step, name) {
  if (!name || !Object.hasOwn(mistakes, name)) return step;
  return /** @type {Shown} */ ({ ...mistakes[name](step), mistake: name });
}
