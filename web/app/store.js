// The page's one store: holds the state, tells listeners about changes once per animation frame.
// On the token's way: between the instrument, which writes it, and the views, which read it.
// Must not know what is in the state.

/**
 * @template {object} State
 * @typedef {object} Store
 * @property {State} state                               the current state; replaced, never changed in place
 * @property {(patch: Partial<State>) => void} set
 * @property {(listener: (state: State) => void) => () => void} subscribe  returns a function that ends it
 * @property {(milliseconds: number) => () => void} hold  nobody is told anything until the returned function is called, or that
 *   time is over: what belongs together is drawn in one frame
 * @property {number} frame  how long the last frame took the page, in milliseconds, with layout and paint
 */

/**
 * @template {object} State
 * @param {State} initial
 * @returns {Store<State>}
 */
export function createStore(initial) {
  let state = initial;
  /** What is to be drawn: the newest state, or while that is held the last one before. */
  let due = initial;
  let drawn = initial;
  let asked = false;
  let held = 0;
  let frame = 0;
  /** @type {Set<(state: State) => void>} */
  const listeners = new Set();

  const draw = () => {
    asked = false;
    drawn = due;
    const begun = performance.now();
    for (const listener of listeners) listener(drawn);
    setTimeout(() => (frame = performance.now() - begun)); // the next task comes when all is painted
  };
  // However many changes a frame brings, it is drawn once; a hidden page is not drawn at all.
  const settle = () => {
    if (held > 0) return;
    due = state;
    if (asked || due === drawn) return;
    requestAnimationFrame(draw);
    asked = true;
  };

  return {
    get state() {
      return state;
    },
    set(patch) {
      state = { ...state, ...patch };
      settle();
    },
    get frame() {
      return frame;
    },
    hold(milliseconds) {
      let holds = true;
      held++;
      const release = () => {
        if (!holds) return;
        holds = false;
        clearTimeout(timer);
        held--;
        settle();
      };
      const timer = setTimeout(release, milliseconds);
      return release;
    },
    subscribe(listener) {
      listeners.add(listener);
      listener(state);
      return () => listeners.delete(listener);
    },
  };
}
