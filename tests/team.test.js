// The threads that compute together: they start or one computes alone, they rest, and they end with the model.
// On the token's way below the engine's worker; in Node, with real threads and processes of their own.
// Must not need ../shared.

import { test } from 'node:test';
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomModel } from './helpers/random-model.js';
import { Model } from '../web/engine/index.js';

const index = new URL('../web/engine/index.js', import.meta.url).href;
const helper = new URL('./helpers/random-model.js', import.meta.url).href;

/** Runs a script in a process of its own, which must end by itself. @param {string} body @returns {Promise<string>} what it prints */
async function script(body) {
  const source = `import { readdirSync } from 'node:fs';
    import { Model } from ${JSON.stringify(index)};
    import { randomModel } from ${JSON.stringify(helper)};
    const bytes = randomModel();
    const running = () => readdirSync('/proc/self/task').length;
    ${body}`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', source], { stdio: ['ignore', 'pipe', 'inherit'] });
  const late = setTimeout(() => child.kill('SIGKILL'), 30_000);
  const [printed] = await Promise.all([child.stdout.toArray(), new Promise((resolve) => child.once('exit', resolve))]);
  clearTimeout(late);
  assert.equal(child.signalCode, null, 'it did not end');
  assert.equal(child.exitCode, 0);
  return Buffer.concat(printed).toString().trim();
}

const STEPS = `const model = await Model.load(bytes, { threads: 3 });
  const session = model.session();
  await session.feed('the cat');
  await session.step();
  console.log(model.info.threads);`;

test('a script ends by itself, whether it unloads its model or not', async () => {
  assert.deepEqual(await Promise.all([script(STEPS), script(`${STEPS} model.unload();`)]), ['3', '3']);
});

const proc = process.platform !== 'linux' && 'threads are counted in /proc';

test('unloading ends all threads, and so does an abort while loading', { skip: proc }, async () => {
  const counts = await script(`
    const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
    const until = async (n) => { for (let i = 0; running() > n && i < 200; i++) await sleep(20); return running(); };
    (await Model.load(bytes, { threads: 1 })).unload(); // what Node itself starts is there now
    await sleep(500);
    const before = running();
    const model = await Model.load(bytes, { threads: 5 });
    const during = running();
    model.unload();
    const after = await until(before);
    const controller = new AbortController();
    const onProgress = ({ phase }) => phase === 'open' && controller.abort();
    const name = await Model.load(bytes, { threads: 5, signal: controller.signal, onProgress }).catch((error) => error.name);
    console.log(JSON.stringify([during - before, after - before, name, (await until(before)) - before]));`);
  assert.deepEqual(JSON.parse(counts), [5, 0, 'AbortError', 0]);
});

test('threads that wait leave the processor alone', async () => {
  const model = await Model.load(randomModel(), { threads: 3 });
  const session = model.session();
  await session.feed('the cat');
  await session.step();
  await new Promise((resolve) => setTimeout(resolve, 100));
  const from = process.cpuUsage();
  await new Promise((resolve) => setTimeout(resolve, 1000));
  const { user, system } = process.cpuUsage(from);
  model.unload();
  assert.ok(user + system < 200_000, `${(user + system) / 1000} ms of a second`);
});

test('however many are asked for, the text is the same; by itself it takes what is fastest', async () => {
  const texts = new Set();
  for (const threads of /** @type {const} */ ([1, 2, 5, 'auto'])) {
    const model = await Model.load(randomModel(), { threads });
    if (threads === 'auto') assert.ok(model.info.threads >= 1 && model.info.threads <= 8);
    else assert.equal(model.info.threads, threads);
    const session = model.session();
    await session.feed('the cat sat on');
    for (let i = 0; i < 10; i++) await session.step();
    texts.add(session.ids.join());
    model.unload();
  }
  assert.equal(texts.size, 1);
});
