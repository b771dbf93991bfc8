// The experiments' arithmetic against published tables and cases worked by hand.
// Beside a token's way: counts, sweeps, pasted numbers and guesses are pure functions of web/app/experiments/.
// Must not need a browser; experiments-page.test.js tries the panels in one.

import { test } from 'node:test';
import assert from 'node:assert/strict';
import { chiSquareTail, gammaQ, pearson } from '../web/app/experiments/chi-square.js';
import { compare, expectationOf, mixtureOf, seedsFrom, tally } from '../web/app/experiments/draws.js';
import { isComplete, restOf, scoreOf, withGuess } from '../web/app/experiments/guesses.js';
import { drawAt, logitsOf, parseNumbers, rowsOf } from '../web/app/experiments/own-logits.js';
import { nearest, pointOf, sweepValues } from '../web/app/experiments/sweep.js';
import { sampleTwin, uniformTwin } from './helpers/sampler-twin.js';

/** @param {number} actual @param {number} expected @param {number} tolerance @param {string} [what] */
function near(actual, expected, tolerance, what = '') {
  assert.ok(Math.abs(actual - expected) <= tolerance, `${what}: ${actual}, expected ${expected}`);
}

// ---- chi-square ----

test('the tail of chi-square is that of the published tables', () => {
  // NIST/SEMATECH e-Handbook of Statistical Methods, table 1.3.6.7.4, upper critical values.
  for (const [freedom, tail, critical] of [
    [1, 0.1, 2.706], [1, 0.05, 3.841], [1, 0.01, 6.635], [1, 0.001, 10.828],
    [2, 0.05, 5.991], [5, 0.05, 11.07], [10, 0.05, 18.307], [10, 0.001, 29.588],
    [30, 0.05, 43.773], [50, 0.01, 76.154], [100, 0.05, 124.342], [100, 0.001, 149.449],
  ]) {
    // Three digits of the critical value leave this much of the tail open.
    near(chiSquareTail(critical, freedom), tail, tail * 4e-4, `chi-square ${critical}, ${freedom} degrees`);
  }
});

test('with an even number of degrees the tail is a Poisson sum', () => {
  for (const freedom of [2, 4, 20, 300, 1000]) {
    for (const factor of [0.2, 0.7, 1, 1.3, 2]) {
      const half = (factor * freedom) / 2;
      let sum = 0;
      for (let i = 0, logTerm = -half; i < freedom / 2; i++, logTerm += Math.log(half / i)) sum += Math.exp(logTerm);
      near(chiSquareTail(2 * half, freedom), sum, 1e-11 * Math.max(1, freedom / 10), `${freedom} degrees, ${factor}`);
    }
  }
});

test('the incomplete gamma function holds at its ends', () => {
  assert.equal(gammaQ(2, 0), 1);
  assert.equal(gammaQ(2, Infinity), 0);
  assert.ok(gammaQ(0.5, 700) >= 0 && gammaQ(0.5, 700) < 1e-300);
});

test('Mendel\'s peas: 9 to 3 to 3 to 1', () => {
  const observed = [315, 101, 108, 32];
  const total = observed.reduce((sum, n) => sum + n, 0);
  const result = pearson([9, 3, 3, 1].map((parts, i) => ({ expected: (total * parts) / 16, observed: observed[i] })));
  near(result?.statistic ?? 0, 0.47, 0.0005);
  assert.equal(result?.freedom, 3);
  near(result?.p ?? 0, 0.9254, 0.0005);
});

// ---- draws ----

/** @param {number[]} probs @param {{ others?: number }} [options] */
function row(probs, { others = 0 } = {}) {
  return /** @type {import('../web/app/state.js').StageRow} */ (
    /** @type {unknown} */ ({ ids: Uint32Array.from(probs, (_, i) => i), probs: Float32Array.from(probs), kept: probs.length + others, otherCount: others })
  );
}

test('tokens of which fewer than five are expected are counted together', () => {
  const expectation = expectationOf([{ weight: 1, row: row([0.5, 0.3, 0.192, 0.004, 0.004]) }]);
  const { cells, impossible, test: result } = compare(expectation, new Map([[0, 510], [1, 290], [2, 192], [3, 8]]), 1000);
  assert.deepEqual(cells.map(({ id, tokens, observed }) => [id, tokens, observed]), [[0, 1, 510], [1, 1, 290], [2, 1, 192], [null, 2, 8]]);
  near(cells[3].expected, 8, 1e-4);
  assert.equal(impossible, 0);
  assert.equal(result?.freedom, 3);
});

