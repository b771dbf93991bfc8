// Compares the trainer in C with its twin, step by step: loss, gradients, moments, parameters.
// Beside model/: tests/c/trainer_run.c takes the steps, helpers/autodiff-twin.js knows what they must give.
// Must not read ../shared: every number is made here. Skipped without gcc or oneDNN (Debian: libdnnl-dev).

import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import {
  TrainerTwin, add, differentiate, exp, filled, log, lossTwin, matmul, mul, power, take, tensorsOf,
} from './helpers/autodiff-twin.js';

/**
 * @typedef {import('./helpers/autodiff-twin.js').Node} Node
 * @typedef {import('./helpers/autodiff-twin.js').Shape} Shape
 * @typedef {import('./helpers/autodiff-twin.js').Settings} Settings
 * @typedef {Settings & { batch: number, micro: number, threads: number, dropout: number }} Run
 */

/** @param {number} state @returns {() => number} uniform in [-1, 1), the same on every run */
function random(state) {
  return () => (state = (state * 48271) % 2147483647) / 1073741824 - 1;
}

/** @param {Shape} shape @param {() => number} next @returns norms near 1, the rest so that values keep their size */
function randomParameters(shape, next) {
  return Float32Array.from(tensorsOf(shape).flatMap(({ rows, cols }) =>
    Array.from({ length: rows * cols }, () => (rows === 1 ? 1 + 0.3 * next() : (1.5 * next()) / Math.sqrt(cols)))));
}

/**
 * Every other sequence holds several documents, the first is part of one; some targets are left out.
 * @param {Shape} shape @param {number} sequences @param {() => number} next
 */
function randomBatch({ vocab, context }, sequences, next) {
  const n = sequences * context;
  const below = (/** @type {number} */ limit) => Math.floor(((next() + 1) / 2) * limit);
  const begins = (/** @type {number} */ t) => Math.floor(t / context) % 2 === 1 && below(6) === 0;
  const tokens = Array.from({ length: n }, (_, t) => (begins(t) ? vocab - 1 : below(vocab - 1)));
  const targets = Array.from({ length: n }, () => (below(8) ? below(vocab) : -1));
  return { tokens, targets };
}

/** @param {ArrayLike<number>} actual @param {ArrayLike<number>} expected @returns how far apart, by the length of the expected */
function distance(actual, expected) {
  assert.equal(actual.length, expected.length);
  return Math.hypot(...Array.from(expected, (x, i) => x - actual[i])) / Math.hypot(...Array.from(expected));
}

describe('the twin itself', () => {
  /**
   * Compares gradients with the slopes of chords, in f64.
   * @param {Node[]} leaves
   * @param {() => Node} compute a single number from the leaves
   */
  function assertSlopes(leaves, compute) {
    differentiate(compute());
    const step = 1e-5;
    for (const { data, grad } of leaves) {
      const expected = Array.from(data, (at, i) => {
        const [above, below] = [at + step, at - step].map((x) => ((data[i] = x), compute().data[0]));
        data[i] = at;
        return (above - below) / (2 * step);
      });
      assert.ok(distance(grad, expected) < 1e-7, `gradient ${grad}\nslopes ${expected}`);
    }
  }

  const next = random(11);
  const matrix = (/** @type {number} */ rows, /** @type {number} */ cols) => filled(rows, cols, next);
  const positive = (/** @type {number} */ rows, /** @type {number} */ cols) => filled(rows, cols, () => 1.5 + next());
  /** @type {[string, Node[], (...inputs: Node[]) => Node][]} */
  const operations = [
    ['matmul', [matrix(3, 4), matrix(4, 2)], matmul],
    ['matmul of a matrix with itself', [matrix(3, 3)], (a) => matmul(a, a)],
    ['add', [matrix(3, 4), matrix(3, 4)], add],
    ['add of a row', [matrix(3, 4), matrix(1, 4)], add],
    ['mul', [matrix(3, 4), matrix(3, 4)], mul],
    ['mul with a column', [matrix(3, 4), matrix(3, 1)], mul],
    ['mul of a number', [matrix(1, 1), matrix(3, 4)], mul],
    ['exp', [matrix(3, 4)], exp],
    ['log', [positive(3, 4)], log],
    ['power', [positive(3, 4)], (a) => power(a, -0.5)],
    ['take', [matrix(3, 4)], (a) => take(a, 2, 5, (row, col) => (7 * row + 3 * col) % 12)],
  ];
  for (const [name, leaves, operation] of operations) {
    test(`${name} has the gradient that its values show`, () => {
      const { rows, cols } = operation(...leaves);
      const [left, right] = [matrix(1, rows), matrix(cols, 1)];
      assertSlopes(leaves, () => matmul(matmul(left, operation(...leaves)), right));
    });
  }

  test('the whole model has the gradient that its loss shows', () => {
    const shape = { vocab: 5, dim: 8, layers: 1, heads: 2, kvHeads: 1, hidden: 6, context: 3 };
    const { tokens, targets } = randomBatch(shape, 2, next);
    const masks = [matrix(6, 8), matrix(6, 8)];
    const params = randomParameters(shape, next).values();
    const weights = Object.fromEntries(tensorsOf(shape).map(({ name, rows, cols }) =>
      [name, filled(rows, cols, () => /** @type {number} */ (params.next().value))]));
    assertSlopes(Object.values(weights), () => lossTwin(shape, weights, tokens, targets, masks));
  });

  test('a model of zeros is as uncertain as can be', () => {
    const shape = { vocab: 8, dim: 4, layers: 1, heads: 2, kvHeads: 1, hidden: 4, context: 4 };
    const weights = Object.fromEntries(tensorsOf(shape).map(({ name, rows, cols }) => [name, filled(rows, cols, () => 0)]));
    const one = filled(1, 1, () => 1);
    const loss = lossTwin(shape, weights, [1, 2, 3, 4], [2, 3, -1, -1], [one, one]).data[0];
    assert.ok(Math.abs(loss - Math.log(8) / 2) < 1e-12, `${loss}`);
  });
});

