#!/usr/bin/env node
// The command line: the same run as the native src/cli.c, with the WebAssembly core in Node.
// Walks the token's way hop by hop and prints what comes out; uses the engine without a worker.
// Must not compute; everything numeric is the core's.

import { basename } from 'node:path';
import { CLEAR_LINE, headerLine, progressBar, stepBars, stepLine } from './cli-output.js';
import { USAGE, UsageError, readOptions } from './cli-options.js';
import { measure } from './bench.js';
import { loadBuild } from './builds.js';
import { Core } from './core.js';
import { Engine, finish } from './engine.js';
import { LogitscopeError } from './errors.js';
import { load } from './load.js';
import { nextTurn } from './platform.js';
import { cut, score } from './score.js';
import { readAll } from './source.js';

/** @typedef {import('./cli-options.js').Options} Options */

const DEFAULT_CONTEXT = 4096; // models are trained for up to millions
const SHOWN = 10;
const LISTED = 50;

/** Writes to stdout, and lets it say that its reader has gone. @param {string | Uint8Array} data */
async function print(data) {
  process.stdout.write(data);
  await nextTurn();
}

/**
 * @param {Options} options
 * @param {number} textBytes longest text that will be tokenized
 */
async function openModel(options, textBytes) {
  const { batch, kernels, threads, model, context } = options;
  const build = await loadBuild({ kernels, threads: threads !== 1 });
  const { core, info } = await load(build, model, {
    batch, kernels, threads, textBytes, contextLength: context, defaultContextLength: DEFAULT_CONTEXT,
  });
  if (!options.tokenize && !info.hasWeights) {
    throw new LogitscopeError('Unsupported', `"${model}" holds a vocabulary only; choose a model with weights`);
  }
  return { engine: new Engine(core, { batch }), info, name: info.name ?? basename(model) };
}

/** @param {Engine} engine */
const hashLine = (engine) => `logits-hash: ${engine.core.hash}\n`;

/** @param {Options} options */
async function runBench(options) {
  const { engine, info } = await openModel(options, 0);
  const { promptTokensPerSecond, decodeTokensPerSecond, readBytesPerSecond, weightBytes } = measure(engine);
  const { kernels, threads } = info;
  await print(`${JSON.stringify({ promptTokensPerSecond, decodeTokensPerSecond, readBytesPerSecond, weightBytes, kernels, threads })}\n`);
}

/** @param {Options} options */
async function runScore(options) {
  const text = new Uint8Array(await readAll(/** @type {string} */ (options.score))).subarray(0, options.scoreBytes);
  if (text.length === 0) throw new LogitscopeError('BadModel', `"${options.score}" is empty, expected a text to score`);
  const pieces = cut(text, options.scorePiece);
  const longest = pieces.reduce((most, piece) => Math.max(most, piece.length), 0);
  const { engine } = await openModel(options, longest);
  engine.hashing = options.hash;
  const run = score(engine, pieces);
  const draw = process.stderr.isTTY;
  let state = run.next();
  for (; !state.done; state = run.next()) if (draw) process.stderr.write(progressBar(state.value, text.length));
  if (draw) process.stderr.write(CLEAR_LINE);
  const { bytes, tokens, unscored, bitsPerByte } = state.value;
  if (unscored > 0) process.stderr.write(`logitscope: ${unscored} of ${tokens + unscored} tokens lie past the context and are not scored\n`);
  await print(`${JSON.stringify({ bytes, tokens, bitsPerByte })}\n`);
  if (options.hash) await print(hashLine(engine));
}

/**
 * Draws token after token behind the prompt, until one ends the text or there is no room.
 * @param {Engine} engine
 * @param {Uint32Array} prompt
 * @param {Options} options
 * @param {import('./engine.js').SampleOptions} sampling
 */
function* generate(engine, prompt, { tokens }, sampling) {
  const room = Math.min(prompt.length + tokens, engine.context);
  const ids = new Uint32Array(room);
  ids.set(prompt);
  finish(engine.compute(prompt));
  for (let length = prompt.length, mu = null; length < room; length++) {
    const step = engine.step(ids.subarray(0, length), { ...sampling, mu });
    yield step;
    if (step.end) return;
    ids[length] = step.id;
    mu = step.mu;
  }
}

/** @param {Engine} engine @param {string} name @param {Uint32Array} prompt @param {Options} options */
async function runGenerate(engine, name, prompt, options) {
  const { json, seed, stages } = options;
  const bars = !json && options.show && process.stdout.isTTY;
  /** @type {'none' | 'top' | 'full'} */
  const trace = json ? options.trace : bars ? 'top' : 'none';
  const sampling = { stages, seed, trace, top: json ? LISTED : SHOWN };
  engine.hashing = options.hash;

  if (json) await print(headerLine(name, engine.core.fileHash, prompt));
  else if (!bars) await print(options.prompt);
  let begins = options.prompt.length === 0 && engine.core.stripsSpace;
  for (const step of generate(engine, prompt, options, sampling)) {
    if (json) await print(stepLine(step, options.logits ? engine.core.logits : undefined));
    else if (bars) await print(stepBars(step, (id) => engine.core.token(id)));
    else if (!step.end) await print(begins && step.bytes[0] === 0x20 ? step.bytes.subarray(1) : step.bytes);
    begins = false;
  }
  if (!json) await print('\n');
  if (options.hash) await print(hashLine(engine));
}

/** @param {string[]} args */
async function main(args) {
  const options = await readOptions(args, new Core(await loadBuild()));
  if (!options) return print(USAGE);
  if (options.bench) return runBench(options);
  if (options.score !== undefined) return runScore(options);

  const { engine, name } = await openModel(options, options.prompt.length);
  const prompt = engine.core.tokenize(options.prompt, options);
  if (options.tokenize) return print(`${prompt.join(' ')}\n`);
  if (prompt.length === 0) {
    throw new UsageError('the prompt has no token and the model no BOS; give --prompt a text');
  }
  if (prompt.length > engine.context) {
    const message = `the prompt has ${prompt.length} tokens, the context holds ${engine.context}; shorten the prompt`;
    throw new RangeError(message);
  }
  return runGenerate(engine, name, prompt, options);
}

/** One printable line. @param {unknown} error */
function lineOf(error) {
  const message = error instanceof Error ? error.message : String(error);
  // eslint-disable-next-line no-control-regex
  return `logitscope: ${message.replace(/[\x00-\x1f\x7f]/g, '?')}\n`;
}

process.stdout.on('error', (error) => {
  if (/** @type {NodeJS.ErrnoException} */ (error).code === 'EPIPE') process.exit(0); // nobody reads on
  process.stderr.write(lineOf(error));
  process.exit(1);
});

main(process.argv.slice(2)).catch((error) => {
  process.stderr.write(lineOf(error));
  process.exitCode = error instanceof UsageError ? 2 : 1;
});
