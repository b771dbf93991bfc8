// The engine's public API and what it stands on: sources, loading, sessions, determinism.
// The whole of the token's way from a text to a step, in Node, with the real core and real workers.
// Must not need ../shared; what uses it is skipped where it is not.

import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Core } from '../web/engine/core.js';
import { Engine, finish } from '../web/engine/engine.js';
import { LogitscopeError, Model } from '../web/engine/index.js';
import { load, probe } from '../web/engine/load.js';
import { cut, score } from '../web/engine/score.js';
import { Utf8Stream, decodeAfter } from '../web/engine/utf8.js';
import { launch, openPage } from './helpers/browser.js';
import { shared, skipWithoutData } from './helpers/data.js';
import { ggufBytes } from './helpers/gguf.js';
import { randomModel, seededRandom } from './helpers/random-model.js';
import { serve, streamOf } from './helpers/sources.js';

/**
 * @typedef {import('../web/engine/index.js').Session} Session
 * @typedef {import('../web/engine/index.js').Step} Step
 * @typedef {import('../web/engine/index.js').Source} Source
 */

const wasm = new WebAssembly.Module(readFileSync(new URL('../build/engine/logitscope.wasm', import.meta.url)));
const bytes = randomModel();
const LONG_TEXT = 'the cat sat on the mat, and the mat on the cat. '.repeat(2);
const STAGES = [
  { name: 'temperature', value: 1.3 },
  { name: 'top-k', value: 40 },
  { name: 'top-p', value: 0.9 },
];
const folder = mkdtempSync(join(tmpdir(), 'logitscope-engine-'));
after(() => rmSync(folder, { recursive: true }));

/** @param {AsyncIterable<Step>} steps */
async function collect(steps) {
  const all = [];
  for await (const step of steps) all.push(step);
  return all;
}

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
      for (const kernels of new Core(wasm).kernelNames) {
        for (const batch of [1, 7, 512]) {
          const engine = new Engine((await load(wasm, file, { kernels, batch })).core, { batch });
          engine.hashing = true;
          const prompt = engine.core.tokenize(LONG_TEXT);
          finish(engine.compute(prompt));
          engine.step(Uint32Array.of(...prompt, 40), { stages: [], seed: 1n });
          hashes.set(`${kernels}, batch ${batch}`, engine.core.hash);
        }
      }
      assert.equal(hashes.size, 6);
      assert.equal(new Set(hashes.values()).size, 1, JSON.stringify([...hashes]));
    });
  }
}

