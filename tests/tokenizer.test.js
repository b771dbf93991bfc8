// Tests of the tokenizer: llama.cpp's vectors, hand-made vocabularies, naive twins, hostile files.
// Drives the first hop of a token's way through tests/c/tokenizer_test.c, compiled with sanitizers.
// Must not need a model with weights, a browser or ../shared (what does, says so and is skipped).

import { before, after, test } from 'node:test';
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ggufBytes, ggufMetadata } from './helpers/gguf.js';
import { BYTE_SPELLING, bpeTwin, spmTwin } from './helpers/tokenizer-twin.js';
import { tables } from '../src/unicode-tables.js';

/** @typedef {import('./helpers/gguf.js').Entry} Entry */

const root = fileURLToPath(new URL('..', import.meta.url));
const shared = join(root, '../shared/data/tokenizers');
const NO_BOS = 1;
const SPECIAL = 2;
const [NORMAL, UNKNOWN, CONTROL, USER_DEFINED, BYTE] = [1, 2, 3, 4, 6];
const BAD_MODEL = 2;
const UNSUPPORTED = 3;

let folder = '';
let program = '';

before(() => {
  folder = mkdtempSync(join(tmpdir(), 'logitscope-tokenizer-'));
  program = join(folder, 'tokenizer_test');
  const sources = ['gguf', 'tokenizer', 'tokenizer_merge', 'tokenizer_spm', 'tokenizer_bpe', 'unicode'];
  execFileSync('gcc', [
    '-std=c11', '-O1', '-g', '-Wall', '-Wextra', '-Wpedantic', '-Wshadow', '-Wconversion', '-Werror',
    '-fsanitize=address,undefined', '-fno-sanitize-recover=all', '-o', program,
    join(root, 'tests/c/tokenizer_test.c'), ...sources.map((name) => join(root, 'src', `${name}.c`)),
  ]);
});

after(() => rmSync(folder, { recursive: true, force: true }));

/** @param {string[]} args @param {Uint8Array} [input] */
function run(args, input) {
  return execFileSync(program, args, { input, encoding: 'utf8', maxBuffer: 1 << 30, timeout: 60_000 });
}

let written = 0;

/** @param {Uint8Array} bytes @returns {string} the path of a new file */
function file(bytes) {
  const path = join(folder, `${written++}.gguf`);
  writeFileSync(path, bytes);
  return path;
}

/** @typedef {{ids: number[], bytes: Buffer, error: string}} Encoded */

/** @param {string} path @param {(string | Uint8Array)[]} texts @param {number} flags @returns {Encoded[]} */
function encode(path, texts, flags = NO_BOS) {
  const records = texts.flatMap((text) => {
    const bytes = Buffer.from(text);
    const length = Buffer.alloc(4);
    length.writeUInt32LE(bytes.length);
    return [length, bytes];
  });
  const lines = run(['encode', path, String(flags)], Buffer.concat(records)).split('\n').slice(0, -1);
  assert.equal(lines.length, texts.length);
  return lines.map((line) => {
    const [ids, hex] = line.split('\t');
    if (hex === undefined) return { ids: [], bytes: Buffer.alloc(0), error: line };
    return { ids: ids ? ids.split(' ').map(Number) : [], bytes: Buffer.from(hex, 'hex'), error: '' };
  });
}

/** @param {string} path @param {string | Uint8Array} text @param {number} [flags] */
function idsOf(path, text, flags) {
  const [{ ids, error }] = encode(path, [text], flags);
  assert.equal(error, '');
  return ids;
}

/** @param {import('node:test').TestContext} t @param {string} name @returns {string} a path, or '' */
function sharedVocabulary(t, name) {
  const path = join(shared, `ggml-vocab-${name}.gguf`);
  if (existsSync(path)) return path;
  t.skip('skipped: ../shared/data not here');
  return '';
}

// ---- hand-made vocabularies ----

/** @typedef {[piece: string | Uint8Array, type?: number, score?: number]} Token */

