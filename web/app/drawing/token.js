// A token as markup: its text, with spaces, line ends and lone bytes made visible.
// At the end of the token's way: rows, chips, segments and sentences all show tokens like this.
// Must not know the state; a pure function.

import { html } from 'lit';
import { partsOf } from '../token-text.js';

/** @param {import('../state.js').TokenInfo | undefined} token @returns {import('lit').TemplateResult | string} */
export function tokenView(token) {
  if (!token) return '';
  // A space stays a space, so that what is copied is the text; the style draws a mark under it.
  return html`<bdi class="token"
    >${partsOf(token).map(({ kind, text }) => (kind === 'text' ? text : html`<span class="part ${kind}">${text}</span>`))}</bdi
  >`;
}
