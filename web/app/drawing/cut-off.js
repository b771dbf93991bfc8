// The cut-off of a column, drawn in its stage's own geometry over the rows.
// At the end of the token's way: lines between rows, a threshold, a staircase of sums.
// Must not know the state; pure functions from a column to things to be drawn.

/**
 * @typedef {import('./paint.js').Item} Item
 * @typedef {import('../table.js').CutOff} CutOff
 *
 * @typedef {object} Place
 * @property {number} column
 * @property {(p: number) => number} x  where a probability lies
 * @property {(row: number) => number} y  where a row begins
 * @property {number} from  first row of the drawing
 * @property {number} to    behind its last row
 * @property {boolean[]} kept  the rows, from rank 1 on without a gap
 */

/** @param {string} key @param {string} style @param {number[]} at @returns {Item} */
const line = (key, style, at) => ({ kind: 'line', key, style, at });

/** The cumulative sum: in each row it runs at the sum so far, and steps aside at the row's upper edge. @param {number[]} sums @param {Place} place */
function stairs(sums, { column, x, y, from, to, kept }) {
  /** @type {Item[]} */
  const list = [];
  for (let row = from; row < to; row++) {
    const before = x(row === 0 ? 0 : sums[row - 1]);
    const now = x(sums[row]);
    list.push(line(`stairs:${column}:${row}`, kept[row] ? 'stairs' : 'beyond', [before, y(row), now, y(row), now, y(row + 1)]));
  }
  // Those that are kept lie over those that are not.
  return list.sort((a, b) => Number(a.style === 'stairs') - Number(b.style === 'stairs'));
}

/** @param {CutOff} cutOff @param {Place} place @returns {Item[]} */
export function cutOffItems(cutOff, place) {
  const { column, x, y, from, kept } = place;
  const to = Math.min(place.to, kept.length);
  const upright = (/** @type {string} */ style, /** @type {number} */ p) =>
    line(`${style}:${column}`, style, [x(p), y(from), x(p), y(to)]);
  if (from >= to) return [];
  switch (cutOff.kind) {
    case 'lines':
      return cutOff.after
        .filter((row) => row >= from && row <= to)
        .map((row, i) => line(`line:${column}:${i}`, 'line', [x(0), y(row), x(1), y(row)]));
    case 'threshold':
      return [upright('line', cutOff.at)];
    case 'staircase':
      return [upright('limit', cutOff.limit), ...stairs(cutOff.sums, { ...place, to })];
    default:
      return [];
  }
}