test('too small a rest takes in the least expected token with a row of its own', () => {
  const expectation = expectationOf([{ weight: 1, row: row([0.6, 0.394, 0.004, 0.002]) }]);
  const { cells } = compare(expectation, new Map([[0, 60], [1, 40]]), 100);
  assert.deepEqual(cells.map(({ id, tokens }) => [id, tokens]), [[0, 1], [null, 3]]);
});

test('kept tokens that no row lists belong to the rest', () => {
  const { cells } = compare(expectationOf([{ weight: 1, row: row([0.5, 0.4], { others: 90 }) }]), new Map([[0, 50], [1, 38], [77, 12]]), 100);
  assert.deepEqual(cells.map(({ id, tokens, observed }) => [id, tokens, observed]), [[0, 1, 50], [1, 1, 38], [null, 90, 12]]);
});

test('a token that was cut and came all the same is told', () => {
  assert.equal(compare(expectationOf([{ weight: 1, row: row([0.5, 0.5]) }]), new Map([[0, 50], [1, 47], [9, 3]]), 100).impossible, 3);
});

test('where one token is left there is nothing to test', () => {
  assert.equal(compare(expectationOf([{ weight: 1, row: row([1]) }]), new Map([[0, 1000]]), 1000).test, null);
});

test('seeds follow one another, and begin anew behind the last', () => {
  assert.deepEqual(seedsFrom(2n ** 64n - 2n, 3), [2n ** 64n - 2n, 2n ** 64n - 1n, 0n]);
});

test('a pipeline with XTC is a mixture of pipelines without chance', () => {
  const xtc = (/** @type {number} */ probability) => ({ name: 'xtc', probability, threshold: 0.1 });
  assert.deepEqual(mixtureOf([{ name: 'top-k', value: 3 }]), [{ weight: 1, stages: [{ name: 'top-k', value: 3 }] }]);
  assert.deepEqual(mixtureOf([xtc(0.25)]), [
    { weight: 0.25, stages: [xtc(1)] },
    { weight: 0.75, stages: [xtc(0)] },
  ]);
  assert.deepEqual(mixtureOf([xtc(0.75), xtc(0.25)]).map(({ weight, stages }) => [weight, stages.map(({ probability }) => probability)]), [
    [0.25, [1, 1]],
    [0.5, [1, 0]],
    [0.25, [0, 0]],
  ]);
  const { probs } = expectationOf([
    { weight: 0.25, row: row([0, 1]) },
    { weight: 0.75, row: row([0.8, 0.2]) },
  ]);
  near(probs.get(0) ?? 0, 0.6, 1e-7);
  near(probs.get(1) ?? 0, 0.4, 1e-7);
});

test('draws of the twin pass the test, and fail it against another distribution', () => {
  const logits = [2, 1, 0.5, 0, -1];
  const draws = 4000;
  const ids = seedsFrom(7n, draws).map((seed) => sampleTwin(logits, [], uniformTwin(seed, 11n)).token);
  const { ids: ranked, probs } = sampleTwin(logits, [], 0).rows[0];
  const right = expectationOf([{ weight: 1, row: { ...row(probs), ids: Uint32Array.from(ranked) } }]);
  const wrong = expectationOf([{ weight: 1, row: { ...row([0.5, 0.25, 0.125, 0.1, 0.025]), ids: Uint32Array.from(ranked) } }]);
  const p = compare(right, tally(ids), draws).test?.p ?? 0;
  assert.ok(p > 0.001 && p < 0.999, `p ${p}`);
  assert.ok((compare(wrong, tally(ids), draws).test?.p ?? 1) < 1e-6);
});

// ---- sweep ----

test('a sweep goes along the slider and stops at the present value', () => {
  const spacing = { toSlider: (/** @type {number} */ v) => v / 2, fromSlider: (/** @type {number} */ at) => Number((at * 2).toFixed(2)), positions: 200, arrow: 0.05 };
  const values = sweepValues(spacing, 100, 0.777, (value) => value > 0, 5);
  assert.deepEqual(values.map(({ value }) => value), [0.5, 0.777, 1, 1.5, 2]);
  assert.deepEqual(values.map(({ at }) => at), [0.25, 0.3885, 0.5, 0.75, 1]);
  assert.deepEqual(sweepValues(spacing, 100, 1, () => true, 3).map(({ value }) => value), [0, 1, 2]);
  assert.equal(sweepValues(spacing, 100, 7, () => true, 3).at(-1)?.at, 1);
});

