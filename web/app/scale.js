// Where a probability stands on a bar: 0 at the left, 1 at the right.
// Beside the token's way: bars, ticks, thresholds and staircases of a column share one scale.
// Must not know pixels or elements.

/** The log scale begins at 10^-4, one in ten thousand. */
const DECADES = 4;

/** @typedef {'linear' | 'log'} ScaleName */

/** @type {Record<ScaleName, (p: number) => number>} */
const positions = {
  linear: (p) => p,
  log: (p) => (p <= 10 ** -DECADES ? 0 : 1 + Math.log10(p) / DECADES),
};

/** The labelled marks of each scale: probability and its label. @type {Record<ScaleName, { p: number, label: string }[]>} */
export const ticks = {
  linear: [
    { p: 0, label: '0' },
    { p: 0.5, label: '50' },
    { p: 1, label: '100 %' },
  ],
  log: [
    { p: 0.0001, label: '0.01' },
    { p: 0.01, label: '1' },
    { p: 1, label: '100 %' },
  ],
};

/** @param {ScaleName} name @returns {(p: number) => number} probability to position in 0..1 */
export function scaleOf(name) {
  const position = positions[name];
  return (p) => Math.min(1, Math.max(0, position(p)));
}