/** @param {string} model @param {Token[]} tokens @param {Entry[]} more @returns {Entry[]} */
function vocabulary(model, tokens, more) {
  return [
    ['tokenizer.ggml.model', 'string', model],
    ['tokenizer.ggml.tokens', { type: 'array', items: 'string' }, tokens.map(([piece]) => piece)],
    ['tokenizer.ggml.token_type', { type: 'array', items: 'i32' }, tokens.map(([, type]) => type ?? NORMAL)],
    ['tokenizer.ggml.scores', { type: 'array', items: 'f32' }, tokens.map(([, , score]) => score ?? 0)],
    ...more,
  ];
}

const BYTE_TOKENS = Array.from({ length: 256 }, (_, byte) =>
  /** @type {Token} */ ([`<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`, BYTE]));

/** @type {Entry[]} */
const SPM_IDS = [
  ['tokenizer.ggml.bos_token_id', 'u32', 1],
  ['tokenizer.ggml.eos_token_id', 'u32', 2],
  ['tokenizer.ggml.unknown_token_id', 'u32', 0],
];

/** Ids 0 to 2 are <unk>, <s> and </s>, 3 to 258 the bytes, and 259 the first of `tokens`. */
/** @param {Token[]} tokens @param {Entry[]} [more] @returns {Entry[]} */
function spm(tokens, more = []) {
  return vocabulary('llama', [['<unk>', UNKNOWN], ['<s>', CONTROL], ['</s>', CONTROL], ...BYTE_TOKENS, ...tokens],
    [...SPM_IDS, ...more]);
}

/** Ids 0 to 255 are the bytes, 256 is what the first merge makes, the extra tokens come last. */
/** @param {string[]} merges @param {Token[]} [extra] @param {Entry[]} [more] @returns {Entry[]} */
function bpe(merges, extra = [], more = []) {
  const merged = merges.map((merge) => /** @type {Token} */ ([merge.replace(' ', '')]));
  return vocabulary('gpt2', [...BYTE_SPELLING.map((piece) => /** @type {Token} */ ([piece])), ...merged, ...extra],
    [['tokenizer.ggml.merges', { type: 'array', items: 'string' }, merges], ...more]);
}

/** @param {Entry[]} metadata */
const fileOf = (metadata) => file(ggufBytes({ metadata }));

const HELLO = spm([
  ['▁', NORMAL, -10], ['h', NORMAL, -11], ['e', NORMAL, -12], ['l', NORMAL, -13], ['o', NORMAL, -14],
  ['he', NORMAL, -1], ['ll', NORMAL, -2], ['▁he', NORMAL, -3], ['llo', NORMAL, -4], ['▁hello', NORMAL, -5],
]);
const [SP, , , L, O, , LL, SP_HE, , SP_HELLO] = Array.from({ length: 10 }, (_, i) => 259 + i);
/** @param {number} byte */
const spmByte = (byte) => 3 + byte;

const MERGES = ['l l', 'h e', 'he ll', 'Ġ he', 'Ġ w', 'o r', 'Ġw or', 'l d', 'Ã ©'];

// ---- random texts ----

/** A small seeded generator: the same texts in every run. @param {number} seed */
function random(seed) {
  return (/** @type {number} */ below) => {
    seed = (seed + 0x6d2b79f5) | 0;
    let x = Math.imul(seed ^ (seed >>> 15), seed | 1);
    x ^= x + Math.imul(x ^ (x >>> 7), x | 61);
    return ((x ^ (x >>> 14)) >>> 0) % below;
  };
}

// First and last code points of scripts, digits, punctuation, spaces, marks, emoji.
const SCRIPTS = [
  [0x61, 0x7a], [0x41, 0x5a], [0x30, 0x39], [0x21, 0x2f], [0x09, 0x0d], [0x85, 0x85], [0xa0, 0xff], [0x300, 0x36f],
  [0x391, 0x3c9], [0x410, 0x44f], [0x5d0, 0x5ea], [0x620, 0x669], [0x904, 0x96f], [0xe01, 0xe59], [0x1100, 0x11ff],
  [0x2000, 0x206f], [0x2150, 0x2189], [0x2580, 0x2580], [0x3000, 0x30ff], [0x4e00, 0x9fff], [0xac00, 0xd7a3], [0xfe00, 0xfeff],
  [0x10400, 0x1044f], [0x1d400, 0x1d7ff], [0x1f300, 0x1f64f], [0x20000, 0x2a6df], [0xe0100, 0xe01ef],
];
const SNIPPETS = [' ', ' ', ' ', '  ', "'s", "'ll", "'re", "'", ' the', 'ing', 'hello', ' world', '\n', '\r\n', '\t', '...', '12'];

