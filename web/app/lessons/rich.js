// A sentence of the lessons as markup: *terms* in italics, and no line ends between a number and what belongs to it.
// Beside the token's way; a pure function.
// Must not know which sentence it is.

import { html } from 'lit';

/** @param {string} sentence */
export function rich(sentence) {
  const held = sentence.replaceAll(' = ', '\u00a0=\u00a0').replaceAll(' %', '\u00a0%');
  return held.split('*').map((part, i) => (i % 2 ? html`<em>${part}</em>` : part));
}
