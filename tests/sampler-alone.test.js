// The sampler without a model, as a program that has logits of its own uses it.
// The last hop of the token's way in WebAssembly, through the public API and a real worker.
// Must not need a model.

import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { Sampler } from '../web/engine/index.js';
import { seededRandom } from './helpers/random-model.js';
import { randomCase, settingOf } from './helpers/random-pipelines.js';
import { compileSampler } from './helpers/sampler-run.js';

/** @typedef {import('../web/engine/sampler.js').SampleOptions} SampleOptions */

/** @type {Sampler} */
let sampler;
before(async () => (sampler = await Sampler.open()));
after(() => sampler.close());

test('WebAssembly gives the bits of the native build, for random pipelines, with and without a trace', async () => {
  const random = seededRandom(3);
  const cases = Array.from({ length: 250 }, (_, i) => ({ ...randomCase(random, i), breakers: [] })); // nobody knows the tokens' texts
  const native = compileSampler('sampler_run_alone')(cases);
  for (const [i, { logits, stages, seed, position, text, mu, force, watch }] of cases.entries()) {
    const options = { stages: stages.map(settingOf), seed, position, ids: text, mu, force };
    const [traced, quick] = await sampler.sampleAll(logits, [{ ...options, trace: 'full', watch }, options]);
    const { token, rows, error, ...draw } = native[i];
    assert.equal(error, undefined);
    assert.deepEqual([quick.stages, quick.watched], [[], []]);
    for (const { position: at, id, u, logprob, entropy, mu: next } of [traced, quick]) {
      assert.deepEqual({ at, id, u, logprob, entropy, mu: next }, { at: position, id: token, ...draw });
    }
    assert.equal(traced.stages.length, rows.length);
    for (const [r, { kept, keptMass, entropy, limit, ids, probs, logits }] of traced.stages.entries()) {
      const { name, watched, ...expected } = rows[r];
      assert.deepEqual({ kept, keptMass, entropy, limit, ids: [...ids], probs: [...probs], logits: [...logits] }, expected, `case ${i}, ${name}`);
      assert.deepEqual(traced.watched.map((token) => token.rows[r]), watched.map(([rank, prob, logit]) => ({ rank: rank + 1, prob, logit })));
    }
  }
});

test('a row says how its stage was set, parameters that were not named included', async () => {
  const { stages } = await sampler.sample([3, 2, 1], {
    trace: 'top', top: 2, stages: [{ name: 'xtc', probability: 0.5 }, { name: 'bias', biases: [[1, 2]] }, { name: 'dry' }, { name: 'top-p', value: 0.9 }],
  });
  assert.deepEqual(stages.map((row) => Object.keys(row).slice(0, -9).map((key) => row[key])), [
    ['logits'], ['xtc', 0.5, 0.1], ['bias', [[1, 2]]], ['dry', 0, 1.75, 2, 0], ['top-p', 0.9],
  ]);
  assert.deepEqual(Object.keys(stages[3]), [
    'name', 'multiplier', 'base', 'allowedLength', 'window', 'kept', 'keptMass', 'entropy', 'limit', 'ids', 'probs', 'logits', 'otherCount', 'otherMass',
  ]);
  assert.deepEqual([stages[0].ids.length, stages[0].otherCount], [2, 1]);
});

test('a token that is watched has the rank that it is listed with, whatever was cut before it', async () => {
  const logits = Float32Array.from({ length: 60 }, (_, id) => 6 * Math.sin(id * id));
  const stages = [
    { name: 'xtc', probability: 1, threshold: 0.03 }, { name: 'temperature', value: 1.3 }, { name: 'typical', value: 0.7 }, { name: 'top-k', value: 9 },
  ];
  const step = await sampler.sample(logits, { stages, trace: 'full', watch: Array.from(logits.keys()) });
  assert.ok(step.stages.some(({ ids }, r) => r > 0 && ids[0] !== step.stages[r - 1].ids[0]), 'something is cut in front');
  for (const [r, { ids, probs }] of step.stages.entries()) {
    for (const { id, rows } of step.watched) {
      const place = ids.indexOf(id);
      if (place < 0) assert.equal(rows[r].prob, 0);
      else assert.deepEqual([rows[r].rank, rows[r].prob], [place + 1, probs[place]], `token ${id}, row ${r}`);
    }
  }
});

