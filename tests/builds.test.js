// Every build of the core gives the same bits: in Node, in Chromium, in Firefox and natively, however it computes.
// The whole of the token's way, over builds, kernel sets, threads and batches; tests/helpers/hashes.js runs it.
// Must not need ../shared; a browser that is not there is skipped by name.

import { before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Worker } from 'node:worker_threads';
import { buildName } from '../web/engine/features.js';
import { launch, openPage } from './helpers/browser.js';
import { noFirefox, openFirefox } from './helpers/firefox.js';
import { randomModel } from './helpers/random-model.js';
import { serve } from './helpers/sources.js';

/** @typedef {Record<string, string>} Found hashes by how they were computed */

const at = (/** @type {string} */ path) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const run = promisify(execFile);

const KERNELS = { scalar: ['reference'], simd: ['reference', 'simd'], relaxed: ['reference', 'simd', 'relaxed'] };
const KINDS = /** @type {(keyof typeof KERNELS)[]} */ (Object.keys(KERNELS));
/** Threads and batch, with the build's own kernels; the other sets are run once. */
const OWN = [[1, 1], [1, 7], [1, 64]];
const SHARED = [[1, 7], [2, 64], [3, 7], [5, 64]];

/** Rows, heads and columns that no kernel's width divides; quantised rows are whole blocks of 32 all the same. */
const ODD = { F32: { heads: 9, kvHeads: 3, headDim: 10, ffn: 90 }, Q8_0: { heads: 24, kvHeads: 3, headDim: 12 } };
const PROMPT = 'the cat sat on the mat, and the mat on the cat. The end, the cat said. ';

/** @type {{ name: string, file: Uint8Array, prompt: string, tokens: number, small: boolean }[]} */
const models = [
  ...(/** @type {const} */ (['F32', 'F16', 'Q8_0', 'Q4_0'])).flatMap((type) => [
    { name: type, file: randomModel({ type }), prompt: PROMPT, tokens: 3, small: true },
    { name: `odd ${type}`, file: randomModel({ type, ...ODD[type.startsWith('Q') ? 'Q8_0' : 'F32'] }), prompt: PROMPT, tokens: 3, small: true },
  ]),
  { name: 'stories', file: readFileSync(at('model/stories.gguf')), prompt: 'Once upon a time, there was a little girl', tokens: 8, small: false },
];

/** One a model and build. */
const jobs = models.flatMap(({ small, ...model }, index) =>
  KINDS.flatMap((kind) => [false, true].map((shared) => {
    const [others, own] = [KERNELS[kind].slice(0, -1), KERNELS[kind].slice(-1)];
    const sizes = !small ? [[shared ? 2 : 1, 64]] : shared ? SHARED : OWN;
    const ways = [
      ...own.flatMap((kernels) => sizes.map(([threads, batch]) => ({ kernels, threads, batch }))),
      ...(small ? others : []).map((kernels) => ({ kernels, threads: shared ? 2 : 1, batch: 7 })),
    ];
    return { ...model, index, build: `${kind}${shared ? '-threads' : ''}`, shared, ways };
  })),
);

/** By the reference kernels, natively where it has been built. @type {Map<string, string>} */
const expected = new Map();

/** @param {string} name of a model @param {string} where @param {Found} found */
function same(name, where, found) {
  assert.ok(Object.keys(found).length > 0, `${name}, ${where}: nothing was computed`);
  for (const [way, hash] of Object.entries(found)) assert.equal(hash, expected.get(name), `${name}, ${where}, ${way}`);
}

before(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'logitscope-'));
  try {
    for (const { name, file, prompt, tokens } of models) {
      const path = join(folder, 'model.gguf');
      await writeFile(path, file);
      const flags = ['--model', path, '--prompt', prompt, '--tokens', `${tokens}`, '--hash'];
      const hash = async (/** @type {string[]} */ ...more) =>
        /hash:? ([0-9a-f]{16})/.exec((await run(at('build/logitscope'), [...flags, ...more])).stdout)?.[1] ?? 'none';
      expected.set(name, await hash('--kernels', 'reference', '--batch', '1'));
      same(name, 'native', { batch7: await hash('--batch', '7'), batch64: await hash() });
    }
  } finally {
    await rm(folder, { recursive: true });
  }
});

// ---- in Node ----

describe('in Node', () => {
  for (const { name, build, shared, file, ...job } of jobs.filter((one) => !one.build.startsWith('relaxed'))) {
    test(`${name} by ${build}`, async () => {
      const worker = new Worker(at('tests/helpers/hashes.js'));
      try {
        const { found, error } = await new Promise((resolve) => {
          worker.on('message', resolve).on('error', (error) => resolve({ error }));
          worker.postMessage({ ...job, shared, model: file, wasm: readFileSync(at(`build/engine/${build}.wasm`)) });
        });
        assert.equal(error, undefined);
        same(name, build, found);
        assert.ok(Object.keys(found).every((way) => /, (\d+) of \1 threads/.test(way)), Object.keys(found).join('; '));
      } finally {
        await worker.terminate();
      }
    });
  }
});

