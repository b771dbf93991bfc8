// One line about the position that is shown: what will be drawn, was drawn, or was given.
// At the end of the token's way: stands under the text.
// Must not know the chips; a pure function from the state to markup.

import { html, nothing } from 'lit';
import { isOver, lastPosition, sameSettings } from '../state.js';
import { text } from '../text/index.js';
import { plainText } from '../token-text.js';

const words = text.note;

/**
 * @param {import('../state.js').State} state
 * @param {import('../instrument.js').Instrument} instrument
 */
export function noteView(state, instrument) {
  const { step, vocabulary, chips, settings } = state;
  if (!step) return nothing;
  const name = (/** @type {number} */ id) => {
    const token = vocabulary.get(id);
    return token ? plainText(token) : '';
  };
  const { position, id, actual = null } = step;
  if (actual === null) {
    const next = step.end ? words.end : words.next(name(id));
    return html`<strong>${words.nextToken}</strong> ${next}`;
  }
  const drawnUnder = chips[position]?.settings ?? null;
  const told = !drawnUnder
    ? words.given(name(actual), step.stages[0].ids.indexOf(actual) + 1)
    : actual === id
      ? words.same(name(actual))
      : words.other(name(actual), name(id));
  const moved = drawnUnder !== null && !sameSettings(drawnUnder, settings);
  return html`<strong>${words.position(position)}</strong> ${told}
    ${moved
      ? html`<button type="button" class="link" @click=${() => instrument.restoreSettings()}>${words.restore}</button>`
      : nothing}
    ${position < lastPosition(state)
      ? html`<button type="button" class="link" @click=${() => instrument.selectLast()}>${isOver(state) ? words.toLast : words.toNext}</button>`
      : nothing}`;
}
