// Surprisal and entropy over the text, as two fine lines: where the model was sure and where it was not.
// After the token's way: stands under the chips, one point a token.
// Must not know the chips' places; it shows what was drawn, from the first such token to the last.

import { html, svg, nothing } from 'lit';
import { bits } from '../format.js';
import { text } from '../text/index.js';
import { View } from './base.js';

/** @typedef {import('../state.js').Chip} Chip */

const words = text.sparkline;
/** Of the drawing, in units of its own: whole numbers are written quickest, and there are two for each token. */
const HEIGHT = 1000;
/** The scale reaches at least this many bits. */
const LEAST = 8;

/** @param {Chip} chip */
const isDrawn = ({ surprisal }) => surprisal !== null;

/**
 * A line through the values that are there, broken where one is missing.
 * @param {(number | null)[]} values @param {number} top
 */
function pathOf(values, top) {
  let path = '';
  let drawing = false;
  values.forEach((value, i) => {
    if (value !== null) path += `${drawing ? 'L' : 'M'}${2 * i + 1} ${Math.round(HEIGHT * (1 - value / top))}`;
    drawing = value !== null;
  });
  return path;
}

class Sparkline extends View {
  static properties = { chips: { attribute: false }, cursor: { attribute: false }, instrument: { attribute: false } };

  constructor() {
    super();
    /** @type {Chip[]} */
    this.chips = [];
    this.cursor = 0;
    /** @type {import('../instrument.js').Instrument | undefined} */
    this.instrument = undefined;
  }

  /** @param {PointerEvent} event */
  onPoint(event) {
    const { left, width } = /** @type {Element} */ (event.currentTarget).getBoundingClientRect();
    const from = this.chips.findIndex(isDrawn);
    this.instrument?.select(from + Math.floor(((event.clientX - left) / width) * (this.chips.length - from)));
  }

  render() {
    const from = this.chips.findIndex(isDrawn);
    const chips = from < 0 ? [] : this.chips.slice(from);
    const cursor = this.cursor - from;
    const told = chips.filter(isDrawn);
    if (told.length < 2) return nothing;
    const mean = (/** @type {(chip: Chip) => number | null} */ of) => told.reduce((sum, chip) => sum + (of(chip) ?? 0), 0) / told.length;
    const surprisal = mean((chip) => chip.surprisal);
    const entropy = mean((chip) => chip.entropy);
    const summary = words.summary(bits(surprisal), bits(entropy));
    const top = Math.max(LEAST, ...told.map(({ surprisal, entropy }) => Math.max(surprisal ?? 0, entropy ?? 0)));
    return html`<svg
        viewBox=${`0 0 ${2 * chips.length} ${HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label=${summary}
        @pointerdown=${this.onPoint}
      >
        ${svg`<path class="entropy" d=${pathOf(chips.map((chip) => chip.entropy), top)} />
          <path class="surprisal" d=${pathOf(chips.map((chip) => chip.surprisal), top)} />
          ${cursor >= 0 && cursor < chips.length ? svg`<path class="here" d=${`M${2 * cursor + 1} 0V${HEIGHT}`} />` : nothing}`}
      </svg>
      <p class="key" aria-hidden="true">
        <span class="surprisal">${words.surprisal}</span><span>${words.mean(bits(surprisal))}</span>
        <span class="entropy">${words.entropy}</span><span>${words.mean(bits(entropy))}</span>
      </p>`;
  }
}

customElements.define('ls-sparkline', Sparkline);
