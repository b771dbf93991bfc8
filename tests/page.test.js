// The built page in a real Chromium: what it shows against the twin, and that it works for everyone.
// At the end of the token's way: everything before it is at work here.
// Must not reach into the page: it reads what people see, and computes the rest in Node.

import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { Model } from '../web/engine/index.js';
import { serve } from '../web/serve.js';
import { eventually, launch, visit } from './helpers/browser.js';
import { FIRST, readPage, shows, textIs } from './helpers/page.js';

/** @typedef {import('playwright-core').Page} Page */

const at = (/** @type {string} */ path) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const MODEL = at('model/stories.gguf');
const PROMPT = 'Once upon a time';

/** @param {Record<string, number>} changes */
const settings = (changes) => FIRST.map(({ name, value }) => ({ name, value: changes[name] ?? value }));

/**
 * Runs in the page: each cell's probability, its text, and the length of its bar as it is painted, as a share of its track.
 * Rows are read at a bar's upper edge, where no line of a cut-off begins or ends.
 */
function readBars() {
  const canvas = /** @type {HTMLCanvasElement} */ (document.querySelector('ls-canvas.block canvas'));
  const copy = Object.assign(document.createElement('canvas'), { width: canvas.width, height: canvas.height });
  const context = /** @type {CanvasRenderingContext2D} */ (copy.getContext('2d'));
  context.drawImage(canvas, 0, 0);
  const probe = document.body.appendChild(document.createElement('span'));
  const colours = ['--bar', '--accent'].map((name) => {
    probe.style.color = `var(${name})`;
    return getComputedStyle(probe).color;
  });
  probe.remove();
  const { left, top } = canvas.getBoundingClientRect();
  const axes = [...document.querySelectorAll('.column .axis')].map((axis) => axis.getBoundingClientRect());
  const cells = /** @type {HTMLElement[]} */ ([...document.querySelectorAll('td[data-prob]')]);
  return cells.map((cell) => {
    const { prob, column, stage } = cell.dataset;
    const axis = axes[Number(column)];
    const row = cell.getBoundingClientRect();
    const y = Math.round(row.top + row.height / 2 - top);
    const { data } = context.getImageData(Math.round(axis.left - left), y, Math.round(axis.width), 1);
    let painted = 0;
    for (let x = 0; x < data.length; x += 4) if (colours.includes(`rgb(${data[x]}, ${data[x + 1]}, ${data[x + 2]})`)) painted = x / 4 + 1;
    return { prob: Number(prob), length: painted / axis.width, told: cell.innerText, where: `${stage}, row ${cell.closest('tr')?.dataset.row}` };
  });
}

