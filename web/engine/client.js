// The page's end of the worker: requests out, results, progress and errors in.
// On the token's way between index.js, the public API, and worker.js.
// Must not know what is asked; every promise it gives settles, whatever happens to the worker.

import { LogitscopeError, fromPlain } from './errors.js';
import { startNodeWorker, webWorker } from './platform.js';

/**
 * @typedef {object} CallOptions
 * @property {AbortSignal} [signal]
 * @property {(progress: any) => void} [onProgress]
 * @property {ReadableStream<Uint8Array>} [stream] pumped to the worker as it pulls
 *
 * @typedef {object} Pending
 * @property {(result: any) => void} resolve
 * @property {(error: unknown) => void} reject
 * @property {CallOptions['onProgress']} onProgress
 * @property {() => void} pull
 */

const startWorker = () =>
  startNodeWorker(new URL(/* @vite-ignore */ './worker.js', import.meta.url)) ??
  webWorker(new Worker(new URL('./worker.js', import.meta.url), { type: 'module' }));

export class Client {
  #worker = startWorker();
  /** @type {Map<number, Pending>} */
  #pending = new Map();
  #lastId = 0;
  /** @type {LogitscopeError | null} why no more calls can be made */
  #ended = null;

  constructor() {
    this.#worker.onMessage((message) => this.#receive(message));
    this.#worker.onCrash((reason) => {
      this.#end(new LogitscopeError('Crash', `the engine stopped unexpectedly: ${reason}; load the model again`));
    });
    this.#worker.setBusy(false);
  }

  /**
   * Asks the worker for something.
   * @param {string} op
   * @param {object} args
   * @param {CallOptions} [options]
   * @returns {Promise<any>}
   */
  async call(op, args, { signal, onProgress, stream } = {}) {
    this.check(signal);
    const id = ++this.#lastId;
    const pump = stream && this.#pump(id, stream);
    const abort = () => {
      this.#settle(id)?.reject(signal?.reason);
      this.#worker.post({ id, abort: true });
    };
    const answer = new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject, onProgress, pull: () => pump?.pull() });
      this.#worker.setBusy(true);
      try {
        this.#worker.post({ id, op, args, heard: onProgress !== undefined });
      } catch (error) {
        this.#settle(id)?.reject(error); // what cannot be posted
      }
    });
    signal?.addEventListener('abort', abort, { once: true });
    return answer.finally(() => {
      signal?.removeEventListener('abort', abort);
      pump?.cancel();
    });
  }

  /** Throws where a call would be refused. @param {AbortSignal} [signal] */
  check(signal) {
    if (this.#ended) throw this.#ended;
    signal?.throwIfAborted();
  }

  /** Ends the worker; what is pending, and every later call, rejects. @param {LogitscopeError} [why] */
  stop(why = new LogitscopeError('Unloaded', 'the model has been unloaded; load it again')) {
    this.#end(why);
  }

  /** @param {LogitscopeError} why */
  #end(why) {
    if (this.#ended) return;
    this.#ended = why;
    this.#worker.stop();
    for (const id of [...this.#pending.keys()]) this.#settle(id)?.reject(why);
  }

  /** Takes a call from those that are pending. @param {number} id */
  #settle(id) {
    const call = this.#pending.get(id);
    this.#pending.delete(id);
    if (this.#pending.size === 0) this.#worker.setBusy(false);
    return call;
  }

  /** @param {any} message as described in worker.js */
  #receive(message) {
    const { id } = message;
    if ('progress' in message) this.#report(id, message.progress);
    else if ('pull' in message) this.#pending.get(id)?.pull();
    else if ('error' in message) this.#settle(id)?.reject(fromPlain(message.error));
    else this.#settle(id)?.resolve(message.result);
  }

  /** What a caller's onProgress throws ends the call. @param {number} id @param {unknown} progress */
  #report(id, progress) {
    try {
      this.#pending.get(id)?.onProgress?.(progress);
    } catch (error) {
      this.#settle(id)?.reject(error);
      this.#worker.post({ id, abort: true });
    }
  }

  /** @param {number} id @param {ReadableStream<Uint8Array>} stream */
  #pump(id, stream) {
    const reader = stream.getReader();
    let read = 0;
    const pull = async () => {
      try {
        const { value } = await reader.read();
        if (value !== undefined && !(value instanceof Uint8Array)) throw new TypeError('a chunk is no Uint8Array');
        read += value?.length ?? 0;
        const chunk = value && new Uint8Array(value); // a copy, also of a Buffer: posting a view would post all of its buffer
        this.#worker.post({ id, chunk }, chunk ? [chunk.buffer] : []);
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        const message = `the stream broke off after ${read} bytes: ${why}; load it again`;
        this.#settle(id)?.reject(new LogitscopeError('Network', message, { cause: error }));
      }
    };
    return { pull, cancel: () => void reader.cancel().catch(() => {}) };
  }
}
