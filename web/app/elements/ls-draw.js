// The draw: what the stages kept, the strip with the needle at u, and where u comes from.
// At the very end of the token's way: here one token is chosen.
// Must not know the stages before the last, except for what they kept.

import { html, nothing } from 'lit';
import { tokenView } from '../drawing/token.js';
import { percent, unit } from '../format.js';
import { drawnShare, keptSentence } from '../sentence.js';
import { text } from '../text/index.js';
import { plainText } from '../token-text.js';
import { View } from './base.js';

/** @typedef {import('../state.js').State} State */

class Draw extends View {
  static uses = ['step', 'vocabulary', 'settings'];
  static properties = { state: { attribute: false } };

  constructor() {
    super();
    /** @type {State | undefined} */
    this.state = undefined;
  }

  render() {
    const state = this.state;
    if (!state?.step) return nothing;
    const { step, vocabulary, settings } = state;
    const { id, u, position } = step;
    const nameOf = (/** @type {number} */ each) => {
      const token = vocabulary.get(each);
      return token ? plainText(token) : '';
    };
    const outcome = text.draw.falls(unit(u), nameOf(id), percent(drawnShare(step)));
    return html`
      <div class="heading">
        <h2>${text.draw.title}</h2>
        <p class="note">${keptSentence(step)} <strong>${outcome}</strong></p>
        <p class="source">${text.draw.source(String(settings.seed), position)}</p>
      </div>
      <ls-strip
        .step=${step}
        .label=${outcome}
        .nameOf=${nameOf}
        .viewOf=${(/** @type {number} */ each) => tokenView(vocabulary.get(each))}
      ></ls-strip>
    `;
  }
}

customElements.define('ls-draw', Draw);
