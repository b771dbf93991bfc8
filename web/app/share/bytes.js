// Bytes for a link: whole numbers as short as they are, words, a checksum, and letters that an address can hold.
// Beside the token's way: permalink.js writes with the one and reads with the other.
// Must not know what the numbers mean; whatever it is given to read, it fails by name and never runs on.

/** What is read ends too soon, or is none of what was written. */
export class DamageError extends Error {}

/** Whole numbers go seven bits at a time, lowest first; a set top bit says that more follow. */
export class Writer {
  /** @type {number[]} */
  #bytes = [];

  get bytes() {
    return Uint8Array.from(this.#bytes);
  }

  /** @param {number | bigint} value a whole number from 0 on */
  whole(value) {
    let rest = BigInt(value);
    for (; rest > 0x7fn; rest >>= 7n) this.#bytes.push(Number(rest & 0x7fn) | 0x80);
    this.#bytes.push(Number(rest));
  }

  /** @param {Iterable<number>} bytes */
  raw(bytes) {
    for (const byte of bytes) this.#bytes.push(byte);
  }

  /** @param {string} words */
  words(words) {
    const bytes = new TextEncoder().encode(words);
    this.whole(bytes.length);
    this.raw(bytes);
  }

  /** @template Item @param {readonly Item[]} items @param {(item: Item) => void} write */
  list(items, write) {
    this.whole(items.length);
    items.forEach(write);
  }
}

export class Reader {
  #bytes;
  #at = 0;

  /** @param {Uint8Array} bytes */
  constructor(bytes) {
    this.#bytes = bytes;
  }

  get left() {
    return this.#bytes.length - this.#at;
  }

  /** @returns {bigint} below 2^64 */
  big() {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const [byte] = this.raw(1);
      value |= BigInt(byte & 0x7f) << shift;
      if (value >= 1n << 64n || shift > 63n) throw new DamageError('a number is too large');
      if (byte < 0x80) return value;
    }
  }

  /** @returns {number} */
  whole() {
    const value = Number(this.big());
    if (!Number.isSafeInteger(value)) throw new DamageError('a number is too large');
    return value;
  }

  /** @param {number} length */
  raw(length) {
    if (length > this.left) throw new DamageError('it ends too soon');
    return this.#bytes.subarray(this.#at, (this.#at += length));
  }

  words() {
    return new TextDecoder().decode(this.raw(this.whole()));
  }

  /** @template Item @param {() => Item} read @returns {Item[]} */
  list(read) {
    const length = this.whole();
    if (length > this.left) throw new DamageError('it ends too soon'); // an item takes a byte at least
    return Array.from({ length }, read);
  }

  /** @template Item @param {readonly Item[]} items @returns {Item} the one that the next number names */
  oneOf(items) {
    const index = this.whole();
    if (index >= items.length) throw new DamageError('it names what is not there');
    return items[index];
  }
}

/** CRC-32 as in gzip and PNG. @param {Uint8Array} bytes @returns {number} */
export function checksum(bytes) {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}

/** Base64 with the two letters that addresses allow, and no padding (RFC 4648, section 5). @param {Uint8Array} bytes */
export function lettersOf(bytes) {
  const plain = btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
  return plain.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

/** @param {string} letters @returns {Uint8Array} */
export function bytesOf(letters) {
  if (!/^[\w-]*$/.test(letters)) throw new DamageError('it has letters that a link has not');
  // One letter more than whole bytes need says nothing: the rest of what was cut off.
  const whole = letters.length % 4 === 1 ? letters.slice(0, -1) : letters;
  return Uint8Array.from(atob(whole.replaceAll('-', '+').replaceAll('_', '/')), (letter) => letter.charCodeAt(0));
}

/** @param {Uint8Array} bytes @returns {string} two digits each */
export function hexOf(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** @param {string} hex @returns {number[]} */
export function bytesOfHex(hex) {
  return (hex.match(/../g) ?? []).map((pair) => parseInt(pair, 16));
}
