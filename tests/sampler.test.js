// The C sampler, run natively under the sanitizers, against published vectors and the naive twin.
// Tests the last hop of a token's way through tests/c/sampler_run.c and sampler_test.c.
// Must not need a model; what needs ../shared says so and is skipped.

import { before, test } from 'node:test';
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { compileC } from './helpers/compile.js';
import { sampleTwin, uniformTwin } from './helpers/sampler-twin.js';

const OUT_OF_RANGE = 4;
const BAD_MODEL = 2;
const vectorsUrl = new URL('../../shared/data/sampler-vectors.json', import.meta.url);

/**
 * @typedef {[name: string, ...values: number[]]} Stage values in the order of the stage's parameters, or id, value, id, value of biases
 * @typedef {object} Case
 * @property {ArrayLike<number>} logits
 * @property {Stage[]} stages
 * @property {bigint | number} [seed]
 * @property {number} [position]
 * @property {number} [force]
 * @property {number} [mu]
 * @property {number[]} [text] the tokens before
 * @property {number[]} [breakers]
 * @property {number[]} [watch]
 * @typedef {{ name: string, kept: number, keptMass: number, entropy: number, limit: number, ids: number[], probs: number[], logits: number[], watched: [number, number, number][] }} Row
 * @typedef {{ token: number, u: number, logprob: number, entropy: number, mu: number | null, rows: Row[], status?: number, error: string }} Result
 */

const SOURCES = ['gguf', 'numerics', 'sampler', 'stages', 'rewrites', 'ranking', 'draw'].map((name) => `src/${name}.c`);
let program = '';

before(() => {
  program = compileC('sampler_run', ['tests/c/sampler_run.c', ...SOURCES]);
});

/** A list after its length. @param {ArrayLike<number | string>} items @param {number} [length] */
const list = (items, length = items.length) => [length, ...Array.from(items)].join(' ');

/** @param {Case} c */
function lineOf({ logits, stages, seed = 1, position = 0, force = -1, mu = NaN, text = [], breakers = [], watch = [] }) {
  const settings = stages.map(([name, ...values]) => `${name} ${list(name === 'bias' ? [] : values)}`);
  const biases = stages.flatMap(([name, ...values], stage) => (name === 'bias' ? values.map((value, i) => (i % 2 ? `${value}` : `${stage} ${value}`)) : []));
  return [logits.length, seed, position, force, mu, list(settings), list(text), list(biases, biases.length / 2), list(breakers), list(watch), ...Array.from(logits)].join(' ');
}

/** @param {Case[]} cases @returns {Result[]} */
function run(cases) {
  const output = execFileSync(program, { input: cases.map(lineOf).join('\n'), encoding: 'utf8', maxBuffer: 1 << 30 });
  return output.trim().split('\n').map((line) => JSON.parse(line));
}

/** @param {Case} c */
const last = (c) => /** @type {Row} */ (run([c])[0].rows.at(-1));

/** @param {number[]} probs */
const logitsOf = (probs) => probs.map((p) => Math.fround(Math.log(p)));

/** @param {ArrayLike<number>} actual @param {ArrayLike<number>} expected @param {number} tolerance @param {string} [what] */
function close(actual, expected, tolerance, what) {
  assert.equal(actual.length, expected.length, what);
  for (let i = 0; i < expected.length; i++) {
    assert.ok(Math.abs(actual[i] - expected[i]) <= tolerance, `${what ?? ''} item ${i}: ${actual[i]}, expected ${expected[i]}`);
  }
}

