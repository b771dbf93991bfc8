// What every element of the page shares: it renders into the page itself, not into a shadow.
// At the end of the token's way: state comes in as properties, wishes go out to the instrument.
// Must not know any element in particular.

import { LitElement } from 'lit';

export class View extends LitElement {
  /** One document: one style sheet, ids that labels can point to, and numbers that any program can select. */
  createRenderRoot() {
    return this;
  }
}
