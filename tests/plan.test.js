// Tests of the plans for one's own texts: tables of sizes, and the trainer must accept each plan.
// Beside the token's way: model/plan.js is called as the Makefile calls it.
// Must not train: a step each is enough.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { SHAPES, countParameters, makePlan, placeOf, usualShape } from '../model/plan.js';
import { make } from './helpers/make.js';
import { skip as skipWithoutTrainer } from './helpers/trainer.js';

/** @typedef {import('../model/plan.js').ShapeName} ShapeName */

const MODEL = fileURLToPath(new URL('../model', import.meta.url));
const NAMES = /** @type {ShapeName[]} */ (Object.keys(SHAPES));

const folder = mkdtempSync(join(tmpdir(), 'logitscope-plan-'));
after(() => rmSync(folder, { recursive: true, force: true })); // made two lines above

/** @param {string[]} args */
const run = (...args) => spawnSync(process.execPath, [join(MODEL, 'plan.js'), ...args], { cwd: folder, encoding: 'utf8' });

/**
 * A prepared text of made-up words, some of them more frequent than others.
 * @param {string} name @param {number} length
 */
function prepared(name, length) {
  let state = 1;
  const next = () => (state = (state * 48271) % 2147483647) / 2147483647;
  let text = '';
  while (text.length < length) text += `w${Math.floor(400 * next() ** 3).toString(36)}${next() < 0.1 ? '.\n' : ' '}`;
  mkdirSync(join(folder, name));
  writeFileSync(join(folder, name, 'train.txt'), `${text.slice(0, length * 0.95)}\n<|endoftext|>\n`);
  writeFileSync(join(folder, name, 'validation.txt'), `${text.slice(length * 0.95)}\n<|endoftext|>\n`);
  return name;
}

describe('a plan', () => {
  test('fits the size of the text', () => {
    for (const [shape, size, expected] of /** @type {[ShapeName, number, number[]][]} */ ([
      //              vocabulary, context, steps, dropout
      ['tiny', 600, [512, 32, 600, 0.2]],
      ['tiny', 10e3, [512, 128, 600, 0.2]],
      ['tiny', 100e3, [1024, 256, 600, 0.2]],
      ['tiny', 300e3, [2048, 256, 600, 0.1]],
      ['tiny', 1e6, [2048, 256, 1347, 0.1]],
      ['tiny', 1e9, [2048, 256, 3000, 0.1]],
      ['small', 600, [512, 32, 800, 0.2]],
      ['small', 300e3, [4096, 512, 800, 0.2]],
      ['small', 5e6, [4096, 512, 3023, 0.1]],
      ['small', 1e9, [4096, 512, 16000, 0.1]],
      ['base', 600, [512, 32, 1000, 0.2]],
      ['base', 20e6, [8192, 512, 5486, 0.1]],
      ['base', 1e9, [8192, 512, 10000, 0.1]],
    ])) {
      const { vocab, context, steps, dropout } = makePlan(shape, size).flags;
      assert.deepEqual([vocab, context, steps, dropout], expected, `${shape}, ${size} bytes`);
    }
  });

  test('validates, logs and saves often enough, for any number of steps', () => {
    for (const shape of NAMES) {
      for (const steps of [1, 2, 7, 20, 123, 600, 5000, 1e5]) {
        const { flags } = makePlan(shape, 1e6, steps);
        const rows = (/** @type {string} */ flag) => steps / flags[flag];
        assert.equal(flags.steps, steps);
        assert.ok(flags.warmup <= steps / 10);
        assert.ok(rows('validate-every') >= Math.min(steps, 20) && rows('validate-every') <= 60);
        assert.ok(rows('log-every') >= Math.min(steps, 200) && flags['log-every'] <= 20);
        for (const each of ['validate-every', 'log-every', 'save-every']) assert.match(String(flags[each]), /^[125]0*$/);
        // Even a third as fast as the cores that were measured.
        const seconds = (flags['save-every'] * 3 * countParameters(SHAPES[shape], flags.vocab) * flags.batch * flags.context) / 75e9;
        assert.ok(seconds > 15 && seconds < 61, `${shape} saves every ${seconds} s`);
      }
    }
  });

  test('of the size of the text the model that ships learnt from is its recipe', () => {
    const { flags } = makePlan('small', 23e6, 16000);
    for (const [flag, value] of Object.entries({
      vocab: 4096, dim: 256, layers: 5, heads: 8, 'kv-heads': 4, hidden: 704, context: 512, batch: 8, lr: 3e-3,
      'final-lr': 0.02, warmup: 200, decay: 0.3, dropout: 0.1, 'validate-every': 500, 'log-every': 20,
    })) {
      assert.equal(flags[flag], value, flag);
    }
    assert.equal(countParameters(SHAPES.small, 4096), 4737792);
  });

  test('says what a person should know', () => {
    const notes = (/** @type {ShapeName} */ shape, /** @type {number} */ size) => makePlan(shape, size).notes.join('\n');
    assert.match(notes('small', 300e3), /4\.7 million parameters, 800 steps, about 35 times over 300\.0 kB/);
    assert.match(notes('small', 300e3), /300\.0 kB is little: it will learn much of it by heart; 10\.0 MB would be better/);
    assert.match(notes('small', 20e6), /about 52 min on two free cores/);
    assert.doesNotMatch(notes('small', 20e6), /little/);
  });

  test('has a shape of its own choice if none is named', () => {
    assert.deepEqual([500, 999_999, 1e6, 1e9].map(usualShape), ['tiny', 'tiny', 'small', 'small']);
  });
});

