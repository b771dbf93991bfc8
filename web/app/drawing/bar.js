// One bar of one cell: what the token has, what it had before, or the hatched rest of what was cut.
// At the end of the token's way: drawn once a row and stage.
// Must not know the state; a pure function from a cell to markup.

import { html, nothing } from 'lit';
import { place } from './place.js';

/** The bar is as wide as its track and pushed out to the left: gliding moves it, nothing is stretched. @param {number} at 0..1 */
const pushed = (at) => place({ transform: `translateX(${(at - 1) * 100}%)` });

/** A tick closer than this to the bar's end would only look like its edge. */
const NEAR = 0.008;

/**
 * @param {{ prob: number, before: number | null }} cell
 * @param {(p: number) => number} scale
 */
export function barView({ prob, before }, scale) {
  const cut = prob === 0 && before !== null;
  const at = scale(cut ? before : prob);
  const was = before === null || cut ? at : scale(before);
  return html`<span class="clip"><span class="bar ${cut ? 'ghost' : ''}" ${pushed(at)}></span></span>${Math.abs(was - at) > NEAR
      ? html`<span class="was" ${place({ transform: `translateX(${was * 100}%)` })}></span>`
      : nothing}`;
}
