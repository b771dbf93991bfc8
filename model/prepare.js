// Prepares the training text: stories, storybooks and fairy tales -> train.txt, validation.txt.
// Stands before all training: corpus folder -> prepare.js -> build/train/ -> train.c.
// Must not know of tokens or models, and must never read heldout.txt.
//
//   node model/prepare.js [corpus folder] [output folder] [credits file]
//
// In the output every document ends with the line <|endoftext|>, which no document contains.
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const corpus = process.argv[2] ?? join(here, '../../shared/data/corpus');
const output = process.argv[3] ?? join(here, '../build/train');
const creditsFile = process.argv[4] ?? join(here, 'CREDITS.md');

const SEPARATOR = '<|endoftext|>';
const VALIDATION_SHARE = 0.01;

// How often a document of each source stands in the training text. The old tales are long and
// far in style from what the model shall write, so they are seen half as often.
const WEIGHTS = { stories: 2, storybooks: 2, tales: 1 };

/** TinyStories holds typographic quotes that were once decoded as Windows-1252. */
const MENDS = [
  [/â€œ|â€\u009d|â€˜â€˜/g, '"'],
  [/â€™|â€˜/g, "'"],
  [/â€“|â€”/g, ' - '],
  [/â€¦/g, '...'],
  [/â€/g, '"'],
  [/[“”„]/g, '"'],
  [/[‘’]/g, "'"],
  [/…/g, '...'],
];

/** One line end, one space, no space at a line's end, at most one empty line in a row. */
function normalise(text) {
  let clean = text.normalize('NFC').replaceAll(SEPARATOR, ' ');
  for (const [pattern, replacement] of MENDS) clean = clean.replace(pattern, replacement);
  return clean
    .replace(/\r\n?|[\u0085\u2028\u2029]/g, '\n')
    .replace(/[^\S\n]+/g, ' ')
    .replace(/[\u200B-\u200D\u2060\uFEFF\u00AD]/g, '')
    .replace(/ *\n */g, '\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
}

const readText = (name) => readFileSync(join(corpus, name), 'utf8');
const documentsOf = (text) => text.split(`\n${SEPARATOR}\n`).map(normalise).filter(Boolean);

/** The tales put one line end between paragraphs, the other sources an empty line. */
const spaceParagraphs = (tale) => tale.replace(/\n+/g, '\n\n');

/** The same document always falls on the same side, whatever else the corpus holds. */
function isValidation(document) {
  const hash = createHash('sha256').update(document).digest();
  return hash.readUInt32BE() / 2 ** 32 < VALIDATION_SHARE;
}

function credits(storybooks) {
  const authors = (book) => book.author.trim() || 'author not named';
  const line = (book) => `- ${book.title.trim()}: ${authors(book)} (${book.license})`;
  const byCollection = new Map();
  for (const book of storybooks)
    byCollection.set(book.collection, [...(byCollection.get(book.collection) ?? []), book]);
  const sections = [...byCollection].map(
    ([collection, books]) => `## ${collection}\n\n${books.map(line).sort().join('\n')}\n`,
  );
  return `# Credits

The model that ships with Logitscope learnt from the texts named here. Thanks to all who wrote,
translated and shared them. This page is written by \`model/prepare.js\`.

- **TinyStories** by Ronen Eldan and Yuanzhi Li (2023), CDLA-Sharing-1.0.
- **FairytaleQA** (Xu and others, 2022), Apache-2.0; its tales are from Project Gutenberg and in
  the public domain.
- **${storybooks.length} picture books** from the collections below, each with its authors and its licence.

${sections.join('\n')}`;
}

const storybooks = readText('storybooks.jsonl')
  .split('\n')
  .filter(Boolean)
  .map((line) => JSON.parse(line));

const sources = {
  stories: documentsOf(readText('tinystories.txt')),
  storybooks: storybooks.map(({ title, text }) => normalise(`${title}\n\n${text}`)),
  tales: documentsOf(readText('fairytales.txt')).map(spaceParagraphs),
};

const train = [];
const validation = [];
for (const [source, documents] of Object.entries(sources)) {
  const unique = [...new Set(documents)];
  const held = unique.filter(isValidation);
  const kept = unique.filter((document) => !isValidation(document));
  for (let i = 0; i < WEIGHTS[source]; i++) train.push(...kept);
  validation.push(...held);
  console.log(`${source}: ${kept.length} documents x ${WEIGHTS[source]}, ${held.length} for validation`);
}

const concatenate = (documents) => documents.map((text) => `${text}\n${SEPARATOR}\n`).join('');
mkdirSync(output, { recursive: true });
writeFileSync(join(output, 'train.txt'), concatenate(train));
writeFileSync(join(output, 'validation.txt'), concatenate(validation));
writeFileSync(creditsFile, credits(storybooks));
