// Writes small GGUF files for tests, and reads real ones.
// Stands before the token's way: what it writes, src/gguf.c reads.
// Must not check anything: tests also write files that are wrong on purpose.

/** @typedef {string | {type: 'array', items: string}} ValueType  named as in VALUE_TYPES */
/** @typedef {[key: string, type: ValueType, value: any]} Entry  one of the metadata */

/** @type {Record<string, number>} */
const VALUE_TYPES = {
  u8: 0, i8: 1, u16: 2, i16: 3, u32: 4, i32: 5, f32: 6, bool: 7, string: 8, array: 9, u64: 10, i64: 11, f64: 12,
};

/** @type {Record<string, number>} */
const SIZES = { u8: 1, i8: 1, bool: 1, u16: 2, i16: 2, u32: 4, i32: 4, f32: 4, u64: 8, i64: 8, f64: 8 };

/** @type {Record<string, number>} */
const TENSOR_TYPES = { F32: 0, F16: 1, Q4_0: 2, Q8_0: 8 };

/** Bytes of one value, by the number of the type. @type {Record<number, number>} */
const BYTES_EACH = { 0: 4, 1: 2, 2: 18 / 32, 8: 34 / 32 };

const ALIGNMENT = 32;

/** A growing buffer of little-endian values. */
class Writer {
  #bytes = new Uint8Array(4096);
  #view = new DataView(this.#bytes.buffer);
  length = 0;

  /** @param {number} n */
  #take(n) {
    if (this.length + n > this.#bytes.length) {
      const larger = new Uint8Array(2 * (this.length + n));
      larger.set(this.#bytes.subarray(0, this.length));
      this.#bytes = larger;
      this.#view = new DataView(larger.buffer);
    }
    const at = this.length;
    this.length += n;
    return at;
  }

  /** @param {Uint8Array} bytes */
  raw(bytes) {
    const at = this.#take(bytes.length);
    this.#bytes.set(bytes, at);
  }

  /** @param {number} alignment */
  pad(alignment) {
    while (this.length % alignment) this.value('u8', 0);
  }

  /**
   * Writes one value; strings may be given as bytes, to write invalid UTF-8.
   * @param {string} type
   * @param {any} value
   */
  value(type, value) {
    if (type === 'string') {
      const bytes = typeof value === 'string' ? new TextEncoder().encode(value) : value;
      this.value('u64', bytes.length);
      this.raw(bytes);
      return;
    }
    const at = this.#take(SIZES[type]); // first of all: it may replace the view
    switch (type) {
      case 'u8': return this.#view.setUint8(at, value);
      case 'i8': return this.#view.setInt8(at, value);
      case 'bool': return this.#view.setUint8(at, Number(value));
      case 'u16': return this.#view.setUint16(at, value, true);
      case 'i16': return this.#view.setInt16(at, value, true);
      case 'u32': return this.#view.setUint32(at, value, true);
      case 'i32': return this.#view.setInt32(at, value, true);
      case 'f32': return this.#view.setFloat32(at, value, true);
      case 'u64': return this.#view.setBigUint64(at, BigInt(value), true);
      case 'i64': return this.#view.setBigInt64(at, BigInt(value), true);
      case 'f64': return this.#view.setFloat64(at, value, true);
      default: throw new Error(`no GGUF value type "${type}"`);
    }
  }

  /**
   * Writes the type of a metadata value, then the value.
   * @param {ValueType} type
   * @param {any} value
   */
  typedValue(type, value) {
    if (typeof type === 'string') {
      this.value('u32', VALUE_TYPES[type]);
      this.value(type, value);
      return;
    }
    this.value('u32', VALUE_TYPES[type.type]);
    this.value('u32', VALUE_TYPES[type.items]);
    this.value('u64', value.length);
    for (const item of value) this.value(type.items, item);
  }

  bytes() {
    return this.#bytes.slice(0, this.length);
  }
}

