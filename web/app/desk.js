// The engine's place on the page: the open model, a session a branch, and one question at a time.
// On the token's way: between the instrument, which says what to do, and the engine, which does it.
// Must not know what is asked; every promise it gives settles, and a failure is shown.

import { Model } from '../engine/index.js';
import { PageError, isAbort, problemOf } from './errors.js';
import { hasWebAssembly } from './host.js';

/**
 * @typedef {import('./state.js').State} State
 * @typedef {import('./store.js').Store<State>} Store
 * @typedef {Awaited<ReturnType<typeof Model.load>>} LoadedModel
 * @typedef {ReturnType<LoadedModel['session']>} Session
 */

export class Desk {
  #store;
  #pause;
  /** @type {LoadedModel | null} */
  model = null;
  /** By the branch's id. @type {Map<number, Session>} */
  sessions = new Map();
  /** @type {Promise<unknown>} */
  #queue = Promise.resolve();
  /** @type {AbortController | null} */
  #loading = null;

  /** @param {Store} store @param {() => void} pause where something fails, nothing goes on by itself */
  constructor(store, pause) {
    this.#store = store;
    this.#pause = pause;
  }

  // ---- the model ----

  get isOpening() {
    return this.#loading !== null;
  }

  /**
   * Opens a model; the one before stays until the new one is there.
   * @param {string | URL | Blob} source
   * @param {(model: LoadedModel) => void} adopt makes it the page's own
   * @returns {Promise<boolean>} whether it is
   */
  async open(source, adopt) {
    this.#loading?.abort();
    const loading = (this.#loading = new AbortController());
    const { signal } = loading;
    this.#store.set({ problem: null, loading: { phase: 'header', loaded: 0, total: 0 } });
    try {
      if (!hasWebAssembly()) throw new PageError('noWebAssembly');
      const model = await Model.load(source, {
        signal,
        onProgress: (/** @type {NonNullable<State['loading']>} */ progress) => {
          if (!signal.aborted) this.#store.set({ loading: progress });
        },
      });
      if (signal.aborted || !model.info.hasWeights) {
        model.unload();
        if (signal.aborted) return false;
        throw new PageError('noWeights', model.info.name);
      }
      const before = this.model;
      this.model = model;
      before?.unload();
      adopt(model);
      return true;
    } catch (error) {
      if (this.#loading === loading) this.fail(error);
      return false;
    } finally {
      if (this.#loading === loading) {
        this.#loading = null;
        this.#store.set({ loading: null });
      }
    }
  }

  cancelOpen() {
    this.#loading?.abort();
  }

  // ---- questions ----

  /**
   * Runs a task after those before it, with the present branch's session of then. A model that was closed in the meantime
   * takes its open questions with it.
   * @param {(model: LoadedModel, session: Session) => Promise<void>} task
   * @returns {Promise<void>} always resolves; a failure is shown
   */
  serial(task) {
    const { model } = this;
    const done = this.#queue.then(async () => {
      const session = this.sessions.get(this.#store.state.branch);
      if (!model || model !== this.model || !session) return;
      try {
        await task(model, session);
      } catch (error) {
        if (model === this.model) this.fail(error);
      }
    });
    this.#queue = done;
    return done;
  }

  /** Within a task: asks for the bytes of tokens not met before. @param {Iterable<number>} ids @returns {Promise<State['vocabulary']>} */
  async learn(ids) {
    const known = this.#store.state.vocabulary;
    const unknown = [...new Set(ids)].filter((id) => !known.has(id));
    if (unknown.length === 0 || !this.model) return known;
    const vocabulary = known.with(await this.model.tokens(unknown));
    this.#store.set({ vocabulary });
    return vocabulary;
  }

  /** The present branch's session draws as the settings say. */
  settle() {
    const { settings, branch } = this.#store.state;
    const session = this.sessions.get(branch);
    if (!session) return;
    try {
      session.stages = settings.stages;
      session.seed = settings.seed;
    } catch (error) {
      this.fail(error);
    }
  }

  /** @param {unknown} error */
  fail(error) {
    const phase = this.model ? {} : { phase: /** @type {const} */ ('failed') };
    if (isAbort(error)) return this.#store.set(phase);
    this.#pause();
    this.#store.set({ problem: problemOf(error), ...phase });
  }
}
