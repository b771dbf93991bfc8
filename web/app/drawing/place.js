// Puts an element in its place: sets a few style properties through the CSSOM.
// At the end of the token's way: bars, needles and cut-offs stand where this puts them.
// Must not write a style attribute: the Content-Security-Policy forbids it, and Lit's styleMap begins with one.

import { noChange } from 'lit';
import { Directive, directive } from 'lit/directive.js';

/** @typedef {{ transform?: string, width?: string, height?: string }} Placing */

class Place extends Directive {
  /** @param {Placing} placing @returns {unknown} */
  // eslint-disable-next-line no-unused-vars -- the signature that callers see
  render(placing) {
    return noChange;
  }

  /** @override @param {import('lit').ElementPart} part @param {[Placing]} placing */
  update(part, [placing]) {
    Object.assign(/** @type {HTMLElement} */ (part.element).style, placing);
    return noChange;
  }
}

export const place = directive(Place);
