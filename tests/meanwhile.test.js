// What a reader does while something else is under way, twice, or somewhere one would not expect it.
// At the end of the token's way: the whole page in Chromium, with the model that ships.
// Must not wait for a moment by the clock where the page says that it has come.

import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { serve } from '../web/serve.js';
import { launch, visit } from './helpers/browser.js';
import { randomModel } from './helpers/random-model.js';

/** @typedef {import('playwright-core').Page} Page */

describe('meanwhile', { timeout: 120_000 }, () => {
  /** @type {import('playwright-core').Browser} */
  let browser;
  /** @type {Awaited<ReturnType<typeof serve>>} */
  let server;
  before(async () => void ([browser, server] = await Promise.all([launch(), serve()])));
  after(async () => {
    await browser?.close();
    await server?.close();
  });

  /** @param {(page: Page) => Promise<void>} body */
  const withPage = (body) => visit(browser, server.url, body, { locale: 'en' });

  /** Writes so many tokens, and gives the part of the link behind the #. @param {Page} page @param {number} tokens */
  async function linkWith(page, tokens) {
    await page.evaluate(async (n) => {
      const { instrument } = /** @type {any} */ (document.querySelector('ls-app'));
      for (let i = 0; i < n; i++) await instrument.step();
    }, tokens);
    await page.click('[name="share"]');
    await page.fill('#share-name', 'From a link');
    const link = await page.inputValue('#share-link');
    await page.keyboard.press('Escape');
    await page.click('[name="reset"]');
    return new URL(link).hash;
  }

  /** @param {Page} page */
  const textOf = (page) => page.evaluate(() => {
    const { chips, prompt, title } = /** @type {any} */ (document.querySelector('ls-app')).store.state;
    const decoder = new TextDecoder();
    return { text: chips.slice(1).map((/** @type {any} */ { token }) => decoder.decode(token.bytes)).join(''), prompt, title };
  });

  test('a prompt that is typed while a link is drawn again is the text then', () =>
    withPage(async (page) => {
      const hash = await linkWith(page, 80);
      await page.evaluate(async (link) => {
        const { instrument, store } = /** @type {any} */ (document.querySelector('ls-app'));
        location.hash = link;
        while ((store.state.reading?.loaded ?? 0) < 10) await new Promise((resolve) => setTimeout(resolve));
        await instrument.setPrompt('My own words');
      }, hash);
      assert.deepEqual(await textOf(page), { text: 'My own words', prompt: 'My own words', title: '' });
    }));

  test('a link that waits for a model that cannot be opened is opened with the one that is there', () =>
    withPage(async (page) => {
      const hash = await linkWith(page, 4);
      await page.evaluate(async (link) => {
        const { instrument } = /** @type {any} */ (document.querySelector('ls-app'));
        const opening = instrument.open(new Blob(['no model']));
        location.hash = link;
        await opening;
      }, hash);
      await page.waitForFunction(() => document.querySelectorAll('.chip.drawn').length === 4);
      assert.equal((await textOf(page)).title, 'From a link');
    }));

  test('a stage that is dragged is no file; a file that is dragged out leaves nothing behind', () =>
    withPage(async (page) => {
      const dropping = (/** @type {string} */ type, /** @type {boolean} */ inside) => page.evaluate(async ([type, inside]) => {
        const dataTransfer = new DataTransfer();
        if (type === 'dragover') dataTransfer.items.add(new File([''], 'a.gguf'));
        window.dispatchEvent(new DragEvent(String(type), { dataTransfer, relatedTarget: inside ? document.body : null }));
        await /** @type {any} */ (document.querySelector('ls-app')).updateComplete;
        return document.querySelectorAll('.drop').length;
      }, [type, inside]);
      assert.equal(await dropping('dragleave', true), 0);
      assert.equal(await dropping('dragover', true), 1);
      assert.equal(await dropping('dragleave', true), 1);
      assert.equal(await dropping('dragleave', false), 0);
    }));

  test('a guess that is sent twice is one round', () =>
    withPage(async (page) => {
      await page.click('#tab-predict');
      await page.fill('#guess', 'the');
      await page.waitForSelector('#guess-0');
      await page.keyboard.press('Enter');
      await page.evaluate(() => {
        const form = /** @type {HTMLFormElement} */ (document.querySelector('ls-predict form'));
        form.requestSubmit();
        form.requestSubmit();
      });
      await page.waitForSelector('ls-predict [data-yours]');
      await page.click('[name="next-round"]');
      await page.waitForFunction(() => document.querySelectorAll('.chip.drawn').length === 1);
      assert.equal(await page.evaluate(() => /** @type {any} */ (document.querySelector('ls-predict')).rounds.length), 1);
    }));

  test('tokens that are found after the field was left are not shown', () =>
    withPage(async (page) => {
      await page.evaluate(async () => {
        const field = /** @type {any} */ (document.querySelector('ls-token-field'));
        field.field.focus();
        field.field.value = 'the';
        const answer = field.onInput();
        field.field.blur();
        await answer;
        await field.updateComplete;
      });
      assert.equal(await page.getAttribute('ls-token-field input', 'aria-expanded'), 'false');
      await page.focus('#find');
      await page.fill('#find', 'the');
      await page.waitForSelector('#find-0');
    }));

  test('numbers of one’s own stay as they were read, whatever is chosen next', () =>
    withPage(async (page) => {
      await page.click('#tab-own');
      await page.fill('ls-own textarea', 'a 20\nb 0\nc -20');
      const logits = () => page.locator('[data-own-token] td:nth-child(2)').allInnerTexts();
      await page.waitForFunction(() => document.querySelectorAll('[data-own-token]').length === 3);
      const before = await logits();
      assert.match(before[0], /^20/);
      await page.locator('ls-own [value="probabilities"]').check({ force: true });
      await page.waitForFunction(() => /** @type {any} */ (document.querySelector('ls-own')).kind === 'probabilities');
      assert.deepEqual(await logits(), before);
    }));

  test('keys scroll a table that has the focus, and leave the text alone', () =>
    withPage(async (page) => {
      await page.click('[name="step"]');
      await page.waitForFunction(() => document.querySelectorAll('.chip.drawn').length === 1);
      await page.click('#tab-own');
      await page.waitForSelector('ls-own .scroller');
      await page.focus('ls-own .scroller');
      for (const key of ['ArrowLeft', 'ArrowRight', ' ']) await page.keyboard.press(key);
      await page.waitForTimeout(200); // nothing is to happen
      assert.equal(await page.locator('.chip.drawn').count(), 1);
      assert.equal(await page.innerText('[name="play"]'), 'Play');
    }));

  test('the button of the lessons says whether they are open', () =>
    withPage(async (page) => {
      for (const open of ['true', 'false']) {
        await page.click('[name="lessons"]');
        await page.waitForSelector(`[name="lessons"][aria-pressed="${open}"]`);
      }
    }));

  test('a second pipeline that was put away leaves its biases with its model', () =>
    withPage(async (page) => {
      await page.click('#tab-compare');
      await page.waitForFunction(() => /** @type {any} */ (document.querySelector('ls-app')).store.state.compare);
      await page.evaluate(async (bytes) => {
        const { instrument } = /** @type {any} */ (document.querySelector('ls-app'));
        instrument.setCompare([{ name: 'bias', biases: [[4000, 1]] }, { name: 'temperature', value: 0.5 }]);
        instrument.show({ panel: null });
        await instrument.open(new Blob([Uint8Array.from(bytes)]));
      }, [...randomModel({ type: 'Q8_0' })]);
      await page.click('#tab-compare');
      await page.waitForFunction(() => /** @type {any} */ (document.querySelector('ls-app')).store.state.compareStep);
      const { compare, problem } = await page.evaluate(() => /** @type {any} */ (document.querySelector('ls-app')).store.state);
      assert.equal(problem, null);
      assert.deepEqual(compare.map((/** @type {any} */ { name, biases = [] }) => [name, biases.length]), [['bias', 0], ['temperature', 0]]);
    }));

  test('pruning another branch leaves the reader where they are, and nothing stands beside a new one', () =>
    withPage(async (page) => {
      const state = () => page.evaluate(() => /** @type {any} */ (document.querySelector('ls-app')).store.state);
      await page.evaluate(async () => {
        const { instrument, store } = /** @type {any} */ (document.querySelector('ls-app'));
        for (let i = 0; i < 5; i++) await instrument.step();
        instrument.select(store.state.promptLength + 1);
        await instrument.choose(300);
        await instrument.switchBranch(0);
        instrument.select(store.state.promptLength + 2);
        instrument.show({ panel: 'branches' });
      });
      const { cursor } = await state();
      const second = page.locator('ls-branches .branch').nth(1);
      await second.getByRole('button', { name: 'Compare' }).click();
      await page.waitForSelector('ls-branches .side-by-side');
      await second.getByRole('button', { name: /^Prune/ }).click();
      await page.waitForSelector('[name="regrow"]');
      assert.equal((await state()).cursor, cursor);
      await page.evaluate(() => /** @type {any} */ (document.querySelector('ls-app')).instrument.choose(301));
      await page.waitForFunction(() => document.querySelectorAll('ls-branches .branch').length === 2);
      assert.equal(await page.locator('ls-branches .side-by-side').count(), 0);
    }));

  test('the number of rows stays in its field when the window becomes narrow', () =>
    withPage(async (page) => {
      await page.fill('[name="rows"]', '50');
      await page.setViewportSize({ width: 600, height: 800 });
      await page.waitForSelector('ls-stages > .controls');
      assert.equal(await page.inputValue('[name="rows"]'), '50');
    }));
});
