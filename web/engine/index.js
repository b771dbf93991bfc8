// The engine's public API: Model and Session, and the Sampler beside them. Works the same in a browser and in Node.
// On the token's way: a text comes in here, and steps come out; a worker computes them.
// Must not know a page's elements; a session is a list of token ids, nothing more.

import { Client } from './client.js';
import { LogitscopeError, rangeError } from './errors.js';
import { buildName } from './features.js';
import { Sampler } from './sampler.js';
import { checkIds, checkSampling, checkSeed, checkStages, checkText, checkWays, checkWhole } from './settings.js';
import { postable, sourceName } from './source.js';

export { LogitscopeError, Sampler, buildName };

/**
 * @typedef {import('./source.js').Source} Source
 * @typedef {import('./load.js').Progress} Progress
 * @typedef {import('./stages.js').Stage} Stage
 * @typedef {import('./stages.js').StageRow} StageRow
 * @typedef {import('./stages.js').StageSpec} StageSpec
 * @typedef {import('./stages.js').Parameter} Parameter
 * @typedef {import('./engine.js').Sample} Sample
 * @typedef {import('./engine.js').Step} Step
 * @typedef {import('./engine.js').Work} Work
 *
 * @typedef {object} LoadOptions
 * @property {AbortSignal} [signal]
 * @property {(progress: Progress) => void} [onProgress]
 * @property {number} [contextLength] positions in the KV cache; default: the model's own, up to 2048
 * @property {number} [batch] prompt tokens computed together; default 64
 * @property {number} [textBytes] longest text that tokenize and feed take; default 262144
 * @property {'auto' | 'reference' | 'simd' | 'relaxed'} [kernels] default: the fastest that runs here
 * @property {number | 'auto'} [threads] that compute together; default: as many as are fastest here. More than
 *   one only where memory can be shared: in Node, and in a page isolated from other origins
 * @property {string | URL} [wasmUrl] a build of the core without threads, to be used instead of the best one
 *
 * @typedef {Omit<import('./load.js').ModelInfo, 'name'> & { name: string, hash: string, kernels: string, threads: number, bos: number | null, eos: number | null }} ModelInfo
 *
 * @typedef {object} Token for display
 * @property {number} id
 * @property {string} piece as spelled in the vocabulary
 * @property {Uint8Array} bytes
 * @property {string} text the bytes on their own; half a character is U+FFFD
 * @property {string} type `normal`, `unknown`, `control`, `user-defined`, `unused` or `byte`
 *
 * @typedef {object} TraceOptions
 * @property {'none' | 'top' | 'full'} [trace] how many tokens each stage lists
 * @property {number} [top] with trace `top`; default 50
 * @property {ArrayLike<number>} [watch] tokens to be followed through all stages
 * @property {number} [force] the token that stands there, instead of the drawn one
 * @property {AbortSignal} [signal]
 *
 * @typedef {import('./engine.js').SampleOptions} Sampling what a step is drawn with
 *
 * @typedef {TraceOptions & { stages?: Stage[], seed?: number | bigint }} LookOptions what is looked at, and under which settings
 */

/** The default pipeline: every stage there, none does anything. */
const PLAIN = [
  { name: 'temperature', value: 1 },
  { name: 'top-k', value: 0 },
  { name: 'top-p', value: 1 },
  { name: 'min-p', value: 0 },
];

/**
 * Asks a fresh worker about a source. Addresses are made absolute here: a worker's are relative to itself.
 * @param {Client} client
 * @param {'load' | 'probe'} op
 * @param {Source} source
 * @param {LoadOptions} options
 */
async function ask(client, op, source, { signal, onProgress, wasmUrl, ...rest }) {
  const { kernels, threads = 'auto' } = rest;
  if (threads !== 'auto') checkWhole(threads, 'threads', 1, 64);
  const contextLength =
    rest.contextLength === undefined ? undefined : checkWhole(rest.contextLength, 'contextLength', 1, 2 ** 32 - 1);
  const batch = checkWhole(rest.batch ?? 64, 'batch', 1, 65536);
  const textBytes = checkWhole(rest.textBytes ?? 262144, 'textBytes', 0, 2 ** 30);
  const [bytes, stream] = source instanceof ReadableStream ? [undefined, source] : [postable(source), undefined];
  const args = {
    source: bytes,
    streamed: stream !== undefined,
    wasmUrl: wasmUrl && postable(wasmUrl),
    options: { contextLength, batch, textBytes, kernels, threads },
  };
  return client.call(op, args, { signal, onProgress, stream });
}

