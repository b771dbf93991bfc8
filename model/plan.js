// How to train on one's own texts: where such a run lives, and the trainer's flags for a text of a size. `--help`.
// Between prepare.js and train.c, when `make train CORPUS=folder` is called; the model that ships has its own recipe.
// Must not read the text, only how large it is, and must write nothing: the same size gives the same plan.

import { createHash } from 'node:crypto';
import { realpathSync, statSync } from 'node:fs';
import { basename, join, parse, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { pathToFileURL } from 'node:url';
import { systemReason } from './prepare/files.js';
import { printable, size } from './prepare/report.js';

const USAGE = `usage: node model/plan.js --data FOLDER [--shape NAME] [--steps N]
       node model/plan.js --corpus PATH [--shape NAME] [--steps N]

  --data FOLDER   what prepare.js wrote; prints the shape's name and the trainer's flags, and notes on stderr
  --corpus PATH   the texts, before they are prepared; prints the name of the folder in which all that comes of them
                  goes, a name for its files, and a name for people
  --shape NAME    tiny, small or base (default: by the size of the text)
  --steps N       instead of the number that is planned
  --help          this text
`;

/** Bad usage: exit code 2. */
class UsageError extends Error {}

/** Nothing can be planned: exit code 1. */
class Failure extends Error {}

/**
 * @typedef {object} Shape the trainer's flags of the same names, and the bounds of the steps
 * @property {number} vocab at most
 * @property {number} dim
 * @property {number} layers
 * @property {number} heads
 * @property {number} kvHeads
 * @property {number} hidden
 * @property {number} context at most
 * @property {number} batch
 * @property {number} lr
 * @property {number} decay
 * @property {[number, number]} steps fewer teach nothing; more than these are for who asks for them
 */

/** @typedef {'tiny' | 'small' | 'base'} ShapeName */

/** Widths are multiples of 32, so that all types of weights can hold them. @type {Record<ShapeName, Shape>} */
export const SHAPES = {
  tiny: {
    vocab: 2048, dim: 128, layers: 4, heads: 4, kvHeads: 2, hidden: 352, context: 256,
    batch: 8, lr: 4e-3, decay: 0.1, steps: [600, 3000],
  },
  // As the model that ships.
  small: {
    vocab: 4096, dim: 256, layers: 5, heads: 8, kvHeads: 4, hidden: 704, context: 512,
    batch: 8, lr: 3e-3, decay: 0.3, steps: [800, 16000],
  },
  base: {
    vocab: 8192, dim: 384, layers: 10, heads: 12, kvHeads: 4, hidden: 1024, context: 512,
    batch: 16, lr: 1.5e-3, decay: 0.3, steps: [1000, 10000],
  },
};

/** @param {string} name @returns {name is ShapeName} */
const isShapeName = (name) => Object.hasOwn(SHAPES, name);

// ---- the plan ----

/** Of less text nothing can be learnt that it does not say word by word. */
const LEAST_BYTES = 500;
/** From here on the small shape is worth its time. */
const SMALL_FROM_BYTES = 1e6;
/**
 * What a text still has to teach after some passes over it soon falls: up to four are nearly as good as new text, after
 * some sixteen little is left (Muennighoff and others, 2023). Small models take longer to learn by heart what they see.
 */
const EPOCHS = 8;
/** From so many passes on it is learnt by heart, and more dropout helps against that. */
const MANY_EPOCHS = 20;
/** A token that is seen less often in the text is hardly learnt; so there is one for so many bytes. */
const BYTES_A_TOKEN_OF_VOCABULARY = 50;
const LEAST_CONTEXT = 32;
/** In one pass over the text, so that no step sees all of it. */
const LEAST_SEQUENCES = 32;
/** The shipped shape's 15,831 tokens a second on the two cores of model/README.md: parameters x tokens. */
const SPEED = 4737792 * 15831;
/** Between two checkpoints on those cores; on slower ones a minute, maybe. */
const SECONDS_BETWEEN_SAVES = 20;

/** @param {number} x @returns the largest power of two up to it */
const powerOfTwo = (x) => 2 ** Math.floor(Math.log2(x));

/** @param {number} x @param {number} least @param {number} most */
const clamp = (x, least, most) => Math.min(most, Math.max(least, x));

/** @param {number} x @returns the largest of 1, 2, 5, 10, 20, … up to it, at least 1 */
function roundNumber(x) {
  const power = 10 ** Math.floor(Math.log10(Math.max(1, x)));
  return power * ([5, 2].find((digit) => x >= digit * power) ?? 1);
}

/** Measured on English with vocabularies of 2,048 to 8,192: 2.9, 3.25 and 3.5. @param {number} vocab */
const bytesPerToken = (vocab) => 2.9 + 0.33 * Math.log2(vocab / 2048);

/** As the trainer counts them. @param {Shape} shape @param {number} vocab */
export function countParameters({ dim, layers, heads, kvHeads, hidden }, vocab) {
  const attention = 2 * dim * dim + 2 * dim * ((dim / heads) * kvHeads);
  return vocab * dim + layers * (attention + 3 * dim * hidden + 2 * dim) + dim;
}

/** @param {number} bytes of the training text @returns {ShapeName} */
export const usualShape = (bytes) => (bytes < SMALL_FROM_BYTES ? 'tiny' : 'small');

/**
 * @typedef {object} Plan
 * @property {Record<string, number>} flags the trainer's, by name
 * @property {string[]} notes for people
 */

/**
 * How to train a shape on a text.
 * @param {ShapeName} name
 * @param {number} bytes of the training text
 * @param {number} [wantedSteps]
 * @returns {Plan}
 */
export function makePlan(name, bytes, wantedSteps) {
  const shape = SHAPES[name];
  const vocab = clamp(powerOfTwo(bytes / BYTES_A_TOKEN_OF_VOCABULARY), 512, shape.vocab);
  const tokens = bytes / bytesPerToken(vocab);
  const context = clamp(powerOfTwo(tokens / LEAST_SEQUENCES), LEAST_CONTEXT, shape.context);
  const tokensAStep = shape.batch * context;
  const steps = wantedSteps ?? clamp(Math.round((EPOCHS * tokens) / tokensAStep), ...shape.steps);
  const epochs = (steps * tokensAStep) / tokens;
  const parameters = countParameters(shape, vocab);
  const seconds = (parameters * tokensAStep) / SPEED;
  const better = size(roundNumber(parameters * bytesPerToken(vocab)));
  const { dim, layers, heads, kvHeads, hidden, batch, lr, decay } = shape;
  return {
    flags: {
      vocab, dim, layers, heads, 'kv-heads': kvHeads, hidden, context, batch, lr, 'final-lr': 0.02, decay,
      dropout: epochs > MANY_EPOCHS ? 0.2 : 0.1,
      steps,
      warmup: Math.min(200, Math.floor(steps / 10)),
      'validate-every': roundNumber(steps / 20),
      'log-every': Math.min(20, roundNumber(steps / 200)),
      'save-every': roundNumber(SECONDS_BETWEEN_SAVES / seconds),
    },
    notes: [
      `${name}: ${millions(parameters)} parameters, ${steps} steps, about ${rounded(epochs)} times over ${size(bytes)}`,
      `about ${duration(steps * seconds)} on two free cores like those of model/README.md; the trainer will know better`,
      // As many tokens as parameters would be well (see model/README.md); a quarter of them is still not little.
      ...(tokens < parameters / 4 ? [`${size(bytes)} is little: it will learn much of it by heart; ${better} would be better`] : []),
    ],
  };
}

/** @param {number} count */
const millions = (count) => `${(count / 1e6).toFixed(1)} million`;

/** @param {number} x */
const rounded = (x) => (x < 10 ? x.toFixed(1) : x.toFixed(0));

/** @param {number} seconds */
function duration(seconds) {
  if (seconds < 90) return `${Math.ceil(seconds)} s`;
  return seconds < 5400 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`;
}

// ---- the place ----

/** @param {string} text @returns what of it needs no quotes in a shell, in make and in an address */
const safe = (text) => text.replace(/[^A-Za-z0-9]+/g, '-').replace(/^-|-$/g, '').slice(0, 40) || 'texts';

/**
 * Names of what comes of a corpus: another path never has the same folder.
 * @param {string} path in full
 * @param {boolean} isFile whose ending is no part of its name
 */
export function placeOf(path, isFile) {
  const title = (isFile ? parse(path).name : basename(path)) || 'texts';
  const sum = createHash('sha256').update(path).digest('hex').slice(0, 8);
  // A name that begins like an option would be taken for one.
  const named = printable(title).replace(/^-+/, '') || 'texts';
  return { folder: `train-${safe(title)}-${sum}`, file: safe(title), title: named };
}

/** @param {string} corpus */
function findPlace(corpus) {
  try {
    const path = realpathSync(corpus);
    return placeOf(path, statSync(path).isFile());
  } catch (error) {
    const where = 'give its path in full, or from where you call make';
    throw new Failure(`CORPUS, ${resolve(corpus)}: ${systemReason(error)}; expected a folder of texts or a file: ${where}`);
  }
}

// ---- the command ----

/** @param {string} folder @param {string} name */
function sizeOf(folder, name) {
  try {
    return statSync(join(folder, name)).size;
  } catch (error) {
    throw new Failure(`${join(folder, name)}: ${systemReason(error)}; run model/prepare.js first`);
  }
}

/** @param {string} folder @param {ShapeName | undefined} shape @param {number | undefined} steps */
function planFor(folder, shape, steps) {
  const bytes = sizeOf(folder, 'train.txt');
  if (bytes < LEAST_BYTES) {
    throw new Failure(`${bytes} bytes of text are too few to learn from: give it ${LEAST_BYTES} at least, better a million`);
  }
  const name = shape ?? usualShape(bytes);
  const { flags, notes } = makePlan(name, bytes, steps);
  if (!shape && name === 'tiny') notes.unshift('SHAPE=tiny, for there is less than 1 MB of text; SHAPE=small is the next larger one');
  notes.forEach((note) => console.error(`plan: ${note}`));
  return [name, ...Object.entries(flags).map(([flag, value]) => `--${flag} ${value}`)].join(' ');
}

/** @param {string[]} args */
function parsed(args) {
  const text = /** @type {const} */ ({ type: 'string' });
  try {
    return parseArgs({ args, options: { data: text, corpus: text, shape: text, steps: text, help: { type: 'boolean' } } }).values;
  } catch (error) {
    throw new UsageError(/** @type {Error} */ (error).message);
  }
}

/** @param {string[]} args @returns {string} what to print */
function main(args) {
  const { data, corpus, shape, steps, help } = parsed(args);
  if (help) return USAGE.trimEnd();
  if (shape !== undefined && !isShapeName(shape)) {
    throw new UsageError(`SHAPE=${shape} is not known: choose ${Object.keys(SHAPES).join(', ')}`);
  }
  if (steps !== undefined && !/^[1-9]\d{0,8}$/.test(steps)) {
    throw new UsageError(`STEPS=${steps} is no number of steps: give a whole number from 1 to 999999999`);
  }
  if (corpus !== undefined) return Object.values(findPlace(corpus)).join(' ');
  if (data !== undefined) return planFor(data, shape, steps === undefined ? undefined : Number(steps));
  throw new UsageError('--data FOLDER or --corpus PATH is missing');
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  try {
    console.log(main(process.argv.slice(2)));
  } catch (error) {
    if (!(error instanceof UsageError || error instanceof Failure)) throw error;
    console.error(`plan: ${printable(error.message)}`);
    process.exitCode = error instanceof UsageError ? 2 : 1;
  }
}
