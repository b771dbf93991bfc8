// The threads that compute beside the engine's own: started when a model has been loaded, and counted.
// Before the token's way begins: load.js -> here -> one helper.js a thread.
// Must not know what they compute; src/team.c brings them together.

import { startNodeWorker, webWorker } from './platform.js';

/** @typedef {import('./core.js').Core} Core */

const ROUNDS = 3;

const startHelper = () =>
  startNodeWorker(new URL(/* @vite-ignore */ './helper.js', import.meta.url)) ??
  webWorker(new Worker(new URL('./helper.js', import.meta.url), { type: 'module' }));

/**
 * Starts one thread; resolves when it helps.
 * @param {Core} core
 * @param {number} thread
 */
function start(core, thread) {
  const worker = startHelper();
  const ready = new Promise((resolve, reject) => {
    worker.onMessage(() => resolve(worker));
    worker.onCrash((reason) => reject(new Error(reason)));
  });
  worker.post({ module: core.build.module, memory: core.memory, stack: core.stackOf(thread), thread });
  return ready.finally(() => worker.setBusy(false)); // it must not keep Node's process alive
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
  const workers = starts.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  let best = workers.length === most - 1 ? most : 1;
  if (best > 1 && byMeasure) {
    const counts = [1, 2, 4, 8].filter((count) => count < most).concat(most);
    const times = counts.map((count) => measure(core, count));
    best = counts[times.indexOf(Math.min(...times))];
  }
  for (const worker of workers.slice(best - 1)) worker.stop();
  core.useThreads(best);
  return best;
}
