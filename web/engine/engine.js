// The synchronous engine: token lists in, distributions and drawn tokens out.
// On the token's way between core.js and whoever hosts it: worker.js for pages, cli.js in the terminal.
// Must not know sessions: a text is the list of its ids, handed in anew with every call.

import { decodeAfter, decodeUtf8 } from './utf8.js';
import { rangeError } from './errors.js';

/**
 * @typedef {import('./core.js').Core} Core
 * @typedef {import('./stages.js').Stage} Stage
 * @typedef {import('./stages.js').StageRow} StageRow
 *
 * @typedef {object} SampleOptions
 * @property {Stage[]} stages
 * @property {bigint} seed
 * @property {'none' | 'top' | 'full'} [trace] how many tokens a stage lists: no stages, `top`, all kept
 * @property {number} [top]
 * @property {ArrayLike<number>} [watch] tokens to be followed through all stages
 * @property {number | null} [mu] mirostat's bound; null: the first
 * @property {number} [force] this token instead of the drawn one
 *
 * @typedef {object} Sample a token and how it was chosen
 * @property {number} position
 * @property {number} id
 * @property {number} logprob natural logarithm of the model's own probability
 * @property {number} entropy of the model's own distribution, in bits
 * @property {number} u the uniform number that chose the token
 * @property {number | null} mu mirostat's bound for the next token; null where it is not on
 * @property {StageRow[]} stages
 * @property {import('./stages.js').Watched[]} watched
 *
 * @typedef {object} Spelled what a token is as text
 * @property {Uint8Array} bytes
 * @property {string} text what the bytes complete: a character split over tokens comes with its last one
 * @property {boolean} end the token is the end of the text
 *
 * @typedef {Sample & Spelled} Step
 *
 * @typedef {object} Work how far a computation is, in tokens
 * @property {number} loaded
 * @property {number} total
 */

/**
 * There is one KV cache. It holds the keys and values of `#cached`; a text that begins with the same
 * tokens reuses them, and what differs is computed again, to the same bits. So texts can take turns, go
 * back and branch, and never know of each other.
 */
export class Engine {
  /** Folds every row of logits into the hash, for each token that is computed. */
  hashing = false;
  #core;
  #batch;
  #context;
  #cached;
  #cachedLength = 0;
  /** Positions whose last hidden state is still there, so that their logits can be had. */
  #rows = { start: 0, end: 0 };
  /** The logits in memory are those behind so many cached tokens. */
  #logitsAt = -1;

  /**
   * @param {Core} core with its model open
   * @param {{ batch?: number }} [options]
   */
  constructor(core, { batch = 64 } = {}) {
    this.#core = core;
    this.#batch = batch;
    this.#context = core.port.context;
    this.#cached = new Uint32Array(this.#context);
  }

  get context() {
    return this.#context;
  }

  get core() {
    return this.#core;
  }

  // ---- computing ----