test('a point of a sweep tells what is left of the whole pipeline', () => {
  const stages = [{ keptMass: 1 }, { keptMass: 0.5 }, { keptMass: 0.8, kept: 4, entropy: 1.5, ids: [5, 9], probs: [0.3, 0.25] }];
  const watched = [{ id: 5, rows: [{ prob: 0.1 }, { prob: 0.2 }, { prob: 0.4 }] }];
  const step = /** @type {import('../web/app/state.js').Step} */ (/** @type {unknown} */ ({ stages, watched, id: 5 }));
  assert.deepEqual(pointOf({ value: 3, at: 0.5 }, step, [5, 6, 9]), {
    value: 3, at: 0.5, kept: 4, keptMass: 0.4, entropy: 1.5, choices: 2 ** 1.5, probs: [0.4, 0, 0.25], drawn: 5,
  });
});

test('the nearest point is found on either side', () => {
  const points = /** @type {import('../web/app/experiments/sweep.js').Point[]} */ (/** @type {unknown} */ ([{ at: 0 }, { at: 0.4 }, { at: 1 }]));
  assert.deepEqual([0, 0.19, 0.21, 0.69, 0.71, 1].map((at) => nearest(points, at)), [0, 0, 1, 1, 2, 2]);
});

// ---- own logits ----

/** @param {string} input @returns {[string, number][]} */
function read(input) {
  const parsed = parseNumbers(input);
  assert.ok('entries' in parsed, `${input}: ${JSON.stringify(parsed)}`);
  return parsed.entries.map(({ name, number }) => [name, number]);
}

/** @param {string} input */
function complaint(input) {
  const parsed = parseNumbers(input);
  assert.ok('problem' in parsed, `${input}: ${JSON.stringify(parsed)}`);
  return parsed.problem;
}

test('names and numbers are read as people write them', () => {
  const three = [['cat', 10], ['dog', 8], ['car', -0.5]];
  for (const input of [
    'cat 10\ndog 8\ncar -0.5',
    'cat,10\r\ndog, 8\r\n\r\n  car ,-.5  \n',
    'cat\t10\ndog\t8.\ncar\t-5e-1',
    '"cat": 10\n\'dog\' = +8\ncar; -0.5',
    '{"cat": 10, "dog": 8, "car": -0.5}',
    '[["cat", 10],\n ["dog", 8],\n ["car", -0.5]]',
  ]) {
    assert.deepEqual(read(input), three, input);
  }
  assert.deepEqual(read('New York 3\n" cat" 2\n"," 1\n[UNK] 0'), [['New York', 3], [' cat', 2], [',', 1], ['[UNK]', 0]]);
});

test('plain numbers are named by their places', () => {
  const three = [['1', 10], ['2', 8], ['3', 5.5]];
  for (const input of ['10\n8\n5.5', '10 8 5.5', '10, 8,\n5.5', '[10, 8, 5.5]', '10;8;5.5']) assert.deepEqual(read(input), three, input);
  assert.deepEqual(read('7 10\n9 8'), [['7', 10], ['9', 8]], 'two columns are names and numbers');
});

test('an object keeps the order in which it is written, and what comes twice', () => {
  assert.deepEqual(read('{"b": 1, "10": 2, "2": 3, "b": 4, "a\\":1": -5e0}'), [['b', 1], ['10', 2], ['2', 3], ['b', 4], ['a":1', -5]]);
});

test('what cannot be read is named with its line', () => {
  assert.deepEqual(complaint(' \n '), { kind: 'empty' });
  assert.deepEqual(complaint('[]'), { kind: 'empty' });
  assert.deepEqual(complaint('cat 10\n\ndog eight'), { kind: 'number', line: 3, found: 'dog eight' });
  assert.deepEqual(complaint('cat 10\ndog NaN'), { kind: 'number', line: 2, found: 'dog NaN' });
  assert.deepEqual(complaint('cat 10,5\ndog 8,1'), { kind: 'decimalComma', line: 1, found: 'cat 10,5' });
  assert.deepEqual(complaint('\n[1, "two"]'), { kind: 'json', line: 2, found: '"two"' });
  assert.deepEqual(complaint('[1,\n null,\n 3]'), { kind: 'json', line: 2, found: 'null,' });
  assert.deepEqual(complaint('{"a": 1,\n "b": {"c": 2}}'), { kind: 'json', line: 2, found: '"b": {"c": 2}' });
  assert.deepEqual(complaint('[1,\n 2\n oops]'), { kind: 'json', line: 2, found: '2' });
  assert.deepEqual(complaint('{"a": 1,\n "\\x": 2}'), { kind: 'json', line: 2, found: '"\\x": 2' });
  assert.deepEqual(complaint(`${'1 '.repeat(2 ** 20)}1`), { kind: 'tooMany', found: String(2 ** 20 + 1) });
});

