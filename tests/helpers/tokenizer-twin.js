// The two tokenizers again, naive and independent of the C: regular expressions, strings, quadratic loops.
// Beside the first hop of a token's way: what src/tokenizer.c gives must be what this gives.
// Must not share anything with src/, and handles only well-formed text.

/** GPT-2's spelling of bytes as printable characters: index is the byte. */
export const BYTE_SPELLING = (() => {
  const printable = [...range(0x21, 0x7e), ...range(0xa1, 0xac), ...range(0xae, 0xff)];
  const spelling = Array(256).fill('');
  for (const byte of printable) spelling[byte] = String.fromCharCode(byte);
  let next = 256;
  return spelling.map((character) => character || String.fromCharCode(next++));
})();

/** @param {number} first @param {number} last */
function range(first, last) {
  return Array.from({ length: last - first + 1 }, (_, i) => first + i);
}

/** @param {string[]} parts @param {number} at */
function mergeAt(parts, at) {
  parts.splice(at, 2, parts[at] + parts[at + 1]);
}

/**
 * Merges the pair of the lowest price, on a tie the leftmost, while there is one.
 * @param {string[]} parts @param {(left: string, right: string) => number} price  Infinity: no merge
 */
function mergeAll(parts, price) {
  for (;;) {
    let best = -1;
    let lowest = Infinity;
    for (let i = 0; i + 1 < parts.length; i++) {
      const here = price(parts[i], parts[i + 1]);
      if (here < lowest) {
        best = i;
        lowest = here;
      }
    }
    if (best < 0) return;
    mergeAt(parts, best);
  }
}

/** @param {string[]} tokens @param {(id: number) => boolean} findable @returns {Map<string, number>} */
function firstIds(tokens, findable) {
  /** @type {Map<string, number>} */
  const ids = new Map();
  for (const [id, token] of tokens.entries()) if (findable(id) && !ids.has(token)) ids.set(token, id);
  return ids;
}

// As published with GPT-2; \s is Python's there, which is \p{White_Space} and not JavaScript's \s.
const WORDS =
  /'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\p{White_Space}\p{L}\p{N}]+|\p{White_Space}+(?!\P{White_Space})|\p{White_Space}+/gu;

/** @param {Map<string, any>} metadata @returns {(text: string) => number[]} */
export function bpeTwin(metadata) {
  const ids = firstIds(metadata.get('tokenizer.ggml.tokens'), () => true);
  const ranks = firstIds(metadata.get('tokenizer.ggml.merges'), () => true);
  return (text) =>
    (text.match(WORDS) ?? []).flatMap((word) => {
      const parts = Array.from(new TextEncoder().encode(word), (byte) => BYTE_SPELLING[byte]);
      mergeAll(parts, (left, right) => ranks.get(`${left} ${right}`) ?? Infinity);
      return parts.map((part) => /** @type {number} */ (ids.get(part)));
    });
}

/** @param {Map<string, any>} metadata @returns {(text: string) => number[]} */
export function spmTwin(metadata) {
  const tokens = metadata.get('tokenizer.ggml.tokens');
  const types = metadata.get('tokenizer.ggml.token_type');
  const scores = metadata.get('tokenizer.ggml.scores');
  const ids = firstIds(tokens, (id) => [1, 4, 5].includes(types[id]));
  const byteIds = firstIds(tokens, (id) => types[id] === 6);
  return (text) => {
    if (text === '') return [];
    const parts = Array.from(` ${text}`, (character) => (character === ' ' ? '\u2581' : character));
    mergeAll(parts, (left, right) => {
      const id = ids.get(left + right);
      return id === undefined ? Infinity : -scores[id];
    });
    return parts.flatMap((part) => {
      const id = ids.get(part);
      if (id !== undefined) return id;
      return Array.from(new TextEncoder().encode(part), (byte) => {
        const name = `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`;
        return /** @type {number} */ (byteIds.get(name));
      });
    });
  };
}
