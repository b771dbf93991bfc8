// Measures speed: prompt and decode in tokens per second, WebAssembly in Node beside the native build.
// node tests/bench.js [MODEL.gguf]; a table to the terminal, everything to build/bench.json.
// Not a test: nothing here passes or fails. Compare only figures of one run; the machine is named with them.

import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { loadBuild } from '../web/engine/builds.js';
import { Engine, finish } from '../web/engine/engine.js';
import { load } from '../web/engine/load.js';
import { commit, machine, median, root } from './helpers/measure.js';

const model = process.argv[2] ?? `${root}model/stories.gguf`;
const ROUNDS = 5;
const DECODED = 128;
const STAGES = [{ name: 'temperature', value: 0.8 }, { name: 'top-k', value: 40 }, { name: 'top-p', value: 0.95 }];

/** @param {() => void} work @returns {number} seconds */
function seconds(work) {
  const start = performance.now();
  work();
  return (performance.now() - start) / 1000;
}

const build = await loadBuild();
const bytes = new Uint8Array(readFileSync(model));

/** @param {string} kernels */
async function open(kernels) {
  const start = performance.now();
  const { core, info } = await load(build, bytes, { kernels, threads: 1 });
  return { engine: new Engine(core), core, info, loadSeconds: (performance.now() - start) / 1000 };
}

/**
 * One round: a prompt from an empty cache, then tokens drawn after it.
 * @param {Awaited<ReturnType<typeof open>>} opened
 * @param {Uint32Array} prompt
 */
function round({ engine }, prompt) {
  engine.logits(Uint32Array.of((prompt[0] + 1) % 2)); // another first token: nothing of the prompt is cached
  const promptSeconds = seconds(() => finish(engine.compute(prompt)));
  const ids = new Uint32Array(prompt.length + DECODED);
  ids.set(prompt);
  const decodeSeconds = seconds(() => {
    for (let n = prompt.length; n < ids.length; n++) {
      ids[n] = engine.step(ids.subarray(0, n), { stages: STAGES, seed: 1n }).id;
    }
  });
  return { prompt: prompt.length / promptSeconds, decode: DECODED / decodeSeconds };
}

/** Seconds of the native command line for some tokens. @param {string} kernels @param {string} text @param {number} tokens */
const native = (kernels, text, tokens) => seconds(() => execFileSync(`${root}build/logitscope`,
  ['--model', model, '--kernels', kernels, '--prompt', text, '--temperature', '0.8', '--top-k', '40', '--top-p', '0.95',
    '--tokens', String(tokens)], { stdio: 'ignore' }));

const opened = { reference: await open('reference'), simd: await open('simd') };
const { info } = opened.simd;
const text = 'Once upon a time there was a little dog who lived in a house by the sea. '.repeat(40);
const room = Math.min(info.contextLength - DECODED, 256);
const prompt = opened.simd.core.tokenize(text).subarray(0, room);
const promptText = opened.simd.engine.detokenize(prompt);

/** @type {Record<string, { prompt: number[], decode: number[] }>} */
const figures = {};
const note = (/** @type {string} */ name, /** @type {{ prompt: number, decode: number }} */ { prompt: p, decode }) => {
  figures[name] ??= { prompt: [], decode: [] };
  figures[name].prompt.push(p);
  figures[name].decode.push(decode);
};
for (let i = 0; i <= ROUNDS; i++) { // the first round warms up
  for (const kernels of /** @type {const} */ (['reference', 'simd'])) {
    const wasm = round(opened[kernels], prompt);
    const [none, all] = [native(kernels, promptText, 1), native(kernels, promptText, 1 + DECODED)];
    const start = native(kernels, 'O', 1); // starting and loading
    if (i === 0) continue;
    note(`wasm ${kernels}`, wasm);
    note(`native ${kernels}`, { prompt: prompt.length / (none - start), decode: DECODED / (all - none) });
  }
}

const result = {
  machine: `${machine}, Node ${process.version}`,
  commit,
  model: { name: info.name, parameters: info.parameters, weightType: info.weightType, fileBytes: info.fileBytes },
  loadSeconds: opened.simd.loadSeconds,
  promptTokens: prompt.length,
  decodedTokens: DECODED,
  tokensPerSecond: Object.fromEntries(Object.entries(figures).map(([name, { prompt: p, decode }]) => [name, { prompt: median(p), decode: median(decode) }])),
};
writeFileSync(`${root}build/bench.json`, `${JSON.stringify(result, null, 2)}\n`);

const rows = result.tokensPerSecond;
const base = rows['native simd'];
console.log(`${result.machine}, commit ${commit}\n${info.name}, ${info.parameters} parameters, ${info.weightType}; loaded in ${(1000 * result.loadSeconds).toFixed(0)} ms`);
console.log(`tokens per second, median of ${ROUNDS}, one thread: prompt of ${prompt.length} / decode of ${DECODED} (and beside native simd)`);
for (const [name, { prompt: p, decode }] of Object.entries(rows)) {
  console.log(`  ${name.padEnd(17)} ${p.toFixed(0).padStart(7)} (${(p / base.prompt).toFixed(2)})  ${decode.toFixed(0).padStart(7)} (${(decode / base.decode).toFixed(2)})`);
}