/** @param {number} count @param {string[]} words @returns {string[]} */
function randomTexts(count, words) {
  const next = random(20240601);
  return Array.from({ length: count }, () => {
    const pieces = Array.from({ length: next(24) }, () => {
      if (next(3) === 0) return SNIPPETS[next(SNIPPETS.length)];
      if (next(2) === 0) return words[next(words.length)];
      const [first, last] = SCRIPTS[next(SCRIPTS.length)];
      return Array.from({ length: 1 + next(5) }, () => String.fromCodePoint(first + next(last - first + 1))).join('');
    });
    return pieces.join('');
  });
}

/** @param {number} count @returns {Uint8Array[]} random bytes, half of them lead and continuation bytes */
function randomBytes(count) {
  const next = random(7);
  return Array.from({ length: count }, () =>
    Uint8Array.from({ length: next(40) }, () => (next(2) ? next(256) : 0x80 + next(0x78))));
}

const INVALID = [
  [0xff], [0x80], [0xc3], [0xe2, 0x96], [0xf0, 0x9f, 0x98], [0xc0, 0x80], [0xe0, 0x80, 0x80], [0xed, 0xa0, 0x80],
  [0xf4, 0x90, 0x80, 0x80], [0xf8, 0x88, 0x80, 0x80, 0x80], [0x61, 0xe2, 0x96, 0x62], [0x20, 0xff, 0x20],
].map((bytes) => Uint8Array.from(bytes));

/** Every byte comes back; SPM's decoding has one space more in front, and a space for U+2581. @param {string} path @param {string} prefix */
function assertRoundTrips(path, prefix) {
  const texts = [...INVALID, ...randomBytes(300), ...randomTexts(100, ['▁']).map((text) => Buffer.from(text))];
  for (const [i, { bytes, error }] of encode(path, texts).entries()) {
    assert.equal(error, '');
    const bytes1 = Buffer.from(texts[i]).toString('latin1'); // one character a byte
    const text = prefix ? bytes1.replaceAll('\xe2\x96\x81', ' ') : bytes1;
    const expected = Buffer.from((text ? prefix : '') + text, 'latin1');
    assert.deepEqual(bytes, expected, `text ${i}`);
  }
}

// ---- llama.cpp's vectors ----

for (const name of ['llama-spm', 'gpt-2']) {
  test(`${name}: all 47 of llama.cpp's vectors`, (t) => {
    const path = sharedVocabulary(t, name);
    if (!path) return;
    const texts = readFileSync(`${path}.inp`, 'utf8').split('\n__ggml_vocab_test__\n');
    const expected = readFileSync(`${path}.out`, 'utf8').split('\n').slice(0, texts.length);
    assert.equal(texts.length, 47);
    for (const [i, { ids }] of encode(path, texts).entries()) {
      assert.deepEqual(ids, expected[i].split(' ').filter(Boolean).map(Number), JSON.stringify(texts[i]));
    }
  });
}

// ---- hand-checked ids ----

test('SPM merges the highest score first, on a tie the leftmost pair', () => {
  const path = fileOf(HELLO);
  assert.deepEqual(idsOf(path, 'hello'), [SP_HELLO]);
  assert.deepEqual(idsOf(path, 'hell'), [SP_HE, LL]);
  assert.deepEqual(idsOf(path, 'lll'), [SP, LL, L]);
  assert.deepEqual(idsOf(path, ' hello  o'), [SP, SP_HELLO, SP, SP, O]);
  assert.deepEqual(idsOf(path, ''), []);
  const zeros = fileOf(spm([['▁'], ['ab', NORMAL, -0], ['bc', NORMAL, 0], ['cd', NORMAL, 1e-40]]));
  assert.deepEqual(idsOf(zeros, 'abc'), [259, 260, spmByte(0x63)]);
  assert.deepEqual(idsOf(zeros, 'bcd'), [259, spmByte(0x62), 262]);
});

