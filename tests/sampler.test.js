// The C sampler, run natively under the sanitizers: the design's figures, the draw, what it refuses.
// Tests the last hop of a token's way; published vectors are in sampler-vectors.test.js, random ones in sampler-random.test.js.
// Must not need a model.

import { before, test } from 'node:test';
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { compileC } from './helpers/compile.js';
import { SAMPLER, compileSampler, logitsOf } from './helpers/sampler-run.js';
import { uniformTwin } from './helpers/sampler-twin.js';

/**
 * @typedef {import('./helpers/sampler-run.js').Case} Case
 * @typedef {import('./helpers/sampler-run.js').Row} Row
 */

const OUT_OF_RANGE = 4;
const BAD_MODEL = 2;

/** @type {ReturnType<typeof compileSampler>} */
let run;
before(() => (run = compileSampler('sampler_run')));

/** @param {Case} c */
const last = (c) => /** @type {Row} */ (run([c])[0].rows.at(-1));

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

test('what is computed only when asked for has the bits of what is computed at once', () => {
  execFileSync(compileC('sampler_test', ['tests/c/sampler_test.c', ...SAMPLER]), ['1000'], { stdio: 'inherit' });
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
