// Why a link cannot be opened: it is none, it does not fit what is open, or it drew another token.
// Beside the token's way: permalink.js, record.js and replay.js throw it, errors.js finds the words.
// Must not hold words.

/** @typedef {keyof typeof import('../text/index.js')['text']['share']['problems']} Reason */

export class LinkError extends Error {
  /**
   * @param {Reason} reason
   * @param {string} [details]
   * @param {string} [named] what its sentence names
   * @param {URL | null} [other] a model that might help
   */
  constructor(reason, details = '', named = '', other = null) {
    super(details);
    this.reason = reason;
    this.named = named;
    this.other = other;
  }
}
