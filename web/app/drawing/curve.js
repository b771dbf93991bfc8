// A small chart: curves over one axis that all charts beside it share, the present value and the one that is looked at.
// At the end of the token's way: the sweep draws four of them.
// Must not know what its curves mean; pure functions from numbers to markup.

import { html, nothing, svg } from 'lit';

/**
 * @typedef {object} Curve
 * @property {number[]} values
 * @property {string} kind   a class: how its line is drawn
 *
 * @typedef {object} Chart
 * @property {string} title
 * @property {number[]} at        places on the shared axis, 0..1
 * @property {Curve[]} curves
 * @property {(value: number) => number} scale  to 0 at the bottom and 1 at the top
 * @property {[string, string]} ends            what bottom and top stand for
 * @property {string[]} ticks     along the shared axis, evenly
 * @property {number | null} now  place of the present value
 * @property {number} here        place that is looked at
 */

/** The picture's own units; the style stretches it. */
const WIDTH = 1000;
const HEIGHT = 100;

/** @param {number[]} at @param {number[]} values @param {(value: number) => number} scale */
function pathOf(at, values, scale) {
  const points = values.map((value, i) => `${(at[i] * WIDTH).toFixed(1)} ${((1 - scale(value)) * HEIGHT).toFixed(2)}`);
  return `M${points.join('L')}`;
}

/** @param {number} at @param {string} kind */
const upright = (at, kind) => svg`<path class=${kind} d=${`M${(at * WIDTH).toFixed(1)} 0V${HEIGHT}`} />`;

/** Its numbers are in a table beside it: the picture itself says nothing to a screen reader. @param {Chart} chart */
export function curveView({ title, at, curves, scale, ends, ticks, now, here }) {
  return html`<figure class="curve" aria-hidden="true">
    <figcaption>${title}</figcaption>
    <div class="plot">
      <span class="end">${ends[1]}</span><span class="end">${ends[0]}</span>
      <svg viewBox=${`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" focusable="false">
        ${now === null ? nothing : upright(now, 'now')} ${upright(here, 'here')}
        ${curves.map(({ values, kind }) => svg`<path class=${kind} d=${pathOf(at, values, scale)} />`)}
      </svg>
    </div>
    <div class="ticks">${ticks.map((tick) => html`<span>${tick}</span>`)}</div>
  </figure>`;
}

/** A short piece of a curve's line, for its key. @param {string} kind */
export function lineView(kind) {
  return html`<svg class="sample" viewBox="0 0 24 8" aria-hidden="true" focusable="false">${svg`<path class=${kind} d="M0 4H24" />`}</svg>`;
}
