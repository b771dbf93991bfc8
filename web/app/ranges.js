// Where a setting stands on its slider, and back; and which values it takes, in words.
// Beside the token's way: the controls above the columns use it.
// Must not know elements; limits come from the engine's specs, only the spacing is chosen here.

import { text } from './text/index.js';

/** @typedef {import('./state.js').Parameter} Parameter */

/**
 * @typedef {object} Spacing
 * @property {(value: number, vocab: number) => number} toSlider  0..1
 * @property {(at: number, vocab: number) => number} fromSlider
 * @property {number} positions  how many the slider has
 * @property {number} arrow      step of the number field's arrows
 */

/** @param {number} value @param {number} digits */
const round = (value, digits) => Number(value.toFixed(digits));

/** 0 to `most` in equal steps; the field takes more. @param {number} most @param {number} digits @returns {Spacing} */
const even = (most, digits) => ({
  toSlider: (value) => value / most,
  fromSlider: (at) => round(at * most, digits),
  positions: most * 10 ** digits,
  arrow: 5 * 10 ** -digits,
});

/** Shares: 0 is not permitted where nothing would be kept. @type {Spacing} */
const share = {
  toSlider: (value) => value,
  fromSlider: (at) => Math.max(0.01, round(at, 2)),
  positions: 100,
  arrow: 0.01,
};

/** Useful values lie near 0. @param {number} power @param {number} digits @param {number} most @returns {Spacing} */
const nearZero = (power, digits, most) => ({
  toSlider: (value) => (value / most) ** (1 / power),
  fromSlider: (at) => round(most * at ** power, digits),
  positions: 100,
  arrow: 10 ** -digits,
});

/** By stage and parameter. @type {Record<string, Spacing>} */
const spacings = {
  'temperature value': { ...even(2, 2), arrow: 0.05 },
  // 1 to the whole vocabulary by equal ratios; the right end is off (0).
  'top-k value': {
    toSlider: (value, vocab) => (value === 0 ? 1 : Math.log(value) / Math.log(vocab)),
    fromSlider: (at, vocab) => (at >= 1 ? 0 : Math.min(vocab - 1, Math.round(vocab ** at))),
    positions: 300,
    arrow: 1,
  },
  'top-p value': share,
  'typical value': share,
  'min-p value': nearZero(2, 3, 0.99),
  'epsilon value': nearZero(3, 4, 0.5),
  'eta value': nearZero(3, 4, 0.5),
  'top-n-sigma value': { ...even(5, 2), arrow: 0.1 },
  'xtc probability': { ...share, fromSlider: (at) => round(at, 2) },
  'xtc threshold': { ...even(1, 2), toSlider: (value) => value * 2, fromSlider: (at) => round(at / 2, 2), positions: 50, arrow: 0.01 },
  'mirostat tau': { ...even(10, 1), arrow: 0.1 },
  'mirostat eta': { ...even(1, 2), arrow: 0.01 },
  'penalties repetition': { toSlider: (value) => value - 1, fromSlider: (at) => round(1 + at, 2), positions: 100, arrow: 0.05 },
  'penalties frequency': { ...even(2, 2), arrow: 0.05 },
  'penalties presence': { ...even(2, 2), arrow: 0.05 },
  'dry multiplier': { ...even(2, 2), arrow: 0.05 },
  'dry base': { toSlider: (value) => (value - 1) / 2, fromSlider: (at) => round(1 + 2 * at, 2), positions: 200, arrow: 0.05 },
  'dry allowedLength': { ...even(20, 0), arrow: 1 },
};

/** Counts of tokens. @type {Spacing} */
const counts = { toSlider: (value) => Math.sqrt(value / 1024), fromSlider: (at) => Math.round(1024 * at * at), positions: 100, arrow: 1 };
/** @type {Spacing} for what this page has no spacing for */
const plain = { toSlider: (value) => value, fromSlider: (at) => round(at, 2), positions: 100, arrow: 0.01 };

/** @param {string} stage @param {Parameter} parameter @returns {Spacing} */
export function spacingOf(stage, { name, whole }) {
  return spacings[`${stage} ${name}`] ?? (whole ? counts : plain);
}

/** @param {Parameter} parameter @returns {string} the allowed range in words */
export function rangeText({ minimum, maximum, aboveMinimum, belowMaximum, whole }) {
  if (whole) return text.stages.whole(minimum);
  if (aboveMinimum) return text.stages.above(minimum, maximum);
  return belowMaximum ? text.stages.below(minimum, maximum) : text.stages.range(minimum, maximum);
}
