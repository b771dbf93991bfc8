// Prepares a training text: any documents -> train.txt, validation.txt and report.json. `--help` lists the flags.
// Stands before all training: folders -> prepare.js (over prepare/) -> build/train/ -> train.c.
// Must not know of tokens or models.

import { availableParallelism } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { pathToFileURL } from 'node:url';
import { asText, buildCorpus, trainingDocuments, usualShare, writeWhole } from './prepare/corpus.js';
import { extract } from './prepare/extract.js';
import { Unreadable, isNamed, systemReason, walk } from './prepare/files.js';
import { asTable, makeReport, printable, remarks } from './prepare/report.js';

const USAGE = `usage: node model/prepare.js INPUT... --out FOLDER [options]

An INPUT is a file, or a folder with all that lies in it: text, Markdown, HTML, JSONL, source code, PDF,
scanned images, and gzip of any. Writes train.txt, validation.txt and report.json.

  --out FOLDER         where they go
  --field NAME[,NAME]  the fields of JSONL that hold the text (default text)
  --validation SHARE   of the documents, chosen by their hash, for validation
                       (default 0.01; 0.05 of less than 2 MB of text)
  --weight NAME=N      how often the documents of an input, a file or a folder stand in the training text
                       (default 1; 0: not at all); of several that fit the last counts
  --recipe FILE        what one corpus wants, in JavaScript: see model/prepare/stories.js
  --credits FILE       where the recipe's credits go
  --help               this text
`;

/** Bad usage: exit code 2. */
class UsageError extends Error {}

/** Nothing can be prepared: exit code 1. */
class Failure extends Error {}

/**
 * @typedef {object} RecipeSource a file that must be there
 * @property {string} file
 * @property {number} weight
 * @property {string[]} [fields]
 * @property {(document: string) => string} [clean] done to each clean document
 */

/**
 * @typedef {object} Recipe
 * @property {RecipeSource[]} sources
 * @property {(train: string[][]) => string[]} [extra] documents made of each source's, for the training text too
 * @property {(folder: string) => string} [credits]
 */
/** @typedef {import('./prepare/report.js').Treated & Omit<RecipeSource, 'file'>} Job */

/** @param {string[]} args */
function readOptions(args) {
  const { values, positionals } = parsed(args);
  if (values.help) return undefined;
  if (!positionals.length) throw new UsageError('name a folder or a file to read');
  if (!values.out) throw new UsageError('--out FOLDER is missing');
  const validation = values.validation === undefined ? undefined : Number(values.validation);
  if (validation !== undefined && !(validation > 0 && validation <= 0.5)) throw new UsageError('--validation must be above 0 and at most 0.5');
  const weights = (values.weight ?? []).map((given) => {
    const [, name, times] = /^(.+)=(\d{1,3})$/.exec(given) ?? [];
    if (!name) throw new UsageError(`--weight ${given}: it must be NAME=N, N a whole number up to 999`);
    return /** @type {[string, number]} */ ([name, Number(times)]);
  });
  const fields = values.field.split(',').filter(Boolean);
  if (!fields.length) throw new UsageError('--field names no field');
  if (values.recipe && (positionals.length > 1 || weights.length)) {
    throw new UsageError('--recipe takes one folder, and says the weights itself');
  }
  if (values.credits && !values.recipe) throw new UsageError('--credits belongs to --recipe');
  const { out, recipe, credits } = values;
  return { inputs: positionals, out, fields, validation, weights, recipe, credits };
}

/** @typedef {NonNullable<ReturnType<typeof readOptions>>} Options */

/** @param {string[]} args */
function parsed(args) {
  const text = /** @type {const} */ ('string');
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: {
        out: { type: text },
        field: { type: text, default: 'text' },
        validation: { type: text },
        weight: { type: text, multiple: true },
        recipe: { type: text },
        credits: { type: text },
        help: { type: 'boolean' },
      },
    });
  } catch (error) {
    throw new UsageError(/** @type {Error} */ (error).message);
  }
}

/**
 * Every file of the inputs, with its weight.
 * @param {Options} options
 * @returns {Job[]}
 */
