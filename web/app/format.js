// Numbers as people read them: percentages, bits, sizes.
// Beside the token's way: every view asks here, so that a number looks the same everywhere.
// Must not know where a number comes from; rounding happens here and never earlier.

import { text } from './text/index.js';

/** @param {number} digits after the point */
const fixed = (digits) =>
  new Intl.NumberFormat(text.language, { minimumFractionDigits: digits, maximumFractionDigits: digits, signDisplay: 'negative' }); // no negative zero
const formats = [0, 1, 2, 3, 4].map(fixed);
const exact = new Intl.NumberFormat(text.language, { maximumFractionDigits: 6 });
const compact = new Intl.NumberFormat(text.language, { notation: 'compact', maximumSignificantDigits: 3 });

/** @param {number} p a probability @returns {string} short enough for a column; the exact number is in the cell's title */
export function percent(p) {
  const share = p * 100;
  if (p === 0 || p === 1) return `${formats[0].format(share)} %`;
  if (share < 0.01) return `<${formats[2].format(0.01)} %`;
  // 99.97 must not round to a certainty that is not there.
  if (share >= 99.95) return `>${formats[1].format(99.9)} %`;
  return `${formats[share >= 0.995 ? 1 : 2].format(share)} %`;
}

/** @param {number} value @returns {string} bits of entropy or surprisal */
export function bits(value) {
  return formats[2].format(value);
}

const significant = new Intl.NumberFormat(text.language, { maximumSignificantDigits: 3 });
const raised = [...'⁰¹²³⁴⁵⁶⁷⁸⁹'];

/** @param {number} value in a formula @returns {string} three digits, whatever its size */
export function figure(value) {
  if (value === 0 || !Number.isFinite(value) || (Math.abs(value) >= 1e-4 && Math.abs(value) < 1e6)) return significant.format(value);
  const [digits, power] = value.toExponential(2).split('e');
  return `${significant.format(Number(digits))} × 10${power.replace('+', '').replace('-', '⁻').replace(/\d/g, (digit) => raised[Number(digit)])}`;
}

/** @param {number} value @returns {string} a logit, with a real minus */
export function score(value) {
  return decimal(value, 2);
}

/** @param {number} u @param {number} [digits] @returns {string} */
export function unit(u, digits = 4) {
  // Cut, not rounded: 0.99996 is still below 1. As decimals say it: 0.57 is 5,700 of 10,000 parts, though a little less in binary.
  const parts = Math.floor(Number((u * 10 ** digits).toPrecision(15)));
  return decimal((u < 1 ? Math.min(parts, 10 ** digits - 1) : parts) / 10 ** digits, digits);
}

/** @param {number} value @param {number} [digits] after the point @returns {string} a logit, a place on the strip */
export function decimal(value, digits = 4) {
  return (formats[digits] ?? fixed(digits)).format(value).replace('-', '−');
}

/** @param {number} n @returns {string} a whole number with separators */
export function whole(n) {
  return formats[0].format(n);
}

/** @param {number} n @returns {string} "4.1M" */
export function approximate(n) {
  return compact.format(n);
}

/** @param {number} n bytes @returns {string} */
export function size(n) {
  return n >= 1e9 ? `${formats[2].format(n / 1e9)} GB` : n >= 1e6 ? `${formats[1].format(n / 1e6)} MB` : `${formats[0].format(n / 1e3)} kB`;
}

/** @param {number} value a setting @returns {string} as short as it is exact */
export function setting(value) {
  return exact.format(value).replace('-', '−');
}

const signs = new Intl.NumberFormat(text.language, { minimumFractionDigits: 1, maximumFractionDigits: 1, signDisplay: 'exceptZero' });

/** @param {number} value @returns {string} a mean count, to a tenth */
export function tenths(value) {
  return formats[1].format(value);
}

/** @param {number} value @returns {string} a difference of counts, with its sign */
export function signed(value) {
  return signs.format(value).replace('-', '−');
}

/** @param {number} p the p-value of a test, which is no share @returns {string} */
export function pValue(p) {
  return p < 0.0001 ? `< ${formats[4].format(0.0001)}` : formats[4].format(p);
}
