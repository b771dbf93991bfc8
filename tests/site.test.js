// The built site in a real Chromium: models good and bad, servers with and without headers, browsers that lack something, no network.
// At the end of the token's way: what brings the page to a reader, and what stands in its way.
// Must not reach into the page: it reads what people see, and computes the rest in Node.

import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { subscribe } from 'node:diagnostics_channel';
import { cp, mkdtemp, readFile, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Model } from '../web/engine/index.js';
import { serve } from '../web/serve.js';
import { eventually, launch, visit } from './helpers/browser.js';
import { shows, textIs } from './helpers/page.js';
import { randomModel } from './helpers/random-model.js';

/** @typedef {import('playwright-core').Page} Page */

const at = (/** @type {string} */ path) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const MODEL = at('model/stories.gguf');
const PROMPT = 'Once upon a time';

/** Every build of the engine that a server of these tests was asked for. @type {URL[]} */
const asked = [];
subscribe('http.server.request.start', (message) => {
  const { url, headers } = /** @type {{ request: import('node:http').IncomingMessage }} */ (message).request;
  if (url?.endsWith('.wasm')) asked.push(new URL(url, `http://${headers.host}`));
});
/** The paths of those that one was asked for. @param {string} server */
const buildsFrom = (server) => [...new Set(asked.filter(({ host }) => host === new URL(server).host).map(({ pathname }) => pathname))];

/** Runs in the page: the paths of the engine's builds that it keeps. */
async function keptBuilds() {
  const all = await Promise.all((await caches.keys()).map((name) => caches.open(name)));
  const requests = (await Promise.all(all.map((cache) => cache.keys()))).flat();
  return requests.map(({ url }) => new URL(url).pathname).filter((path) => path.endsWith('.wasm'));
}

