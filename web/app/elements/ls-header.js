// The head of the page: its name, the model that is open, the ways to another model and to help.
// Beside the token's way.
// Must not know how a model is loaded.

import { html } from 'lit';
import { approximate } from '../format.js';
import { icons } from '../drawing/icons.js';
import { isReady, linkOf } from '../share/collect.js';
import { language, names as languages, speak, text } from '../text/index.js';
import { View } from './base.js';

class Header extends View {
  static uses = ['model', 'lesson'];
  static properties = { state: { attribute: false } };

  constructor() {
    super();
    /** @type {import('../state.js').State | undefined} */
    this.state = undefined;
  }

  /** The text and the settings come along, as by a link. @param {Event} event */
  onLanguage({ target }) {
    const { state } = this;
    speak(/** @type {HTMLSelectElement} */ (target).value, state && isReady(state) ? linkOf(state) : undefined);
  }

  /** @param {'open-model' | 'open-share' | 'open-help' | 'toggle-lessons'} name */
  wish(name) {
    this.dispatchEvent(new CustomEvent(name, { bubbles: true }));
  }

  render() {
    const model = this.state?.model;
    return html`
      <h1>
        <svg class="mark" viewBox="0 0 32 32" aria-hidden="true" focusable="false">
          <rect class="plain" x="3" y="5" width="26" height="5" />
          <rect class="chosen" x="3" y="13.5" width="17" height="5" />
          <rect class="plain" x="3" y="22" width="8" height="5" />
        </svg>
        ${text.brand}
      </h1>
      <p class="facts">
        ${model
          ? html`<span class="model-name">${model.name || text.model.unnamed}</span>
              <span class="model-facts">${text.model.facts(approximate(model.parameters), model.weightType ?? '', model.vocab)}</span>`
          : html`<span class="model-facts">${text.tagline}</span>`}
      </p>
      <div class="actions">
        <button
          type="button"
          name="lessons"
          class="quiet"
          title=${text.lessons.open}
          aria-pressed=${this.state?.lesson !== null}
          @click=${() => this.wish('toggle-lessons')}
        >
          ${icons.lessons}<span>${text.lessons.open}</span>
        </button>
        <button type="button" name="open-model" class="quiet" title=${text.model.open} @click=${() => this.wish('open-model')}>
          ${icons.open}<span>${text.model.open}</span>
        </button>
        <button type="button" name="share" class="quiet" title=${text.share.open} @click=${() => this.wish('open-share')}>
          ${icons.share}<span>${text.share.open}</span>
        </button>
        <select name="language" class="quiet" aria-label=${text.languageLabel} @change=${this.onLanguage}>
          ${languages.map(({ tag, name }) => html`<option value=${tag} lang=${tag} ?selected=${tag === language}>${name}</option>`)}
        </select>
        <button
          type="button"
          name="help"
          class="quiet sign"
          aria-label=${text.help.open}
          title=${text.help.open}
          aria-keyshortcuts="?"
          @click=${() => this.wish('open-help')}
        >
          ?
        </button>
      </div>
    `;
  }
}

customElements.define('ls-header', Header);
