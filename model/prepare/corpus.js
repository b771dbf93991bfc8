// Documents become a corpus: each once, some of them kept for validation, in the order they came in.
// Between cleaning and the trainer: clean.js -> corpus.js -> train.txt, validation.txt.
// Must not know where a document comes from; the same documents give the same corpus.

import { createHash } from 'node:crypto';
import { closeSync, mkdirSync, openSync, renameSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { SEPARATOR } from './clean.js';

/**
 * @typedef {object} Source the documents of one file
 * @property {string[]} documents clean, none of them empty
 * @property {number} weight how often each stands in the training text
 */

/**
 * @typedef {object} Part what became of a source
 * @property {number} weight
 * @property {number} duplicates documents left out, for they came before
 * @property {string[]} train
 * @property {string[]} validation
 */

const byteLength = (/** @type {string} */ text) => Buffer.byteLength(text);

/** @param {string} document */
const hash = (document) => createHash('sha256').update(document).digest();

/**
 * @param {Source[]} sources
 * @param {number} share of the documents for validation
 * @returns {{ parts: Part[], notes: string[] }}
 */
export function buildCorpus(sources, share) {
  const seen = new Set();
  const parts = sources.map(({ documents, weight }) => {
    /** @type {Part} */
    const part = { weight, duplicates: 0, train: [], validation: [] };
    for (const document of documents) {
      const digest = hash(document);
      const id = digest.toString('base64');
      if (seen.has(id)) {
        part.duplicates++;
        continue;
      }
      seen.add(id);
      // The same document always falls on the same side, whatever else the corpus holds.
      const isValidation = digest.readUInt32BE() / 2 ** 32 < share;
      (isValidation ? part.validation : part.train).push(document);
    }
    return part;
  });
  return { parts, notes: balance(parts, share) };
}

/**
 * Sees to it that both sides have a document, where the hashes of a few documents gave them to one side.
 * @param {Part[]} parts are changed
 * @param {number} share
 * @returns {string[]} what was done
 */
function balance(parts, share) {
  const [train, validation] = [parts.flatMap((part) => part.train), parts.flatMap((part) => part.validation)];
  const all = [...train, ...validation];
  if (all.length === 1) return divide(parts, all[0], share);
  if (train.length && validation.length) return [];
  const wanted = share * all.reduce((sum, document) => sum + byteLength(document), 0);
  const distance = (/** @type {string} */ document) => Math.abs(byteLength(document) - wanted);
  const chosen = all.reduce((best, document) => (distance(document) < distance(best) ? document : best));
  for (const part of parts) {
    const own = [...part.train, ...part.validation];
    part.train = own.filter((document) => document !== chosen);
    part.validation = own.filter((document) => document === chosen);
  }
  return [`few documents: the one nearest in size to ${share * 100} % of the text is the validation text`];
}

/**
 * One document alone is trained on, but for its last paragraphs.
 * @param {Part[]} parts
 * @param {string} document
 * @param {number} share
 */
function divide(parts, document, share) {
  const part = /** @type {Part} */ (parts.find(({ train, validation }) => train.length + validation.length > 0));
  const wanted = Math.round(document.length * (1 - share));
  const [before, behind] = [document.lastIndexOf('\n\n', wanted), document.indexOf('\n\n', wanted)];
  const cut = behind < 0 || wanted - before < behind - wanted ? before : behind;
  part.train = cut > 0 ? [document.slice(0, cut).trimEnd()] : [document];
  part.validation = cut > 0 ? [document.slice(cut).replace(/^\n+/, '')] : [];
  return cut > 0
    ? ['one document only: its last paragraphs are the validation text']
    : ['one document only, of one paragraph: there is no validation text'];
}

/**
 * Writes a text whole or not at all.
 * @param {string} folder
 * @param {string} name
 * @param {Iterable<string>} pieces
 * @returns {{ bytes: number, sha256: string }}
 */
export function writeWhole(folder, name, pieces) {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, name);
  const file = openSync(`${path}.part`, 'w');
  const sum = createHash('sha256');
  let bytes = 0;
  try {
    for (const piece of pieces) {
      const encoded = Buffer.from(piece);
      for (let at = 0; at < encoded.length; ) at += writeSync(file, encoded, at);
      sum.update(encoded);
      bytes += encoded.length;
    }
  } finally {
    closeSync(file);
  }
  renameSync(`${path}.part`, path);
  return { bytes, sha256: sum.digest('hex') };
}

/** How many documents go to the file in one call. */
const BLOCK = 1024;

/**
 * The documents as the trainer reads them, each followed by a line with the separator.
 * @param {string[]} documents
 */
export function* asText(documents) {
  for (let i = 0; i < documents.length; i += BLOCK) {
    yield documents
      .slice(i, i + BLOCK)
      .map((document) => `${document}\n${SEPARATOR}\n`)
      .join('');
  }
}

/** The training text's documents: a source's, as often as it weighs, before the next source's. @param {Part[]} parts */
export const trainingDocuments = (parts) =>
  parts.flatMap(({ weight, train }) => Array.from({ length: weight }, () => train).flat());
