// A file's bytes become the texts it holds: every kind has its reader, most of them well-kept tools.
// Between finding and cleaning: files.js -> extract.js -> clean.js.
// Must not hand a file's name to a program: tools read what they are to read from their standard input.

import { execFile } from 'node:child_process';
import { readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { clean, decode, joinPages, splitAtBoundaries } from './clean.js';
import { Unreadable, kindOf, systemReason } from './files.js';

/** @typedef {import('./files.js').Kind} Kind */

/**
 * @typedef {object} Extracted
 * @property {Kind} kind
 * @property {number} bytes as the file is, gzip or not
 * @property {string[]} texts clean; each is a document, or empty
 * @property {string[]} notes what was left out of them, or read as something else
 */

/** Of a file, unpacked, and of what a tool may say: JavaScript's strings end at twice this. */
export const MAX_BYTES = 256 * 2 ** 20;
/** After these seconds a tool is taken to hang. */
const TOOL_SECONDS = 300;
/** Dots an inch of a page that is to be read as an image: what tesseract was trained on. */
const SCAN_DPI = '300';

const tooLarge = (/** @type {string} */ what) =>
  new Unreadable(`${what} more than ${MAX_BYTES / 2 ** 20} MiB: split it`);

/** @type {Record<string, string>} the Debian packages of the tools */
const PACKAGES = {
  pdftotext: 'poppler-utils',
  pdftoppm: 'poppler-utils',
  tesseract: 'tesseract-ocr tesseract-ocr-eng',
};

/**
 * What a tool makes of its input.
 * @param {string} tool
 * @param {string[]} args
 * @param {Buffer} input
 * @returns {Promise<Buffer>}
 */
function runTool(tool, args, input) {
  /** @type {import('node:child_process').ExecFileOptionsWithBufferEncoding} */
  const options = {
    // One thread a process: several files are read at once already.
    env: { ...process.env, OMP_THREAD_LIMIT: '1' },
    encoding: 'buffer',
    maxBuffer: MAX_BYTES,
    timeout: TOOL_SECONDS * 1000,
    killSignal: 'SIGKILL',
  };
  return new Promise((resolve, reject) => {
    const child = execFile(tool, args, options, (error, output, complaints) => {
      if (!error) resolve(output);
      else if (error.code === 'ENOENT') reject(new Unreadable(`needs ${tool} (Debian: ${PACKAGES[tool]})`));
      else if (String(error.code) === 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER') reject(tooLarge('its text has'));
      else if (error.killed) reject(new Unreadable(`${tool} took more than ${TOOL_SECONDS} seconds`));
      else reject(new Unreadable(`${tool}: ${firstLine(complaints) || 'failed'}`));
    });
    // A tool that is missing, or has read enough, closes its end: the callback says which.
    child.stdin?.on('error', () => {});
    child.stdin?.end(input);
  });
}

/** @param {Buffer} complaints */
const firstLine = (complaints) => complaints.toString('utf8').trim().split('\n')[0];

/** @param {Buffer} image */
const readImage = async (image) => (await runTool('tesseract', ['-', '-', '-l', 'eng'], image)).toString('utf8');

/**
 * The text of a PDF; where its pages hold none they are scans, and are read as images.
 * @param {Buffer} pdf
 */
async function readPdf(pdf) {
  const text = (await runTool('pdftotext', ['-enc', 'UTF-8', '-eol', 'unix', '-', '-'], pdf)).toString('utf8');
  // Each page ends with a form feed.
  const pages = text.split('\f').slice(0, -1);
  if (text.trim()) {
    const without = pages.filter((page) => !page.trim()).length;
    return { texts: [joinPages(pages)], notes: without ? [`${without} of ${pages.length} pages hold no text`] : [] };
  }
  for (let i = 0; i < pages.length; i++) {
    const number = String(i + 1);
    const args = ['-r', SCAN_DPI, '-gray', '-f', number, '-l', number, '-'];
    pages[i] = await readImage(await runTool('pdftoppm', args, pdf));
  }
  return { texts: [joinPages(pages)], notes: ['a PDF without text: its pages were read as images'] };
}

/**
 * A library of package.json, which only some files need: without it the others can still be read.
 * @template T
 * @param {string} name
 * @param {() => Promise<T>} load
 */
async function library(name, load) {
  try {
    return await load();
  } catch {
    throw new Unreadable(`needs ${name}: run npm ci in the project's folder`);
  }
}

/** What is not the page's text: its ways to elsewhere, its controls, what a reader does not see. */
const NOT_TEXT = 'nav button select textarea svg template noscript iframe object img hr [hidden]'.split(' ');

/** @type {import('html-to-text').HtmlToTextOptions} */
const HTML_OPTIONS = {
  wordwrap: false,
  limits: { maxInputLength: MAX_BYTES },
  formatters: {
    // What stands between the cells is the source's layout.
    row(row, walkCells, builder) {
      builder.openBlock({ leadingLineBreaks: 1 });
      walkCells(row.children.filter(({ type }) => type === 'tag'), builder);
      builder.closeBlock({ trailingLineBreaks: 1 });
    },
  },
  selectors: [
    ...NOT_TEXT.map((selector) => ({ selector, format: 'skip' })),
    ...['h1', 'h2', 'h3', 'h4', 'h5', 'h6'].map((selector) => ({
      selector,
      options: { uppercase: false, leadingLineBreaks: 2, trailingLineBreaks: 2 },
    })),
    { selector: 'a', options: { ignoreHref: true } },
    { selector: 'blockquote', format: 'block' },
    // A row is a line; many a table is none, but holds all of a page.
    { selector: 'table', format: 'block' },
    { selector: 'tr', format: 'row' },
    { selector: 'th', format: 'inlineSurround', options: { suffix: '\t' } },
    { selector: 'td', format: 'inlineSurround', options: { suffix: '\t' } },
    { selector: 'ul', options: { itemPrefix: '- ' } },
  ],
};

/** @param {string} html */
async function readHtml(html) {
  const { convert } = await library('html-to-text', () => import('html-to-text'));
  return convert(html, HTML_OPTIONS);
}

/** @param {string} markdown */
async function readMarkdown(markdown) {
  const { marked } = await library('marked', () => import('marked'));
  // The block of settings that many a program wants at the top is none of the text.
  const text = markdown.replace(/^---\r?\n(?:[\w-]+:.*\r?\n|[ \t-].*\r?\n)*?---\r?\n/, '');
  // marked ends code with a line end of its own.
  return readHtml((await marked.parse(text)).replaceAll('\n</code></pre>', '</code></pre>'));
}

/**
 * One document a line: the named fields of its object, those that are there, with an empty line between them.
 * @param {string} text
 * @param {string[]} fields
 */
export function readJsonl(text, fields) {
  /** @type {string[]} */
  const texts = [];
  const bad = { count: 0, first: 0 };
  const without = { count: 0, first: 0 };
  text.split(/\r?\n/).forEach((line, i) => {
    if (!line.trim()) return;
    const values = valuesOf(line, fields);
    if (values?.length) return void texts.push(values.join('\n\n'));
    const problem = values ? without : bad;
    if (problem.count++ === 0) problem.first = i + 1;
  });
  const notes = [];
  if (bad.count) notes.push(`${bad.count} lines are no JSON objects, the first is line ${bad.first}: left out`);
  if (without.count) {
    const named = fields.join('" or "');
    notes.push(`${without.count} lines have no text as "${named}", the first is line ${without.first}: left out`);
  }
  return { texts, notes };
}

/**
 * @param {string} line @param {string[]} fields
 * @returns {string[] | undefined} undefined: it is no JSON object
 */
function valuesOf(line, fields) {
  try {
    const object = JSON.parse(line);
    if (typeof object !== 'object' || object === null || Array.isArray(object)) return undefined;
    return fields.map((field) => object[field]).filter((value) => typeof value === 'string' && value.trim());
  } catch {
    return undefined;
  }
}

/**
 * The texts of the kinds that are text already.
 * @param {Kind} kind
 * @param {Buffer} bytes
 * @param {string[]} fields
 */
async function readText(kind, bytes, fields) {
  const { text, note } = decode(bytes, kind === 'html');
  const notes = note ? [note] : [];
  if (kind === 'jsonl') {
    const read = readJsonl(text, fields);
    return { texts: read.texts, notes: [...notes, ...read.notes] };
  }
  const parts = splitAtBoundaries(text);
  if (kind === 'html') return { texts: await Promise.all(parts.map(readHtml)), notes };
  if (kind === 'markdown') return { texts: await Promise.all(parts.map(readMarkdown)), notes };
  return { texts: parts, notes };
}

/** @param {Kind} kind @param {Buffer} bytes @param {string[]} fields */
async function readKind(kind, bytes, fields) {
  if (kind === 'pdf') return readPdf(bytes);
  if (kind === 'image') return { texts: [joinPages((await readImage(bytes)).split('\f'))], notes: [] };
  return readText(kind, bytes, fields);
}

/** @param {Buffer} bytes */
function unpack(bytes) {
  try {
    return gunzipSync(bytes, { maxOutputLength: MAX_BYTES });
  } catch (error) {
    const { code, message } = /** @type {NodeJS.ErrnoException} */ (error);
    throw code === 'ERR_BUFFER_TOO_LARGE' ? tooLarge('it unpacks to') : new Unreadable(`damaged gzip: ${message}`);
  }
}

/** @param {string} path */
async function readBytes(path) {
  try {
    if ((await stat(path)).size > MAX_BYTES) throw tooLarge('it has');
    return await readFile(path);
  } catch (error) {
    throw error instanceof Unreadable ? error : new Unreadable(`cannot be read: ${systemReason(error)}`);
  }
}

/**
 * Reads a file, whatever its kind.
 * @param {string} path
 * @param {string[]} fields of JSONL
 * @returns {Promise<Extracted>}
 */
export async function extract(path, fields) {
  const packed = await readBytes(path);
  if (!packed.length) throw new Unreadable('empty');
  let name = basename(path);
  let bytes = packed;
  let kind = kindOf(name, bytes);
  if (kind === 'gzip') {
    name = name.replace(/\.gz$/i, '');
    bytes = unpack(packed);
    if (!bytes.length) throw new Unreadable('empty');
    kind = kindOf(name, bytes);
    if (kind === 'gzip') throw new Unreadable('gzip in gzip: unpack it');
  }
  const { texts, notes } = await readClean(kind, bytes, fields);
  if (!texts.some(Boolean)) throw new Unreadable(['no text in it', ...notes].join('; '));
  return { kind, bytes: packed.length, texts, notes };
}

/** @param {Kind} kind @param {Buffer} bytes @param {string[]} fields */
async function readClean(kind, bytes, fields) {
  try {
    const { texts, notes } = await readKind(kind, bytes, fields);
    return { texts: texts.flatMap(splitAtBoundaries).map(clean), notes };
  } catch (error) {
    if (error instanceof Unreadable) throw error;
    // A parser may give up, on what is nested too deeply for one; the other files go on.
    throw new Unreadable(`cannot be read as ${kind}: ${/** @type {Error} */ (error).message}`);
  }
}
