// Links and frames: one browser's link opens in another to the same bits, and a wrong one is one plain sentence.
// Behind the token's way: the built page makes links in Chromium; Chromium without isolation, Firefox and Node open them.
// Must not need ../shared; a browser that is not there is skipped by name. Files are in share-files.test.js.

import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Model } from '../web/engine/index.js';
import { serve } from '../web/serve.js';
import { idsOf } from '../web/app/share/record.js';
import { begin, redraw } from '../web/app/share/replay.js';
import { launch, openPage, visit } from './helpers/browser.js';
import { noFirefox, openFirefox } from './helpers/firefox.js';
import { randomModel } from './helpers/random-model.js';
import { hashOf, look } from './helpers/seen.js';
import { serve as answer } from './helpers/sources.js';
import { decode, encode, isLink } from '../web/app/share/permalink.js';
import { Writer, bytesOf, checksum, lettersOf } from '../web/app/share/bytes.js';

/**
 * @typedef {import('playwright-core').Page} Page
 * @typedef {import('../web/app/share/record.js').Record} Record
 * @typedef {import('./helpers/seen.js').Seen} Seen
 */

const at = (/** @type {string} */ path) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const MODEL = at('model/stories.gguf');

/** @type {Record['settings']} */
const WARM = { seed: 1n, stages: [{ name: 'temperature', value: 0.8 }, { name: 'top-k', value: 40 }] };
/** @type {Record['settings']} */
const ODD = {
  seed: 2n ** 64n - 1n,
  stages: [
    { name: 'bias', biases: [[7, -0.1], [300, 100]] },
    { name: 'penalties', repetition: 1.1, frequency: 1e-300, presence: -0, window: 0 },
    { name: 'xtc', probability: 0.5, threshold: 1 / 3 },
    { name: 'bias', biases: [] },
  ],
};
/** @type {Record} */
const RECORD = {
  title: 'Größe 😀',
  model: { hash: '00ff0123456789ab', name: 'Stories', address: 'https://example.org/a.gguf?x=1' },
  drawVersion: 1,
  prompt: [1, 300, 4095, 151935],
  drawn: [
    { id: 5, settings: WARM, forced: false },
    { id: 6, settings: WARM, forced: false },
    { id: 7, settings: WARM, forced: true },
    { id: 0, settings: ODD, forced: false },
    { id: 8, settings: WARM, forced: false },
  ],
  settings: ODD,
  cursor: 6,
};