describe('the command', () => {
  test('prints the shape and the flags, and refuses what it cannot plan', () => {
    const enough = prepared('enough', 4000);
    const { status, stdout, stderr } = run('--data', enough, '--steps', '30');
    assert.equal(status, 0, stderr);
    assert.match(stdout, /^tiny( --[a-z2-]+ [\d.]+){17}\n$/);
    assert.match(stdout, / --steps 30 --warmup 3 /);
    assert.match(stderr, /^plan: SHAPE=tiny, for there is less than 1 MB/);
    assert.match(run('--data', enough, '--shape', 'base').stdout, /^base /);
    for (const [args, code, message] of /** @type {[string[], number, RegExp][]} */ ([
      [['--data', prepared('scant', 300)], 1, /^plan: \d{3} bytes of text are too few to learn from: give it 500 at least/],
      [['--data', 'nowhere'], 1, /^plan: nowhere\/train\.txt: no such file or directory; run model\/prepare\.js first\n$/],
      [['--data', enough, '--shape', 'toString'], 2, /^plan: SHAPE=toString is not known: choose tiny, small, base\n$/],
      [['--data', enough, '--steps', '1e3'], 2, /^plan: STEPS=1e3 is no number of steps/],
      [['--data', enough, '--steps', '0'], 2, /^plan: STEPS=0 is no number of steps/],
      [['--corpus', 'a\x1b[31m'], 1, /a\\u\{1b\}\[31m: no such file or directory; expected a folder of texts or a file/],
      [[], 2, /^plan: --data FOLDER or --corpus PATH is missing\n$/],
      [['--colour'], 2, /^plan: .*--colour/],
    ])) {
      const result = run(...args);
      assert.deepEqual([result.status, message.test(result.stderr), result.stdout], [code, true, ''], result.stderr);
    }
    assert.match(run('--help').stdout, /^usage: /);
  });

  test('every path has a folder of its own, whose name needs no quotes', () => {
    const names = ['/a/notes', '/b/notes', '/a/My notes', '/a/My-notes', '/a/$(x) \'"`;', '/a/..x', '/', '/ü', `/${'long'.repeat(60)}`];
    const places = names.map((name) => placeOf(name, false));
    assert.equal(new Set(places.map((place) => place.folder)).size, names.length);
    for (const { folder: own, file } of places) {
      assert.match(own, /^train-[A-Za-z0-9-]{1,40}-[0-9a-f]{8}$/);
      assert.match(file, /^[A-Za-z0-9-]{1,40}$/);
    }
    assert.deepEqual(places.map(({ file }) => file).slice(2, 8), ['My-notes', 'My-notes', 'x', 'x', 'texts', 'texts']);
    assert.deepEqual(placeOf('/a/v1.2', false).file, 'v1-2');
    assert.deepEqual([placeOf('/a/My book.pdf', true).title, placeOf('/--help', false).title], ['My book', 'help']);
  });

  test('a path is the same however it is written', () => {
    mkdirSync(join(folder, 'texts'));
    symlinkSync('texts', join(folder, 'link'));
    const real = realpathSync(join(folder, 'texts'));
    const ways = [real, 'texts', './texts/', 'texts/../texts', 'link'].map((path) => run('--corpus', path).stdout);
    assert.equal(new Set(ways).size, 1);
    assert.match(ways[0], /^train-texts-[0-9a-f]{8} texts texts\n$/);
  });
});

describe('the trainer', { skip: skipWithoutTrainer }, () => {
  before(() => {
    const { status, stderr } = make(['build', `BUILD=${folder}`], { folder: MODEL });
    assert.equal(status, 0, stderr);
  });

  for (const [size, shapes] of /** @type {[number, ShapeName[]][]} */ ([[520, NAMES], [8000, ['tiny', 'small']]])) {
    test(`accepts the plans for ${size} bytes, and counts the same parameters`, () => {
      const data = prepared(`text-${size}`, size);
      for (const shape of shapes) {
        const [name, ...flags] = run('--data', data, '--shape', shape).stdout.trim().split(' ');
        assert.equal(name, shape);
        const args = ['--data', data, '--out', join(data, shape), ...flags, '--steps', '1'];
        const { status, stderr } = spawnSync(join(folder, 'train/train'), args, { cwd: folder, encoding: 'utf8' });
        assert.equal(status, 0, stderr);
        const [, merges] = /learning (\d+) merges/.exec(stderr) ?? [];
        const planned = countParameters(SHAPES[shape], Number(merges) + 257);
        const [, counted] = /(\d+) parameters/.exec(stderr) ?? [];
        // A text of few words ends up with fewer merges.
        assert.ok(Number(counted) <= planned && Number(counted) > planned - 257 * SHAPES[shape].dim, stderr);
        if (size > 1000) assert.match(stderr, /validation \d/);
      }
    });
  }
});
