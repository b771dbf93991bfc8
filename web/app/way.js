// One token's way through all stages, with the numbers that decided at each.
// On the token's way: beside table.js, for one row in full; a pure function.
// Must not know elements or words; every number is the engine's, or one formula away from them.

import { leastOf } from './table.js';

/**
 * @typedef {import('./table.js').StageRow} StageRow
 * @typedef {import('./table.js').StepLike} StepLike
 *
 * @typedef {{ rank: number, prob: number, logit: number, kept: boolean }} Place  rank among those that are left, 1 is the likeliest
 *
 * @typedef {object} Softmax   logits become probabilities: e^(logit - greatest) / sum
 * @property {'softmax'} kind
 * @property {number | null} was  the logit before the stage changed it
 * @property {number} logit
 * @property {number} greatest    of all that are left: no power overflows
 * @property {number} weight      e^(logit - greatest)
 * @property {number} sum         of all tokens' weights
 * @property {number} prob
 *
 * @typedef {object} Test      the stage keeps the token or not; what is kept is divided by its sum
 * @property {'test'} kind
 * @property {boolean} kept
 * @property {number} rank
 * @property {number} before      its probability before
 * @property {number} logit       as it was then
 * @property {number} sumBefore   of the likelier ones
 * @property {number} entropy     in bits, of what was left then
 * @property {number} least       probability that the stage lets pass, where it has such a threshold
 * @property {number} keptMass
 * @property {number} prob
 *
 * @typedef {{ stage: StageRow, rankThen: number | null } & (Softmax | Test | { kind: 'off', prob: number } | { kind: 'gone' })} Leg
 *   rankThen: among those that the stage leaves; null where it is cut, or nobody followed it
 */

/** The stages that change logits and cut nothing. */
const CHANGES = new Set(['logits', 'penalties', 'bias', 'dry', 'temperature']);

/** @param {StepLike} step @param {number} at index of the stage @param {number} id @returns {Place} */
function placeOf({ stages, watched = [] }, at, id) {
  const { ids, probs, logits } = stages[at];
  const listed = ids.indexOf(id);
  if (listed >= 0) return { rank: listed + 1, prob: probs[listed], logit: logits[listed], kept: true };
  const { rank = Infinity, prob = 0, logit = -Infinity } = watched.find((each) => each.id === id)?.rows[at] ?? {};
  return { rank, prob, logit, kept: prob > 0 };
}

/** @param {StageRow} stage @param {Place} here @param {number | null} was @returns {Softmax} */
function softmaxLeg({ logits, probs }, { prob, logit }, was) {
  // The likeliest token's weight is 1, so its probability is 1 / sum.
  return { kind: 'softmax', was, logit, greatest: logits[0], weight: Math.exp(logit - logits[0]), sum: 1 / probs[0], prob };
}

/** @param {StageRow} stage @param {StageRow} before @param {Place} place before the stage @param {Place} here after it @returns {Test} */
function testLeg(stage, before, place, here) {
  let sumBefore = 0;
  for (let i = 0; i < before.ids.length && i < place.rank - 1; i++) sumBefore += before.probs[i];
  return {
    kind: 'test',
    kept: here.kept,
    rank: place.rank,
    before: place.prob,
    logit: place.logit,
    sumBefore,
    entropy: before.entropy,
    least: leastOf(stage, before),
    keptMass: stage.keptMass,
    prob: here.prob,
  };
}

/**
 * How many tokens a step must list so that every way through it can be told: top-p adds up all that are likelier.
 * @param {StepLike} step
 */
export function listingFor({ stages, watched = [] }) {
  const added = stages.flatMap(({ name }, i) => (name === 'top-p' ? [i - 1] : []));
  return Math.max(0, ...watched.flatMap(({ rows }) => added.map((i) => (rows[i].prob > 0 ? rows[i].rank - 1 : 0))));
}

/**
 * @param {StepLike} step
 * @param {number} id
 * @param {(stage: StageRow) => boolean} isOff whether a stage is set so that it does nothing
 * @returns {Leg[]} one a stage
 */
export function wayOf(step, id, isOff) {
  return step.stages.map((stage, i) => {
    const here = placeOf(step, i, id);
    const rankThen = here.kept && here.rank < Infinity ? here.rank : null;
    const common = { stage, rankThen };
    if (i === 0) return { ...common, ...softmaxLeg(stage, here, null) };
    const before = step.stages[i - 1];
    const place = placeOf(step, i - 1, id);
    if (!place.kept) return { ...common, kind: 'gone' };
    if (isOff(stage)) return { ...common, kind: 'off', prob: here.prob };
    const changes = CHANGES.has(stage.name) && !(stage.name === 'temperature' && stage.value === 0);
    return { ...common, ...(changes ? softmaxLeg(stage, here, place.logit) : testLeg(stage, before, place, here)) };
  });
}
