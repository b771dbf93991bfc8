// What a stage cut: the tokens that were there before it and are not after it.
// Behind the token's way: read off the trace of a step, for receipts and for the list of all that was cut.
// Must not know words or elements.

/**
 * @typedef {import('./state.js').StageRow} StageRow
 *
 * @typedef {object} Cut
 * @property {number} count  tokens that lost their place at the stage
 * @property {number} mass   the probability that they had before it, together
 * @property {{ id: number, prob: number }[]} listed  these tokens with what each had, the likeliest first
 */

/**
 * What is cut is one end of the ranking, or both.
 * @param {StageRow} before @param {StageRow} row
 * @param {number} most so many are listed, if the row before lists them
 * @returns {Cut | null} null: nothing was cut
 */
export function cutOf(before, row, most) {
  const count = before.kept - row.kept;
  if (count === 0) return null;
  const first = before.ids.indexOf(row.ids[0]);
  const from = first < 0 ? before.ids.length : first; // it may lie farther down than what is listed
  const listed = Array.from(before.ids, (id, i) => ({ id, prob: before.probs[i] })).filter((_, i) => i < from || i >= from + row.kept);
  return { count, mass: 1 - row.keptMass, listed: listed.slice(0, most) };
}
