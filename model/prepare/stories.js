// The recipe of the model that ships: which texts, what is mended in them, whom to thank.
// Given to prepare.js with --recipe, for ../shared/data/corpus; any other folder needs none.
// Must not list the text on which the model is judged.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { tidyProse } from './clean.js';

/** TinyStories holds typographic quotes that were once decoded as Windows-1252. @type {[RegExp, string][]} */
const MENDS = [
  [/â€œ|â€\u009d|â€˜â€˜/g, '"'],
  [/â€™|â€˜/g, "'"],
  [/â€“|â€”/g, ' - '],
  [/â€¦/g, '...'],
  [/â€/g, '"'],
  [/[“”„]/g, '"'],
  [/[‘’]/g, "'"],
  [/…/g, '...'],
  [/[\u200C\u200D]/g, ''],
];

/**
 * Some of the sources part paragraphs with an empty line, most of TinyStories with a line end: an empty line for all.
 * @param {string} text
 */
const mend = (text) =>
  tidyProse(MENDS.reduce((mended, [pattern, replacement]) => mended.replace(pattern, replacement), text)).replace(
    /\n+/g,
    '\n\n',
  );

/**
 * In the order of the training text.
 * @type {import('../prepare.js').RecipeSource[]}
 */
export const sources = [
  { file: 'tinystories.txt', weight: 1, clean: mend },
  { file: 'storybooks.jsonl', weight: 1, fields: ['title', 'text'], clean: mend },
  { file: 'fairytales.txt', weight: 1, clean: mend },
];

/** Bytes of a window: longer than what the model sees at once. */
const WINDOW = 3000;

/**
 * The stories once more, run together and cut into windows between two words. From whole stories alone a model learns
 * that every text begins with the first word of a story and ends with its last; but a prompt may begin anywhere, and
 * a page of stories goes on. A window begins with a space or a line end, so the two are told apart.
 * @param {string[][]} train the documents of each source
 * @returns {string[]}
 */
export function extra([stories]) {
  const text = stories.join('\n\n');
  const windows = [];
  for (let start = 0; start < text.length; ) {
    const length = text.slice(start + WINDOW).search(/[ \n]/);
    const end = length < 0 ? text.length : start + WINDOW + length;
    windows.push(text.slice(start, end));
    start = end;
  }
  return windows;
}

/** @typedef {{ title: string, author: string, license: string, collection: string }} Book */

/**
 * The credits file, in Markdown.
 * @param {string} folder of the corpus
 */
export function credits(folder) {
  /** @type {Book[]} */
  const books = readFileSync(join(folder, 'storybooks.jsonl'), 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
  const line = (/** @type {Book} */ book) =>
    `- ${book.title.trim()}: ${book.author.trim() || 'author not named'} (${book.license})`;
  /** @type {Map<string, Book[]>} */
  const byCollection = new Map();
  for (const book of books) byCollection.set(book.collection, [...(byCollection.get(book.collection) ?? []), book]);
  const sections = [...byCollection].map(
    ([collection, own]) => `## ${collection}\n\n${own.map(line).sort().join('\n')}\n`,
  );
  return `# Credits

The model that ships with Logitscope learnt from the texts named here. Thanks to all who wrote,
translated and shared them. This page is written by \`model/prepare.js\`.

- **TinyStories** by Ronen Eldan and Yuanzhi Li (2023), CDLA-Sharing-1.0.
- **FairytaleQA** (Xu and others, 2022), Apache-2.0; its tales are from Project Gutenberg and in
  the public domain.
- **${books.length} picture books** from the collections below, each with its authors and its licence.

${sections.join('\n')}`;
}
