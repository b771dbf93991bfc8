// Sessions and what sampling needs of them: the text before, mirostat's bound at each position, many looks at one.
// The token's way from a text to a step, in Node, with the real core and real workers.
// Must not need ../shared.

import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { Model, Sampler } from '../web/engine/index.js';
import { randomModel } from './helpers/random-model.js';
import { sampleTwin, uniformTwin } from './helpers/sampler-twin.js';
import { collect } from './helpers/steps.js';

/**
 * @typedef {import('../web/engine/index.js').Session} Session
 * @typedef {import('../web/engine/index.js').Stage} Stage
 */

/** @type {Model} */
let model;
/** @type {Sampler} */
let sampler;
before(async () => {
  model = await Model.load(randomModel(), { threads: 1 });
  sampler = await Sampler.open();
});
after(() => {
  model.unload();
  sampler.close();
});

/** @param {Stage[]} stages @param {string | number[]} [text] */
async function begun(stages, text = 'the cat sat on the cat') {
  const session = model.session({ seed: 5, stages });
  await session.feed(text);
  return session;
}

/** Llama.cpp's order, every stage doing something. @type {Stage[]} */
const EVERYTHING = [
  { name: 'penalties', repetition: 1.2, frequency: 0.1, presence: 0.1, window: 0 },
  { name: 'bias', biases: [[40, 1.5], [300, -2]] },
  { name: 'dry', multiplier: 0.8, allowedLength: 1 },
  { name: 'top-n-sigma', value: 2.5 },
  { name: 'top-k', value: 60 },
  { name: 'typical', value: 0.95 },
  { name: 'top-p', value: 0.95 },
  { name: 'min-p', value: 0.02 },
  { name: 'epsilon', value: 0.0005 },
  { name: 'eta', value: 0.0005 },
  { name: 'xtc', probability: 0.5, threshold: 0.1 },
  { name: 'temperature', value: 1.4 },
  { name: 'mirostat', tau: 4, eta: 0.3 },
];

test('a step is what the sampler without a model draws from its logits, its text and its bound', async () => {
  const session = await begun(EVERYTHING);
  let mu = null;
  for (let i = 0; i < 25; i++) {
    const logits = await session.logits();
    const alone = await sampler.sample(logits, { stages: EVERYTHING, seed: 5, ids: session.ids, mu, trace: 'full', watch: [40, 7] });
    const { bytes, text, end, ...step } = await session.step({ trace: 'full', watch: [40, 7] });
    assert.deepEqual(step, alone);
    assert.ok(bytes.length >= 0 && typeof text === 'string' && typeof end === 'boolean');
    ({ mu } = step);
  }
});

test('a trace never changes the token, with every stage on', async () => {
  const runs = [];
  for (const trace of /** @type {const} */ (['none', 'top', 'full'])) {
    runs.push((await collect((await begun(EVERYTHING)).generate({ maxTokens: 30, trace }))).map(({ id, mu }) => [id, mu]));
  }
  assert.deepEqual(runs[1], runs[0]);
  assert.deepEqual(runs[2], runs[0]);
});

test('DRY sees no repetition across a line end, a colon, a quotation mark or an asterisk', async () => {
  /** What DRY takes from the logit of the token at 2 behind a text. @param {number[]} ids */
  const penalty = async (ids) => {
    const session = await begun([{ name: 'dry', multiplier: 3, allowedLength: 2 }], ids);
    const { watched } = await session.inspect(5, { watch: [ids[2]] });
    const [before, after] = watched[0].rows;
    return before.logit - after.logit;
  };
  const [x, y, z] = await model.tokenize('XYZ', { bos: false }).then((ids) => ids.slice(-3));
  assert.ok(Math.abs(await penalty([x, y, z, x, y]) - 3) < 1e-6);
  for (const breaker of [...'\n:"*'].map((character) => 3 + character.charCodeAt(0))) {
    assert.equal(await penalty([x, breaker, z, x, breaker]), 0); // no repetition of two
    assert.equal(await penalty([x, y, breaker, x, y]), 0); // the token itself
  }
});

test('tokens that are watched go through all rows, listed or not', async () => {
  const session = await begun([{ name: 'temperature', value: 0.5 }, { name: 'top-k', value: 3 }]);
  const { stages, watched } = await session.inspect(session.length, { trace: 'full', watch: [12, 300] });
  assert.deepEqual(watched.map(({ id }) => id), [12, 300]);
  for (const { id, rows } of watched) {
    assert.equal(rows.length, 3);
    const at = stages[0].ids.indexOf(id);
    assert.deepEqual(rows[0], { rank: at + 1, prob: stages[0].probs[at], logit: stages[0].logits[at] });
    assert.equal(rows[1].logit, 2 * rows[0].logit);
    assert.deepEqual(rows.map(({ rank }) => rank), Array(3).fill(at + 1));
    assert.equal(rows[2].prob, stages[2].probs[stages[2].ids.indexOf(id)] ?? 0);
  }
  assert.deepEqual((await session.inspect(session.length, { trace: 'none' })).watched, []);
});

// ---- many looks at one position ----

