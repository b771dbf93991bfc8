// What is measured in Chromium: our engine in a worker, wllama on the same file, and what a step costs the page.
// Beside ../bench.js. Functions named inPage are sent there as text and stand alone.
// Must not compute figures of several rounds.

import { fromPlain } from '../../web/engine/errors.js';
import { serve } from '../../web/serve.js';
import { launch } from '../helpers/browser.js';
import { root } from '../helpers/measure.js';

/**
 * @typedef {import('./worker.js').Task} Task
 * @typedef {import('../../web/engine/bench.js').Figures & { loadSeconds: number }} Figures
 * @typedef {{ model: string, threads: number, warmUp: string, short: string, long: string, tokens: number }} PeerTask
 * @typedef {Pick<Figures, 'loadSeconds' | 'promptTokensPerSecond' | 'decodeTokensPerSecond' | 'decodeAfterPromptTokensPerSecond'>} PeerFigures
 */

const STEPS = 30;

/** @param {Task} task @returns {Promise<{ figures: Figures } | { error: import('../../web/engine/errors.js').PlainError }>} */
async function oursInPage(task) {
  const worker = new Worker('/tests/bench/worker.js', { type: 'module' });
  try {
    return await new Promise((resolve, reject) => {
      worker.onmessage = ({ data }) => resolve(data);
      worker.onerror = ({ message }) => reject(new Error(message));
      worker.postMessage(task);
    });
  } finally {
    worker.terminate();
  }
}

/** Its clock for decoding starts when the first token has been drawn. @param {PeerTask} task @returns {Promise<PeerFigures>} */
async function wllamaInPage({ model, threads, warmUp, short, long, tokens }) {
  const { Wllama } = await import(`${location.origin}/node_modules/@wllama/wllama/esm/index.js`);
  const wllama = new Wllama({ default: '/node_modules/@wllama/wllama/esm/wasm/wllama.wasm' }, { suppressNativeLog: true });
  try {
    const start = performance.now();
    await wllama.loadModelFromUrl(location.origin + model, { useCache: false, n_ctx: 1024, n_threads: threads });
    const loadSeconds = (performance.now() - start) / 1000;
    if (wllama.getNumThreads() !== threads) throw new Error(`wllama has ${wllama.getNumThreads()} threads, expected ${threads}`);
    const timings = async (/** @type {string} */ prompt) =>
      (await wllama.createCompletion({ prompt, max_tokens: tokens, temperature: 0, cache_prompt: false })).timings;
    await timings(warmUp);
    const [first, later] = [await timings(short), await timings(long)];
    return {
      loadSeconds,
      promptTokensPerSecond: 1000 * later.prompt_n / later.prompt_ms,
      decodeTokensPerSecond: 1000 * (first.predicted_n - 1) / first.predicted_ms,
      decodeAfterPromptTokensPerSecond: 1000 * (later.predicted_n - 1) / later.predicted_ms,
    };
  } finally {
    await wllama.exit();
  }
}

/** Draws tokens one by one, each when the one before is to be seen. @param {number} steps */
async function stepInPage(steps) {
  const button = /** @type {HTMLButtonElement} */ (document.querySelector('[name="step"]'));
  const chips = () => document.querySelectorAll('[data-position]').length;
  for (let i = 0; i < steps; i++) {
    const before = chips();
    button.click();
    while (chips() === before) await new Promise(requestAnimationFrame);
  }
}

/**
 * Milliseconds of the page's main thread for a step, all that Chromium does there included, and of these in scripts.
 * @param {import('playwright-core').Browser} browser
 */
async function measureDisplay(browser) {
  const server = await serve();
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  try {
    await page.goto(server.url);
    await page.waitForSelector('[data-u]', { state: 'attached' });
    const session = await page.context().newCDPSession(page);
    await session.send('Performance.enable');
    const durations = async () => {
      const { metrics } = await session.send('Performance.getMetrics');
      return Object.fromEntries(metrics.map(({ name, value }) => [name, value]));
    };
    await page.evaluate(stepInPage, STEPS); // warms up
    const before = await durations();
    await page.evaluate(stepInPage, STEPS);
    const after = await durations();
    const of = (/** @type {string} */ name) => 1000 * (after[name] - before[name]) / STEPS;
    return { milliseconds: of('TaskDuration'), inScripts: of('ScriptDuration'), inLayout: of('LayoutDuration') + of('RecalcStyleDuration') };
  } finally {
    await page.close();
    await server.close();
  }
}

/** Starts Chromium, with the project's folder on a server that isolates. */
export async function openChromium() {
  const server = await serve({ folder: root });
  const browser = await launch();
  const page = await browser.newPage();
  await page.goto(`${server.url}package.json`); // any document: what runs there is sent to it
  return {
    version: browser.version(),
    display: () => measureDisplay(browser),
    /** @param {PeerTask} task */
    wllama: (task) => page.evaluate(wllamaInPage, task),
    /** @param {Task} task @returns {Promise<Figures>} */
    async ours(task) {
      const answer = await page.evaluate(oursInPage, task);
      if ('error' in answer) throw fromPlain(answer.error);
      return answer.figures;
    },
    /** The page, and a session with its profiler on. */
    async profiled() {
      const session = await page.context().newCDPSession(page);
      await session.send('Profiler.enable');
      return { page, session };
    },
    async close() {
      await browser.close();
      await server.close();
    },
  };
}