/**
 * The bytes of a GGUF file.
 * @param {object} file
 * @param {Entry[]} file.metadata  an array: `['key', {type: 'array', items: 'u32'}, [1, 2]]`
 * @param {{name: string, type: string | number, dims: number[], data: Uint8Array}[]} [file.tensors]
 *   dims in the file's order, contiguous dimension first; type by name (F32, F16, Q4_0, Q8_0) or number
 * @param {number} [file.version]
 * @returns {Uint8Array}
 */
export function ggufBytes({ metadata, tensors = [], version = 3 }) {
  const out = new Writer();
  out.raw(new TextEncoder().encode('GGUF'));
  out.value('u32', version);
  out.value('u64', tensors.length);
  out.value('u64', metadata.length);
  for (const [key, type, value] of metadata) {
    out.value('string', key);
    out.typedValue(type, value);
  }
  let offset = 0;
  for (const { name, type, dims, data } of tensors) {
    out.value('string', name);
    out.value('u32', dims.length);
    for (const dim of dims) out.value('u64', dim);
    out.value('u32', typeof type === 'number' ? type : TENSOR_TYPES[type]);
    out.value('u64', offset);
    offset += Math.ceil(data.length / ALIGNMENT) * ALIGNMENT;
  }
  for (const { data } of tensors) {
    out.pad(ALIGNMENT);
    out.raw(data);
  }
  return out.bytes();
}

/**
 * @typedef {object} Tensor
 * @property {number[]} dims contiguous dimension first
 * @property {number} type
 * @property {number} offset from the beginning of the data
 * @property {Uint8Array} data shorter where the file is
 */

/**
 * What is in a GGUF file; a string of invalid UTF-8 comes with replacement characters.
 * @param {Uint8Array} bytes
 * @returns {{ metadata: Map<string, any>, tensors: Map<string, Tensor>, dataStart: number }}
 */
export function readGguf(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const names = Object.keys(VALUE_TYPES);
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true }); // which keeps a U+FEFF
  let at = 8;
  const u32 = () => view.getUint32((at += 4) - 4, true);
  const u64 = () => Number(view.getBigUint64((at += 8) - 8, true));
  const string = () => {
    const length = u64();
    return decoder.decode(bytes.subarray(at, (at += length)));
  };
  /** @param {string} type @returns {any} */
  const value = (type) => {
    switch (type) {
      case 'u8': return view.getUint8(at++);
      case 'i8': return view.getInt8(at++);
      case 'bool': return view.getUint8(at++) !== 0;
      case 'u16': return view.getUint16((at += 2) - 2, true);
      case 'i16': return view.getInt16((at += 2) - 2, true);
      case 'u32': return u32();
      case 'i32': return view.getInt32((at += 4) - 4, true);
      case 'f32': return view.getFloat32((at += 4) - 4, true);
      case 'u64': return u64();
      case 'i64': return Number(view.getBigInt64((at += 8) - 8, true));
      case 'f64': return view.getFloat64((at += 8) - 8, true);
      case 'string': return string();
      default: { // an array
        const items = names[u32()];
        return Array.from({ length: u64() }, () => value(items));
      }
    }
  };
  const nTensors = u64();
  const metadata = new Map(Array.from({ length: u64() }, () => [string(), value(names[u32()])]));
  const entries = Array.from({ length: nTensors }, () => ({
    name: string(), dims: Array.from({ length: u32() }, u64), type: u32(), offset: u64(),
  }));
  const dataStart = Math.ceil(at / ALIGNMENT) * ALIGNMENT;
  const tensors = new Map(entries.map(({ name, ...entry }) => {
    const begin = dataStart + entry.offset;
    const size = entry.dims.reduce((a, b) => a * b) * BYTES_EACH[entry.type];
    return [name, { ...entry, data: bytes.subarray(begin, begin + size) }];
  }));
  return { metadata, tensors, dataStart };
}

/** @param {Uint8Array} bytes of a GGUF file @returns {Map<string, any>} */
export const ggufMetadata = (bytes) => readGguf(bytes).metadata;