describe('a link', () => {
  test('holds all of a record, to the last digit', () => {
    const link = encode(RECORD);
    assert.match(link, /^v1\.[\w-]+$/);
    // 0 has no sign in a link.
    const expected = structuredClone(RECORD);
    for (const { stages } of [expected.settings, expected.drawn[3].settings]) stages[1].presence = 0;
    assert.deepEqual(decode(link), expected);
    assert.equal(encode(decode(link)), link);
  });

  test('of a text and of none is short', () => {
    const plain = { ...RECORD, title: '', model: { ...RECORD.model, address: '' }, settings: WARM, drawn: [] };
    assert.ok(encode(plain).length < 120, `${encode(plain).length}`);
    const drawn = Array.from({ length: 200 }, (_, n) => ({ id: (n * 977) % 4096, settings: WARM, forced: false }));
    assert.ok(encode({ ...plain, drawn }).length < 700, `${encode({ ...plain, drawn }).length}`);
  });

  test('that was cut anywhere says so', () => {
    const link = encode(RECORD);
    for (let length = 3; length < link.length; length++) {
      assert.throws(() => decode(link.slice(0, length)), { reason: 'cutOff' });
    }
    assert.throws(() => decode(`${link}AAAA`), { reason: 'damaged' });
  });

  test('in which any one letter is another is damaged or cut off, never another record', () => {
    const link = encode(RECORD);
    for (let at = 3; at < link.length; at++) {
      for (const letter of ['A', '_', '%', '.', 'é']) {
        if (link[at] === letter) continue;
        const bad = link.slice(0, at) + letter + link.slice(at + 1);
        // The last letter may have bits that no byte needs.
        if (lettersOf(bytesOf(/^[\w-]*$/.test(bad.slice(3)) ? bad.slice(3) : '')) === link.slice(3)) continue;
        assert.throws(() => decode(bad), (/** @type {any} */ { reason }) => ['damaged', 'cutOff'].includes(reason), bad);
      }
    }
  });

  test('whose checksum is right but whose content is not is damaged, whatever it says', () => {
    const random = (() => {
      let state = 1;
      return () => (state = (state * 48271) % 2147483647);
    })();
    const sound = bytesOf(encode(RECORD).slice(3)).subarray(6);
    for (let n = 0; n < 20_000; n++) {
      const content = sound.slice(0, random() % 3 === 0 ? random() % sound.length : sound.length);
      for (let change = random() % 4; change >= 0; change--) content[random() % content.length] = random() % 256;
      const out = new Writer();
      out.whole(content.length);
      out.whole(checksum(content));
      out.raw(content);
      try {
        decode(`v1.${lettersOf(out.bytes)}`);
      } catch (error) {
        const expected = out.bytes.length < 16 ? 'cutOff' : 'damaged';
        assert.equal(/** @type {{ reason: string }} */ (error).reason, expected, String(error));
      }
    }
  });

  test('of another version is named as newer or unknown; places in the page are no links', () => {
    const letters = encode(RECORD).slice(3);
    assert.throws(() => decode(`v2.${letters}`), { reason: 'newer' });
    assert.throws(() => decode(`v999999999999.${letters}`), { reason: 'newer' });
    assert.throws(() => decode(`v0.${letters}`), { reason: 'unknown' });
    assert.throws(() => decode('v1.'), { reason: 'cutOff' });
    assert.ok(isLink('v1.') && !isLink('stages') && !isLink('v1') && !isLink(`V1.${letters}`));
  });

  test('has the checksum of gzip and PNG', () => {
    assert.equal(checksum(new TextEncoder().encode('123456789')), 0xcbf43926);
  });
});

// ---- replaying ----

/** Every kind of stage, in an order of nobody's. @type {Record['settings']} */
const WILD = {
  seed: 987654321987654321n,
  stages: [
    { name: 'mirostat', tau: 4, eta: 0.3 },
    { name: 'temperature', value: 1.7 },
    { name: 'dry', multiplier: 0.5, base: 1.5, allowedLength: 1, window: 0 },
    { name: 'xtc', probability: 0.6, threshold: 0.05 },
    { name: 'penalties', repetition: 1.2, frequency: 0.1, presence: 0.05, window: 16 },
    { name: 'top-n-sigma', value: 3 },
    { name: 'typical', value: 0.95 },
    { name: 'bias', biases: [[262, 2.5], [10, -100]] },
    { name: 'eta', value: 0.0003 },
    { name: 'epsilon', value: 0.0003 },
    { name: 'min-p', value: 0.01 },
    { name: 'top-p', value: 0.97 },
    { name: 'top-k', value: 200 },
  ],
};

/** A text of the model's, drawn in three ways. @param {Model} model @returns {Promise<Record>} */
async function drawnBy(model) {
  const session = model.session();
  await session.feed('Once upon a time');
  /** @type {Record} */
  const record = {
    title: '', model: { hash: model.info.hash, name: model.info.name, address: '' }, drawVersion: model.info.drawVersion,
    prompt: [...session.ids], drawn: [], settings: WARM, cursor: 1,
  };
  const take = async (/** @type {Record['settings']} */ settings, /** @type {number} */ force = -1) => {
    Object.assign(session, settings);
    const { id } = await session.step({ force: force < 0 ? undefined : force });
    record.drawn.push({ id, settings, forced: force >= 0 });
  };
  for (let n = 0; n < 4; n++) await take(WARM);
  for (let n = 0; n < 4; n++) await take(WILD);
  await take(WILD, 300);
  for (let n = 0; n < 4; n++) await take(WILD);
  return { ...record, cursor: session.length };
}

