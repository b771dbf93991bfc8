// Tests of `make train CORPUS=`: a person's own documents -> text -> plan -> training -> GGUF -> the program that runs it.
// Beside the token's way: make is called as in a terminal. All is built in a folder of the tests' own.
// Must not remove or write anything outside that folder, whatever a path or an output says.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { makePdf, makeScan } from './helpers/documents.js';
import { make } from './helpers/make.js';
import { skip as skipWithoutTrainer } from './helpers/trainer.js';

const at = (/** @type {string} */ path) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const CLI = at('build/logitscope');
const skip = skipWithoutTrainer || (!existsSync(CLI) && 'make cli first');

const root = mkdtempSync(join(tmpdir(), 'logitscope-make-train-'));
after(() => rmSync(root, { recursive: true, force: true })); // made in the line above
const BUILD = join(root, 'build');

/** A name that every careless line of a Makefile would stumble over. */
const AWKWARD = 'it\'s my "$HOME" $(touch pwned) `touch pwned`; #1';
const TITLE = 'Ann\'s "best" $5 model';

/** @param {number} n @returns lines of a story, each its own */
const lines = (n) => Array.from({ length: n }, (_, i) => `On day ${i} the cat found ${i % 7} mice and ${i % 5} birds.`).join('\n');

/**
 * Trains, from a terminal that is in the tests' folder.
 * @param {Record<string, string>} variables
 */
function train(variables) {
  const words = Object.entries({ BUILD, ...variables }).map(([name, value]) => `${name}=${value}`);
  const { status, stdout, stderr } = make(['--no-print-directory', 'train', ...words], { from: root });
  return { status, stdout, stderr, all: `${stdout}\n${stderr}` };
}

/** @returns the folders of the runs, without that of the programs */
const places = () => readdirSync(BUILD).filter((name) => name !== 'train').sort();

