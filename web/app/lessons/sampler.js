// The engine's own sampler for the worked examples: opened once, when the first is shown; no model is needed.
// Beside the token's way: the figures' numbers come from the same C code as the instrument's.
// Must not know elements.

import { Sampler } from '../../engine/index.js';

/** @typedef {import('./mistakes.js').Drawn} Drawn */

/** @type {ReturnType<typeof Sampler.open> | undefined} */
let opening;

/**
 * The figure's pipelines, each over all of its logits.
 * @param {import('./figures.js').Figure['logits']} logits
 * @param {import('./figures.js').Figure['pipelines']} pipelines
 * @returns {Promise<Drawn[]>}
 */
export async function sample(logits, pipelines) {
  opening ??= Sampler.open();
  try {
    const sampler = await opening;
    return await sampler.sampleAll(logits, pipelines.map((stages) => ({ stages, trace: 'full' })));
  } catch (error) {
    opening = undefined;
    throw error;
  }
}
