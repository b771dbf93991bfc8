// A thread that computes beside the engine's own: it instantiates the same build on the same memory.
// On the token's way inside Core.forward, in step with it; team.c says who does what.
// Must not know models or tokens; once it helps it never returns, and ends with its worker.

import { pagePort } from './platform.js';

const port = pagePort();

port.onMessage(({ module, memory, stack, thread }) => {
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  const { stackRestore, help } = /** @type {Record<string, (value: number) => void>} */ (exports);
  stackRestore(stack);
  port.post({ ready: thread });
  help(thread);
});
