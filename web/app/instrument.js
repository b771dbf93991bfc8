// The instrument's doings: load, read the prompt, step, play, go back, look again.
// On the token's way: calls the engine, writes the store; views call it and read the store.
// Must not know elements; it draws nothing and waits for no picture.

import { Model } from '../engine/index.js';
import { PageError, isAbort, problemOf } from './errors.js';
import { hasWebAssembly, shippedModel } from './host.js';
import { allowed } from './ranges.js';
import { isOver, lastPosition } from './state.js';
import { text } from './text/index.js';

/**
 * @typedef {import('./state.js').State} State
 * @typedef {import('./state.js').Settings} Settings
 * @typedef {import('./state.js').TokenInfo} TokenInfo
 * @typedef {import('./state.js').Step} Step
 * @typedef {import('./store.js').Store<State>} Store
 * @typedef {Awaited<ReturnType<typeof Model.load>>} LoadedModel
 * @typedef {ReturnType<LoadedModel['session']>} Session
 */

/** Listed tokens a stage. Enough for every row and segment; a drawn token further down is asked for again in full. */
const LISTED = 4096;

/** At full speed the stages are looked at this often, in milliseconds; more could not be followed. */
const LOOK_EVERY = 40;

/** @param {number} milliseconds */
const sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

export class Instrument {
  #store;
  /** @type {LoadedModel | null} */
  #model = null;
  /** @type {Session | null} */
  #session = null;
  /** The engine is asked one thing at a time, in order. @type {Promise<unknown>} */
  #queue = Promise.resolve();
  /** @type {AbortController | null} */
  #loading = null;
  /** @type {AbortController | null} */
  #reading = null;
  /** @type {Promise<void> | null} */
  #looking = null;
  #lookAgain = false;
  /** Counts changes of text and cursor; an answer that was asked for before the last one is dropped. */
  #moment = 0;
  #run = 0;

  /** @param {Store} store */
  constructor(store) {
    this.#store = store;
  }

  // ---- model ----

