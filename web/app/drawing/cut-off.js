// The cut-off of a column, drawn in its stage's own geometry over the rows.
// At the end of the token's way: a line under row k, a threshold, a staircase of sums.
// Must not know the state; pure functions from a column to markup.

import { html, nothing, svg } from 'lit';
import { place } from './place.js';

/** @typedef {import('../table.js').CutOff} CutOff */

/** @param {number} at 0..1 @param {string} kind */
const upright = (at, kind) =>
  html`<div class="upright ${kind}" ${place({ transform: `translateX(${at * 100}%)` })}></div>`;

/**
 * The cumulative sum: in each row it runs at the sum so far, and steps to the right at the row's upper edge.
 * @param {number[]} at positions of the sums, 0..1
 * @param {number} from first row @param {number} to behind the last row
 */
function stairs(at, from, to) {
  let path = `M${from === 0 ? 0 : at[from - 1]} ${from}`;
  for (let row = from; row < to; row++) path += `H${at[row]}V${row + 1}`;
  return path;
}

/**
 * @param {CutOff} cutOff
 * @param {number} rows from rank 1, without a gap
 * @param {(p: number) => number} scale
 */
export function cutOffView(cutOff, rows, scale) {
  switch (cutOff.kind) {
    case 'line':
      return html`<div class="across" ${place({ transform: `translateY(${(cutOff.after / rows) * 100}%)` })}></div>`;
    case 'threshold':
      return upright(scale(cutOff.at), 'threshold');
    case 'staircase': {
      const at = cutOff.sums.map(scale);
      const crossing = cutOff.sums.findIndex((sum) => sum >= cutOff.limit);
      const kept = crossing < 0 ? rows : crossing + 1;
      return html`${upright(scale(cutOff.limit), 'limit')}
        <svg class="stairs" viewBox="0 0 1 ${rows}" preserveAspectRatio="none" aria-hidden="true" focusable="false">
          ${svg`<path class="beyond" d=${stairs(at, kept, rows)} /><path d=${stairs(at, 0, kept)} />`}
        </svg>`;
    }
    default:
      return nothing;
  }
}
