// The engine's numbers and sessions: golden text, determinism, stepping, looking back, text.
// The whole of the token's way from a text to a step, in Node, with the real core and real workers.
// Must not need ../shared; what uses it is skipped where it is not.

import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { loadBuild } from '../web/engine/builds.js';
import { Core } from '../web/engine/core.js';
import { Engine, finish } from '../web/engine/engine.js';
import { Model } from '../web/engine/index.js';
import { load } from '../web/engine/load.js';
import { cut, score } from '../web/engine/score.js';
import { Utf8Stream, decodeAfter } from '../web/engine/utf8.js';
import { shared, skipWithoutData } from './helpers/data.js';
import { randomModel, seededRandom } from './helpers/random-model.js';
import { collect } from './helpers/steps.js';

/**
 * @typedef {import('../web/engine/index.js').Session} Session
 * @typedef {import('../web/engine/index.js').Step} Step
 */

const build = await loadBuild();
const bytes = randomModel();
const LONG_TEXT = 'the cat sat on the mat, and the mat on the cat. '.repeat(2);
const STAGES = [
  { name: 'temperature', value: 1.3 },
  { name: 'top-k', value: 40 },
  { name: 'top-p', value: 0.9 },
];
/** @param {Step[]} steps */
const idsOf = (steps) => steps.map(({ id }) => id);

// ---- against another program's figures ----

describe('stories260K', { skip: skipWithoutData }, () => {
  const path = shared('models/stories260K.gguf');

  for (const kernels of /** @type {const} */ (['reference', 'simd'])) {
    test(`gives llama2.c's greedy text and logits with the ${kernels} kernels`, async () => {
      const model = await Model.load(path, { kernels });
      const session = model.session({ stages: [{ name: 'temperature', value: 0 }] });
      await session.feed('');
      await collect(session.generate({ maxTokens: 200 }));
      assert.equal(await model.detokenize(session.ids), readFileSync(shared('models/stories260K.golden.txt'), 'utf8'));

      const references = JSON.parse(readFileSync(shared('models/stories260K.reference.json'), 'utf8'));
      for (const { prompt, prompt_tokens: promptIds, greedy_tokens: greedy, logits } of references) {
        assert.deepEqual([...(await model.tokenize(prompt))], promptIds);
        const ids = [promptIds[0], ...greedy];
        for (const [position, expected] of Object.entries(logits)) {
          const at = model.session();
          await at.feed(ids.slice(0, Number(position) + 1));
          const found = await at.logits();
          assert.equal(found.length, 512);
          found.forEach((logit, i) => assert.ok(Math.abs(logit - expected[i]) < 1e-4, `position ${position}, token ${i}`));
        }
      }
      model.unload();
    });
  }
});

// ---- the same bits, however they are computed ----

for (const tokenizer of /** @type {const} */ (['llama', 'gpt2'])) {
  for (const type of /** @type {const} */ (['F32', 'F16', 'Q8_0', 'Q4_0'])) {
    test(`a ${type} model with a ${tokenizer} vocabulary gives the same logits with every kernel set and batch`, async () => {
      const file = randomModel({ type, tokenizer, tied: type === 'F16' });
      const hashes = new Map();
      const { kernelNames } = new Core(build);
      for (const kernels of kernelNames) {
        for (const batch of [1, 7, 512]) {
          const engine = new Engine((await load(build, file, { kernels, batch })).core, { batch });
          engine.hashing = true;
          const prompt = engine.core.tokenize(LONG_TEXT);
          finish(engine.compute(prompt));
          engine.step(Uint32Array.of(...prompt, 40), { stages: [], seed: 1n });
          hashes.set(`${kernels}, batch ${batch}`, engine.core.hash);
        }
      }
      assert.equal(hashes.size, 3 * kernelNames.length);
      assert.equal(new Set(hashes.values()).size, 1, JSON.stringify([...hashes]));
    });
  }
}

