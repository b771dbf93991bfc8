// The recipe of the model that ships: which texts, how often each is seen, what is mended in them, whom to thank.
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

/** @param {string} text */
const mend = (text) =>
  tidyProse(MENDS.reduce((mended, [pattern, replacement]) => mended.replace(pattern, replacement), text));

/** The tales put one line end between paragraphs, the other sources an empty line. @param {string} tale */
const spaceParagraphs = (tale) => mend(tale).replace(/\n+/g, '\n\n');

/**
 * In the order of the training text. The old tales are long and far in style from what the model shall write,
 * so they are seen half as often.
 * @type {import('../prepare.js').RecipeSource[]}
 */
export const sources = [
  { file: 'tinystories.txt', weight: 2, clean: mend },
  { file: 'storybooks.jsonl', weight: 2, fields: ['title', 'text'], clean: mend },
  { file: 'fairytales.txt', weight: 1, clean: spaceParagraphs },
];

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