test('SPM falls back to byte tokens, then to unknown, then to an error', () => {
  assert.deepEqual(idsOf(fileOf(HELLO), 'é!'), [SP, spmByte(0xc3), spmByte(0xa9), spmByte(0x21)]);
  /** @type {Token[]} */
  const tokens = [['<unk>', UNKNOWN], ['▁'], ['a']];
  const unknown = vocabulary('llama', tokens, [['tokenizer.ggml.unknown_token_id', 'u32', 0]]);
  assert.deepEqual(idsOf(fileOf(unknown), 'aéa'), [1, 2, 0, 2]);
  const [{ error }] = encode(fileOf(vocabulary('llama', tokens, [])), ['aéa']);
  assert.match(error, /^2 .*byte 0xc3/);
});

test('SPM takes its space prefix and BOS as the file says', () => {
  assert.deepEqual(idsOf(fileOf(HELLO), 'o', 0), [1, SP, O]);
  assert.deepEqual(idsOf(fileOf(HELLO), '', 0), [1]);
  const plain = fileOf([...HELLO, ['tokenizer.ggml.add_space_prefix', 'bool', false], ['tokenizer.ggml.add_bos_token', 'bool', false]]);
  assert.deepEqual(idsOf(plain, 'o', 0), [O]);
});

test('BPE merges the lowest rank first, inside words', () => {
  const path = fileOf(bpe(MERGES));
  const [ll, , hell, he, , , wor, ld, e] = MERGES.map((_, i) => 256 + i);
  /** @param {string} text */
  const bytes = (text) => Array.from(Buffer.from(text), (byte) => byte);
  assert.deepEqual(idsOf(path, 'hello'), [hell, ...bytes('o')]);
  assert.deepEqual(idsOf(path, ' hello world'), [...bytes(' '), hell, ...bytes('o'), wor, ld]);
  assert.deepEqual(idsOf(path, ' help'), [he, ...bytes('lp')]);
  assert.deepEqual(idsOf(path, 'lll'), [ll, ...bytes('l')]);
  assert.deepEqual(idsOf(path, 'l\nl'), bytes('l\nl'));
  assert.deepEqual(idsOf(path, 'é'), [e]);
  assert.deepEqual(idsOf(path, '\u00ad'), bytes('\u00ad'));
  const twice = fileOf(bpe(['a b', 'b c', 'a b']));
  assert.deepEqual(idsOf(twice, 'abc'), [256, ...bytes('c')], 'the first of two ranks counts');
});

test('BPE puts BOS only where the file says so', () => {
  /** @type {Entry[]} */
  const bos = [['tokenizer.ggml.bos_token_id', 'u32', 256]];
  /** @type {Token[]} */
  const end = [['<|end|>', CONTROL]];
  assert.deepEqual(idsOf(fileOf(bpe([], end, bos)), '!', 0), [33]);
  const adds = fileOf(bpe([], end, [...bos, ['tokenizer.ggml.add_bos_token', 'bool', true]]));
  assert.deepEqual(idsOf(adds, '!', 0), [256, 33]);
  assert.deepEqual(idsOf(adds, '!', NO_BOS), [33]);
});

test('a file without token types: roles are special, SPM bytes are spelled out', () => {
  const typeless = HELLO.filter(([key]) => key !== 'tokenizer.ggml.token_type');
  const [{ ids, bytes }] = encode(fileOf(typeless), ['é</s>o'], NO_BOS | SPECIAL);
  assert.deepEqual(ids, [SP, spmByte(0xc3), spmByte(0xa9), 2, SP, O]);
  assert.equal(bytes.toString(), ' é o');
});

test('of two tokens that are spelled alike the first counts', () => {
  const path = fileOf(spm([['▁'], ['a'], ['a'], ['<x>', USER_DEFINED], ['<x>', CONTROL]]));
  assert.deepEqual(idsOf(path, 'a'), [259, 260]);
  assert.deepEqual(idsOf(path, '<x>', NO_BOS | SPECIAL), [262]);
});