function findFiles({ inputs, out, weights }) {
  const used = new Set();
  const jobs = inputs.flatMap((input) =>
    [...walk(input, out)].map((found) => {
      const fitting = weights.filter(([name]) => isNamed(name, input, found.inside));
      fitting.forEach(([name]) => used.add(name));
      const weight = fitting.at(-1)?.[1] ?? 1;
      return { ...found, weight, why: found.why ?? (weight === 0 ? 'its weight is 0' : undefined) };
    }),
  );
  const unused = weights.find(([name]) => !used.has(name));
  if (unused) throw new UsageError(`--weight ${unused[0]}: nothing that was found has this name`);
  return jobs;
}

/** @param {Recipe} recipe @param {string} folder @returns {Job[]} */
const recipeFiles = (recipe, folder) =>
  recipe.sources.map(({ file, ...source }) => ({ ...source, path: join(folder, file), inside: file }));

/**
 * Reads the files, several at a time; each job then says what it holds or why not.
 * @param {Job[]} jobs are changed
 * @param {string[]} fields
 */
async function readFiles(jobs, fields) {
  const waiting = jobs.filter(({ why }) => !why).values();
  const worker = async () => {
    for (const job of waiting) {
      try {
        job.extracted = await extract(job.path, job.fields ?? fields);
        const { texts } = job.extracted;
        job.extracted.texts = (job.clean ? texts.map(job.clean) : texts).filter((text) => text.trim());
      } catch (error) {
        if (!(error instanceof Unreadable)) throw error;
        job.why = error.message;
      }
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, worker));
}

/**
 * @param {Job[]} jobs
 * @param {Options} options
 * @param {Recipe['extra']} extra
 */
function writeCorpus(jobs, { out, fields, weights, ...options }, extra = () => []) {
  const read = jobs.filter(({ extracted }) => extracted);
  const sources = read.map(({ extracted, weight }) => ({ documents: extracted?.texts ?? [], weight }));
  const validation = options.validation ?? usualShare(sources);
  const { parts, notes } = buildCorpus(sources, validation);
  read.forEach((job, i) => (job.part = parts[i]));
  const train = [...trainingDocuments(parts), ...extra(parts.map((part) => part.train))];
  const texts = { 'train.txt': train, 'validation.txt': parts.flatMap((part) => part.validation) };
  const written = Object.fromEntries(
    Object.entries(texts).map(([name, documents]) => [
      name,
      { documents: documents.length, ...writeWhole(out, name, asText(documents)) },
    ]),
  );
  const settings = { field: fields, validation, weights: Object.fromEntries(weights) };
  const report = makeReport(jobs, settings, written, notes);
  writeWhole(out, 'report.json', [`${JSON.stringify(report, null, 2)}\n`]);
  return report;
}

/** @param {Options} options */
async function prepare(options) {
  const [folder] = options.inputs;
  /** @type {Recipe | undefined} */
  const recipe = options.recipe && (await import(pathToFileURL(resolve(options.recipe)).href));
  const jobs = recipe ? recipeFiles(recipe, folder) : findFiles(options);
  await readFiles(jobs, options.fields);
  const skipped = jobs.flatMap(({ path, why }) => (why ? [{ path, why }] : []));
  if (recipe && skipped.length) throw new Failure(`${skipped[0].path}, which the recipe needs: ${skipped[0].why}`);
  if (skipped.length === jobs.length) {
    remarks({ skipped, notes: [] }).forEach((line) => console.error(line));
    throw new Failure(`nothing could be read in ${options.inputs.join(', ')}, so nothing was written`);
  }
  /** @type {Options['weights']} */
  const weights = recipe ? jobs.map(({ inside, weight }) => [inside, weight]) : options.weights;
  console.log(asTable(writeCorpus(jobs, { ...options, weights }, recipe?.extra)));
  if (recipe?.credits && options.credits) {
    writeWhole(resolve(options.credits, '..'), basename(options.credits), [recipe.credits(folder)]);
  }
}

try {
  const options = readOptions(process.argv.slice(2));
  if (options) await prepare(options);
  else process.stdout.write(USAGE);
} catch (error) {
  const { message, code } = /** @type {NodeJS.ErrnoException} */ (error);
  const isOurs = error instanceof UsageError || error instanceof Failure;
  // What else has a code comes from the system: the output cannot be written, for one.
  if (!isOurs && !code) throw error;
  console.error(`prepare: ${printable(isOurs ? message : systemReason(error))}`);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
