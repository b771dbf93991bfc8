// Sources that a model can be loaded from, and that can fail: streams, and a server on this machine.
// Before the token's way; for tests of web/engine/source.js and what stands on it.
// Must not know the engine.

import { createServer } from 'node:http';

/**
 * A stream that gives `bytes` in chunks as they are asked for, then ends or fails.
 * @param {Uint8Array} bytes
 * @param {{ chunk?: number, error?: Error, onPull?: (at: number) => void, onCancel?: () => void }} [options]
 * @returns {ReadableStream<Uint8Array>}
 */
export function streamOf(bytes, { chunk = 4096, error, onPull, onCancel } = {}) {
  let at = 0;
  return new ReadableStream(
    {
      pull(controller) {
        onPull?.(at);
        if (at < bytes.length) controller.enqueue(bytes.subarray(at, (at += chunk)));
        else if (error) controller.error(error);
        else controller.close();
      },
      cancel: onCancel,
    },
    { highWaterMark: 0 },
  );
}

/**
 * Serves on a free port of this machine.
 * @param {import('node:http').RequestListener} listener
 */
export async function serve(listener) {
  const server = createServer(listener);
  await new Promise((resolve) => void server.listen(0, '127.0.0.1', () => resolve(undefined)));
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  return { url: `http://127.0.0.1:${port}`, close };
}
