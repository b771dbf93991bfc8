// The few things that browsers and Node do differently: workers, files, and a turn of the event loop.
// Beside the token's way: all others ask here and are otherwise the same everywhere.
// Must not know models, tokens or messages.

/**
 * One of Node's built-in modules, or undefined in a browser. Asked for at run time, so that no bundler
 * looks for it.
 * @template {'node:fs/promises' | 'node:worker_threads' | 'node:url' | 'node:os'} Name
 * @param {Name} name
 */
export function nodeModule(name) {
  return /** @type {BuiltIn<Name> | undefined} */ (globalThis.process?.getBuiltinModule?.(name));
}

/**
 * @template {string} Name
 * @typedef {Name extends 'node:fs/promises' ? typeof import('node:fs/promises')
 *   : Name extends 'node:worker_threads' ? typeof import('node:worker_threads')
 *   : Name extends 'node:os' ? typeof import('node:os')
 *   : typeof import('node:url')} BuiltIn
 */

/**
 * One end of a pair that posts messages.
 * @typedef {object} Port
 * @property {(message: object, transfer?: ArrayBuffer[]) => void} post
 * @property {(handler: (message: any) => void) => void} onMessage
 */

/**
 * The page's end of a worker.
 * @typedef {object} WorkerPort
 * @property {(handler: (reason: string) => void) => void} onCrash the worker ended or could not start
 * @property {(busy: boolean) => void} setBusy Node's process may end while its worker is idle
 * @property {() => void} stop
 */

/**
 * Starts a module as a worker, in Node; undefined in a browser. Without the process's own flags: some, such as
 * --input-type, are refused where a file is run.
 * @param {URL} address
 * @returns {Port & WorkerPort | undefined}
 */
export function startNodeWorker(address) {
  const threads = nodeModule('node:worker_threads');
  if (!threads) return undefined;
  const worker = new threads.Worker(address, { execArgv: [] });
  return {
    post: (message, transfer) => worker.postMessage(message, transfer),
    onMessage: (handler) => void worker.on('message', handler),
    onCrash(handler) {
      worker.on('error', (error) => handler(error.message));
      worker.on('exit', (code) => handler(`it ended with exit code ${code}`));
    },
    setBusy: (busy) => (busy ? worker.ref() : worker.unref()),
    stop: () => void worker.terminate(),
  };
}

/**
 * A browser's worker, which whoever starts it must spell out, so that a bundler finds it.
 * @param {Worker} worker
 * @returns {Port & WorkerPort}
 */
export function webWorker(worker) {
  return {
    post: (message, transfer = []) => worker.postMessage(message, transfer),
    onMessage: (handler) => worker.addEventListener('message', (event) => handler(event.data)),
    onCrash(handler) {
      worker.addEventListener('error', (event) => handler(event.message || 'its script could not be loaded'));
      worker.addEventListener('messageerror', () => handler('a message could not be read'));
    },
    setBusy() {},
    stop: () => worker.terminate(),
  };
}

/** Whether memory can be shared here: in a page only if it is isolated from other origins. */
export function hasThreads() {
  return typeof SharedArrayBuffer === 'function' && (nodeModule('node:worker_threads') !== undefined || globalThis.crossOriginIsolated === true);
}

/** How many threads the machine runs at once, as far as it says. */
export function coreCount() {
  return globalThis.navigator?.hardwareConcurrency ?? nodeModule('node:os')?.availableParallelism() ?? 1;
}

/**
 * Inside the worker: the end that talks to the page.
 * @returns {Port}
 */
export function pagePort() {
  const port = nodeModule('node:worker_threads')?.parentPort;
  if (port) {
    return {
      post: (message, transfer) => port.postMessage(message, transfer),
      onMessage: (handler) => void port.on('message', handler),
    };
  }
  const scope = /** @type {any} */ (globalThis);
  return {
    post: (message, transfer = []) => scope.postMessage(message, transfer),
    onMessage: (handler) => scope.addEventListener('message', (/** @type {MessageEvent} */ event) => handler(event.data)),
  };
}

/** @type {MessageChannel | undefined} */
let channel;

/**
 * Lets messages that have arrived be handled. A timer would wait 4 ms at each turn.
 * @returns {Promise<void>}
 */
export function nextTurn() {
  if (typeof setImmediate === 'function') return new Promise((resolve) => void setImmediate(resolve));
  channel ??= new MessageChannel();
  const { port1, port2 } = channel;
  return new Promise((resolve) => {
    port1.onmessage = () => resolve();
    port2.postMessage(null);
  });
}
