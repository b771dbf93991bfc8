// One line about the position that is shown: what will be drawn, was drawn, or was given.
// At the end of the token's way: stands under the text.
// Must not know the chips; a pure function from the state to markup.

import { html, nothing } from 'lit';
import { isOver, lastPosition, sameSettings } from '../state.js';
import { text } from '../text/index.js';
import { plainText } from '../token-text.js';

const words = text.note;

/** @param {import('../state.js').Step} step @param {number} id @returns {number} 1 is the likeliest for the model */
function rankOf({ stages, watched = [] }, id) {
  const listed = stages[0].ids.indexOf(id);
  return listed >= 0 ? listed + 1 : (watched.find((token) => token.id === id)?.rows[0].rank ?? 0);
}

/**
 * @param {import('../state.js').State} state
 * @param {import('../instrument.js').Instrument} instrument
 */
export function noteView(state, instrument) {
  const { step, vocabulary, chips, settings } = state;
  if (!step) return nothing;
  if (state.covered && step.position === chips.length) return text.predict.coveredNote;
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
    ? words.given(name(actual), rankOf(step, actual))
    : chips[position].forced
      ? words.taken(name(actual))
    : actual === id
      ? words.same(name(actual))
      : words.other(name(actual), name(id));
  const branches = position >= state.promptLength && actual !== id;
  const moved = drawnUnder !== null && !sameSettings(drawnUnder, settings);
  return html`<strong>${words.position(position)}</strong> ${told}
    ${branches
      ? html`<button type="button" class="link" name="branch" @click=${() => instrument.continueHere()}>${words.branch(name(id))}</button>`
      : nothing}
    ${moved
      ? html`<button type="button" class="link" @click=${() => instrument.restoreSettings()}>${words.restore}</button>`
      : nothing}
    ${position < lastPosition(state)
      ? html`<button type="button" class="link" @click=${() => instrument.selectLast()}>${isOver(state) ? words.toLast : words.toNext}</button>`
      : nothing}`;
}
