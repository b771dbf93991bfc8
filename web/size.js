// The size of the engine as a page downloads it: the wasm and its JavaScript, gzipped.
// Beside the token's way; the build prints it, a test holds it under the design's limit.
// Must not know the page: its own code and the model are not counted.

import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

/** Promised in the design, in bytes. */
export const LIMIT = 150_000;

/** Of the terminal alone; no page loads them. */
const TERMINAL = /^(cli.*|score)\.js$/;

const gzipped = (/** @type {Buffer} */ bytes) => gzipSync(bytes, { level: 9 }).length;

/** @returns {{ name: string, wasm: number, script: number, total: number }[]} bytes; the JavaScript as it stands, not minified */
export function engineSizes() {
  const at = (/** @type {string} */ path) => fileURLToPath(new URL(path, import.meta.url));
  const scripts = readdirSync(at('engine')).filter((name) => name.endsWith('.js') && !TERMINAL.test(name));
  const script = gzipped(Buffer.concat(scripts.map((name) => readFileSync(at(`engine/${name}`)))));
  return readdirSync(at('../build/engine')).filter((name) => name.endsWith('.wasm')).map((file) => {
    const wasm = gzipped(readFileSync(at(`../build/engine/${file}`)));
    return { name: file.replace('.wasm', ''), wasm, script, total: wasm + script };
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const kB = (/** @type {number} */ bytes) => `${(bytes / 1000).toFixed(1)} kB`;
  const sizes = engineSizes();
  const largest = sizes.reduce((most, size) => (size.total > most.total ? size : most));
  console.log(`engine, gzipped: ${kB(largest.wasm)} wasm (${largest.name}, the largest of ${sizes.length} builds) + ${kB(largest.script)} JavaScript = ${kB(largest.total)}, of at most ${kB(LIMIT)}`);
}