  /**
   * Opens a model; the one before stays until the new one is there.
   * @param {string | URL | Blob} [source] the shipped model if left out
   */
  async open(source = shippedModel) {
    this.pause();
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
        if (signal.aborted) return;
        throw new PageError('noWeights', model.info.name);
      }
      await this.#adopt(model);
    } catch (error) {
      if (this.#loading === loading) this.#fail(error);
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

  /** @param {LoadedModel} model */
  async #adopt(model) {
    const { settings, prompt } = this.#store.state;
    const before = this.#model;
    this.#model = model;
    this.#session = model.session({ seed: settings.seed, stages: settings.stages });
    this.#moment++;
    this.#store.set({ model: model.info, vocabulary: new Map(), chips: [], cursor: 0, step: null, ended: false, phase: 'ready' });
    before?.unload();
    await this.setPrompt(prompt);
  }

  // ---- text ----

  /** Reads a new prompt; what it shares with the text that is there is not computed again. @param {string} prompt */
  async setPrompt(prompt) {
    this.pause();
    this.#reading?.abort();
    const reading = (this.#reading = new AbortController());
    this.#store.set({ prompt });
    await this.#serial(async (model, session) => {
      if (reading.signal.aborted) return;
      const ids = await model.tokenize(prompt);
      const { contextLength } = model.info;
      if (ids.length === 0) return this.#store.set({ promptProblem: text.prompt.empty });
      if (ids.length >= contextLength) {
        return this.#store.set({ promptProblem: text.prompt.tooLong(ids.length, contextLength - 1) });
      }

      const present = session.ids;
      let shared = 0;
      while (shared < ids.length && ids[shared] === present[shared]) shared++;
      if (shared < present.length) await session.rewind(shared);
      try {
        if (shared < ids.length) {
          await session.feed(ids.subarray(shared), {
            signal: reading.signal,
            onProgress: (/** @type {{ loaded: number, total: number }} */ progress) => this.#store.set({ reading: progress }),
          });
        }
      } finally {
        await this.#takeText(session);
      }
    });
    await this.#look();
  }

  /** Shows the session's tokens as the prompt, also where reading was called off half-way. @param {Session} session */
  async #takeText(session) {
    const ids = session.ids;
    const vocabulary = await this.#learn(ids);
    this.#store.set({ reading: null, promptProblem: '', promptLength: ids.length });
    this.#setText({
      chips: Array.from(ids, (id) => ({ token: /** @type {TokenInfo} */ (vocabulary.get(id)), surprisal: null, settings: null })),
      ended: false,
    });
  }

  /** A changed text is looked at where it ends. @param {Pick<State, 'chips' | 'ended'>} text */
  #setText({ chips, ended }) {
    this.#moment++;
    this.#store.set({ chips, ended });
    this.#store.set({ cursor: lastPosition(this.#store.state) });
  }

  /** Draws the next token, appends it and shows what comes after it. */
  async step() {
    this.pause();
    await this.#append();
    await this.#look();
  }

  async #append() {
    await this.#serial(async (model, session) => {
      if (!this.canStep) return;
      const { settings } = this.#store.state;
      const step = await session.step({ trace: 'none' });
      const vocabulary = await this.#learn([step.id]);
      const token = /** @type {TokenInfo} */ (vocabulary.get(step.id));
      const chips = [...this.#store.state.chips, { token, surprisal: Math.max(0, -step.logprob / Math.LN2), settings }];
      this.#setText({ chips, ended: step.end });
    });
  }

  get canStep() {
    const { state } = this.#store;
    return state.model !== null && state.promptLength > 0 && !isOver(state);
  }

  async back() {
    const { chips, promptLength } = this.#store.state;
    await this.#rewind(Math.max(promptLength, chips.length - 1));
  }

  async reset() {
    await this.#rewind(this.#store.state.promptLength);
  }

  /** @param {number} length tokens that stay */
  async #rewind(length) {
    this.pause();
    await this.#serial(async (model, session) => {
      if (length < session.length) await session.rewind(length);
      this.#setText({ chips: this.#store.state.chips.slice(0, length), ended: false });
    });
    await this.#look();
  }

  // ---- play ----

  async play() {
    if (this.#store.state.playing || !this.canStep) return;
    const run = ++this.#run;
    this.#store.set({ playing: true });
    let looked = 0;
    while (run === this.#run && this.canStep) {
      const begun = performance.now();
      await this.#append();
      const { speed } = this.#store.state;
      if (speed > 0 || begun - looked >= LOOK_EVERY) {
        await this.#look();
        looked = performance.now();
      }
      const rest = speed > 0 ? 1000 / speed - (performance.now() - begun) : 0;
      if (rest > 0) await sleep(rest);
    }
    if (run === this.#run) this.pause();
    await this.#look();
  }

  pause() {
    this.#run++;
    if (this.#store.state.playing) this.#store.set({ playing: false });
  }

  togglePlay() {
    if (this.#store.state.playing) this.pause();
    else void this.play();
  }

  /** @param {number} speed */
  setSpeed(speed) {
    this.#store.set({ speed });
  }

  // ---- looking ----

  /** Shows how the token at a position came about. @param {number} position */
  select(position) {
    const { cursor } = this.#store.state;
    if (position === cursor || position < 1 || position > lastPosition(this.#store.state)) return;
    this.pause();
    this.#moment++;
    this.#store.set({ cursor: position });
    void this.#look();
  }

  /** Shows the next token, or the last one where none follows. */
  selectLast() {
    this.select(lastPosition(this.#store.state));
  }

  /** Brings the shown step up to date. One question is on its way at most; the newest follows it. */
  #look() {
    this.#lookAgain = true;
    this.#looking ??= this.#lookUntilCurrent().finally(() => (this.#looking = null));
    return this.#looking;
  }

  async #lookUntilCurrent() {
    while (this.#lookAgain) {
      this.#lookAgain = false;
      await this.#serial(async (model, session) => {
        const { cursor, promptLength } = this.#store.state;
        if (promptLength === 0) return;
        const moment = this.#moment;
        const step = await this.#inspect(session, cursor);
        const vocabulary = await this.#learn(this.#visible(step));
        if (moment === this.#moment) this.#store.set({ step, vocabulary });
      });
    }
  }

  /** @param {Session} session @param {number} position @returns {Promise<Step>} */
  async #inspect(session, position) {
    const { stages, seed } = this.#store.state.settings;
    const step = await session.inspect(position, { stages, seed, trace: 'top', top: LISTED });
    const listed = step.stages[0].ids;
    const present = (/** @type {number | null} */ id) => id === null || listed.includes(id);
    if (present(step.id) && present(step.actual ?? null)) return step;
    return session.inspect(position, { stages, seed, trace: 'full' });
  }

  /** @param {Step} step @returns {number[]} the tokens that rows and segments can show */
  #visible(step) {
    const many = 256;
    const first = step.stages[0].ids.subarray(0, many);
    const last = step.stages[step.stages.length - 1].ids.subarray(0, many);
    return [...first, ...last, step.id, ...(step.actual == null ? [] : [step.actual])];
  }

  /** Asks for the bytes of tokens not met before. @param {Iterable<number>} ids @returns {Promise<State['vocabulary']>} */
  async #learn(ids) {
    const known = this.#store.state.vocabulary;
    const unknown = [...new Set(ids)].filter((id) => !known.has(id));
    if (unknown.length === 0 || !this.#model) return known;
    const vocabulary = new Map(known);
    for (const token of await this.#model.tokens(unknown)) vocabulary.set(token.id, token);
    this.#store.set({ vocabulary });
    return vocabulary;
  }

  // ---- settings ----

  /** @param {string} name @param {number} value @returns {boolean} false where the value is out of range */
  setStage(name, value) {
    const { settings, model } = this.#store.state;
    const spec = model?.stages.find((stage) => stage.name === name);
    if (!spec || !allowed(spec, value)) return false;
    this.#setSettings({ ...settings, stages: settings.stages.map((stage) => (stage.name === name ? { name, value } : stage)) });
    return true;
  }

  /** @param {bigint} seed */
  setSeed(seed) {
    this.#setSettings({ ...this.#store.state.settings, seed });
  }

  rollSeed() {
    this.setSeed(BigInt(crypto.getRandomValues(new Uint32Array(1))[0] % 1_000_000));
  }

  /** Takes back the settings under which the shown token was drawn. */
  restoreSettings() {
    const { chips, cursor } = this.#store.state;
    const settings = chips[cursor]?.settings;
    if (settings) this.#setSettings(settings);
  }

  /** @param {Settings} settings */
  #setSettings(settings) {
    this.#store.set({ settings });
    if (!this.#session) return;
    this.#session.stages = settings.stages;
    this.#session.seed = settings.seed;
    void this.#look();
  }

  // ---- view ----

  /** @param {State['scale']} scale */
  setScale(scale) {
    this.#store.set({ scale });
  }

  /** @param {number} rows */
  setRows(rows) {
    if (rows !== this.#store.state.rows) this.#store.set({ rows });
  }

  dismiss() {
    this.#store.set({ problem: null });
  }

  // ---- order and failure ----

  /**
   * Runs a task after those before it, with the model that is open then.
   * @param {(model: LoadedModel, session: Session) => Promise<void>} task
   * @returns {Promise<void>} always resolves; a failure is shown
   */
  #serial(task) {
    const done = this.#queue.then(async () => {
      const model = this.#model;
      const session = this.#session;
      if (!model || !session) return;
      try {
        await task(model, session);
      } catch (error) {
        // A model that was closed in the meantime takes its open questions with it.
        if (model === this.#model) this.#fail(error);
      }
    });
    this.#queue = done;
    return done;
  }

  /** @param {unknown} error */
  #fail(error) {
    if (isAbort(error)) {
      if (!this.#model) this.#store.set({ phase: 'failed' });
      return;
    }
    this.pause();
    this.#store.set({ problem: problemOf(error), ...(this.#model ? {} : { phase: 'failed' }) });
  }
}
