// What is measured in Chromium: our engine in a worker, wllama on the same file, and what a step costs the page.
// Beside ../bench.js. Functions named inPage are sent there as text and stand alone.
// Must not compute figures of several rounds.

import { fromPlain } from '../../web/engine/errors.js';
import { serve } from '../../web/serve.js';
import { launch } from '../helpers/browser.js';
import { median, root } from '../helpers/measure.js';
import { displayModel, playModel } from './models.js';
import { measurePlay } from './play.js';

/**
 * @typedef {import('./worker.js').Task} Task
 * @typedef {import('../../web/engine/bench.js').Figures & { loadSeconds: number }} Figures
 * @typedef {{ model: string, threads: number, warmUp: string, short: string, long: string, tokens: number }} PeerTask
 * @typedef {Pick<Figures, 'loadSeconds' | 'promptTokensPerSecond' | 'decodeTokensPerSecond' | 'decodeAfterPromptTokensPerSecond'>} PeerFigures
 */

const [STEPS, MOVES, DISPLAY_ROUNDS] = [12, 120, 5];

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

/** Draws tokens one by one, each with time for its bars to glide. @param {number} steps */
async function stepInPage(steps) {
  const button = /** @type {HTMLButtonElement} */ (document.querySelector('[name="step"]'));
  for (let i = 0; i < steps; i++) {
    button.click();
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
}

/** Moves a stage's slider with each frame. @param {number} moves @returns {Promise<number>} frames a second */
async function slideInPage(moves) {
  const slider = /** @type {HTMLInputElement} */ (document.querySelector('ls-stage-control input[type="range"]'));
  const start = performance.now();
  for (let i = 0; i < moves; i++) {
    slider.value = String(40 + (i % 120));
    slider.dispatchEvent(new Event('input', { bubbles: true }));
    await new Promise(requestAnimationFrame);
  }
  return (1000 * moves) / (performance.now() - start);
}

/**
 * What a step and a slider's move cost the page's main thread with a vocabulary of 32,000 tokens, all that Chromium does there
 * included: milliseconds of its processor time, of these in layout and style; and frames a second while the slider moves.
 * @param {import('playwright-core').Browser} browser
 */
async function measureDisplay(browser) {
  const server = await serve({ model: displayModel() });
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  try {
    await page.goto(server.url);
    await page.waitForSelector('[data-u]', { state: 'attached' });
    const session = await page.context().newCDPSession(page);
    await session.send('Performance.enable', { timeDomain: 'threadTicks' }); // others who use the processor do not count
    const durations = async () => {
      const { metrics } = await session.send('Performance.getMetrics');
      return Object.fromEntries(metrics.map(({ name, value }) => [name, value]));
    };
    const cost = async (/** @type {(n: number) => Promise<any>} */ work, /** @type {number} */ n) => {
      const before = await durations();
      const framesPerSecond = await page.evaluate(work, n);
      await page.waitForTimeout(300); // the last bars arrive
      const after = await durations();
      const of = (/** @type {string} */ name) => (1000 * (after[name] - before[name])) / n;
      return { milliseconds: of('TaskDuration'), inLayout: of('LayoutDuration') + of('RecalcStyleDuration'), framesPerSecond };
    };
    /** @type {Record<'step' | 'slide', Awaited<ReturnType<typeof cost>>[]>} */
    const rounds = { step: [], slide: [] };
    for (let round = 0; round <= DISPLAY_ROUNDS; round++) {
      const [step, slide] = [await cost(stepInPage, STEPS), await cost(slideInPage, MOVES)];
      if (round === 0) continue; // it warms up
      rounds.step.push(step);
      rounds.slide.push(slide);
    }
    const medians = (/** @type {typeof rounds.step} */ all) => ({
      milliseconds: median(all.map(({ milliseconds }) => milliseconds)),
      inLayout: median(all.map(({ inLayout }) => inLayout)),
      framesPerSecond: median(all.map(({ framesPerSecond }) => framesPerSecond)),
    });
    return { step: medians(rounds.step), slide: medians(rounds.slide) };
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
    play: () => measurePlay(browser, playModel()),
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
