// The command line's options: what was typed, checked and made numbers.
// Outside the token's way. The same flags, defaults and refusals as src/cli_options.c, and --bench, --threads
// and the relaxed kernels.
// Must not open a model; a stage's value is checked by the core, which needs none for that.

import { parseArgs } from 'node:util';
import { readAll } from './source.js';
import { listed } from './stages.js';

/** @typedef {import('./core.js').Core} Core */
/** @typedef {import('./stages.js').Stage} Stage */
/** @typedef {import('./stages.js').StageSpec} StageSpec */

export const USAGE = `usage: node web/engine/cli.js --model FILE [--prompt TEXT | --text-file FILE] [options]

  --model FILE         a GGUF model
  --prompt TEXT        the text to go on from (default: empty)
  --text-file FILE     the prompt from a file, every byte of it
  --tokens N           tokens to generate (default 128)
  --temperature X      0 to 100; 0 is greedy (default 1)
  --top-k K            keep the K most probable tokens; 0: all (default 0)
  --top-p P            keep the nucleus of mass P, above 0 to 1 (default 1)
  --min-p M            keep tokens at least M times as probable as the first (default 0)
  --typical P          keep the tokens of mass P that are nearest to the entropy
  --epsilon E          keep tokens of probability E or more
  --eta E              the same, but less where the entropy is high
  --top-n-sigma N      keep logits within N standard deviations of the highest
  --xtc P:T            at chance P drop all but the last of the tokens of probability T or more
  --mirostat TAU:ETA   mirostat 2: bound the surprise so that it comes to TAU bits; ETA: how fast (default 0.1)
  --penalties R:F:P:N  repetition, frequency, presence, over the last N tokens (default 1:0:0:64)
  --dry M:B:L:N        multiplier, base, allowed length, last N tokens; 0: all (default 0:1.75:2:0)
  --bias ID:B:…        add B to token ID's logit, -100 to 100, and so on
  --stages LIST        explicit order, e.g. dry=0.8:1.75,top-k=40,temperature=0.8
  --seed S             0 to 2^64 - 1 (default 1)
  --kernels NAME       auto, reference, simd or relaxed (default auto)
  --threads N          that compute together, 1 to 64, or auto: as many as are fastest (default auto)
  --batch N            prompt tokens computed together (default 64)
  --context N          positions of the KV cache (default: the model's own, up to 4096)
  --tokenize           print the prompt's token ids and stop
  --no-bos             leave the BOS token out
  --special            parse special tokens in the prompt
  --score FILE         bits per byte of a text, as one JSON line
  --bytes N            bytes of it to score (default 200000)
  --piece N            bytes in a piece (default 1000)
  --hash               print a hash over every row of logits
  --bench              measure speed on made-up tokens, as one JSON line
  --json               one JSON object a line
  --trace top|full     with --json: how many ids a stage lists, 50 (default) or all kept
  --logits             with --json: add all logits to each line
  --show               draw each step's top candidates as bars (in a terminal)
  --help               this text
`;

/** Bad usage: exit code 2. */
export class UsageError extends Error {}

const VALUES = [
  'model', 'prompt', 'text-file', 'tokens', 'stages', 'seed',
  'kernels', 'threads', 'batch', 'context', 'score', 'bytes', 'piece', 'trace',
];
const SWITCHES = ['tokenize', 'no-bos', 'special', 'hash', 'bench', 'json', 'logits', 'show', 'help'];

const MAX_U32 = 2n ** 32n - 1n;

/** In the pipeline whether named or not. */
const ALWAYS = ['temperature', 'top-k', 'top-p', 'min-p'];

/**
 * The flags by name; of a flag given twice the last counts.
 * @param {string[]} args
 * @param {string[]} stages each has a flag of its name
 */
function readFlags(args, stages) {
  const values = [...VALUES, ...stages];
  /** @type {[string, { type: 'string' | 'boolean' }][]} */
  const options = [
    ...values.map((name) => /** @type {[string, { type: 'string' }]} */ ([name, { type: 'string' }])),
    ...SWITCHES.map((name) => /** @type {[string, { type: 'boolean' }]} */ ([name, { type: 'boolean' }])),
  ];
  // Not strict: there a value could not begin with a dash, as texts may.
  const { tokens } = parseArgs({ args, options: Object.fromEntries(options), strict: false, tokens: true });
  /** @type {Map<string, string>} */
  const flags = new Map();
  for (const token of tokens) {
    if (token.kind === 'positional') throw new UsageError(`"${token.value}" is not a flag; --help lists them`);
    if (token.kind !== 'option') continue;
    const { name, rawName, value } = token;
    const known = value === undefined ? SWITCHES : values;
    if (rawName !== `--${name}` || !known.includes(name)) {
      throw new UsageError(`${rawName} is unknown or lacks its value; --help lists the flags`);
    }
    flags.set(name, value ?? '');
  }
  return flags;
}

/** @param {string} flag @param {string} text @param {bigint} low @param {bigint} high */
function parseCount(flag, text, low, high) {
  const value = /^[0-9]+$/.test(text) ? BigInt(text) : -1n;
  if (value < low || value > high) {
    throw new UsageError(`--${flag} is "${text}", expected an integer from ${low} to ${high}`);
  }
  return value;
}

/** @param {string} flag @param {string} text */
function parseNumber(flag, text) {
  const value = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : NaN;
  if (!Number.isFinite(value)) throw new UsageError(`--${flag} is "${text}", expected a number`);
  return value;
}

/**
 * @template {string} Name
 * @param {string} flag
 * @param {string} text
 * @param {Name[]} names
 */
