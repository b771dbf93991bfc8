// From one step of the engine to the table that is drawn: fixed rows, a cell for every stage.
// On the token's way: between the state and the stage columns; a pure function.
// Must not know elements, pixels or the scale; a display limit here never changes a probability.

/**
 * @typedef {import('./state.js').StageRow} StageRow
 * @typedef {{ id: number, rows: { rank: number, prob: number, logit: number }[] }} Watched  any token, at every stage
 *
 * @typedef {object} StepLike      what a table can be made of: a step, or something in its shape
 * @property {number} id           the drawn token
 * @property {number | null} [actual]
 * @property {StageRow[]} stages
 * @property {Watched[]} [watched]
 *
 * @typedef {object} Cell
 * @property {number} prob          after the stage, 0 where cut; what is kept can have too little for a float, too
 * @property {number | null} before what it had before the stage, null in the first column
 * @property {boolean} kept         by the stage and all before it
 * @property {boolean} wasKept      by all before it
 *
 * @typedef {object} Row
 * @property {number} id
 * @property {number} rank          1 is the likeliest for the model
 * @property {boolean} drawn
 * @property {boolean} inText       it is the token that stands at this position
 * @property {boolean} watched      it was asked for
 * @property {boolean} cut          by some stage
 * @property {boolean} apart        ranks are left out between the row above and this one
 * @property {Cell[]} cells
 *
 * @typedef {{ kind: 'none' }
 *   | { kind: 'lines', after: number[] }
 *   | { kind: 'threshold', at: number }
 *   | { kind: 'staircase', sums: number[], limit: number }} CutOff  in the stage's own geometry
 *   lines: after so many rows kept ones end or begin; staircase: the sum up to each row's token, in rank order
 *
 * @typedef {object} Column
 * @property {StageRow} stage
 * @property {string} name
 * @property {number} keptBefore
 * @property {number} best           highest probability before the stage
 * @property {CutOff} cutOff
 * @property {{ count: number, mass: number }} others  kept tokens without a row of their own
 *
 * @typedef {object} Table
 * @property {Row[]} rows
 * @property {number} together  rows from rank 1 on without a gap
 * @property {Column[]} columns
 * @property {number} others    tokens without a row
 */

/** @type {CutOff} */
const NO_CUT_OFF = { kind: 'none' };

/**
 * The first tokens in the model's own order, and those asked for that lie further down.
 * @param {StageRow} first @param {number} count
 * @param {Map<number, number>} wanted ids and their ranks
 * @returns {number[]}
 */
function rowIds(first, count, wanted) {
  // An extra row takes the place of a plain one: the table keeps its height from step to step.
  const extra = (/** @type {number} */ plain) => [...wanted].filter(([, rank]) => rank > plain);
  let plain = Math.min(count, first.ids.length);
  while (plain > 1 && plain + extra(plain).length > count) plain--;
  const below = extra(plain).sort(([, a], [, b]) => a - b);
  return [...first.ids.subarray(0, plain), ...below.map(([id]) => id)];
}

/**
 * The tokens that have a row wherever they rank, with their ranks for the model.
 * @param {StepLike} step @param {readonly number[]} asked
 */
function wantedRanks({ id: drawn, actual, stages, watched = [] }, asked) {
  /** @type {Map<number, number>} */
  const ranks = new Map();
  for (const id of [drawn, actual ?? drawn, ...asked]) {
    const listed = stages[0].ids.indexOf(id) + 1;
    const rank = listed || watched.find((each) => each.id === id)?.rows[0].rank;
    if (rank) ranks.set(id, rank);
  }
  return ranks;
}

/**
 * One walk over what a stage lists: the rows' probabilities and places, and the sum of all others.
 * @param {StageRow} stage @param {number} at index of the stage
 * @param {number[]} ids of the rows
 * @param {Int16Array} rowOf a token's row and 1; 0: it has none
 * @param {Watched[]} watched
 */
function readStage(stage, at, ids, rowOf, watched) {
  const probs = new Float64Array(ids.length);
  const sums = new Float64Array(ids.length).fill(1);
  const kept = Array(ids.length).fill(false);
  let { otherCount: count, otherMass: mass } = stage;
  let sum = 0;
  for (let i = 0; i < stage.ids.length; i++) {
    const row = rowOf[stage.ids[i]] - 1;
    const prob = stage.probs[i];
    sum += prob;
    if (row < 0) {
      count++;
      mass += prob;
    } else {
      probs[row] = prob;
      sums[row] = sum;
      kept[row] = true;
    }
  }
  for (const { id, rows } of watched) {
    const row = rowOf[id] - 1;
    if (row < 0 || probs[row] > 0 || rows[at].prob === 0) continue;
    // Kept, but too far down to be listed: so far it was counted with the others.
    probs[row] = rows[at].prob;
    kept[row] = true;
    count--;
    mass -= rows[at].prob;
  }
  return { probs, sums, kept, others: { count, mass: Math.max(0, mass) } };
}

