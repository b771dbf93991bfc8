// One measurement in a thread of its own: loads a model, measures, answers; whoever started it ends it.
// Beside bench.js, in Node and in Chromium alike; the measuring is web/engine/bench.js's.
// Must not be used twice: what one measurement leaves in memory would cost the next.

import { measure } from '../../web/engine/bench.js';
import { loadBuild } from '../../web/engine/builds.js';
import { Engine } from '../../web/engine/engine.js';
import { toPlain } from '../../web/engine/errors.js';
import { load } from '../../web/engine/load.js';
import { pagePort } from '../../web/engine/platform.js';

const port = pagePort();

/** @typedef {{ model: string, kernels: string, threads: number, promptTokens: number, decodeTokens: number }} Task */

port.onMessage(async (/** @type {Task} */ { model, kernels, threads, ...tokens }) => {
  try {
    const build = await loadBuild({ kernels, threads: threads > 1 });
    const start = performance.now();
    const { core } = await load(build, model, { kernels, threads });
    const loadSeconds = (performance.now() - start) / 1000;
    port.post({ figures: { loadSeconds, ...measure(new Engine(core), { ...tokens, rounds: 1 }) } });
  } catch (error) {
    port.post({ error: toPlain(error) });
  }
});
