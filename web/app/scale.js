// Where a probability stands on a bar: 0 at the left, 1 at the right.
// Beside the token's way: bars, ticks, thresholds and staircases of a column share one scale.
// Must not know pixels or elements.

import { percent, setting } from './format.js';

/** The log scale begins at 10^-4, one in ten thousand. */
const DECADES = 4;

/** @typedef {'linear' | 'log'} ScaleName */

/** @type {Record<ScaleName, (p: number) => number>} */
const positions = {
  linear: (p) => p,
  log: (p) => (p <= 10 ** -DECADES ? 0 : 1 + Math.log10(p) / DECADES),
};

/** The last mark has the unit. @param {number} p */
const marked = (p) => ({ p, label: p === 1 ? percent(p) : setting(100 * p) });

/** The labelled marks of each scale: probability and its label. @type {Record<ScaleName, { p: number, label: string }[]>} */
export const ticks = { linear: [0, 0.5, 1].map(marked), log: [10 ** -DECADES, 0.01, 1].map(marked) };

/** @param {ScaleName} name @returns {(p: number) => number} probability to position in 0..1 */
export function scaleOf(name) {
  const position = positions[name];
  return (p) => Math.min(1, Math.max(0, position(p)));
}
