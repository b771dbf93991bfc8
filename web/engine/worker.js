// The worker that hosts an engine, or a sampler without one: one model, requests answered one after the other.
// On the token's way between client.js, which posts the requests, and engine.js, which computes.
// Must not know sessions; every request brings the ids that it is about.

import { loadBuild } from './builds.js';
import { Core } from './core.js';
import { Engine, sample } from './engine.js';
import { toPlain } from './errors.js';
import { findTokens } from './find.js';
import { load, probe } from './load.js';
import { nextTurn, pagePort } from './platform.js';
import { Run } from './run.js';

/**
 * Messages. A request is `{ id, op, args, heard }` and is answered by one `{ id, result }` or `{ id, error }`,
 * where somebody hears them after any number of `{ id, progress }`. `{ id, abort: true }` asks to stop it. A stream that cannot be
 * posted is pumped: `{ id, pull: true }` is answered by `{ id, chunk }`, undefined at the end.
 *
 * @typedef {object} Task what an operation is given besides its arguments
 * @property {AbortSignal} signal
 * @property {(progress: object) => void} report
 * @property {() => AsyncIterable<Uint8Array>} pulled the chunks of a pumped stream
 */

const REPORT_EVERY = 16; // ms; more could not be seen
const ANSWER_EVERY = 16; // ms, or one step's: what is drawn within is one answer
const AHEAD = 100; // ms: so long a run goes on after an answer, were nothing more asked

const port = pagePort();
/** @type {Map<number, AbortController>} */
const running = new Map();
/** @type {Map<number, (chunk: Uint8Array | undefined) => void>} */
const pulls = new Map();
/** @type {Promise<void>} */
let queue = Promise.resolve();
/** @type {Engine} */
let engine;
/** @type {Core} */
let sampler;
/** The run whose steps were asked for last, and when it gave some. @type {{ id: number, run: Run | null, answered: number }} */
let current = { id: 0, run: null, answered: 0 };
/** Requests that have come and not been begun. */
let waiting = 0;

/** Computes ids in batches, and listens for an abort between them. @param {Uint32Array} ids @param {Task} task */
async function compute(ids, { signal, report }) {
  for (const work of engine.compute(ids)) {
    report(work);
    if (work.loaded < work.total) await nextTurn();
    signal.throwIfAborted();
  }
}

/** @param {import('./load.js').LoadOptions} options @param {string} [wasmUrl] */
const buildFor = ({ kernels, threads }, wasmUrl) => loadBuild({ kernels, threads: threads !== 1, wasmUrl });