const SOURCES = ['trainer', 'transformer', 'attention', 'gemm', 'ops', 'adamw', 'shape'].map((name) => `model/${name}.c`);
// With optimisation, as the trainer is built: what it does with vectors is to be seen too.
const FLAGS = ['-std=c11', '-O3', '-march=native', '-ffp-contract=fast', '-fno-math-errno', '-fno-trapping-math', '-fopenmp',
  '-Wall', '-Wextra', '-Wpedantic', '-Wshadow', '-Wconversion', '-Werror', '-Wl,--wrap=residual_forward'];
const probe = spawnSync('gcc', ['-fsyntax-only', '-xc', '-'], { input: '#include <dnnl.h>\n' });
const skip = probe.status === 0 ? false : 'gcc or libdnnl-dev is not installed';

describe('model/trainer.c against its twin', { skip }, () => {
  let folder = '';
  let program = '';
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'logitscope-trainer-'));
    program = join(folder, 'trainer_run');
    execFileSync('gcc', [...FLAGS, 'tests/c/trainer_run.c', ...SOURCES, '-ldnnl', '-lm', '-o', program],
      { cwd: fileURLToPath(new URL('..', import.meta.url)), stdio: 'inherit' });
  });
  after(() => rmSync(folder, { recursive: true }));

  /** @param {Shape} shape @param {Partial<Run>} changes */
  function setUp(shape, changes) {
    const run = { ...usual, ...changes };
    const next = random(shape.context);
    const params = randomParameters(shape, next);
    const batches = Array.from({ length: 7 }, () => randomBatch(shape, run.batch, next));
    return { run, params, batches };
  }

  /**
   * @param {Shape} shape
   * @param {Run} run
   * @param {Float32Array} params
   * @param {{ tokens: number[], targets: number[] }[]} batches
   */
  function runTrainer(shape, run, params, batches) {
    const { vocab, dim, layers, heads, kvHeads, hidden, context } = shape;
    const { batch, micro, threads, dropout, maxNorm, beta1, beta2, epsilon, decay, peak, warmup, steps, finalShare } = run;
    const input = [
      vocab, dim, layers, heads, kvHeads, hidden, context,
      batch, micro, threads, dropout, maxNorm, beta1, beta2, epsilon, decay, peak, warmup, steps, finalShare,
      ...params,
      batches.length, ...batches.flatMap(({ tokens, targets }) => [...tokens, ...targets]),
    ].join(' ');
    const bytes = execFileSync(program, { input, maxBuffer: 2 ** 28 });
    const numbers = new Float32Array(new Uint8Array(bytes).buffer);
    let at = 0;
    const read = (/** @type {number} */ count) => numbers.subarray(at, (at += count));
    const readTensors = () => tensorsOf(shape).map(({ rows, cols }) => read(rows * cols));
    const results = batches.map(() => {
      const [loss, norm, learningRate] = read(3);
      return {
        loss, norm, learningRate,
        grads: readTensors(),
        masks: read(2 * layers * batch * context * dim),
        params: readTensors(), mean: readTensors(), square: readTensors(),
      };
    });
    assert.equal(at, numbers.length);
    return results;
  }

  /**
   * The masks of each branch for the whole batch, from those of each micro-batch.
   * @param {Float32Array} factors @param {Shape} shape @param {Run} run
   */
  function masksOf(factors, { dim, layers, context }, { batch, micro }) {
    const size = micro * context * dim;
    return Array.from({ length: 2 * layers }, (_, branch) => filled(batch * context, dim, (row, col) => {
      const i = row * dim + col;
      return factors[(Math.floor(i / size) * 2 * layers + branch) * size + (i % size)];
    }));
  }

  // AdamW divides by the root of the second moment: with the usual epsilon of 1e-8, an entry whose gradient is as small as
  // its rounding error moves by a full learning rate in whatever direction the error points. An epsilon of a typical
  // gradient's size keeps a step a smooth function of the gradient, and shows where it is added. All numbers are exact in f32.
  // Over eight other seeds gradients and moments were at most 4e-6 apart, losses and parameters 1.2e-7.
  const usual = {
    batch: 4, micro: 1, threads: 1, dropout: 0, maxNorm: 0.25, beta1: 0.875, beta2: 0.9375, epsilon: 2 ** -7, decay: 0.25,
    peak: 2 ** -7, warmup: 2, steps: 5, finalShare: 0.125,
  };
  const plain = { vocab: 11, dim: 8, layers: 1, heads: 2, kvHeads: 2, hidden: 12, context: 7 };
  const grouped = { vocab: 19, dim: 24, layers: 2, heads: 6, kvHeads: 2, hidden: 20, context: 12 };
  /** @type {[string, Shape, Partial<Run>][]} */
  const cases = [
    ['one layer', plain, {}],
    ['one head', { ...plain, heads: 1, kvHeads: 1 }, {}],
    ['a gradient that is not clipped, and no decay', plain, { maxNorm: 1000, decay: 0 }],
    ['grouped heads in two layers', grouped, {}],
    ['one head of keys for all, four sequences at once', { ...grouped, kvHeads: 1 }, { micro: 4 }],
    ['two threads', grouped, { threads: 2 }],
    ['two threads, two sequences at once', grouped, { threads: 2, micro: 2 }],
    ['longer than one tile of attention and of the head', { ...plain, context: 150 }, { batch: 2, micro: 2 }],
    ['dropout', grouped, { dropout: 0.25 }],
    ['dropout, two threads, two sequences at once', grouped, { dropout: 0.25, threads: 2, micro: 2 }],
  ];
  for (const [name, shape, changes] of cases) {
    test(name, () => {
      const { params, batches, run } = setUp(shape, changes);
      const twin = new TrainerTwin(shape, params, run);
      for (const [i, actual] of runTrainer(shape, run, params, batches).entries()) {
        const expected = twin.step(batches[i].tokens, batches[i].targets, masksOf(actual.masks, shape, run));
        /** @type {string[]} */
        const wrong = [];
        /** @param {string} what @param {ArrayLike<number>} found @param {ArrayLike<number>} wanted @param {number} tolerance */
        const compare = (what, found, wanted, tolerance) => {
          const apart = distance(found, wanted);
          if (!(apart < tolerance)) wrong.push(`${what} after ${i + 1} steps: ${apart.toExponential(1)} of its length away`);
        };
        compare('loss', [actual.loss], [expected.loss], 1e-6);
        compare('norm of the gradient', [actual.norm], [expected.norm], 1e-5);
        compare('learning rate', [actual.learningRate], [expected.learningRate], 1e-6);
        for (const [t, tensor] of twin.tensors.entries()) {
          compare(`gradient of ${tensor.name}`, actual.grads[t], expected.grads[t], 1e-5);
          compare(`first moment of ${tensor.name}`, actual.mean[t], tensor.mean, 1e-5);
          compare(`second moment of ${tensor.name}`, actual.square[t], tensor.square, 1e-5);
          compare(tensor.name, actual.params[t], tensor.params, 1e-6);
        }
        assert.deepEqual(wrong, []);
        assert.equal(expected.norm > run.maxNorm, run.maxNorm < 1, 'the case clips as it means to');
      }
    });
  }

  test('dropout drops at its rate, never the same twice, whatever the number of threads', () => {
    const { params, batches, run } = setUp(grouped, { dropout: 0.25 });
    const results = runTrainer(grouped, run, params, batches);
    const factors = results.flatMap(({ masks }) => [...masks]);
    assert.deepEqual([...new Set(factors)].sort(), [0, Math.fround(1 / 0.75)]);
    const dropped = factors.filter((factor) => factor === 0).length / factors.length;
    assert.ok(Math.abs(dropped - 0.25) < 0.01, `${dropped}`); // four deviations of so many draws

    const size = grouped.context * grouped.dim; // of one branch of one sequence
    const patterns = new Set();
    for (let at = 0; at < factors.length; at += size) patterns.add(factors.slice(at, at + size).join());
    assert.equal(patterns.size, factors.length / size);

    const shared = runTrainer(grouped, { ...run, threads: 2 }, params, batches);
    assert.deepEqual(shared.map(({ masks }) => masks), results.map(({ masks }) => masks));
  });
});
