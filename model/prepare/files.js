// Which files there are, and of what kind each is.
// Begins the way of the text: folders -> files.js -> extract.js -> clean.js -> corpus.js -> report.js.
// Must not open a file or know what is done with a kind.

import { lstatSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { basename, extname, join, sep } from 'node:path';

/** Why a file is not read: a reason that is reported with its name. */
export class Unreadable extends Error {}

/** @typedef {'text' | 'code' | 'markdown' | 'html' | 'jsonl' | 'pdf' | 'image'} Kind */

/**
 * @typedef {object} Found a file to read, or what is skipped and why
 * @property {string} path to open it and to report it
 * @property {string} inside its path from the input that it was found in, with slashes
 * @property {string} [why] it is skipped for this
 */

/** Folders that hold other people's code or a tool's own state. */
const FOLDERS_LEFT_OUT = new Set(['node_modules', '__pycache__', 'CVS', '_darcs']);

/**
 * What the system says of a failed call, without its code and path.
 * @param {unknown} error
 */
export function systemReason(error) {
  const { message } = /** @type {Error} */ (error);
  return /^E[A-Z0-9]+: ([^,]+)/.exec(message)?.[1] ?? message;
}

/**
 * Why an entry of a folder is not looked at, if so. What was named by hand is never tested by this.
 * @param {import('node:fs').Dirent} entry
 */
function reasonToSkip(entry) {
  if (entry.isSymbolicLink()) return 'a symbolic link: not followed';
  if (entry.name.startsWith('.')) return 'hidden';
  if (entry.isDirectory()) return FOLDERS_LEFT_OUT.has(entry.name) ? 'a folder that is left out' : undefined;
  if (!entry.isFile()) return 'not a regular file';
  // Node replaces the bytes of a name that is not UTF-8, and so cannot open the file.
  return entry.name.includes('\uFFFD') ? 'its name is not UTF-8: rename it' : undefined;
}

/**
 * The files of an input, a folder or a file, sorted by name whatever the order of the file system.
 * @param {string} input
 * @param {string} output a folder that is not looked into: what was written there is not read back
 * @returns {Generator<Found>}
 */
export function* walk(input, output) {
  const left = realPath(output);
  yield* visit(input, basename(input), '');

  /**
   * @param {string} path @param {string} inside @param {string} prefix of what lies in this folder
   * @returns {Generator<Found>}
   */
  function* visit(path, inside, prefix) {
    try {
      const is = prefix === '' ? statSync(path) : lstatSync(path);
      if (!is.isDirectory()) {
        yield is.isFile() ? { path, inside } : { path, inside, why: 'not a regular file' };
        return;
      }
      if (realPath(path) === left) {
        yield { path, inside, why: 'the output folder' };
        return;
      }
      const entries = readdirSync(path, { withFileTypes: true });
      for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
        const found = { path: join(path, entry.name), inside: prefix + entry.name };
        const why = reasonToSkip(entry);
        if (why) yield { ...found, why };
        else yield* visit(found.path, found.inside, `${found.inside}/`);
      }
    } catch (error) {
      yield { path, inside, why: `cannot be read: ${systemReason(error)}` };
    }
  }
}

/** @param {string} path @returns {string | undefined} undefined: it is not there */
function realPath(path) {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}

/**
 * Whether a name, as given to --weight, means this file: the input's own name, a file, or a folder.
 * @param {string} name @param {string} input @param {string} inside
 */
export function isNamed(name, input, inside) {
  const wanted = name.split(sep).join('/').replace(/\/+$/, '');
  return wanted === basename(input) || wanted === inside || inside.startsWith(`${wanted}/`);
}

// ---- kinds ----

/** @type {[string, number, Kind | 'gzip'][]} bytes, where they stand, what has them */
const SIGNATURES = [
  ['\x1f\x8b', 0, 'gzip'],
  ['\x89PNG\r\n\x1a\n', 0, 'image'],
  ['\xff\xd8\xff', 0, 'image'],
  ['II*\0', 0, 'image'],
  ['MM\0*', 0, 'image'],
  ['GIF87a', 0, 'image'],
  ['GIF89a', 0, 'image'],
  ['WEBP', 8, 'image'],
];