// ---- special tokens ----

test('special tokens are found only when asked for, the longest at each place', () => {
  /** @type {Token[]} */
  const specials = [
    ['▁'], ['<a', CONTROL], ['<a>', CONTROL], ['<ab>', USER_DEFINED], ['<a><b>', CONTROL], ['>x', USER_DEFINED], ['', CONTROL],
  ];
  const path = fileOf(spm(specials));
  const [sp, shortest, a, ab, aAndB, x] = specials.map((_, i) => 259 + i);
  /** @param {string} text */
  const special = (text) => idsOf(path, text, NO_BOS | SPECIAL);
  assert.deepEqual(special('<a>'), [a]);
  assert.deepEqual(special('<ab>'), [ab]);
  assert.deepEqual(special('<a><b>'), [aAndB]);
  assert.deepEqual(special('<a><a><b>'), [a, aAndB]);
  assert.deepEqual(special('<ac'), [shortest, sp, spmByte(0x63)]);
  assert.deepEqual(special('<a>x'), [a, sp, spmByte(0x78)]);
  assert.deepEqual(special('>x>x'), [x, x]);
  assert.deepEqual(special('<unk></s>'), [0, 2]);
  assert.deepEqual(special('b<'), [sp, spmByte(0x62), spmByte(0x3c)]);
  const plain = encode(path, ['<a><ab></s><unk><0x41>'])[0];
  assert.ok(plain.ids.every((id) => id >= 3 && id <= sp), 'nothing but bytes and the prefix');
  assert.equal(plain.bytes.toString(), ' <a><ab></s><unk><0x41>');
});

test('control and unknown tokens decode to nothing, user-defined ones as spelled', () => {
  const path = fileOf(bpe([], [['<|end|>', CONTROL], ['Ġé ', USER_DEFINED]]));
  const [{ ids, bytes }] = encode(path, ['!<|end|>Ġé !'], NO_BOS | SPECIAL);
  assert.deepEqual(ids, [33, 256, 257, 33]);
  assert.equal(bytes.toString(), '!Ġé !');
});

test('one-byte special tokens with a space prefix behind each fill no more than 2 n + 2 ids', () => {
  const path = fileOf(spm([['|', USER_DEFINED]]));
  const ids = idsOf(path, '|a'.repeat(50), SPECIAL);
  assert.equal(ids.length, 1 + 50 * 3);
});

// ---- round trips ----

test('SPM: every byte survives a round trip', () => assertRoundTrips(fileOf(HELLO), ' '));
test('BPE: every byte survives a round trip', () => assertRoundTrips(fileOf(bpe(MERGES)), ''));
for (const [name, prefix] of [['llama-spm', ' '], ['gpt-2', '']]) {
  test(`${name}: every byte survives a round trip`, (t) => {
    const path = sharedVocabulary(t, name);
    if (path) assertRoundTrips(path, prefix);
  });
}

// ---- twins ----

/** @param {string} path @param {(metadata: Map<string, any>) => (text: string) => number[]} twin @param {number} count */
function assertLikeTwin(path, twin, count) {
  const metadata = ggufMetadata(readFileSync(path));
  const encodeNaively = twin(metadata);
  const spelled = /** @type {string[]} */ (metadata.get('tokenizer.ggml.tokens'));
  const words = ['\u2581', ...spelled.map((piece) => piece.replaceAll('\u2581', ' ').replaceAll('Ġ', ' '))];
  const texts = randomTexts(count, words);
  for (const [i, { ids }] of encode(path, texts).entries()) {
    assert.deepEqual(ids, encodeNaively(texts[i]), JSON.stringify(texts[i]));
  }
}

