// One parameter through its range, everything else unchanged: where it stands, and what each value makes of the step.
// Beside the token's way: the panel "Sweep" shows it; pure functions.
// Must not sample: the engine does, and these functions ask and read.

/**
 * @typedef {import('../state.js').Stage} Stage
 * @typedef {import('../state.js').Step} Step
 * @typedef {import('../ranges.js').Spacing} Spacing
 *
 * @typedef {object} Point
 * @property {number} value
 * @property {number} at        on its slider, 0..1
 * @property {number} kept      tokens that are left in the end
 * @property {number} keptMass  of the probability, what no stage cut
 * @property {number} entropy   of what is left, in bits
 * @property {number} choices   2^entropy: so many equally likely tokens would be as uncertain
 * @property {number[]} probs   in the end, of the tokens that are followed
 * @property {number} drawn     the token that this value would draw
 */

/**
 * Values as the slider spaces them, and the present one among them.
 * @param {Spacing} spacing @param {number} vocab @param {number} present
 * @param {(value: number) => boolean} isAllowed
 * @param {number} [count] at most, besides the present one
 * @returns {{ value: number, at: number }[]}
 */
export function sweepValues({ fromSlider, toSlider }, vocab, present, isAllowed, count = 60) {
  const place = (/** @type {number} */ value) => Math.min(1, Math.max(0, toSlider(value, vocab)));
  const spaced = Array.from({ length: count }, (_, i) => fromSlider(i / (count - 1), vocab)).filter(isAllowed);
  const values = [...new Set([...spaced, present])];
  return values.map((value) => ({ value, at: place(value) })).sort((a, b) => a.at - b.at || a.value - b.value);
}

/** The pipeline with another value at one place; behind its end, with one stage more. @param {Stage[]} stages @param {number} index @param {Stage} stage */
export function withStage(stages, index, stage) {
  return [...stages.slice(0, index), stage, ...stages.slice(index + 1)];
}

/** A token's probability in the end: it was watched, or it is listed. @param {Step} step @param {number} id */
function probOf({ stages, watched = [] }, id) {
  const { ids, probs } = stages[stages.length - 1];
  const rows = watched.find((each) => each.id === id)?.rows;
  return rows?.at(-1)?.prob ?? probs[ids.indexOf(id)] ?? 0;
}

/**
 * @param {{ value: number, at: number }} place @param {Step} step @param {number[]} followed
 * @returns {Point}
 */
export function pointOf({ value, at }, step, followed) {
  const { stages, id } = step;
  const { kept, entropy } = stages[stages.length - 1];
  const keptMass = stages.reduce((mass, stage) => mass * stage.keptMass, 1);
  return { value, at, kept, keptMass, entropy, choices: 2 ** entropy, probs: followed.map((token) => probOf(step, token)), drawn: id };
}

/** @param {Point[]} points @param {number} at 0..1 @returns {number} index of the point that is nearest */
export function nearest(points, at) {
  return points.reduce((best, point, i) => (Math.abs(point.at - at) < Math.abs(points[best].at - at) ? i : best), 0);
}
