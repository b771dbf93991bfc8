// The threads that compute beside the engine's own: started when a model has been loaded, and counted.
// Before the token's way begins: load.js -> here -> one helper.js a thread.
// Must not know what they compute; src/team.c brings them together.
//
// They end with the engine's own thread. Should one end alone, which only a browser short of memory could bring
// about, the others wait for it: the call that computes then settles by its signal or by Model.unload().

import { startNodeWorker, webWorker } from './platform.js';

/**
 * @typedef {import('./core.js').Core} Core
 * @typedef {NonNullable<ReturnType<typeof startNodeWorker>>} Helper
 */

const ROUNDS = 3;
const START_WITHIN = 5000; // ms; where a helper's script does not come, one thread computes

/** For as long as this thread runs: a worker that nobody holds may be collected. @type {Helper[]} */
const helpers = [];

const startHelper = () =>
  startNodeWorker(new URL(/* @vite-ignore */ './helper.js', import.meta.url)) ??
  webWorker(new Worker(new URL('./helper.js', import.meta.url), { type: 'module' }));

/**
 * Starts one thread; rejects where it cannot be had.
 * @param {Core} core
 * @param {number} thread
 */
async function start(core, thread) {
  const helper = startHelper();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  try {
    await new Promise((resolve, reject) => {
      helper.onMessage(resolve);
      helper.onCrash(reject);
      timer = setTimeout(reject, START_WITHIN);
      helper.post({ module: core.build.module, memory: core.memory, stack: core.stackOf(thread), thread });
    });
  } catch (error) {
    helper.stop();
    throw error;
  } finally {
    clearTimeout(timer);
  }
  helper.setBusy(false); // it must not keep Node's process alive
  return helper;
}

/** Milliseconds of the quickest of some steps, each over the first position. @param {Core} core @param {number} threads */
function measure(core, threads) {
  core.useThreads(threads);
  let least = Infinity;
  for (let i = 0; i <= ROUNDS; i++) {
    const from = performance.now();
    core.forward(Uint32Array.of(0), 0);
    core.computeLogits(0);
    least = Math.min(least, performance.now() - from);
  }
  return least;
}

/**
 * Lets up to `most` threads compute. The first is this one; if the others cannot be started it is the only one.
 * @param {Core} core with its model loaded, and memory for that many
 * @param {number} most
 * @param {boolean} byMeasure fewer, if that is faster
 * @returns {Promise<number>} how many compute now
 */
export async function startTeam(core, most, byMeasure) {
  core.useThreads(1);
  if (most === 1 || core.port.has_weights === 0) return 1;
  const starts = await Promise.allSettled(Array.from({ length: most - 1 }, (_, i) => start(core, i + 1)));
  const started = starts.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  let best = started.length === most - 1 ? most : 1;
  if (best > 1 && byMeasure) {
    const counts = [1, 2, 4, 8].filter((count) => count < most).concat(most);
    const times = counts.map((count) => measure(core, count));
    best = counts[times.indexOf(Math.min(...times))];
  }
  core.useThreads(best);
  helpers.push(...started.slice(0, best - 1));
  for (const helper of started.slice(best - 1)) helper.stop();
  return best;
}