test('says what stages there are', () => {
  assert.equal(sampler.stages.length, 13);
  const dry = sampler.stages.find(({ name }) => name === 'dry');
  assert.deepEqual(dry?.parameters.map(({ name, off, usual }) => [name, off, usual]), [
    ['multiplier', 0, 0], ['base', null, 1.75], ['allowedLength', null, 2], ['window', null, 0],
  ]);
});

test('takes from one logit to a million, in turn', async () => {
  const most = new Float32Array(2 ** 20).fill(-Infinity);
  most[2 ** 20 - 1] = 1;
  assert.equal((await sampler.sample([-5])).id, 0);
  assert.equal((await sampler.sample(most, { ids: [2 ** 20 - 1] })).id, 2 ** 20 - 1);
  assert.equal((await sampler.sample([0, 30])).id, 1);
  await assert.rejects(sampler.sample(new Float32Array(2 ** 20 + 1)), { name: 'RangeError', field: 'logits.length' });
});

test('a thousand draws of 4,096 logits follow the distribution, and are quick', async () => {
  const logits = Float32Array.from({ length: 4096 }, (_, id) => (id < 4 ? Math.log([0.5, 0.25, 0.15, 0.1][id]) : -60));
  const ways = Array.from({ length: 1000 }, (_, seed) => ({ seed }));
  await sampler.sampleAll(logits, ways); // compiles
  const start = performance.now();
  const samples = await sampler.sampleAll(logits, ways);
  const took = performance.now() - start;
  assert.ok(took < 500, `${took} ms`); // some 20 on a quiet machine
  const counts = [0, 1, 2, 3].map((id) => samples.filter((sample) => sample.id === id).length);
  const expected = [500, 250, 150, 100];
  const chiSquare = counts.reduce((sum, count, id) => sum + (count - expected[id]) ** 2 / expected[id], 0);
  assert.ok(chiSquare < 16.3, `${counts}`); // p = 0.001 at 3 degrees of freedom
});