test('SPM gives what a naive twin gives, also where pieces have spaces inside', () => {
  assertLikeTwin(fileOf(HELLO), spmTwin, 300);
  const spaced = /** @type {Token[]} */ ([
    ['▁', NORMAL, -3], ['o', NORMAL, -3], ['o▁', NORMAL, -1], ['▁▁', NORMAL, -2], ['o▁o', NORMAL, -2], ['l', NORMAL, 0],
    ['ll', NORMAL, -0], ['lll', NORMAL, 1], ['▁l', NORMAL, 1],
  ]);
  const path = fileOf(spm(spaced));
  assertLikeTwin(path, spmTwin, 300);
  const twin = spmTwin(ggufMetadata(readFileSync(path)));
  for (const text of ['o o', 'o  o o', 'oo   oo', 'lllll', ' l ll lll', 'o llo  l']) assert.deepEqual(idsOf(path, text), twin(text));
});

test('BPE gives what a naive twin gives', () => assertLikeTwin(fileOf(bpe(MERGES)), bpeTwin, 300));

for (const [name, twin] of /** @type {const} */ ([['llama-spm', spmTwin], ['gpt-2', bpeTwin]])) {
  test(`${name}: the real vocabulary gives what a naive twin gives`, (t) => {
    const path = sharedVocabulary(t, name);
    if (path) assertLikeTwin(path, twin, 2000);
  });
}

// ---- Unicode ----

test('every code point has the class that the JS engine gives it', (t) => {
  const header = readFileSync(join(root, 'src/unicode-tables.h'), 'utf8');
  const version = /Unicode (\S+):/.exec(header)?.[1];
  if (version !== process.versions.unicode) {
    t.skip(`skipped: the tables are of Unicode ${version}, this engine's of ${process.versions.unicode}`);
    return;
  }
  assert.equal(tables(), header, 'src/unicode-tables.js writes what is committed');
  const classes = run(['classes']);
  assert.equal(classes.length, 0x110000);
  for (let codePoint = 0; codePoint < 0x110000; codePoint++) {
    const character = String.fromCodePoint(codePoint);
    const expected = /\p{L}/u.test(character) ? '1' : /\p{N}/u.test(character) ? '2' : /\p{White_Space}/u.test(character) ? '3' : '0';
    if (classes[codePoint] !== expected) assert.fail(`U+${codePoint.toString(16)}: ${classes[codePoint]}, expected ${expected}`);
    // Python's \s, which is meant here, and JavaScript's differ in two characters.
    if (codePoint !== 0x85 && codePoint !== 0xfeff) assert.equal(/\s/u.test(character), expected === '3');
  }
});

// ---- long and hostile texts ----

test('long words and runs take no quadratic time', () => {
  const n = 80_000;
  const texts = ['l'.repeat(n), ' '.repeat(n), 'hell'.repeat(n / 4), '<a'.repeat(n / 2), "'".repeat(n), '\n '.repeat(n / 2)];
  /** @type {Token[]} */
  const specials = Array.from({ length: 200 }, (_, i) => [`${'<a'.repeat(i)}<`, CONTROL]);
  /** @type {Token[]} */
  const alike = Array.from({ length: 20_000 }, () => ['k', CONTROL]);
  const ladder = Array.from({ length: 60 }, (_, i) => `${'l'.repeat(i + 1)} l`);
  const files = [HELLO, spm([['▁'], ...specials]), bpe(MERGES, specials), bpe(MERGES, alike), bpe(ladder)].map(fileOf);
  for (const path of files) {
    for (const flags of [NO_BOS, NO_BOS | SPECIAL]) {
      const start = performance.now();
      for (const { error } of encode(path, texts, flags)) assert.equal(error, '');
      const seconds = (performance.now() - start) / 1000;
      assert.ok(seconds < 20, `${seconds} s for ${texts.length} texts`);
    }
  }
});

// ---- wrong and hostile files ----

/** @param {Entry[]} metadata @param {string} key @param {any} type @param {any} value @returns {Entry[]} */
function replaced(metadata, key, type, value) {
  return [...metadata.filter(([name]) => name !== key), [key, type, value]];
}

/** @param {Entry[]} metadata @param {string} key */
const without = (metadata, key) => metadata.filter(([name]) => name !== key);

