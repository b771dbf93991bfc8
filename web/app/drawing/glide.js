// Between one list of things to be drawn and the next: what has the same key moves from there to here.
// At the end of the token's way: motion shows which bar became which.
// Must not know time; a pure function of how far the way has been gone.

/** @typedef {import('./paint.js').Item} Item */

/** Quick at first, gently at last. @param {number} t 0..1 */
const eased = (t) => 1 - (1 - t) ** 3;

/**
 * @param {ReadonlyMap<string, number[]>} before where things were
 * @param {Item[]} list where they belong; what was not there before stands at its place at once
 * @param {number} t 0..1
 * @returns {Item[]}
 */
export function between(before, list, t) {
  if (t >= 1) return list;
  const share = eased(t);
  return list.map((item) => {
    const from = before.get(item.key);
    if (from?.length !== item.at.length) return item;
    return { ...item, at: item.at.map((to, i) => from[i] + (to - from[i]) * share) };
  });
}

/** @param {Item[]} list */
export const placesOf = (list) => new Map(list.map(({ key, at }) => [key, at]));