describe('the page', { timeout: 240_000 }, () => {
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

  /** @param {(page: Page) => Promise<void>} body @param {import('playwright-core').BrowserContextOptions} [options] */
  const withPage = (body, options) => visit(browser, server.url, body, options);

  /** @param {Page} page */
  const read = (page) => page.evaluate(readPage);

  test('before the first step it shows the next token of the prompt, as the twin computes it', () =>
    withPage(async (page) => {
      const ids = await model.tokenize(PROMPT);
      const { chips, rows } = await shows(page, model, { ids });
      assert.deepEqual(chips, Array.from(ids));
      assert.ok(rows.length >= 8 && rows.length <= 20);
      assert.match(await page.locator('tr.others').innerText(), /[\d,]+ other tokens/);
    }));

  test('bars are as long, and numbers as large, as the probabilities that programs read', () =>
    withPage(async (page) => {
      await page.fill('#prompt', 'Lily saw a big');
      await page.fill('[name="temperature"]', '1.5');
      await shows(page, model, { ids: await model.tokenize('Lily saw a big'), stages: settings({ temperature: 1.5 }) });
      await eventually(async () => {
        const cells = await page.evaluate(readBars);
        assert.ok(cells.filter(({ prob }) => prob > 0.02).length >= 12, JSON.stringify(cells.map(({ prob }) => prob)));
        for (const { prob, length, told, where } of cells) {
          // Over a bar's last pixels may lie a mark of what was there before, or a step of the staircase.
          if (prob > 0) assert.ok(Math.abs(length - prob) < (where.startsWith('logits') ? 0.007 : 0.025), `${where}: a bar of ${length} for ${prob}`);
          if (prob > 0 && !told.startsWith('<') && !told.startsWith('>')) assert.ok(Math.abs(parseFloat(told) / 100 - prob) < 0.00051, told);
          if (prob === 0) assert.match(told, /cut/);
        }
      });
    }));

  test('step appends the token that was shown, and back takes it away again', () =>
    withPage(async (page) => {
      const prompt = await model.tokenize(PROMPT);
      let shown = await shows(page, model, { ids: prompt });
      for (let n = 1; n <= 4; n++) {
        const drawn = shown.rows.find((row) => row.drawn)?.id;
        await page.click('[name="step"]');
        await textIs(page, prompt.length + n);
        const { chips } = await read(page);
        assert.equal(chips.at(-1), drawn);
        shown = await shows(page, model, { ids: chips });
      }
      const { chips } = shown;
      await page.click('[name="back"]');
      await textIs(page, prompt.length + 3);
      await shows(page, model, { ids: chips.slice(0, -1) });
      await page.click('[name="reset"]');
      await textIs(page, prompt.length);
      assert.ok(await page.isDisabled('[name="back"]'));
    }));

  test('sliders and fields change the numbers at once, and u stays', () =>
    withPage(async (page) => {
      const ids = await model.tokenize(PROMPT);
      await page.locator('[name="temperature-slider"]').fill('150');
      await shows(page, model, { ids, stages: settings({ temperature: 1.5 }) });
      assert.equal(await page.inputValue('[name="temperature"]'), '1.5');
      await page.fill('[name="top-k"]', '7');
      await page.fill('[name="min-p"]', '0');
      await shows(page, model, { ids, stages: settings({ temperature: 1.5, 'top-k': 7, 'min-p': 0 }) });
      await page.fill('[name="top-k"]', '0');
      await page.fill('[name="top-p"]', '0.5');
      await page.fill('[name="temperature"]', '3');
      await shows(page, model, { ids, stages: settings({ temperature: 3, 'top-k': 0, 'top-p': 0.5, 'min-p': 0 }) });
      await page.fill('[name="temperature"]', '0');
      await shows(page, model, { ids, stages: settings({ temperature: 0, 'top-k': 0, 'top-p': 0.5, 'min-p': 0 }) });
    }));

  test('a value out of range is named as such and changes nothing', () =>
    withPage(async (page) => {
      const ids = await model.tokenize(PROMPT);
      await page.fill('[name="top-p"]', '1.5');
      assert.equal(await page.getAttribute('[name="top-p"]', 'aria-invalid'), 'true');
      assert.match(await page.innerText('#stage-2-value-problem'), /up to 1/);
      await shows(page, model, { ids });
      await page.locator('[name="top-p"]').blur();
      await eventually(async () => assert.equal(await page.inputValue('[name="top-p"]'), '0.9'));
    }));

  test('a token drawn from far down has a row of its own', () =>
    withPage(async (page) => {
      const ids = await model.tokenize(PROMPT);
      const stages = settings({ temperature: 100, 'top-k': 0, 'top-p': 1, 'min-p': 0 });
      for (const { name, value } of stages) await page.fill(`input[name="${name}"]`, String(value));
      const { rows } = await shows(page, model, { ids, stages });
      assert.ok(rows.at(-1)?.drawn);
    }));

  test('u is a function of seed and position alone; the dice gives another seed', () =>
    withPage(async (page) => {
      const ids = await model.tokenize(PROMPT);
      await page.fill('#seed', '123456789012345');
      await shows(page, model, { ids, seed: 123456789012345 });
      await page.click('[name="dice"]');
      await eventually(async () => assert.notEqual(await page.inputValue('#seed'), '123456789012345'));
      await shows(page, model, { ids, seed: Number(await page.inputValue('#seed')) });
    }));

  test('play goes on until it is paused; a chip shows its step again', () =>
    withPage(async (page) => {
      const start = (await model.tokenize(PROMPT)).length;
      await page.selectOption('[name="speed"]', '10');
      await page.click('[name="play"]');
      await page.waitForFunction((n) => document.querySelectorAll('[data-position]').length > n, start + 3);
      await page.click('[name="play"]');
      await eventually(async () => assert.equal(await page.innerText('[name="play"]'), 'Play'));
      await page.waitForTimeout(100);
      const { chips } = await read(page);
      await page.waitForTimeout(200);
      await textIs(page, chips.length);
      await shows(page, model, { ids: chips });

      const position = start + 3;
      await page.click(`[data-position="${position}"]`);
      const { rows } = await shows(page, model, { ids: chips.slice(0, position) });
      assert.equal(rows.find((row) => row.drawn)?.id, chips[position]);
      assert.equal(await page.getAttribute(`[data-position="${position}"]`, 'aria-current'), 'true');
      // A token of the prompt was not drawn, but what the model thought of it can be seen.
      await page.click('[data-position="2"]');
      await shows(page, model, { ids: chips.slice(0, 2) });
      await page.keyboard.press('Escape');
      await shows(page, model, { ids: chips });
    }));

  test('the settings of a past moment can be taken back', () =>
    withPage(async (page) => {
      const prompt = await model.tokenize(PROMPT);
      for (let n = 1; n <= 3; n++) {
        await page.click('[name="step"]');
        await textIs(page, prompt.length + n);
      }
      const { chips } = await read(page);
      const position = prompt.length + 1;
      await page.click(`[data-position="${position}"]`);
      const stages = settings({ temperature: 2, 'top-k': 0, 'top-p': 1, 'min-p': 0 });
      for (const { name, value } of stages) await page.fill(`input[name="${name}"]`, String(value));
      await shows(page, model, { ids: chips.slice(0, position), stages });
      await page.getByRole('button', { name: 'Restore the settings' }).click();
      await shows(page, model, { ids: chips.slice(0, position) });
    }));

  test('a new prompt is read while it is typed, byte by byte where it must be', () =>
    withPage(async (page) => {
      for (const prompt of ['The cat', 'Lily said 😀\n']) {
        await page.fill('#prompt', prompt);
        const ids = await model.tokenize(prompt);
        const { chips } = await shows(page, model, { ids });
        assert.deepEqual(chips, Array.from(ids));
      }
      assert.match(await page.locator('.chips').innerText(), /F0.*9F.*98.*80.*↵/s);
      await page.fill('#prompt', 'word '.repeat(3000));
      await eventually(async () => assert.match(await page.innerText('#prompt-problem'), /Shorten it/));
    }));

  test('everything can be done with the keyboard alone', () =>
    withPage(async (page) => {
      const start = (await model.tokenize(PROMPT)).length;
      await page.keyboard.press('ArrowRight');
      await textIs(page, start + 1);
      await page.keyboard.press('ArrowRight');
      await textIs(page, start + 2);
      await page.keyboard.press('ArrowLeft');
      await textIs(page, start + 1);
      await page.keyboard.press('Space');
      await textIs(page, start + 3);
      await page.keyboard.press('Space');
      await eventually(async () => assert.equal(await page.innerText('[name="play"]'), 'Play'));
      await page.keyboard.press('r');
      await textIs(page, start);
      await page.keyboard.press('?');
      await page.waitForSelector('ls-help dialog[open]');
      await page.keyboard.press('Escape');
      await page.waitForSelector('ls-help dialog[open]', { state: 'detached' });

      // The tab key reaches every control, once each; chips are one stop.
      await page.evaluate(() => /** @type {HTMLElement} */ (document.activeElement)?.blur());
      /** @type {string[]} */
      const stops = [];
      for (let n = 0; n < 60; n++) {
        await page.keyboard.press('Tab');
        const stop = await page.evaluate(() => {
          const element = document.activeElement;
          if (!element || element === document.body) return '';
          const name = element.getAttribute('name') ?? element.className;
          return getComputedStyle(element).outlineStyle === 'none' && name !== 'scale' ? `${name} without focus ring` : name;
        });
        if (stop === '') break;
        stops.push(stop);
      }
      assert.deepEqual(stops, [
        'skip', 'lessons', 'open-model', 'share', 'language', 'help', 'prompt', 'chip next', 'why', 'play', 'step', 'speed', 'seed', 'dice',
        'preset', 'add-stage', 'scale', 'rows', 'find',
        ...FIRST.flatMap(({ name }, i) => [
          ...(i > 0 ? ['earlier'] : []), ...(i < FIRST.length - 1 ? ['later'] : []), 'remove', name, `${name}-slider`,
        ]),
        'name', 'quiet act', 'take', 'tab-receipt',
      ]);

      // Arrows move from chip to chip and show each one's step.
      await page.focus('.chip.next');
      await page.keyboard.press('ArrowLeft');
      const ids = await model.tokenize(PROMPT);
      await shows(page, model, { ids: ids.slice(0, -1) });
      await page.keyboard.press('End');
      await shows(page, model, { ids });
      await page.focus('[name="temperature-slider"]');
      await page.keyboard.press('Home');
      await shows(page, model, { ids, stages: settings({ temperature: 0 }) });
      await textIs(page, start);
    }));

  test('any number of rows: those in sight are in the document, and the keys walk through all', () =>
    withPage(async (page) => {
      const fit = (await read(page)).rows.length;
      await page.fill('[name="rows"]', '200');
      await eventually(async () => assert.equal(await page.getAttribute('ls-stages table', 'aria-rowcount'), '206'));
      const { rows } = await read(page);
      assert.ok(rows.length >= 20 && rows.length <= 80, `${rows.length} rows in the document`);
      const focused = () => page.evaluate(() => {
        const row = /** @type {HTMLElement} */ (document.activeElement?.closest('[data-row]'));
        const [frame, { top, bottom }] = [document.querySelector('.frame'), row.getBoundingClientRect()];
        const [head, foot] = [frame?.querySelector('.controls'), frame?.querySelector('tfoot')].map((each) => each?.getBoundingClientRect());
        return { row: Number(row.dataset.row), index: row.ariaRowIndex ?? row.getAttribute('aria-rowindex'), seen: top >= Number(head?.bottom) - 1 && bottom <= Number(foot?.top) + 1 };
      });
      await page.focus('[data-row="0"] .name');
      for (const [key, row] of /** @type {[string, number][]} */ ([['ArrowDown', 1], ['End', 199], ['ArrowUp', 198], ['Home', 0], ['PageDown', fit]])) {
        await page.keyboard.press(key);
        await eventually(async () => assert.deepEqual(await focused(), { row, index: String(row + 2), seen: true }, key));
      }
      await page.fill('[name="rows"]', '5');
      await eventually(async () => assert.equal((await read(page)).rows.length, 5));
      await page.fill('[name="rows"]', '');
      await eventually(async () => assert.equal((await read(page)).rows.length, fit));
    }));

  test('a row that is pointed at or has the focus shows its token\'s way, formula by formula', () =>
    withPage(async (page) => {
      const ids = await model.tokenize(PROMPT);
      await page.fill('[name="temperature"]', '1.5');
      const stages = settings({ temperature: 1.5 });
      await shows(page, model, { ids, stages });
      const session = model.session();
      await session.feed(ids);
      const logits = await session.logits();
      const told = (/** @type {number} */ value) => value.toFixed(2).replace('-', '−');
      for (const row of [1, 4]) {
        if (row === 1) await page.hover(`[data-row="${row}"]`);
        else await page.focus(`[data-row="${row}"] .name`);
        const id = Number(await page.getAttribute(`[data-row="${row}"]`, 'data-token-id'));
        const way = page.locator('ls-way');
        await eventually(async () => assert.match(await way.innerText(), new RegExp(`rank ${row + 1} for`)));
        const [{ value }] = stages;
        const leg = await way.locator('[data-leg="temperature"]').innerText();
        const [was, now] = [...leg.matchAll(/(−?[\d.]+) ÷ 1\.5 = (−?[\d.]+)/g)][0].slice(1).map((text) => Number(text.replace('−', '-')));
        assert.ok(Math.abs(was / value - now) < 0.01, leg);
        // Both logits may have the same constant added; their distance to the first row's is the model's.
        const [, greatest] = /** @type {RegExpMatchArray} */ (leg.match(/− \(?(−?[\d.]+)\)?\) =/));
        const first = Number(await page.getAttribute('[data-row="0"]', 'data-token-id'));
        const distance = (logits[id] - logits[first]) / value;
        assert.ok(Math.abs(now - Number(greatest.replace('−', '-')) - distance) < 0.02, `${leg}: expected ${told(distance)}`);
        await page.mouse.move(0, 0);
      }
    }));

  test('what happened is told to screen readers', () =>
    withPage(async (page) => {
      const live = page.locator('[aria-live="polite"]');
      await eventually(async () => assert.match(await live.innerText(), /Top-k kept 40 of [\d,]+; .*drawn at \d/));
    }));

  for (const colorScheme of /** @type {const} */ (['light', 'dark'])) {
    test(`axe-core finds nothing to object to, ${colorScheme}`, () =>
      withPage(
        async (page) => {
          await page.fill('[name="temperature"]', '1.5');
          await page.click('[name="step"]');
          await page.click('[name="step"]');
          const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
          await page.evaluate(axe);
          for (const opened of [null, 'ls-help', 'ls-model']) {
            if (opened) await page.click(`[name="${opened === 'ls-help' ? 'help' : 'open-model'}"]`);
            const found = await page.evaluate(async () => {
              // @ts-expect-error -- axe was evaluated into the page above
              const { violations } = await window.axe.run();
              return violations.map(
                (/** @type {{ id: string, nodes: { html: string, failureSummary: string }[] }} */ { id, nodes }) =>
                  `${id}: ${nodes.map((node) => `${node.html} ${node.failureSummary}`).join('; ')}`,
              );
            });
            assert.deepEqual(found, [], opened ?? 'page');
            if (opened) await page.keyboard.press('Escape');
          }
        },
        { colorScheme },
      ));
  }

  test('a phone of 390 pixels shows all columns without scrolling sideways; what is touched is large enough', () =>
    withPage(
      async (page) => {
        for (let n = 0; n < 3; n++) await page.click('[name="step"]');
        assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth));
        const small = await page.evaluate(() =>
          [...document.querySelectorAll('button, input, select, textarea')]
            .filter((element) => !element.closest('dialog') && element.checkVisibility())
            .filter((element) => element.getBoundingClientRect().height < 39.5)
            .map((element) => element.outerHTML.slice(0, 120)),
        );
        assert.deepEqual(small, []);
        const right = await page.evaluate(() =>
          Math.max(...[...document.querySelectorAll('tr[data-token-id] td')].map((cell) => cell.getBoundingClientRect().right)),
        );
        assert.ok(right <= 390);
      },
      { viewport: { width: 390, height: 844 }, hasTouch: true },
    ));
});
