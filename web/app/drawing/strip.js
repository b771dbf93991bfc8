// The draw strip as things to be drawn: one segment a token, from 0 to 1.
// At the very end of the token's way: here one of them is chosen.
// Must not know canvases or elements; a pure function, in CSS pixels.

/** @typedef {import('./paint.js').Item} Item */

/**
 * @param {ReturnType<typeof import('../table.js').stripOf>} strip
 * @param {number} width @param {number} height
 * @returns {Item[]}
 */
export function stripScene({ segments, rest }, width, height) {
  const box = (/** @type {string} */ key, /** @type {string} */ style, /** @type {number} */ start, /** @type {number} */ share) =>
    /** @type {Item} */ ({ kind: 'rect', key, style, at: [start * width, 0, share * width, height] });
  return [
    box('strip', 'strip', 0, 1),
    ...(rest.count > 0 ? [box('rest', 'even', rest.start, rest.share)] : []),
    ...segments.map(({ id, start, share, drawn }, i) => box(`segment:${id}`, drawn ? 'drawn' : i % 2 ? 'odd' : 'even', start, share)),
  ];
}
