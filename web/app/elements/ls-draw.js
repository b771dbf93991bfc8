// The draw: the tokens that are left, laid end to end from 0 to 1, and the needle at u.
// At the very end of the token's way: here one of them is chosen.
// Must not know the stages before the last, except for what they kept.

import { html, nothing } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { percent, unit } from '../format.js';
import { keptSentence } from '../sentence.js';
import { stripOf } from '../table.js';
import { text } from '../text/index.js';
import { plainText } from '../token-text.js';
import { tokenView } from '../drawing/token.js';
import { View } from './base.js';
import { place } from '../drawing/place.js';

/** Segments thinner than this share of the strip are drawn as one. */
const THINNEST = 0.003;
/** Segments narrower than this carry no name. */
const NAMED = 0.05;

/** @typedef {import('../state.js').State} State */

class Draw extends View {
  static properties = { state: { attribute: false } };

  constructor() {
    super();
    /** @type {State | undefined} */
    this.state = undefined;
  }

  /** @param {import('../table.js').Segment} segment @param {number} index @param {State} state */
  segmentView({ id, start, share, drawn }, index, state) {
    const token = state.vocabulary.get(id);
    return html`<div
        class="segment ${drawn ? 'drawn' : index % 2 ? 'odd' : 'even'}"
        ${place({ transform: `translateX(${start * 100}%) scaleX(${share})` })}
        title=${token ? `${plainText(token)} ${percent(share)}` : nothing}
      ></div>
      ${share >= NAMED
        ? html`<div class="name ${drawn ? 'drawn' : ''}" ${place({ transform: `translateX(${start * 100}%)` })}>
            <span ${place({ width: `${share * 100}%` })}>${tokenView(token)}</span>
          </div>`
        : nothing}`;
  }

  render() {
    const state = this.state;
    if (!state?.step) return nothing;
    const { step, vocabulary, settings } = state;
    const { segments, rest } = stripOf(step, THINNEST);
    const drawn = segments.find((segment) => segment.drawn);
    const token = vocabulary.get(step.id);
    const name = token ? plainText(token) : '';
    const { u } = step;
    const outcome = text.draw.falls(unit(u), name, percent(drawn?.share ?? 0));
    return html`
      <div class="heading">
        <h2>${text.draw.title}</h2>
        <p class="note">${keptSentence(step)} <strong>${outcome}</strong></p>
        <p class="source">${text.draw.source(String(settings.seed), step.position)}</p>
      </div>
      <div class="strip" role="img" aria-label=${outcome}>
        <div class="needle" data-u=${String(u)} ${place({ transform: `translateX(${u * 100}%)` })}>
          <span class="flag" ${place({ transform: `translateX(${-u * 100}%)` })}>${text.draw.needle(unit(u))}</span>
        </div>
        <div class="segments">
          ${rest.count > 0
            ? html`<div
                class="segment rest"
                ${place({ transform: `translateX(${rest.start * 100}%) scaleX(${rest.share})` })}
                title=${`${text.draw.others(rest.count)} ${percent(rest.share)}`}
              ></div>`
            : nothing}
          ${repeat(
            segments,
            ({ id }) => id,
            (segment, i) => this.segmentView(segment, i, state),
          )}
        </div>
        <div class="axis" aria-hidden="true">
          ${[0, 0.25, 0.5, 0.75, 1].map((at) => html`<span>${at}</span>`)}
        </div>
      </div>
    `;
  }
}

customElements.define('ls-draw', Draw);