/** What Node would load with other flags. @param {string[]} flags */
function builtWith(...flags) {
  const script = `import(${JSON.stringify(at('web/engine/features.js'))}).then(({ buildName }) => console.log(buildName(), buildName({ threads: false })))`;
  return execFileSync(process.execPath, [...flags, '-e', script], { encoding: 'utf8' }).trim();
}

/** Whether this Node knows a flag of V8's. @param {string} flag */
const knows = (flag) => execFileSync(process.execPath, ['--v8-options'], { encoding: 'utf8' }).includes(`${flag} `);
const RELAXED = '--experimental-wasm-relaxed-simd';

test('Node whose relaxed dot product is wrong does not take that build', { skip: !knows(RELAXED) && `this Node has no ${RELAXED}` }, () => {
  assert.equal(builtWith(RELAXED), 'simd-threads simd');
});

test('without SIMD it is the scalar build', { skip: process.arch !== 'x64' && 'it can be switched off on x64 only' }, () => {
  const flag = '--no-enable-sse4-1';
  assert.equal(builtWith(flag), 'scalar-threads scalar');
  const { prompt, tokens } = models[models.length - 1];
  const args = [flag, at('web/engine/cli.js'), '--model', at('model/stories.gguf'), '--prompt', prompt, '--tokens', `${tokens}`, '--hash'];
  assert.ok(execFileSync(process.execPath, args, { encoding: 'utf8' }).includes(expected.get('stories') ?? 'none'));
});

test('a build that does not run here is refused by name', () => {
  const known = buildName().startsWith('relaxed') ? [] : [{ kernels: 'relaxed' }];
  for (const options of [{ kernels: 'scalar' }, { kernels: 'fast' }, ...known]) {
    assert.throws(() => buildName(options), { name: 'RangeError', field: 'kernels', value: options.kernels });
  }
});

// ---- in browsers ----

/** What a browser that opens the address computes. @param {(url: string) => Promise<unknown>} open */
async function browse(open) {
  /** @type {{ name: string, build: string, found: Found, error?: string }[]} */
  const results = [];
  /** @type {(end: { agent: string, best: string }) => void} */
  let done = () => {};
  const ended = new Promise((resolve) => (done = resolve));
  const types = { js: 'text/javascript', wasm: 'application/wasm' };
  const { url, close } = await serve(async (request, response) => {
    const path = request.url ?? '';
    response.setHeader('Cross-Origin-Opener-Policy', 'same-origin');
    response.setHeader('Cross-Origin-Embedder-Policy', 'require-corp');
    if (request.method === 'POST') {
      const body = JSON.parse(Buffer.concat(await request.toArray()).toString());
      response.end();
      if (path === '/found') results.push(body);
      else done(body);
    } else if (path === '/') {
      response.setHeader('content-type', 'text/html').end('<!doctype html><link rel="icon" href="data:,"><script type="module" src="/tests/helpers/hash-page.js"></script>');
    } else if (path === '/jobs') {
      response.end(JSON.stringify(jobs.map((job) => ({ ...job, file: undefined, wasm: `/build/engine/${job.build}.wasm`, model: `/model/${job.index}` }))));
    } else if (/^\/model\/\d+$/.test(path)) {
      response.end(models[Number(path.slice('/model/'.length))].file);
    } else if (/^\/(web\/engine|build\/engine|tests\/helpers)\/[a-z0-9-]+\.(js|wasm)$/.test(path) && existsSync(at(path.slice(1)))) {
      response.setHeader('content-type', types[/** @type {'js' | 'wasm'} */ (path.split('.').at(-1))]).end(readFileSync(at(path.slice(1))));
    } else {
      response.writeHead(404).end();
    }
  });
  try {
    await open(url);
    const { best } = /** @type {{ best: string }} */ (await ended);
    for (const { name, build, found, error } of results) {
      assert.equal(error, undefined, `${name}, ${build}`);
      same(name, build, found);
    }
    return { best, builds: new Set(results.map(({ build }) => build)) };
  } finally {
    close();
  }
}

test('in Chromium, relaxed SIMD included', { timeout: 120_000 }, async () => {
  const browser = await launch();
  try {
    const { page, complaints } = await openPage(browser);
    const { best, builds } = await browse((url) => page.goto(url));
    assert.deepEqual(complaints, []);
    assert.equal(best, 'relaxed-threads');
    assert.equal(builds.size, 6);
  } finally {
    await browser.close();
  }
});

test('in Firefox, with every build that it runs', { timeout: 120_000, skip: noFirefox }, async (t) => {
  /** @type {() => Promise<void>} */
  let close = async () => {};
  try {
    const { best, builds } = await browse(async (url) => void (close = await openFirefox(url)));
    t.diagnostic(`its best build is ${best}`);
    for (const build of ['scalar', 'scalar-threads', 'simd', 'simd-threads']) assert.ok(builds.has(build), build);
  } finally {
    await close();
  }
});
