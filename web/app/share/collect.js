// What files need, asked of the instrument: a step with everything, a text with every step, and their link.
// Beside the token's way, between the instrument and the writers of files.
// Must not know how files look.

import { shippedModel } from '../host.js';
import { encode } from './permalink.js';
import { recordOf } from './record.js';

/**
 * @typedef {import('../state.js').State} State
 * @typedef {State & { model: NonNullable<State['model']> }} Ready with a model and a text
 * @typedef {import('../instrument.js').Instrument} Instrument
 */

/** @param {State} state @returns {state is Ready} */
export function isReady(state) {
  return state.model !== null && state.promptLength > 0;
}

/** Where others find the model, if it is not the one that every page of ours has. @param {State['source']} source */
export function addressOf(source) {
  return source instanceof URL && source.href !== shippedModel.href ? source.href : '';
}

/** @param {Ready} state @param {{ title?: string, embedded?: boolean }} [options] @returns {string} */
export function linkOf(state, { title = state.title, embedded = false } = {}) {
  const { origin, pathname } = location;
  return `${origin}${pathname}${embedded ? '?embed' : ''}#${encode(recordOf(state, { title, address: addressOf(state.source) }))}`;
}

/** @param {Ready} state @param {Instrument} instrument @returns {Promise<import('./step-file.js').StepData | null>} null where it failed */
export async function stepData(state, instrument) {
  const { model, settings, chips, cursor } = state;
  const { moment } = instrument;
  const [[step], logits, vocabulary] = await Promise.all([
    instrument.inspectAll([{ ...settings, trace: 'full' }]),
    instrument.logits(),
    instrument.learn(Array.from({ length: model.vocab }, (_, id) => id)),
  ]);
  if (moment !== instrument.moment || step?.position !== cursor || logits.length !== model.vocab || vocabulary.size < model.vocab) return null;
  const before = chips.slice(0, cursor).map(({ token }) => token.id);
  return { model, settings, before, step, logits, vocabulary, link: linkOf(state) };
}

/** @param {Ready} state @param {Instrument} instrument @returns {Promise<import('./run-file.js').RunData | null>} null where it failed */
export async function runData(state, instrument) {
  const { model, chips } = state;
  const steps = await instrument.lookBack();
  return steps.length === chips.length - 1 ? { model, chips, steps, link: linkOf(state) } : null;
}
