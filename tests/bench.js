// Measures speed on models of known shapes: in Node, in Chromium beside wllama, natively beside llama.cpp, and the page's display.
// make bench (SHAPES= TYPES= choose the models); a table to the terminal, everything to build/bench.json.
// Not a test: nothing here passes or fails. Compare only figures of one run; machine and versions are named with them.

import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fromPlain } from '../web/engine/errors.js';
import { startNodeWorker } from '../web/engine/platform.js';
import { openChromium } from './bench/chromium.js';
import { chosenModels, promptOf } from './bench/models.js';
import { commit, machine, median, root } from './helpers/measure.js';

/**
 * @typedef {import('./bench/chromium.js').PeerFigures & Partial<import('./bench/chromium.js').Figures>} Figures
 * @typedef {{ where: string, kernels: string, threads: number }} Setting
 * @typedef {Setting & { run: () => Promise<Figures>, rounds: Figures[], seconds: number, problem?: string }} Contestant
 */

const ROUNDS = 3;
const LONGEST = 6; // seconds, without loading: who has taken more gets no further round
const TOKENS = { promptTokens: 512, decodeTokens: 128 };
const FEWER = { promptTokens: 64, decodeTokens: 16 }; // for the reference, which gets one round: it is not meant to be fast
const PEER_TOKENS = 32; // wllama takes long
const SHORT = 16;

/** @param {import('./bench/worker.js').Task} task @returns {Promise<Figures>} */
async function inNode(task) {
  const worker = /** @type {NonNullable<ReturnType<typeof startNodeWorker>>} */ (startNodeWorker(new URL('bench/worker.js', import.meta.url)));
  try {
    return await new Promise((resolve, reject) => {
      worker.onMessage(({ figures, error }) => (error ? reject(fromPlain(error)) : resolve(figures)));
      worker.onCrash((reason) => reject(new Error(reason)));
      worker.post(task);
    });
  } finally {
    worker.stop();
  }
}

/** Whole runs, whose differences are what is asked for. @param {string} model @returns {Promise<Figures>} */
async function natively(model) {
  const seconds = (/** @type {number} */ prompt, /** @type {number} */ tokens) => {
    const start = performance.now();
    execFileSync(`${root}build/logitscope`,
      ['--model', root + model, '--prompt', promptOf(prompt, 1), '--temperature', '0', '--tokens', String(tokens)], { stdio: 'ignore' });
    return (performance.now() - start) / 1000;
  };
  const { promptTokens, decodeTokens } = TOKENS;
  const [short, long] = [seconds(SHORT, 1), seconds(promptTokens, 1)];
  return {
    loadSeconds: NaN,
    promptTokensPerSecond: (promptTokens - SHORT) / (long - short),
    decodeTokensPerSecond: decodeTokens / (seconds(SHORT, 1 + decodeTokens) - short),
    decodeAfterPromptTokensPerSecond: decodeTokens / (seconds(promptTokens, 1 + decodeTokens) - long),
  };
}

const PEER = `${root}build/llama.cpp/`;
const LIBRARIES = `${PEER}package/bins/linux-x64`;

/** llama.cpp, its prompt of any tokens. @param {string} model @param {number} threads @returns {Promise<Figures>} */
async function byLlamaCpp(model, threads) {
  const counts = [threads, SHORT, TOKENS.promptTokens, TOKENS.decodeTokens].map(String);
  return JSON.parse(execFileSync(`${PEER}llama`, [LIBRARIES, root + model, ...counts], { encoding: 'utf8' }));
}

/** @param {string} model @param {Awaited<ReturnType<typeof openChromium>>} chromium */
function contestantsOn(model, chromium) {
  /** @type {Contestant[]} */
  const all = [];
  const add = (/** @type {Setting} */ setting, /** @type {Contestant['run']} */ run) => all.push({ ...setting, run, rounds: [], seconds: 0 });
  for (const [kernels, threads] of /** @type {[string, number][]} */ ([['relaxed', 1], ['relaxed', 2], ['simd', 1], ['simd', 2], ['reference', 1]])) {
    const task = { kernels, threads, ...(kernels === 'reference' ? FEWER : TOKENS) };
    add({ where: 'Chromium', kernels, threads }, () => chromium.ours({ model: `/${model}`, ...task }));
    add({ where: 'Node', kernels, threads }, () => inNode({ model: root + model, ...task }));
  }
  for (const threads of [1, 2]) {
    const texts = { warmUp: promptOf(SHORT, 1), short: promptOf(SHORT, 2), long: promptOf(TOKENS.promptTokens, 3) };
    add({ where: 'wllama', kernels: 'its own', threads }, () => chromium.wllama({ model: `/${model}`, threads, tokens: PEER_TOKENS, ...texts }));
  }
  add({ where: 'native', kernels: 'simd', threads: 1 }, () => natively(model));
  if (existsSync(`${PEER}llama`)) for (const threads of [1, 2]) add({ where: 'llama.cpp', kernels: 'native', threads }, () => byLlamaCpp(model, threads));
  return all;
}

/** Round after round, everyone in turn. @param {Contestant[]} contestants */
async function compete(contestants) {
  for (let round = 0; round < ROUNDS; round++) {
    for (const contestant of contestants) {
      if (contestant.problem || contestant.seconds > LONGEST || (round > 0 && contestant.kernels === 'reference')) continue;
      if (process.stderr.isTTY) process.stderr.write(`\r\x1b[Kround ${round + 1}: ${contestant.where}, ${contestant.kernels}, ${contestant.threads}`);
      const start = performance.now();
      try {
        const figures = await contestant.run();
        contestant.rounds.push(figures);
        contestant.seconds -= figures.loadSeconds || 0;
      } catch (error) {
        contestant.problem = /** @type {Error} */ (error).message.split('\n')[0];
      }
      contestant.seconds += (performance.now() - start) / 1000;
    }
  }
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
}

