// Checks what callers pass to the public API, before it is posted.
// On the token's way between index.js and client.js.
// Must not know a stage's limits: the core checks values; here only that they are numbers of known stages.

import { rangeError } from './errors.js';
import { fieldOf, listed } from './stages.js';

/** @typedef {import('./stages.js').Stage} Stage */
/** @typedef {import('./stages.js').StageSpec} StageSpec */

const MAX_LOGITS = 2 ** 20;
const MAX_IDS = 2 ** 24;
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
 * A copy of a pipeline, every parameter named.
 * @param {unknown} stages
 * @param {StageSpec[]} specs
 * @param {number} vocab
 * @returns {Stage[]}
 */
export function checkStages(stages, specs, vocab) {
  const names = specs.map((spec) => spec.name);
  if (!Array.isArray(stages)) {
    throw rangeError(`stages is ${shown(stages)}, expected a list of stages such as { name, value }`, 'stages', names, stages);
  }
  return stages.map((stage) => {
    const spec = specs.find(({ name }) => name === stage?.name);
    if (!spec) throw rangeError(`unknown stage ${shown(stage?.name)}, expected ${listed(names)}`, 'stages', names, stage?.name);
    return checkStage(stage, spec, vocab);
  });
}

/** @param {Stage} stage @param {StageSpec} spec @param {number} vocab @returns {Stage} */
function checkStage(stage, spec, vocab) {
  const takesList = spec.parameters.length === 0;
  const known = takesList ? ['biases'] : spec.parameters.map(({ name }) => name);
  const unknown = Object.keys(stage).find((key) => key !== 'name' && !known.includes(key));
  if (unknown !== undefined) {
    throw rangeError(`${spec.name} has no parameter ${shown(unknown)}, expected ${listed(known)}`, fieldOf(spec, unknown), known, stage[unknown]);
  }
  if (takesList) return { name: spec.name, biases: checkBiases(stage.biases ?? [], vocab) };
  const parameters = spec.parameters.map(({ name, usual }) => {
    const value = stage[name] ?? usual;
    if (typeof value === 'number') return [name, value];
    const field = fieldOf(spec, name);
    throw rangeError(`${field} is ${shown(value)}, expected a number`, field, null, value);
  });
  return { name: spec.name, ...Object.fromEntries(parameters) };
}

/** @param {unknown} biases @param {number} vocab @returns {import('./stages.js').Bias[]} */
function checkBiases(biases, vocab) {
  if (!Array.isArray(biases) || !biases.every((bias) => Array.isArray(bias) && bias.length === 2)) {
    throw rangeError(`bias is ${shown(biases)}, expected a list of [id, value]`, 'bias', [0, vocab - 1], biases);
  }
  return biases.map(([id, value]) => {
    if (typeof value !== 'number') throw rangeError(`bias of token ${shown(id)} is ${shown(value)}, expected a number`, 'bias', null, value);
    return [checkWhole(id, 'bias', 0, vocab - 1), value];
  });
}

/**
 * A copy of a list of token ids.
 * @param {unknown} ids
 * @param {number} vocab
 * @param {string} [field]
 */
export function checkIds(ids, vocab, field = 'ids') {
  const length = lengthOf(ids);
  if (length === undefined) throw rangeError(`${field} is ${shown(ids)}, expected a list of token ids`, field, [0, vocab - 1], ids);
  checkWhole(length, `${field}.length`, 0, MAX_IDS);
  return Uint32Array.from(/** @type {ArrayLike<number>} */ (ids), (id) => checkWhole(id, field, 0, vocab - 1));
}

/** @param {unknown} list @returns {number | undefined} none where it is no list */
function lengthOf(list) {
  const length = list !== null && typeof list === 'object' ? /** @type {ArrayLike<unknown>} */ (list).length : undefined;
  return Number.isInteger(length) ? length : undefined;
}

/** A list of options. @template Options @param {Options[]} ways */
export function checkWays(ways) {
  if (Array.isArray(ways) && ways.every((way) => way !== null && typeof way === 'object')) return ways;
  throw rangeError(`options is ${shown(ways)}, expected a list of objects`, 'options', 'list', ways);
}

/**
 * What a token is drawn with.
 * @param {{ trace?: unknown, top?: unknown, watch?: unknown, force?: unknown, stages?: unknown, seed?: unknown }} options
 * @param {{ vocab: number, stages: StageSpec[] }} known
 * @param {{ stages: Stage[], seed: bigint }} otherwise where options name none
 * @returns {import('./engine.js').SampleOptions}
 */
export function checkSampling({ trace = 'none', top = 50, watch, force, stages, seed }, { vocab, stages: specs }, otherwise) {
  return {
    trace: checkTrace(trace),
    top: checkWhole(top, 'top', 0, 2 ** 32 - 1),
    watch: watch === undefined ? undefined : checkIds(watch, vocab, 'watch'),
    force: force === undefined ? undefined : checkWhole(force, 'force', 0, vocab - 1),
    stages: stages === undefined ? otherwise.stages : checkStages(stages, specs, vocab),
    seed: seed === undefined ? otherwise.seed : checkSeed(seed),
  };
}

/** @param {unknown} mu @returns {number | null} */
export function checkMu(mu) {
  if (mu === undefined || mu === null) return null;
  if (Number.isFinite(mu)) return /** @type {number} */ (mu);
  throw rangeError(`mu is ${shown(mu)}, expected a number of bits, or null before the first step`, 'mu', null, mu);
}

/**
 * A copy of logits as the core takes them.
 * @param {unknown} logits
 */
export function checkLogits(logits) {
  const length = lengthOf(logits);
  if (length === undefined) throw rangeError(`logits is ${shown(logits)}, expected a list of numbers`, 'logits', null, logits);
  checkWhole(length, 'logits.length', 1, MAX_LOGITS);
  const floats = Float32Array.from(/** @type {ArrayLike<number>} */ (logits), (logit, i) => {
    const float = typeof logit === 'number' ? Math.fround(logit) : NaN;
    if (float < Infinity) return float;
    const field = `logits[${i}]`;
    throw rangeError(`${field} is ${shown(logit)}, expected a number that a 32-bit float can hold, or minus infinity`, field, null, logit);
  });
  if (floats.some((float) => float > -Infinity)) return floats;
  throw rangeError('every logit is minus infinity, expected at least one number', 'logits', null, logits);
}

/** @param {unknown} text @param {string} [field] @returns {string} */
export function checkText(text, field = 'text') {
  if (typeof text === 'string') return text;
  throw rangeError(`${field} is ${shown(text)}, expected a string`, field, 'string', text);
}

/** @param {unknown} trace @returns {'none' | 'top' | 'full'} */
function checkTrace(trace) {
  if (trace === 'none' || trace === 'top' || trace === 'full') return trace;
  const known = ['none', 'top', 'full'];
  throw rangeError(`trace is ${shown(trace)}, expected ${listed(known)}`, 'trace', known, trace);
}
