// Draws a record's tokens again, each under its own settings, and sees that each is the recorded one.
// On the token's way: between a link and the engine's session; the instrument shows what comes.
// Must not know the page; the same in Node.

import { LinkError } from './link-error.js';

/**
 * @typedef {ReturnType<import('../../engine/index.js').Model['session']>} Session
 * @typedef {import('../../engine/index.js').Step} Step
 * @typedef {import('./record.js').Record} Record
 */

/** What the engine refuses in a record. @template Result @param {Promise<Result>} asked @returns {Promise<Result>} */
async function known(asked) {
  try {
    return await asked;
  } catch (error) {
    throw error instanceof RangeError ? new LinkError('settings', error.message) : error;
  }
}

/**
 * Feeds a new session the record's prompt, and sees that all its settings are known before anything is drawn.
 * @param {Session} session @param {Record} record @param {Parameters<Session['feed']>[1]} [options]
 */
export async function begin(session, { prompt, drawn, settings }, options) {
  await session.feed(prompt, options);
  const all = [...new Set([settings, ...drawn.map((each) => each.settings)])];
  await known(session.inspectAll(prompt.length, all.map((each) => ({ ...each, trace: 'none' }))));
}

/**
 * Continues a session that has begun. Whatever ends it, the session is left with what was yielded.
 * @param {Session} session @param {Record} record @param {AbortSignal} [signal]
 * @returns {AsyncGenerator<{ step: Step } & import('./record.js').Drawn, void>}
 */
export async function* redraw(session, { prompt, drawn }, signal) {
  let length = prompt.length;
  try {
    for (const each of drawn) {
      Object.assign(session, each.settings);
      const step = await known(session.step({ trace: 'none', force: each.forced ? each.id : undefined, signal }));
      if (step.id !== each.id) throw new LinkError('differs', `${each.id}, ${step.id}`, String(length));
      length++;
      yield { step, ...each };
    }
  } finally {
    await session.rewind(length);
  }
}
