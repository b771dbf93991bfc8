// The bench below the instrument: one panel at a time, fetched when it is first opened.
// After the token's way: every panel asks more of the step that is shown.
// Must not know what is in a panel.

import { html, nothing } from 'lit';
import { text } from '../text/index.js';
import { View } from './base.js';

/** Every panel's element, and where it comes from, in the order of the tabs. @type {Record<string, () => Promise<unknown>>} */
const panels = {
  receipt: () => import('./ls-receipt.js'),
  cuts: () => import('./ls-cuts.js'),
  branches: () => import('./ls-branches.js'),
  compare: () => import('./ls-compare.js'),
  draws: () => import('./ls-draws.js'),
  sweep: () => import('./ls-sweep.js'),
  own: () => import('./ls-own.js'),
  predict: () => import('./ls-predict.js'),
};
const names = Object.keys(panels);

class Panels extends View {
  static properties = { state: { attribute: false }, instrument: { attribute: false } };

  constructor() {
    super();
    /** @type {import('../state.js').State | undefined} */
    this.state = undefined;
    /** @type {import('../instrument.js').Instrument | undefined} */
    this.instrument = undefined;
    /** The open panel's element. @type {any} */
    this.body = null;
    /** The panel that was open last. @type {string | null} */
    this.shown = null;
    /** Every element that was open before, as it was left. @type {Map<string, HTMLElement>} */
    this.bodies = new Map();
  }

  /** @param {string} name the open panel's own tab closes it */
  toggle(name) {
    this.instrument?.show({ panel: this.state?.panel === name ? null : name });
  }

  /** A panel that opens below what is in sight would be missed. */
  updated() {
    const { panel = null } = this.state ?? {};
    if (panel === this.shown) return;
    this.shown = panel;
    if (panel && this.getBoundingClientRect().top > window.innerHeight / 2) this.scrollIntoView();
  }

  /** @param {KeyboardEvent} event */
  onKey(event) {
    const at = names.indexOf(/** @type {HTMLElement} */ (event.target).dataset.panel ?? '');
    /** @type {Record<string, number>} */
    const moves = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: names.length - 1 };
    const to = moves[event.key];
    if (to === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    event.stopPropagation();
    const name = names[(to + names.length) % names.length];
    /** @type {HTMLElement | null} */ (this.querySelector(`[data-panel="${name}"]`))?.focus();
  }

  /** @param {string} name */
  bodyOf(name) {
    const known = this.bodies.get(name);
    if (known) return known;
    void panels[name]();
    const body = document.createElement(`ls-${name}`);
    this.bodies.set(name, body);
    return body;
  }

  willUpdate() {
    const { state, instrument } = this;
    this.body = state?.panel ? this.bodyOf(state.panel) : null;
    if (this.body) Object.assign(this.body, { state, instrument });
  }

  render() {
    const { state } = this;
    if (!state) return nothing;
    const open = state.panel;
    return html`
      <h2 class="visually-hidden">${text.panels.title}</h2>
      <div class="tabs" role="tablist" aria-label=${text.panels.title} @keydown=${this.onKey}>
        ${names.map(
          (name, i) => html`<button
            type="button"
            role="tab"
            name=${`tab-${name}`}
            id=${`tab-${name}`}
            data-panel=${name}
            aria-selected=${open === name}
            aria-controls=${open === name ? 'panel' : nothing}
            tabindex=${open === name || (open === null && i === 0) ? 0 : -1}
            @click=${() => this.toggle(name)}
          >
            ${text.panels.names[name]}
          </button>`,
        )}
      </div>
      ${open ? html`<div id="panel" class="panel" role="tabpanel" aria-labelledby=${`tab-${open}`} tabindex="-1">${this.body}</div>` : nothing}
    `;
  }
}

customElements.define('ls-panels', Panels);
