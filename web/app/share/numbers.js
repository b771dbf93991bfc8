// Numbers and bytes as files hold them: every digit that tells a number from its neighbours, in any reader.
// Beside the token's way: the exports write with these.
// Must not round: what is read back is the very number.

import { hexOf } from './bytes.js';

/**
 * What JSON has no word for: 64-bit integers and infinities become strings, typed arrays lists. A 32-bit float is written as the
 * shortest decimal of the 64-bit float that it equals, so that it is exact whichever of the two it is read as.
 * @param {unknown} value @returns {unknown}
 */
function plain(value) {
  if (typeof value === 'bigint' || (typeof value === 'number' && !Number.isFinite(value))) return String(value);
  if (ArrayBuffer.isView(value)) return Array.from(/** @type {Float64Array} */ (value), plain);
  return value;
}

/** JSON with one line for each list of numbers or words. @param {unknown} value @param {string} [indent] @returns {string} */
export function json(value, indent = '') {
  const known = plain(value);
  if (known === null || typeof known !== 'object') return JSON.stringify(known);
  const deeper = `${indent}  `;
  if (Array.isArray(known)) {
    if (known.every((each) => each === null || typeof each !== 'object')) return JSON.stringify(known);
    return `[\n${known.map((each) => `${deeper}${json(each, deeper)}`).join(',\n')}\n${indent}]`;
  }
  const lines = Object.entries(known).filter(([, each]) => each !== undefined);
  if (lines.length === 0) return '{}';
  return `{\n${lines.map(([key, each]) => `${deeper}${JSON.stringify(key)}: ${json(each, deeper)}`).join(',\n')}\n${indent}}`;
}

/** A table for spreadsheets and programs (RFC 4180): a line of names, then a line a row; null is empty. @param {(string | number | bigint | null)[][]} rows */
export function csv(rows) {
  return rows.map((row) => `${row.map(cell).join(',')}\r\n`).join('');
}

/** @param {string | number | bigint | null} value */
function cell(value) {
  const words = value === null ? '' : String(value);
  return /[",\r\n]/.test(words) ? `"${words.replaceAll('"', '""')}"` : words;
}

/** Bytes as one word that no spreadsheet takes for a number: "0x0a". @param {Uint8Array} bytes */
export const bytesText = (bytes) => `0x${hexOf(bytes)}`;

/**
 * Text with the escapes of JSON strings, on one line. Nor does it begin a spreadsheet's formula. Half a character is U+FFFD; the
 * bytes beside it are exact.
 * @param {Uint8Array} bytes
 */
export function escapedText(bytes) {
  const words = JSON.stringify(new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes)).slice(1, -1);
  return /^[=+\-@]/.test(words) ? `\\u00${words.charCodeAt(0).toString(16)}${words.slice(1)}` : words;
}
