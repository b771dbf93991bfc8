// A worker that runs one model on one build of the core in many ways, and posts a hash over all logits of each.
// On the token's way, whole; the same in Node, in Chromium and in Firefox.
// Must not know what a hash should be.

import { Engine, finish } from '../../web/engine/engine.js';
import { load } from '../../web/engine/load.js';
import { pagePort } from '../../web/engine/platform.js';

/**
 * @typedef {object} Job
 * @property {ArrayBuffer} wasm
 * @property {boolean} shared
 * @property {Uint8Array} model
 * @property {string} prompt
 * @property {number} tokens
 * @property {{ kernels: string, threads: number, batch: number }[]} ways
 */

/** What the command lines do with --hash: the prompt, then token after token from seed 1. @param {Job} job */
async function hashes({ wasm, shared, model, prompt, tokens, ways }) {
  const build = { module: await WebAssembly.compile(wasm), shared };
  /** @type {Record<string, string>} */
  const found = {};
  for (const { kernels, threads, batch } of ways) {
    const { core, info } = await load(build, model, { kernels, threads, batch });
    const engine = new Engine(core, { batch });
    engine.hashing = true;
    const ids = [...core.tokenize(prompt)];
    finish(engine.compute(Uint32Array.from(ids)));
    for (let n = 0; n < tokens; n++) {
      const { id, end } = engine.step(Uint32Array.from(ids), { stages: [], seed: 1n });
      if (end) break;
      ids.push(id);
    }
    found[`${info.kernels}, ${info.threads} of ${threads} threads, batch ${batch}`] = core.hash;
  }
  return found;
}

const port = pagePort();
port.onMessage((job) => {
  hashes(job).then((found) => port.post({ found }), (error) => port.post({ error: String(error?.stack ?? error) }));
});