describe('replayed by the engine, a record', () => {
  /** @type {Model} */
  let model;
  before(async () => void (model = await Model.load(MODEL)));
  after(() => model?.unload());

  /** @param {Record} record */
  async function replay(record) {
    const session = model.session();
    try {
      await begin(session, record);
      for await (const { step, id } of redraw(session, record)) assert.equal(step.id, id);
    } catch (error) {
      return { ids: [...session.ids], reason: /** @type {any} */ (error).reason };
    }
    return { ids: [...session.ids], reason: null };
  }

  test('gives every token again, under thirteen stages too', async () => {
    const record = decode(encode(await drawnBy(model)));
    assert.deepEqual(await replay(record), { ids: idsOf(record), reason: null });
  });

  test('stops before the token that differs', async () => {
    const record = await drawnBy(model);
    record.drawn[6].id = record.drawn[6].id === 5 ? 6 : 5;
    assert.deepEqual(await replay(record), { ids: idsOf(record).slice(0, record.prompt.length + 6), reason: 'differs' });
  });

  test('with settings that are not known draws nothing', async () => {
    const record = await drawnBy(model);
    const length = record.prompt.length;
    for (const stage of [{ name: 'magic', value: 1 }, { name: 'top-p', value: 2 }, { name: 'top-p', strength: 1 }, { name: 'bias', biases: [[1e9, 1]] }]) {
      const settings = { seed: 1n, stages: [/** @type {any} */ (stage)] };
      const wrong = { ...record, drawn: record.drawn.map((each, n) => (n === 3 ? { ...each, settings } : each)) };
      assert.deepEqual(await replay(wrong), { ids: record.prompt, reason: 'settings' }, stage.name);
      assert.deepEqual(await replay({ ...record, settings }), { ids: record.prompt, reason: 'settings' }, stage.name);
      assert.equal((await replay(decode(encode(wrong)))).ids.length, length);
    }
  });
});

// ---- in browsers ----

