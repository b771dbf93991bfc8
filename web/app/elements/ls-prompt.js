// The prompt box. Every change is read at once: chips and stages follow the typing.
// At the beginning of the token's way: text goes in here.
// Must not know tokens.

import { html, nothing } from 'lit';
import { live } from 'lit/directives/live.js';
import { text } from '../text/index.js';
import { View } from './base.js';

class Prompt extends View {
  static uses = ['prompt', 'promptProblem', 'reading', 'model'];
  static properties = { state: { attribute: false }, instrument: { attribute: false } };

  constructor() {
    super();
    /** @type {import('../state.js').State | undefined} */
    this.state = undefined;
    /** @type {import('../instrument.js').Instrument | undefined} */
    this.instrument = undefined;
  }

  /** @param {InputEvent} event */
  onInput(event) {
    void this.instrument?.setPrompt(/** @type {HTMLTextAreaElement} */ (event.target).value);
  }

  render() {
    const state = this.state;
    if (!state) return nothing;
    const problem = state.promptProblem;
    return html`
      <label for="prompt">${text.prompt.label}</label>
      <textarea
        id="prompt"
        name="prompt"
        rows="2"
        spellcheck="false"
        autocomplete="off"
        .value=${live(state.prompt)}
        aria-invalid=${problem ? 'true' : 'false'}
        aria-describedby="prompt-problem"
        ?disabled=${state.model === null}
        @input=${this.onInput}
      ></textarea>
      <p id="prompt-problem" class="field-problem" role="status">${problem}</p>
      ${state.reading
        ? html`<progress aria-label=${text.load.reading} max=${state.reading.total} .value=${state.reading.loaded}></progress>`
        : nothing}
    `;
  }
}

customElements.define('ls-prompt', Prompt);
