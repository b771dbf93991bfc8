// Measures an engine on one model: tokens per second, and how fast the same build reads the same memory.
// Beside the token's way: cli.js and the benchmark's workers call it, in Node and in browsers alike.
// Must not print, nor compare: it gives the figures of one model, kernel set and number of threads.

import { finish } from './engine.js';

/**
 * @typedef {import('./engine.js').Engine} Engine
 *
 * @typedef {object} Figures
 * @property {number} promptTokensPerSecond
 * @property {number} decodeTokensPerSecond behind a short context
 * @property {number} decodeAfterPromptTokensPerSecond behind a whole prompt
 * @property {number} readBytesPerSecond
 * @property {number} weightBytes that a token's matrices have: each decoded token reads them
 */

const WARM_UP = 0.5; // seconds of each kind of work: until then JavaScript engines still compile
const WARM_UP_PROMPT = 64; // tokens
const WARM_UP_DECODE = 16;
const SHORT_CONTEXT = 16;
const READ_FOR = 0.2; // seconds
/** Sampling at its least, as other programs are measured. */
const GREEDY = { stages: [{ name: 'temperature', value: 0 }], seed: 1n };

/** @param {number} start in milliseconds */
const secondsSince = (start) => (performance.now() - start) / 1000;

/** @param {number[]} values */
const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];

/** Texts as long as the context, of tokens that stand for something. @param {Engine} engine */
export function* randomTexts(engine) {
  const { core } = engine;
  const tokens = Uint32Array.from({ length: core.port.vocab }, (_, id) => id).filter((id) => core.tokenBytes(id).length > 0);
  let state = 1;
  const next = () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32; // Numerical Recipes' generator
  for (;;) yield Uint32Array.from({ length: engine.context }, () => tokens[Math.floor(next() * tokens.length)]);
}

/** Tokens per second of a prompt that is computed from its start. @param {Engine} engine @param {Uint32Array} ids */
export function promptRate(engine, ids) {
  const start = performance.now();
  finish(engine.compute(ids));
  return ids.length / secondsSince(start);
}

/**
 * Tokens per second behind the first `length` of a text: each computed, and the next one drawn.
 * @param {Engine} engine
 * @param {Uint32Array} text
 * @param {number} length
 * @param {number} count
 */
export function decodeRate(engine, text, length, count) {
  const ids = text.slice(0, length + count);
  if (length > 0) finish(engine.compute(ids.subarray(0, length)));
  const start = performance.now();
  for (let end = length + 1; end <= length + count; end++) {
    const { id } = engine.step(ids.subarray(0, end), GREEDY);
    if (end < ids.length) ids[end] = id;
  }
  return count / secondsSince(start);
}

/** Bytes per second. @param {import('./core.js').Core} core */
function readRate(core) {
  const start = performance.now();
  let bytes = 0;
  while (secondsSince(start) < READ_FOR) bytes += core.readFile();
  return bytes / secondsSince(start);
}

/** @param {() => void} work */
function warmUp(work) {
  const start = performance.now();
  while (secondsSince(start) < WARM_UP) work();
}

/**
 * Measures for some seconds without a pause: not where a page's own thread is.
 * @param {Engine} engine
 * @param {object} [options] less where the context holds less
 * @param {number} [options.promptTokens]
 * @param {number} [options.decodeTokens]
 * @param {number} [options.rounds] the figures are medians of so many
 * @returns {Figures}
 */
export function measure(engine, { promptTokens = 512, decodeTokens = 128, rounds = 3 } = {}) {
  const { context, core } = engine;
  const decode = Math.min(decodeTokens, Math.ceil(context / 2));
  const prompt = Math.min(promptTokens, context);
  const long = Math.min(promptTokens, context - decode);
  const short = Math.min(SHORT_CONTEXT, context - decode);
  const texts = randomTexts(engine);
  const text = () => /** @type {Uint32Array} */ (texts.next().value);

  warmUp(() => promptRate(engine, text().subarray(0, Math.min(prompt, WARM_UP_PROMPT))));
  warmUp(() => decodeRate(engine, text(), short, Math.min(decode, WARM_UP_DECODE)));
  readRate(core);
  const rates = Array.from({ length: rounds }, () => {
    const ids = text();
    return {
      prompt: promptRate(engine, ids.subarray(0, prompt)),
      later: decodeRate(engine, ids, long, decode),
      read: readRate(core),
      decode: decodeRate(engine, text(), short, decode),
    };
  });
  return {
    promptTokensPerSecond: median(rates.map((round) => round.prompt)),
    decodeTokensPerSecond: median(rates.map((round) => round.decode)),
    decodeAfterPromptTokensPerSecond: median(rates.map((round) => round.later)),
    readBytesPerSecond: median(rates.map((round) => round.read)),
    weightBytes: core.port.weight_bytes,
  };
}
