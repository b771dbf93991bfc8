// The instrument's doings: load, read the prompt, step, play, go back, branch, look again.
// On the token's way: asks the engine by way of desk.js, writes the store; views call it and read the store.
// Must not know elements; it draws nothing and waits for no picture.

import { Desk } from './desk.js';
import { shippedModel } from './host.js';
import { Arranger, unbiased } from './pipeline.js';
import { checkFit, otherSource } from './share/record.js';
import { begin, redraw } from './share/replay.js';
import { givenChip, isOver, lastPosition, visible } from './state.js';
import { text } from './text/index.js';
import { branchWith, branched, givenLength, pruned, regrown, renamed, sharedLength, switched, treeOf, withText } from './tree.js';
import { Vocabulary } from './vocabulary.js';
import { listingFor } from './way.js';

/**
 * @typedef {import('./state.js').State} State
 * @typedef {import('./state.js').Settings} Settings
 * @typedef {import('./state.js').TokenInfo} TokenInfo
 * @typedef {import('./state.js').Step} Step
 * @typedef {import('./state.js').Chip} Chip
 * @typedef {import('./state.js').Stage} Stage
 * @typedef {import('./tree.js').Tree} Tree
 * @typedef {import('./share/record.js').Record} Record
 * @typedef {import('./store.js').Store<State>} Store
 * @typedef {import('../engine/index.js').Step} EngineStep
 * @typedef {import('./desk.js').LoadedModel} LoadedModel
 * @typedef {import('./desk.js').Session} Session
 */

/** Listed tokens a stage: enough for every row and every segment that can be seen; others are watched by name. */
export const LISTED = 512;

/** A change and what the stages then show are drawn in one frame, unless the engine takes longer than so many milliseconds. */
const TOGETHER = 40;

/** At full speed text and stages are shown once in so many milliseconds: more often could not be followed, less often looks stuck. */
const [SOONEST, LATEST] = [100, 800];

/** Between these, showing them takes this share of the time: the engine needs the processor, too. */
const SHOWN = 0.05;

/** @param {number} milliseconds */
const sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

export class Instrument {
  #store;
  #desk;
  /** @type {AbortController | null} */
  #reading = null;
  /** @type {Promise<void> | null} */
  #looking = null;
  #lookAgain = false;
  /** Lets the page draw what has changed: the stages show by then what is there. @type {(() => void) | null} */
  #release = null;
  /** A link that waits for the model that it was made with. @type {Record | null} */
  #record = null;
  /** Counts changes of text and cursor; an answer that was asked for before the last one is dropped. */
  #moment = 0;
  #run = 0;

  /** @param {Store} store */
  constructor(store) {
    this.#store = store;
    this.#desk = new Desk(store, () => this.pause());
    /** Arranges the stages. */
    this.pipeline = new Arranger(
      () => ({ stages: store.state.settings.stages, specs: store.state.model?.stages ?? [] }),
      (stages) => this.#setSettings({ ...store.state.settings, stages }),
    );
  }

  // ---- model ----

