// Where the time of prompts and of decoding goes: Chromium's profiler on the relaxed build, by function.
// make profile (SHAPES= TYPES= choose the models); a table to the terminal.
// One thread, the page's own, which a profiler sees best. Must not be compared with bench.js: it disturbs.

import { openChromium } from './chromium.js';
import { chosenModels } from './models.js';

const LISTED = 10;

/** Runs in the page, once for each kind of work. @param {{ model: string, work: 'prompt' | 'decode' }} task */
async function workInPage({ model, work }) {
  const engine = `${location.origin}/web/engine`;
  const [{ loadBuild }, { load }, { Engine }, { randomTexts, promptRate, decodeRate }] = await Promise.all(
    ['builds', 'load', 'engine', 'bench'].map((name) => import(`${engine}/${name}.js`)));
  const page = /** @type {any} */ (globalThis);
  if (page.model !== model) {
    const { core } = await load(await loadBuild({ wasmUrl: `${location.origin}/build/profile/relaxed.wasm` }), model, { threads: 1 });
    Object.assign(page, { model, texts: randomTexts(page.engine = new Engine(core)) });
  }
  const until = performance.now() + 3000;
  while (performance.now() < until) {
    const text = page.texts.next().value;
    if (work === 'prompt') promptRate(page.engine, text.subarray(0, 512));
    else decodeRate(page.engine, text, 16, 128);
  }
}

/** Each function's share of the samples. @param {{ nodes: { id: number, callFrame: { functionName: string } }[], samples?: number[] }} profile */
function shares({ nodes, samples = [] }) {
  const names = new Map(nodes.map(({ id, callFrame }) => [id, callFrame.functionName || '(anonymous)']));
  /** @type {Record<string, number>} */
  const found = {};
  for (const id of samples) found[names.get(id) ?? ''] = (found[names.get(id) ?? ''] ?? 0) + 1 / samples.length;
  return Object.entries(found).sort(([, a], [, b]) => b - a).slice(0, LISTED);
}

const models = chosenModels('smollm2-135m', 'q8_0 q4_0');
const chromium = await openChromium();
try {
  const { session, page } = await chromium.profiled();
  for (const { shape, type, path } of models) {
    for (const work of /** @type {const} */ (['prompt', 'decode'])) {
      await page.evaluate(workInPage, { model: `/${path}`, work }); // warms up
      await session.send('Profiler.start');
      await page.evaluate(workInPage, { model: `/${path}`, work });
      const { profile } = await session.send('Profiler.stop');
      console.log(`\n${shape} ${type}, ${work}`);
      for (const [name, share] of shares(profile)) console.log(`  ${(100 * share).toFixed(1).padStart(5)} %  ${name}`);
    }
  }
} finally {
  await chromium.close();
}