test('the hash tells different weights apart', async () => {
  const hashes = [];
  for (const seed of [1, 2]) {
    const engine = new Engine((await load(build, randomModel({ seed }))).core);
    engine.hashing = true;
    finish(engine.compute(Uint32Array.of(1, 300, 301)));
    hashes.push(engine.core.hash);
  }
  assert.match(hashes[0], /^[0-9a-f]{16}$/);
  assert.notEqual(hashes[0], hashes[1]);
});

// ---- sessions ----

describe('a session', () => {
  /** @type {Model} */
  let model;
  before(async () => {
    model = await Model.load(bytes, { batch: 8 });
  });
  after(() => model.unload());

  /** @param {number} [seed] */
  const begun = async (seed = 1) => {
    const session = model.session({ seed, stages: STAGES });
    await session.feed('the cat');
    return session;
  };

  test('begins a text with BOS and a space, and goes on without', async () => {
    const session = model.session();
    const added = await session.feed('the cat');
    assert.deepEqual(session.ids, await model.tokenize('the cat'));
    assert.equal(added, session.length);
    assert.equal(session.ids[0], model.info.bos);
    await session.feed(' sat');
    assert.equal(await model.detokenize(session.ids), 'the cat sat');
    assert.equal([...session.ids].filter((id) => id === model.info.bos).length, 1);

    const bare = model.session();
    await bare.feed('the cat', { bos: false });
    assert.deepEqual(bare.ids, session.ids.slice(1, 1 + bare.length));
    const afterBos = model.session();
    await afterBos.feed([1]);
    await afterBos.feed('the cat');
    assert.deepEqual(afterBos.ids, await model.tokenize('the cat'));
  });

  test('parses special tokens only where asked to', async () => {
    const text = await model.tokenize('a</s>');
    const special = await model.tokenize('a</s>', { special: true });
    assert.ok(!text.includes(2));
    assert.equal(special.at(-1), 2);
    assert.equal(await model.detokenize(text), 'a</s>');
  });

  test('draws the same tokens with and without a trace', async () => {
    const runs = [];
    for (const trace of /** @type {const} */ (['none', 'top', 'full'])) {
      runs.push(await collect((await begun()).generate({ maxTokens: 30, trace, top: 3 })));
    }
    assert.deepEqual(idsOf(runs[1]), idsOf(runs[0]));
    assert.deepEqual(idsOf(runs[2]), idsOf(runs[0]));
    assert.ok(runs[0].every(({ stages }) => stages.length === 0));
    for (const { stages } of runs[1]) {
      assert.deepEqual(stages.map(({ name }) => name), ['logits', 'temperature', 'top-k', 'top-p']);
      for (const { kept, ids, probs, otherCount, otherMass } of stages) {
        assert.equal(ids.length, Math.min(3, kept));
        assert.equal(otherCount, kept - ids.length);
        assert.ok(Math.abs(probs.reduce((sum, p) => sum + p, 0) + otherMass - 1) < 1e-5);
      }
    }
    for (const { id, stages } of runs[2]) {
      assert.equal(stages[0].ids.length, model.info.vocab);
      assert.ok(stages[2].kept <= 40 && stages[2].otherCount === 0);
      assert.ok(stages[3].ids.includes(id));
    }
  });

  test('draws other tokens from another seed, and the same u whatever the stages', async () => {
    const one = await collect((await begun(1)).generate({ maxTokens: 10 }));
    const two = await collect((await begun(2)).generate({ maxTokens: 10 }));
    assert.notDeepEqual(idsOf(one), idsOf(two));
    const session = await begun(1);
    const { u } = await session.inspect(session.length, { stages: [{ name: 'top-k', value: 2 }] });
    assert.equal(u, one[0].u);
    const last = model.session({ seed: 2n ** 64n - 1n });
    assert.equal(last.seed, 2n ** 64n - 1n);
    await last.feed('a');
    const us = await Promise.all([1n, 1n + 2n ** 32n, last.seed].map(async (of) => (await last.inspect(1, { seed: of })).u));
    assert.equal(new Set(us).size, 3);
  });

  test('repeats a recorded step bit for bit when it is looked at again', async () => {
    const session = await begun();
    const first = session.length;
    const steps = await collect(session.generate({ maxTokens: 40, trace: 'top', top: 20 }));
    const ids = session.ids;
    for (const position of [first, first + 39, first + 17, first + 18, first + 3]) {
      const { actual, ...again } = await session.inspect(position, { trace: 'top', top: 20 });
      assert.deepEqual(again, steps[position - first]);
      assert.equal(actual, steps[position - first].id);
    }
    assert.deepEqual(session.ids, ids);
    const ahead = await session.inspect(session.length);
    assert.equal(ahead.actual, null);
    assert.equal((await session.step()).id, ahead.id);
  });

  test('looks at a position under other settings without keeping them', async () => {
    const session = await begun();
    const greedy = await session.inspect(session.length, { stages: [{ name: 'temperature', value: 0 }], seed: 7, trace: 'full' });
    assert.equal(greedy.stages.length, 2);
    assert.deepEqual([...greedy.stages[1].ids], [greedy.id]);
    assert.deepEqual(session.stages, STAGES);
    assert.equal(session.seed, 1);
  });

  test('goes back, and draws the same again', async () => {
    const session = await begun();
    const first = session.length;
    const steps = await collect(session.generate({ maxTokens: 20 }));
    await session.rewind(first + 5);
    assert.equal(session.length, first + 5);
    assert.deepEqual(await collect(session.generate({ maxTokens: 15 })), steps.slice(5));
    await session.rewind(0);
    assert.equal(await session.feed('the cat'), first);
  });

  test('forks: both go on alone', async () => {
    const session = await begun();
    await collect(session.generate({ maxTokens: 5 }));
    const branch = session.fork();
    assert.deepEqual(branch.ids, session.ids);
    assert.deepEqual(branch.stages, session.stages);
    await branch.step({ force: 100 });
    branch.stages = [];
    branch.seed = 9;
    assert.equal(branch.ids.at(-1), 100);
    assert.equal(branch.length, session.length + 1);
    assert.equal(session.seed, 1);
    assert.deepEqual(session.stages, STAGES);
  });

  test('takes turns with another one on the same model, and neither notices', async () => {
    const alone = [await collect((await begun(1)).generate({ maxTokens: 20 })), await collect((await begun(2)).generate({ maxTokens: 20 }))];
    const [a, b] = [await begun(1), await begun(2)];
    /** @type {[Step[], Step[]]} */
    const together = [[], []];
    for (let i = 0; i < 20; i++) {
      together[0].push(await a.step());
      together[1].push(await b.step());
    }
    assert.deepEqual(together, alone);
    const both = await Promise.all([begun(1), begun(2)].map(async (session) => collect((await session).generate({ maxTokens: 20 }))));
    assert.deepEqual(both, alone);
  });

  test('feeds a long text beside another one, and neither notices', async () => {
    const texts = [LONG_TEXT, LONG_TEXT.slice(4)];
    const begin = (/** @type {string} */ text) => {
      const session = model.session();
      return Promise.all([session.feed(text), session.logits()]);
    };
    const alone = [await begin(texts[0]), await begin(texts[1])];
    assert.deepEqual(await Promise.all(texts.map(begin)), alone);
  });

  test('carries calls out in their order, with the settings that held when they were made', async () => {
    const expected = await collect((await begun()).generate({ maxTokens: 3 }));
    const session = model.session({ stages: STAGES });
    const calls = [session.feed('the cat'), session.step(), session.step(), session.step()];
    session.stages = [{ name: 'temperature', value: 0 }];
    session.seed = 99;
    assert.deepEqual((await Promise.all(calls)).slice(1), expected);
  });

  test('several steps in one message are what steps one by one are, whatever happens between them', async () => {
    const [fast, slow] = [await begun(), await begun()];
    /** @type {Record<number, (session: import('../web/engine/index.js').Session) => unknown>} */
    const changes = {
      3: (session) => (session.stages = [{ name: 'temperature', value: 0.5 }]),
      5: (session) => (session.seed = 7),
      7: (session) => session.rewind(session.length - 4),
      9: (session) => session.feed(' on the mat'),
      11: (session) => session.step({ force: 40 }),
      12: (session) => session.inspect(2),
    };
    const steps = [];
    for await (const step of fast.generate({ maxTokens: 20 })) {
      steps.push(step);
      await changes[steps.length]?.(fast);
    }
    for (const [i, step] of steps.entries()) {
      assert.deepEqual(step, await slow.step({ trace: 'none' }), `step ${i}`);
      await changes[i + 1]?.(slow);
    }
    assert.deepEqual(fast.ids, slow.ids);
  });

  test('runs of several sessions over one text, by turns and in parts, are what their steps one by one are', async () => {
    const first = await begun();
    const ways = [0, 0.7, 1.5].map((value) => [{ name: 'temperature', value }]);
    const sessions = ways.map(() => first.fork());
    const twins = ways.map(() => first.fork());
    for (const [i, stages] of ways.entries()) sessions[i].stages = twins[i].stages = stages;
    for (let round = 0; round < 4; round++) {
      const runs = sessions.map((session) => session.generate({ maxTokens: 3 }));
      for (let n = 0; n < 3; n++) {
        for (const [i, run] of runs.entries()) assert.deepEqual((await run.next()).value, await twins[i].step({ trace: 'none' }), `round ${round}, step ${n} of session ${i}`);
      }
    }
  });

  test('takes a forced token, and says how probable it was', async () => {
    const session = await begun();
    const { stages } = await session.inspect(session.length, { trace: 'full' });
    const id = stages[0].ids[10];
    const step = await session.step({ force: id });
    assert.equal(step.id, id);
    assert.ok(Math.abs(Math.exp(step.logprob) - stages[0].probs[10]) < 1e-6);
    assert.equal(step.entropy, stages[0].entropy);
  });

  test('joins a character that is spread over tokens, and shows what never becomes one', async () => {
    const session = await begun();
    const texts = [];
    for (const byte of [0xe2, 0x82, 0xac, 0xff, 0x41, 0xf0, 0x9f]) {
      const step = await session.step({ force: 3 + byte });
      assert.deepEqual([...step.bytes], [byte]);
      texts.push(step.text);
    }
    assert.deepEqual(texts, ['', '', '€', '\ufffd', 'A', '', '']);
    assert.equal((await session.inspect(session.length - 5, { force: 3 + 0xac })).text, '€');
    assert.equal(await model.detokenize(session.ids), 'the cat€\ufffdA\ufffd');
  });

  test('stops at a stop text, also where it is spread over tokens', async () => {
    const all = await collect((await begun()).generate({ maxTokens: 30 }));
    const text = all.map((step) => step.text).join('');
    const stop = text.slice(8, 11);
    const stopped = (await collect((await begun()).generate({ maxTokens: 30, stop: ['nowhere to be found', stop] }))).map((s) => s.text).join('');
    assert.ok(stopped.includes(stop) && stopped.length < text.length && text.startsWith(stopped));
    assert.equal(stopped.indexOf(stop), text.indexOf(stop));
    const byOne = await collect((await begun()).generate({ maxTokens: 30, stop }));
    assert.equal(byOne.map((s) => s.text).join(''), stopped);
    await assert.rejects(collect((await begun()).generate({ stop: /** @type {any} */ ([7]) })), { name: 'RangeError', field: 'stop', value: 7 });
    await assert.rejects(collect((await begun()).generate({ maxTokens: -1 })), { name: 'RangeError', field: 'maxTokens' });
  });

  test('ends with the end-of-text token, or with BOS, which begins another text', async () => {
    const session = await begun();
    for (const [force, end] of /** @type {const} */ ([[0, false], [1, true], [2, true], [3, false]])) {
      const step = await session.step({ force });
      assert.equal(step.end, end);
      assert.equal(step.bytes.length, force === 3 ? 1 : 0);
    }
    // temperature 100 makes all tokens about as likely, so that one of some seeds ends soon
    for (let seed = 1; ; seed++) {
      const wild = model.session({ seed, stages: [{ name: 'temperature', value: 100 }] });
      await wild.feed('the');
      const steps = await collect(wild.generate());
      const end = idsOf(steps).findIndex((id) => id === 1 || id === 2);
      if (end < 0) continue;
      assert.equal(end, steps.length - 1);
      assert.ok(steps.at(-1)?.end);
      break;
    }
  });

  test('hands out copies only', async () => {
    const session = await begun();
    session.ids.fill(7);
    session.stages[0].value = 50;
    assert.notEqual(session.ids[0], 7);
    assert.deepEqual(session.stages, STAGES);
    const logits = await session.logits();
    assert.equal(logits.length, model.info.vocab);
    const copy = logits.slice();
    await session.step();
    await session.logits();
    assert.deepEqual(logits, copy);
  });

  test('describes tokens for display', async () => {
    const [the, byte, bos] = await model.tokens([...(await model.tokenize('the')).slice(1, 2), 3 + 0x0a, 1]);
    assert.equal(the.piece, '\u2581the');
    assert.equal(the.text, ' the');
    assert.equal(the.type, 'normal');
    assert.deepEqual({ ...byte, bytes: [...byte.bytes] }, { id: 13, piece: '<0x0A>', bytes: [10], text: '\n', type: 'byte' });
    assert.equal(bos.type, 'control');
    assert.equal(bos.bytes.length, 0);
    assert.equal(await model.detokenize([]), '');
  });

  for (const [what, field, call] of /** @type {[string, string, (session: Session) => unknown][]} */ ([
    ['temperature -1', 'temperature', (s) => s.inspect(2, { stages: [{ name: 'temperature', value: -1 }] })],
    ['temperature NaN', 'temperature', (s) => s.inspect(2, { stages: [{ name: 'temperature', value: NaN }] })],
    ['temperature Infinity', 'temperature', (s) => s.inspect(2, { stages: [{ name: 'temperature', value: Infinity }] })],
    ['top-k 1.5', 'top-k', (s) => s.inspect(2, { stages: [{ name: 'top-k', value: 1.5 }] })],
    ['top-p 0', 'top-p', (s) => s.inspect(2, { stages: [{ name: 'top-k', value: 3 }, { name: 'top-p', value: 0 }] })],
    ['min-p 1', 'min-p', (s) => s.inspect(2, { stages: [{ name: 'min-p', value: 1 }] })],
    ['a stage value of text', 'top-k', (s) => s.inspect(2, { stages: [{ name: 'top-k', value: /** @type {any} */ ('3') }] })],
    ['an unknown stage', 'stages', (s) => s.inspect(2, { stages: [{ name: 'top-x', value: 1 }] })],
    ['the row of the logits as a stage', 'stages', (s) => s.inspect(2, { stages: [{ name: 'logits', value: 1 }] })],
    ['seventeen stages', 'stages', (s) => s.inspect(2, { stages: Array(17).fill({ name: 'top-k', value: 0 }) })],
    ['stages that are no list', 'stages', (s) => s.inspect(2, { stages: /** @type {any} */ ('top-k') })],
    ['seed -1', 'seed', (s) => s.inspect(2, { seed: -1 })],
    ['seed 2^64', 'seed', (s) => s.inspect(2, { seed: 2n ** 64n })],
    ['seed 1.5', 'seed', (s) => s.inspect(2, { seed: 1.5 })],
    ['position 0', 'position', (s) => s.inspect(0)],
    ['a position behind the next', 'position', (s) => s.inspect(s.length + 1)],
    ['rewinding forwards', 'position', (s) => s.rewind(s.length + 1)],
    ['a forced token behind the vocabulary', 'force', (s) => s.step({ force: model.info.vocab })],
    ['a trace of another kind', 'trace', (s) => s.step({ trace: /** @type {any} */ ('all') })],
    ['top -1', 'top', (s) => s.step({ trace: 'top', top: -1 })],
    ['feeding a number', 'ids', (s) => s.feed(/** @type {any} */ (5))],
    ['feeding half an id', 'ids', (s) => s.feed([1.5])],
    ['feeding what is no list', 'ids', (s) => s.feed(/** @type {any} */ (Uint32Array.of(40).buffer))],
    ['feeding more than could be held', 'ids.length', (s) => s.feed({ length: 1e12 })],
    ['nothing as a way to look', 'options', (s) => s.inspectAll(1, [/** @type {any} */ (null)])],
    ['feeding an id behind the vocabulary', 'ids', (s) => s.feed([model.info.vocab])],
    ['more tokens than the context', 'length', (s) => s.feed('!'.repeat(200))],
    ['a step of an empty session', 'length', () => model.session().step()],
    ['logits of an empty session', 'length', () => model.session().logits()],
    ['a text of a number', 'text', () => model.tokenize(/** @type {any} */ (5))],
    ['an id behind the vocabulary to detokenize', 'ids', () => model.detokenize([-1])],
  ])) {
    test(`refuses ${what} and stays as it was`, async () => {
      const session = await begun();
      const before = session.ids;
      await assert.rejects(async () => call(session), (error) => {
        assert.ok(error instanceof RangeError);
        assert.equal(/** @type {any} */ (error).field, field);
        assert.ok('value' in error && 'range' in error);
        assert.match(error.message, /expected|empty|first|longer|larger/);
        return true;
      });
      assert.deepEqual(session.ids, before);
      await session.step();
    });
  }

  test('an abort between batches leaves it as it was', async () => {
    const session = await begun();
    const before = session.ids;
    const controller = new AbortController();
    /** @type {import('../web/engine/index.js').Work[]} */
    const seen = [];
    const feeding = session.feed(LONG_TEXT, {
      signal: controller.signal,
      onProgress(work) {
        seen.push(work);
        controller.abort();
      },
    });
    await assert.rejects(feeding, { name: 'AbortError' });
    assert.ok(seen.length === 1 && seen[0].loaded < seen[0].total);
    assert.deepEqual(session.ids, before);
    assert.deepEqual(await session.step(), await (await begun()).step());
  });

  test('a generation ends when its model is unloaded, even with steps in advance', async () => {
    const other = await Model.load(bytes);
    let steps = 0;
    await assert.rejects(async () => {
      const session = other.session({ stages: STAGES });
      await session.feed('the cat');
      for await (const { id } of session.generate()) {
        assert.ok(id >= 0);
        if (++steps === 3) other.unload();
      }
    }, { name: 'Unloaded' });
    assert.equal(steps, 3);
  });

  test('a call that waits behind another one is aborted at once', async () => {
    const session = await begun();
    const { length } = session;
    const controller = new AbortController();
    let fed = false;
    const feeding = session.feed(LONG_TEXT).then((added) => {
      fed = true;
      return added;
    });
    const calls = [session.step({ signal: controller.signal }), session.logits({ signal: controller.signal })];
    controller.abort();
    for (const call of calls) await assert.rejects(call, { name: 'AbortError' });
    assert.ok(!fed);
    const added = await feeding;
    assert.equal((await session.step()).position, length + added, 'and does nothing later');
  });

  test('an abort ends a generation, and one beforehand does nothing at all', async () => {
    const session = await begun();
    const controller = new AbortController();
    let steps = 0;
    await assert.rejects(async () => {
      for await (const step of session.generate({ signal: controller.signal })) {
        assert.equal(typeof step.id, 'number');
        if (++steps === 3) controller.abort();
      }
    }, { name: 'AbortError' });
    assert.equal(steps, 3);
    const { length } = session;
    await assert.rejects(session.step({ signal: AbortSignal.abort() }), { name: 'AbortError' });
    await assert.rejects(session.feed('a', { signal: AbortSignal.abort() }), { name: 'AbortError' });
    assert.equal(session.length, length);
  });

  test('reports how far feeding is', async () => {
    /** @type {import('../web/engine/index.js').Work[]} */
    const seen = [];
    const session = model.session();
    const n = await session.feed(LONG_TEXT, { onProgress: (work) => seen.push(work) });
    const last = seen[seen.length - 1]; // of what is not in the cache already
    assert.ok(last.loaded === last.total && last.total <= n);
    assert.ok(seen.every((work, i) => i === 0 || work.loaded > seen[i - 1].loaded));
  });
});

