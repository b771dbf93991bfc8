// The C sampler against figures that other programs publish for the same stages, and against what the papers say.
// Tests the last hop of a token's way. Figures: llama.cpp, tests/test-sampling.cpp (MIT, 2026); Hugging Face
// transformers, tests/generation/test_logits_process.py (Apache-2.0, 2026). Must not need a model.

import { before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { compileSampler, logitsOf } from './helpers/sampler-run.js';

/**
 * @typedef {import('./helpers/sampler-run.js').Case} Case
 * @typedef {import('./helpers/sampler-run.js').Row} Row
 * @typedef {import('./helpers/sampler-run.js').Stage} Stage
 */

/** @type {ReturnType<typeof compileSampler>} */
let run;
before(() => (run = compileSampler('sampler_run_vectors')));

/** The last row. @param {Case} c */
const last = (c) => /** @type {Row} */ (run([c])[0].rows.at(-1));

/** Probabilities by id, 0 where cut. @param {Row} row @param {number} vocab */
function byId({ ids, probs }, vocab) {
  const all = Array(vocab).fill(0);
  ids.forEach((id, i) => (all[id] = probs[i]));
  return all;
}

/** @param {ArrayLike<number>} actual @param {ArrayLike<number>} expected @param {number} tolerance */
function close(actual, expected, tolerance) {
  assert.equal(actual.length, expected.length);
  for (let i = 0; i < expected.length; i++) {
    assert.ok(Math.abs(actual[i] - expected[i]) <= tolerance, `item ${i}: ${Array.from(actual)}, expected ${Array.from(expected)}`);
  }
}

/** @param {number[]} values */
function normalised(values) {
  const sum = values.reduce((total, value) => total + value, 0);
  return values.map((value) => value / sum);
}

const RISING = [0.1, 0.2, 0.3, 0.4];
const FALLING = [0.4, 0.3, 0.2, 0.1];
const FIVE = [0.2, 0.2, 0.2, 0.2, 0.2];
const FOUR = [0.25, 0.25, 0.25, 0.25];

describe("llama.cpp's figures", () => {
  for (const [stage, probs, expected, turn = {}] of /** @type {[Stage, number[], number[], Partial<Case>?][]} */ ([
    [['temperature', 1], RISING, RISING],
    [['temperature', 0], RISING, [0, 0, 0, 1]],
    [['top-k', 1], RISING, [0, 0, 0, 1]],
    [['top-k', 3], RISING, [0, 0.22222, 0.33333, 0.44444]],
    [['top-k', 4], RISING, RISING],
    [['top-k', 0], RISING, RISING],
    [['top-p', 0.7], RISING, [0, 0, 0.428571, 0.571429]],
    [['top-p', 0.8], RISING, [0, 0.22222, 0.33333, 0.44444]],
    [['top-p', 1], RISING, RISING],
    [['min-p', 0], RISING, RISING],
    [['min-p', 0.24], RISING, RISING],
    [['min-p', 0.26], RISING, normalised([0, 0.2, 0.3, 0.4])],
    [['min-p', 0.49], RISING, normalised([0, 0.2, 0.3, 0.4])],
    [['min-p', 0.51], RISING, normalised([0, 0, 0.3, 0.4])],
    [['min-p', 0.74], RISING, normalised([0, 0, 0.3, 0.4])],
    [['min-p', 0.76], RISING, [0, 0, 0, 1]],
    // They give xtc's and typical's probabilities as they were, without dividing by what is kept.
    [['xtc', 0.99, 0.09], FALLING, [0, 0, 0, 1]],
    [['xtc', 0.99, 0.19], FALLING, normalised([0, 0, 0.2, 0.1])],
    [['xtc', 0.99, 0.29], FALLING, normalised([0, 0.3, 0.2, 0.1])],
    [['xtc', 0.99, 0.39], FALLING, FALLING],
    [['typical', 0.5], [0.97, 0.01, 0.01, 0.01], [1, 0, 0, 0]],
    [['typical', 0.5], [0.4, 0.2, 0.2, 0.2], normalised([0, 0.2, 0.2, 0.2])],
    [['penalties', 50], FIVE, [0, 0.25, 0.25, 0.25, 0.25], { text: [0] }],
    [['penalties', 50], FIVE, [0, 0, 0, 0.5, 0.5], { text: [0, 1, 2] }],
    [['penalties', 50], FIVE, [0, 0, 0, 0.5, 0.5], { text: [0, 1, 2, 0, 0] }],
    [['penalties', 1, 5, 5], FIVE, [0.000011, 0.249997, 0.249997, 0.249997, 0.249997], { text: [0] }],
    [['penalties', 1, 5, 5], FIVE, [0.000023, 0.000023, 0.000023, 0.499966, 0.499966], { text: [0, 1, 2] }],
    [['penalties', 1, 5, 5], FIVE, [0, 0.000023, 0.000023, 0.499977, 0.499977], { text: [0, 1, 2, 0, 0] }],
    [['dry', 1, 1.1, 2, 4], FOUR, FOUR, { text: [0, 1] }],
    [['dry', 1, 1.1, 2, 5], FOUR, [0.296923, 0.296923, 0.109232, 0.296923], { text: [0, 1, 2, 0, 1] }],
    [['dry', 1, 1.1, 2, 6], FIVE, FIVE, { text: [0, 1, 3, 4, 0, 1], breakers: [3] }],
    [['dry', 2, 1.1, 2, 5], FIVE, [0.241818, 0.241818, 0.032727, 0.241818, 0.241818], { text: [0, 1, 2, 0, 1] }],
    [['dry', 1, 1.1, 4, 7], FIVE, FIVE, { text: [0, 1, 2, 3, 4, 0, 1] }],
    [['top-n-sigma', 1], RISING, [0, 0, 0.428571, 0.571429]],
    [['top-n-sigma', 0], RISING, RISING],
    [['top-n-sigma', 3], RISING, RISING],
  ])) {
    test(`${stage.join(' ')} on ${probs.join(' ')}${turn.text ? ` after ${turn.text.join(' ')}` : ''}`, () => {
      close(byId(last({ logits: logitsOf(probs), stages: [stage], ...turn }), probs.length), expected, 1e-5);
    });
  }

  // There 10,000 tokens have the logits ln 0, ln 1, ln 2 …, so that token n's share is n.
  const vocab = 10_000;
  const shares = Array.from({ length: vocab }, (_, id) => id).reverse();
  /** What each letter keeps of some shares, from high to low. @type {Record<string, (shares: number[], k: number, p: number, m: number) => number[]>} */
  const keep = {
    k: (kept, k) => kept.slice(0, k),
    p(kept, _, p) {
      const total = kept.reduce((sum, share) => sum + share, 0);
      let sum = 0;
      return p === 1 ? kept : kept.slice(0, kept.findIndex((share) => (sum += share) >= Math.fround(p) * total) + 1);
    },
    m: (kept, _k, _p, m) => kept.filter((share) => share >= m * kept[0]),
  };
  const queues = /** @type {[string, number, number, number][]} */ ([
    ['k', 10_000, 1, 0], ['k', 1, 1, 0], ['p', 0, 1, 0], ['m', 0, 1, 1e-12],
    ['k', 100, 1, 0], ['p', 0, 0.0003, 0], ['p', 0, 0.8, 0], ['m', 0, 1, 9997.9 / 9999], ['m', 0, 1, 0.1],
    ['mp', 100, 0.8, 9997.9 / 9999],
    ...['kp', 'km', 'pk', 'pm', 'mk', 'mp', 'kpm', 'kmp', 'pkm', 'pmk', 'mkp', 'mpk'].map((queue) => [queue, 100, 0.8, 0.1]),
  ]);
  test('its queues of top-k, top-p and min-p in any order keep what they keep there', () => {
    const results = run(queues.map(([queue, k, p, m]) => ({
      logits: Array.from({ length: vocab }, (_, id) => Math.fround(Math.log(id))),
      stages: [...queue].map((letter) => /** @type {Stage} */ ({ k: ['top-k', k], p: ['top-p', p], m: ['min-p', m] }[letter])),
    })));
    results.forEach(({ rows }, i) => {
      const [queue, k, p, m] = queues[i];
      const expected = [...queue].reduce((kept, letter) => keep[letter](kept, k, p, m), shares);
      assert.deepEqual(rows[queue.length].ids, expected, queues[i].join(' '));
    });
  });
});

describe("Hugging Face's figures", () => {
  const ramp = Array.from({ length: 10 }, (_, i) => i - 5);
  for (const [stage, logits, kept] of /** @type {[Stage, number[], number[]][]} */ ([
    [['top-k', 3], ramp.map((l) => l + 5), [7, 8, 9]],
    [['top-k', 3], ramp.map((l, i) => l + 5 + (i < 5 ? 10 : 0)), [2, 3, 4]],
    [['top-p', 0.8], logitsOf([0.3, 0.1, 0.1, 0.5]), [0, 3]],
    [['top-p', 0.8], logitsOf([0.15, 0.3, 0.3, 0.25]), [1, 2, 3]],
    [['top-p', 0.9], ramp, [7, 8, 9]],
    [['min-p', 0.05], logitsOf([0.9, 0.0274, 0.047, 0.0274]), [0, 2]],
    [['min-p', 0.05], logitsOf([0.15, 0.3, 0.3, 0.25]), [0, 1, 2, 3]],
    [['min-p', 0.05], logitsOf([0.97, 0.01, 0.01, 0.01]), [0]],
    [['typical', 0.5], logitsOf([0.97, 0.01, 0.01, 0.01]), [0]],
    [['typical', 0.5], logitsOf([0.4, 0.2, 0.2, 0.2]), [1, 2, 3]],
    [['typical', 0.5], Array(5).fill(0.2), [0, 1, 2, 3, 4]],
    [['epsilon', 0.1], logitsOf([0.87, 0.099, 0.001, 0.03]), [0]],
    [['epsilon', 0.1], logitsOf([0.4, 0.299, 0.101, 0.2]), [0, 1, 2, 3]],
    [['epsilon', 0.05], ramp, [7, 8, 9]],
    [['eta', 0.0625], logitsOf([0, 0.1, 0.8, 0.1]), [1, 2, 3]],
    [['eta', 0.0625], logitsOf([0.01, 0.04, 0.9, 0.05]), [2]],
    [['eta', 0.1], ramp, [8, 9]],
  ])) {
    test(`${stage.join(' ')} on ${logits.map((l) => l.toFixed(2)).join(' ')}`, () => {
      const row = last({ logits, stages: [stage] });
      assert.deepEqual(row.ids.toSorted((a, b) => a - b), kept);
      const before = logits.map(Math.exp);
      close(byId(row, logits.length), normalised(before.map((p, id) => (kept.includes(id) ? p : 0))), 1e-6);
    });
  }

  test('eta 0.0625 has the bounds that it has there, min(0.0625, 0.1320) and min(0.0625, 0.1644); a higher one shows the second', () => {
    const { limit } = last({ logits: logitsOf([0, 0.1, 0.8, 0.1]), stages: [['eta', 0.0625]] });
    assert.equal(limit, 0.0625);
    // With 0.9 the other term is the least: sqrt(0.9) e^-H.
    const entropy = -(0.8 * Math.log(0.8) + 0.2 * Math.log(0.1));
    close([last({ logits: logitsOf([0, 0.1, 0.8, 0.1]), stages: [['eta', 0.9]] }).limit], [Math.sqrt(0.9) * Math.exp(-entropy)], 1e-7);
    close([Math.sqrt(0.0625) * Math.exp(-entropy)], [0.132], 5e-5);
  });

  test('the repetition penalty divides a logit above 0 and multiplies another', () => {
    const first = Array(10).fill(0.1);
    first[0] = -0.1;
    const row = last({ logits: first, stages: [['penalties', 2]], text: [0, 1], watch: [0, 1, 2] });
    close(row.watched.map(([, , logit]) => logit), [-0.2, 0.05, 0.1], 1e-7);
    const second = Array(10).fill(0.1);
    second[5] = 0.4;
    const other = last({ logits: second, stages: [['penalties', 2]], text: [5, 0], watch: [0, 5, 2] });
    close(other.watched.map(([, , logit]) => logit), [0.05, 0.2, 0.1], 1e-7);
  });
});

// ---- by hand, from the papers ----

test('mirostat cuts what surprises by more than mu bits, and moves mu by eta times the error', () => {
  const logits = logitsOf([0.5, 0.25, 0.125, 0.0625, 0.0625]);
  const first = run([{ logits, stages: [['mirostat', 1, 0.1]] }])[0];
  assert.equal(first.rows[1].limit, 2);
  assert.equal(first.rows[1].kept, 2);
  const observed = -Math.log2(first.token === 0 ? 2 / 3 : 1 / 3);
  close([/** @type {number} */ (first.mu)], [2 - 0.1 * (observed - 1)], 1e-9);
  const next = run([{ logits, stages: [['mirostat', 1, 0.1]], mu: 3.5, force: 2 }])[0];
  assert.deepEqual([next.rows[1].kept, next.rows[1].limit], [3, 3.5]);
  close([/** @type {number} */ (next.mu)], [3.5 - 0.1 * (-Math.log2(1 / 7) - 1)], 1e-6);
  // A forced token that is cut counts as it stood before; where no stage has it at all mu stays.
  const cut = run([{ logits, stages: [['mirostat', 1, 0.1]], mu: 1, force: 3 }])[0];
  close([/** @type {number} */ (cut.mu)], [1 - 0.1 * (4 - 1)], 1e-6);
  assert.equal(run([{ logits, stages: [['top-k', 2], ['mirostat', 1, 0.1]], mu: 1, force: 3 }])[0].mu, 1);
  const off = run([{ logits, stages: [['mirostat', 0, 0.1]], mu: 1 }])[0];
  assert.deepEqual([off.mu, off.rows[1].kept, off.rows[1].limit], [null, 5, 0]);
  // At least one token is kept, whatever mu.
  assert.equal(last({ logits, stages: [['mirostat', 1, 0.1]], mu: -50 }).kept, 1);
});

test('a bias is added, and adds up', () => {
  const { ids, logits } = last({ logits: [1, 2, 3], stages: [['bias', 0, 5, 1, 0.5, 0, -1, 2, -100]] });
  assert.deepEqual(ids, [0, 1, 2]);
  assert.deepEqual(logits, [5, 2.5, -97]);
  const two = run([{ logits: [1, 2, 3], stages: [['bias', 0, 5], ['temperature', 0.5], ['bias', 1, 1]] }])[0].rows;
  assert.deepEqual(two.map((row) => row.logits), [[3, 2, 1], [6, 3, 2], [12, 6, 4], [12, 6, 5]]);
  assert.deepEqual(two[3].ids, [0, 2, 1]);
});

test('logits that change begin anew: what was cut stays cut, the temperature is in them', () => {
  const rows = run([{
    logits: [4, 3, 2, 1], stages: [['temperature', 0.5], ['top-k', 2], ['bias', 3, 100, 1, 3], ['temperature', 2]], watch: [0, 1, 3],
  }])[0].rows;
  assert.deepEqual(rows[3].ids, [1, 0]);
  assert.deepEqual(rows[3].logits, [9, 8]);
  assert.deepEqual(rows[4].logits, [4.5, 4]);
  assert.equal(rows[3].keptMass, 1);
  assert.deepEqual(rows[3].watched.map(([rank, , logit]) => [rank, logit]), [[1, 8], [0, 9], [3, -Infinity]]);
  assert.equal(rows[3].watched[2][1], 0);
});

test('extreme logits stay finite through penalties, and greedy stays greedy', () => {
  const logits = [3e38, -3e38, 1, -Infinity];
  const { rows, token } = run([{ logits, stages: [['penalties', 0.01, 100, -100], ['temperature', 0], ['penalties', 50], ['xtc', 1, 0.1]], text: [0, 1, 3] }])[0];
  assert.equal(token, 0);
  assert.ok(rows.every((row) => row.probs.every((p) => p >= 0 && p <= 1)));
  assert.deepEqual(rows[2].ids, [0]);
  assert.ok(Math.max(...rows[1].logits) < Infinity);
  assert.equal(rows[1].logits.at(-1), -Infinity);
});

test('XTC never drops the last token that reaches the threshold, nor leaves one of probability 0', () => {
  const logits = [5, -Infinity, -Infinity];
  assert.deepEqual(last({ logits, stages: [['xtc', 1, 1e-300]] }).ids[0], 0);
  const { rows, token } = run([{ logits: [2, 1, 0], stages: [['xtc', 1, 0.05], ['temperature', 0.0001], ['top-p', 0.9]] }])[0];
  assert.equal(token, 2);
  assert.deepEqual(rows[3].probs, [1]);
  close([rows[1].keptMass], [1 / (1 + Math.E + Math.E ** 2)], 1e-6);
});

test("XTC's uniform number is not the draw's, but the same wherever the stage stands", () => {
  const logits = logitsOf([0.4, 0.3, 0.2, 0.1]);
  const cases = Array.from({ length: 400 }, (_, position) => ({ logits, stages: /** @type {Stage[]} */ ([['xtc', 0.3, 0.1], ['top-k', 3], ['xtc', 0.3, 0.1]]), position }));
  const results = run(cases);
  for (const { u, rows } of results) {
    assert.equal(rows[1].limit, rows[3].limit);
    assert.notEqual(rows[1].limit, u);
    assert.equal(rows[1].kept < 4, rows[1].limit < 0.3);
  }
  const share = results.filter(({ rows }) => rows[1].kept < 4).length / results.length;
  assert.ok(Math.abs(share - 0.3) < 0.07, `${share}`);
});

test('the order decides, as in the two programs', () => {
  // Worked by hand: at temperature 2 the nucleus of 0.8 is wider than at 1.
  const logits = logitsOf([0.6, 0.25, 0.1, 0.05]);
  const rest = /** @type {Stage[]} */ ([['top-k', 0], ['top-p', 0.8]]);
  const huggingFace = run([{ logits, stages: [['penalties', 1], ['temperature', 2], ...rest, ['min-p', 0], ['typical', 1], ['epsilon', 0], ['eta', 0]] }])[0];
  const llama = run([{ logits, stages: [['penalties', 1], ['dry', 0], ['top-n-sigma', 0], ['top-k', 0], ['typical', 1], ['top-p', 0.8], ['min-p', 0], ['xtc', 0], ['temperature', 2]] }])[0];
  const roots = [0.6, 0.25, 0.1, 0.05].map(Math.sqrt);
  close(/** @type {Row} */ (huggingFace.rows.at(-1)).probs, normalised(roots.slice(0, 3)), 1e-6);
  close(/** @type {Row} */ (llama.rows.at(-1)).probs, normalised(roots.slice(0, 2)), 1e-6);
});
