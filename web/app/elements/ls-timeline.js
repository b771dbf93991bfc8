// The text as a time line: one chip a token, tinted by surprisal; the last chip is what would come next.
// At the end of the token's way: shows what was drawn, and chooses the position that the stages show.
// Must not know the engine.

import { html, nothing } from 'lit';
import { guard } from 'lit/directives/guard.js';
import { bits, setting } from '../format.js';
import { isEmbedded } from '../host.js';
import { hasEnded, isOver } from '../state.js';
import { text } from '../text/index.js';
import { plainText } from '../token-text.js';
import { tokenView } from '../drawing/token.js';
import { View } from './base.js';
import { noteView } from '../drawing/note.js';
import './ls-sparkline.js';

/** @typedef {import('../state.js').Chip} Chip */

/** Upper edges of the tints, in bits; the last tint has none. */
const TINTS = [0.5, 1, 2, 4, 6, 8];

/** Chips that are looked at together. */
const BLOCK = 64;

/** @param {number} surprisal @returns {number} */
function tintOf(surprisal) {
  const tint = TINTS.findIndex((edge) => surprisal < edge);
  return tint < 0 ? TINTS.length : tint;
}

class Timeline extends View {
  static properties = { state: { attribute: false }, instrument: { attribute: false } };

  constructor() {
    super();
    /** @type {import('../state.js').State | undefined} */
    this.state = undefined;
    /** @type {import('../instrument.js').Instrument | undefined} */
    this.instrument = undefined;
    /** A text that takes another line scrolls its end into view, inside its own box; told when all has its place. */
    this.sizes = new ResizeObserver(([{ target: { parentElement: box } }]) => {
      if (box) box.scrollTop = box.scrollHeight;
    });
  }

  firstUpdated() {
    const flow = this.querySelector('.flow');
    if (flow) this.sizes.observe(flow);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.sizes.disconnect();
  }

  /** @param {number} position */
  choose(position) {
    this.instrument?.select(position);
  }

  /** Arrows move from chip to chip; only one chip is a tab stop. @param {KeyboardEvent} event */
  onKey(event) {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const chips = /** @type {HTMLElement[]} */ ([...this.querySelectorAll('.chip')]);
    const at = chips.indexOf(/** @type {HTMLElement} */ (event.target));
    const last = chips.length - 1;
    /** @type {Record<string, number>} */
    const moves = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: last };
    const to = moves[event.key];
    if (at < 0 || to === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    chips[Math.min(last, Math.max(0, to))].focus();
  }

  /** @param {Chip} chip @param {number} position */
  labelOf({ token, surprisal }, position) {
    const { chip, start, given, surprisal: told } = text.timeline;
    const origin = position === 0 ? start : surprisal === null ? given : told(bits(surprisal));
    return chip(position, plainText(token), origin);
  }

  /** @param {Chip} chip @param {number} position @param {boolean} shown */
  chipView(chip, position, shown) {
    const { token, surprisal, forced } = chip;
    const label = this.labelOf(chip, position);
    return html`<button
      type="button"
      class="chip ${surprisal === null ? 'given' : `drawn tint-${tintOf(surprisal)}`} ${forced ? 'forced' : ''}"
      data-position=${position}
      data-token-id=${token.id}
      aria-label=${label}
      title=${label}
      aria-current=${shown ? 'true' : nothing}
      tabindex=${shown ? 0 : -1}
      @focus=${() => this.choose(position)}
      @click=${() => this.choose(position)}
    >
      ${tokenView(token)}</button
    >${token.bytes.includes(10) ? html`<br />` : nothing}`;
  }

  /** In blocks, so that a text that grows is not gone through chip by chip. @param {Chip[]} chips @param {number} cursor */
  chipsView(chips, cursor) {
    return Array.from({ length: Math.ceil(chips.length / BLOCK) }, (_, i) => {
      const block = chips.slice(i * BLOCK, (i + 1) * BLOCK);
      const shown = cursor - i * BLOCK;
      return guard([Math.floor(shown / BLOCK) === 0 ? shown : null, ...block], () =>
        block.map((chip, at) => guard([chip, at === shown], () => this.chipView(chip, i * BLOCK + at, at === shown))),
      );
    });
  }

  nextView() {
    const state = /** @type {import('../state.js').State} */ (this.state);
    const { chips, cursor, step, vocabulary, covered } = state;
    if (isOver(state)) return html`<span class="ending">${hasEnded(state) ? text.timeline.ended : text.timeline.full}</span>`;
    const known = step?.position === chips.length && !covered ? vocabulary.get(step.id) : undefined;
    const sign = covered ? '?' : '…';
    const label = covered ? text.predict.coveredChip : text.timeline.next(known ? plainText(known) : sign);
    return html`<button
      type="button"
      class="chip next"
      aria-label=${label}
      title=${label}
      aria-current=${cursor === chips.length ? 'true' : nothing}
      tabindex=${cursor === chips.length ? 0 : -1}
      @focus=${() => this.choose(chips.length)}
      @click=${() => this.choose(chips.length)}
    >
      ${known ? tokenView(known) : sign}
    </button>`;
  }

  render() {
    const { state, instrument } = this;
    if (!state || !instrument) return nothing;
    const { chips, cursor } = state;
    return html`
      <div class="chips" role="group" aria-label=${text.timeline.label} @keydown=${this.onKey}>
        <div class="flow">
          ${this.chipsView(chips, cursor)}${state.promptLength > 0 ? this.nextView() : nothing}
        </div>
      </div>
      <ls-sparkline .chips=${chips} .cursor=${cursor} .instrument=${instrument}></ls-sparkline>
      <p class="note">
        ${noteView(state, instrument)}
        ${state.step && !state.covered && !isEmbedded
          ? html`<button type="button" class="link" name="why" @click=${() => instrument.show({ panel: 'receipt' })}>${text.note.why}</button>`
          : nothing}
      </p>
      <p class="legend">
        <span>${text.timeline.legend}</span>
        <span class="steps"
          >${[0, ...TINTS].map((from, i) => html`<span class="step tint-${i}">${setting(from)}${i === TINTS.length ? '+' : ''}</span>`)}</span
        >
      </p>
    `;
  }
}

customElements.define('ls-timeline', Timeline);
