// Bytes of tokens -> text, where a character may be spread over several tokens.
// Last hop of the token's way in the engine: id -> bytes -> text.
// Must not know tokens, only bytes in their order.

/** Decodes bytes as they come; a half character waits for its rest, invalid bytes become U+FFFD. */
export class Utf8Stream {
  #decoder = new TextDecoder('utf-8', { ignoreBOM: true });

  /**
   * The text that these bytes complete.
   * @param {Uint8Array} bytes
   */
  push(bytes) {
    return this.#decoder.decode(bytes, { stream: true });
  }

  /** What is left: U+FFFD for a character that never got its rest. */
  end() {
    return this.#decoder.decode();
  }
}

/**
 * Decodes all of `bytes` on its own. A copy of them: browsers decode none that threads share.
 * @param {Uint8Array} bytes
 */
export function decodeUtf8(bytes) {
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes.slice());
}

/**
 * The text that `bytes` complete after `before`. Three bytes are enough: what waits for its rest is at
 * most three bytes of a four-byte character.
 * @param {Uint8Array} before at least the last three bytes of what came before, or all of it
 * @param {Uint8Array} bytes
 */
export function decodeAfter(before, bytes) {
  const stream = new Utf8Stream();
  stream.push(before.subarray(-3));
  return stream.push(bytes);
}
