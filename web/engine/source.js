// Any source of bytes, opened: a URL, a file, a Blob, bytes in memory, a stream.
// Before the token's way begins: source -> chunks -> load.js, which puts them into wasm memory.
// Must not know what the bytes mean.

import { LogitscopeError } from './errors.js';
import { nodeModule } from './platform.js';

/**
 * What a model can be loaded from. A string is a URL; in Node it may also be a path.
 * @typedef {string | URL | Blob | ArrayBuffer | Uint8Array | ReadableStream<Uint8Array>} Source
 *
 * @typedef {object} OpenSource
 * @property {number | null} size in bytes, where it is known for certain beforehand
 * @property {AsyncIterable<Uint8Array>} chunks ending the loop early releases the source
 */

const FILE_CHUNK = 1 << 20;
/** What holds bytes, were it made in another realm, as a frame's or a test runner's is. */
const BYTES = /^\[object (Blob|File|ArrayBuffer|Uint8Array)\]$/;

/**
 * Opens a source. Nothing is read ahead of the loop over its chunks.
 * @param {Source | AsyncIterable<Uint8Array>} source
 * @param {AbortSignal} [signal]
 * @returns {Promise<OpenSource>}
 */
export async function openSource(source, signal) {
  if (typeof source === 'string' || source instanceof URL) {
    const path = filePath(source);
    return path === null ? openUrl(String(source), signal) : openFile(path);
  }
  if (source instanceof Blob) return { size: source.size, chunks: readStream(source.stream()) };
  if (source instanceof ArrayBuffer) source = new Uint8Array(source);
  if (source instanceof Uint8Array) return { size: source.length, chunks: once(source) };
  if (source instanceof ReadableStream) return { size: null, chunks: readStream(source) };
  if (typeof source?.[Symbol.asyncIterator] === 'function') return { size: null, chunks: source };
  throw noSource();
}

const noSource = () => new TypeError('the source is none of string, URL, Blob, ArrayBuffer, Uint8Array and ReadableStream');

/**
 * All bytes of a source.
 * @param {Source} source
 * @param {AbortSignal} [signal]
 */
export async function readAll(source, signal) {
  const parts = [];
  for await (const chunk of (await openSource(source, signal)).chunks) parts.push(/** @type {BlobPart} */ (chunk));
  return new Blob(parts).arrayBuffer();
}

/**
 * What a source is called, if it has a name: the last part of its path.
 * @param {Source} source
 * @returns {string | undefined}
 */
export function sourceName(source) {
  if (typeof File === 'function' && source instanceof File) return source.name;
  if (typeof source !== 'string' && !(source instanceof URL)) return undefined;
  return String(source).replace(/[?#].*$/, '').split(/[/\\]/).pop() || undefined;
}

/**
 * The source as it is posted to a worker: an address in full, as the worker's are relative to another
 * place; of bytes no more than are meant, as posting a view posts all of its buffer.
 * @param {Exclude<Source, ReadableStream>} source
 * @returns {Exclude<Source, ReadableStream>}
 */
export function postable(source) {
  if (source instanceof Uint8Array) return source.length === source.buffer.byteLength ? source : new Uint8Array(source);
  if (source instanceof URL) return source.href;
  if (typeof source !== 'string') {
    if (BYTES.test(Object.prototype.toString.call(source))) return source;
    throw noSource();
  }
  if (filePath(source) !== null) return source;
  return new URL(source, globalThis.location?.href).href;
}

/** @param {string | URL} address @returns {string | null} the path of a file in Node */
function filePath(address) {
  const url = nodeModule('node:url');
  if (!url) return null;
  if (String(address).startsWith('file:')) return url.fileURLToPath(address);
  return /^[a-z][a-z0-9+.-]+:/i.test(String(address)) ? null : String(address);
}

/** @param {Uint8Array} bytes */
async function* once(bytes) {
  yield bytes;
}

/** @param {unknown} error @param {string} what could not be done @param {string} advice */
function unreadable(error, what, advice) {
  const why = error instanceof Error ? error.message : String(error);
  return new LogitscopeError('Network', `${what}: ${why}; ${advice}`, { cause: error });
}

/**
 * @param {ReadableStream<Uint8Array>} stream
 * @param {string} [name]
 */
async function* readStream(stream, name = 'the stream') {
  const reader = stream.getReader();
  let read = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read().catch((error) => {
        if (error?.name === 'AbortError') throw error;
        throw unreadable(error, `${name} broke off after ${read} bytes`, 'load it again');
      });
      if (done) return;
      if (!(value instanceof Uint8Array)) throw new TypeError(`${name} gave a chunk that is no Uint8Array`);
      read += value.length;
      yield value;
    }
  } finally {
    reader.cancel().catch(() => {}); // no matter after the end, and who stops early wants no more
  }
}

/** @param {string} url @param {AbortSignal} [signal] @returns {Promise<OpenSource>} */
async function openUrl(url, signal) {
  const response = await fetch(url, { signal }).catch((error) => {
    if (signal?.aborted) throw signal.reason;
    throw unreadable(error.cause ?? error, `cannot fetch ${url}`, 'check the address and the connection');
  });
  if (!response.ok || !response.body) {
    response.body?.cancel().catch(() => {});
    const status = `${response.status} ${response.statusText}`.trim();
    throw new LogitscopeError('Network', `${url} answers ${status}, expected 200 OK; check the address`);
  }
  return { size: announcedSize(response), chunks: readStream(response.body, url) };
}

/**
 * The length of what will arrive. A Content-Length counts bytes before they are decompressed, and
 * other sites hide from a page whether they are.
 * @param {Response} response
 */
function announcedSize({ headers, type }) {
  const hidden = type === 'cors' && !nodeModule('node:url');
  const length = headers.get('content-length');
  return length === null || hidden || headers.has('content-encoding') ? null : Number(length);
}

/** @param {string} path @returns {Promise<OpenSource>} */
async function openFile(path) {
  const fs = /** @type {typeof import('node:fs/promises')} */ (nodeModule('node:fs/promises'));
  const about = await fs.stat(path).catch((error) => {
    throw unreadable(reason(error), `cannot read "${path}"`, 'check the path');
  });
  if (!about.isFile()) {
    throw new LogitscopeError('Network', `cannot read "${path}": not a regular file; check the path`);
  }
  return { size: about.size, chunks: readFile(fs, path) };
}

/** Node's messages repeat the path. @param {NodeJS.ErrnoException} error */
function reason(error) {
  return new Error(error.message.replace(/^\w+: |, \w+( '.*')?$/gs, ''), { cause: error });
}

/** @param {typeof import('node:fs/promises')} fs @param {string} path */
async function* readFile(fs, path) {
  const file = await fs.open(path).catch((error) => {
    throw unreadable(reason(error), `cannot read "${path}"`, 'check the path');
  });
  try {
    for (;;) {
      const { bytesRead, buffer } = await file.read({ buffer: new Uint8Array(FILE_CHUNK) }).catch((error) => {
        throw unreadable(reason(error), `cannot read "${path}"`, 'check the file');
      });
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}