/** @template {{ name: string | null }} Info @param {Info} info @param {Source} source */
function named(info, source) {
  return { ...info, name: info.name ?? sourceName(source) ?? 'model' };
}

/** Runs of steps begun so far, by whatever session: each has a number of its own. */
let runs = 0;

export class Model {
  #client;
  #info;

  /** Use `Model.load`. @param {Client} client @param {ModelInfo} info */
  constructor(client, info) {
    this.#client = client;
    this.#info = info;
  }

  /**
   * Loads a model, streamed straight into its place.
   * @param {Source} source
   * @param {LoadOptions} [options]
   */
  static async load(source, options = {}) {
    const client = new Client();
    try {
      return new Model(client, named(await ask(client, 'load', source, options), source));
    } catch (error) {
      client.stop();
      throw error;
    }
  }

  /**
   * Reads a model's header only, and says what it is and would need; rejects as `load` would.
   * @param {Source} source
   * @param {LoadOptions} [options]
   * @returns {Promise<Omit<ModelInfo, 'hash' | 'kernels' | 'threads' | 'bos' | 'eos'> & { verdict: 'ok' }>}
   */
  static async probe(source, options = {}) {
    const client = new Client();
    try {
      return { ...named(await ask(client, 'probe', source, options), source), verdict: 'ok' };
    } finally {
      client.stop();
    }
  }

  /** What the model is. */
  get info() {
    return this.#info;
  }

  /**
   * The ids of a text.
   * @param {string} text
   * @param {{ bos?: boolean, special?: boolean }} [options] bos: put BOS first if the model wants it (default);
   *   special: parse special tokens, which are text otherwise
   * @returns {Promise<Uint32Array>}
   */
  async tokenize(text, { bos, special } = {}) {
    const options = { bos, special };
    return this.#client.call('tokenize', { text: checkText(text), options });
  }

  /**
   * The text of tokens from the start of a text.
   * @param {ArrayLike<number>} ids
   * @returns {Promise<string>}
   */
  async detokenize(ids) {
    return this.#client.call('detokenize', { ids: checkIds(ids, this.#info.vocab) });
  }

  /**
   * Tokens for display, each on its own.
   * @param {ArrayLike<number>} ids
   * @returns {Promise<Token[]>}
   */
  async tokens(ids) {
    return this.#client.call('tokens', { ids: checkIds(ids, this.#info.vocab) });
  }

  /**
   * Tokens that hold a text, the closest first; "#17" is the token of that id.
   * @param {string} text
   * @param {{ most?: number }} [options] how many at most; default 50
   * @returns {Promise<Token[]>}
   */
  async find(text, { most = 50 } = {}) {
    return this.#client.call('find', { wanted: checkText(text), most: checkWhole(most, 'most', 0, 2 ** 32 - 1) });
  }

  /**
   * A new, empty text.
   * @param {{ seed?: number | bigint, stages?: Stage[] }} [options]
   */
  session({ seed = 1, stages = PLAIN } = {}) {
    return new Session(this.#client, this.#info, seed, stages);
  }

  /** Ends the worker and frees all memory; what is pending, and every later call, rejects. */
  unload() {
    this.#client.stop();
  }
}

/**
 * A text in the making: ids, and the settings that the next ones are drawn with. Calls are carried out
 * in the order in which they were made, with the settings that held then.
 */
export class Session {
  #client;
  #info;
  #ids = new Uint32Array();
  /** Mirostat's bound at each position, the next one's too; NaN before its first step. Like #ids never changed in place. */
  #mus = Float64Array.of(NaN);
  #seed = 1n;
  /** @type {Stage[]} */
  #stages = [];
  /** @type {Promise<unknown>} */
  #last = Promise.resolve();
  /** Steps that came with the last one: they stand behind these ids, if drawn like this. The worker has more of their run. */
  #ahead = { ids: this.#ids, sampling: /** @type {Sampling | null} */ (null), steps: /** @type {Step[]} */ ([]), run: 0 };

  /**
   * Use `model.session`.
   * @param {Client} client
   * @param {ModelInfo} info
   * @param {number | bigint} seed
   * @param {Stage[]} stages
   */
  constructor(client, info, seed, stages) {
    this.#client = client;
    this.#info = info;
    this.seed = seed;
    this.stages = stages;
  }