test('looks in many ways are those looks one by one', async () => {
  const session = await begun(EVERYTHING);
  await collect(session.generate({ maxTokens: 6 }));
  const ways = [{}, { seed: 9 }, { stages: [], trace: /** @type {const} */ ('full') }, { force: 40, watch: [40] }, { trace: /** @type {const} */ ('none'), top: 2 }];
  for (const position of [session.length - 4, session.length, 1]) {
    const all = await session.inspectAll(position, ways);
    assert.equal(all.length, ways.length);
    for (const [i, way] of ways.entries()) assert.deepEqual(all[i], await session.inspect(position, way));
  }
  assert.deepEqual(await session.inspectAll(2, []), []);
});

for (const [what, field, call] of /** @type {[string, string, (session: Session) => unknown][]} */ ([
  ['looks at no position', 'position', (s) => s.inspectAll(0, [{}])],
  ['looks that are no list', 'options', (s) => s.inspectAll(2, /** @type {any} */ ({}))],
  ['one bad look of several', 'top-p', (s) => s.inspectAll(2, [{}, { stages: [{ name: 'top-p', value: 2 }] }])],
  ['logits of no position', 'position', (s) => s.logits({ position: 0 })],
  ['logits behind the next position', 'position', (s) => s.logits({ position: s.length + 1 })],
  ['a watched token behind the vocabulary', 'watch', (s) => s.step({ watch: [model.info.vocab] })],
  ['a bias of a token behind the vocabulary', 'bias', (s) => s.inspect(2, { stages: [{ name: 'bias', biases: [[model.info.vocab, 1]] }] })],
  ['an unknown parameter', 'dry.length', (s) => s.inspect(2, { stages: [{ name: 'dry', length: 3 }] })],
])) {
  test(`refuses ${what} and stays as it was`, async () => {
    const session = await begun(EVERYTHING);
    const { ids } = session;
    await assert.rejects(async () => call(session), { name: 'RangeError', field });
    assert.deepEqual(session.ids, ids);
    await session.step();
  });
}

test('logits of any position are those that stood there', async () => {
  const session = await begun([]);
  const seen = [];
  for (let i = 0; i < 5; i++) {
    seen.push(await session.logits());
    await session.step();
  }
  for (const at of [3, 0, 4, 1]) assert.deepEqual(await session.logits({ position: session.length - 5 + at }), seen[at]);
  assert.deepEqual(await session.logits({ position: session.length }), await session.logits());
});

// ---- mirostat's bound ----

describe("mirostat's bound", () => {
  const stages = [{ name: 'temperature', value: 1.2 }, { name: 'mirostat', tau: 3, eta: 0.5 }];

  test('over a generation is the twin\'s', async () => {
    const session = await begun(stages);
    let mu = null;
    for (let i = 0; i < 20; i++) {
      const twin = sampleTwin(await session.logits(), stages, uniformTwin(5, session.length), { mu });
      const step = await session.step({ trace: 'top' });
      assert.equal(step.id, twin.token);
      assert.ok(Math.abs(step.stages[2].limit - (mu ?? 6)) < 1e-9);
      assert.ok(step.mu !== null && twin.mu !== null && Math.abs(step.mu - twin.mu) < 1e-9);
      mu = step.mu;
    }
  });

  test('belongs to the position: looking back, rewinding and forking find the one that held there', async () => {
    const session = await begun(stages);
    const first = session.length;
    const steps = await collect(session.generate({ maxTokens: 12, trace: 'top' }));
    assert.ok(new Set(steps.map(({ mu }) => mu)).size > 6);
    for (const i of [0, 11, 4]) {
      const { actual, ...again } = await session.inspect(first + i);
      assert.equal(actual, steps[i].id);
      assert.deepEqual(again, steps[i]);
    }
    const branch = session.fork();
    await branch.rewind(first + 5);
    assert.deepEqual(await collect(branch.generate({ maxTokens: 7, trace: 'top' })), steps.slice(5));
    await branch.rewind(first);
    assert.deepEqual(await branch.step({ trace: 'top' }), steps[0]);
    const other = await branch.step({ force: 40 });
    assert.notEqual(other.mu, steps[1].mu);
    assert.deepEqual((await session.inspect(first + 2)).mu, steps[2].mu);
  });

  test('is the same however many steps a message brings', async () => {
    const fast = await collect((await begun(stages)).generate({ maxTokens: 25 }));
    const session = await begun(stages);
    for (const step of fast) assert.deepEqual(await session.step(), step);
  });

  test('is null where mirostat is off, stays meanwhile, and outlasts text that is fed', async () => {
    const session = await begun(stages);
    const { mu } = await session.step();
    const limitOf = async () => (await session.inspect(session.length)).stages[2].limit;
    session.stages = [];
    assert.equal((await session.step()).mu, null);
    await session.feed(' on the mat');
    session.stages = stages;
    assert.equal(await limitOf(), mu);
    await session.rewind(2);
    assert.equal(await limitOf(), 6);
    await session.rewind(0);
    await session.feed('a');
    assert.equal(await limitOf(), 6);
  });
});
