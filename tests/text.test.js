// Every language says all that English says: the same keys, the same kinds, every argument, every number.
// Beside the token's way: the files of text/ and lessons/text/, in Node; the registries beside them need a browser.
// Must not judge how well something is said.

import { describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { basename } from 'node:path';

const folders = ['text', 'lessons/text'].map((name) => ({ name, url: new URL(`../web/app/${name}/`, import.meta.url) }));

/** @param {URL} folder @returns {string[]} the languages that have a file there, English among them */
const languagesIn = (folder) =>
  readdirSync(folder)
    .filter((file) => file.endsWith('.js') && file !== 'index.js')
    .map((file) => basename(file, '.js'))
    .sort();

/** @param {URL} folder @param {string} language */
const wordsOf = async (folder, language) => (await import(new URL(`${language}.js`, folder).href)).text;

// ---- what a function is told ----

/** @param {number} i @returns {string} a word of no language */
const mark = (i) => `⟨${String.fromCodePoint(97 + i)}⟩`;

/** Marks that a sentence must repeat: no separator falls into these numbers. The first round has one of each. @type {Record<string, (i: number) => unknown[]>} */
const samples = {
  string: (i) => [mark(i)],
  number: (i) => [211 + i, 1, 0],
  'number | null': (i) => [211 + i, 1, null],
  boolean: () => [true, false],
  'string[]': (i) => [[mark(i), mark(i + 10)], []],
  '{ stage: string, count: number }[]': (i) => [
    [{ stage: mark(i), count: 211 }, { stage: mark(i + 10), count: 223 }],
    [{ stage: mark(i), count: 1 }],
  ],
};

/** Some rounds of arguments, by the types that en.js declares; what it leaves to a Record's type is a string. @param {Function} english @returns {unknown[][]} */
function roundsOf(english) {
  const declared = [...String(english).matchAll(/\/\*\* @type \{(.+?)\} \*\//g)].map(([, type]) => type);
  const choices = Array.from({ length: english.length }, (_, i) => {
    const type = declared[i] ?? 'string';
    assert.ok(samples[type], `${type}: give this test a sample of it`);
    return samples[type](i);
  });
  const rounds = Math.max(1, ...choices.map(({ length }) => length));
  return Array.from({ length: rounds }, (_, round) => choices.map((values) => values[round % values.length]));
}

// ---- what a language lacks ----

/** @param {unknown} value */
const kindOf = (value) => (Array.isArray(value) ? `list of ${value.length}` : typeof value === 'function' ? `function of ${value.length}` : typeof value);
/** @param {string} sentence @returns {string[]} its numbers, without separators, which are others elsewhere, and marks */
const factsOf = (sentence) => (sentence.match(/\d+(?:[.,]\d+)*|⟨.⟩/g) ?? []).map((fact) => fact.replace(/[.,]/g, ''));
/** "Once upon a time" has three such words, and is to stay. @param {string} sentence */
const isLong = (sentence) => (sentence.match(/\p{L}{3,}/gu) ?? []).length >= 4;
/** What is set in *italics* may differ, but ends. @param {string} sentence */
const isPaired = (sentence) => sentence.split('*').length % 2 === 1;

/** @param {string} english @param {string} other @param {boolean} foreign @returns {string[]} */
function sentenceFaults(english, other, foreign) {
  const missing = factsOf(english).filter((fact) => !factsOf(other).includes(fact));
  return [
    ...(english !== '' && other.trim() === '' ? ['is empty'] : []),
    ...(foreign && english === other && isLong(english) ? ['is left in English'] : []),
    ...(missing.length > 0 ? [`lacks ${missing.join(' ')}`] : []),
    ...(isPaired(other) ? [] : ['does not end its italics']),
  ];
}

/** @param {any} said @returns {string} all of what a function said, which may be several sentences */
const textOf = (said) => (typeof said === 'object' ? Object.values(said).map(textOf).join(' ') : String(said));

/** @param {Function} english @param {Function} other @param {boolean} foreign @param {string} path @returns {string[]} */
function functionFaults(english, other, foreign, path) {
  const [first, ...others] = roundsOf(english);
  const broken = others.filter((told) => {
    const said = textOf(other(...told));
    return /undefined|null|NaN|\[object/.test(said) || (said.trim() === '' && textOf(english(...told)) !== '');
  });
  return [
    ...faults(english(...first), other(...first), foreign, `${path}()`),
    ...broken.map((told) => `${path}() says nothing sensible of ${JSON.stringify(told)}`),
  ];
}

/** @param {any} english @param {any} other @param {boolean} foreign another language @param {string} [path] @returns {string[]} */
function faults(english, other, foreign, path = '') {
  if (kindOf(english) !== kindOf(other)) return [`${path} is no ${kindOf(english)} but ${kindOf(other)}`];
  if (typeof english === 'function') return functionFaults(english, other, foreign, path);
  if (typeof english === 'string') return sentenceFaults(english, other, foreign).map((fault) => `${path} ${fault}`);
  const keys = [...new Set([...Object.keys(english), ...Object.keys(other)])];
  return keys.flatMap((key) => faults(english[key], other[key], foreign, path ? `${path}.${key}` : key));
}

test('every fault that a language can have is found', () => {
  const english = {
    only: 'here',
    none: 'something',
    long: 'This has some words too many',
    figures: 'Add 0.5 to 1,000',
    terms: 'an *important* term',
    list: ['a', 'b'],
    one: (/** @type {string} */ name, /** @type {number} */ n) => `${name} has ${n}`,
    two: (/** @type {number} */ n) => `${n}`,
    three: (/** @type {number} */ n) => `${n}`,
    deep: { made: (/** @type {string} */ name) => ({ sentence: `It is ${name}.` }) },
    right: (/** @type {boolean} */ yes, /** @type {string[]} */ names) => `${yes ? 'Yes' : 'No'}, ${names.join()}.`,
  };
  const other = {
    more: 'da',
    none: ' ',
    long: 'This has some words too many',
    figures: '1.000 plus 0,6',
    terms: 'ein *wichtiger Begriff',
    list: ['a'],
    one: (/** @type {string} */ name, /** @type {number} */ n) => `${name} hat ${n < 0}`,
    two: () => '2',
    three: (/** @type {number} */ n) => (n === 1 ? '' : `${n}`),
    deep: { made: (/** @type {string} */ name) => ({ sentence: 'Es ist.', name }) },
    right: (/** @type {boolean} */ yes, /** @type {string[]} */ names) => `${yes ? 'Ja' : 'Nein'}, ${names.join()}.`,
  };
  assert.deepEqual(faults(english, other, true), [
    'only is no string but undefined',
    'none is empty',
    'long is left in English',
    'figures lacks 05',
    'terms does not end its italics',
    'list is no list of 2 but list of 1',
    'one() lacks 212',
    'two is no function of 1 but function of 0',
    'three() says nothing sensible of [1]',
    'deep.made().sentence lacks ⟨a⟩',
    'deep.made().name is no undefined but string',
    'more is no undefined but string',
  ]);
});

for (const { name, url } of folders) {
  describe(name, () => {
    for (const language of languagesIn(url)) {
      test(`${language} says all that English says`, async () => {
        const [english, other] = await Promise.all([wordsOf(url, 'en'), wordsOf(url, language)]);
        assert.deepEqual(faults(english, other, language !== 'en'), []);
      });
    }

    test('every language can be chosen', () => {
      const registry = readFileSync(new URL('index.js', url), 'utf8');
      for (const language of languagesIn(url)) {
        assert.match(registry, new RegExp(`^  ${language}: .*`, 'm'), language);
        assert.ok(registry.includes(`'./${language}.js'`), language);
      }
    });
  });
}

test('page and lessons speak the same languages, each by its own tag', async () => {
  const [page, lessons] = folders.map(({ url }) => url);
  assert.deepEqual(languagesIn(lessons), languagesIn(page));
  for (const language of languagesIn(page)) {
    assert.equal((await wordsOf(page, language)).language, language);
    assert.deepEqual(Intl.NumberFormat.supportedLocalesOf(language), [language]);
  }
});
