// What this JavaScript engine runs of WebAssembly, and so which build of the core is the best one here.
// Before the token's way begins: builds.js fetches the build that is named here; a page can ask for the name.
// Must not know where builds are.

import { rangeError } from './errors.js';
import { hasThreads } from './platform.js';

/** @typedef {'scalar' | 'simd' | 'relaxed'} Kind @typedef {Kind | `${Kind}-threads`} BuildName */

/** A module with one function: i32.const 0, i8x16.splat, i8x16.popcnt. The last two need SIMD. */
const SIMD = [
  0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00, 0x01, 0x05, 0x01, 0x60, 0x00, 0x01, 0x7b, 0x03, 0x02, 0x01, 0x00, 0x0a,
  0x0a, 0x01, 0x08, 0x00, 0x41, 0x00, 0xfd, 0x0f, 0xfd, 0x62, 0x0b,
];

/** One that exports f: (a, b, sum) => lane 0 of i32x4.relaxed_dot_i8x16_i7x16_add_s over their splats. */
const RELAXED = [
  0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00, 0x01, 0x08, 0x01, 0x60, 0x03, 0x7f, 0x7f, 0x7f, 0x01, 0x7f, 0x03, 0x02,
  0x01, 0x00, 0x07, 0x05, 0x01, 0x01, 0x66, 0x00, 0x00, 0x0a, 0x16, 0x01, 0x14, 0x00, 0x20, 0x00, 0xfd, 0x0f, 0x20, 0x01,
  0xfd, 0x0f, 0x20, 0x02, 0xfd, 0x11, 0xfd, 0x93, 0x02, 0xfd, 0x1b, 0x00, 0x0b,
];

const valid = (/** @type {number[]} */ bytes) => WebAssembly.validate(new Uint8Array(bytes));

/** By value, not by validation: Node 20's, behind its flag, loses the sum. */
function hasRelaxed() {
  if (!valid(RELAXED)) return false;
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(new Uint8Array(RELAXED)));
  const dot = /** @type {(a: number, b: number, sum: number) => number} */ (exports.f);
  return dot(-128, 127, 1000) === 1000 - 4 * 128 * 127 && dot(127, 15, -7) === 4 * 127 * 15 - 7;
}

/** What runs here, the fastest first. @returns {Kind[]} */
function kinds() {
  /** @type {Kind[]} */
  const found = ['scalar'];
  if (valid(SIMD)) found.unshift('simd');
  if (hasRelaxed()) found.unshift('relaxed');
  return found;
}

/**
 * The best build here, or the one that has a kernel set.
 * @param {object} [options]
 * @param {string} [options.kernels] `auto`, `reference`, `simd` or `relaxed`
 * @param {boolean} [options.threads] whether more than one is wanted
 * @returns {BuildName}
 */
export function buildName({ kernels = 'auto', threads = true } = {}) {
  const runnable = kinds();
  const kind = kernels === 'auto' || kernels === 'reference' ? runnable[0] : runnable.find((name) => name === kernels);
  if (!kind || kernels === 'scalar') {
    const known = ['auto', 'reference', ...runnable.filter((name) => name !== 'scalar')];
    throw rangeError(`kernels is "${kernels}", expected one of ${known.join(', ')}: these run here`, 'kernels', known, kernels);
  }
  return threads && hasThreads() ? `${kind}-threads` : kind;
}
