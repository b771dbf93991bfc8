// The help sheet: how to read the instrument, what is where, and the keys.
// Beside the token's way.
// Must not know the state.

import { html } from 'lit';
import { text } from '../text/index.js';
import { Dialog } from './ls-dialog.js';

/** @param {[unknown, string][]} entries */
const terms = (entries) =>
  html`<dl class="terms">${entries.map(([name, meaning]) => html`<dt>${name}</dt><dd>${meaning}</dd>`)}</dl>`;

/** @param {Record<string, string>} meanings @param {Record<string, string>} names @returns {[string, string][]} */
const named = (meanings, names) => Object.entries(meanings).map(([key, meaning]) => [names[key], meaning]);

class Help extends Dialog {
  render() {
    const { title, intro, stagesTitle, stages, draw, moreStages, others, placesTitle, places, panels, keysTitle, keys } = text.help;
    return this.sheet(
      'help-title',
      title,
      html`
        ${intro.map((paragraph) => html`<p>${paragraph}</p>`)}
        <h3>${stagesTitle}</h3>
        ${terms([...named(stages, text.stages.names), [text.draw.title, draw]])}
        <h3>${placesTitle}</h3>
        ${terms([.../** @type {[string, string][]} */ (places), ...named(panels, text.panels.names)])}
        <h3>${keysTitle}</h3>
        <dl class="keys">${keys.map(([key, meaning]) => html`<dt><kbd>${key}</kbd></dt><dd>${meaning}</dd>`)}</dl>
        <h3>${moreStages}</h3>
        ${terms(named(others, text.stages.names))}
      `,
    );
  }
}

customElements.define('ls-help', Help);
