// The help sheet: how to read the instrument, and the keys.
// Beside the token's way.
// Must not know the state.

import { html } from 'lit';
import { text } from '../text/index.js';
import { Dialog } from './ls-dialog.js';

class Help extends Dialog {
  render() {
    const { title, intro, stages, keysTitle, keys } = text.help;
    return this.sheet(
      'help-title',
      title,
      html`
        ${intro.map((paragraph) => html`<p>${paragraph}</p>`)}
        <dl class="terms">${stages.map(([name, meaning]) => html`<dt>${name}</dt><dd>${meaning}</dd>`)}</dl>
        <h3>${keysTitle}</h3>
        <dl class="keys">${keys.map(([key, meaning]) => html`<dt><kbd>${key}</kbd></dt><dd>${meaning}</dd>`)}</dl>
      `,
    );
  }
}

customElements.define('ls-help', Help);
