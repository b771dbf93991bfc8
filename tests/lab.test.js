// The laboratory in a real Chromium, used as a learner would: why, always the same, wilder, what was cut, branch, go back.
// At the end of the token's way: the built page is opened, and what people see is read.
// Must not reach into the page.

import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { Model } from '../web/engine/index.js';
import { serve } from '../web/serve.js';
import { eventually, launch, visit } from './helpers/browser.js';

/** @typedef {import('playwright-core').Page} Page */

const MODEL = fileURLToPath(new URL('../model/stories.gguf', import.meta.url));
const PROMPT = 'Once upon a time';

describe('the laboratory', { timeout: 240_000 }, () => {
  /** @type {import('playwright-core').Browser} */
  let browser;
  /** @type {Awaited<ReturnType<typeof serve>>} */
  let server;
  /** @type {Awaited<ReturnType<typeof Model.load>>} */
  let model;
  /** @type {number} */
  let promptLength;

  before(async () => {
    [browser, server, model] = await Promise.all([launch(), serve(), Model.load(MODEL)]);
    promptLength = (await model.tokenize(PROMPT)).length;
  });

  after(async () => {
    model?.unload();
    await browser?.close();
    await server?.close();
  });

  /** @param {(page: Page) => Promise<void>} body @param {import('playwright-core').BrowserContextOptions} [options] */
  const withPage = (body, options) => visit(browser, server.url, body, options);

  /** The ids of the text. @param {Page} page */
  const textOf = (page) =>
    page.locator('[data-position]').evaluateAll((chips) => chips.map((chip) => Number(/** @type {HTMLElement} */ (chip).dataset.tokenId)));

  /** @param {Page} page @param {number} count */
  async function steps(page, count) {
    for (let i = 0; i < count; i++) {
      const before = (await textOf(page)).length;
      await page.click('[name="step"]');
      await eventually(async () => assert.equal((await textOf(page)).length, before + 1));
    }
  }

  /** Ends playing, unless the text has just ended by itself. @param {Page} page */
  async function stop(page) {
    await page.locator('[name="play"]').evaluate((button) => button.textContent?.includes('Pause') && /** @type {HTMLElement} */ (button).click());
    await eventually(async () => assert.equal(await page.innerText('[name="play"]'), 'Play'));
  }

  /** Tries seeds until another token than the text's would be drawn at the cursor. @param {Page} page */
  async function otherSeed(page) {
    for (let seed = 2; !(await page.locator('[name="branch"]').isVisible()); seed++) {
      assert.ok(seed < 50, 'no seed draws another token');
      await page.fill('#seed', String(seed));
      await page.waitForTimeout(100);
    }
  }

  /** The stages' names, from left to right. @param {Page} page */
  const orderOf = (page) => page.locator('ls-stages ls-stage-control strong').allInnerTexts();

  /** What stands under a column. @param {Page} page @param {string} stage @param {string} figure */
  const headOf = async (page, stage, figure) => Number(await page.getAttribute(`[data-stage-head="${stage}"]`, figure));

  test('why was this token chosen? Its receipt says so', () =>
    withPage(async (page) => {
      await steps(page, 6);
      await page.click(`[data-position="${promptLength + 4}"]`);
      await page.click('[data-panel="receipt"]');
      await eventually(async () => assert.match(await page.innerText('#panel'), /was drawn because u = 0\.\d{4} fell into its part/));
    }));

  test('how is the text always the same? With greedy, whatever the seed', () =>
    withPage(async (page) => {
      await page.selectOption('[name="preset"]', 'greedy');
      await steps(page, 8);
      const first = await textOf(page);
      await page.click('[name="reset"]');
      await eventually(async () => assert.equal((await textOf(page)).length, promptLength));
      await page.fill('#seed', '99');
      await steps(page, 8);
      assert.deepEqual(await textOf(page), first);
      const session = model.session({ stages: [{ name: 'temperature', value: 0 }] });
      await session.feed(PROMPT);
      for (let i = 0; i < 8; i++) await session.step();
      assert.deepEqual(first, Array.from(session.ids), 'and it is the model’s own');
    }));

  test('how does it become wilder? A higher temperature spreads the distribution', () =>
    withPage(async (page) => {
      const calm = await headOf(page, 'temperature', 'data-entropy');
      await page.fill('[name="temperature"]', '1.8');
      await eventually(async () => assert.ok((await headOf(page, 'temperature', 'data-entropy')) > calm + 0.1));
    }));

  test('what did top-p cut? A list has it, also what has no row, and a token of it is followed through all stages', () =>
    withPage(async (page) => {
      const gone = await page.evaluate(async () => {
        const { store, instrument } = /** @type {any} */ (document.querySelector('ls-app'));
        const [{ stages }] = await instrument.inspectAll([{ ...store.state.settings, trace: 'full' }]);
        const [before, after] = [2, 3].map((i) => stages[i]);
        return Array.from(before.ids, (id, i) => ({ id, prob: String(before.probs[i]) })).filter(({ id }) => !after.ids.includes(id));
      });
      await page.click('[data-panel="cuts"]');
      const section = page.locator('[data-cut-stage="top-p"]');
      const listed = () => section.locator('button').evaluateAll((all) =>
        all.map((button) => ({ id: Number(/** @type {HTMLElement} */ (button).dataset.tokenId), prob: /** @type {HTMLElement} */ (button).dataset.prob })));
      await eventually(async () => assert.deepEqual(await listed(), gone.slice(0, 40)));
      assert.equal(Number(await section.getAttribute('data-count')), gone.length);
      assert.ok(gone.length > 8, 'more than there are rows');
      const last = section.locator('button').last();
      const row = page.locator(`tr[data-token-id="${gone[Math.min(40, gone.length) - 1].id}"]`);
      assert.equal(await row.count(), 0);
      await last.click();
      await row.waitFor();
      assert.equal(await last.getAttribute('aria-pressed'), 'true');
      await page.fill('[name="top-p"]', '1');
      await section.waitFor({ state: 'detached' });
      await page.fill('[name="top-k"]', '1000');
      const deep = page.locator('[data-cut-stage="top-k"]');
      await eventually(async () => assert.equal(Number(await deep.getAttribute('data-count')), model.info.vocab - 1000));
      assert.equal(await deep.locator('button').count(), 40, 'as deep as it takes');
    }));

  test('the text branches where another token is taken, and nothing is lost', () =>
    withPage(async (page) => {
      await page.fill('[name="temperature"]', '1.5');
      await steps(page, 6);
      const trunk = await textOf(page);
      const at = promptLength + 2;
      await page.click(`[data-position="${at}"]`);
      await otherSeed(page);
      await page.click('[name="branch"]');
      await eventually(async () => assert.equal((await textOf(page)).length, at + 1));
      const branch = await textOf(page);
      assert.deepEqual(branch.slice(0, at), trunk.slice(0, at));
      assert.notEqual(branch[at], trunk[at]);

      await page.click('[data-panel="branches"]');
      await eventually(async () => assert.equal(await page.locator('ls-branches .branch').count(), 2));
      await page.locator('ls-branches .go').first().click();
      await eventually(async () => assert.deepEqual(await textOf(page), trunk));
      await page.locator('ls-branches .branch').nth(1).getByRole('button', { name: 'Compare' }).click();
      assert.equal(await page.locator('ls-branches .side-by-side section').count(), 2);
      await page.locator('ls-branches .branch').nth(1).getByRole('button', { name: /^Prune/ }).click();
      await eventually(async () => assert.equal(await page.locator('ls-branches .branch').count(), 1));
      assert.deepEqual(await textOf(page), trunk);
      await page.click('[name="regrow"]');
      await eventually(async () => assert.equal(await page.locator('ls-branches .branch').count(), 2));
      assert.equal(await page.evaluate(() => document.activeElement?.className), 'go');
      assert.equal(await page.locator('[name="regrow"]').count(), 0);
      await page.locator('ls-branches .go').nth(1).click();
      await eventually(async () => assert.deepEqual(await textOf(page), branch));
      await steps(page, 1);
      assert.deepEqual((await textOf(page)).slice(0, -1), branch, 'and goes on');
    }));

  test('“Take this token” takes the token whose way is shown, also on the way there', () =>
    withPage(async (page) => {
      await steps(page, 3);
      const trunk = await textOf(page);
      const at = promptLength + 1;
      await page.click(`[data-position="${at}"]`);
      await page.locator('ls-timeline .note', { hasText: `Position ${at}.` }).waitFor();
      const other = page.locator('tr[data-row]:not(.drawn)').first();
      const id = Number(await other.getAttribute('data-token-id'));
      await other.locator('td').first().click();
      await page.click('ls-way [name="take"]');
      await eventually(async () => assert.deepEqual(await textOf(page), [...trunk.slice(0, at), id]));
    }));

  test('a token far down has its rank at every stage, and the whole sum before it', () =>
    withPage(async (page) => {
      await page.fill('[name="temperature"]', '3');
      await page.fill('[name="top-k"]', '0');
      await page.fill('[name="top-p"]', '0.5');
      const { id, rank, sum } = await page.evaluate(async () => {
        const { instrument } = /** @type {any} */ (document.querySelector('ls-app'));
        const [{ stages }] = await instrument.inspectAll([{ stages: [{ name: 'temperature', value: 3 }], trace: 'full' }]);
        const { ids, probs } = stages[1];
        const at = Math.floor(ids.length / 2);
        instrument.watch(ids[at]);
        return { id: ids[at], rank: at + 1, sum: probs.subarray(0, at).reduce((/** @type {number} */ a, /** @type {number} */ b) => a + b) };
      });
      await page.hover(`tr[data-token-id="${id}"]`);
      const told = page.locator('ls-way [data-leg="top-p"] > span');
      await eventually(async () => assert.equal((await told.innerText()).replaceAll('\u00a0', ' '), `sum before ${(100 * sum).toFixed(1)} % ≥ 50 %: cut`));
      const ranks = await page.locator('ls-way li .hint').allInnerTexts();
      assert.deepEqual(ranks.slice(0, 3), Array(3).fill(`rank ${rank.toLocaleString('en')}`));
      assert.deepEqual(ranks.slice(3), ['', '']);
    }));

  test('taking the same token again goes to the branch that has it', () =>
    withPage(async (page) => {
      await page.fill('[name="temperature"]', '1.5');
      await steps(page, 4);
      const trunk = await textOf(page);
      await page.click(`[data-position="${promptLength + 1}"]`);
      await otherSeed(page);
      await page.click('[name="branch"]');
      await eventually(async () => assert.equal((await textOf(page)).length, promptLength + 2));
      await page.click(`[data-position="${promptLength + 1}"]`);
      await page.fill('#seed', '1');
      await page.click('[name="branch"]');
      await eventually(async () => assert.deepEqual(await textOf(page), trunk));
    }));

  test('a stage moves by keys, the focus goes with it, and its numbers follow the order', () =>
    withPage(async (page) => {
      assert.deepEqual(await orderOf(page), ['Temperature', 'Top-k', 'Top-p', 'Min-p']);
      const keptFirst = await headOf(page, 'top-p', 'data-kept');
      await page.fill('[name="temperature"]', '3');
      await page.locator('ls-stages ls-stage-control').first().locator('[name="later"]').focus();
      for (const order of [['Top-k', 'Temperature', 'Top-p', 'Min-p'], ['Top-k', 'Top-p', 'Temperature', 'Min-p']]) {
        await page.keyboard.press('Enter');
        await eventually(async () => assert.deepEqual(await orderOf(page), order));
        const focused = () => page.evaluate(() => document.activeElement?.closest('ls-stage-control')?.querySelector('strong')?.textContent);
        await eventually(async () => assert.equal(await focused(), 'Temperature'));
      }
      assert.ok(keptFirst > 0);
    }));

  test('stages are put in and taken out, up to every kind there is', () =>
    withPage(async (page) => {
      const kinds = await page.locator('[name="add-stage"] option').evaluateAll((all) =>
        all.map((option) => /** @type {HTMLOptionElement} */ (option).value).filter(Boolean));
      assert.deepEqual(kinds.toSorted(), model.info.stages.map(({ name }) => name).toSorted());
      await page.locator('ls-stages ls-stage-control [name="remove"]').first().click();
      await eventually(async () => assert.equal((await orderOf(page))[0], 'Top-k'));
      for (const kind of kinds) await page.selectOption('[name="add-stage"]', kind);
      await eventually(async () => assert.equal((await orderOf(page)).length, 3 + kinds.length));
      assert.equal(3 + kinds.length, model.info.maxStages);
      await eventually(async () => assert.ok(await page.isDisabled('[name="add-stage"]'), 'there is no room for more'));
      await page.selectOption('[name="preset"]', 'llamaCpp');
      await eventually(async () => assert.equal((await orderOf(page)).at(-1), 'Temperature'));
    }));

  test('at full speed the text grows until it is paused, and the stages show its end', () =>
    withPage(async (page) => {
      await page.selectOption('[name="speed"]', '0');
      await page.click('[name="play"]');
      await eventually(async () => assert.ok((await textOf(page)).length > promptLength + 30));
      await page.keyboard.press('Escape');
      await page.evaluate(() => /** @type {HTMLElement} */ (document.activeElement)?.blur());
      if ((await page.innerText('[name="play"]')) === 'Pause') await page.keyboard.press('Space');
      await eventually(async () => assert.equal(await page.innerText('[name="play"]'), 'Play'));
      const text = await textOf(page);
      const session = model.session({ seed: 1, stages: [
        { name: 'temperature', value: 0.8 }, { name: 'top-k', value: 40 }, { name: 'top-p', value: 0.9 }, { name: 'min-p', value: 0.05 },
      ] });
      await session.feed(PROMPT);
      while (session.length < text.length) await session.step();
      assert.deepEqual(text, Array.from(session.ids), 'the same tokens as one at a time');
    }));

  test('a text is broken into lines where it would break by itself, at every width and wherever it ends', async () => {
    await withPage(async (page) => {
      /** Where the chips stand, and where they would if they were one block. */
      const places = () =>
        page.evaluate(() => {
          const flow = /** @type {HTMLElement} */ (document.querySelector('.flow'));
          const of = (/** @type {Element} */ parent) => {
            const all = [...parent.querySelectorAll('.chip')].map((chip) => chip.getBoundingClientRect());
            return all.map(({ top, left }) => [top - all[0].top, left].map(Math.round).join());
          };
          const lines = flow.children.length;
          const stand = of(flow);
          const whole = /** @type {HTMLElement} */ (flow.cloneNode());
          whole.append(...[...flow.children].flatMap((line) => [...line.childNodes].map((node) => node.cloneNode(true))));
          flow.replaceWith(whole);
          const would = of(whole);
          whole.replaceWith(flow);
          return { lines, stand, would };
        });
      const same = (/** @type {number} */ least) =>
        eventually(async () => {
          const { lines, stand, would } = await places();
          assert.ok(lines >= least, `${lines} lines`);
          assert.deepEqual(stand, would);
        });
      await page.selectOption('[name="speed"]', '0');
      await page.click('[name="play"]');
      await eventually(async () => assert.ok((await textOf(page)).length > 100));
      await stop(page);
      await same(4);
      await page.setViewportSize({ width: 700, height: 900 });
      await same(1);
      const { length } = await textOf(page);
      for (let i = 0; i < 40; i++) await page.click('[name="back"]');
      await eventually(async () => assert.equal((await textOf(page)).length, length - 40));
      await same(1);
      await steps(page, 30);
      await same(2);
      await page.click('[name="reset"]');
      await same(1);
    });
  });

  test('the chip of what is shown is in sight, and keeps the focus when the text is broken anew', () =>
    withPage(async (page) => {
      await page.selectOption('[name="speed"]', '0');
      await page.click('[name="play"]');
      await eventually(async () => assert.ok((await textOf(page)).length > 120));
      await stop(page);
      const shown = () =>
        eventually(async () =>
          assert.equal(
            await page.evaluate(() => {
              const [box, chip] = ['.chips', '.chip[aria-current]'].map((each) => document.querySelector(each)?.getBoundingClientRect());
              return box && chip && chip.top >= box.top - 1 && chip.bottom <= box.bottom + 1;
            }),
            true,
          ));
      const position = () => page.evaluate(() => /** @type {HTMLElement} */ (document.activeElement).dataset.position);
      await shown();
      await page.click('[data-position="40"]');
      for (const width of [1100, 700]) {
        await page.setViewportSize({ width, height: 900 });
        await shown();
        assert.equal(await position(), '40');
      }
      await page.keyboard.press('Escape');
      await eventually(async () => assert.equal(await page.evaluate(() => document.activeElement?.matches('.chip[aria-current]')), true));
      await shown();
      await page.locator('.chips').evaluate((box) => box.scrollTo(0, 0));
      await page.click('[data-position="8"]');
      const { length } = await textOf(page);
      await page.click('[name="back"]');
      await eventually(async () => assert.equal((await textOf(page)).length, length - 1));
      await shown();
    }));

  test('with many rows the keys walk on where rows come and go, and what is found comes into sight', () =>
    withPage(async (page) => {
      await page.fill('[name="rows"]', '150');
      await page.focus('tr[data-row="0"] .name');
      const row = () => page.evaluate(() => Number(/** @type {HTMLElement | null} */ (document.activeElement?.closest('tr'))?.dataset.row));
      for (let at = 1; at <= 60; at++) {
        await page.keyboard.press('ArrowDown');
        await eventually(async () => assert.equal(await row(), at));
      }
      const sight = await page.evaluate(() => /** @type {any} */ (document.querySelector('ls-app')).store.state.rows);
      for (let at = 60 + sight; at < 150; at += sight) {
        await page.keyboard.press('PageDown');
        await eventually(async () => assert.equal(await row(), at));
      }
      await page.keyboard.press('Home');
      await eventually(async () => assert.equal(await row(), 0));
      await page.locator('ls-stages .frame').evaluate((frame) => frame.scrollTo(0, 2500));
      await page.waitForSelector('tr[data-row="100"]');
      assert.equal(await row(), 0, 'what has the focus stays');
      await page.keyboard.press('ArrowDown');
      await eventually(async () => assert.equal(await row(), 1));

      await page.fill('[name="find"]', 'dragon');
      await page.waitForSelector('ls-stages ls-token-field li');
      await page.keyboard.press('Enter');
      await eventually(async () =>
        assert.equal(
          await page.evaluate(() => {
            const [frame, row] = ['ls-stages .frame', 'tr:has([data-act="unwatch"])'].map((each) => document.querySelector(each)?.getBoundingClientRect());
            return frame && row && row.top > frame.top && row.bottom <= frame.bottom;
          }),
          true,
        ));
    }));

  test('a number of rows that cannot be is said to be none, and is not left in the field', () =>
    withPage(async (page) => {
      await page.fill('[name="rows"]', '12');
      await page.fill('[name="rows"]', '999');
      assert.equal(await page.getAttribute('[name="rows"]', 'aria-invalid'), 'true');
      assert.match(await page.innerText('#rows-problem'), /from 5 to 200/);
      await page.keyboard.press('Tab');
      await eventually(async () => assert.equal(await page.inputValue('[name="rows"]'), '12'));
      assert.equal(await page.innerText('#rows-problem'), '');
    }));

  test('another language keeps the text, the seed and the stages', () =>
    withPage(async (page) => {
      await page.fill('#seed', '77');
      await steps(page, 3);
      const text = await textOf(page);
      await Promise.all([page.waitForEvent('load'), page.selectOption('ls-header select', 'es')]);
      await page.waitForSelector('html[lang="es"] [data-u]', { state: 'attached' });
      await eventually(async () => assert.deepEqual(await textOf(page), text));
      assert.equal(await page.inputValue('#seed'), '77');
    }));
});
