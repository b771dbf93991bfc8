// From the table to things to be drawn: bars, what was cut, what was there before, scales and cut-offs.
// At the end of the token's way: behind the numbers. The same lists become a canvas, an SVG or a PNG.
// Must not know canvases or elements; pure functions, in CSS pixels from the left edge of the first stage.

import { cutOffItems } from './cut-off.js';

/**
 * @typedef {import('./paint.js').Item} Item
 * @typedef {import('./geometry.js').Geometry} Geometry
 * @typedef {import('../table.js').Table} Table
 */

/** A mark closer than this to the bar's end would only look like its edge; in pixels. */
const NEAR = 1.5;

/** The scale of one column: lines at its labelled marks. @param {Geometry} geometry @param {number} column @param {number} height @returns {Item[]} */
function ticksOf({ tracks }, column, height) {
  const { x, width } = tracks[column];
  return [0, 0.5, 1].map((at) => {
    // The last one lies within the track, as the first one does.
    const place = x + at * width - (at === 1 ? 1 : 0);
    return { kind: 'line', key: `tick:${column}:${at}`, style: 'tick', at: [place, 0, place, height] };
  });
}

/**
 * The rows from one to another, the first of them at y = 0.
 * @param {Table} table
 * @param {Geometry} geometry
 * @param {(p: number) => number} scale
 * @param {number} [from] first row
 * @param {number} [to] behind the last row
 * @returns {Item[]}
 */
export function sceneOf({ rows, columns, together }, geometry, scale, from = 0, to = rows.length) {
  const { tracks, row: height, above, below } = geometry;
  const y = (/** @type {number} */ row) => (row - from) * height;
  /** @type {Item[]} */
  const list = [];
  for (const [column, { cutOff }] of columns.entries()) {
    const { x, width } = tracks[column];
    list.push(...ticksOf(geometry, column, y(to)));
    for (let row = from; row < to; row++) {
      const { drawn, cells } = rows[row];
      const { prob, before, kept } = cells[column];
      const length = scale(kept ? prob : (before ?? 0)) * width;
      const [top, thick] = [y(row) + above, height - above - below];
      const style = !kept ? 'cut' : drawn ? 'drawn' : 'bar';
      if (length > 0) list.push({ kind: 'rect', key: `bar:${column}:${row}`, style, at: [x, top, length, thick] });
      const was = !kept || before === null ? length : scale(before) * width;
      if (Math.abs(was - length) > NEAR) {
        list.push({ kind: 'line', key: `was:${column}:${row}`, style: 'was', at: [x + was, top, x + was, top + thick] });
      }
    }
    const kept = rows.slice(0, together).map(({ cells }) => cells[column].kept);
    list.push(...cutOffItems(cutOff, { column, x: (p) => x + scale(p) * width, y, from, to, kept }));
  }
  return list;
}

/**
 * The row of all other tokens.
 * @param {Table} table @param {Geometry} geometry @param {(p: number) => number} scale
 * @returns {Item[]}
 */
export function othersScene({ columns }, geometry, scale) {
  const { tracks, row, above, below } = geometry;
  return columns.flatMap(({ others }, column) => [
    ...ticksOf(geometry, column, row),
    /** @type {Item} */ ({
      kind: 'rect',
      key: `others:${column}`,
      style: 'others',
      at: [tracks[column].x, above, scale(others.mass) * tracks[column].width, row - above - below],
    }),
  ]);
}
