// The builds of the core: where they are, and one of them fetched and compiled.
// Before the token's way begins: worker.js and cli.js ask here; one build is downloaded, no other.
// Must not know models.

import { buildName } from './features.js';
import { readAll } from './source.js';

/**
 * A build of the core, compiled.
 * @typedef {object} Build
 * @property {WebAssembly.Module} module
 * @property {boolean} shared whether its memory is shared between threads
 */

/** Spelled out, so that a bundler finds them. @type {Record<import('./features.js').BuildName, URL>} */
const ADDRESSES = {
  scalar: new URL('../../build/engine/scalar.wasm', import.meta.url),
  'scalar-threads': new URL('../../build/engine/scalar-threads.wasm', import.meta.url),
  simd: new URL('../../build/engine/simd.wasm', import.meta.url),
  'simd-threads': new URL('../../build/engine/simd-threads.wasm', import.meta.url),
  relaxed: new URL('../../build/engine/relaxed.wasm', import.meta.url),
  'relaxed-threads': new URL('../../build/engine/relaxed-threads.wasm', import.meta.url),
};

/**
 * Fetches and compiles the best build, or the one that has a kernel set.
 * @param {object} [options]
 * @param {string} [options.kernels] `auto`, `reference`, `simd` or `relaxed`
 * @param {boolean} [options.threads] whether more than one is wanted
 * @param {string | URL} [options.wasmUrl] a build of the caller's instead, one without threads
 * @returns {Promise<Build>}
 */
export async function loadBuild({ kernels, threads = false, wasmUrl } = {}) {
  const name = wasmUrl === undefined ? buildName({ kernels, threads }) : 'scalar';
  const module = await WebAssembly.compile(await readAll(wasmUrl ?? ADDRESSES[name]));
  return { module, shared: name.endsWith('-threads') };
}
