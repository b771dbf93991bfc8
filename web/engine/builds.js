// The builds of the core: which of them this JavaScript engine runs, and the best of these, compiled.
// Before the token's way begins: load.js and cli.js ask here; one build is downloaded, no other.
// Must not know models.

import { rangeError } from './errors.js';
import { hasThreads } from './platform.js';
import { readAll } from './source.js';

/**
 * A build of the core, compiled.
 * @typedef {object} Build
 * @property {WebAssembly.Module} module
 * @property {boolean} shared whether its memory is shared between threads
 *
 * @typedef {'scalar' | 'simd' | 'relaxed'} Kind
 */

/** Spelled out, so that a bundler finds them. @type {Record<Kind, { own: URL, shared: URL }>} */
const ADDRESSES = {
  scalar: {
    own: new URL('../../build/engine/scalar.wasm', import.meta.url),
    shared: new URL('../../build/engine/scalar-threads.wasm', import.meta.url),
  },
  simd: {
    own: new URL('../../build/engine/simd.wasm', import.meta.url),
    shared: new URL('../../build/engine/simd-threads.wasm', import.meta.url),
  },
  relaxed: {
    own: new URL('../../build/engine/relaxed.wasm', import.meta.url),
    shared: new URL('../../build/engine/relaxed-threads.wasm', import.meta.url),
  },
};

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
 * Fetches and compiles the best build, or the one that has a kernel set.
 * @param {object} [options]
 * @param {string} [options.kernels] `auto`, `reference`, `simd` or `relaxed`
 * @param {boolean} [options.threads] whether more than one is wanted
 * @param {string | URL} [options.wasmUrl] a build of the caller's instead, one without threads
 * @returns {Promise<Build>}
 */
export async function loadBuild({ kernels = 'auto', threads = false, wasmUrl } = {}) {
  if (wasmUrl !== undefined) return { module: await WebAssembly.compile(await readAll(wasmUrl)), shared: false };
  const runnable = kinds();
  const kind = kernels === 'auto' || kernels === 'reference' ? runnable[0] : runnable.find((name) => name === kernels);
  if (!kind) {
    const known = ['auto', 'reference', ...runnable.filter((name) => name !== 'scalar')];
    throw rangeError(`kernels is "${kernels}", expected one of ${known.join(', ')}: these run here`, 'kernels', known, kernels);
  }
  const shared = threads && hasThreads();
  const url = ADDRESSES[kind][shared ? 'shared' : 'own'];
  return { module: await WebAssembly.compile(await readAll(url)), shared };
}