describe('in the page', () => {
  /** @type {import('playwright-core').Browser} */
  let browser;
  /** @type {Awaited<ReturnType<typeof serve>>} */
  let server;
  /** @type {Model} */
  let model;
  /** @type {Record} */
  let record;
  before(async () => {
    [browser, server, model] = await Promise.all([launch(), serve(), Model.load(MODEL)]);
    record = await drawnBy(model);
  });
  after(async () => {
    model?.unload();
    await browser?.close();
    await server?.close();
  });

  /**
   * @param {string} url
   * @param {(page: Page) => Promise<void>} body
   * @param {import('playwright-core').BrowserContextOptions} [options]
   */
  const withPage = (url, body, options) => visit(browser, url, body, options);

  /** @param {Page} page @param {number} length of the text, in tokens */
  const textIs = (page, length) => page.waitForFunction((n) => document.querySelectorAll('[data-position]').length === n, length);
  /** @param {Page} page */
  const ids = (page) => page.locator('[data-position]').evaluateAll((all) => all.map((chip) => Number(/** @type {HTMLElement} */ (chip).dataset.tokenId)));

  /** Makes a text in the page and shares it. @param {Page} page */
  async function write(page) {
    await page.evaluate(
      async ([wild, taken]) => {
        const { instrument } = /** @type {any} */ (document.querySelector('ls-app'));
        for (let n = 0; n < 3; n++) await instrument.step();
        instrument.pipeline.setStages(wild);
        instrument.setSeed(987654321987654321n);
        for (let n = 0; n < 4; n++) await instrument.step();
        await instrument.choose(taken);
        for (let n = 0; n < 4; n++) await instrument.step();
        instrument.pipeline.setStages([{ name: 'temperature', value: 0.7 }]);
        instrument.select(8);
      },
      /** @type {[any, number]} */ ([WILD.stages, 300]),
    );
    await page.click('[name="share"]');
    await page.fill('#share-name', 'Two "cats" & a dog');
    return page.inputValue('#share-link');
  }

  /** What is the same wherever a link is opened. @param {Seen} seen */
  const everywhere = ({ ids, ways, promptLength, cursor, settings, hashes }) => ({ ids, ways, promptLength, cursor, settings, hashes });

  /** @param {Seen} one @param {Seen} other */
  function same(one, other) {
    assert.deepEqual(everywhere(one), everywhere(other));
    // Windows are not equally high everywhere.
    const common = Object.keys(one.shown).filter((key) => key in other.shown);
    assert.ok(common.length >= 16, `${common.length} numbers on both screens`);
    for (const key of common) assert.equal(one.shown[key], other.shown[key], key);
  }

  /** @type {{ link: string, seen: Seen }} */
  let written;

  test('a link opens to the same bits without isolation, so with one thread', async (t) => {
    await withPage(server.url, async (page) => {
      const link = await write(page);
      await page.keyboard.press('Escape');
      const { length } = await ids(page);
      written = { link, seen: /** @type {Seen} */ (await page.evaluate(look(length))) };
    });
    assert.match(written.seen.ways, /^g+ddddddd?td{4}$/);
    const plain = await serve({ isolated: false });
    try {
      await withPage(plain.url + new URL(written.link).hash, async (page) => {
        const other = /** @type {Seen} */ (await page.evaluate(look(written.seen.ids.length)));
        same(other, written.seen);
        assert.equal(await page.title(), 'Two "cats" & a dog · Logitscope');
        t.diagnostic(`${written.seen.computed}; ${other.computed}`);
        // Shared again, it is the same link.
        await page.click('[name="share"]');
        assert.equal(new URL(await page.inputValue('#share-link')).hash, new URL(written.link).hash);
      });
    } finally {
      await plain.close();
    }
  });

  test('a link opens to the same bits in Node, with three threads', async (t) => {
    const many = await Model.load(MODEL, { threads: 3 });
    try {
      const read = decode(new URL(written.link).hash.slice(1));
      const session = many.session();
      await begin(session, read);
      for await (const { step, id } of redraw(session, read)) assert.equal(step.id, id);
      assert.deepEqual([...session.ids], written.seen.ids);
      for (let position = 1; position < session.length; position++) {
        const own = read.drawn[position - read.prompt.length]?.settings ?? read.settings;
        const step = await session.inspect(position, { ...own, trace: 'full' });
        const hash = await hashOf(step, await session.logits({ position }));
        assert.equal(hash, written.seen.hashes[position - 1], `position ${position}`);
      }
      assert.equal(many.info.threads, 3);
      t.diagnostic(`${many.info.kernels}, ${many.info.threads} threads`);
    } finally {
      many.unload();
    }
  });

  test('a link opens to the same bits in Firefox', { skip: noFirefox, timeout: 120_000 }, async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'logitscope-'));
    /** @type {() => Promise<void>} */
    let close = async () => {};
    /** @type {(seen: Seen & { error?: string }) => void} */
    let found = () => {};
    const result = new Promise((resolve) => void (found = resolve));
    const receiver = await answer(async (request, response) => {
      response.writeHead(200, { 'Access-Control-Allow-Origin': '*' }).end();
      if (request.method === 'POST') found(JSON.parse(Buffer.concat(await request.toArray()).toString()));
    });
    await cp(at('build/site'), folder, { recursive: true });
    const page = await readFile(join(folder, 'index.html'), 'utf8');
    await writeFile(join(folder, 'index.html'), page.replace('</head>', '<script type="module" src="./seen.js"></script></head>'));
    await writeFile(
      join(folder, 'seen.js'),
      `const post = (body) => fetch('${receiver.url}', { method: 'POST', body: JSON.stringify(body) });
while (!document.querySelector('ls-app')) await new Promise((resolve) => setTimeout(resolve, 50));
${look(written.seen.ids.length)}.then(post, (error) => post({ error: String(error) }));`,
    );
    const site = await serve({ folder });
    try {
      close = await openFirefox(site.url + new URL(written.link).hash);
      const other = await result;
      assert.equal(other.error, undefined);
      same(other, written.seen);
      t.diagnostic(`${written.seen.computed}; Firefox: ${other.computed}`);
    } finally {
      await close();
      await site.close();
      receiver.close();
      await rm(folder, { recursive: true });
    }
  });

  test('a link that is put into the address of an open page opens there, too', () =>
    withPage(server.url, async (page) => {
      await page.click('[name="step"]');
      await page.evaluate((hash) => void (location.hash = hash), encode(record));
      await textIs(page, idsOf(record).length);
      assert.deepEqual(await ids(page), idsOf(record));
      assert.equal(await page.inputValue('#prompt'), 'Once upon a time');
      // Places in the page are no links, and the page goes on.
      await page.evaluate(() => void (location.hash = 'stages'));
      await page.click('[name="step"]');
      await textIs(page, idsOf(record).length + 1);
      assert.equal(await page.locator('[role="alert"]').innerText(), '');
    }));

  test('a text that becomes the prompt is shared as one: what was drawn before leaves no trace', () =>
    withPage(server.url, async (page) => {
      const length = await page.evaluate(async (stages) => {
        const { instrument, store } = /** @type {any} */ (document.querySelector('ls-app'));
        instrument.pipeline.setStages(stages);
        instrument.setSeed(7n);
        for (let n = 0; n < 5; n++) await instrument.step();
        const text = store.state.chips.map((/** @type {any} */ chip) => new TextDecoder().decode(chip.token.bytes)).join('');
        await instrument.setPrompt(text.trim());
        for (let n = 0; n < 5; n++) await instrument.step();
        return store.state.chips.length;
      }, WILD.stages.slice(0, 2));
      await textIs(page, length);
      await page.click('[name="share"]');
      const link = await page.inputValue('#share-link');
      await withPage(link, async (other) => {
        await textIs(other, length);
        assert.deepEqual(await ids(other), await ids(page));
        await other.getByText('drawn again, all 5 tokens are the same').waitFor();
        await other.click('[name="step"]');
        await other.getByText('drawn again').waitFor({ state: 'detached' });
      });
    }));

  /** @param {Partial<Record>} change */
  const changed = (change) => encode({ ...record, ...change });
  /** @type {{ name: string, link: () => string, says: RegExp, length?: () => number }[]} */
  const wrong = [
    { name: 'is cut off', link: () => encode(record).slice(0, -20), says: /cut off.*Copy it again/ },
    { name: 'is damaged', link: () => encode(record).replace(/.(.{9})$/, '!$1'), says: /damaged.*Copy it again/ },
    { name: 'is newer', link: () => encode(record).replace('v1.', 'v2.'), says: /newer Logitscope.*Reload/ },
    { name: 'has a version that never was', link: () => encode(record).replace('v1.', 'v0.'), says: /no link that this page made/ },
    { name: 'is none', link: () => 'Hello World', says: /no link that this page made/ },
    { name: 'has other random numbers', link: () => changed({ drawVersion: 2 }), says: /another version of the random numbers/ },
    { name: 'has a token too many', link: () => changed({ prompt: [...record.prompt, model.info.vocab] }), says: /tokens that the model does not have/ },
    { name: 'has no text', link: () => changed({ prompt: [] }), says: /no text in this link/ },
    { name: 'is too long', link: () => changed({ prompt: Array(model.info.contextLength).fill(5) }), says: /longer than the model can hold/ },
    { name: 'has settings of its own', link: () => changed({ settings: { seed: 1n, stages: [{ name: 'top-p', value: 7 }] } }), says: /settings that this page does not know/ },
    {
      name: 'draws another token',
      link: () => changed({ drawn: record.drawn.map((each, n) => (n === 5 ? { ...each, id: each.id + 1 } : each)) }),
      says: /At position 10 another token was drawn/,
      length: () => record.prompt.length + 5,
    },
  ];
  test('a wrong link is one plain sentence, what to do, and a page that works', async () => {
    const [first, ...rest] = wrong;
    await withPage(`${server.url}#${first.link()}`, async (page) => {
      const alert = page.locator('[role="alert"] .problem');
      for (const { name, link, says, length } of [first, ...rest, first]) {
        await page.evaluate((hash) => void (location.hash = hash), link());
        await alert.filter({ hasText: says }).waitFor({ timeout: 5000 }).catch(async () => assert.match(await alert.innerText(), says, name));
        const before = length?.() ?? (await ids(page)).length;
        await textIs(page, before);
        await page.click('[name="step"]');
        await textIs(page, before + 1);
        await page.click('[role="alert"] [aria-label="Dismiss"]');
      }
    });
  });

  test('a link made with another model says which, offers its address, and opens once it is there', async () => {
    const name = 'Tales of my aunt';
    const bytes = randomModel({ name });
    const other = await Model.load(bytes);
    const site = await serve();
    const files = await answer((_, response) => void response.writeHead(200, { 'Access-Control-Allow-Origin': '*', 'Cross-Origin-Resource-Policy': 'cross-origin' }).end(bytes));
    try {
      const needs = await drawnBy(other);
      needs.model.address = `${files.url}/aunt.gguf`;
      await withPage(`${site.url}#${encode(needs)}`, async (page) => {
        const alert = page.locator('[role="alert"]');
        await page.click('[name="offer"]', { trial: true });
        assert.match(await alert.innerText(), /made with another model, “Tales of my aunt”.*Open it from 127\.0\.0\.1/s);
        assert.match(await page.inputValue('#prompt'), /Once upon a time/);
        await page.click('[name="offer"]');
        await textIs(page, idsOf(needs).length);
        assert.deepEqual(await ids(page), idsOf(needs));
        assert.equal(await alert.innerText(), '');
        // And back: the shipped model is offered for a link that has no address.
        await page.evaluate((hash) => void (location.hash = hash), encode(record));
        await page.click('[name="offer"]'); // the model sheet has a button of the same words
        await textIs(page, idsOf(record).length);
        assert.deepEqual(await ids(page), idsOf(record));
        // No model has this hash.
        await page.evaluate((hash) => void (location.hash = hash), encode({ ...record, model: { hash: 'ffffffffffffffff', name: 'None', address: 'javascript:alert(1)' } }));
        await alert.getByText('“None”').waitFor();
        assert.equal(await page.locator('[name="offer"]').count(), 0);
      });
    } finally {
      other.unload();
      await site.close();
      files.close();
    }
  });

  test('the frame shows text, stages and draw alone, and leads to the full page', () =>
    withPage(server.url, async (page) => {
      await write(page);
      const frame = await page.inputValue('#share-frame');
      const shared = await page.inputValue('#share-link');
      const host = await answer((_, response) => void response.setHeader('content-type', 'text/html').end(`<!doctype html><link rel="icon" href="data:,">${frame}`));
      const { page: around, complaints } = await openPage(browser, { serviceWorkers: 'block' });
      try {
        await around.goto(host.url);
        assert.equal(await around.getAttribute('iframe', 'title'), 'Two "cats" & a dog');
        const inside = around.frameLocator('iframe');
        await inside.locator('[data-u]').first().waitFor({ state: 'attached' });
        await inside.locator('h1', { hasText: 'Two "cats" & a dog' }).waitFor();
        assert.equal(await inside.locator('ls-prompt, ls-header, footer').count(), 0);
        assert.equal(await inside.locator('[data-position]').count(), written.seen.ids.length);
        const [full] = await Promise.all([around.context().waitForEvent('page'), inside.locator('[name="full"]').click()]);
        assert.equal(full.url(), shared);
        assert.deepEqual(complaints, []);
      } finally {
        await around.context().close();
        host.close();
      }
    }));

  test('copying says that it was done; where it is not allowed, what to do is said and the link is marked', async () => {
    await withPage(server.url, async (page) => {
      await page.click('[name="share"]');
      await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
      await page.click('[name="copy-link"]');
      await page.locator('ls-share [role="status"]', { hasText: 'Copied.' }).waitFor();
      assert.equal(await page.evaluate(() => navigator.clipboard.readText()), await page.inputValue('#share-link'));
    });
    await withPage(server.url, async (page) => {
      await page.evaluate(() => Object.defineProperty(navigator, 'clipboard', { value: undefined }));
      await page.click('[name="share"]');
      await page.click('[name="copy-frame"]');
      await page.locator('ls-share [role="status"]', { hasText: 'press Ctrl+C' }).waitFor();
      assert.equal(await page.evaluate(() => String(getSelection())), await page.inputValue('#share-frame'));
    });
  });

  for (const colorScheme of /** @type {const} */ (['light', 'dark'])) {
    test(`axe-core finds nothing to object to, ${colorScheme}`, async () => {
      const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
      for (const [url, open] of /** @type {[string, boolean][]} */ ([[server.url, true], [`${server.url}?embed#${changed({ title: 'Cats' })}`, false], [`${server.url}#v2.A`, false]])) {
        await withPage(
          url,
          async (page) => {
            if (open) await page.click('[name="share"]');
            await page.evaluate(axe);
            const found = await page.evaluate(async () => {
              const { violations } = await /** @type {any} */ (globalThis).axe.run();
              return violations.map((/** @type {any} */ { id, nodes }) => `${id}: ${nodes[0].html}`);
            });
            assert.deepEqual(found, [], url);
          },
          { colorScheme },
        );
      }
    });
  }
});