/** What can be asked. @type {Record<string, (args: any, task: Task) => Promise<unknown> | unknown>} */
const operations = {
  async load({ source, streamed, wasmUrl, options }, { signal, report, pulled }) {
    const settings = { ...options, signal, onProgress: report };
    const { core, info } = await load(await buildFor(options, wasmUrl), streamed ? pulled() : source, settings);
    engine = new Engine(core, options);
    return info;
  },

  async probe({ source, streamed, wasmUrl, options }, { signal, pulled }) {
    return probe(await buildFor(options, wasmUrl), streamed ? pulled() : source, { ...options, signal });
  },

  tokenize: ({ text, options }) => engine.core.tokenize(text, options),
  detokenize: ({ ids }) => engine.detokenize(ids),
  find: ({ wanted, most }) => findTokens(engine.core, wanted, most),
  tokens: ({ ids }) => Array.from(ids, (id) => engine.core.token(id)),

  /** Computes `ids` and what is added to them; answers what was added. */
  async feed({ ids, text, added, options }, task) {
    const more = added ?? engine.tokenizeAfter(ids, text, options);
    const all = new Uint32Array([...ids, ...more]);
    engine.checkRoom(all.length);
    if (more.length > 0) await compute(all, task);
    return more;
  },

  /** The next step in several ways. */
  async stepInWays({ ids, ways }, task) {
    await compute(ids, task);
    return engine.steps(ids, ways);
  },

  /** The next steps of a run, one at least; it begins where it is not the last one, or not at these ids. */
  async steps({ run: id, ids, options, most }, task) {
    const { run: last } = current;
    if (id !== current.id || !last || last.taken !== ids.length || (last.isOver && last.ready === 0)) {
      await compute(ids, task);
      current = { id, run: new Run(engine, { ids, options, most }), answered: performance.now() };
    }
    const run = /** @type {Run} */ (current.run);
    const until = current.answered + ANSWER_EVERY;
    try {
      while (!run.isOver && (run.ready === 0 || performance.now() < until)) {
        run.draw();
        await nextTurn();
        task.signal.throwIfAborted();
      }
    } catch (error) {
      if (run.ready === 0) throw error; // else the next answer has it
    }
    current.answered = performance.now();
    return run.take();
  },

  async logits({ ids }, task) {
    await compute(ids, task);
    return engine.logits(ids).slice();
  },

  async openSampler({ wasmUrl }) {
    sampler = new Core(await loadBuild({ wasmUrl }));
    return sampler.stageSpecs;
  },

  sampleLogits({ logits, ways }) {
    const longest = ways.reduce((/** @type {number} */ most, /** @type {any} */ { text }) => Math.max(most, text.length), 0);
    sampler.openSampler(logits.length, longest);
    sampler.writeLogits(logits);
    return ways.map((/** @type {any} */ { text, position, ...options }) => sample(sampler, text, position, options));
  },
};

/** The buffers of a result that are given away with it. @param {any} result @returns {ArrayBuffer[]} */
function buffersOf(result) {
  if (ArrayBuffer.isView(result)) return [/** @type {ArrayBuffer} */ (result.buffer)];
  if (result === null || typeof result !== 'object') return [];
  return Object.values(result).flatMap(buffersOf);
}

/**
 * Passes on the first, the last and now and then one of the reports between.
 * @param {number} id
 */
function reporter(id) {
  let phase = '';
  let next = 0;
  return (/** @type {any} */ progress) => {
    const now = performance.now();
    if (progress.phase === phase && progress.loaded < progress.total && now < next) return;
    phase = progress.phase;
    next = now + REPORT_EVERY;
    port.post({ id, progress });
  };
}

/** @param {number} id */
async function* pulledChunks(id) {
  for (;;) {
    const chunk = await new Promise((resolve) => {
      pulls.set(id, resolve);
      port.post({ id, pull: true });
    });
    if (!chunk) return;
    yield chunk;
  }
}

/** @param {{ id: number, op: string, args: any, heard: boolean }} request @param {AbortSignal} signal */
async function answer({ id, op, args, heard }, signal) {
  waiting--;
  try {
    signal.throwIfAborted();
    const result = await operations[op](args, { signal, report: heard ? reporter(id) : () => {}, pulled: () => pulledChunks(id) });
    port.post({ id, result }, buffersOf(result));
  } catch (error) {
    port.post({ id, error: toPlain(error) });
  } finally {
    running.delete(id);
    pulls.delete(id);
  }
}

/** While nothing else is asked, the run goes on, whatever was asked last: its next steps are there when they are. */
async function goAhead() {
  const { run, answered } = current;
  try {
    while (run && !run.isOver && waiting === 0 && performance.now() < answered + AHEAD) {
      run.draw();
      await nextTurn();
    }
  } catch {
    // Who asks for that step hears of it.
  }
}

port.onMessage((message) => {
  const { id } = message;
  if ('op' in message) {
    const controller = new AbortController();
    running.set(id, controller);
    waiting++;
    queue = queue.then(() => answer(message, controller.signal));
    queue = queue.then(goAhead);
  } else if ('abort' in message) {
    running.get(id)?.abort();
  } else {
    pulls.get(id)?.(message.chunk);
  }
});