function parseChoice(flag, text, names) {
  const found = names.find((name) => name === text);
  if (found === undefined) throw new UsageError(`--${flag} is "${text}", expected ${listed(names)}`);
  return found;
}

/**
 * A stage of numbers separated by colons; those left out have their usual values, without a text all of them.
 * @param {StageSpec} spec
 * @param {string} flag
 * @param {string | undefined} text
 * @returns {Stage}
 */
function parseStage({ name, parameters }, flag, text) {
  const numbers = text?.split(':') ?? [];
  if (parameters.length === 0) return { name, biases: parseBiases(flag, numbers) };
  const values = numbers.map((number) => parseNumber(flag, number));
  if (values.length > parameters.length) {
    throw new UsageError(`--${flag}: ${name} has ${values.length} numbers, expected at most ${parameters.length}`);
  }
  return { name, ...Object.fromEntries(parameters.map((parameter, i) => [parameter.name, values[i] ?? parameter.usual])) };
}

/** @param {string} flag @param {string[]} numbers @returns {import('./stages.js').Bias[]} */
function parseBiases(flag, numbers) {
  const values = numbers.map((number, i) => (i % 2 === 0 ? Number(parseCount(flag, number, 0n, MAX_U32)) : parseNumber(flag, number)));
  if (values.length % 2 !== 0) {
    throw new UsageError(`--${flag}: bias has ${values.length} numbers, expected pairs of id and value`);
  }
  return Array.from({ length: values.length / 2 }, (_, i) => [values[2 * i], values[2 * i + 1]]);
}

/** @param {string} list @param {StageSpec[]} specs @returns {Stage[]} */
function parseStages(list, specs) {
  if (list === '') return [];
  return list.split(',').map((item) => {
    const [, name, text] = /^([^=]*)=(.*)$/s.exec(item) ?? [];
    if (name === undefined) throw new UsageError(`--stages has "${item}", expected name=value`);
    const spec = specs.find((known) => known.name === name);
    if (!spec) throw new UsageError(`unknown stage "${name}", expected ${listed(specs.map((known) => known.name))}`);
    return parseStage(spec, 'stages', text);
  });
}

/** @param {Map<string, string>} flags */
function checkCombinations(flags) {
  if (!flags.has('model')) throw new UsageError('--model is missing, expected the path of a GGUF file');
  if (flags.has('prompt') && flags.has('text-file')) {
    throw new UsageError('--prompt and --text-file exclude each other; give one');
  }
  const other = ['prompt', 'text-file', 'score'].find((flag) => flags.has(flag));
  if (flags.has('bench') && other) {
    throw new UsageError(`--bench and --${other} exclude each other; --bench takes tokens of its own`);
  }
}

/**
 * The pipeline: the stages of single flags in the core's order, or the explicit list.
 * @param {Map<string, string>} flags
 * @param {Core} core
 */
function readStages(flags, core) {
  const { stageSpecs: specs } = core;
  const list = flags.get('stages');
  const single = specs.find(({ name }) => flags.has(name));
  if (list !== undefined && single) {
    throw new UsageError(`--stages and --${single.name} exclude each other; put every stage into --stages`);
  }
  const named = specs.filter(({ name }) => flags.has(name) || ALWAYS.includes(name));
  const chosen = list === undefined ? named.map((spec) => parseStage(spec, spec.name, flags.get(spec.name))) : parseStages(list, specs);
  try {
    core.checkStages(chosen);
  } catch (error) {
    throw new UsageError(/** @type {Error} */ (error).message);
  }
  return chosen;
}

/**
 * The options of a run, or null where only help was asked for.
 * @param {string[]} args
 * @param {Core} core with no model
 */
export async function readOptions(args, core) {
  const flags = readFlags(args, core.stageSpecs.map(({ name }) => name));
  if (flags.has('help')) return null;
  /** @param {string} flag @param {number} fallback @param {bigint} low @param {bigint} high */
  const count = (flag, fallback, low, high) => Number(parseCount(flag, flags.get(flag) ?? `${fallback}`, low, high));
  const options = {
    model: flags.get('model') ?? '',
    tokens: count('tokens', 128, 0n, MAX_U32),
    seed: parseCount('seed', flags.get('seed') ?? '1', 0n, 2n ** 64n - 1n),
    kernels: parseChoice('kernels', flags.get('kernels') ?? 'auto', ['auto', ...core.kernelNames]),
    threads: (flags.get('threads') ?? 'auto') === 'auto' ? /** @type {const} */ ('auto') : count('threads', 1, 1n, 64n),
    batch: count('batch', 64, 1n, 65536n),
    context: flags.has('context') ? count('context', 0, 1n, MAX_U32) : undefined,
    scoreBytes: count('bytes', 200000, 1n, MAX_U32),
    scorePiece: count('piece', 1000, 1n, MAX_U32),
    trace: parseChoice('trace', flags.get('trace') ?? 'top', /** @type {('top' | 'full')[]} */ (['top', 'full'])),
    tokenize: flags.has('tokenize'),
    bos: !flags.has('no-bos'),
    special: flags.has('special'),
    hash: flags.has('hash'),
    bench: flags.has('bench'),
    json: flags.has('json'),
    logits: flags.has('logits'),
    show: flags.has('show'),
    score: flags.get('score'),
  };
  checkCombinations(flags);
  const stages = readStages(flags, core);
  const file = flags.get('text-file');
  const prompt = file === undefined ? new TextEncoder().encode(flags.get('prompt')) : new Uint8Array(await readAll(file));
  return { ...options, stages, prompt };
}

/** @typedef {NonNullable<Awaited<ReturnType<typeof readOptions>>>} Options */
