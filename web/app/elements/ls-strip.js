// The strip: tokens with a probability laid end to end from 0 to 1, and the needle at u.
// At the end of the token's way: the token under the needle is the one that is drawn.
// Must not know where the probabilities or the names come from.

import { html, nothing } from 'lit';
import { place } from '../drawing/place.js';
import { stripScene } from '../drawing/strip.js';
import { percent, setting, unit } from '../format.js';
import { stripOf } from '../table.js';
import { text } from '../text/index.js';
import { View } from './base.js';

/** Segments narrower than this carry no name. */
const NAMED = 0.05;

class Strip extends View {
  static properties = { step: { attribute: false }, label: { attribute: false }, nameOf: { attribute: false }, viewOf: { attribute: false }, size: { state: true } };

  constructor() {
    super();
    /** @type {Pick<import('../state.js').Step, 'stages' | 'id' | 'u'> | undefined} */
    this.step = undefined;
    /** What is seen, in words. */
    this.label = '';
    /** A token's name as plain text. @type {(id: number) => string} */
    this.nameOf = String;
    /** The same as markup. @type {(id: number) => unknown} */
    this.viewOf = String;
    /** Of the strip, in CSS pixels. */
    this.size = { width: 0, height: 0 };
    this.sizes = new ResizeObserver(([{ contentRect: { width, height } }]) => (this.size = { width, height }));
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.sizes.disconnect();
  }

  firstUpdated() {
    const segments = this.querySelector('.segments');
    if (segments) this.sizes.observe(segments);
  }

  /** @param {import('../table.js').Segment} segment */
  nameView({ id, start, share, drawn }) {
    return html`<span
      class="name ${drawn ? 'drawn' : ''}"
      title=${`${this.nameOf(id)} ${percent(share)}`}
      ${place({ left: `${start * 100}%`, width: `${share * 100}%` })}
      >${this.viewOf(id)}</span
    >`;
  }

  render() {
    const { step } = this;
    if (!step) return nothing;
    const { u } = step;
    const strip = stripOf(step);
    const { width, height } = this.size;
    const at = `${u * 100}%`;
    return html`<div class="strip" role="img" aria-label=${this.label}>
      <div class="needle" data-u=${String(u)} ${place({ left: at })}>
        <span class="flag" ${place({ transform: `translateX(-${at})` })}>${text.draw.needle(unit(u))}</span>
      </div>
      <div class="segments">
        <ls-canvas .scene=${{ list: stripScene(strip, width, height), width, height }}></ls-canvas>
        ${strip.segments.filter(({ share }) => share >= NAMED).map((segment) => this.nameView(segment))}
      </div>
      <div class="axis" aria-hidden="true">
        ${[0, 0.25, 0.5, 0.75, 1].map((mark) => html`<span>${setting(mark)}</span>`)}
      </div>
    </div>`;
  }
}

customElements.define('ls-strip', Strip);
