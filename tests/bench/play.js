// What the page makes of the engine's speed: tokens per second while it plays at full speed beside the engine alone, and the
// memory that its text takes. Beside ../bench.js. Functions named inPage are sent there as text and stand alone.
// Must not know the page beyond what people click.

import { serve } from '../../web/serve.js';
import { median, root } from '../helpers/measure.js';

const ROUNDS = 7;
const TOKENS = 1500;
/** The text whose memory is looked at: after the first part, and after all of it. */
const [EARLY, LATE] = [500, 2000];

/**
 * The engine alone: as the page plays, greedily, but nothing is shown; and over the same part of the text, for later tokens
 * attend to more.
 * @param {{ model: string, threads: number, prompt: string, from: number, to: number }} task lengths of the text
 * @returns {Promise<number>} tokens a second
 */
async function engineInPage({ model: source, threads, prompt, from, to }) {
  const { Model } = await import(`${location.origin}/web/engine/index.js`);
  const model = await Model.load(location.origin + source, { threads });
  const session = model.session({ stages: [{ name: 'temperature', value: 0 }] });
  await session.feed(prompt);
  for await (const step of session.generate()) if (!step || session.length >= from) break;
  const [first, start] = [session.length, performance.now()];
  for await (const step of session.generate()) if (!step || session.length >= to) break;
  const rate = (1000 * (session.length - first)) / (performance.now() - start);
  model.unload();
  return rate;
}

/**
 * Plays until so many tokens stand there. Both ends are moments when the text has just grown: neither the first frame nor
 * how far the text is behind the engine counts.
 * @param {number} until
 */
async function playInPage(until) {
  const button = /** @type {HTMLButtonElement} */ (document.querySelector('[name="play"]'));
  /** @type {{ length: number, at: number }[]} */
  const seen = [];
  await new Promise((resolve) => {
    // Told of what the page draws anyway: to ask for a frame has it make one.
    const observer = new MutationObserver(() => {
      seen.push({ length: document.querySelectorAll('[data-position]').length, at: performance.now() });
      if (seen.length > 1 && seen[seen.length - 1].length >= until) resolve(observer.disconnect());
    });
    observer.observe(/** @type {Node} */ (document.querySelector('ls-timeline .chips')), { childList: true, subtree: true });
    button.click();
  });
  button.click();
  const [first, last] = [seen[0], seen[seen.length - 1]];
  return { from: first.length, to: last.length, rate: (1000 * (last.length - first.length)) / (last.at - first.at) };
}

/** @param {import('playwright-core').Page} page @returns {Promise<number>} bytes of JavaScript's heap after a collection */
async function heapOf(page) {
  const session = await page.context().newCDPSession(page);
  await session.send('HeapProfiler.collectGarbage');
  const { usedSize } = await session.send('Runtime.getHeapUsage');
  await session.detach();
  return usedSize;
}

/**
 * @param {import('playwright-core').Browser} browser
 * @param {string} model path of a file within the project, with a context of 2,048 tokens
 */
export async function measurePlay(browser, model) {
  const [site, files] = [await serve({ model }), await serve({ folder: root })];
  const [page, other] = [await browser.newPage({ viewport: { width: 1280, height: 900 } }), await browser.newPage()];
  try {
    await page.goto(site.url);
    await page.waitForSelector('[data-u]', { state: 'attached' });
    await page.selectOption('[name="preset"]', 'greedy');
    await page.selectOption('[name="speed"]', '0');
    await other.goto(`${files.url}package.json`);
    const prompt = await page.inputValue('#prompt');
    // As many as the page has chosen: what is compared is the page, not the choice.
    const threads = await page.evaluate(() => /** @type {any} */ (document.querySelector('ls-app')).store.state.model.threads);
    /** @type {{ page: number, engine: number }[]} */
    const rounds = [];
    for (let round = 0; round < ROUNDS; round++) {
      const { from, to, rate } = await page.evaluate(playInPage, TOKENS);
      await page.click('[name="reset"]');
      const task = { model: `/${model.slice(root.length)}`, threads, prompt, from, to };
      rounds.push({ page: rate, engine: await other.evaluate(engineInPage, task) });
    }
    await page.evaluate(playInPage, EARLY);
    const early = await heapOf(page);
    await page.evaluate(playInPage, LATE);
    const late = await heapOf(page);
    return {
      threads,
      tokensPerSecond: median(rounds.map((round) => round.page)),
      ofEngine: median(rounds.map((round) => round.page / round.engine)),
      heapBytes: late,
      heapBytesPerToken: (late - early) / (LATE - EARLY),
    };
  } finally {
    await Promise.all([page.close(), other.close()]);
    await Promise.all([site.close(), files.close()]);
  }
}
