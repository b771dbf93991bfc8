// The page's one store: holds the state, tells listeners about changes once per animation frame.
// On the token's way: between the instrument, which writes it, and the views, which read it.
// Must not know what is in the state.

/**
 * @template {object} State
 * @typedef {object} Store
 * @property {State} state                               the current state; replaced, never changed in place
 * @property {(patch: Partial<State>) => void} set
 * @property {(listener: (state: State) => void) => () => void} subscribe  returns a function that ends it
 */

/**
 * @template {object} State
 * @param {State} initial
 * @returns {Store<State>}
 */
export function createStore(initial) {
  let state = initial;
  let scheduled = false;
  /** @type {Set<(state: State) => void>} */
  const listeners = new Set();

  // However many changes a frame brings, it is drawn once; a hidden page is not drawn at all.
  const announce = () => {
    scheduled = false;
    for (const listener of listeners) listener(state);
  };

  return {
    get state() {
      return state;
    },
    set(patch) {
      state = { ...state, ...patch };
      if (scheduled) return;
      scheduled = true;
      requestAnimationFrame(announce);
    },
    subscribe(listener) {
      listeners.add(listener);
      listener(state);
      return () => listeners.delete(listener);
    },
  };
}
