// What tests of the trainer share: its sources, the compiler, texts made here.
// Before training: a program and texts out; model.test.js and train.test.js use them.
// Must not read ../shared, and must not write anywhere but where it is told.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));
/** @param {string[]} names @returns paths of files in model/ */
export const model = (...names) => names.map((name) => join(root, 'model', name));

const PROGRAMS = ['train.c', 'export.c', 'import.c', 'synth.c'];
/** The sources in model/ that are no programs. */
export const PARTS = readdirSync(join(root, 'model')).filter((name) => name.endsWith('.c') && !PROGRAMS.includes(name));

const FLAGS = ['-std=c11', '-Wall', '-Wextra', '-Wpedantic', '-Wshadow', '-Wconversion', '-Werror', '-fopenmp', '-O1'];

/** @param {string} output @param {string[]} sources @param {string[]} flags */
export function compile(output, sources, ...flags) {
  const result = spawnSync('gcc', [...FLAGS, ...flags, ...sources, '-o', output, '-ldnnl', '-lm'], { encoding: 'utf8' });
  assert.equal(result.status, 0, result.stderr);
}

/** What makes a test program stop at memory errors and undefined behaviour. */
export const SANITIZERS = ['-g', '-fsanitize=address,undefined', '-fno-sanitize-recover=all'];

const probe = spawnSync('gcc', ['-fsyntax-only', '-x', 'c', '-'], { input: '#include <dnnl.h>\n' });
/** The `skip` of tests that compile the trainer. */
export const skip = probe.status === 0 ? false : 'gcc or libdnnl-dev is not installed';

/** @param {number} count @returns little stories of few words, the same on every run */
export function makeStories(count) {
  let state = 1;
  /** @param {string[]} list */
  const pick = (list) => list[(state = (state * 48271) % 2147483647) % list.length];
  const names = ['Lily', 'Tom', 'Mia', 'Ben'];
  const things = ['a red ball', 'a big tree', 'the old cat', 'a small boat'];
  const verbs = ['saw', 'found', 'liked', 'lost'];
  return Array.from({ length: count }, () => {
    const name = pick(names);
    const sentences = Array.from({ length: 6 }, () => `${name} ${pick(verbs)} ${pick(things)}.`);
    return `Once upon a time, there was ${name}. ${sentences.join(' ')}`;
  });
}

/** @param {string[]} documents */
export const asFile = (documents) => documents.map((text) => `${text}\n<|endoftext|>\n`).join('');