  /** How many tokens there are, BOS included. */
  get length() {
    return this.#ids.length;
  }

  /** The tokens, as a copy. */
  get ids() {
    return this.#ids.slice();
  }

  /** @returns {Stage[]} the pipeline, in its order */
  get stages() {
    return structuredClone(this.#stages);
  }

  set stages(stages) {
    this.#stages = checkStages(stages, this.#info.stages, this.#info.vocab);
  }

  /** @returns {number | bigint} */
  get seed() {
    return this.#seed <= Number.MAX_SAFE_INTEGER ? Number(this.#seed) : this.#seed;
  }

  set seed(seed) {
    this.#seed = checkSeed(seed);
  }

  /**
   * Adds a text, or tokens. Where it is aborted or fails, the session stays as it was.
   * @param {string | ArrayLike<number>} textOrIds
   * @param {{ signal?: AbortSignal, onProgress?: (work: Work) => void, bos?: boolean, special?: boolean }} [options]
   * @returns {Promise<number>} how many tokens were added
   */
  async feed(textOrIds, { signal, onProgress, bos, special } = {}) {
    const what =
      typeof textOrIds === 'string'
        ? { text: textOrIds, options: { bos, special } }
        : { added: checkIds(textOrIds, this.#info.vocab) };
    return this.#next(async () => {
      /** @type {Uint32Array} */
      const added = await this.#client.call('feed', { ids: this.#ids, ...what }, { signal, onProgress });
      this.#add(added, null);
      return added.length;
    }, signal);
  }

  /**
   * Draws the next token and adds it.
   * @param {TraceOptions} [options]
   * @returns {Promise<Step>}
   */
  async step(options = {}) {
    return this.#step(options, 1);
  }

  /** @param {TraceOptions} options @param {number} most steps that may be computed in advance, this one included */
  async #step(options, most) {
    const sampling = this.#sampling(options);
    return this.#next(async () => {
      const { contextLength } = this.#info;
      if (this.length >= contextLength) {
        const message = `the context of ${contextLength} tokens is full; rewind, or load the model with a larger contextLength`;
        throw rangeError(message, 'length', [1, contextLength], this.length);
      }
      const { run, ...ahead } = this.#isAhead(sampling) ? this.#ahead : { steps: [], run: ++runs };
      let { steps } = ahead;
      if (steps.length === 0) {
        const drawn = { ...sampling, mu: this.#muAt(this.length) };
        const args = { run, ids: this.#ids, options: drawn, most: Math.min(most, contextLength - this.length) };
        steps = await this.#client.call('steps', args, options);
      }
      this.#client.check(options.signal);
      const [step, ...rest] = steps;
      this.#add([step.id], step.mu);
      this.#ahead = { ids: this.#ids, sampling, steps: rest, run };
      return step;
    }, options.signal);
  }

  /** Adds tokens. @param {ArrayLike<number>} ids @param {number | null} mu the next position's; null: the last one's still */
  #add(ids, mu) {
    const mus = new Float64Array(this.length + ids.length + 1).fill(mu ?? this.#mus[this.length]);
    mus.set(this.#mus);
    this.#mus = mus;
    this.#ids = joined(this.#ids, ids);
  }

  /** Mirostat's bound at a position. @param {number} position */
  #muAt(position) {
    const mu = this.#mus[position];
    return Number.isNaN(mu) ? null : mu;
  }

  /** Whether steps in advance are the ones that are wanted. @param {Sampling} sampling */
  #isAhead(sampling) {
    const { ids, sampling: other } = this.#ahead;
    return ids === this.#ids && other !== null && isSame(other, sampling);
  }

  /**
   * Draws token after token, until one ends the text, or the context is full, or one of the `stop` texts
   * has appeared. Without a trace a message may bring several steps; each is still added when its turn comes, and
   * drawn again where the session has changed before.
   * @param {TraceOptions & { maxTokens?: number, stop?: string | string[] }} [options]
   * @returns {AsyncGenerator<Step, void>}
   */
  async *generate({ maxTokens = Infinity, stop = [], ...options } = {}) {
    if (maxTokens !== Infinity) checkWhole(maxTokens, 'maxTokens', 0, 2 ** 32 - 1);
    const ends = (Array.isArray(stop) ? stop : [stop]).map((end) => checkText(end, 'stop'));
    const longest = Math.max(1, ...ends.map((end) => end.length));
    let tail = '';
    for (let n = 0; n < maxTokens && this.length < this.#info.contextLength; n++) {
      const most = (options.trace ?? 'none') === 'none' ? maxTokens - n : 1;
      const step = await this.#step(options, most);
      yield step;
      tail += step.text;
      if (step.end || ends.some((end) => tail.includes(end))) return;
      tail = tail.slice(-longest);
    }
  }

