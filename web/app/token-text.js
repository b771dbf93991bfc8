// A token's bytes as parts that can be shown honestly: text, spaces, line ends, single bytes.
// On the token's way: between the vocabulary and every place where a token is seen.
// Must not know elements; it makes no markup.

/**
 * @typedef {{ kind: 'text' | 'space' | 'newline' | 'tab' | 'byte' | 'control', text: string }} Part
 * @typedef {import('./state.js').TokenInfo} TokenInfo
 */

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** @param {number} byte @returns {string} two hexadecimal digits */
const hex = (byte) => byte.toString(16).toUpperCase().padStart(2, '0');

/** @param {Uint8Array} bytes @param {number} at @returns {string | null} the character there, null where it is not whole */
function characterAt(bytes, at) {
  const lead = bytes[at];
  const length = lead < 0x80 ? 1 : lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 0;
  if (length === 0 || at + length > bytes.length) return null;
  try {
    return decoder.decode(bytes.subarray(at, at + length));
  } catch {
    return null;
  }
}

/** @param {string} character @returns {Part} */
function partOf(character) {
  if (character === ' ') return { kind: 'space', text: ' ' };
  if (character === '\n') return { kind: 'newline', text: '↵' };
  if (character === '\t') return { kind: 'tab', text: '⇥' };
  // What would be invisible, or would turn the text around it, is named by its code point instead.
  if (/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cn}]|(?! )\p{Zs}/u.test(character)) {
    const code = /** @type {number} */ (character.codePointAt(0));
    return { kind: 'byte', text: code < 0x80 ? hex(code) : `U+${code.toString(16).toUpperCase().padStart(4, '0')}` };
  }
  return { kind: 'text', text: character };
}

/** @param {TokenInfo} token @returns {Part[]} */
function readParts({ bytes, piece, type }) {
  if (bytes.length === 0 || type === 'control') return [{ kind: 'control', text: piece }];
  /** @type {Part[]} */
  const parts = [];
  for (let at = 0; at < bytes.length; ) {
    const character = characterAt(bytes, at);
    const part = character === null ? /** @type {Part} */ ({ kind: 'byte', text: hex(bytes[at]) }) : partOf(character);
    const last = parts.at(-1);
    if (last?.kind === 'text' && part.kind === 'text') parts[parts.length - 1] = { kind: 'text', text: last.text + part.text };
    else parts.push(part);
    at += character === null ? 1 : encoder.encode(character).length;
  }
  return parts;
}

/** A token is shown at every step, and read once. @type {WeakMap<TokenInfo, Part[]>} */
const known = new WeakMap();

/** @param {TokenInfo} token @returns {Part[]} */
export function partsOf(token) {
  const parts = known.get(token) ?? readParts(token);
  known.set(token, parts);
  return parts;
}

/** @param {TokenInfo} token @returns {string} one line for labels and sentences */
export function plainText(token) {
  return partsOf(token)
    .map((part) => (part.kind === 'byte' ? `⟨${part.text}⟩` : part.text))
    .join('');
}