test('a full context ends a generation and refuses a step', async () => {
  const model = await Model.load(bytes, { contextLength: 16 });
  assert.equal(model.info.contextLength, 16);
  const session = model.session();
  await session.feed('the');
  const steps = await collect(session.generate());
  assert.equal(session.length, 16);
  assert.equal(steps.at(-1)?.position, 15);
  await assert.rejects(session.step(), { name: 'RangeError', field: 'length', message: /context of 16 tokens is full/ });
  assert.equal((await session.inspect(16)).actual, null);
  model.unload();
});

// ---- bytes and text ----

test('text comes out the same however its bytes are split', () => {
  const text = 'a€é猫😀\ufeffz';
  const invalid = Uint8Array.of(0x41, 0xff, 0xe2, 0x82, 0x41, 0xf0, 0x9f, 0x98, 0xc3, 0x80, 0x80, 0xed, 0xa0, 0x80);
  const random = seededRandom(3);
  for (const all of [new TextEncoder().encode(text), invalid, new Uint8Array([...invalid, ...new TextEncoder().encode(text)])]) {
    const whole = new TextDecoder('utf-8', { ignoreBOM: true }).decode(all);
    for (let run = 0; run < 200; run++) {
      const stream = new Utf8Stream();
      let streamed = '';
      let stateless = '';
      for (let at = 0; at < all.length; ) {
        const end = Math.min(all.length, at + Math.floor(random() * 4));
        const part = all.subarray(at, end);
        const expected = stream.push(part);
        streamed += expected;
        stateless += decodeAfter(all.subarray(0, at), part);
        at = end;
      }
      assert.equal(stateless, streamed);
      assert.equal(streamed + stream.end(), whole);
    }
  }
});

