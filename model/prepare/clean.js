// Bytes become text, and text becomes clean: encodings, line ends, odd spaces, what a page adds to its text.
// Between reading and splitting: extract.js -> clean.js -> corpus.js.
// Must not know files, and must change nothing that could be meant: what is only probable stays.

import { Unreadable } from './files.js';

/** Ends every document in the corpus; a line that holds it alone is a boundary in the texts too. */
export const SEPARATOR = '<|endoftext|>';
const BOUNDARY = /^[ \t]*<\|endoftext\|>[ \t]*$/m;

/** @param {string} text @returns {string[]} */
export const splitAtBoundaries = (text) => text.split(BOUNDARY);

// ---- bytes -> text ----

/** More bytes than these, in a text, are no slips of its writer. */
const MAX_CONTROL_SHARE = 0.01;
/** Text in one of the languages of Windows-1252 has few letters beyond ASCII. */
const MAX_HIGH_SHARE = 0.2;

/** @param {Uint8Array} bytes @returns whether no text has such bytes: one 0, or many control characters */
function isBinary(bytes) {
  let control = 0;
  for (const byte of bytes) {
    if (byte === 0) return true;
    // Backspace to carriage return, and escape, stand in logs and in listings.
    if ((byte < 32 && (byte < 8 || byte > 13) && byte !== 27) || byte === 127) control++;
  }
  return control > bytes.length * MAX_CONTROL_SHARE;
}

/**
 * The encoding that a page of HTML names.
 * @param {Buffer} bytes
 */
function declaredEncoding(bytes) {
  const label = /<meta[^>]+charset\s*=\s*["']?([\w-]+)/i.exec(bytes.toString('latin1', 0, 2048))?.[1];
  try {
    return label && new TextDecoder(label).encoding;
  } catch {
    return undefined;
  }
}

/**
 * Text of an encoding with a byte a character, or of another old one.
 * @param {Buffer} bytes
 * @param {string} encoding
 */
function decodeOld(bytes, encoding) {
  // Node 20 reads Windows-1252 as Latin-1, but not from a stream.
  const decoder = new TextDecoder(encoding);
  return decoder.decode(bytes, { stream: true }) + decoder.decode();
}

/**
 * Text of unknown encoding: what its first bytes say, else UTF-8. What is not UTF-8 is noted.
 * @param {Buffer} bytes
 * @param {boolean} isHtml
 * @returns {{ text: string, note?: string }}
 */
export function decode(bytes, isHtml = false) {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return { text: new TextDecoder('utf-16le').decode(bytes) };
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return { text: new TextDecoder('utf-16be').decode(bytes) };
  if (isBinary(bytes)) throw new Unreadable('binary, of no kind that is known');
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) };
  } catch {
    return decodeDamaged(bytes, isHtml);
  }
}

/**
 * @param {Buffer} bytes that are not UTF-8
 * @param {boolean} isHtml
 * @returns {{ text: string, note: string }}
 */
function decodeDamaged(bytes, isHtml) {
  const declared = isHtml && declaredEncoding(bytes);
  if (declared && declared !== 'utf-8') {
    return { text: decodeOld(bytes, declared), note: `not UTF-8: read as ${declared}, which it names` };
  }
  const text = new TextDecoder().decode(bytes);
  if (/[^\0-\x7f\uFFFD]/.test(text)) {
    const broken = text.split('\uFFFD').length - 1;
    return { text: text.replaceAll('\uFFFD', ''), note: `not UTF-8 in ${broken} places: left out there` };
  }
  // Not one character beyond ASCII is right, so this never was UTF-8.
  const high = bytes.reduce((count, byte) => count + (byte > 127 ? 1 : 0), 0);
  if (high > bytes.length * MAX_HIGH_SHARE) {
    throw new Unreadable('not UTF-8, nor UTF-16 with a byte order mark: convert it to UTF-8');
  }
  return { text: decodeOld(bytes, 'windows-1252'), note: 'not UTF-8: read as Windows-1252' };
}

// ---- text -> clean text ----

/**
 * What holds for every kind: one form of letters, line ends and spaces, nothing invisible, no separator.
 * Indentation and alignment stay, for it may be code.
 * @param {string} text
 */
