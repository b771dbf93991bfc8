// The tokens met so far. A new object each time some are added, so that views see that something is new.
// On the token's way: between the engine, which spells tokens, and every place where a token is seen.
// Must not be changed by those who read it.

/** @typedef {import('./state.js').TokenInfo} TokenInfo */

export class Vocabulary {
  #tokens;

  /** @param {Map<number, TokenInfo>} [tokens] */
  constructor(tokens = new Map()) {
    this.#tokens = tokens;
  }

  get size() {
    return this.#tokens.size;
  }

  /** @param {number} id */
  has(id) {
    return this.#tokens.has(id);
  }

  /** @param {number} id */
  get(id) {
    return this.#tokens.get(id);
  }

  /** With these tokens too. All that came before it share them: copying tens of thousands at each step would be felt. @param {Iterable<TokenInfo>} tokens */
  with(tokens) {
    for (const token of tokens) this.#tokens.set(token.id, token);
    return new Vocabulary(this.#tokens);
  }
}
