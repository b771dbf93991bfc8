// What a link holds: a text, how each of its tokens came about, and what is shown of it.
// Beside the token's way: made of the state, written as a link, and read back to be replayed by the instrument.
// Must not know how it is written; pure functions.

import { LinkError } from './link-error.js';

/**
 * @typedef {import('../state.js').State} State
 * @typedef {import('../state.js').Settings} Settings
 *
 * @typedef {object} Record
 * @property {string} title          the writer's own, '' for none
 * @property {{ hash: string, name: string, address: string }} model address: where it can be had, '' where that is not known
 * @property {number} drawVersion    of the random numbers
 * @property {number[]} prompt       ids
 * @property {Drawn[]} drawn         the tokens behind the prompt
 * @property {Settings} settings     those of now
 * @property {number} cursor         the position that is shown
 *
 * @typedef {{ id: number, settings: Settings, forced: boolean }} Drawn
 */

/**
 * The present branch, as it stands.
 * @param {State & { model: NonNullable<State['model']> }} state
 * @param {{ title?: string, address?: string }} more
 * @returns {Record}
 */
export function recordOf({ model, chips, promptLength, settings, cursor }, { title = '', address = '' }) {
  return {
    title,
    model: { hash: model.hash, name: model.name, address },
    drawVersion: model.drawVersion,
    prompt: chips.slice(0, promptLength).map(({ token }) => token.id),
    drawn: chips.slice(promptLength).map((chip) => ({ id: chip.token.id, settings: chip.settings ?? settings, forced: chip.forced })),
    settings,
    cursor,
  };
}

/**
 * What might be opened instead of the model that is open, so that it fits: the address in the link, else the shipped model.
 * @param {Record} record @param {State['source']} source of the model that is open @param {URL} shipped
 * @returns {URL | null}
 */
export function otherSource({ model: { address } }, source, shipped) {
  const isOpen = (/** @type {URL} */ url) => source instanceof URL && url.href === source.href;
  const ways = [addressOf(address), shipped].filter((url) => url !== null);
  return ways.find((url) => !isOpen(url)) ?? null;
}

/** @param {string} address @returns {URL | null} */
function addressOf(address) {
  return /^https?:/.test(address) && URL.canParse(address) ? new URL(address) : null;
}

/**
 * Whether a model can replay a record.
 * @param {Record} record @param {Pick<NonNullable<State['model']>, 'hash' | 'drawVersion' | 'vocab' | 'contextLength'>} info of the model
 * @param {URL | null} [other] a model that might fit
 * @throws {LinkError}
 */
export function checkFit(record, { hash, drawVersion, vocab, contextLength }, other = null) {
  const { model, prompt } = record;
  if (record.drawVersion !== drawVersion) throw new LinkError('draw', `${record.drawVersion}, ${drawVersion}`);
  if (model.hash !== hash) throw new LinkError('model', `${model.hash}, ${hash}`, model.name, other);
  const ids = idsOf(record);
  const bad = ids.find((id) => id >= vocab);
  if (bad !== undefined) throw new LinkError('ids', `${bad}, 0–${vocab - 1}`);
  if (prompt.length === 0) throw new LinkError('empty');
  if (ids.length > contextLength || prompt.length >= contextLength) throw new LinkError('tooLong', `${ids.length}, ${contextLength}`);
}

/** The ids of the whole text. @param {Record} record */
export function idsOf({ prompt, drawn }) {
  return [...prompt, ...drawn.map(({ id }) => id)];
}