// ---- score ----

test('a text is cut behind its size, at the next space or line end', () => {
  const pieces = (/** @type {string} */ text, /** @type {number} */ size) => cut(new TextEncoder().encode(text), size).map((piece) => new TextDecoder().decode(piece));
  assert.deepEqual(pieces('one two\nthree four', 4), ['one two', '\nthree', ' four']);
  assert.deepEqual(pieces('one two', 3), ['one', ' two']);
  assert.deepEqual(pieces('onetwo', 1), ['onetwo']);
  assert.deepEqual(pieces('', 4), []);
});

test('bits per byte are those of the tokens, one by one', async () => {
  const { core } = await load(build, bytes, { batch: 4 });
  const text = new TextEncoder().encode(LONG_TEXT);
  const pieces = cut(text, 30);
  const run = score(new Engine(core, { batch: 4 }), pieces);
  let state = run.next();
  while (!state.done) state = run.next();

  const model = await Model.load(bytes);
  let bits = 0;
  let tokens = 0;
  for (const piece of pieces) {
    const session = model.session();
    const ids = await model.tokenize(new TextDecoder().decode(piece));
    await session.feed(ids.slice(0, 1));
    for (const id of ids.slice(1)) bits -= (await session.step({ force: id })).logprob / Math.LN2;
    tokens += ids.length - 1;
  }
  model.unload();
  assert.equal(state.value.bytes, text.length);
  assert.equal(state.value.tokens, tokens);
  assert.ok(Math.abs(state.value.bitsPerByte - bits / text.length) < 1e-9);
});
