// From anything thrown to one plain sentence, what to do, and the details.
// Beside the token's way: the instrument catches, this names, the notice shows.
// Must not know how to recover.

import { firstModel, shippedModel } from './host.js';
import { LinkError } from './share/link-error.js';
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

/** Where another model would do, and the page was asked for one of its own, it offers the one that it came with. */
const ANOTHER_WOULD_DO = ['BadModel', 'Unsupported', 'OutOfMemory', 'Network'];
const shipped = { source: shippedModel, label: text.model.shipped };

/** @param {unknown} error @returns {Problem} */
export function problemOf(error) {
  if (error instanceof LinkError) return linkProblemOf(error);
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  const known = Object.hasOwn(text.errors, name) ? /** @type {keyof typeof text.errors} */ (name) : 'other';
  const offer = firstModel !== shippedModel && ANOTHER_WOULD_DO.includes(known) ? { offer: shipped } : {};
  return { ...text.errors[known], details: known === 'other' ? `${name}: ${message}` : message, ...offer };
}

/** @param {LinkError} error @returns {Problem} */
function linkProblemOf({ reason, message: details, named, other }) {
  const words = text.share.problems[reason];
  const { sentence, advice } = typeof words === 'function' ? words(named) : words;
  if (!other) return { sentence, advice, details };
  const offer = other.href === shippedModel.href ? shipped : { source: other, label: text.share.openFrom(other.host) };
  return { sentence, advice, details, offer };
}
