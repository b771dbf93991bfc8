// A run of steps, drawn one after another, whether they have been asked for yet or not.
// On the token's way: between worker.js, which gives it time, and engine.js, which computes.
// Must not know messages, nor whose text it is.

/** @typedef {import('./engine.js').Step} Step */

export class Run {
  #engine;
  #options;
  #text;
  #length;
  #left;
  /** @type {Step[]} */
  #ready = [];

  /**
   * @param {import('./engine.js').Engine} engine
   * @param {{ ids: Uint32Array, options: import('./engine.js').SampleOptions, most: number }} task most: steps at most
   */
  constructor(engine, { ids, options, most }) {
    this.#engine = engine;
    this.#options = options;
    this.#text = new Uint32Array(ids.length + most);
    this.#text.set(ids);
    this.#length = ids.length;
    this.#left = most;
  }

  /** How many steps wait to be taken. */
  get ready() {
    return this.#ready.length;
  }

  /** How many tokens there are, those of the steps that were taken included. */
  get taken() {
    return this.#length - this.#ready.length;
  }

  /** Whether no step follows those that are ready. */
  get isOver() {
    return this.#left === 0;
  }

  /** Draws one step more. Where that fails the run is as it was. */
  draw() {
    const step = this.#engine.step(this.#text.subarray(0, this.#length), this.#options);
    this.#text[this.#length++] = step.id;
    this.#left = step.end ? 0 : this.#left - 1;
    if (step.mu !== null) this.#options = { ...this.#options, mu: step.mu };
    this.#ready.push(step);
  }

  /** @returns {Step[]} */
  take() {
    return this.#ready.splice(0);
  }
}