test('the hash tells different weights apart', async () => {
  const hashes = [];
  for (const seed of [1, 2]) {
    const engine = new Engine((await load(wasm, randomModel({ seed }))).core);
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
  });

  test('ends with the end-of-text token', async () => {
    const session = await begun();
    const step = await session.step({ force: 2 });
    assert.equal(step.end, true);
    assert.equal(step.bytes.length, 0);
    // temperature 100 makes all tokens about as likely, so that one of some seeds ends soon
    for (let seed = 1; ; seed++) {
      const wild = model.session({ seed, stages: [{ name: 'temperature', value: 100 }] });
      await wild.feed('the');
      const steps = await collect(wild.generate());
      const end = idsOf(steps).indexOf(2);
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

// ---- loading ----

describe('a model', () => {
  const path = join(folder, 'random.gguf');
  writeFileSync(path, bytes);
  /** @type {{ url: string, close: () => void }} */
  let server;
  before(async () => {
    server = await serve((request, response) => {
      const [, what] = /** @type {string} */ (request.url).split('/');
      if (what === 'whole.gguf') response.setHeader('content-length', bytes.length);
      else if (what === 'short.gguf') response.setHeader('content-length', 5000);
      else if (what === 'missing.gguf') response.statusCode = 404;
      if (what === 'whole.gguf' || what === 'chunked.gguf') response.end(bytes);
      else if (what === 'short.gguf' || what === 'short-chunked.gguf') response.end(bytes.subarray(0, 5000));
      else if (what === 'broken.gguf') response.write(bytes.subarray(0, 100_000), () => response.destroy());
      else if (what === 'stalled.gguf') response.write(bytes.subarray(0, 100_000));
      else response.end();
    });
  });
  after(() => server.close());

  /** @param {Source} source */
  const firstStep = async (source) => {
    const model = await Model.load(source);
    const session = model.session();
    await session.feed('the cat');
    const { id, logprob } = await session.step();
    model.unload();
    return { id, logprob, name: model.info.name, fileBytes: model.info.fileBytes };
  };

  test('comes from any source', async () => {
    const expected = await firstStep(bytes);
    assert.equal(expected.name, 'random F32 llama');
    assert.equal(expected.fileBytes, bytes.length);
    const padded = new Uint8Array(bytes.length + 300);
    padded.set(bytes, 100);
    for (const [what, source] of /** @type {[string, Source][]} */ ([
      ['ArrayBuffer', bytes.slice().buffer],
      ['view into more, with bytes behind the model', padded.subarray(100)],
      ['Blob', new Blob([/** @type {BlobPart} */ (bytes)])],
      ['path', path],
      ['file: URL', pathToFileURL(path)],
      ['http: URL', new URL(`${server.url}/whole.gguf`)],
      ['http: address without a length', `${server.url}/chunked.gguf`],
      ['stream of small chunks', streamOf(bytes, { chunk: 1021 })],
      ['stream of one chunk', streamOf(bytes, { chunk: bytes.length })],
    ])) {
      assert.deepEqual(await firstStep(source), expected, what);
    }
    assert.equal(bytes.length, bytes.buffer.byteLength, 'the caller keeps its bytes');
  });

  test('is called after its file where it has no name', async () => {
    const nameless = randomModel({ name: null });
    const file = new File([/** @type {BlobPart} */ (nameless)], 'stories.gguf');
    assert.equal((await Model.probe(file)).name, 'stories.gguf');
    assert.equal((await Model.probe(nameless)).name, 'model');
  });

  test('is described before it is loaded, by its header alone', async () => {
    let furthest = 0;
    let cancelled = false;
    const stream = streamOf(bytes, { chunk: 2048, onPull: (at) => (furthest = at), onCancel: () => (cancelled = true) });
    const info = await Model.probe(stream, { contextLength: 64 });
    assert.ok(furthest < 70_000 && furthest < bytes.length / 2, `${furthest} bytes read`);
    assert.ok(cancelled);
    assert.equal(info.verdict, 'ok');
    assert.equal(info.architecture, 'llama');
    assert.equal(info.contextLength, 64);
    assert.ok(info.headerBytes < info.fileBytes && info.fileBytes === bytes.length && info.memoryBytes > bytes.length);
    const model = await Model.load(bytes, { contextLength: 64 });
    const { kernels, bos, eos, ...rest } = model.info;
    assert.deepEqual({ ...rest, verdict: 'ok' }, info);
    assert.deepEqual([kernels, bos, eos], ['simd', 1, 2]);
    assert.deepEqual(
      [rest.dim, rest.ffnDim, rest.layers, rest.heads, rest.kvHeads, rest.headDim, rest.weightType, rest.ggufVersion],
      [64, 96, 2, 4, 2, 16, 'F32', 3],
    );
    assert.deepEqual(rest.stages.map(({ name }) => name), ['temperature', 'top-k', 'top-p', 'min-p']);
    assert.deepEqual(rest.stages[2], {
      name: 'top-p', minimum: 0, maximum: 1, off: 1, aboveMinimum: true, belowMaximum: false, whole: false,
    });
    model.unload();
  });

  test('may have a header of any length, which is read as far as it goes', async () => {
    const long = randomModel({ padding: 300_000 });
    let furthest = 0;
    let cancelled = false;
    const options = { chunk: 5000, onPull: (/** @type {number} */ at) => (furthest = at), onCancel: () => (cancelled = true) };
    const { headerBytes } = await probe(wasm, streamOf(long, options));
    assert.ok(headerBytes > 300_000 && furthest < 2 * headerBytes && cancelled);
    const { core } = await load(wasm, streamOf(long, { chunk: 70_000 }));
    const engine = new Engine(core);
    engine.hashing = true;
    const plain = new Engine((await load(wasm, bytes)).core);
    plain.hashing = true;
    for (const each of [engine, plain]) finish(each.compute(Uint32Array.of(1, 300, 301)));
    assert.equal(engine.core.hash, plain.core.hash);
    for (const end of [65_536, 131_072, 250_000]) {
      await assert.rejects(load(wasm, long.subarray(0, end)), { name: 'BadModel' }, `${end} bytes`);
    }
  });

  test('stops computing at an abort, not only waiting', async () => {
    const model = await Model.load(new URL('../model/stories.gguf', import.meta.url), { batch: 1 });
    const session = model.session();
    const controller = new AbortController();
    const text = 'Once upon a time there was a little dog. '.repeat(15);
    const feeding = session.feed(text, { signal: controller.signal, onProgress: () => controller.abort() });
    await assert.rejects(feeding, { name: 'AbortError' });
    const left = await new Promise((resolve) => {
      session.feed(text, { onProgress: (work) => resolve(work.total) }).then(() => resolve(0), () => {});
    });
    const { length } = await model.tokenize(text);
    model.unload();
    assert.ok(left > length / 2, `${length - left} of ${length} tokens were computed all the same`);
  });

  test('reports its progress: the header, the weights, the opening', async () => {
    /** @type {import('../web/engine/index.js').Progress[]} */
    const seen = [];
    const model = await Model.load(streamOf(bytes, { chunk: 8192 }), { onProgress: (progress) => seen.push(progress) });
    model.unload();
    assert.deepEqual([...new Set(seen.map(({ phase }) => phase))], ['header', 'weights', 'open']);
    assert.ok(seen.every(({ loaded }, i) => i === 0 || loaded >= seen[i - 1].loaded));
    assert.deepEqual(seen.at(-1), { phase: 'open', loaded: bytes.length, total: bytes.length });
  });

  test('takes whole numbers as they are in its settings', async () => {
    await assert.rejects(Model.load(bytes, { contextLength: 129 }), { name: 'RangeError', field: 'contextLength', value: 129 });
    await assert.rejects(Model.load(bytes, { batch: 0 }), { name: 'RangeError', field: 'batch' });
    await assert.rejects(Model.load(bytes, { kernels: /** @type {any} */ ('fast') }), { name: 'RangeError', field: 'kernels' });
    await assert.rejects(Model.load(bytes, { contextLength: /** @type {any} */ ('many') }), { name: 'RangeError', field: 'contextLength' });
    await assert.rejects(Model.load(/** @type {any} */ (5)), { name: 'TypeError' });
  });

  test('rejects what is pending and everything later once it is unloaded', async () => {
    const model = await Model.load(bytes, { batch: 1 });
    const session = model.session();
    const feeding = session.feed(LONG_TEXT);
    const pending = [feeding, session.step(), model.tokenize('a')];
    model.unload();
    for (const call of pending) await assert.rejects(call, { name: 'Unloaded' });
    for (const call of [session.feed('a'), session.logits(), session.inspect(1), model.tokens([1]), model.detokenize([1])]) {
      await assert.rejects(call);
    }
    model.unload();
  });

  test('can be stopped while it loads', async () => {
    await assert.rejects(Model.load(bytes, { signal: AbortSignal.abort() }), { name: 'AbortError' });
    const controller = new AbortController();
    const loading = Model.load(`${server.url}/stalled.gguf`, { signal: controller.signal, onProgress: () => controller.abort() });
    await assert.rejects(loading, { name: 'AbortError' });
    let cancelled = false;
    const stream = streamOf(bytes, { chunk: 1000, onCancel: () => (cancelled = true) });
    await assert.rejects(Model.load(stream, { signal: AbortSignal.timeout(1) }), { name: 'TimeoutError' });
    await new Promise((resolve) => void setImmediate(resolve));
    assert.ok(cancelled || stream.locked === false);
  });

  test('that cannot be read says why', async () => {
    for (const [source, message] of /** @type {[Source, RegExp][]} */ ([
      [`${server.url}/missing.gguf`, /missing\.gguf answers 404 Not Found/],
      ['http://127.0.0.1:1/none.gguf', /cannot fetch http:\/\/127\.0\.0\.1:1\/none\.gguf/],
      [`${server.url}/broken.gguf`, /broke off after \d+ bytes/],
      [join(folder, 'none.gguf'), /cannot read ".*none\.gguf": no such file or directory; check the path/],
      [folder, /not a regular file/],
      [streamOf(bytes.subarray(0, 90_000), { error: new Error('the cable was pulled') }), /broke off after 90000 bytes: the cable was pulled/],
    ])) {
      await assert.rejects(Model.load(source), (error) => {
        assert.ok(error instanceof LogitscopeError);
        assert.equal(error.name, 'Network');
        assert.match(error.message, message);
        return true;
      });
    }
  });

  test('that is cut short says where it ends and what it needs, before the memory is allocated where its size is known', async () => {
    const needed = bytes.length;
    const size = bytes.length - 1000;
    for (const source of [bytes.subarray(0, size), new Blob([/** @type {BlobPart} */ (bytes.slice(0, size))]), streamOf(bytes.subarray(0, size))]) {
      await assert.rejects(Model.load(source), { name: 'BadModel', message: new RegExp(`ends at byte ${size}, its tensors need ${needed}`) });
    }
    await assert.rejects(Model.probe(bytes.subarray(0, size)), { name: 'BadModel' });
    /** @type {string[]} */
    const phases = [];
    const onProgress = (/** @type {{ phase: string }} */ { phase }) => phases.push(phase);
    await assert.rejects(Model.load(bytes.subarray(0, size), { onProgress }), { name: 'BadModel' });
    assert.ok(!phases.includes('weights'));
    for (const url of ['short.gguf', 'short-chunked.gguf']) {
      await assert.rejects(Model.load(`${server.url}/${url}`), { name: 'BadModel' });
    }
  });

  test('that is damaged anywhere in its header is refused or loads, and never hangs', async () => {
    const random = seededRandom(5);
    const { port } = (await load(wasm, bytes)).core;
    let refused = 0;
    for (let i = 0; i < 300; i++) {
      const damaged = bytes.slice();
      const at = Math.floor(random() * (i < 150 ? 1500 : port.header_bytes));
      damaged[at] ^= 1 << Math.floor(random() * 8);
      await load(wasm, damaged).catch((error) => {
        refused++;
        assert.ok(['BadModel', 'Unsupported', 'OutOfMemory'].includes(error.name), `bit of byte ${at}: ${error.stack}`);
        assert.match(error.message, /^[ -~]+$/);
      });
    }
    assert.ok(refused > 50, `${refused} refused`);
    for (let end = 0; end < port.header_bytes; end += 997) {
      await assert.rejects(load(wasm, bytes.subarray(0, end)), { name: 'BadModel' }, `${end} bytes`);
    }
  });

  test('that is none is refused at once', async () => {
    for (const source of [new Uint8Array(), new TextEncoder().encode('<!doctype html>'), new Uint8Array(1 << 20)]) {
      await assert.rejects(Model.load(source), { name: 'BadModel' });
    }
    let furthest = 0;
    const endless = streamOf(new Uint8Array(1 << 26), { chunk: 1 << 16, onPull: (at) => (furthest = at) });
    await assert.rejects(Model.load(endless), { name: 'BadModel' });
    assert.ok(furthest <= 1 << 17);
  });

  test('that needs more memory than there is says how much', async () => {
    const huge = randomModel({ context: 2 ** 24 });
    await assert.rejects(Model.load(huge, { contextLength: 2 ** 24 }), { name: 'OutOfMemory', message: /needs \d+\.\d\d GiB/ });
    await assert.rejects(Model.probe(huge, { contextLength: 2 ** 24 }), { name: 'OutOfMemory' });
    assert.equal((await Model.probe(huge)).contextLength, 2048);
  });

  test('of a kind that is not computed says so', async () => {
    const other = bytes.slice();
    const name = Buffer.from(other.buffer).indexOf('llama', Buffer.from(other.buffer).indexOf('general.architecture') + 20);
    other.set(new TextEncoder().encode('bloom'), name);
    await assert.rejects(Model.load(other), { name: 'Unsupported', message: /"bloom", expected "llama"/ });
  });

  test('that is a vocabulary only can tokenize', { skip: skipWithoutData }, async () => {
    const model = await Model.load(shared('tokenizers/ggml-vocab-gpt-2.gguf'));
    assert.equal(model.info.hasWeights, false);
    assert.equal(model.info.weightType, null);
    assert.deepEqual([...(await model.tokenize('Hello world'))], [15496, 995]);
    const session = model.session();
    await assert.rejects(session.feed('Hello'), { name: 'Unsupported' });
    model.unload();
  });

  test('cannot be opened without the core', async () => {
    await assert.rejects(Model.load(bytes, { wasmUrl: join(folder, 'none.wasm') }), { name: 'Network' });
    await assert.rejects(Model.load(bytes, { wasmUrl: path }), /WebAssembly/);
  });
});

// ---- in a browser ----

/** Runs in a page: the engine as a web developer imports it, from the files as they are. */
async function useEngine() {
  const address = '/web/engine/index.js';
  /** @type {typeof import('../web/engine/index.js')} */
  const { Model } = await import(address);
  const response = await fetch('model.gguf');
  const blob = await response.clone().blob();
  const controller = new AbortController();
  const failures = [];
  for (const attempt of [
    () => Model.load('missing.gguf'),
    () => Model.load(blob.slice(0, 9000)),
    () => Model.load('stalled.gguf', { signal: controller.signal, onProgress: () => controller.abort() }),
    () => Model.load('model.gguf', { wasmUrl: 'missing.wasm' }),
    () => Model.load('model.gguf', { contextLength: 1000 }),
  ]) {
    failures.push(await attempt().then(() => 'none', (error) => error.name));
  }
  const { body } = response;
  if (!body) throw new Error('no body');
  const runs = [];
  for (const source of ['model.gguf', new URL('model.gguf', location.href), blob, body]) {
    const model = await Model.load(source);
    const session = model.session();
    await session.feed('the cat');
    const steps = [];
    for await (const { id, logprob, u, stages } of session.generate({ maxTokens: 10, trace: 'top', top: 3 })) {
      steps.push({ id, logprob, u, probs: stages.map(({ probs }) => [...probs]) });
    }
    const feeding = session.feed('the cat '.repeat(10));
    model.unload();
    runs.push({ steps, name: model.info.name, unloaded: await feeding.then(() => 'none', (error) => error.name) });
  }
  return { failures, runs };
}

test('the engine runs in Chromium, unbundled, and gives the same bits as in Node', async () => {
  const { url, close } = await serve((request, response) => {
    const path = new URL(request.url ?? '', 'http://here').pathname;
    if (path === '/page/stalled.gguf') return void response.write(bytes.subarray(0, 80_000));
    if (path === '/page/model.gguf') return void response.end(bytes);
    if (path === '/page/') return void response.setHeader('content-type', 'text/html').end('<!doctype html><link rel="icon" href="data:,">');
    const file = new URL(`..${path}`, import.meta.url);
    if (!/^\/(web|build)\/engine\/[a-z0-9-]+\.(js|wasm)$/.test(path) || !existsSync(file)) return void response.writeHead(404).end();
    response.setHeader('content-type', path.endsWith('.js') ? 'text/javascript' : 'application/wasm').end(readFileSync(file));
  });
  const browser = await launch();
  try {
    const { page } = await openPage(browser);
    await page.goto(`${url}/page/`);
    const { failures, runs } = await page.evaluate(useEngine);
    assert.deepEqual(failures, ['Network', 'BadModel', 'AbortError', 'Network', 'RangeError']);
    const model = await Model.load(bytes);
    const session = model.session();
    await session.feed('the cat');
    const steps = (await collect(session.generate({ maxTokens: 10, trace: 'top', top: 3 }))).map(
      ({ id, logprob, u, stages }) => ({ id, logprob, u, probs: stages.map(({ probs }) => [...probs]) }),
    );
    model.unload();
    assert.equal(runs.length, 4);
    for (const run of runs) assert.deepEqual(run, { steps, name: 'random F32 llama', unloaded: 'Unloaded' });
  } finally {
    await browser.close();
    close();
  }
});

test('a file that lies about its lengths costs no memory', async () => {
  const liar = ggufBytes({ metadata: [['general.architecture', 'string', 'llama']] });
  for (const at of [8, 16, 24, 60]) {
    const lying = liar.slice();
    new DataView(lying.buffer).setBigUint64(at, 2n ** 62n, true);
    const before = process.memoryUsage().arrayBuffers;
    await assert.rejects(load(wasm, lying), { name: 'BadModel' });
    assert.ok(process.memoryUsage().arrayBuffers - before < 64 << 20);
  }
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
  const { core } = await load(wasm, bytes, { batch: 4 });
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