/** @type {Record<string, (stage: StageRow, before: StageRow) => number>} */
const thresholds = {
  'min-p': ({ value, limit }, before) => (value > 0 ? limit || value * before.probs[0] : 0),
  epsilon: ({ value, limit = 0 }) => (value > 0 ? limit : 0),
  eta: ({ value, limit = 0 }) => (value > 0 ? limit : 0),
  'top-n-sigma': ({ value, limit = 0 }, { probs, logits }) => (value > 0 && logits ? probs[0] * Math.exp(limit - logits[0]) : 0),
  mirostat: ({ tau = 0, limit = 0 }) => (tau > 0 ? 2 ** -limit : 0),
};

/** The least probability that a stage lets pass; 0: it is off, or no threshold. @param {StageRow} stage @param {StageRow} before */
export const leastOf = (stage, before) => thresholds[stage.name]?.(stage, before) ?? 0;

/**
 * @param {StageRow} stage @param {StageRow} before
 * @param {Float64Array} sums up to each row's token, before the stage
 * @param {boolean[]} kept @param {boolean[]} keptBefore  of the rows together
 * @returns {CutOff}
 */
function cutOffOf(stage, before, sums, kept, keptBefore) {
  const { name, value } = stage;
  if (name === 'top-p') {
    if (value >= 1) return NO_CUT_OFF;
    let sum = 0; // where a token was cut before, it stays
    return { kind: 'staircase', sums: keptBefore.map((was, i) => (sum = was ? sums[i] : sum)), limit: value };
  }
  if (thresholds[name]) {
    const at = leastOf(stage, before);
    return at > 0 ? { kind: 'threshold', at } : NO_CUT_OFF;
  }
  if (stage.kept === before.kept) return NO_CUT_OFF;
  // Rows that were cut before belong to neither side.
  /** @type {number[]} */
  const after = [];
  let last = -1;
  for (const [i, was] of keptBefore.entries()) {
    if (!was) continue;
    if (last >= 0 && kept[i] !== kept[last]) after.push(i);
    last = i;
  }
  // The last row in sight may be the last one kept.
  if (last >= 0 && kept[last] && stage.kept === kept.filter(Boolean).length) after.push(last + 1);
  return after.length > 0 ? { kind: 'lines', after } : NO_CUT_OFF;
}

/**
 * @param {StepLike} step
 * @param {number} count rows at most
 * @param {number} vocab tokens in all
 * @param {readonly number[]} [asked] tokens that are to have a row
 * @returns {Table}
 */
export function tableOf(step, count, vocab, asked = []) {
  const { stages, id: drawn, watched = [] } = step;
  const first = stages[0];
  const last = stages.length - 1;
  const wanted = wantedRanks(step, asked);
  const ids = rowIds(first, count, wanted);
  const rowOf = new Int16Array(vocab);
  for (const [row, id] of ids.entries()) rowOf[id] = row + 1;
  const read = stages.map((stage, i) => readStage(stage, i, ids, rowOf, watched));

  let together = 0;
  while (together < ids.length && ids[together] === first.ids[together]) together++;
  const ranks = ids.map((id, row) => (row < together ? row + 1 : /** @type {number} */ (wanted.get(id))));
  const rows = ids.map((id, row) => ({
    id,
    rank: ranks[row],
    drawn: id === drawn,
    inText: id === step.actual,
    watched: asked.includes(id),
    cut: !read[last].kept[row],
    apart: row > 0 && ranks[row] !== ranks[row - 1] + 1,
    cells: read.map(({ probs, kept }, i) => ({
      prob: probs[row],
      before: i === 0 ? null : read[i - 1].probs[row],
      kept: kept[row],
      wasKept: i === 0 || read[i - 1].kept[row],
    })),
  }));
  const keeps = read.map(({ kept }) => kept.slice(0, together));
  const columns = stages.map((stage, i) => {
    const before = stages[Math.max(0, i - 1)];
    return {
      stage,
      name: stage.name,
      keptBefore: before.kept,
      best: before.probs[0],
      cutOff: i === 0 ? NO_CUT_OFF : cutOffOf(stage, before, read[i - 1].sums, keeps[i], keeps[i - 1]),
      others: read[i].others,
    };
  });
  return { rows, together, columns, others: vocab - rows.length };
}

/**
 * The draw strip: one segment a token in rank order; those too thin to be seen are one segment together.
 * @param {StepLike & { u: number }} step
 * @param {number} [thinnest] share of the strip
 * @returns {{ segments: Segment[], rest: { start: number, share: number, count: number } }}
 * @typedef {{ id: number, start: number, share: number, drawn: boolean }} Segment
 */
export function stripOf(step, thinnest = 0.003) {
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
  if (!segments.some(({ drawn }) => drawn)) {
    // Too far down to be listed: where exactly it begins is not known, but u lies in it.
    const share = step.watched?.find(({ id }) => id === step.id)?.rows.at(-1)?.prob ?? 0;
    if (share > 0) segments.push({ id: step.id, start: step.u, share, drawn: true });
  }
  const { start, count } = restAt ?? { start: 1, count: 0 };
  return { segments, rest: { start, share: 1 - start, count } };
}
