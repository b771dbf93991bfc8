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
const TYPES = ['f32', 'f16', 'q8_0', 'q4_0'];
const LOGITSCOPE = fileURLToPath(new URL('../build/logitscope', import.meta.url));

/** What is scored, and in what pieces: the measure of the model card, see README.md. */
const MAX_BYTES = 200_000;
const PIECE = 1000;
/** No piece is made shorter, and so many of a text's tokens may lie past the context of a model. */
const LEAST_PIECE = 60;
const MAX_UNSCORED = 0.01;

/** The trainer's separators are no text. @param {string} path */
const readText = (path) => readFileSync(path, 'utf8').replace(/^<\|endoftext\|>\n/gm, '');

const number = new Intl.NumberFormat('en');
const difference = new Intl.NumberFormat('en', { signDisplay: 'exceptZero', minimumFractionDigits: 4, maximumFractionDigits: 4 });

/**
 * The text to score, and what it is.
 * @param {string} path
 * @param {string} [trained] the training text, whose end is taken where the other holds less than a piece
 */
function chooseText(path, trained) {
  const text = readText(path);
  if (!trained || Buffer.byteLength(text) >= PIECE) return { text, what: `${path}: the first ${number.format(MAX_BYTES)} bytes` };
  const end = readText(trained).slice(-MAX_BYTES / 10);
  return { text: end, what: `${trained}: its end, which the model has learnt from, for ${path} is too short` };
}

/** @param {string} model @param {string} text a file @param {number} piece */
async function score(model, text, piece) {
  const args = ['--model', model, '--score', text, '--bytes', String(MAX_BYTES), '--piece', String(piece)];
  const { stdout, stderr } = await run(LOGITSCOPE, args);
  const [, unscored, tokens] = /(\d+) of (\d+) tokens lie past the context/.exec(stderr) ?? [0, 0, 1];
  return { bits: JSON.parse(stdout).bitsPerByte, unscored: Number(unscored) / Number(tokens) };
}

/** The longest pieces that the context of a model holds. @param {string} model @param {string} text */
async function choosePiece(model, text) {
  let piece = PIECE;
  while (piece > LEAST_PIECE && (await score(model, text, piece)).unscored > MAX_UNSCORED) piece >>= 1;
  return piece;
}

async function main() {
  const [exporter, checkpoint, path, trained] = process.argv.slice(2);
  if (!path) throw new Error('usage: node model/quality.js EXPORT CHECKPOINT TEXT [TRAINING_TEXT]');
  const folder = mkdtempSync(join(tmpdir(), 'logitscope-quality-'));
  const textFile = join(folder, 'text');
  const modelFile = (/** @type {string} */ type) => join(folder, `${type}.gguf`);
  try {
    const { text, what } = chooseText(path, trained);
    writeFileSync(textFile, text);
    for (const type of TYPES) await run(exporter, [checkpoint, modelFile(type), type]);
    const piece = await choosePiece(modelFile('f32'), textFile);
    const why = piece < PIECE ? ', as long as its context holds' : '';
    console.log(`${what}, in pieces of ${number.format(piece)}${why}\n\ntype        size bits per byte    to f32`);
    let plain = NaN;
    for (const type of TYPES) {
      const { bits } = await score(modelFile(type), textFile, piece);
      if (type === 'f32') plain = bits;
      const size = `${(statSync(modelFile(type)).size / 1e6).toFixed(2)} MB`;
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
