// Names and numbers as people have them at hand, read as logits; and where any u falls among probabilities.
// Beside the token's way: the panel "Your own logits" takes its input from here; pure functions.
// Must not know words: what is wrong is named by its kind, its line and what was found there.

/**
 * @typedef {{ name: string, number: number, line: number }} Entry  line: where it stands in the input, the first is 1
 * @typedef {'empty' | 'number' | 'decimalComma' | 'json' | 'tooMany' | 'tooLarge' | 'negative' | 'nothing'} ProblemKind
 * @typedef {{ kind: ProblemKind, line?: number, found?: string }} Problem
 * @typedef {{ entries: Entry[] } | { problem: Problem }} Parsed
 */

/** As many as the sampler takes. */
export const MOST = 2 ** 20;

const NUMBER = '[-+]?(?:\\d+\\.?\\d*|\\.\\d+)(?:[eE][-+]?\\d+)?';
const PLAIN = new RegExp(`^${NUMBER}$`);
const NAMED = new RegExp(`^(.*?)\\s*[\\s,;:=]\\s*(${NUMBER})$`, 's');
const STRING = '"(?:[^"\\\\\\n]|\\\\.)*"';
/** An item of a JSON list or object: a number, ["cat", 10] or "cat": 10, with the comma behind it. */
const ITEM = new RegExp(
  `^(?:(?<key>${STRING})\\s*:\\s*(?<value>${NUMBER})|\\[\\s*(?<first>${STRING}|${NUMBER})\\s*,\\s*(?<second>${NUMBER})\\s*\\]|(?<plain>${NUMBER}))\\s*(?:,|$)`,
);

/** @param {string} name quoted or not */
const unquoted = (name) => /^(["'])(.*)\1$/s.exec(name)?.[2] ?? name;

/** @param {string} text of a line @param {number} line @returns {Entry | null} */
function entryOf(text, line) {
  if (PLAIN.test(text)) return { name: '', number: Number(text), line };
  const [, name, value] = NAMED.exec(text) ?? [];
  return name ? { name: unquoted(name), number: Number(value), line } : null;
}

/** @param {{ text: string, line: number }[]} lines that are not empty @returns {Parsed} */
function parseLines(lines) {
  const fields = lines.map(({ text, line }) => text.split(/[\s,;]+/).filter(Boolean).map((field) => ({ field, line })));
  const allPlain = fields.flat().every(({ field }) => PLAIN.test(field));
  // Pairs of numbers are names and numbers where they stand one below the other; any other plain numbers are all numbers.
  if (allPlain && !(lines.length > 1 && fields.every((each) => each.length === 2))) {
    return { entries: fields.flat().map(({ field, line }) => ({ name: '', number: Number(field), line })) };
  }
  const entries = [];
  for (const { text, line } of lines) {
    if (/\s[-+]?\d+,\d+$/.test(text)) return { problem: { kind: 'decimalComma', line, found: text } };
    const entry = entryOf(text, line);
    if (!entry) return { problem: { kind: 'number', line, found: text } };
    entries.push(entry);
  }
  return { entries };
}

/**
 * The inside of a JSON list or object, item by item: JSON.parse does not say in which line it stopped, puts "10" before
 * "cat", and takes what comes twice once.
 * @param {string} body @param {number} line in which it begins
 * @returns {Parsed}
 */
function parseItems(body, line) {
  /** @type {Entry[]} */
  const entries = [];
  const lines = (/** @type {string} */ text) => text.split('\n').length - 1;
  for (let rest = body; rest.trim() !== ''; ) {
    const item = rest.trimStart();
    line += lines(rest.slice(0, rest.length - item.length));
    const { 0: all, groups } = ITEM.exec(item) ?? { 0: '' };
    const name = nameIn(groups?.key ?? groups?.first ?? '""');
    if (!groups || name === null) return { problem: { kind: 'json', line, found: item.split('\n')[0].slice(0, 40) } };
    entries.push({ name, number: Number(groups.value ?? groups.second ?? groups.plain), line });
    line += lines(all);
    rest = item.slice(all.length);
  }
  return { entries };
}

/** @param {string} json a string or a number @returns {string | null} null where a string is not well written */
function nameIn(json) {
  try {
    return String(JSON.parse(json));
  } catch {
    return null;
  }
}

/**
 * Reads "cat 10" line by line (a space, tab, comma, colon or equals sign between them), plain numbers, a JSON array of
 * numbers or of pairs, or a JSON object.
 * @param {string} input
 * @returns {Parsed}
 */
export function parseNumbers(input) {
  const trimmed = input.trim();
  if (trimmed === '') return { problem: { kind: 'empty' } };
  const lines = input.split('\n').map((text, i) => ({ text: text.trim(), line: i + 1 })).filter(({ text }) => text !== '');
  const isJson = /^\[.*\]$|^\{.*\}$/s.test(trimmed);
  const parsed = isJson ? parseItems(trimmed.slice(1, -1), lines[0].line) : parseLines(lines);
  if ('problem' in parsed) return parsed;
  const { entries } = parsed;
  if (entries.length === 0) return { problem: { kind: 'empty' } };
  if (entries.length > MOST) return { problem: { kind: 'tooMany', found: String(entries.length) } };
  return { entries: entries.map((entry, i) => ({ ...entry, name: entry.name || String(i + 1) })) };
}

/**
 * The logits that entries stand for; of probabilities they are the logarithms, so that softmax gives the same shares back.
 * @param {Entry[]} entries @param {'logits' | 'probabilities'} kind
 * @returns {{ logits: Float32Array } | { problem: Problem }}
 */
export function logitsOf(entries, kind) {
  const logits = new Float32Array(entries.length);
  for (const [i, { number, line }] of entries.entries()) {
    if (kind === 'probabilities' && number < 0) return { problem: { kind: 'negative', line, found: String(number) } };
    logits[i] = kind === 'probabilities' ? Math.log(number) : number;
    if (kind === 'logits' && !Number.isFinite(logits[i])) return { problem: { kind: 'tooLarge', line, found: String(number) } };
  }
  return logits.some(Number.isFinite) ? { logits } : { problem: { kind: 'nothing' } };
}

/**
 * Where u falls, by the sampler's own rule: the first token in rank order whose cumulative sum exceeds u, and never one of
 * probability 0.
 * @param {ArrayLike<number>} probs in rank order @param {number} u in [0, 1)
 * @returns {number} index; -1 where nothing has a probability
 */
export function drawAt(probs, u) {
  let chosen = -1;
  let sum = 0;
  for (let i = 0; i < probs.length; i++) {
    if (!(probs[i] > 0)) continue;
    chosen = i;
    sum += probs[i];
    if (sum > u) break;
  }
  return chosen;
}

/**
 * What a table shows of a step: the likeliest tokens and the drawn one, each through all stages.
 * @param {Pick<import('../state.js').Step, 'stages'>} step with every kept token listed
 * @param {number} drawn @param {number} most rows
 * @returns {{ id: number, probs: (number | null)[] }[]} in the first stage's order; null where cut
 */
export function rowsOf({ stages }, drawn, most) {
  const ranked = [...stages[0].ids];
  const ids = ranked.slice(0, most);
  if (!ids.includes(drawn)) ids[Math.min(most, ids.length) - 1] = drawn;
  const lists = stages.map(({ ids: kept, probs }) => new Map(Array.from(kept, (id, i) => [id, probs[i]])));
  return ids.map((id) => ({ id, probs: lists.map((list) => list.get(id) ?? null) }));
}