export function clean(text) {
  return text
    .toWellFormed()
    .normalize('NFC')
    .replace(/\r\n?|[\v\f\u0085\u2028\u2029]/g, '\n')
    .replace(/[^\P{Cc}\t\n]|[\u00AD\u200B\u2060\uFEFF]/gu, '')
    .replace(/[^\S\t\n ]/g, ' ')
    .replaceAll(SEPARATOR, ' ')
    .replace(/(?<![ \t])[ \t]+$/gm, '')
    .replace(/\n\n\n\n+/g, '\n\n\n')
    .replace(/^\n+|\n+$/g, '');
}

/**
 * Running text, whose spaces mean nothing: one space, none at a line's ends, at most one empty line in a row.
 * @param {string} text
 */
export const tidyProse = (text) =>
  text
    .replace(/[^\S\n]+/g, ' ')
    .replace(/ *\n */g, '\n')
    .replace(/\n\n\n+/g, '\n\n')
    .trim();

// ---- pages ----

/** Ligatures that are only a printer's: ff to st. */
const LIGATURES = /[\uFB00-\uFB06]/g;

/**
 * One text of pages: without the lines that stand on top or at the foot of most, and running on over their ends.
 * @param {string[]} pages
 */
export function joinPages(pages) {
  let lines = pages.map((page) => page.split('\n').filter((line, i, all) => line.trim() || all[i - 1]?.trim()));
  // A header or a footer of two lines goes in two rounds.
  for (let round = 0; round < 2; round++) {
    for (const edge of [0, -1]) lines = withoutRepeated(lines.map(trimLines), edge);
  }
  const text = lines
    .map((page) => page.join('\n').trim())
    .filter(Boolean)
    // A page that ends with a sentence is taken to end with a paragraph.
    .map((page) => page + (/[.!?:"”’)]$/.test(page) ? '\n\n' : '\n'))
    .join('');
  return tidyProse(joinHyphens(clean(text.replace(LIGATURES, (ligature) => ligature.normalize('NFKC')))));
}

/** @param {string[]} lines @returns {string[]} without empty ones at its ends */
function trimLines(lines) {
  const first = lines.findIndex((line) => line.trim());
  return first < 0 ? [] : lines.slice(first, lines.findLastIndex((line) => line.trim()) + 1);
}

/**
 * Takes the line at one edge off the pages where it is the same, or but for numbers that rise, on three pages and
 * on half of all (so a book's left and right headers go, too). A page's only line is text.
 * @param {string[][]} pages
 * @param {number} edge 0: first, -1: last
 */
function withoutRepeated(pages, edge) {
  /** @type {Map<string, number[]>} the pages of each line */
  const places = new Map();
  pages.forEach((lines, page) => {
    if (lines.length < 2) return;
    const key = /** @type {string} */ (lines.at(edge)).trim().replace(/\d+/g, '#');
    places.set(key, [...(places.get(key) ?? []), page]);
  });
  const gone = new Set();
  for (const where of places.values()) {
    if (where.length < 3 || where.length < Math.floor(pages.length / 2)) continue;
    const numbers = where.map((page) => (pages[page].at(edge)?.match(/\d+/g) ?? []).map(Number));
    const rise = numbers[0].some((_, i) => numbers.every((own, j) => j === 0 || own[i] > numbers[j - 1][i]));
    const stay = numbers.every((own) => own.join() === numbers[0].join());
    if (rise || stay) where.forEach((page) => gone.add(page));
  }
  return pages.map((lines, page) => {
    if (!gone.has(page)) return lines;
    return edge === 0 ? lines.slice(1) : lines.slice(0, -1);
  });
}

/**
 * Joins a word that was cut at a line's end where the text itself shows how it is written: "exam-\nple" if it has
 * "example" elsewhere, "well-\nknown" if it has "well-known".
 * @param {string} text
 */
export function joinHyphens(text) {
  const words = new Set(text.toLowerCase().match(/\p{L}+(?:-\p{L}+)*/gu));
  return text.replace(/(?<!\p{L})(\p{L}+)-\n(\p{Ll}+)(\S*)[ \n]?/gu, (cut, head, tail, rest) => {
    const known = [head + tail, `${head}-${tail}`].find((word) => words.has(word.toLowerCase()));
    return known ? `${known}${rest}\n` : cut;
  });
}
