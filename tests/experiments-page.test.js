// The experiments' panels in a real Chromium: their numbers against the engine's in Node, and that everyone can use them.
// At the end of the token's way: the built page is opened and used as a reader would.
// Must not reach into the page: it reads what people see.

import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { Model } from '../web/engine/index.js';
import { serve } from '../web/serve.js';
import { launch, openPage } from './helpers/browser.js';

/** @typedef {import('playwright-core').Page} Page */

const MODEL = fileURLToPath(new URL('../model/stories.gguf', import.meta.url));
/** Many tokens stay likely under these. */
const WILD = [
  { name: 'temperature', value: 1.5 },
  { name: 'top-k', value: 40 },
  { name: 'top-p', value: 0.98 },
  { name: 'min-p', value: 0 },
];
const PROMPT = 'Once upon a time there was a';

/** @param {number} actual @param {number} expected @param {number} tolerance @param {string} [what] */
function near(actual, expected, tolerance, what = '') {
  assert.ok(Math.abs(actual - expected) <= tolerance, `${what}: ${actual}, expected ${expected}`);
}

describe('the experiments', { timeout: 120_000 }, () => {
  /** @type {import('playwright-core').Browser} */
  let browser;
  /** @type {Awaited<ReturnType<typeof serve>>} */
  let server;
  /** @type {Awaited<ReturnType<typeof Model.load>>} */
  let model;
  /** @type {ReturnType<typeof model.session>} */
  let session;

  before(async () => {
    [browser, server, model] = await Promise.all([launch(), serve(), Model.load(MODEL)]);
    session = model.session({ seed: 1, stages: WILD });
    await session.feed(PROMPT);
  });

  after(async () => {
    model?.unload();
    await browser?.close();
    await server?.close();
  });

  /**
   * @param {string} panel to be opened
   * @param {(page: Page) => Promise<void>} body
   * @param {import('playwright-core').BrowserContextOptions & { query?: string, forgiven?: RegExp }} [options]
   */
  async function withPanel(panel, body, { query = '', forgiven, ...options } = {}) {
    const { page, complaints } = await openPage(browser, { serviceWorkers: 'block', reducedMotion: 'reduce', ...options });
    try {
      await page.goto(`${server.url}${query}`);
      await page.click(`#tab-${panel}`);
      await body(page);
    } finally {
      await page.context().close();
    }
    assert.deepEqual(complaints.filter((complaint) => !forgiven?.test(complaint)), []);
  }

  /** The page at the test's own step: its prompt, and the wild settings. @param {Page} page @param {typeof WILD} [stages] */
  async function atStep(page, stages = WILD) {
    await page.waitForSelector('ls-stages input[name="temperature"]', { state: 'attached' });
    await page.fill('ls-prompt textarea', PROMPT);
    for (const { name, value } of stages) await page.fill(`ls-stages input[name="${name}"]`, String(value));
    await page.waitForFunction((length) => document.querySelectorAll('.chip.given').length === length, session.length);
  }

  /** @param {Page} page @param {string} selector @returns {Promise<Record<string, string | undefined>[]>} the data attributes of all that match */
  const dataOf = (page, selector) =>
    page.$$eval(selector, (all) => all.map((each) => ({ .../** @type {HTMLElement} */ (each).dataset })));

  test('1,000 draws are the engine\'s, and the test of them is what anybody computes', () =>
    withPanel('draws', async (page) => {
      await atStep(page);
      await page.click('[name="draw"]');
      await page.waitForSelector('[data-p]');
      const rows = await dataOf(page, 'ls-draws tbody tr[data-observed]');
      const ways = Array.from({ length: 1000 }, (_, i) => ({ seed: 1 + i, trace: /** @type {const} */ ('none') }));
      const drawn = (await session.inspectAll(session.length, ways)).map(({ id }) => id);
      const { stages } = await session.inspect(session.length, { trace: 'full' });
      const { ids, probs } = stages[stages.length - 1];
      let statistic = 0;
      for (const { tokenId, expected, observed } of rows) {
        if (tokenId !== undefined) {
          assert.equal(Number(observed), drawn.filter((id) => id === Number(tokenId)).length, `token ${tokenId}`);
          near(Number(expected), 1000 * probs[ids.indexOf(Number(tokenId))], 1e-9);
        }
        assert.ok(Number(expected) >= 5);
        statistic += (Number(observed) - Number(expected)) ** 2 / Number(expected);
      }
      const sum = (/** @type {'expected' | 'observed'} */ what) => rows.reduce((total, row) => total + Number(row[what]), 0);
      near(sum('expected'), 1000, 1e-3);
      assert.equal(sum('observed'), 1000);
      const [result] = await dataOf(page, 'ls-draws [data-p]');
      near(Number(result.chiSquare), statistic, 1e-9);
      assert.equal(Number(result.freedom), rows.length - 1);
      assert.match((await page.textContent('ls-draws .outcome')) ?? '', /in \d+ of 100 such experiments: nothing speaks against the draw/);

      await page.click('[name="draw-again"]');
      await page.getByText('Seeds 1001 to 2000').waitFor();
      const others = (await dataOf(page, 'ls-draws tbody tr[data-observed]')).map(({ observed }) => observed);
      assert.notDeepEqual(others, rows.map(({ observed }) => observed));
    }));

  test('with one token left there is nothing to test, and other settings take the draws away', () =>
    withPanel('draws', async (page) => {
      await atStep(page);
      await page.selectOption('[name="draws"]', '100');
      await page.click('[name="draw"]');
      await page.waitForSelector('[data-p]');
      await page.fill('ls-stages input[name="temperature"]', '0');
      await page.waitForSelector('ls-draws [data-p]', { state: 'detached' });
      await page.click('[name="draw"]');
      await page.getByText('there is nothing to test').waitFor();
    }));

  test('a sweep\'s numbers are those of single steps, and its value can be set by keys', () =>
    withPanel('sweep', async (page) => {
      await atStep(page);
      await page.selectOption('[name="sweep"]', { label: 'Top-p' });
      await page.click('ls-sweep summary');
      await page.waitForSelector('ls-sweep tbody tr[data-kept]');
      const rows = await dataOf(page, 'ls-sweep tbody tr[data-kept]');
      assert.ok(rows.length >= 50 && rows.some(({ value }) => value === '0.98'), `${rows.length} values`);
      const ways = rows.map(({ value }) => ({ stages: WILD.map((stage) => (stage.name === 'top-p' ? { ...stage, value: Number(value) } : stage)) }));
      const steps = await session.inspectAll(session.length, ways);
      for (const [i, { kept, entropy, keptMass }] of rows.entries()) {
        const { stages } = steps[i];
        const last = stages[stages.length - 1];
        assert.equal(Number(kept), last.kept);
        near(Number(entropy), last.entropy, 1e-12);
        near(Number(keptMass), stages.reduce((mass, stage) => mass * stage.keptMass, 1), 1e-12);
      }
      const chart = page.locator('ls-sweep .charts');
      await chart.focus();
      await page.keyboard.press('Home');
      const [{ value }] = await dataOf(page, 'ls-sweep .reading');
      assert.equal(value, '0.01');
      assert.match((await chart.getAttribute('aria-valuetext')) ?? '', /^0.01: 1 kept/);
      await page.keyboard.press('Enter');
      await page.waitForFunction(() => /** @type {HTMLInputElement} */ (document.querySelector('ls-stages input[name="top-p"]')).value === '0.01');
    }));

  test('a stage that is not there can be swept and put in', () =>
    withPanel('sweep', async (page) => {
      await atStep(page);
      await page.selectOption('[name="sweep"]', { label: 'XTC: Threshold' });
      await page.waitForSelector('ls-sweep .charts');
      await page.focus('ls-sweep .charts');
      await page.keyboard.press('End');
      await page.click('ls-sweep [name="set"]');
      await page.waitForFunction(() => document.querySelectorAll('ls-stages ls-stage-control').length === 5);
    }));

  /** @param {Page} page @param {string} preset @returns {Promise<{ name: string | undefined, kept: number[], probs: number[][] }>} */
  async function ownPreset(page, preset) {
    await page.selectOption('[name="own-preset"]', preset);
    await page.waitForSelector('ls-own .made[aria-busy="false"]');
    const [{ ownName }] = await dataOf(page, 'ls-own [data-own-drawn]');
    const kept = (await dataOf(page, 'ls-own [data-own-stage]')).map((each) => Number(each.kept));
    const probs = await page.$$eval('ls-own [data-own-token]', (rows) =>
      rows.map((row) => [.../** @type {HTMLElement} */ (row).querySelectorAll('[data-prob]')].map((cell) => Number(/** @type {HTMLElement} */ (cell).dataset.prob))),
    );
    return { name: ownName, kept, probs };
  }

  test('one\'s own logits go through the stages while no model is there', () =>
    withPanel(
      'own',
      async (page) => {
        await page.waitForSelector('ls-own [data-own-drawn]');
        const exercise = await ownPreset(page, 'exercise');
        assert.equal(exercise.name, 'cat');
        assert.deepEqual(exercise.kept, [6, 6, 3, 2]);
        [0.8756, 0.1185, 0.0059].forEach((prob, i) => near(exercise.probs[i][2], prob, 5e-5));
        [0.8808, 0.1192, 0].forEach((prob, i) => near(exercise.probs[i][3], prob, 5e-5));
        const temperature = await ownPreset(page, 'temperature');
        [0.8438, 0.1142, 0.042].forEach((prob, i) => near(temperature.probs[i][1], prob, 5e-5));
        assert.deepEqual((await ownPreset(page, 'crossing')).kept, [4, 2]);
        assert.deepEqual((await ownPreset(page, 'reaching')).kept, [4, 3]);
        assert.deepEqual((await ownPreset(page, 'order')).kept, [3, 3, 1]);
        await page.click('ls-own [name="earlier"] >> nth=1');
        await page.waitForFunction(() => /** @type {HTMLElement} */ (document.querySelector('ls-own [data-own-stage]:last-child')).dataset.kept === '2');
        await page.fill('#own-input', 'cat 10\ndog eight');
        assert.match((await page.textContent('#own-problem')) ?? '', /Line 2: “dog eight”/);
      },
      { query: '?model=missing.gguf', forgiven: /404|missing/ },
    ));

  test('the next token is covered until a guess is staked, and its score is in bits', () =>
    withPanel('predict', async (page) => {
      await atStep(page);
      const { id, text } = await session.inspect(session.length);
      assert.equal((await page.textContent('.chip.next'))?.trim(), '?');
      assert.doesNotMatch((await page.textContent('ls-timeline .note')) ?? '', new RegExp(text));
      await page.fill('#guess', text.trim());
      await page.waitForSelector('#guess-0');
      await page.keyboard.press('Enter');
      await page.fill('#guess', 'moon');
      await page.waitForSelector('#guess-0');
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('ArrowUp');
      await page.keyboard.press('Enter');
      const guessed = (await dataOf(page, '[data-guess]')).map(({ guess }) => Number(guess));
      assert.deepEqual([guessed.length, guessed[0]], [2, id], 'the word as it stands behind a space comes first');
      await page.fill(`[name="points-${id}"]`, '100');
      assert.ok(await page.isDisabled('[name="reveal"]'), 'one point stays with the others');
      await page.fill(`[name="points-${id}"]`, '64');
      await page.click('[name="reveal"]');
      await page.waitForSelector('ls-predict [data-yours]');
      const step = await session.inspect(session.length, { watch: guessed });
      const [score] = await dataOf(page, 'ls-predict [data-yours]');
      near(Number(score.yours), -Math.log2(0.64), 1e-12);
      near(Number(score.model), -step.logprob / Math.LN2, 1e-5);
      near(Number(score.even), 12, 1e-12);
      const shown = await page.$$eval('[data-revealed] [data-prob]', (cells) => cells.map((cell) => Number(/** @type {HTMLElement} */ (cell).dataset.prob)));
      assert.deepEqual(shown, step.watched.map(({ rows }) => rows[0].prob));
      assert.notEqual((await page.textContent('.chip.next'))?.trim(), '?');

      await page.click('[name="next-round"]');
      await page.waitForFunction((n) => document.querySelectorAll('[data-position]').length === n, session.length + 1);
      await page.waitForFunction(() => document.querySelector('.chip.next')?.textContent?.trim() === '?');
      await page.click('#tab-predict');
      await page.waitForFunction(() => document.querySelector('.chip.next')?.textContent?.trim() !== '?');
    }));

  test('axe-core finds nothing to object to in any of them, and a phone is wide enough', () =>
    withPanel(
      'draws',
      async (page) => {
        await atStep(page);
        await page.evaluate(await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8'));
        const check = async () => {
          const found = await page.evaluate(async () => {
            // @ts-expect-error -- axe was evaluated into the page above
            const { violations } = await window.axe.run('ls-panels');
            return violations.map((/** @type {any} */ { id, nodes }) => `${id}: ${nodes.map((/** @type {any} */ { html }) => html).join(' ')}`);
          });
          assert.deepEqual(found, []);
          const [wide, screen] = await page.evaluate(() => [document.documentElement.scrollWidth, window.innerWidth]);
          assert.ok(wide <= screen, `${wide} px on a screen of ${screen}`);
        };
        await page.click('[name="draw"]');
        await page.waitForSelector('[data-p]');
        await check();
        await page.click('#tab-sweep');
        await page.click('ls-sweep summary');
        await check();
        await page.click('#tab-own');
        await page.waitForSelector('[data-own-drawn]');
        await check();
        await page.click('#tab-predict');
        await page.fill('#guess', 'a');
        await page.waitForSelector('#guess-0');
        await check();
        await page.keyboard.press('Enter');
        await page.click('[name="reveal"]');
        await page.waitForSelector('[data-yours]');
        await check();
      },
      { viewport: { width: 390, height: 844 }, hasTouch: true },
    ));
});
