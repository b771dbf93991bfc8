// What each type of weights costs: a checkpoint as f32, f16, q8_0 and q4_0, each scored in bits per byte.
// After training: checkpoint.bin -> export -> quality.js, over build/logitscope --score. `make -C model quality` calls it.
// Must not use the trainer: what is measured is what will run.

import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const LOGITSCOPE = fileURLToPath(new URL('../build/logitscope', import.meta.url));

/** The trainer's separators are no text. @param {string} path */
const readText = (path) => readFileSync(path, 'utf8').replace(/^<\|endoftext\|>\n/gm, '');

const difference = new Intl.NumberFormat('en', { signDisplay: 'exceptZero', minimumFractionDigits: 4, maximumFractionDigits: 4 });

async function main() {
  const [exporter, checkpoint, text] = process.argv.slice(2);
  if (!exporter || !checkpoint || !text) throw new Error('usage: node model/quality.js EXPORT CHECKPOINT TEXT');
  const folder = mkdtempSync(join(tmpdir(), 'logitscope-quality-'));
  const textFile = join(folder, 'text');
  try {
    writeFileSync(textFile, readText(text));
    console.log(`${text}: the first 200,000 bytes, in pieces of 1,000\n\ntype        size bits per byte    to f32`);
    let plain = NaN;
    for (const type of ['f32', 'f16', 'q8_0', 'q4_0']) {
      const file = join(folder, `${type}.gguf`);
      await run(exporter, [checkpoint, file, type]);
      const { stdout } = await run(LOGITSCOPE, ['--model', file, '--score', textFile]);
      const { bitsPerByte: bits } = JSON.parse(stdout);
      if (type === 'f32') plain = bits;
      const size = `${(statSync(file).size / 1e6).toFixed(2)} MB`;
      console.log(type.padEnd(5) + size.padStart(10) + bits.toFixed(4).padStart(15) + difference.format(bits - plain).padStart(10));
    }
  } finally {
    rmSync(folder, { recursive: true, force: true }); // its own, made above
  }
}

main().catch((error) => {
  console.error(`quality: ${error.stderr || error.message}`);
  process.exitCode = 1;
});