  /**
   * Looks at a position again: the step as if it were drawn there now, under these settings. Changes
   * nothing. The position behind the last token is the next one's.
   * @param {number} position 1 to length
   * @param {LookOptions} [options]
   * @returns {Promise<Step & { actual: number | null }>} actual: the token that stands there
   */
  async inspect(position, { signal, ...options } = {}) {
    return (await this.inspectAll(position, [options], { signal }))[0];
  }

  /**
   * Looks at a position in several ways, each as `inspect` does: other settings, seeds, traces over the same logits.
   * @param {number} position 1 to length
   * @param {Omit<LookOptions, 'signal'>[]} ways
   * @param {{ signal?: AbortSignal }} [options]
   * @returns {Promise<(Step & { actual: number | null })[]>}
   */
  async inspectAll(position, ways, options) {
    const samplings = checkWays(ways).map((way) => this.#sampling({ trace: 'top', ...way }));
    return this.#next(async () => {
      checkWhole(position, 'position', 1, this.length);
      const mu = this.#muAt(position);
      const ids = this.#ids.slice(0, position);
      const args = { ids, ways: samplings.map((sampling) => ({ ...sampling, mu })) };
      /** @type {Step[]} */
      const steps = await this.#client.call('stepInWays', args, options);
      return steps.map((step) => ({ ...step, actual: this.#ids[position] ?? null }));
    }, options?.signal);
  }

  /**
   * The logits of a position.
   * @param {{ position?: number, signal?: AbortSignal }} [options] position: 1 to length; default: length, the next one
   * @returns {Promise<Float32Array>}
   */
  async logits({ position, ...options } = {}) {
    return this.#next(() => {
      const at = position === undefined ? this.length : checkWhole(position, 'position', 1, this.length);
      return this.#client.call('logits', { ids: this.#ids.slice(0, at) }, options);
    }, options.signal);
  }

  /**
   * Keeps the first `position` tokens.
   * @param {number} position 0 to length
   */
  async rewind(position) {
    return this.#next(async () => {
      checkWhole(position, 'position', 0, this.length);
      this.#ids = this.#ids.slice(0, position);
      this.#mus = this.#mus.slice(0, position + 1);
    });
  }

  /** An independent session with the same tokens and settings. */
  fork() {
    const other = new Session(this.#client, this.#info, this.#seed, this.#stages);
    other.#ids = this.#ids; // never changed in place
    other.#mus = this.#mus;
    return other;
  }

  /**
   * Does something once everything asked before is done. Who aborts it does not wait for that.
   * @template Result
   * @param {() => Promise<Result>} task
   * @param {AbortSignal} [signal]
   * @returns {Promise<Result>}
   */
  #next(task, signal) {
    const result = this.#last.then(task);
    this.#last = result.catch(() => {});
    return signal ? unlessAborted(result, signal) : result;
  }

  /** @param {LookOptions} options */
  #sampling(options) {
    return checkSampling(options, this.#info, { stages: this.#stages, seed: this.#seed });
  }
}

/** @template Result @param {Promise<Result>} result @param {AbortSignal} signal @returns {Promise<Result>} */
function unlessAborted(result, signal) {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    result.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}

/** @param {Uint32Array} ids @param {ArrayLike<number>} added */
function joined(ids, added) {
  const all = new Uint32Array(ids.length + added.length);
  all.set(ids);
  all.set(added, ids.length);
  return all;
}

/** Whether both draw the same; a session's pipeline is replaced, never changed. @param {Sampling} a @param {Sampling} b */
function isSame(a, b) {
  const watched = (/** @type {Sampling} */ { watch = [] }) => Array.from(watch).join();
  return a.stages === b.stages && a.seed === b.seed && a.trace === b.trace && a.top === b.top && a.force === b.force && watched(a) === watched(b);
}