describe('the site', { timeout: 240_000 }, () => {
  /** @type {import('playwright-core').Browser} */
  let browser;
  /** @type {Awaited<ReturnType<typeof serve>>} */
  let server;
  /** @type {Awaited<ReturnType<typeof Model.load>>} */
  let model;

  before(async () => {
    if (!existsSync(at('build/site/index.html'))) throw new Error('build/site is missing: run `make build` first.');
    [browser, server, model] = await Promise.all([launch(), serve(), Model.load(MODEL)]);
  });

  after(async () => {
    model?.unload();
    await browser?.close();
    await server?.close();
  });

  /** @param {(page: Page) => Promise<void>} body @param {Parameters<typeof visit>[3] & { url?: string }} [options] */
  const withPage = (body, { url = server.url, ...options } = {}) => visit(browser, url, body, options);

  /** @param {Page} page */
  const ready = async (page) => void (await page.waitForSelector('[data-u]', { state: 'attached' }));

  test('a bad file that is dropped gives a sentence, and the model that was open goes on', () =>
    withPage(async (page) => {
      const start = (await model.tokenize(PROMPT)).length;
      const dropped = await page.evaluateHandle(() => {
        const transfer = new DataTransfer();
        transfer.items.add(new File(['this is no model at all'], 'bad.gguf'));
        return transfer;
      });
      await page.dispatchEvent('main', 'drop', { dataTransfer: dropped });
      const alert = page.locator('[role="alert"]');
      await eventually(async () => assert.match(await alert.innerText(), /not a model that Logitscope can read/));
      await page.locator('[role="alert"] summary').click();
      assert.ok((await page.innerText('[role="alert"] .raw')).length > 10);
      await page.click('[name="step"]');
      await textIs(page, start + 1);
    }));

  test('a model that cannot be fetched gives a sentence and what to do', () =>
    withPage(
      async (page) => {
        const alert = page.locator('[role="alert"]');
        await eventually(async () => assert.match(await alert.innerText(), /could not be downloaded.*Check the connection/s));
      },
      {
        shows: '[role="alert"]',
        prepare: (page) => page.route('**/*.gguf', (route) => route.fulfill({ status: 503, body: '' })),
        forgiven: /status of 503/,
      },
    ));

  test('an address that is none, or leads nowhere, is said so', async () => {
    for (const [address, forgiven] of /** @type {[string, RegExp][]} */ ([['http://[', /^$/], ['no.gguf', /status of 404/]])) {
      const url = `${server.url}?model=${encodeURIComponent(address)}`;
      await withPage(async () => {}, { url, shows: '[role="alert"] summary', forgiven });
    }
  });

  test('`make demo MODEL=` opens the page with that file, whatever its name, and it writes', async () => {
    const name = 'Tales of my aunt';
    const folder = await mkdtemp(join(tmpdir(), 'logitscope-'));
    const path = join(folder, "it's 50 % + #1? & ü.gguf");
    await writeFile(path, randomModel({ name }));
    const demo = await serve({ model: path });
    const own = await Model.load(path);
    try {
      await withPage(
        async (page) => {
          assert.match(await page.innerText('ls-header'), new RegExp(name));
          const start = (await own.tokenize(PROMPT)).length;
          await textIs(page, start);
          await page.click('[name="step"]');
          await page.click('[name="step"]');
          await textIs(page, start + 2);
        },
        { url: demo.url },
      );
      assert.equal((await fetch(new URL('other.gguf', demo.url))).status, 404);
    } finally {
      own.unload();
      await demo.close();
      await rm(folder, { recursive: true });
    }
  });

  test('a model that is missing, or none, is refused before anything is served', async () => {
    await assert.rejects(serve({ model: 'no where.gguf' }), /^Error: no where\.gguf cannot be read \(ENOENT\), expected a GGUF file/);
    await assert.rejects(serve({ model: at('README.md') }), /README\.md does not begin with "GGUF", expected a GGUF file/);
    await assert.rejects(serve({ model: at('model') }), /model does not begin with "GGUF"/);
  });

  test('a browser without WebAssembly is told so before anything is fetched', () =>
    withPage(
      async (page) => {
        const alert = page.locator('[role="alert"]');
        await eventually(async () => assert.match(await alert.innerText(), /lacks WebAssembly.*Use a current/s));
      },
      { shows: '[role="alert"]', prepare: (page) => page.addInitScript(() => void Reflect.deleteProperty(globalThis, 'WebAssembly')) },
    ));

  test('one\'s own model opens from a file and from an address', () =>
    withPage(async (page) => {
      const name = (await readdir(at('build/site/assets'))).find((file) => file.endsWith('.gguf'));
      const ways = [
        () => page.setInputFiles('[name="model-file"]', MODEL),
        async () => {
          await page.fill('[name="model-url"]', `${server.url}assets/${name}`);
          await page.keyboard.press('Enter');
        },
      ];
      for (const open of ways) {
        // What the model before has shown is not what the next one must show.
        await page.click('[name="step"]');
        await page.click('[name="open-model"]');
        await open();
        await page.waitForSelector('ls-model dialog[open]', { state: 'detached' });
        await page.waitForSelector('.loading', { state: 'detached' });
        await shows(page, model, { ids: await model.tokenize(PROMPT) });
      }
    }));

  test('a server without isolation headers, and a folder below its root, serve it as well', async () => {
    const root = await mkdtemp(join(tmpdir(), 'logitscope-'));
    await symlink(at('build/site'), join(root, 'below'));
    const plain = await serve({ folder: root, isolated: false });
    try {
      await withPage(
        async (page) => {
          assert.equal(await page.evaluate(() => self.crossOriginIsolated), false);
          await shows(page, model, { ids: await model.tokenize(PROMPT) });
        },
        { url: `${plain.url}below/` },
      );
    } finally {
      await plain.close();
      await rm(root, { recursive: true });
    }
  });

  /**
   * Puts a line before the engine's worker.
   * @param {string} line
   * @returns {(page: Page) => Promise<unknown>}
   */
  const worker = (line) => (page) =>
    page.route(/\/worker-[^/]*\.js$/, async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, body: `${line}\n${await response.text()}` });
    });

  /** A validation that refuses what has an instruction. @param {number[]} opcode */
  const without = (opcode) =>
    worker(`{ const { validate } = WebAssembly; WebAssembly.validate = (bytes) => !String(bytes).includes('${opcode}') && validate(bytes); }`);

  /** @type {{ name: string, computed: RegExp, isolated?: boolean, prepare?: (page: Page) => Promise<unknown>, forgiven?: RegExp }[]} */
  const lacks = [
    { name: 'isolation', computed: /^relaxed SIMD kernels, 1 thread$/, isolated: false },
    { name: 'relaxed SIMD', computed: /^SIMD kernels, \d threads?$/, prepare: without([0xfd, 0x93, 0x02]) },
    { name: 'SIMD', computed: /^reference kernels, \d threads?$/, prepare: without([0xfd]) },
    {
      name: 'the script of its threads',
      computed: /^relaxed SIMD kernels, 1 thread$/,
      prepare: worker('self.Worker = class extends Worker { constructor() { super("/gone.js"); } };'),
      forgiven: /gone|404/,
    },
    {
      name: 'a right to more threads',
      computed: /^relaxed SIMD kernels, 1 thread$/,
      prepare: worker('self.Worker = class { constructor() { throw new Error("no"); } };'),
    },
  ];
  for (const { name, computed, isolated = true, ...options } of lacks) {
    test(`without ${name} it works, fetches one build, and says what computes`, async () => {
      const plain = await serve({ isolated });
      try {
        await withPage(
          async (page) => {
            await shows(page, model, { ids: await model.tokenize(PROMPT) });
            await page.click('[name="open-model"]');
            assert.match(await page.locator('.facts-list dd').last().innerText(), computed);
            assert.equal(buildsFrom(plain.url).length, 1, buildsFrom(plain.url).join(', '));
          },
          { url: plain.url, ...options },
        );
      } finally {
        await plain.close();
      }
    });
  }

  test('after one visit it works with the server stopped', async () => {
    const first = await serve();
    try {
      await withPage(
        async (page) => {
          assert.equal(await page.evaluate(() => self.crossOriginIsolated), true);
          await page.evaluate(() => navigator.serviceWorker.ready);
          await eventually(async () => assert.match(await page.innerText('footer'), /Ready to work offline/));
          const fetched = buildsFrom(first.url);
          assert.deepEqual(fetched.map((path) => path.slice(0, -'-01234567.wasm'.length)), ['/assets/relaxed-threads']);
          assert.deepEqual(await page.evaluate(keptBuilds), fetched);
          await first.close();
          await page.reload();
          await ready(page);
          const ids = await model.tokenize(PROMPT);
          await shows(page, model, { ids });
          await page.click('[name="step"]');
          await textIs(page, ids.length + 1);
          const manifest = JSON.parse(await page.evaluate(() => fetch('manifest.webmanifest').then((answer) => answer.text())));
          assert.ok(manifest.icons.some((/** @type {{ purpose?: string }} */ icon) => icon.purpose === 'maskable'));
        },
        { url: first.url, serviceWorkers: 'allow' },
      );
    } finally {
      await first.close();
    }
  });

  test('a new version waits to be let in, and then the old one\'s build is kept no more', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'logitscope-'));
    await cp(at('build/site'), folder, { recursive: true });
    let site = await serve({ folder });
    try {
      await withPage(
        async (page) => {
          await eventually(async () => assert.match(await page.innerText('footer'), /Ready to work offline/));
          const [old] = await page.evaluate(keptBuilds);
          const fresh = old.replace(/.{8}\.wasm$/, '00000000.wasm');
          await cp(join(folder, old), join(folder, fresh));
          const script = await readFile(join(folder, 'sw.js'), 'utf8');
          await writeFile(join(folder, 'sw.js'), script.replace(old.slice(1), fresh.slice(1)));
          await site.close(); // it knows only the files that were there when it began
          site = await serve({ folder, port: Number(new URL(site.url).port) });
          await page.evaluate(async () => void (await (await navigator.serviceWorker.ready).update()));
          await page.waitForSelector('text=A new version is ready');
          await Promise.all([page.waitForEvent('load'), page.click('text=Reload now')]);
          await ready(page);
          await eventually(async () => assert.deepEqual(await page.evaluate(keptBuilds), [fresh]));
        },
        { url: site.url, serviceWorkers: 'allow' },
      );
    } finally {
      await site.close();
      await rm(folder, { recursive: true });
    }
  });
});