/** @param {Contestant[]} contestants */
function summarise(contestants) {
  const rows = contestants.map(({ where, kernels, threads, rounds, problem }) => {
    const names = /** @type {(keyof Figures)[]} */ (Object.keys(rounds[0] ?? {}));
    const medians = /** @type {Figures} */ (Object.fromEntries(names.map((name) => [name, median(rounds.map((figures) => Number(figures[name])))])));
    return { where, kernels, threads, rounds: rounds.length, problem, ...medians };
  });
  return rows.map((row) => {
    const beside = (/** @type {string} */ peer) => {
      const its = rows.find(({ where, threads }) => where === peer && threads === row.threads);
      const times = (/** @type {keyof Figures} */ name) => Number(row[name]) / Number(its?.[name]);
      return { prompt: times('promptTokensPerSecond'), decode: times('decodeTokensPerSecond'), decodeAfterPrompt: times('decodeAfterPromptTokensPerSecond') };
    };
    return {
      ...row,
      shareOfRead: row.weightBytes && row.readBytesPerSecond && row.decodeTokensPerSecond * row.weightBytes / row.readBytesPerSecond,
      besideWllama: beside('wllama'),
      besideLlamaCpp: beside('llama.cpp'),
    };
  });
}

const number = (/** @type {number | undefined} */ value, /** @type {number} */ digits, /** @type {number} */ width) =>
  (value === undefined || !Number.isFinite(value) ? '–' : value.toFixed(digits)).padStart(width);

/** @param {ReturnType<typeof summarise>[number]} row */
function line({ where, kernels, threads, rounds, problem, besideWllama, besideLlamaCpp, ...row }) {
  const name = `  ${where.padEnd(9)} ${kernels.padEnd(10)} ${threads}`;
  if (rounds === 0) return `${name}  ${problem}`;
  const rate = (/** @type {number} */ value, /** @type {'prompt' | 'decode' | 'decodeAfterPrompt'} */ what) =>
    `${number(value, 0, 8)} (${number(besideLlamaCpp[what], 2, 5)} ${number(besideWllama[what], 1, 4)})`;
  return [name, number(row.loadSeconds, 2, 7), rate(row.promptTokensPerSecond, 'prompt'), rate(row.decodeTokensPerSecond, 'decode'),
    rate(row.decodeAfterPromptTokensPerSecond, 'decodeAfterPrompt'),
    number(row.readBytesPerSecond && row.readBytesPerSecond / 1e9, 1, 6), number(row.shareOfRead && 100 * row.shareOfRead, 0, 5), `${rounds}`.padStart(4)].join('');
}

const models = chosenModels('15m smollm2-135m', 'q8_0 q4_0'); // before the server looks which files there are
const chromium = await openChromium();
try {
  const wllama = JSON.parse(readFileSync(`${root}node_modules/@wllama/wllama/package.json`, 'utf8')).version;
  const llamaCpp = existsSync(`${PEER}llama`) ? JSON.parse(readFileSync(`${LIBRARIES}/_nlcBuildMetadata.json`, 'utf8')).buildOptions.llamaCpp.release : 'not here';
  const versions = { node: process.version, chromium: chromium.version, llamaCpp, wllama };
  console.log(`${machine}, commit ${commit}, Node ${versions.node}, Chromium ${versions.chromium}, llama.cpp ${llamaCpp}, wllama ${wllama}`);
  console.log(`Medians of up to ${ROUNDS} alternating rounds; in brackets: times llama.cpp's (native) and wllama's with as many threads.`
    + `\nPrompt: ${TOKENS.promptTokens} tokens; decode: ${TOKENS.decodeTokens} (wllama ${PEER_TOKENS}) after ${SHORT} and after ${TOKENS.promptTokens}; reference: ${FEWER.promptTokens} and ${FEWER.decodeTokens}.`
    + ' Read: sequential GB/s by the same module; %: of it in decode.');
  const [display, play] = [await chromium.display(), await chromium.play()];
  const results = [];
  for (const { shape, type, path } of models) {
    const contestants = contestantsOn(path, chromium);
    await compete(contestants);
    const rows = summarise(contestants);
    results.push({ shape, type, weightBytes: rows.find(({ weightBytes }) => weightBytes)?.weightBytes, rows });
    console.log(`\n${`${shape} ${type}`.padEnd(24)}  load s         prompt tok/s         decode tok/s         after prompt  read    % rounds`);
    // A kernel set that an engine does not have is no news.
    for (const row of rows) if (!/^kernels is "/.test(row.problem ?? '')) console.log(line(row));
  }
  for (const [what, { milliseconds, inLayout }] of /** @type {const} */ ([['A step', display.step], ['A slider\'s move', display.slide]])) {
    console.log(`\n${what} costs the page's main thread ${milliseconds.toFixed(1)} ms at 32,000 tokens, ${inLayout.toFixed(1)} of them in layout and style`);
  }
  console.log(`At full speed the page plays ${play.tokensPerSecond.toFixed(0)} tokens a second, ${(100 * play.ofEngine).toFixed(0)} % of the engine alone (15m q8_0, threads: ${play.threads}); its heap has ${(play.heapBytes / 1e6).toFixed(1)} MB at 2,000 tokens and grows by ${(play.heapBytesPerToken / 1e3).toFixed(1)} kB a token`);
  console.log(`While the slider moves the page shows ${display.slide.framesPerSecond.toFixed(0)} frames a second`);
  writeFileSync(`${root}build/bench.json`, `${JSON.stringify({ machine, commit, versions, display, play, models: results }, null, 2)}\n`);
} finally {
  await chromium.close();
}
