// Where a setting stands on its slider, and back; and whether a typed number is allowed.
// Beside the token's way: the controls above the columns use it.
// Must not know elements; limits come from the engine's stage specs, only the spacing is chosen here.

import { text } from './text/index.js';

/** @typedef {import('./state.js').StageSpec} StageSpec */


/**
 * @typedef {object} Spacing
 * @property {(value: number, vocab: number) => number} toSlider  0..1
 * @property {(at: number, vocab: number) => number} fromSlider
 * @property {number} positions  how many the slider has
 * @property {number} arrow      step of the number field's arrows
 */

/** @param {number} value @param {number} digits */
const round = (value, digits) => Number(value.toFixed(digits));

/** @type {Record<string, Spacing>} */
const spacings = {
  // The interesting part is 0 to 2; the field takes more.
  temperature: {
    toSlider: (value) => value / 2,
    fromSlider: (at) => round(at * 2, 2),
    positions: 200,
    arrow: 0.05,
  },
  // 1 to the whole vocabulary by equal ratios; the right end is off (0).
  'top-k': {
    toSlider: (value, vocab) => (value === 0 ? 1 : Math.log(value) / Math.log(vocab)),
    fromSlider: (at, vocab) => (at >= 1 ? 0 : Math.min(vocab - 1, Math.round(vocab ** at))),
    positions: 300,
    arrow: 1,
  },
  'top-p': {
    toSlider: (value) => value,
    fromSlider: (at) => Math.max(0.01, round(at, 2)),
    positions: 100,
    arrow: 0.01,
  },
  // Squared: useful values lie near 0.
  'min-p': {
    toSlider: (value) => Math.sqrt(value),
    fromSlider: (at) => Math.min(0.99, round(at * at, 3)),
    positions: 100,
    arrow: 0.01,
  },
};

/** @type {Spacing} for a stage this page has no spacing for */
const plain = { toSlider: (value) => value, fromSlider: (at) => round(at, 2), positions: 100, arrow: 0.01 };

/** @param {string} name @returns {Spacing} */
export function spacingOf(name) {
  return spacings[name] ?? plain;
}

/** @param {StageSpec} spec @param {number} value @returns {boolean} */
export function allowed({ parameters: [spec] }, value) {
  if (!Number.isFinite(value) || (spec.whole && !Number.isInteger(value))) return false;
  const above = spec.aboveMinimum ? value > spec.minimum : value >= spec.minimum;
  return above && (spec.belowMaximum ? value < spec.maximum : value <= spec.maximum);
}

/** @param {StageSpec} spec @returns {string} the allowed range in words */
export function rangeText({ parameters: [{ minimum, maximum, aboveMinimum, belowMaximum, whole }] }) {
  if (whole) return text.stages.whole(minimum);
  if (aboveMinimum) return text.stages.above(minimum, maximum);
  return belowMaximum ? text.stages.below(minimum, maximum) : text.stages.range(minimum, maximum);
}
