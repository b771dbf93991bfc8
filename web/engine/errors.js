// The engine's typed errors, and how they cross from the worker to the page.
// Beside the token's way: every hop in web/engine/ throws these, the public API passes them on.
// Must not know what failed or where; messages come from whoever throws.

/**
 * What can go wrong, as `error.name`:
 * - `BadModel`: the file is no GGUF model, is cut short, or contradicts itself
 * - `Unsupported`: a sound model of a kind this engine does not compute
 * - `OutOfMemory`: the model needs more memory than there is
 * - `Network`: the source could not be read: a failed fetch, a missing file, a broken stream
 * - `Unloaded`: the model has been unloaded
 * - `Crash`: the engine's worker ended unexpectedly
 *
 * A setting outside its range is a RangeError with `field`, `range` and `value`; an aborted call
 * rejects with its signal's reason, as fetch does: an AbortError, unless the caller gave another.
 *
 * @typedef {'BadModel' | 'Unsupported' | 'OutOfMemory' | 'Network' | 'Unloaded' | 'Crash'} ErrorName
 */

export class LogitscopeError extends Error {
  /**
   * @param {ErrorName} name
   * @param {string} message one line: what is wrong, what was expected, what to do
   * @param {ErrorOptions} [options]
   */
  constructor(name, message, options) {
    super(message, options);
    this.name = name;
  }
}

/**
 * A RangeError that says which setting, what is permitted and what was given.
 * @param {string} message
 * @param {string} field
 * @param {unknown} range such as [1, 512]
 * @param {unknown} value
 */
export function rangeError(message, field, range, value) {
  return Object.assign(new RangeError(message), { field, range, value });
}

/** @typedef {{ kind: string, name: string, message: string, details: Record<string, unknown> }} PlainError */

/**
 * An error as an object that can be posted: structured clone would drop its name and properties.
 * @param {unknown} error
 * @returns {PlainError}
 */
export function toPlain(error) {
  if (!(error instanceof Error)) return { kind: 'Error', name: 'Error', message: String(error), details: {} };
  const kind =
    error instanceof LogitscopeError ? 'LogitscopeError' : error instanceof RangeError ? 'RangeError' : 'Error';
  return { kind, name: error.name, message: error.message, details: { ...error } };
}

/**
 * The error that `toPlain` was given.
 * @param {PlainError} plain
 * @returns {Error}
 */
export function fromPlain({ kind, name, message, details }) {
  if (name === 'AbortError') return new DOMException(message, name);
  if (kind === 'LogitscopeError') return new LogitscopeError(/** @type {ErrorName} */ (name), message);
  const error = kind === 'RangeError' ? new RangeError(message) : new Error(message);
  return Object.assign(error, details, { name });
}
