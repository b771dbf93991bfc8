// Checks what callers pass to the public API, before it is posted.
// On the token's way between index.js and client.js.
// Must not know a stage's limits: the core checks values; here only that they are numbers of known stages.

import { rangeError } from './errors.js';
import { listed } from './core.js';

/** @typedef {import('./core.js').Stage} Stage */

const MAX_SEED = 2n ** 64n - 1n;

/** @param {unknown} value */
function shown(value) {
  return typeof value === 'string' ? `"${value}"` : String(value);
}

/**
 * @param {unknown} value
 * @param {string} field
 * @param {number} low
 * @param {number} high
 * @returns {number}
 */
export function checkWhole(value, field, low, high) {
  if (typeof value === 'number' && Number.isInteger(value) && value >= low && value <= high) return value;
  throw rangeError(`${field} is ${shown(value)}, expected an integer from ${low} to ${high}`, field, [low, high], value);
}

/**
 * @param {unknown} value
 * @returns {bigint}
 */
export function checkSeed(value) {
  if (Number.isInteger(value) || typeof value === 'bigint') {
    const seed = BigInt(/** @type {number | bigint} */ (value));
    if (seed >= 0n && seed <= MAX_SEED) return seed;
  }
  throw rangeError(`seed is ${shown(value)}, expected an integer from 0 to ${MAX_SEED}`, 'seed', [0n, MAX_SEED], value);
}

/**
 * A copy of a pipeline.
 * @param {unknown} stages
 * @param {{ name: string }[]} known
 * @returns {Stage[]}
 */
export function checkStages(stages, known) {
  const names = known.map((spec) => spec.name);
  if (!Array.isArray(stages)) {
    throw rangeError(`stages is ${shown(stages)}, expected a list of { name, value }`, 'stages', names, stages);
  }
  return stages.map((stage) => {
    const { name, value } = stage ?? {};
    if (!names.includes(name)) {
      throw rangeError(`unknown stage ${shown(name)}, expected ${listed(names)}`, 'stages', names, name);
    }
    if (typeof value !== 'number') throw rangeError(`${name} is ${shown(value)}, expected a number`, name, null, value);
    return { name, value };
  });
}

/**
 * A copy of a list of token ids.
 * @param {unknown} ids
 * @param {number} vocab
 */
export function checkIds(ids, vocab) {
  if (ids === null || typeof ids !== 'object') {
    throw rangeError(`ids is ${shown(ids)}, expected a list of token ids`, 'ids', [0, vocab - 1], ids);
  }
  return Uint32Array.from(/** @type {ArrayLike<number>} */ (ids), (id) => checkWhole(id, 'ids', 0, vocab - 1));
}

/** @param {unknown} text @returns {string} */
export function checkText(text) {
  if (typeof text === 'string') return text;
  throw rangeError(`text is ${shown(text)}, expected a string`, 'text', 'string', text);
}

/** @param {unknown} trace @returns {'none' | 'top' | 'full'} */
export function checkTrace(trace) {
  if (trace === 'none' || trace === 'top' || trace === 'full') return trace;
  const known = ['none', 'top', 'full'];
  throw rangeError(`trace is ${shown(trace)}, expected ${listed(known)}`, 'trace', known, trace);
}
