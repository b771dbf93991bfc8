// What was read, what was not and why, and what came of it: report.json and a short table of it.
// The end of the text's way; for people and for tests.
// Must not decide anything, and must hold no time or machine: the same corpus gives the same report.

/** @typedef {import('./files.js').Kind} Kind */
/** @typedef {import('./files.js').Found} Found */
/** @typedef {import('./extract.js').Extracted} Extracted */
/** @typedef {import('./corpus.js').Part} Part */

/** @typedef {{ files: number, bytes: number, documents: number, duplicates: number }} Count */
/** @typedef {{ documents: number, bytes: number, sha256: string }} Written */

/**
 * @typedef {object} Report
 * @property {{ field: string[], validation: number, weights: Record<string, number> }} options
 * @property {{ found: number, read: number, skipped: number, bytes: number }} files
 * @property {Partial<Record<Kind, Count>>} kinds
 * @property {{ found: number, duplicates: number, train: number, validation: number }} documents each counted once
 * @property {Record<string, Written>} written by name, with what stands there several times
 * @property {{ path: string, why: string }[]} skipped
 * @property {{ path: string, what: string }[]} notes
 */

/** @typedef {Found & { weight: number, extracted?: Extracted, part?: Part }} Treated a file and what became of it */

/**
 * @param {Treated[]} treated
 * @param {Report['options']} options
 * @param {Record<string, Written>} written
 * @param {string[]} corpusNotes
 * @returns {Report}
 */
export function makeReport(treated, options, written, corpusNotes) {
  const read = treated.filter(({ extracted }) => extracted);
  /** @type {Report} */
  const report = {
    options,
    files: { found: treated.length, read: read.length, skipped: treated.length - read.length, bytes: 0 },
    kinds: {},
    documents: { found: 0, duplicates: 0, train: 0, validation: 0 },
    written,
    skipped: [],
    notes: [],
  };
  for (const { path, why = '', extracted, part } of treated) {
    if (!extracted) {
      report.skipped.push({ path, why });
      continue;
    }
    report.notes.push(...extracted.notes.map((what) => ({ path, what })));
    const count = (report.kinds[extracted.kind] ??= { files: 0, bytes: 0, documents: 0, duplicates: 0 });
    const found = extracted.texts.length;
    const duplicates = part?.duplicates ?? 0;
    count.files++;
    count.bytes += extracted.bytes;
    count.documents += found;
    count.duplicates += duplicates;
    report.files.bytes += extracted.bytes;
    report.documents.found += found;
    report.documents.duplicates += duplicates;
    report.documents.train += part?.train.length ?? 0;
    report.documents.validation += part?.validation.length ?? 0;
  }
  report.notes.push(...corpusNotes.map((what) => ({ path: '', what })));
  return report;
}

/** So many names are printed; all of them stand in report.json. */
const MAX_LISTED = 20;

/** @param {number} bytes */
export function size(bytes) {
  if (bytes < 1000) return `${bytes} B`;
  return bytes < 1e6 ? `${(bytes / 1e3).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

/** A name may hold anything, a terminal's commands too. @param {string} name */
export const printable = (name) =>
  name.replace(/\p{C}/gu, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`);

/**
 * @param {string} title
 * @param {string[]} lines
 */
function listing(title, lines) {
  if (!lines.length) return [];
  const more = lines.length > MAX_LISTED ? [`  and ${lines.length - MAX_LISTED} more: see report.json`] : [];
  return [`${title} ${lines.length}:`, ...lines.slice(0, MAX_LISTED).map((line) => `  ${printable(line)}`), ...more];
}

/** What is skipped, and what is noted, by name. @param {Pick<Report, 'skipped' | 'notes'>} report */
export const remarks = ({ skipped, notes }) => [
  ...listing('skipped', skipped.map(({ path, why }) => `${path}: ${why}`)),
  ...listing('noted', notes.map(({ path, what }) => (path ? `${path}: ${what}` : what))),
];

/** @param {Report} report @returns {string} */
export function asTable(report) {
  const { files, documents, written } = report;
  const rows = Object.entries(report.kinds).map(([kind, count]) => [
    kind, String(count.files), size(count.bytes), String(count.documents), String(count.duplicates),
  ]);
  rows.sort();
  if (rows.length > 1) {
    const { found, duplicates } = documents;
    rows.push(['together', String(files.read), size(files.bytes), String(found), String(duplicates)]);
  }
  const line = (/** @type {string[]} */ cells) =>
    cells.map((cell, i) => (i === 0 ? cell.padEnd(10) : cell.padStart(11))).join('');
  return [
    ...[['read', 'files', 'size', 'documents', 'duplicates'], ...rows].map(line),
    ...remarks(report),
    ...Object.entries(written).map(([name, { documents: n, bytes }]) => `${name}: ${n} documents, ${size(bytes)}`),
  ].join('\n');
}