  /** How many tokens `ids` and the cache have in common. @param {Uint32Array} ids */
  #shared(ids) {
    const most = Math.min(ids.length, this.#cachedLength);
    for (let i = 0; i < most; i++) if (ids[i] !== this.#cached[i]) return i;
    return most;
  }

  /**
   * Sees that the model has computed all of `ids`. A generator, so that the caller can do other things
   * between batches, or stop there.
   * @param {Uint32Array} ids
   * @returns {Generator<Work, void>}
   */
  *compute(ids) {
    if (ids.length === 0) throw rangeError('the text has no token yet; feed it one first', 'length', [1, this.#context], 0);
    this.checkRoom(ids.length);
    const shared = this.#shared(ids);
    if (shared === ids.length && this.#rows.start < ids.length && ids.length <= this.#rows.end) return;
    const first = Math.min(shared, ids.length - 1); // looking back computes that position again
    for (let at = first; at < ids.length; ) {
      const part = ids.subarray(at, at + this.#batch);
      this.#forward(part, at, shared === ids.length);
      at += part.length;
      yield { loaded: at - first, total: ids.length - first };
    }
  }

  /** @param {Uint32Array} part @param {number} at @param {boolean} again these tokens are cached already */
  #forward(part, at, again) {
    this.#rows = { start: 0, end: 0 };
    this.#logitsAt = -1;
    if (!again) this.#cachedLength = at;
    this.#core.forward(part, at);
    const end = at + part.length;
    if (!again) {
      this.#cached.set(part, at);
      this.#cachedLength = end;
    }
    this.#rows = { start: at, end };
    if (this.hashing) this.#hashRows(part.length);
  }

  /** @param {number} rows */
  #hashRows(rows) {
    for (let row = 0; row < rows; row++) {
      this.#core.computeLogits(row);
      this.#core.hashLogits();
    }
    this.#logitsAt = this.#rows.end;
  }

  /**
   * The logits behind `ids`, which have been computed; a view that the next call overwrites.
   * @param {Uint32Array} ids
   */
  logits(ids) {
    finish(this.compute(ids));
    if (this.#logitsAt !== ids.length) this.#core.computeLogits(ids.length - 1 - this.#rows.start);
    this.#logitsAt = ids.length;
    return this.#core.logits;
  }

  // ---- sampling ----

  /**
   * Draws the token behind `ids`.
   * @param {Uint32Array} ids
   * @param {SampleOptions} options
   * @returns {Step}
   */
  step(ids, options) {
    return this.steps(ids, [options])[0];
  }

  /**
   * Draws the token behind `ids` in several ways from the same logits.
   * @param {Uint32Array} ids
   * @param {SampleOptions[]} ways
   * @returns {Step[]}
   */
  steps(ids, ways) {
    this.logits(ids);
    const before = this.#bytesBefore(ids);
    return ways.map((options) => {
      const drawn = sample(this.#core, ids, ids.length, options);
      const bytes = this.#core.tokenBytes(drawn.id);
      return { ...drawn, bytes, text: decodeAfter(before, bytes), end: this.#core.endsText(drawn.id) };
    });
  }

  /** The last bytes of a text, as many as half a character can have. @param {Uint32Array} ids */
  #bytesBefore(ids) {
    const before = new Uint8Array(3);
    let at = before.length;
    for (let i = ids.length - 1; i >= 0 && at > 0; i--) {
      const bytes = this.#core.tokenBytes(ids[i]);
      for (let j = bytes.length - 1; j >= 0 && at > 0; j--) before[--at] = bytes[j];
    }
    return before.subarray(at);
  }

  /**
   * The natural logarithm of each token's probability, given those before it; the first has none.
   * @param {Uint32Array} ids
   */
  logprobs(ids) {
    const found = new Float64Array(Math.max(ids.length - 1, 0));
    const known = ids.subarray(0, -1);
    for (let at = 0; at < known.length; ) {
      const part = known.subarray(at, at + this.#batch);
      this.#forward(part, at, false);
      for (let row = 0; row < part.length; row++, at++) {
        this.#core.computeLogits(row);
        this.#logitsAt = at + 1;
        found[at] = this.#core.sample([], { seed: 0n, position: at + 1, force: ids[at + 1] }).logprob;
      }
    }
    return found;
  }

  // ---- text ----

  /**
   * The ids of a text that follows `before`. Only at the start of everything does the model's BOS come
   * first, and its space only where no text precedes.
   * @param {Uint32Array} before
   * @param {string | Uint8Array} text
   * @param {{ bos?: boolean, special?: boolean }} [options]
   */
  tokenizeAfter(before, text, { bos = true, special = false } = {}) {
    const prefix = before.every((id) => this.#core.tokenBytes(id).length === 0);
    return this.#core.tokenize(text, { bos: bos && before.length === 0, special, prefix });
  }

  /**
   * The text of tokens from the start of a text.
   * @param {Uint32Array | number[]} ids
   */
  detokenize(ids) {
    const parts = Array.from(ids, (id) => this.#core.tokenBytes(id));
    const bytes = new Uint8Array(parts.reduce((n, part) => n + part.length, 0));
    let at = 0;
    for (const part of parts) {
      bytes.set(part, at);
      at += part.length;
    }
    const strip = this.#core.stripsSpace && bytes[0] === 0x20;
    return decodeUtf8(strip ? bytes.subarray(1) : bytes);
  }

  /** Throws unless a text of `length` tokens has room in the context. @param {number} length */
  checkRoom(length) {
    const isVocabulary = this.#core.port.has_weights === 0; // the core refuses that by itself
    if (length <= this.#context || isVocabulary) return;
    throw rangeError(
      `the text has ${length} tokens, the context holds ${this.#context}; shorten it or load the model with a larger contextLength`,
      'length', [1, this.#context], length,
    );
  }
}

/**
 * Draws from the logits that are in the core's memory.
 * @param {Core} core
 * @param {Uint32Array} text the tokens before
 * @param {number} position
 * @param {SampleOptions} options
 * @returns {Sample}
 */
export function sample(core, text, position, { stages, seed, trace = 'none', top = 50, watch = [], mu = null, force }) {
  const draw = core.sample(stages, { seed, position, text, mu, force });
  const rows = trace === 'none' ? [] : core.trace(trace === 'full' ? core.port.vocab : top);
  return { position, ...draw, stages: rows, watched: core.watched(watch) };
}

/** Runs work to its end without a pause. @param {Generator<Work, void>} work */
export function finish(work) {
  while (!work.next().done);
}
