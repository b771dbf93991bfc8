// Every view of the built page for people who cannot see it, or point: axe-core, names, keys, what is said, nothing too wide.
// At the end of the token's way: one page a language and colour scheme is opened, and led from view to view.
// Must not reach into the page.

import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { serve } from '../web/serve.js';
import { launch, visit } from './helpers/browser.js';

/** @typedef {import('playwright-core').Page} Page */

const PANELS = ['receipt', 'cuts', 'branches', 'compare', 'draws', 'sweep', 'own', 'predict'];

/** Every element of the accessibility tree that a screen reader stops at without a word. @param {string} tree as Playwright writes it */
const nameless = (tree) =>
  tree.split('\n').filter((line) => /^\s*- (button|checkbox|combobox|link|radio|slider|spinbutton|tab|table|textbox|img)\b(?! ")/.test(line));

describe('for everyone', { timeout: 120_000 }, () => {
  /** @type {import('playwright-core').Browser} */
  let browser;
  /** @type {Awaited<ReturnType<typeof serve>>} */
  let server;
  /** @type {string} */
  let axe;

  before(async () => {
    axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
    [browser, server] = await Promise.all([launch(), serve()]);
  });

  after(async () => {
    await browser?.close();
    await server?.close();
  });

  /**
   * @param {(page: Page) => Promise<void>} body
   * @param {import('playwright-core').BrowserContextOptions & { path?: string, shows?: string, forgiven?: RegExp }} [options]
   *   path: of the page; shows: what is there when it is ready; forgiven: a complaint of the browser
   */
  const withPage = (body, { path = '', ...options } = {}) =>
    visit(browser, server.url + path, async (page) => {
      await page.evaluate(axe);
      await body(page);
    }, { locale: 'en', ...options });

  /** @param {Page} page @param {string} view its name */
  async function isFine(page, view) {
    const found = await page.evaluate(async () => {
      const { violations } = await /** @type {any} */ (globalThis).axe.run({ resultTypes: ['violations'] });
      return violations.map(
        (/** @type {{ id: string, nodes: { html: string, failureSummary: string }[] }} */ { id, nodes }) =>
          `${id}: ${nodes.map((node) => `${node.html} ${node.failureSummary}`).join('; ')}`,
      );
    });
    assert.deepEqual(found, [], view);
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth), `${view}: wider than the window`);
  }

  /** Leads the page through all that it can show. @param {Page} page @param {(page: Page, view: string) => Promise<void>} look */
  async function throughAll(page, look) {
    for (let n = 0; n < 3; n++) await page.click('[name="step"]');
    await look(page, 'the page');
    for (const panel of PANELS) {
      await page.click(`[data-panel="${panel}"]`);
      await page.waitForFunction((name) => (document.querySelector(`#panel > ls-${name}`)?.children.length ?? 0) > 0, panel);
      await look(page, panel);
    }
    await page.click('[data-panel="predict"]');
    await page.selectOption('[name="preset"]', 'llamaCpp');
    await look(page, 'nine stages');
    await page.selectOption('[name="preset"]', 'first');
    await page.click('[name="lessons"]');
    await page.waitForSelector('.lesson h3');
    await look(page, 'a lesson');
    await page.click('[name="lessons"]');
    for (const sheet of ['help', 'open-model', 'share']) {
      await page.click(`[name="${sheet}"]`);
      await page.waitForSelector('dialog[open]');
      await look(page, sheet);
      await page.keyboard.press('Escape');
    }
  }

  for (const [locale, colorScheme, width] of /** @type {const} */ ([
    ['en', 'light', 1440],
    ['es', 'dark', 1024],
    ['zh', 'light', 390],
  ])) {
    test(`axe-core finds nothing in any view: ${locale}, ${colorScheme}, ${width} px`, () =>
      withPage((page) => throughAll(page, isFine), { locale, colorScheme, viewport: { width, height: 900 } }));
  }

  test('nor in a frame, nor where the model could not be had, which the page then offers to mend', async () => {
    await withPage((page) => isFine(page, 'a frame'), { path: '?embed', viewport: { width: 720, height: 600 } });
    await withPage(
      async (page) => {
        await isFine(page, 'a notice');
        await page.click('[name="offer"]');
        await page.waitForSelector('[data-u]', { state: 'attached' });
        assert.equal(await page.locator('.problem').count(), 0);
      },
      { path: '?model=nothing.gguf', shows: '.problem', forgiven: /status of 404/ },
    );
  });

  test('every control has a name, in every view', () =>
    withPage((page) =>
      throughAll(page, async (_, view) => assert.deepEqual(nameless(await page.locator('body').ariaSnapshot()), [], view)),
    ));

  test('the table is one: a head of stages, a head a row, and each cell’s number; a step is said', () =>
    withPage(async (page) => {
      const tree = await page.locator('ls-stages').ariaSnapshot();
      assert.match(tree, /- table "Distribution at every stage"/);
      for (const stage of ['Model', 'Temperature', 'Top-k', 'Top-p', 'Min-p']) assert.match(tree, new RegExp(`- columnheader "${stage}`));
      assert.match(tree, /- rowheader ".+"/);
      assert.match(tree, /- cell "[\d.]+ %/);
      const live = page.locator('ls-app > [aria-live]');
      const before = await live.innerText();
      await page.click('[name="step"]');
      await page.waitForFunction((said) => document.querySelector('ls-app > [aria-live]')?.textContent !== said, before);
      assert.match(await live.innerText(), /drawn|falls on/);
    }));

  test('with text twice as large nothing is cut off or wider than the window', () =>
    withPage(
      async (page) => {
        await page.evaluate(() => void (document.documentElement.style.fontSize = '32px'));
        await isFine(page, 'twice as large');
        const facts = await page.locator('.model-name').boundingBox();
        assert.ok(facts && facts.height < 60, 'the model’s name breaks by letters');
      },
      { viewport: { width: 1280, height: 900 } },
    ));

  test('the draw, the text and the stages are in the first view of a laptop', () =>
    withPage(
      async (page) => {
        for (const part of ['ls-timeline', 'ls-transport', 'ls-pipeline', 'tr[data-row="7"]', 'ls-strip .segments']) {
          const box = await page.locator(part).boundingBox();
          assert.ok(box && box.y < 900 - 16, `${part} begins at ${box?.y}`);
        }
      },
      { viewport: { width: 1440, height: 900 } },
    ));

  test('a panel that opens below what is in sight comes into sight', () =>
    withPage(async (page) => {
      await page.focus('[data-panel="receipt"]');
      await page.keyboard.press('Enter');
      await page.waitForSelector('#panel h3');
      const box = await page.locator('#panel').boundingBox();
      assert.ok(box && box.y >= 0 && box.y < 450, `the panel begins at ${box?.y}`);
    }));
});
