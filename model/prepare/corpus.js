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

/** Of less text than this, 1 % would be too little to judge by. */
const LITTLE_TEXT = 2e6;

/**
 * The share of the documents that is held back for validation.
 * @param {Source[]} sources
 */
export function usualShare(sources) {
  return bytesOf(sources.flatMap(({ documents }) => documents)) < LITTLE_TEXT ? 0.05 : 0.01;
}

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

/** @param {string[]} documents */
const bytesOf = (documents) => documents.reduce((sum, document) => sum + byteLength(document), 0);

/** @param {Part[]} parts */
const heldBack = (parts) => parts.flatMap(({ validation }) => validation);

/** @param {Part[]} parts */
const trainedOn = (parts) => parts.flatMap(({ train }) => train);

/**
 * Sees to it that the validation text has between half and twice its share, where the hashes of few documents, or of
 * very unlike ones, gave it less or more.
 * @param {Part[]} parts are changed
 * @param {number} share
 * @returns {string[]} what was done
 */
function balance(parts, share) {
  const wanted = share * bytesOf([...trainedOn(parts), ...heldBack(parts)]);
  const notes = [];
  while (bytesOf(heldBack(parts)) > 2 * wanted) {
    giveBack(parts, longest(heldBack(parts)));
    notes[0] = 'few documents: not all that their hashes chose are validation text';
  }
  const missing = wanted - bytesOf(heldBack(parts));
  if (missing > wanted / 2) notes.push(holdBack(parts, missing));
  return notes;
}

/** @param {string[]} documents at least one */
const longest = (documents) =>
  documents.reduce((best, document) => (byteLength(document) > byteLength(best) ? document : best));

/** @param {Part[]} parts are changed @param {string} document of the validation text */
function giveBack(parts, document) {
  const part = /** @type {Part} */ (parts.find(({ validation }) => validation.includes(document)));
  part.validation.splice(part.validation.indexOf(document), 1);
  part.train.push(document);
}

/** A validation text of fewer bytes says so little that no document is cut for it if there are others. */
const LEAST_CUT = 500;

/**
 * A document becomes validation text: one of about the size, else the end of the longest.
 * @param {Part[]} parts are changed
 * @param {number} wanted bytes
 * @returns {string} what was done
 */
function holdBack(parts, wanted) {
  const all = trainedOn(parts);
  const distance = (/** @type {string} */ document) => Math.abs(byteLength(document) - wanted);
  const nearest = all.reduce((best, document) => (distance(document) < distance(best) ? document : best));
  const isWhole = all.length > 1 && (wanted < LEAST_CUT || distance(nearest) <= wanted / 2);
  const chosen = isWhole ? nearest : longest(all);
  const [beginning, end] = isWhole ? ['', chosen] : divide(chosen, wanted / byteLength(chosen));
  if (!end) return 'too little text: there is no validation text';
  const part = /** @type {Part} */ (parts.find(({ train }) => train.includes(chosen)));
  part.train.splice(part.train.indexOf(chosen), 1, ...(isWhole ? [] : [beginning]));
  part.validation.push(end);
  return `few documents: ${isWhole ? 'one of about the size wanted' : 'the end of the longest'} is validation text`;
}

/** An end of fewer characters is not worth a cut document. */
const LEAST_END = 10;

/**
 * Parts a document's end from it: between two paragraphs, lines, words or characters, the first of these that leaves
 * an end of about the share.
 * @param {string} document
 * @param {number} share
 * @returns {[string, string]} beginning and end, neither empty unless both are
 */
function divide(document, share) {
  const length = Math.round(document.length * share);
  const wanted = document.length - length;
  if (length < LEAST_END) return ['', ''];
  for (const between of ['\n\n', '\n', ' ', '']) {
    const [before, behind] = [document.lastIndexOf(between, wanted), document.indexOf(between, wanted)];
    const cut = behind < 0 || wanted - before < behind - wanted ? before : behind;
    const [beginning, end] = [document.slice(0, cut).trimEnd(), document.slice(cut + between.length).replace(/^\n+/, '')];
    const isPair = !between && /[\uDC00-\uDFFF]/.test(document[cut] ?? '');
    if (cut > 0 && Math.abs(cut - wanted) <= length / 2 && beginning && end && !isPair) return [beginning, end];
  }
  return ['', ''];
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