test('a wrong vocabulary is refused with one line that names what is wrong', () => {
  const strings = /** @type {const} */ ({ type: 'array', items: 'string' });
  const numbers = /** @type {const} */ ({ type: 'array', items: 'f32' });
  const gpt = bpe(MERGES);
  /** @param {string[]} merges */
  const merges = (merges) => replaced(gpt, 'tokenizer.ggml.merges', strings, merges);
  const count = 269;
  /** @type {[Entry[], number, RegExp][]} */
  const cases = [
    [without(HELLO, 'tokenizer.ggml.model'), BAD_MODEL, /tokenizer\.ggml\.model" is missing/],
    [replaced(HELLO, 'tokenizer.ggml.model', 'u32', 1), BAD_MODEL, /tokenizer\.ggml\.model" is not a string/],
    [replaced(HELLO, 'tokenizer.ggml.model', 'string', 'bert\n'), UNSUPPORTED, /"bert\?", expected "llama" or "gpt2"/],
    [without(HELLO, 'tokenizer.ggml.tokens'), BAD_MODEL, /tokenizer\.ggml\.tokens" is missing/],
    [replaced(HELLO, 'tokenizer.ggml.tokens', strings, []), BAD_MODEL, /has 0 items/],
    [replaced(HELLO, 'tokenizer.ggml.tokens', 'string', 'x'), BAD_MODEL, /expected an array/],
    [replaced(HELLO, 'tokenizer.ggml.tokens', { type: 'array', items: 'u8' }, Array(count).fill(0)), BAD_MODEL, /strings, one a token/],
    [without(HELLO, 'tokenizer.ggml.scores'), BAD_MODEL, /tokenizer\.ggml\.scores" is missing/],
    [replaced(HELLO, 'tokenizer.ggml.scores', numbers, [1, 2]), BAD_MODEL, /scores".*has 2 items.*expected an array of 269/],
    [replaced(HELLO, 'tokenizer.ggml.scores', strings, Array(count).fill('')), BAD_MODEL, /numbers, one a token/],
    [replaced(HELLO, 'tokenizer.ggml.scores', numbers, Array(count).fill(NaN)), BAD_MODEL, /score/],
    [replaced(HELLO, 'tokenizer.ggml.scores', numbers, Array(count).fill(-Infinity)), BAD_MODEL, /score/],
    [replaced(HELLO, 'tokenizer.ggml.token_type', numbers, [1]), BAD_MODEL, /token_type".*has 1 items/],
    [replaced(HELLO, 'tokenizer.ggml.token_type', numbers, Array(count).fill(7)), BAD_MODEL, /token 0, "<unk>", has a wrong type/],
    [replaced(HELLO, 'tokenizer.ggml.token_type', numbers, Array(count).fill(NaN)), BAD_MODEL, /wrong type/],
    [replaced(HELLO, 'tokenizer.ggml.token_type', numbers, Array(count).fill(BYTE)), BAD_MODEL, /wrong type/],
    [replaced(HELLO, 'tokenizer.ggml.bos_token_id', 'u32', count), BAD_MODEL, /bos_token_id".*from 0 to 268/],
    [replaced(HELLO, 'tokenizer.ggml.eos_token_id', 'i32', -1), BAD_MODEL, /eos_token_id/],
    [replaced(HELLO, 'tokenizer.ggml.unknown_token_id', 'f64', 0.5), BAD_MODEL, /unknown_token_id/],
    [replaced(HELLO, 'tokenizer.ggml.unknown_token_id', 'string', '0'), BAD_MODEL, /unknown_token_id/],
    [replaced(HELLO, 'tokenizer.ggml.add_bos_token', 'u32', 2), BAD_MODEL, /add_bos_token/],
    [replaced(HELLO, 'tokenizer.ggml.add_space_prefix', strings, []), BAD_MODEL, /add_space_prefix/],
    [replaced(gpt, 'tokenizer.ggml.add_bos_token', 'bool', true), BAD_MODEL, /expected "tokenizer\.ggml\.bos_token_id"/],
    [spm([['x'.repeat(1025)]]), BAD_MODEL, /token 259 .*has 1025 bytes, expected at most 1024/],
    [replaced(gpt, 'tokenizer.ggml.pre', 'string', 'llama-bpe'), UNSUPPORTED, /is "llama-bpe", expected "gpt-2" or "default"/],
    [replaced(gpt, 'tokenizer.ggml.pre', 'u8', 1), UNSUPPORTED, /tokenizer\.ggml\.pre/],
    [without(gpt, 'tokenizer.ggml.merges'), BAD_MODEL, /merges" is missing/],
    [replaced(gpt, 'tokenizer.ggml.merges', 'string', 'l l'), BAD_MODEL, /merges" is of another type/],
    [merges(['ll']), BAD_MODEL, /merge 0 .*is "ll", expected two pieces/],
    [merges(['l l', 'l ']), BAD_MODEL, /merge 1/],
    [merges([' l']), BAD_MODEL, /merge 0/],
    [merges(['']), BAD_MODEL, /merge 0/],
    [merges(['x y']), BAD_MODEL, /merge 0 .*"x y"/],
    [merges(['hel l']), BAD_MODEL, /merge 0/],
    [merges([`l ${'l'.repeat(5000)}`]), BAD_MODEL, /merge 0/],
  ];
  const lines = run(['open', ...cases.map(([metadata]) => fileOf(metadata))]).split('\n');
  for (const [i, [, status, message]] of cases.entries()) {
    assert.match(lines[i], message);
    assert.equal(parseInt(lines[i], 10), status, lines[i]);
  }
});

test('odd but sound vocabularies are accepted', () => {
  const lines = run(['open', ...[
    replaced(bpe(MERGES), 'tokenizer.ggml.pre', 'string', 'default'),
    replaced(bpe(MERGES), 'tokenizer.ggml.pre', 'string', 'gpt-2'),
    bpe([]), bpe(['l l', 'l l'], [['']]),
    spm([['']]), vocabulary('llama', [['']], []), spm([[Uint8Array.from([0xe2, 0x96])]]),
  ].map(fileOf)]).trim().split('\n');
  assert.deepEqual(lines, Array(7).fill('ok'));
});

test('a vocabulary whose pieces were made to collide is refused', () => {
  // Runs the hash of src/tokenizer.c backwards, for pieces of 8 bytes whose slots are all the same.
  const mask = (1n << 64n) - 1n;
  /** @param {bigint} odd */
  const inverse = (odd) => {
    let x = odd;
    for (let i = 0; i < 6; i++) x = (x * (2n - odd * x)) & mask;
    return x;
  };
  const [first, second] = [inverse(0x9e3779b97f4a7c15n), inverse(0xd6e8feb86659fd93n)];
  /** @param {bigint} hash @returns {bigint} the hash before, xor the word */
  const unmix = (hash) => {
    const folded = (hash * second) & mask;
    return ((folded ^ (folded >> 32n)) * first) & mask;
  };
  const pieces = Array.from({ length: 1100 }, (_, i) => {
    const piece = Buffer.alloc(8);
    piece.writeBigUInt64LE(unmix(unmix((123n << 32n) | BigInt(i))) ^ 8n);
    return piece;
  });
  const lines = run(['open', fileOf(spm(pieces.map((piece) => [piece])))]);
  assert.match(lines, /^2 token \d+.*collides with over 1024 others/);
});

test('files with random damage give an error or a tokenizer that works', () => {
  const next = random(99);
  const files = Array.from({ length: 400 }, (_, i) => {
    const bytes = ggufBytes({ metadata: i % 2 ? HELLO : bpe(MERGES, [['<|end|>', CONTROL], ['<|e', USER_DEFINED]]) });
    // Half the damage goes to the beginning and the end, where lengths, types and ids are dense.
    for (let hits = 1 + next(4); hits > 0; hits--) {
      const at = next(2) ? next(bytes.length) : (next(400) + bytes.length - 200) % bytes.length;
      bytes[at] = next(2) ? next(256) : bytes[at] ^ (1 << next(8));
    }
    return file(bytes);
  });
  const lines = run(['open', ...files]).split('\n').slice(0, -1);
  assert.equal(lines.length, files.length);
  for (const line of lines) assert.match(line, /^(ok|[1-4] .+)$/);
});