  /** Opens a model; the one before stays until the new one is there. @param {string | URL | Blob} [source] the shipped model if left out */
  async open(source = shippedModel) {
    this.pause();
    const adopted = await this.#desk.open(source, (model) => this.#adopt(model, source));
    if (this.#record && this.#desk.model && !this.#desk.isOpening) await this.#replay(this.#record);
    else if (adopted) await this.#read(this.#store.state.prompt);
  }

  cancelOpen() {
    this.#desk.cancelOpen();
  }

  /** @param {LoadedModel} model @param {string | URL | Blob} source */
  #adopt(model, source) {
    const { state } = this.#store;
    // A bias names a token of the model before.
    const isOther = state.model?.hash !== model.info.hash;
    const settings = isOther ? { ...state.settings, stages: unbiased(state.settings.stages) } : state.settings;
    this.#desk.sessions = new Map([[0, model.session({ seed: settings.seed, stages: settings.stages })]]);
    this.#moment++;
    this.#store.set({
      model: model.info,
      source: source instanceof Blob ? source : new URL(source, document.baseURI),
      vocabulary: new Vocabulary(),
      settings,
      compare: isOther && state.compare ? unbiased(state.compare) : state.compare,
      ...treeOf([]),
      promptLength: 0,
      cursor: 0,
      step: null,
      compareStep: null,
      watched: [],
      phase: 'ready',
    });
  }

  // ---- text ----

  /** Reads a new prompt, which begins a new tree; what it shares with the text that is there is not computed again. @param {string} prompt */
  setPrompt(prompt) {
    this.#record = null;
    this.#store.set({ title: '' });
    return this.#read(prompt);
  }

  /** @param {string} prompt */
  async #read(prompt) {
    this.pause();
    this.#reading?.abort();
    const reading = (this.#reading = new AbortController());
    this.#store.set({ prompt });
    await this.#desk.serial(async (model, session) => {
      if (reading.signal.aborted) return;
      const ids = await model.tokenize(prompt);
      const { contextLength } = model.info;
      if (ids.length === 0) return this.#store.set({ promptProblem: text.prompt.empty });
      if (ids.length >= contextLength) {
        return this.#store.set({ promptProblem: text.prompt.tooLong(ids.length, contextLength - 1) });
      }

      // What was drawn is read anew, were it the same: mirostat's bound there came from the draws.
      const present = session.ids.subarray(0, this.#store.state.promptLength);
      let shared = 0;
      while (shared < ids.length && ids[shared] === present[shared]) shared++;
      if (shared < session.length) await session.rewind(shared);
      try {
        if (shared < ids.length) {
          await session.feed(ids.subarray(shared), {
            signal: reading.signal,
            onProgress: (/** @type {{ loaded: number, total: number }} */ progress) => this.#store.set({ reading: progress }),
          });
        }
      } finally {
        if (model === this.#desk.model) await this.#takePrompt(session);
      }
    });
    await this.#look();
  }

  /** Shows the session's tokens as the prompt, also where reading was called off half-way. @param {Session} session */
  async #takePrompt(session) {
    const ids = session.ids;
    const vocabulary = await this.#desk.learn(ids);
    this.#desk.sessions = new Map([[0, session]]);
    this.#store.set({ reading: null, promptProblem: '' });
    this.#setTree(treeOf(Array.from(ids, (id) => givenChip(/** @type {TokenInfo} */ (vocabulary.get(id))))));
  }

  /** A changed text is looked at where it ends. @param {Tree} tree */
  #setTree(tree) {
    this.#moment++;
    this.#release ??= this.#store.hold(TOGETHER);
    this.#store.set({ ...tree, promptLength: givenLength(tree.chips), confirmed: null });
    this.#store.set({ cursor: lastPosition(this.#store.state) });
  }

  /** @param {EngineStep} step @param {boolean} forced @param {Settings} settings those of the moment when it was asked for @returns {Promise<Chip>} */
  async #chipOf(step, forced, settings) {
    const vocabulary = await this.#desk.learn([step.id]);
    return {
      token: /** @type {TokenInfo} */ (vocabulary.get(step.id)),
      surprisal: Math.max(0, -step.logprob / Math.LN2),
      entropy: step.entropy,
      settings,
      forced,
      ends: step.end,
    };
  }

  /** Draws the next token, appends it and shows what comes after it. */
  async step() {
    this.pause();
    await this.#desk.serial((model, session) => this.#append(session));
    await this.#look();
  }

  /** Within a task. @param {Session} session @param {number} [id] the token to take instead of the one that would be drawn */
  async #append(session, id) {
    if (!this.canStep) return;
    const { settings, cursor } = this.#store.state;
    const step = await session.step({ trace: 'none', force: id });
    this.#grow(await this.#chipOf(step, id !== undefined, settings), cursor);
  }

  /** Shows what comes after a further token, unless the reader has gone elsewhere. @param {Chip} chip @param {number} from the cursor before */
  #grow(chip, from) {
    const { chips, cursor } = this.#store.state;
    this.#setTree(withText(this.#store.state, [...chips, chip]));
    if (cursor !== from) this.#store.set({ cursor });
  }

  get canStep() {
    const { state } = this.#store;
    return state.model !== null && state.promptLength > 0 && !isOver(state);
  }

  async back() {
    await this.#rewind(({ chips, promptLength }) => Math.max(promptLength, chips.length - 1));
  }

  async reset() {
    await this.#rewind(({ promptLength }) => promptLength);
  }

  /** @param {(state: State) => number} lengthOf the text that is there by then: tokens that stay */
  async #rewind(lengthOf) {
    this.pause();
    await this.#desk.serial(async (model, session) => {
      const length = lengthOf(this.#store.state);
      if (length < session.length) await session.rewind(length);
      this.#setTree(withText(this.#store.state, this.#store.state.chips.slice(0, length)));
    });
    await this.#look();
  }

  // ---- links ----

  /**
   * Opens what a link holds, as soon as its model is there: reads its prompt and draws every token again, each under the
   * settings that the link has for it. Where one differs the text ends.
   * @param {Record} record
   */
  async replay(record) {
    this.#record = record;
    if (this.#desk.model && !this.#desk.isOpening) await this.#replay(record);
  }

  /** @param {Record} record */
  async #replay(record) {
    this.pause();
    this.#reading?.abort();
    const { signal } = (this.#reading = new AbortController());
    await this.#desk.serial(async (model) => {
      this.#record = record.model.hash === model.info.hash ? null : record;
      checkFit(record, model.info, otherSource(record, this.#store.state.source, shippedModel));
      await this.#redraw(model, record, signal);
      this.#store.set({ confirmed: record.drawn.length || null });
    });
    // A link that cannot be opened leaves the page as it was; that of a first visit was still empty.
    const { promptLength, prompt } = this.#store.state;
    await (promptLength > 0 ? this.#look() : this.#read(prompt));
  }

  /** @param {LoadedModel} model @param {Record} record @param {AbortSignal} signal */
  async #redraw(model, record, signal) {
    const { title, prompt, settings, cursor } = record;
    const session = model.session();
    const total = prompt.length + record.drawn.length;
    const onProgress = () => this.#store.set({ reading: { loaded: session.length, total } });
    /** @type {Chip[]} */
    const chips = [];
    try {
      await begin(session, record, { signal, onProgress });
      const vocabulary = await this.#desk.learn(prompt);
      for (const id of prompt) chips.push(givenChip(/** @type {TokenInfo} */ (vocabulary.get(id))));
      for await (const { step, forced, settings } of redraw(session, record, signal)) {
        chips.push(await this.#chipOf(step, forced, settings));
        onProgress();
      }
    } finally {
      this.#store.set({ reading: null });
      // What called it off, another prompt or link, has its own text.
      if (chips.length > 0 && model === this.#desk.model && !signal.aborted) {
        this.#desk.sessions = new Map([[0, session]]);
        this.#store.set({ title, settings, prompt: await model.detokenize(prompt), promptProblem: '' });
        this.#setTree(treeOf(chips));
        this.#store.set({ cursor: Math.max(1, Math.min(cursor, lastPosition(this.#store.state))) });
        this.#desk.settle();
      }
    }
  }

  // ---- branches ----

  /** Takes a token at the position that is shown: at the end of the text it is appended, before it the text branches. @param {number} id */
  choose(id) {
    return this.#take(id);
  }

  /** Goes on from the position that is shown with the token that would be drawn there now. */
  continueHere() {
    return this.#take();
  }

  /** @param {number} [id] drawn if left out */
  async #take(id) {
    this.pause();
    const { cursor, chips: shown } = this.#store.state;
    await this.#desk.serial(async (model, session) => {
      const { chips } = this.#store.state;
      if (cursor === 0 || sharedLength(shown, chips) < cursor) return; // another text by now
      if (cursor === chips.length) await this.#append(session, id);
      else await this.#branch(session, cursor, id);
    });
    await this.#look();
  }

  /** Within a task. @param {Session} session @param {number} position @param {number} [id] */
  async #branch(session, position, id) {
    const { settings } = this.#store.state;
    const other = session.fork();
    await other.rewind(position);
    const chip = await this.#chipOf(await other.step({ trace: 'none', force: id }), id !== undefined, settings);
    const { state } = this.#store;
    const known = branchWith(state, position, chip.token.id);
    const tree = known ? switched(state, known.id) : branched(state, [...state.chips.slice(0, position), chip]);
    if (!known) this.#desk.sessions.set(tree.branch, other);
    this.#setTree(tree);
    this.#desk.settle();
  }

  /** @param {number} id */
  switchBranch(id) {
    return this.#turn((state) => switched(state, id));
  }

  /** @param {number} id @param {string} name */
  renameBranch(id, name) {
    this.#store.set(renamed(this.#store.state, id, name));
  }

  /** @param {number} id */
  pruneBranch(id) {
    return this.#turn((state) => pruned(state, id));
  }

  /** Puts back the branch that was pruned last. */
  regrowBranch() {
    return this.#turn(regrown);
  }

  /** @param {(state: State) => Tree} change of the branches, or of the one that is present */
  async #turn(change) {
    this.pause();
    await this.#desk.serial(async () => {
      const tree = change(this.#store.state);
      if (tree.chips === this.#store.state.chips) this.#store.set(tree); // the reader stays where they are
      else this.#setTree(tree);
    });
    this.#desk.settle();
    await this.#look();
  }

  // ---- play ----

  async play() {
    if (this.#store.state.playing || !this.canStep) return;
    const run = ++this.#run;
    this.#store.set({ playing: true });
    while (run === this.#run && this.canStep) {
      if (this.#store.state.speed > 0) await this.#playStep();
      else await this.#playOn(() => run === this.#run && this.#store.state.speed === 0);
    }
    if (run === this.#run) this.pause();
    await this.#look();
  }

  async #playStep() {
    const begun = performance.now();
    await this.#desk.serial((model, session) => this.#append(session));
    await this.#look();
    const rest = 1000 / (this.#store.state.speed || Infinity) - (performance.now() - begun);
    if (rest > 0) await sleep(rest);
  }

  /** Draws as fast as the engine does; text and stages are shown now and then, together, and when a look is asked for. @param {() => boolean} goesOn */
  async #playOn(goesOn) {
    const pause = Math.min(LATEST, Math.max(SOONEST, this.#store.frame / SHOWN));
    const until = performance.now() + pause;
    this.#release ??= this.#store.hold(pause + TOGETHER);
    await this.#desk.serial(async (model, session) => {
      let { settings, cursor } = this.#store.state;
      for await (const step of session.generate({ trace: 'none' })) {
        this.#grow(await this.#chipOf(step, false, settings), cursor);
        if (!goesOn() || this.#looking || performance.now() >= until) return;
        ({ settings, cursor } = this.#store.state);
      }
    });
    if (goesOn()) await this.#look();
  }

  pause() {
    this.#run++;
    if (this.#store.state.playing) this.#store.set({ playing: false });
  }

  togglePlay() {
    if (this.#store.state.playing) this.pause();
    else void this.play();
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

  /** Another number after every change of text or cursor: an answer that took several questions belongs to one of them. */
  get moment() {
    return this.#moment;
  }

  /** Brings the shown step up to date. One question is on its way at most; the newest follows it. */
  #look() {
    this.#lookAgain = true;
    this.#release ??= this.#store.hold(TOGETHER);
    this.#looking ??= this.#lookUntilCurrent().finally(() => (this.#looking = null));
    return this.#looking;
  }

  async #lookUntilCurrent() {
    while (this.#lookAgain) {
      this.#lookAgain = false;
      await this.#desk.serial(async (model, session) => {
        const { cursor, promptLength, compare, settings } = this.#store.state;
        if (promptLength === 0) return;
        const moment = this.#moment;
        const pipelines = compare ? [settings.stages, compare] : [settings.stages];
        const [step, compareStep = null] = await this.#inspect(session, cursor, pipelines);
        const vocabulary = await this.#desk.learn([step, ...(compareStep ? [compareStep] : [])].flatMap((step) => visible(step, this.#store.state)));
        if (moment === this.#moment) this.#store.set({ step, compareStep, vocabulary });
      });
      this.#release?.();
      this.#release = null;
    }
  }

  /**
   * One position through each of the pipelines. Whatever is drawn, stands in the text or was searched for is watched, however
   * far down it is.
   * @param {Session} session @param {number} position @param {Stage[][]} pipelines
   * @returns {Promise<Step[]>}
   */
  async #inspect(session, position, pipelines) {
    const { settings, watched, chips } = this.#store.state;
    const ask = (/** @type {Set<number>} */ watch, /** @type {number} */ top) =>
      session.inspectAll(
        position,
        pipelines.map((stages) => ({ stages, seed: settings.seed, trace: 'top', top, watch: [...watch] })),
      );
    const inText = chips[position]?.token.id;
    const watch = new Set(inText === undefined ? watched : [...watched, inText]);
    for (let top = LISTED; ; ) {
      const steps = await ask(watch, top);
      const unlisted = steps.map((step) => step.id).filter((id) => !watch.has(id) && steps.some((step) => !step.stages[0].ids.includes(id)));
      const longest = Math.max(...steps.map(listingFor));
      if (unlisted.length === 0 && longest <= top) return steps;
      for (const id of unlisted) watch.add(id);
      top = Math.max(top, longest);
    }
  }

  /**
   * The position that is shown under other settings, each of them a sampling of the same logits.
   * @param {Parameters<Session['inspectAll']>[1]} options
   * @returns {Promise<Step[]>} none where nothing can be shown
   */
  async inspectAll(options) {
    /** @type {Step[]} */
    let steps = [];
    await this.#desk.serial(async (model, session) => {
      const { cursor } = this.#store.state;
      if (cursor > 0) steps = await session.inspectAll(cursor, options);
      this.#store.set({ vocabulary: await this.#desk.learn(steps.flatMap((step) => visible(step, this.#store.state))) });
    });
    return steps;
  }

  /** The logits before the token at the position that is shown. @returns {Promise<Float32Array>} none where nothing can be shown */
  async logits() {
    let logits = /** @type {Float32Array} */ (new Float32Array());
    await this.#desk.serial(async (model, session) => {
      const { cursor } = this.#store.state;
      if (cursor > 0) logits = await session.logits({ position: cursor });
    });
    return logits;
  }

  /**
   * Every token of the text as it came about, recomputed under its own settings; `force` makes logprob its own. The first one
   * follows nothing.
   * @returns {Promise<Step[]>} from position 1 on; none where nothing can be shown
   */
  async lookBack() {
    /** @type {Step[]} */
    const steps = [];
    await this.#desk.serial(async (model, session) => {
      for (const [position, { token: { id }, settings }] of this.#store.state.chips.entries()) {
        const { seed, stages } = settings ?? { seed: 0n, stages: [] };
        const options = { seed, stages, force: id, watch: [id], trace: /** @type {const} */ ('top'), top: 0 };
        if (position > 0) steps.push(...(await session.inspectAll(position, [options])));
      }
    });
    return steps;
  }

  // ---- vocabulary ----

  /** Tokens that hold a text. @param {string} wanted @param {number} [most] @returns {Promise<TokenInfo[]>} */
  async findTokens(wanted, most = 50) {
    /** @type {TokenInfo[]} */
    let found = [];
    await this.#desk.serial(async (model) => {
      found = await model.find(wanted, { most });
    });
    return found;
  }

  /** Shows a token at every stage, however unlikely it is. @param {number} id */
  watch(id) {
    const { watched, model } = this.#store.state;
    if (!model || id >= model.vocab || watched.includes(id)) return;
    this.#store.set({ watched: [...watched, id] });
    void this.#desk.serial(async () => void (await this.#desk.learn([id])));
    void this.#look();
  }

  /** @param {number} id */
  unwatch(id) {
    this.#store.set({ watched: this.#store.state.watched.filter((each) => each !== id) });
    void this.#look();
  }

  /** Sees that the vocabulary has these tokens. @param {Iterable<number>} ids @returns {Promise<State['vocabulary']>} */
  async learn(ids) {
    await this.#desk.serial(async () => void (await this.#desk.learn(ids)));
    return this.#store.state.vocabulary;
  }

  // ---- settings ----

  /** A second pipeline beside the first, on the same logits and the same u; null for none. @param {Stage[] | null} compare */
  setCompare(compare) {
    this.#store.set({ compare, ...(compare ? {} : { compareStep: null }) });
    void this.#look();
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
    this.#desk.settle();
    void this.#look();
  }

  // ---- view ----

  /** What is shown, and how. @param {Partial<Pick<State, 'scale' | 'rows' | 'wantedRows' | 'speed' | 'panel' | 'lesson' | 'mistake' | 'covered' | 'problem' | 'confirmed'>>} view */
  show(view) {
    this.#store.set(view);
    if ('wantedRows' in view) void this.#look(); // more rows have more tokens to be spelled
  }
}
