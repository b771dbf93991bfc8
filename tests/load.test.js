// How a model gets in: sources, progress, refusals, aborting, unloading; in Node and in Chromium.
// Before the token's way begins, with the real core and real workers.
// Must not need ../shared; what uses it is skipped where it is not.

import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { runInNewContext } from 'node:vm';
import { Engine, finish } from '../web/engine/engine.js';
import { LogitscopeError, Model } from '../web/engine/index.js';
import { loadBuild } from '../web/engine/builds.js';
import { buildName } from '../web/engine/features.js';
import { load, probe } from '../web/engine/load.js';
import { launch, openPage } from './helpers/browser.js';
import { shared, skipWithoutData } from './helpers/data.js';
import { ggufBytes } from './helpers/gguf.js';
import { randomModel, seededRandom } from './helpers/random-model.js';
import { serve, streamOf } from './helpers/sources.js';
import { collect } from './helpers/steps.js';

/** @typedef {import('../web/engine/index.js').Source} Source */

const build = await loadBuild();
const bytes = randomModel();
const LONG_TEXT = 'the cat sat on the mat, and the mat on the cat. '.repeat(2);
const folder = mkdtempSync(join(tmpdir(), 'logitscope-load-'));
after(() => rmSync(folder, { recursive: true }));

/** FNV-1a over the little-endian words of a file, the last filled up with zeros. @param {Uint8Array} file */
function hashOf(file) {
  const words = new Uint8Array(Math.ceil(file.length / 8) * 8);
  words.set(file);
  const view = new DataView(words.buffer);
  let hash = 0xcbf29ce484222325n;
  for (let at = 0; at < words.length; at += 8) hash = BigInt.asUintN(64, (hash ^ view.getBigUint64(at, true)) * 0x100000001b3n);
  return hash.toString(16).padStart(16, '0');
}

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
    const buffer = Buffer.from(bytes);
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
      ['stream of Node\'s own buffers', streamOf(buffer)],
      ['view into one of these', Buffer.from(padded.buffer).subarray(100)],
      ['ArrayBuffer of another realm', runInNewContext('Uint8Array.from(bytes).buffer', { bytes })],
    ])) {
      assert.deepEqual(await firstStep(source), expected, what);
    }
    assert.equal(bytes.length, bytes.buffer.byteLength, 'the caller keeps its bytes');
    assert.deepEqual([buffer.length, padded.length], [bytes.length, bytes.length + 300]);
    await assert.rejects(Model.load(/** @type {any} */ (Promise.resolve(bytes))), { name: 'TypeError', message: /the source is none of string, URL/ });
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
    const { hash, kernels, threads, bos, eos, ...rest } = model.info;
    assert.match(hash, /^[0-9a-f]{16}$/);
    assert.deepEqual({ ...rest, verdict: 'ok' }, info);
    assert.deepEqual([kernels, bos, eos], [buildName({ threads: false }), 1, 2]);
    assert.ok(threads >= 1 && threads <= 8, `${threads} threads`);
    assert.deepEqual(
      [rest.dim, rest.ffnDim, rest.layers, rest.heads, rest.kvHeads, rest.headDim, rest.weightType, rest.ggufVersion],
      [64, 96, 2, 4, 2, 16, 'F32', 3],
    );
    assert.deepEqual(rest.stages.map(({ name }) => name), [
      'penalties', 'bias', 'dry', 'top-n-sigma', 'temperature', 'top-k', 'typical', 'top-p', 'min-p', 'epsilon', 'eta', 'xtc', 'mirostat',
    ]);
    const bounds = { aboveMinimum: false, belowMaximum: false, whole: false };
    assert.deepEqual(rest.stages[7], {
      name: 'top-p', parameters: [{ name: 'value', minimum: 0, maximum: 1, off: 1, usual: 1, ...bounds, aboveMinimum: true }],
    });
    assert.deepEqual(rest.stages[2].parameters.slice(1, 3), [
      { name: 'base', minimum: 1, maximum: 100, off: null, usual: 1.75, ...bounds },
      { name: 'allowedLength', minimum: 0, maximum: 2 ** 31 - 1, off: null, usual: 2, ...bounds, whole: true },
    ]);
    assert.deepEqual(rest.stages[1], { name: 'bias', parameters: [] });
    model.unload();
  });

  test('has a hash of its file, however the bytes arrive and whatever is done with them', async () => {
    for (const type of /** @type {const} */ (['F32', 'Q8_0'])) {
      const file = randomModel({ type, name: `a model of ${type}` });
      for (const chunk of [7919, 65537, file.length]) {
        const model = await Model.load(streamOf(file, { chunk }), { threads: 1 });
        assert.equal(model.info.hash, hashOf(file), `${type}, ${file.length} bytes in chunks of ${chunk}`);
        model.unload();
      }
    }
  });

  test('may have a header of any length, which is read as far as it goes', async () => {
    const long = randomModel({ padding: 300_000 });
    let furthest = 0;
    let cancelled = false;
    const options = { chunk: 5000, onPull: (/** @type {number} */ at) => (furthest = at), onCancel: () => (cancelled = true) };
    const { headerBytes } = await probe(build, streamOf(long, options));
    assert.ok(headerBytes > 300_000 && furthest < 2 * headerBytes && cancelled);
    const { core } = await load(build, streamOf(long, { chunk: 70_000 }));
    const engine = new Engine(core);
    engine.hashing = true;
    const plain = new Engine((await load(build, bytes)).core);
    plain.hashing = true;
    for (const each of [engine, plain]) finish(each.compute(Uint32Array.of(1, 300, 301)));
    assert.equal(engine.core.hash, plain.core.hash);
    for (const end of [65_536, 131_072, 250_000]) {
      await assert.rejects(load(build, long.subarray(0, end)), { name: 'BadModel' }, `${end} bytes`);
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
    for (const contextLength of [0, NaN, null]) {
      await assert.rejects(Model.load(bytes, { contextLength: /** @type {any} */ (contextLength) }), { name: 'RangeError', field: 'contextLength' });
    }
    for (const source of /** @type {any[]} */ ([5, null, undefined])) {
      await assert.rejects(Model.load(source), { name: 'TypeError' });
      await assert.rejects(Model.probe(source), { name: 'TypeError' });
    }
  });

  test('rejects with what its onProgress throws', async () => {
    const onProgress = () => { throw new Error('the bar broke'); };
    await assert.rejects(Model.load(bytes, { onProgress }), /the bar broke/);
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
    const { port } = (await load(build, bytes)).core;
    let refused = 0;
    for (let i = 0; i < 300; i++) {
      const damaged = bytes.slice();
      const at = Math.floor(random() * (i < 150 ? 1500 : port.header_bytes));
      damaged[at] ^= 1 << Math.floor(random() * 8);
      await load(build, damaged).catch((error) => {
        refused++;
        assert.ok(['BadModel', 'Unsupported', 'OutOfMemory'].includes(error.name), `bit of byte ${at}: ${error.stack}`);
        assert.match(error.message, /^[ -~]+$/);
      });
    }
    assert.ok(refused > 50, `${refused} refused`);
    for (let end = 0; end < port.header_bytes; end += 997) {
      await assert.rejects(load(build, bytes.subarray(0, end)), { name: 'BadModel' }, `${end} bytes`);
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

  test('whose angles are scaled, in whatever way that is said, is refused', async () => {
    /** @param {Parameters<typeof ggufBytes>[0]['metadata']} metadata */
    const scaled = (...metadata) => Model.probe(randomModel({ metadata }));
    for (const key of /** @type {Parameters<typeof ggufBytes>[0]['metadata']} */ ([
      ['llama.rope.scaling.type', 'string', 'yarn'],
      ['llama.rope.scaling.type', 'u32', 1],
      ['llama.rope.scaling.factor', 'f32', 4],
      ['llama.rope.scale_linear', 'f32', 4],
      ['llama.rope.scaling.attn_factor', 'f32', 0.5],
      ['llama.rope.scaling.attn_factor', 'f32', 0],
    ])) {
      await assert.rejects(scaled(key), { name: 'Unsupported', message: new RegExp(`${key[0]}.*rotary scaling`) });
    }
    await scaled(['llama.rope.scaling.type', 'string', 'none'], ['llama.rope.scaling.factor', 'f32', 4]);
    await scaled(['llama.rope.scaling.factor', 'f32', 1]);
    await scaled(['llama.rope.scaling.attn_factor', 'f32', 1]);
    const both = scaled(['llama.rope.scaling.type', 'string', 'none'], ['llama.rope.scaling.attn_factor', 'f32', 2]);
    await assert.rejects(both, { name: 'Unsupported', message: /attn_factor/ });
  });

  test('whose angles would grow without bounds is refused', async () => {
    const based = (/** @type {number} */ base) => Model.probe(randomModel({ metadata: [['llama.rope.freq_base', 'f32', base]] }));
    await assert.rejects(based(1e-20), { name: 'BadModel', message: /"llama\.rope\.freq_base" is 1e-20, expected a number from 1 on/ });
    await based(1);
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
    const before = process.memoryUsage().external;
    await assert.rejects(load(build, lying), { name: 'BadModel' });
    assert.ok(process.memoryUsage().external - before < 64 << 20);
  }
});
