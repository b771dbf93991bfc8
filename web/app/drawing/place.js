// Puts an element in its place: sets a few style properties through the CSSOM.
// At the end of the token's way: canvases, needles and names stand where this puts them.
// Must not write a style attribute: the Content-Security-Policy forbids it, and Lit's styleMap begins with one.

import { noChange } from 'lit';
import { Directive, directive } from 'lit/directive.js';

/** @typedef {Partial<Pick<CSSStyleDeclaration, 'transform' | 'left' | 'top' | 'width' | 'height' | 'maxHeight' | 'paddingTop' | 'scrollPadding'>>} Placing */

class Place extends Directive {
  /** @type {Placing} */
  last = {};

  /** @param {Placing} placing @returns {unknown} */
  // eslint-disable-next-line no-unused-vars -- the signature that callers see
  render(placing) {
    return noChange;
  }

  /** @override @param {import('lit').ElementPart} part @param {[Placing]} placing */
  update(part, [placing]) {
    const { style } = /** @type {HTMLElement} */ (part.element);
    for (const name of /** @type {(keyof Placing)[]} */ (Object.keys(placing))) {
      if (placing[name] !== this.last[name]) style[name] = placing[name] ?? '';
    }
    this.last = placing;
    return noChange;
  }
}

export const place = directive(Place);
