// The models that are measured: which, where they lie, and prompts for them.
// Beside ../bench.js and profile.js; model/synth.c makes the files.
// Must not measure.

import { execFileSync } from 'node:child_process';
import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import { root } from '../helpers/measure.js';
import { randomModel } from '../helpers/random-model.js';

const list = (/** @type {string | undefined} */ text, /** @type {string} */ otherwise) => (text || otherwise).split(/[ ,]+/);

/** Makes a model unless it is there. @param {string} shape @param {string} type @returns {string} its path from the root */
function synthesise(shape, type) {
  const path = `build/bench/${shape}-${type}.gguf`;
  const program = `${root}build/logitscope-synth`;
  mkdirSync(`${root}build/bench`, { recursive: true });
  const made = statSync(root + path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  if (made < statSync(program).mtimeMs) execFileSync(program, ['--shape', shape, '--type', type, '--out', root + path], { stdio: 'inherit' });
  return path;
}

/** The models that SHAPES and TYPES in the environment name. @param {string} shapes else @param {string} types else */
export const chosenModels = (shapes, types) => list(process.env.SHAPES, shapes)
  .flatMap((shape) => list(process.env.TYPES, types).map((type) => ({ shape, type, path: synthesise(shape, type) })));

/** A model whose steps take less than a millisecond, with a context of 2,048 tokens. @returns {string} its path */
export const playModel = () => `${root}${synthesise('15m', 'q8_0')}`;

/** A quick model of 32,000 tokens that leaves several a chance at each step. @returns {string} its path */
export function displayModel() {
  const path = `${root}build/bench/display.gguf`;
  mkdirSync(`${root}build/bench`, { recursive: true });
  writeFileSync(path, randomModel({ type: 'Q8_0', words: 31_629, gain: 4, context: 2048, name: '32,000 tokens' }));
  return path;
}

/** A text that every program makes `n` tokens of, BOS included. @param {number} n @param {number} seed */
export const promptOf = (n, seed) =>
  String.fromCodePoint(...Array.from({ length: n - 1 }, (_, i) => 0x10000 + 259 + ((i + 1) * 7919 * seed) % 30000));
