// Many draws from one step: what was expected of each token, and what came.
// Beside the token's way: the panel "Draw 1,000 times" shows it; pure functions.
// Must not draw: the engine does, and these functions only count.

import { SEEDS } from '../state.js';
import { LEAST_EXPECTED, pearson } from './chi-square.js';

/**
 * @typedef {import('../state.js').Stage} Stage
 * @typedef {import('../state.js').StageRow} StageRow
 *
 * @typedef {object} Cell
 * @property {number | null} id  null for the tokens that are counted together
 * @property {number} tokens     how many those are; 1 for a token of its own
 * @property {number} expected
 * @property {number} observed
 *
 * @typedef {object} Comparison
 * @property {Cell[]} cells      most expected first, those counted together last
 * @property {number} impossible draws of tokens that the pipeline had cut: always 0, unless the draw is wrong
 * @property {ReturnType<typeof pearson>} test
 *
 * @typedef {{ probs: Map<number, number>, unlisted: number, isCut: (id: number) => boolean }} Expectation  unlisted: tokens kept that have no entry
 */

/** One seed a draw, each following the one before: the generator makes neighbours as unlike as any others. @param {bigint} first @param {number} count */
export function seedsFrom(first, count) {
  return Array.from({ length: count }, (_, i) => (first + BigInt(i)) % SEEDS);
}

/**
 * XTC decides by a number of the seed whether it cuts; over many seeds its pipeline is a mixture. Every XTC stage compares
 * the same number with its own probability, so the mixture has one part for each stretch between two probabilities.
 * @param {Stage[]} stages
 * @returns {{ weight: number, stages: Stage[] }[]} pipelines that leave nothing to chance before the draw
 */
export function mixtureOf(stages) {
  const chance = (/** @type {Stage} */ stage) => (stage.name === 'xtc' ? Number(stage.probability ?? 0) : 0);
  const edges = [...new Set([0, 1, ...stages.map(chance)])].sort((a, b) => a - b);
  return edges.slice(1).map((edge, i) => ({
    weight: edge - edges[i],
    stages: stages.map((stage) => (stage.name === 'xtc' ? { ...stage, probability: chance(stage) >= edge ? 1 : 0 } : stage)),
  }));
}

/**
 * What the mixture's last rows promise each token. A token that some row keeps without listing it has no entry.
 * @param {{ weight: number, row: StageRow }[]} parts
 * @returns {Expectation}
 */
export function expectationOf(parts) {
  const lists = parts.map(({ weight, row: { ids, probs, otherCount } }) => {
    const known = new Map(Array.from(ids, (id, i) => [id, probs[i]]));
    return { weight, of: (/** @type {number} */ id) => known.get(id) ?? (otherCount === 0 ? 0 : NaN), ids };
  });
  const sum = (/** @type {number} */ id) => lists.reduce((total, { weight, of }) => total + weight * of(id), 0);
  const all = [...new Set(lists.flatMap(({ ids }) => [...ids]))];
  const probs = new Map(all.map((id) => [id, sum(id)]));
  for (const [id, prob] of probs) if (!(prob > 0)) probs.delete(id);
  return { probs, unlisted: Math.max(...parts.map(({ row }) => row.otherCount)), isCut: (id) => sum(id) === 0 };
}

/** @param {Iterable<number>} ids drawn @returns {Map<number, number>} how often each was */
export function tally(ids) {
  const counts = new Map();
  for (const id of ids) counts.set(id, (counts.get(id) ?? 0) + 1);
  return counts;
}

/**
 * Expected against observed. Tokens of which fewer than five are expected are counted together; should that be fewer than
 * five still, the next ones join them.
 * @param {Expectation} expectation @param {Map<number, number>} counts @param {number} draws
 * @returns {Comparison}
 */
export function compare({ probs, unlisted, isCut }, counts, draws) {
  const ranked = [...probs].sort(([, a], [, b]) => b - a).map(([id, prob]) => ({ id, expected: draws * prob, observed: counts.get(id) ?? 0 }));
  let own = ranked.findIndex(({ expected }) => expected < LEAST_EXPECTED);
  if (own < 0) own = ranked.length;
  const rest = (/** @type {'expected' | 'observed'} */ what) => draws - ranked.slice(0, own).reduce((sum, cell) => sum + cell[what], 0);
  const tokens = () => ranked.length - own + unlisted;
  if (tokens() > 0) while (own > 0 && rest('expected') < LEAST_EXPECTED) own--;
  /** @type {Cell[]} */
  const cells = ranked.slice(0, own).map((cell) => ({ ...cell, tokens: 1 }));
  if (tokens() > 0) cells.push({ id: null, tokens: tokens(), expected: rest('expected'), observed: rest('observed') });
  let impossible = 0;
  for (const [id, count] of counts) if (isCut(id)) impossible += count;
  return { cells, impossible, test: pearson(cells) };
}