/** A small seeded generator, for cases only. @param {number} seed */
function randomSource(seed) {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

test('temperature gives the design\'s figures', () => {
  const logits = [2, 1, 0.5];
  close(last({ logits, stages: [['temperature', 0.5]] }).probs, [0.8438, 0.1142, 0.042], 5e-5);
  close(last({ logits, stages: [['temperature', 1]] }).probs, [0.6285, 0.2312, 0.1402], 5e-5);
  close(last({ logits, stages: [['temperature', 2]] }).probs, [0.481, 0.2918, 0.2272], 5e-5);
});

test('the exercise of the seed document: cat, dog and car', () => {
  const logits = [10, 8, 5, 2, 1, 0.5];
  const stages = /** @type {[string, number][]} */ ([['temperature', 1], ['top-k', 3], ['top-p', 0.9]]);
  const seed = Array.from({ length: 1000 }, (_, i) => i).find((s) => Math.abs(uniformTwin(s, 0) - 0.75) < 0.005);
  const [result] = run([{ logits, stages, seed }]);
  const [, , topK, topP] = result.rows;
  close(topK.probs, [0.8756, 0.1185, 0.0059], 5e-5);
  assert.equal(topP.kept, 2);
  close(topP.probs, [0.8808, 0.1192], 5e-5);
  assert.equal(result.token, 0);
});

test('top-p keeps the token that crosses p', () => {
  assert.equal(last({ logits: logitsOf([0.5, 0.3, 0.15, 0.05]), stages: [['top-p', 0.6]] }).kept, 2);
  assert.equal(last({ logits: logitsOf([0.4, 0.3, 0.2, 0.1]), stages: [['top-p', 0.8]] }).kept, 3);
  assert.equal(last({ logits: [0, 0, 0], stages: [['top-p', 1e-300]] }).kept, 1);
});

test('the order of stages matters: temperature first keeps 1, last keeps 2', () => {
  const logits = [3, 2, 1];
  const [first, second] = run([
    { logits, stages: [['temperature', 0.5], ['top-p', 0.8]] },
    { logits, stages: [['top-p', 0.8], ['temperature', 0.5]] },
  ]);
  assert.equal(first.rows[2].kept, 1);
  assert.equal(second.rows[1].kept, 2);
  assert.equal(second.rows[2].kept, 2);
});

test('temperature 0 is greedy, ties go to the lower id, and nothing is NaN', () => {
  const logits = [-3, 7, 7, -Infinity];
  const [result] = run([{ logits, stages: [['temperature', 0], ['top-k', 3], ['top-p', 0.9], ['min-p', 0.2], ['temperature', 2]] }]);
  assert.equal(result.token, 1);
  for (const row of result.rows.slice(1)) {
    assert.deepEqual([row.kept, row.ids, row.probs, row.entropy], [1, [1], [1], 0]);
  }
  assert.ok(Math.abs(result.rows[1].keptMass - result.rows[0].probs[0]) < 1e-7);
});

test('values that switch a stage off change nothing', () => {
  const random = randomSource(5);
  const logits = Float32Array.from({ length: 300 }, () => 8 * random() - 4);
  const [result] = run([{ logits, stages: [['temperature', 1], ['top-k', 0], ['top-k', 300], ['top-p', 1], ['min-p', 0]] }]);
  for (const row of result.rows) {
    assert.deepEqual({ ...row, name: 'logits', limit: 0 }, result.rows[0]);
    assert.deepEqual([row.kept, row.keptMass], [300, 1]);
  }
});

test('llama.cpp\'s vectors', { skip: !existsSync(vectorsUrl) && 'skipped: ../shared/data not here' }, () => {
  const names = /** @type {Record<string, string>} */ ({ temp: 'temperature', top_k: 'top-k', top_p: 'top-p', min_p: 'min-p' });
  let checked = 0;
  for (const c of JSON.parse(readFileSync(vectorsUrl, 'utf8')).cases) {
    const name = names[c.sampler];
    const value = c.temperature ?? c.k ?? c.p;
    if (!name || (name === 'top-p' && value === 0)) continue; // top-p 0 is greedy there, an error here
    // min-p 1 keeps the first token there; here the range ends below 1.
    if (name === 'min-p' && value === 1) continue;
    const row = last({ logits: logitsOf(c.probs), stages: [[name, value]] });
    const expected = c.expected.filter((/** @type {number} */ p) => p > 0);
    close(row.probs, expected, 1e-5, JSON.stringify(c));
    checked++;
  }
  assert.ok(checked >= 15, `${checked} vectors`);
});

test('random logits: every row equals the twin\'s, in any order of stages', () => {
  const random = randomSource(77);
  const cases = Array.from({ length: 120 }, (_, i) => {
    const logits = Float32Array.from({ length: 1 + Math.floor(400 * random() ** 2) }, () => (24 * random() - 12) * random());
    const settings = /** @type {[string, number][]} */ ([
      ['temperature', [0, 0.3, 1, 1.7, 60][i % 5]],
      ['top-k', Math.floor(60 * random())],
      ['top-p', 1 - random() ** 2],
      ['min-p', 0.3 * random() ** 2],
    ]);
    const stages = settings.map((stage) => ({ stage, key: random() })).sort((a, b) => a.key - b.key).map(({ stage }) => stage);
    return { logits, stages, seed: BigInt(i) << 50n, position: 1000 * i };
  });
  run(cases).forEach((result, i) => {
    const { logits, stages, seed, position } = cases[i];
    const u = uniformTwin(seed, position);
    assert.equal(result.u, u);
    const twin = sampleTwin(logits, stages.map(([name, value]) => ({ name, value })), u);
    assert.equal(result.token, twin.token, `case ${i}`);
    assert.equal(result.rows.length, twin.rows.length);
    result.rows.forEach((row, r) => {
      const what = `case ${i}, ${JSON.stringify(stages)}, ${row.name}`;
      const expected = twin.rows[r];
      assert.deepEqual([row.name, row.kept, row.ids], [expected.name, expected.kept, expected.ids], what);
      close(row.probs, expected.probs, 1e-6, what);
      close([row.keptMass, row.entropy], [expected.keptMass, expected.entropy], 1e-6, what);
    });
    close([result.logprob, result.entropy], [Math.log(twin.rows[0].probs[twin.rows[0].ids.indexOf(twin.token)]), twin.rows[0].entropy], 1e-6);
  });
});

test('what is computed only when asked for has the bits of what is computed at once', () => {
  execFileSync(compileC('sampler_test', ['tests/c/sampler_test.c', ...SOURCES]), ['1000'], { stdio: 'inherit' });
});

test('the draw follows the distribution', () => {
  const probs = [0.5, 0.25, 0.15, 0.1];
  const n = 4000;
  const counts = [0, 0, 0, 0];
  const cases = Array.from({ length: n }, (_, position) => ({ logits: logitsOf(probs), stages: [], position, seed: 99 }));
  for (const { token } of run(cases)) counts[token]++;
  const chiSquare = counts.reduce((sum, count, i) => sum + (count - n * probs[i]) ** 2 / (n * probs[i]), 0);
  assert.ok(chiSquare < 16.3, `chi-square ${chiSquare} at 3 degrees of freedom, ${counts}`); // p = 0.001
});

test('a token of probability 0 is never drawn, whatever u', () => {
  const logits = [0, -Infinity, -2000, -Infinity];
  const cases = Array.from({ length: 300 }, (_, position) => ({ logits, stages: [], position }));
  for (const { token } of run(cases)) assert.equal(token, 0);
});

test('force takes the token and keeps u', () => {
  const [free, forced] = run([{ logits: [3, 2, 1], stages: [] }, { logits: [3, 2, 1], stages: [], force: 2 }]);
  assert.equal(forced.token, 2);
  assert.equal(forced.u, free.u);
  assert.ok(Math.abs(forced.logprob - Math.log(free.rows[0].probs[2])) < 1e-7);
});

test('values out of range are refused by name, range and value', () => {
  const bad = /** @type {[string, number, RegExp][]} */ ([
    ['temperature', -0.1, /temperature is -0.1, expected a number from 0 to 100/],
    ['temperature', 100.1, /temperature/],
    ['temperature', NaN, /temperature is -?nan/],
    ['top-k', -1, /top-k is -1, expected an integer/],
    ['top-k', 1.5, /top-k is 1.5/],
    ['top-p', 0, /top-p is 0, expected a number above 0 to 1/],
    ['top-p', 1.01, /top-p/],
    ['min-p', 1, /min-p is 1, expected a number from 0 to below 1/],
    ['14', 1, /stage 0 has kind 14/],
    ['0', 1, /stage 0 has kind 0/],
  ]);
  for (const [name, value, message] of bad) {
    const [{ status, error }] = run([{ logits: [1, 2], stages: [[name, value]] }]);
    assert.equal(status, OUT_OF_RANGE);
    assert.match(error, message);
  }
  const [many, force] = run([
    { logits: [1], stages: Array.from({ length: 17 }, () => ['top-k', 1]) },
    { logits: [1, 2], stages: [], force: 2 },
  ]);
  assert.match(many.error, /17 stages, expected at most 16/);
  assert.match(force.error, /forced token id 2, expected 0 to 1/);
});

test('damaged logits are refused', () => {
  for (const logits of [[1, NaN], [Infinity, 1], [-Infinity, -Infinity]]) {
    const [{ status, error }] = run([{ logits, stages: [] }]);
    assert.equal(status, BAD_MODEL);
    assert.match(error, /weights are damaged/);
  }
});
