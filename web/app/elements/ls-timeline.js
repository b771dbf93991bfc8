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

/** @param {number} surprisal @returns {number} */
function tintOf(surprisal) {
  const tint = TINTS.findIndex((edge) => surprisal < edge);
  return tint < 0 ? TINTS.length : tint;
}

class Timeline extends View {
  static properties = { state: { attribute: false }, instrument: { attribute: false }, breaks: { state: true } };

  constructor() {
    super();
    /** @type {import('../state.js').State | undefined} */
    this.state = undefined;
    /** @type {import('../instrument.js').Instrument | undefined} */
    this.instrument = undefined;
    /** Positions where lines begin: a text that grows is laid out anew from the last of them on, not from its beginning. @type {number[]} */
    this.breaks = [];
    /** What was broken into these lines. @type {readonly Chip[]} */
    this.chips = [];
    this.width = 0;
    /** The position that was shown last. */
    this.cursor = 0;
    /** Whether the text's end lies outside of its box. */
    this.away = false;
    /** Whether a chip had the focus before an update. */
    this.focused = false;
    this.sizes = new ResizeObserver(([{ target, contentRect }]) => this.onSize(target, contentRect.width));
  }

  firstUpdated() {
    const flow = this.querySelector('.flow');
    if (flow) this.sizes.observe(flow);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.sizes.disconnect();
  }

  /** Lines hold as long as their chips do. */
  willUpdate() {
    this.focused = Boolean(document.activeElement?.closest('.flow'));
    const { chips = [] } = this.state ?? {};
    if (chips === this.chips) return;
    const changed = chips.findIndex((chip, i) => chip !== this.chips[i]);
    const same = changed < 0 ? chips.length : changed;
    if (this.breaks.some((at) => at >= same)) this.breaks = this.breaks.filter((at) => at < same);
    this.chips = chips;
  }

  updated() {
    const { chips = [], cursor = 0 } = this.state ?? {};
    // A chip may have been made anew, or have gone with its token.
    if (this.focused && !this.contains(document.activeElement)) this.shown?.focus({ preventScroll: true });
    // A text that grows is scrolled when all has its place.
    if (cursor !== this.cursor && (this.away || cursor < chips.length)) this.scrollToShown();
    this.cursor = cursor;
  }

  /** @returns {HTMLElement | null} the chip of the position that is shown */
  get shown() {
    return this.querySelector('.flow [aria-current]');
  }

  /** Within its box: the page stays where it is. */
  scrollToShown() {
    const [box, chip] = [this.querySelector('.chips'), this.shown];
    if (!box || !chip) return;
    const [{ top, bottom }, place] = [box.getBoundingClientRect(), chip.getBoundingClientRect()];
    box.scrollTop += Math.min(0, place.top - top) + Math.max(0, place.bottom - bottom);
  }

  /** @param {Event} event */
  onScroll({ currentTarget }) {
    const { scrollHeight, scrollTop, clientHeight } = /** @type {Element} */ (currentTarget);
    this.away = scrollHeight - scrollTop - clientHeight > 1;
  }

  /** Called when all has its place. @param {Element} flow @param {number} width */
  onSize({ lastElementChild: open }, width) {
    this.scrollToShown();
    const resized = width !== this.width;
    this.width = width;
    if (resized && this.breaks.length > 0) requestAnimationFrame(() => (this.breaks = []));
    else if (open) this.breakOff(open);
  }

  /** @param {Element} open the text from the last known break on */
  breakOff(open) {
    const chips = /** @type {HTMLElement[]} */ ([...open.querySelectorAll('[data-position]')]);
    const begins = chips.filter(({ offsetTop }, i) => i > 0 && offsetTop > chips[i - 1].offsetTop);
    if (begins.length > 0) this.breaks = [...this.breaks, ...begins.map(({ dataset }) => Number(dataset.position))];
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
    const moves = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: last, Escape: last };
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

  /** @param {import('../state.js').State} state */
  linesView({ chips, cursor, promptLength }) {
    const begins = [0, ...this.breaks];
    return begins.map((begin, i) => {
      const line = chips.slice(begin, begins[i + 1]);
      const shown = cursor - begin;
      const view = guard([line[shown] ? shown : null, ...line], () =>
        line.map((chip, at) => guard([chip, at === shown], () => this.chipView(chip, begin + at, at === shown))),
      );
      return html`<div class="line">${view}${i === this.breaks.length && promptLength > 0 ? this.nextView() : nothing}</div>`;
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
      <div class="chips" role="group" aria-label=${text.timeline.label} @keydown=${this.onKey} @scroll=${this.onScroll}>
        <div class="flow">${this.linesView(state)}</div>
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