for (const [what, field, logits, options = {}] of /** @type {[string, string, any, any?][]} */ ([
  ['no logits', 'logits.length', []],
  ['logits that are no list', 'logits', 'abc'],
  ['no list at all', 'logits', null],
  ['a logit that is no number', 'logits[1]', [1, NaN]],
  ['a logit of text', 'logits[0]', ['1']],
  ['an infinite logit', 'logits[2]', [1, 2, Infinity]],
  ['a logit beyond 32-bit floats', 'logits[0]', [1e39]],
  ['logits that leave nothing', 'logits', [-Infinity, -Infinity]],
  ['an id behind the logits', 'ids', [1, 2], { ids: [2] }],
  ['a watched id behind the logits', 'watch', [1, 2], { watch: [2] }],
  ['a forced id behind the logits', 'force', [1, 2], { force: 2 }],
  ['a bias of an id behind the logits', 'bias', [1, 2], { stages: [{ name: 'bias', biases: [[2, 1]] }] }],
  ['a bias above 100', 'bias', [1, 2], { stages: [{ name: 'bias', biases: [[1, 100.5]] }] }],
  ['a bias that is no number', 'bias', [1, 2], { stages: [{ name: 'bias', biases: [[1, NaN]] }] }],
  ['biases that are no pairs', 'bias', [1, 2], { stages: [{ name: 'bias', biases: [1] }] }],
  ['too many biases', 'stages', [1, 2], { stages: [{ name: 'bias', biases: Array(1025).fill([0, 1]) }] }],
  ['a value for a bias stage', 'bias', [1, 2], { stages: [{ name: 'bias', value: 1 }] }],
  ['an unknown parameter', 'xtc.chance', [1, 2], { stages: [{ name: 'xtc', chance: 0.5 }] }],
  ['a value where a stage has names', 'mirostat', [1, 2], { stages: [{ name: 'mirostat', value: 0.5 }] }],
  ['four stages that change logits', 'stages', [1, 2], { stages: Array(4).fill({ name: 'penalties', repetition: 2 }) }],
  ['mu that is no number', 'mu', [1, 2], { mu: Infinity }],
  ['position -1', 'position', [1, 2], { position: -1 }],
  ...[
    ['penalties', 'repetition', 0, 101], ['penalties', 'frequency', -101, 101], ['penalties', 'presence', -101, 101], ['penalties', 'window', -1, 1.5],
    ['dry', 'multiplier', -1, 101], ['dry', 'base', 0.9, 101], ['dry', 'allowedLength', -1, 0.5], ['dry', 'window', -1, 2 ** 31],
    ['top-n-sigma', 'value', -1, 101], ['typical', 'value', 0, 1.1], ['epsilon', 'value', -0.1, 1], ['eta', 'value', -0.1, 1],
    ['xtc', 'probability', -0.1, 1.1], ['xtc', 'threshold', 0, 1.1], ['mirostat', 'tau', -1, 101], ['mirostat', 'eta', -0.1, 1.1],
  ].flatMap(([name, parameter, ...values]) => [...values, NaN, '1'].map((value) => [
    `${name} ${parameter} ${typeof value} ${value}`, parameter === 'value' ? name : `${name}.${parameter}`, [1, 2], { stages: [{ name, [parameter]: value }] },
  ])),
])) {
  test(`refuses ${what}`, async () => {
    await assert.rejects(sampler.sample(logits, options), (/** @type {any} */ error) => {
      assert.ok(error instanceof RangeError, error);
      assert.equal(/** @type {any} */ (error).field, field, error.message);
      assert.match(error.message, /expected/);
      return true;
    });
    assert.equal((await sampler.sample([0, 30])).id, 1);
  });
}

test('options that are no list are refused, and a closed sampler says so', async () => {
  await assert.rejects(sampler.sampleAll([1], /** @type {any} */ ({})), { name: 'RangeError', field: 'options' });
  await assert.rejects(sampler.sampleAll([1], /** @type {any} */ ([undefined])), { name: 'RangeError', field: 'options' });
  const other = await Sampler.open();
  other.close();
  await assert.rejects(other.sample([1]), { name: 'Unloaded', message: /sampler has been closed/ });
});

test('typical keeps a token however small its share is: one below the least float is 0', async () => {
  const { stages } = await sampler.sample([3, 2, 1, 1], { stages: [{ name: 'typical', value: 1e-300 }], trace: 'full' });
  assert.deepEqual([stages[1].kept, [...stages[1].probs]], [1, [1]]);
});

test('a long text that repeats itself all over costs DRY no more than another one', async () => {
  const n = 32768;
  const stages = [{ name: 'dry', multiplier: 1, base: 1.0001, allowedLength: 2 }];
  const ways = (/** @type {number} */ period) =>
    Array.from({ length: 8 }, () => ({ ids: Array.from({ length: n }, (_, i) => i % period), stages, trace: /** @type {const} */ ('full') }));
  for (const period of [1, 3]) {
    const begun = performance.now();
    const [{ stages: [, row] }] = await sampler.sampleAll([9, 9, 9], ways(period));
    const took = performance.now() - begun;
    const next = n % period;
    const repeated = n - period; // tokens that stand alike one period earlier
    const penalty = 1.0001 ** (repeated - 2);
    const logit = row.logits[[...row.ids].indexOf(next)];
    assert.ok(Math.abs(logit - (9 - penalty)) < 1e-4, `period ${period}: ${logit}, expected ${9 - penalty}`);
    assert.ok(took < 800, `period ${period}: ${took} ms for 8 steps`);
  }
});
