// From one step of the engine to the table that is drawn: fixed rows, a cell for every stage.
// On the token's way: between the state and the stage columns; a pure function.
// Must not know elements, pixels or the scale; a display limit here never changes a probability.

/**
 * @typedef {import('./state.js').Step} Step
 * @typedef {import('./state.js').StageRow} StageRow
 *
 * @typedef {object} Cell
 * @property {number} prob          after the stage, 0 where cut
 * @property {number | null} before what it had before the stage, null in the first column
 *
 * @typedef {object} Row
 * @property {number} id
 * @property {number} rank          1 is the likeliest for the model
 * @property {boolean} drawn
 * @property {boolean} inText       it is the token that stands at this position
 * @property {boolean} cut          by some stage
 * @property {boolean} apart        ranks are left out between the row above and this one
 * @property {Cell[]} cells
 *
 * @typedef {{ kind: 'none' }
 *   | { kind: 'line', after: number }
 *   | { kind: 'threshold', at: number }
 *   | { kind: 'staircase', sums: number[], limit: number }} CutOff  in the stage's own geometry
 *
 * @typedef {object} Column
 * @property {string} name
 * @property {number | undefined} value
 * @property {number} kept
 * @property {number} keptBefore
 * @property {number} keptMass
 * @property {number} entropy
 * @property {number} best           highest probability before the stage
 * @property {CutOff} cutOff
 * @property {{ count: number, mass: number }} others  kept tokens without a row of their own
 *
 * @typedef {{ rows: Row[], columns: Column[], others: number }} Table  others: tokens without a row
 */

/** @type {CutOff} */
const NO_CUT_OFF = { kind: 'none' };

/** @param {StageRow} stage @param {number} id @returns {number} */
function probOf(stage, id) {
  const at = stage.ids.indexOf(id);
  return at < 0 ? 0 : stage.probs[at];
}

/**
 * The first tokens in the model's own order, and those asked for that lie further down.
 * @param {StageRow} first @param {number} count @param {number[]} wanted
 * @returns {number[]}
 */
function rowIds(first, count, wanted) {
  // An extra row takes the place of a plain one: the table keeps its height from step to step.
  const extra = (/** @type {number} */ n) => wanted.filter((id) => first.ids.indexOf(id) >= n);
  let plain = Math.min(count, first.ids.length);
  while (plain > 1 && plain + extra(plain).length > count) plain--;
  const below = extra(plain).sort((a, b) => first.ids.indexOf(a) - first.ids.indexOf(b));
  return [...first.ids.subarray(0, plain), ...below];
}

/** @param {StageRow} stage @param {Set<number>} shown @returns {{ count: number, mass: number }} */
function othersOf(stage, shown) {
  let count = stage.otherCount;
  let mass = stage.otherMass;
  for (const [i, id] of stage.ids.entries()) {
    if (shown.has(id)) continue;
    count++;
    mass += stage.probs[i];
  }
  return { count, mass };
}

/**
 * @param {StageRow} stage
 * @param {StageRow} before
 * @param {number[]} ids rows without a gap, from rank 1
 * @returns {CutOff}
 */
function cutOffOf({ name, value = 0, kept }, before, ids) {
  switch (name) {
    case 'top-k':
      return kept < before.kept && kept <= ids.length ? { kind: 'line', after: kept } : NO_CUT_OFF;
    case 'min-p':
      return value > 0 ? { kind: 'threshold', at: value * before.probs[0] } : NO_CUT_OFF;
    case 'top-p': {
      if (value >= 1) return NO_CUT_OFF;
      let sum = 0;
      return { kind: 'staircase', sums: ids.map((id) => (sum += probOf(before, id))), limit: value };
    }
    default:
      return NO_CUT_OFF;
  }
}

/**
 * @param {Step} step
 * @param {number} count rows at most
 * @param {number} vocab tokens in all
 * @returns {Table}
 */
export function tableOf(step, count, vocab) {
  const { stages, id: drawn } = step;
  const inText = step.actual ?? null;
  const first = stages[0];
  const last = stages[stages.length - 1];
  const wanted = inText === null || inText === drawn ? [drawn] : [drawn, inText];
  const ids = rowIds(first, count, wanted);
  const shown = new Set(ids);

  let expected = 1;
  const rows = ids.map((id) => {
    const rank = first.ids.indexOf(id) + 1;
    const apart = rank !== expected;
    expected = rank + 1;
    const cells = stages.map((stage, i) => ({
      prob: probOf(stage, id),
      before: i === 0 ? null : probOf(stages[i - 1], id),
    }));
    return { id, rank, drawn: id === drawn, inText: id === inText, cut: last.ids.indexOf(id) < 0, apart, cells };
  });

  const together = ids.filter((id, i) => rows[i].rank === i + 1);
  const columns = stages.map((stage, i) => {
    const before = stages[Math.max(0, i - 1)];
    return {
      name: stage.name,
      value: stage.value,
      kept: stage.kept,
      keptBefore: before.kept,
      keptMass: stage.keptMass,
      entropy: stage.entropy,
      best: before.probs[0],
      cutOff: i === 0 ? NO_CUT_OFF : cutOffOf(stage, before, together),
      others: othersOf(stage, shown),
    };
  });
  return { rows, columns, others: vocab - rows.length };
}

/**
 * The draw strip: one segment a token in rank order; those too thin to be seen are one segment together.
 * @param {Step} step
 * @param {number} thinnest share of the strip
 * @returns {{ segments: Segment[], rest: { start: number, share: number, count: number } }}
 * @typedef {{ id: number, start: number, share: number, drawn: boolean }} Segment
 */
export function stripOf(step, thinnest) {
  const { ids, probs, kept } = step.stages[step.stages.length - 1];
  /** @type {Segment[]} */
  const segments = [];
  let sum = 0;
  let restAt = null;
  for (const [i, id] of ids.entries()) {
    const drawn = id === step.id;
    if (restAt === null && probs[i] < thinnest) restAt = { start: sum, count: kept - i };
    // The drawn token is always seen, however thin, at its own place in the rest.
    if (restAt === null || drawn) segments.push({ id, start: sum, share: probs[i], drawn });
    sum += probs[i];
    if (restAt !== null && sum > step.u) break;
  }
  const { start, count } = restAt ?? { start: 1, count: 0 };
  return { segments, rest: { start, share: 1 - start, count } };
}
