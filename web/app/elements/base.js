// What every element of the page shares: it renders into the page itself, not into a shadow.
// At the end of the token's way: state comes in as properties, wishes go out to the instrument.
// Must not know any element in particular.

import { LitElement } from 'lit';

export class View extends LitElement {
  /** The parts of the state that the element reads: while these stay it is left alone. Null: all. @type {string[] | null} */
  static uses = null;

  /** One document: one style sheet, ids that labels can point to, and numbers that any program can select. */
  createRenderRoot() {
    return this;
  }

  /** @override @param {Map<PropertyKey, any>} changed */
  shouldUpdate(changed) {
    const { uses } = /** @type {typeof View} */ (this.constructor);
    const before = changed.get('state');
    if (!uses || !before || changed.size > 1) return true;
    const { state } = /** @type {any} */ (this);
    return uses.some((name) => state[name] !== before[name]);
  }
}
