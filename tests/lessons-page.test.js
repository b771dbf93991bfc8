// The lessons in the built page, in a real Chromium: a learner does, answers, turns the page, and makes the mistakes.
// At the end of the token's way: everything before it is at work here.
// Must not reach into the page, but use it.

import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { lessons } from '../web/app/lessons/index.js';
import { serve } from '../web/serve.js';
import { launch, openPage } from './helpers/browser.js';

describe('lessons in the page', { timeout: 120_000 }, () => {
  /** @type {import('playwright-core').Browser} */
  let browser;
  /** @type {Awaited<ReturnType<typeof serve>>} */
  let server;

  before(async () => void ([browser, server] = await Promise.all([launch(), serve()])));
  after(async () => {
    await browser?.close();
    await server?.close();
  });

  /**
   * @param {(page: import('playwright-core').Page) => Promise<void>} body
   * @param {import('playwright-core').BrowserContextOptions} [options]
   */
  async function withLessons(body, options = {}) {
    const { page, complaints } = await openPage(browser, { serviceWorkers: 'block', reducedMotion: 'reduce', ...options });
    try {
      await page.goto(server.url);
      await page.waitForSelector('[data-u]', { state: 'attached' });
      await page.click('[name="lessons"]');
      await page.waitForSelector('.chapter');
      await body(page);
    } finally {
      await page.context().close();
    }
    assert.deepEqual(complaints, []);
  }

  /** @param {import('playwright-core').Page} page @param {string} id */
  async function turnTo(page, id) {
    await page.click('.contents summary');
    await page.click(`[name="lesson-${id}"]`);
    await page.waitForSelector(`[name="lesson-${id}"][aria-current]`, { state: 'attached' });
  }

  const task = (/** @type {string} */ id) => `ls-lesson-task[data-task="${id}"]`;

  test('a deed and an answer are recognised, told, and kept over a reload', () =>
    withLessons(async (page) => {
      await page.click(`${task('write')} [name="setup-story"]`);
      for (let n = 0; n < 5; n++) {
        const before = await page.locator('[data-position]').count();
        await page.click('[name="step"]');
        await page.waitForFunction((n) => document.querySelectorAll('[data-position]').length > n, before);
      }
      await page.waitForSelector(`${task('write')} .state.done`);
      assert.match(await page.innerText(`${task('write')} [role="status"]`), /^Done\./);

      const answers = async (/** @type {string} */ typed, /** @type {RegExp} */ hasText) => {
        await page.fill(`${task('vocabulary')} [name="answer"]`, typed);
        await page.keyboard.press('Enter');
        await page.locator(`${task('vocabulary')} [role="status"]`, { hasText }).waitFor();
      };
      await answers('many', /^Type a number/);
      await answers('50', /^Not quite\. The size of the vocabulary/);
      await answers('4,096', /^Right\./);
      await page.waitForSelector(`${task('vocabulary')} .state.done`);
      assert.match(await page.innerText('.lesson > [role="status"]'), /finished/);
      await page.focus('[name="next-lesson"]');
      await page.keyboard.press('Enter');
      await page.waitForFunction(() => document.activeElement?.tagName === 'H3' && document.activeElement.textContent?.includes('2.'));

      await page.reload();
      await page.click('[name="lessons"]');
      await page.waitForSelector('[name="lesson-autoregression"][aria-current]', { state: 'attached' });
      assert.match(await page.innerText('.contents summary'), /1 of 12 done/);
    }));

  test('by keyboard alone: from lesson to lesson, with the focus on the heading', () =>
    withLessons(async (page) => {
      await page.focus('[name="next-lesson"]');
      await page.keyboard.press('Enter');
      await page.waitForFunction(() => document.activeElement?.tagName === 'H3' && document.activeElement.textContent?.includes('2.'));
      await page.keyboard.press('Tab');
      await page.focus('[name="previous-lesson"]');
      await page.keyboard.press('Enter');
      await page.waitForFunction(() => document.activeElement?.textContent?.includes('1.'));
      await page.focus('[name="close-lessons"]');
      await page.keyboard.press('Enter');
      await page.waitForSelector('.lesson', { state: 'detached' });
    }));

  test('on a phone a strip leads from the instrument back to what is to be done', () =>
    withLessons(
      async (page) => {
        await page.locator('ls-stages').scrollIntoViewIfNeeded();
        await page.click('[name="to-lesson"]');
        await page.waitForFunction(() => {
          const { activeElement: heading } = document;
          const top = heading?.getBoundingClientRect().top ?? -1;
          return heading?.tagName === 'H4' && top >= 0 && top < window.innerHeight;
        });
      },
      { viewport: { width: 390, height: 844 } },
    ));

  test('figures follow their sliders and show the numbers of the design', () =>
    withLessons(async (page) => {
      await turnTo(page, 'temperature');
      await page.waitForSelector('.series td[data-prob]');
      const shown = await page.locator('.series td[data-prob]').allInnerTexts();
      assert.deepEqual(shown, ['0.8438', '0.1142', '0.0420', '0.6285', '0.2312', '0.1402', '0.4810', '0.2918', '0.2272']);
      await page.locator('.slider input').fill('0.5');
      await page.waitForFunction(() => document.querySelector('.lesson figure tbody td:last-child .number')?.textContent === '84.4 %');
    }));

  test('a mistake that is switched on shows in the figure and in the instrument, and goes with the lesson', () =>
    withLessons(async (page) => {
      await turnTo(page, 'mistakes');
      await page.click(`${task('crossing')} [name="setup-open"]`);
      const kept = () => page.locator(`${task('crossing')} tfoot td`).last().innerText();
      await page.waitForSelector(`${task('crossing')} tfoot td`);
      assert.equal(await kept(), '2');
      // The lesson's own step is shown: its prompt, and none of the stages that it leaves out.
      await page.waitForFunction(() => document.querySelector('.chips')?.textContent?.includes('very'));
      await page.waitForSelector('[data-stage-head="min-p"]', { state: 'detached' });
      await page.waitForTimeout(300);
      const right = await page.getAttribute('[data-stage-head="top-p"]', 'data-kept');
      await page.check('[name="dropped-crossing"]');
      await page.waitForFunction((right) => document.querySelector('[data-stage-head="top-p"]')?.getAttribute('data-kept') === String(Number(right) - 1), right);
      assert.equal(await kept(), '1');
      await page.click('[name="previous-lesson"]');
      await page.waitForFunction((right) => document.querySelector('[data-stage-head="top-p"]')?.getAttribute('data-kept') === right, right);
    }));

  /** All of them side by side with the instrument; on a phone those with the most in them. */
  const views = /** @type {const} */ ([
    { width: 1440, colorScheme: 'light', shown: lessons },
    { width: 390, colorScheme: 'dark', shown: lessons.filter(({ id }) => ['sampling', 'exercise', 'mathematics', 'mistakes'].includes(id)) },
  ]);
  for (const { width, colorScheme, shown } of views) {
    test(`axe finds nothing in the lessons at ${width} px, ${colorScheme}; nothing is wider than the window`, () =>
      withLessons(
        async (page) => {
          await page.evaluate(await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8'));
          for (const { id } of shown) {
            await turnTo(page, id);
            await page.waitForTimeout(50);
            const found = await page.evaluate(async () => {
              const { axe } = /** @type {any} */ (window);
              const { violations } = await axe.run('ls-lessons', { resultTypes: ['violations'] });
              const lesson = document.querySelector('.lesson');
              const wide = document.documentElement.scrollWidth > window.innerWidth || (lesson?.scrollWidth ?? 0) > (lesson?.clientWidth ?? 0);
              return { wide, violations: violations.map((/** @type {any} */ each) => `${each.id}: ${each.nodes.map((/** @type {any} */ node) => node.html)}`) };
            });
            assert.deepEqual(found, { wide: false, violations: [] }, id);
          }
        },
        { viewport: { width, height: 900 }, colorScheme },
      ));
  }
});
