// The C sampler, natively and under the sanitizers, as a function of cases: tests/c/sampler_run.c.
// At the last hop of a token's way; for the tests of the sampler.
// Must not know what a case should give.

import { execFileSync } from 'node:child_process';
import { compileC } from './compile.js';

/**
 * @typedef {[name: string, ...values: number[]]} Stage values in the order of the stage's parameters, those left out the
 *   usual ones; for biases id, value, id, value
 * @typedef {object} Case
 * @property {ArrayLike<number>} logits
 * @property {Stage[]} stages
 * @property {bigint | number} [seed]
 * @property {number} [position]
 * @property {number} [force]
 * @property {number | null} [mu]
 * @property {number[]} [text] the tokens before
 * @property {number[]} [breakers]
 * @property {number[]} [watch]
 *
 * @typedef {object} Row
 * @property {string} name
 * @property {number} kept
 * @property {number} keptMass
 * @property {number} entropy
 * @property {number} limit
 * @property {number[]} ids
 * @property {number[]} probs
 * @property {number[]} logits
 * @property {[rank: number, prob: number, logit: number][]} watched rank from 0
 *
 * @typedef {{ token: number, u: number, logprob: number, entropy: number, mu: number | null, rows: Row[], status?: number, error: string }} Result
 */

/** What the sampler is made of. */
export const SAMPLER = ['gguf', 'numerics', 'sampler', 'stages', 'rewrites', 'ranking', 'draw'].map((name) => `src/${name}.c`);

/** A list after its length. @param {ArrayLike<number | string>} items @param {number} [length] */
const list = (items, length = items.length) => [length, ...Array.from(items)].join(' ');

/** @param {Case} c */
function lineOf({ logits, stages, seed = 1, position = 0, force = -1, mu = null, text = [], breakers = [], watch = [] }) {
  const settings = stages.map(([name, ...values]) => `${name} ${list(name === 'bias' ? [] : values)}`);
  const biases = stages.flatMap(([name, ...values], stage) => (name === 'bias' ? values.map((value, i) => (i % 2 ? `${value}` : `${stage} ${value}`)) : []));
  return [
    logits.length, seed, position, force, mu ?? NaN,
    list(settings), list(text), list(biases, biases.length / 2), list(breakers), list(watch), ...Array.from(logits),
  ].join(' ');
}

/**
 * Compiles the sampler.
 * @param {string} name of the program, one for each test file
 * @returns {(cases: Case[]) => Result[]}
 */
export function compileSampler(name) {
  const program = compileC(name, ['tests/c/sampler_run.c', ...SAMPLER]);
  return (cases) => {
    const output = execFileSync(program, { input: cases.map(lineOf).join('\n'), encoding: 'utf8', maxBuffer: 1 << 30 });
    return output.trim().split('\n').map((line) => JSON.parse(line));
  };
}

/** Logits of probabilities, as other programs' tests take them. @param {ArrayLike<number>} probs */
export const logitsOf = (probs) => Array.from(probs, (p) => Math.fround(Math.log(p)));
