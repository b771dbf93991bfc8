// From anything thrown to one plain sentence, what to do, and the details.
// Beside the token's way: the instrument catches, this names, the notice shows.
// Must not know how to recover.

import { text } from './text/index.js';

/** @typedef {import('./state.js').Problem} Problem */

/** A problem that this page finds by itself; its name is a key of text.errors. */
export class PageError extends Error {
  /** @param {keyof typeof text.errors} name @param {string} [details] */
  constructor(name, details = '') {
    super(details);
    this.name = name;
  }
}

/** @param {unknown} error @returns {boolean} whether it only says that something was called off */
export function isAbort(error) {
  return error instanceof DOMException && error.name === 'AbortError';
}

/** @param {unknown} error @returns {Problem} */
export function problemOf(error) {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  const known = Object.hasOwn(text.errors, name) ? /** @type {keyof typeof text.errors} */ (name) : 'other';
  return { ...text.errors[known], details: known === 'other' ? `${name}: ${message}` : message };
}