describe('make train CORPUS=', { skip }, () => {
  const corpus = join(root, AWKWARD);
  /** @type {ReturnType<typeof train>} */
  let first;
  /** @param {string[]} path in the folder of the first corpus */
  const made = (...path) => join(BUILD, String(places().find((name) => name.startsWith('train-it-s-'))), ...path);
  const checkpoint = () => readFileSync(made('tiny/checkpoint.bin'));

  before(async () => {
    const scan = await makeScan(['The lazy dog had never seen', 'a bicycle before that morning.'], 900, 400);
    mkdirSync(join(corpus, 'deep'), { recursive: true });
    writeFileSync(join(corpus, 'book.pdf'), makePdf([['A page of a book, which is short.', 'It ends here.']]));
    writeFileSync(join(corpus, 'scan.png'), scan.png);
    writeFileSync(join(corpus, 'deep', 'main.c'), 'int main(void) {\n  return 0;\n}\n');
    writeFileSync(join(corpus, 'story.txt'), lines(100));
    first = train({ CORPUS: AWKWARD, SHAPE: 'tiny', STEPS: '20', NAME: TITLE, LICENSE: 'cc-by-4.0' });
    assert.equal(first.status, 0, first.all);
  });

  test('reads PDFs, scans, code and text, and says how it goes on', () => {
    for (const kind of ['pdf', 'image', 'code', 'text']) assert.match(first.stdout, new RegExp(`^${kind} +1 `, 'm'));
    const text = readFileSync(made('train.txt'), 'utf8') + readFileSync(made('validation.txt'), 'utf8');
    for (const words of ['A page of a book', 'The lazy dog', 'int main(void)', 'On day 99 ']) assert.ok(text.includes(words), words);
    assert.match(first.stderr, /^plan: tiny: 0\.8 million parameters, 20 steps/m);
    assert.match(first.stderr, /beginning at step 0/);
    assert.match(first.stdout, /train\.txt: its end, which the model has learnt from, for .* is too short/);
    assert.match(first.stdout, /^q4_0 +0\.\d\d MB +[1-7]\.\d{4} /m);
    const [gguf] = readdirSync(made('tiny')).filter((name) => name.endsWith('.gguf'));
    assert.ok(first.stdout.endsWith(`\nOpen it in the page: make demo MODEL=${made('tiny', gguf)}\n`), first.stdout);
    assert.match(made('tiny', gguf), /^[\w./-]+$/);
    for (const folder of [root, at('.'), at('model')]) assert.ok(!existsSync(join(folder, 'pwned')));
  });

  test('the model has the name and the licence, and writes', () => {
    const [gguf] = readdirSync(made('tiny')).filter((name) => name.endsWith('.gguf'));
    const bytes = readFileSync(made('tiny', gguf));
    for (const text of [TITLE, 'cc-by-4.0']) assert.ok(bytes.includes(text), text);
    const args = ['--model', made('tiny', gguf), '--prompt', 'On day', '--tokens', '12', '--json'];
    const { status, stdout, stderr } = spawnSync(CLI, args, { encoding: 'utf8' });
    assert.equal(status, 0, stderr);
    assert.ok(stdout.trim().split('\n').length > 5, stdout);
  });

  test('called again it does nothing anew; another shape has another folder', () => {
    const [before, text] = [checkpoint(), readFileSync(made('train.txt'))];
    const again = train({ CORPUS: `${root}/./${AWKWARD}/`, SHAPE: 'tiny', STEPS: '20' });
    assert.equal(again.status, 0, again.all);
    assert.match(again.stderr, /resuming at step 20/);
    assert.ok(checkpoint().equals(before));
    const small = train({ CORPUS: AWKWARD, SHAPE: 'small', STEPS: '1', OPTIONS: '--dim 64 --hidden 64' });
    assert.equal(small.status, 0, small.all);
    assert.match(small.stderr, /beginning at step 0/);
    assert.deepEqual(readdirSync(made()).sort(), ['report.json', 'small', 'tiny', 'train.txt', 'validation.txt']);
    assert.ok(checkpoint().equals(before) && readFileSync(made('train.txt')).equals(text));
    assert.equal(places().length, 1);
  });

  test('a file will do, the shape follows from its size, and more steps go on', () => {
    const CORPUS = join(root, 'My notes.jsonl');
    writeFileSync(CORPUS, `${JSON.stringify({ body: lines(30) })}\n`);
    const given = { CORPUS, PREPARE: '--field body', OPTIONS: '--dim 32 --hidden 32 --layers 1' };
    const begun = train({ ...given, STEPS: '2' });
    assert.equal(begun.status, 0, begun.all);
    assert.match(begun.stderr, /SHAPE=tiny, for there is less than 1 MB of text/);
    assert.match(begun.stdout, /make demo MODEL=\S+\/train-My-notes-[0-9a-f]{8}\/tiny\/My-notes\.gguf\n$/);
    const further = train({ ...given, STEPS: '3' });
    assert.equal(further.status, 0, further.all);
    assert.match(further.stderr, /resuming at step 2\n/);
    assert.match(further.stderr, /^step 3\/3 /m);
  });

  test('what cannot be trained on is refused in a line that says what to do, and nothing is made', () => {
    const before = places();
    mkdirSync(join(root, 'empty'));
    writeFileSync(join(root, 'short.txt'), 'Too short.');
    for (const [variables, message] of /** @type {[Record<string, string>, RegExp][]} */ ([
      [{ CORPUS: 'not there' }, /CORPUS, \/.*\/not there: no such file or directory; expected a folder of texts or a file/],
      [{ CORPUS: '' }, /CORPUS is empty: name a folder/],
      [{ CORPUS: AWKWARD, SHAPE: 'huge; touch pwned' }, /SHAPE=huge; touch pwned is not known: choose tiny, small, base/],
      [{ CORPUS: AWKWARD, STEPS: 'many' }, /STEPS=many is no number of steps/],
      [{ SHAPE: 'tiny' }, /SHAPE needs CORPUS=folder/],
      [{ CORPUS: 'empty' }, /nothing could be read in .*\/empty, so nothing was written/],
      [{ STORIES: join(root, 'nowhere') }, /are not here, in \.\.\/shared\/data\/corpus\. To train on your own: make train CORPUS=folder/],
    ])) {
      const { status, stderr } = train(variables);
      assert.equal(status, 2);
      assert.match(stderr, message);
    }
    assert.deepEqual(places(), before);
    const short = train({ CORPUS: 'short.txt' });
    assert.deepEqual([short.status, /too few to learn from: give it 500 at least/.test(short.stderr)], [2, true], short.all);
    assert.ok(!existsSync(join(root, 'pwned')));
  });

  test('without CORPUS it is the recipe of the model that ships', () => {
    const { status, stdout } = make(['--dry-run', 'train'], { folder: at('model') });
    assert.equal(status, 0);
    const recipe = '--batch 8 --lr 3e-3 --final-lr 0.02 --warmup 200 --decay 0.3 --dropout 0.1 --steps 16000';
    assert.ok(stdout.includes(`--data ../build/train --out ../build/train/run ${recipe} --validate-every 500 --log-every 20`), stdout);
    assert.ok(stdout.includes('/export ../build/train/run/checkpoint.bin ../build/train/stories.gguf q8_0'));
    assert.ok(stdout.includes(' --recipe prepare/stories.js --credits CREDITS.md'));
  });
});