test('probabilities become logits that softmax turns back', () => {
  const parsed = parseNumbers('a .5\nb .3\nc .15\nd .05\ne 0');
  assert.ok('entries' in parsed);
  const result = logitsOf(parsed.entries, 'probabilities');
  assert.ok('logits' in result);
  assert.equal(result.logits[4], -Infinity);
  const { rows } = sampleTwin(result.logits.subarray(0, 4), [{ name: 'top-p', value: 0.6 }], 0);
  [0.5, 0.3, 0.15, 0.05].forEach((prob, i) => near(rows[0].probs[i], prob, 1e-7));
  assert.equal(rows[1].kept, 2);
});

test('numbers that are no logits and no probabilities are refused', () => {
  const problemOf = (/** @type {string} */ input, /** @type {'logits' | 'probabilities'} */ kind) => {
    const parsed = parseNumbers(input);
    assert.ok('entries' in parsed);
    const result = logitsOf(parsed.entries, kind);
    return 'problem' in result ? result.problem : null;
  };
  assert.deepEqual(problemOf('a 0.5\nb -0.5', 'probabilities'), { kind: 'negative', line: 2, found: '-0.5' });
  assert.deepEqual(problemOf('[1,\n 1e39]', 'logits'), { kind: 'tooLarge', line: 2, found: '1e+39' });
  assert.deepEqual(problemOf('0 0 0', 'probabilities'), { kind: 'nothing' });
  assert.equal(problemOf('0 0 0', 'logits'), null);
});

test('u falls on the first token whose sum exceeds it, never on one without a chance', () => {
  assert.equal(drawAt([0.5, 0.25, 0.25], 0), 0);
  assert.equal(drawAt([0.5, 0.25, 0.25], 0.5), 1);
  assert.equal(drawAt([0.5, 0.25, 0.25], 0.75), 2);
  assert.equal(drawAt([0.5, 0, 0.4999999, 0], 0.99999999), 2, 'the rest of rounding goes to the last that has a chance');
  assert.equal(drawAt([0, 1], 0), 1);
  assert.equal(drawAt([], 0.5), -1);
  const { token, rows } = sampleTwin([10, 8, 5, 2, 1, 0.5], [{ name: 'top-k', value: 3 }, { name: 'top-p', value: 0.9 }], 0.75);
  assert.equal(rows[2].ids[drawAt(rows[2].probs, 0.75)], token);
});

// ---- guesses ----

test('each further guess takes half of what is left', () => {
  let guesses = withGuess(withGuess([], 4), 7);
  assert.deepEqual(guesses, [{ id: 4, points: 50 }, { id: 7, points: 25 }]);
  assert.equal(withGuess(guesses, 7), guesses, 'none twice');
  for (const id of [1, 2, 3, 9]) guesses = withGuess(guesses, id);
  assert.equal(guesses.length, 5);
  assert.equal(restOf(guesses), 4);
  assert.ok(isComplete(guesses));
  assert.ok(!isComplete([]));
  assert.ok(!isComplete([{ id: 1, points: 100 }]), 'one point stays with the others');
  assert.ok(!isComplete([{ id: 1, points: 0.5 }]));
});

test('a guess is scored by the bits of the share that the truth was given', () => {
  const guesses = [{ id: 4, points: 50 }, { id: 7, points: 25 }];
  assert.deepEqual(scoreOf(guesses, 4, 1002), { share: 0.5, bits: 1 });
  assert.deepEqual(scoreOf(guesses, 7, 1002), { share: 0.25, bits: 2 });
  near(scoreOf(guesses, 5, 1002).bits, Math.log2(4000), 1e-12);
  near(scoreOf([], 5, 4096).bits, 12, 1e-12);
  const all = Array.from({ length: 100 }, (_, id) => scoreOf(guesses, id, 100).share);
  near(all.reduce((sum, share) => sum + share, 0), 1, 1e-12, 'the shares are a distribution');
});

test('what a stage keeps with too little for a float is not told as cut', () => {
  const rows = [{ ids: [2, 0, 1], probs: [1, 0, 0] }, { ids: [2, 0], probs: [1, 0] }];
  const step = /** @type {Parameters<typeof rowsOf>[0]} */ (/** @type {unknown} */ ({ stages: rows }));
  assert.deepEqual(rowsOf(step, 2, 3), [{ id: 2, probs: [1, 1] }, { id: 0, probs: [0, 0] }, { id: 1, probs: [0, null] }]);
});