/** @type {[string, number, string][]} */
const NOT_READ = [
  ['PK\x03\x04', 0, 'a ZIP archive, or an office document: unpack it, or save it as PDF'],
  ['ustar', 257, 'a tar archive: unpack it'],
  ['BZh', 0, 'bzip2: unpack it, or use gzip'],
  ['\xfd7zXZ\0', 0, 'xz: unpack it, or use gzip'],
  ['\x28\xb5\x2f\xfd', 0, 'zstd: unpack it, or use gzip'],
  ['7z\xbc\xaf\x27\x1c', 0, 'a 7z archive: unpack it'],
];

/** @type {Record<Kind | 'gzip', string>} the endings of names */
const ENDINGS = {
  text: 'txt text asc log csv tsv srt',
  markdown: 'md markdown mdown mkd',
  html: 'html htm xhtml',
  jsonl: 'jsonl ndjson',
  pdf: 'pdf',
  image: 'png jpg jpeg tif tiff gif webp bmp pbm pgm ppm pnm',
  gzip: 'gz',
  code:
    'asm awk bash bat c cc clj cmake cpp cs css cu cxx d dart el elm erl ex exs f f90 fish fs glsl go gradle groovy ' +
    'h hh hpp hs hxx ini java jl js json jsx kt lean less lisp lua m mjs cjs mk ml mli mm mts nim nix pas php pl pm ' +
    'proto ps1 py pyi r rb rs rst s sass scala scm scss sh sql svelte svg swift tcl tex toml ts tsx v vb vhd vim vue ' +
    'wat xml xsl yaml yml zig zsh',
};
const KIND_BY_ENDING = new Map(
  Object.entries(ENDINGS).flatMap(([kind, endings]) =>
    endings.split(' ').map((ending) => /** @type {[string, Kind | 'gzip']} */ ([`.${ending}`, kind])),
  ),
);
const CODE_WITHOUT_ENDING = new Set(['Makefile', 'makefile', 'GNUmakefile', 'Dockerfile', 'Rakefile', 'Gemfile']);

/** How many bytes of a beginning are looked at; a PDF may begin with some others. */
const BEGINNING = 1024;

/**
 * What a file is: bytes that leave no doubt come first, then its name, then what its text looks like.
 * @param {string} name
 * @param {Buffer} bytes
 * @returns {Kind | 'gzip'}
 */
export function kindOf(name, bytes) {
  const beginning = bytes.toString('latin1', 0, BEGINNING);
  for (const [mark, at, why] of NOT_READ) if (beginning.startsWith(mark, at)) throw new Unreadable(why);
  for (const [mark, at, kind] of SIGNATURES) if (beginning.startsWith(mark, at)) return kind;
  const named = KIND_BY_ENDING.get(extname(name).toLowerCase());
  if (beginning.startsWith('%PDF-') || (named === 'pdf' && beginning.includes('%PDF-'))) return 'pdf';
  // Letters that a text may begin with, too.
  if (named === 'image' && /^(BM|P[1-6]\s)/.test(beginning)) return 'image';
  if (named === 'pdf' || named === 'image' || named === 'gzip') {
    throw new Unreadable(`its name says ${named}, its content does not`);
  }
  if (named) return named;
  if (CODE_WITHOUT_ENDING.has(name) || beginning.startsWith('#!')) return 'code';
  if (/^(\xef\xbb\xbf)?\s*(<!doctype html|<html[\s>])/i.test(beginning)) return 'html';
  return firstLineIsObject(bytes) ? 'jsonl' : 'text';
}

/** @param {Buffer} bytes @returns whether they begin as JSONL does */
function firstLineIsObject(bytes) {
  if (bytes[0] !== 0x7b) return false;
  const end = bytes.indexOf('\n');
  try {
    return typeof JSON.parse(bytes.toString('utf8', 0, end < 0 ? bytes.length : end)) === 'object';
  } catch {
    return false;
  }
}
