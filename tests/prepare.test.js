// Tests of the text's preparation: every kind of file is made here, read back, and counted.
// Beside the token's way: model/prepare.js is run as a user runs it.
// Must not read ../shared but for one test, which pins the text that the shipped model learnt from.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { joinHyphens, joinPages } from '../model/prepare/clean.js';
import { kindOf } from '../model/prepare/files.js';
import { shared, skipWithoutData } from './helpers/data.js';
import { makePdf, makeScan } from './helpers/documents.js';

/** @typedef {import('../model/prepare/report.js').Report} Report */

const PROGRAM = fileURLToPath(new URL('../model/prepare.js', import.meta.url));
const RECIPE = fileURLToPath(new URL('../model/prepare/stories.js', import.meta.url));
const END = '<|endoftext|>';

const root = mkdtempSync(join(tmpdir(), 'logitscope-prepare-'));
after(() => rmSync(root, { recursive: true, force: true }));

/**
 * A folder of files, in the order they are given.
 * @param {string} name
 * @param {Record<string, string | Uint8Array>} files
 */
function folder(name, files) {
  mkdirSync(join(root, name), { recursive: true });
  for (const [file, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name, file)), { recursive: true });
    writeFileSync(join(root, name, file), content);
  }
  return name;
}

/**
 * Runs the program in the tests' folder.
 * @param {string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv }} [options]
 * @returns {Promise<{ status: number | null, stdout: string, stderr: string }>}
 */
function run(args, { cwd = root, env = process.env } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [PROGRAM, ...args], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let [stdout, stderr] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (chunk) => (stdout += chunk));
    child.stderr.setEncoding('utf8').on('data', (chunk) => (stderr += chunk));
    child.on('error', reject);
    child.on('close', (status) => resolve({ status, stdout, stderr }));
  });
}

/** @param {string} text */
const documentsOf = (text) => text.split(`\n${END}\n`).slice(0, -1);

/**
 * Prepares an input and reads what was written; every report must add up.
 * @param {string[]} inputs
 * @param {{ args?: string[], cwd?: string, env?: NodeJS.ProcessEnv }} [options]
 */
async function prepare(inputs, { args = [], cwd = root, env } = {}) {
  const out = mkdtempSync(join(root, 'out-'));
  const result = await run([...args, '--out', out, '--', ...inputs], { cwd, env });
  assert.equal(result.status, 0, result.stderr);
  const read = (/** @type {string} */ name) => readFileSync(join(out, name), 'utf8');
  /** @type {Report} */
  const report = JSON.parse(read('report.json'));
  const [train, validation] = [documentsOf(read('train.txt')), documentsOf(read('validation.txt'))];
  checkSums(report, read);
  const whys = Object.fromEntries(report.skipped.map(({ path, why }) => [path, why]));
  const notes = Object.fromEntries(report.notes.map(({ path, what }) => [path, what]));
  return { ...result, out, report, train, validation, all: [...train, ...validation], whys, notes };
}

/** @param {Report} report @param {(name: string) => string} read */
function checkSums({ files, kinds, documents, skipped, written }, read) {
  const sum = (/** @type {'files' | 'bytes' | 'documents' | 'duplicates'} */ key) =>
    Object.values(kinds).reduce((total, count) => total + count[key], 0);
  assert.equal(files.found, files.read + files.skipped);
  assert.equal(files.skipped, skipped.length);
  assert.equal(files.read, sum('files'));
  assert.equal(files.bytes, sum('bytes'));
  assert.equal(documents.found, sum('documents'));
  assert.equal(documents.duplicates, sum('duplicates'));
  for (const [name, { documents: n, bytes, sha256 }] of Object.entries(written)) {
    const text = read(name);
    assert.equal(n, documentsOf(text).length);
    assert.equal(bytes, Buffer.byteLength(text));
    assert.equal(sha256, createHash('sha256').update(text).digest('hex'));
  }
}

const STORY = ['The lazy dog had never seen', 'a bicycle before that morning.'];

describe('kinds', () => {
  test('HTML: its text, without scripts, styles and ways to elsewhere', async () => {
    const html = `<!doctype html><html><head><title>T</title><style>p { color: red }</style></head><body>
      <nav>Home</nav><script>if (a < b) document.write("<p>no</p>")</script>
      <h1>Salt &amp; pepper</h1><p>Caf&eacute;   &#8212; <a href="https://example.org">a\n link</a>.<br>Next</p>
      <p hidden>unseen</p><template>unseen</template><!-- unseen --><textarea>unseen</textarea>
      <pre>def f():\n    return 1</pre><ul><li>one<li>two</ul>
      <table><tr><th>a</th> <th>b</th></tr>\n<tr><td>1<td>2</table><img alt="unseen"></body></html>`;
    const files = { 'page.html': html, page: `  ${html.replace('Next', 'Last')}` };
    const { all, report } = await prepare([folder('html', files)]);
    const text = 'Salt & pepper\n\nCafé — a link.\nNext';
    const expected = `${text}\n\ndef f():\n    return 1\n\n- one\n- two\n\na\tb\n1\t2`;
    assert.deepEqual(new Set(all), new Set([expected, expected.replace('Next', 'Last')]));
    assert.equal(report.kinds.html?.files, 2);
  });

  test('Markdown: its text, with its code and without its settings; boundaries inside it hold', async () => {
    const markdown = [
      '---', 'title: Unseen', 'tags:', '  - a', '---', '# *Head*', '',
      'Some **bold** `snake_case` [link](http://x.y) &lt;3', '',
      '```js', 'if (a < b) {', '  go();', '}', '```', '', '> said', '',
      '<div>raw <script>no()</script></div>', END, 'Second *one*', '',
    ].join('\n');
    const { all } = await prepare([folder('markdown', { 'a.md': markdown })]);
    assert.deepEqual(new Set(all), new Set([
      'Head\n\nSome bold snake_case link <3\n\nif (a < b) {\n  go();\n}\n\nsaid\n\nraw', 'Second one',
    ]));
  });

  test('JSONL: a named field; broken lines are counted and the first is named', async () => {
    const lines = [
      '{"body": "One.", "text": "no"}', '', '{"body": "Two.\\nMore.", "head": "H"}', '{"body": "cut', '[1]', '"x"',
      '{"text": "none"}', '{"body": 7}', 'null', '{"body": "\\ud83d half a pair"}',
    ];
    const name = folder('jsonl', { 'a.jsonl': lines.join('\r\n'), unnamed: lines[0].replace('One', 'Three') });
    const { all } = await prepare([name], { args: ['--field', 'body'] });
    assert.deepEqual(new Set(all), new Set(['One.', 'Two.\nMore.', '\uFFFD half a pair', 'Three.']));
    const both = await prepare([name], { args: ['--field', 'head,body'] });
    assert.ok(both.all.includes('H\n\nTwo.\nMore.') && both.all.includes('One.'));
    const problems = both.report.notes.map(({ what }) => what).join();
    assert.match(problems, /4 lines are no JSON objects, the first is line 4/);
    assert.match(problems, /2 lines have no text as "head" or "body", the first is line 7/);
  });

  test('text and code: boundaries, line ends, spaces and invisible characters; indentation stays', async () => {
    const text = 'One \u00A0odd\u3000space.\r\nNext\u200B \r\r\r\r\rli\u00ADne\u0085';
    const code = '\tif (x) {\n\t\ty();   \n\n\n\n\n\n\t}\n\n';
    const { all, report } = await prepare([
      folder('text', {
        'a.txt': `\n\n${text}\n ${END} \nAnd ${END} inline\n${END}\n${END}\n`,
        'b.c': code,
        tool: '#!/bin/sh\n',
      }),
    ]);
    assert.deepEqual(new Set(all), new Set([
      'One  odd space.\nNext\n\n\nline', 'And   inline', '\tif (x) {\n\t\ty();\n\n\n\t}', '#!/bin/sh',
    ]));
    assert.deepEqual([report.kinds.text?.documents, report.kinds.code?.documents], [2, 2]);
  });

  test('encodings: UTF-16, a byte order mark, Windows-1252, damage, and what a page of HTML names', async () => {
    const utf16 = Buffer.from('\uFEFFnaïve 16', 'utf16le');
    const { all, notes, whys } = await prepare([
      folder('encodings', {
        'le.txt': utf16,
        'be.txt': Buffer.from('\uFEFFbig 16', 'utf16le').swap16(),
        'bom.txt': '\uFEFFmarked',
        'latin.txt': Buffer.from('a café, \x93so\x94 she said\x85', 'latin1'),
        'damaged.txt': Buffer.concat([Buffer.from('fine é and '), Buffer.from([0xff, 0xc3]), Buffer.from(' broken')]),
        'named.html': Buffer.from('<meta charset="iso-8859-7"><p>\xe1\xe2\xe3 alpha beta gamma', 'latin1'),
        'koi8.txt': Buffer.from([...Array(40).keys()].map((i) => 0xc0 + i)),
      }),
    ]);
    assert.deepEqual(new Set(all), new Set([
      'naïve 16', 'big 16', 'marked', 'a café, “so” she said…', 'fine é and  broken',
      'αβγ alpha beta gamma',
    ]));
    assert.match(notes['encodings/latin.txt'], /Windows-1252/);
    assert.match(notes['encodings/damaged.txt'], /not UTF-8 in 2 places/);
    assert.match(notes['encodings/named.html'], /iso-8859-7/);
    assert.match(whys['encodings/koi8.txt'], /convert it to UTF-8/);
  });

  test('content says what a file is where its name does not, and contradicts a name that is wrong', () => {
    const kind = (/** @type {string} */ name, /** @type {string} */ content) =>
      kindOf(name, Buffer.from(content, 'latin1'));
    assert.equal(kind('README', 'Just words.'), 'text');
    assert.equal(kind('x.txt', '%PDF-1.7'), 'pdf');
    assert.equal(kind('x.pdf', '\0junk before\n%PDF-1.7'), 'pdf');
    assert.equal(kind('notes', 'a PDF begins with %PDF-'), 'text');
    assert.equal(kind('scan', '\x89PNG\r\n\x1a\n'), 'image');
    assert.equal(kind('x.pgm', 'P5 2 2 255\n'), 'image');
    assert.equal(kind('note', 'P5 is a group.'), 'text');
    assert.equal(kind('page', '\xef\xbb\xbf <!DOCTYPE html>'), 'html');
    assert.equal(kind('lines', '{"a": 1}\n{"a": 2}'), 'jsonl');
    assert.equal(kind('object', '{\n  "a": 1\n}'), 'text');
    assert.equal(kind('Makefile', 'all:'), 'code');
    assert.throws(() => kind('x.pdf', 'no'), /its name says pdf/);
    assert.throws(() => kind('x.docx', 'PK\x03\x04'), /ZIP archive/);
  });
});

describe('PDFs and images', () => {
  /** @type {Record<'png' | 'jpeg', Buffer>} */
  const image = { png: Buffer.of(), jpeg: Buffer.of() };
  const [width, height] = [900, 1270];

  before(async () => {
    Object.assign(image, await makeScan(STORY, width, height));
  });

  test('a PDF, a scan, a scanned PDF, and gzip of them, give their text back', async () => {
    const sentences = ['one', 'two', 'three', 'four'].map((word) => `${word} begins here.`);
    const pages = sentences.map((sentence, i) => ['Some Book', sentence, `- ${i + 1} -`]);
    const { all, report, notes, stdout } = await prepare([
      folder('pages', {
        'story.pdf': makePdf([STORY]),
        '-o $(touch pwned).pdf': makePdf(pages),
        'scan.png': image.png,
        photo: image.jpeg,
        'half.pdf': makePdf([['A page before a picture.'], { jpeg: image.jpeg, width, height }]),
        'scanned.pdf.gz': gzipSync(makePdf([{ jpeg: image.jpeg, width, height }])),
      }),
    ]);
    assert.deepEqual([report.kinds.pdf?.files, report.kinds.image?.files], [4, 2], stdout);
    assert.ok(all.includes(STORY.join('\n')), all.join());
    assert.ok(all.includes(sentences.join('\n\n')), all.join('|'));
    assert.match(notes['pages/half.pdf'], /1 of 2 pages hold no text/);
    assert.match(notes['pages/scanned.pdf.gz'], /without text: its pages were read as images/);
    // The same words from three scans and from the PDF are one document.
    assert.equal(report.documents.duplicates, 3);
    assert.ok(!existsSync(join(root, 'pwned')));
  });

  test('damaged ones, and missing tools, are named with what to do', async () => {
    const name = folder('damaged', { 'a.pdf': '%PDF-1.4 cut', 'b.png': image.png.subarray(0, 300), 'c.txt': 'Good.' });
    const { whys, all } = await prepare([name]);
    assert.match(whys['damaged/a.pdf'], /^pdftotext: /);
    assert.match(whys['damaged/b.png'], /^tesseract: |no text in it/);
    assert.deepEqual(all, ['Good.']);
    const without = await prepare([name], { env: { ...process.env, PATH: '/nowhere' } });
    assert.match(without.whys['damaged/a.pdf'], /needs pdftotext \(Debian: poppler-utils\)/);
    assert.match(without.whys['damaged/b.png'], /needs tesseract \(Debian: tesseract-ocr tesseract-ocr-eng\)/);
  });

  test('what stands on half of the pages goes, what may be text stays', () => {
    const book = ['Left\nA.\n1', 'Right\nB,\n2', 'Left\nc.\n3', 'Right\nD.\n4', 'Left\nE.\n5', 'Right\nF.\n6'];
    assert.equal(joinPages(book), 'A.\n\nB,\nc.\n\nD.\n\nE.\n\nF.');
    assert.equal(joinPages(['One\n7', 'Two\n7', 'Three\n7']), 'One\nTwo\nThree');
    assert.equal(joinPages(['One\n9', 'Two\n3', 'Three\n7']), 'One\n9\nTwo\n3\nThree\n7');
    assert.equal(joinPages(['Same', 'Same', 'Same']), 'Same\nSame\nSame');
    assert.equal(joinPages(['Same\nA.', 'Same\nB.']), 'Same\nA.\n\nSame\nB.');
    assert.equal(joinPages(['of\uFB01ce']), 'office');
  });

  test('words cut at a line end are joined where the text shows how they are written', () => {
    assert.equal(joinHyphens('an exam-\nple. Example'), 'an example.\nExample');
    assert.equal(joinHyphens('a well-\nknown one is well-known'), 'a well-known\none is well-known');
    assert.equal(joinHyphens('a half-\nway'), 'a half-\nway');
  });
});

describe('files', () => {
  test('gzip is unpacked and told by its content; damage and bombs are refused', async () => {
    const { all, whys } = await prepare([
      folder('gzip', {
        'a.txt.gz': gzipSync('packed text'),
        'b.jsonl.gz': gzipSync('{"text": "packed line"}\n'),
        'c.html': gzipSync('<html><p>packed page'),
        'd.txt.gz': gzipSync('cut off here').subarray(0, 20),
        'e.gz': gzipSync(gzipSync('twice')),
        'f.gz': 'no gzip',
        'g.tgz': gzipSync(Buffer.concat([Buffer.alloc(257), Buffer.from('ustar\0')])),
        'h.gz': gzipSync(Buffer.alloc(257 * 2 ** 20), { level: 1 }),
        'i.gz': gzipSync(''),
      }),
    ]);
    assert.deepEqual(new Set(all), new Set(['packed text', 'packed line', 'packed page']));
    const reasons = [
      /damaged gzip/, /gzip in gzip/, /its name says gzip/, /tar archive/, /unpacks to more than 256 MiB/, /empty/,
    ];
    Object.values(whys).forEach((why, i) => assert.match(why, reasons[i]));
    assert.equal(Object.keys(whys).length, reasons.length);
  });

  test('what is skipped is named with the reason, and the rest is read', async () => {
    const name = folder('skips', {
      '.git/config': 'no', '.hidden': 'no', 'node_modules/x/index.js': 'no', 'deep/er/a.txt': 'Deep.', 'empty.txt': '',
      'blank.txt': ' \n\t\n', 'junk.bin': Buffer.from([...Array(256).keys()]), 'junk.txt': Buffer.from([1, 0, 2, 0]),
      'office.docx': 'PK\x03\x04', 'large.txt': '', 'secret.txt': 'Secret.',
    });
    truncateSync(join(root, name, 'large.txt'), 257 * 2 ** 20);
    symlinkSync('..', join(root, name, 'deep', 'loop'));
    symlinkSync('deep/er/a.txt', join(root, name, 'link.txt'));
    // Nothing is closed to root but a process's memory.
    chmodSync(join(root, name, 'secret.txt'), 0);
    const closed = process.getuid?.() === 0 ? '/proc/self/mem' : `${name}/secret.txt`;
    const { all, whys, stdout } = await prepare([name, 'not-there', closed]);
    assert.ok(all.includes('Deep.') && all.length <= 2);
    for (const [path, why] of /** @type {[string, RegExp][]} */ ([
      ['skips/.git', /hidden/], ['skips/.hidden', /hidden/], ['skips/node_modules', /left out/],
      ['skips/deep/loop', /symbolic link/], ['skips/link.txt', /symbolic link/], ['skips/empty.txt', /empty/],
      ['skips/blank.txt', /no text/], ['skips/junk.bin', /binary/], ['skips/junk.txt', /binary/],
      ['skips/office.docx', /ZIP/], ['skips/large.txt', /more than 256 MiB/], ['not-there', /no such file/],
      [closed, /cannot be read/],
    ])) {
      assert.match(whys[path] ?? 'not named', why, path);
      assert.ok(stdout.includes(path), `${path} is not printed`);
    }
  });

  test('names are only names, whatever they hold', async () => {
    const names = [
      '-rf.txt', '--out', '$(touch pwned);`x`.txt', 'a\nb\x1b[31m.txt', "quo'te\".txt", 'ü 🙂.txt', '*.txt',
      '%s%n.md',
    ];
    const name = folder('names', Object.fromEntries(names.map((own, i) => [own, `Document ${i}.`])));
    writeFileSync(Buffer.concat([Buffer.from(join(root, name, 'bad')), Buffer.from([0xff])]), 'no');
    writeFileSync(join(root, name, 'a\nb\x1b[31m.txt'), '');
    const { all, whys, stdout } = await prepare([name]);
    assert.equal(all.length, names.length - 1);
    assert.match(whys['names/bad\uFFFD'], /not UTF-8/);
    assert.match(stdout, /names\/a\\u\{a\}b\\u\{1b\}\[31m\.txt: empty/);
    assert.ok(!existsSync(join(root, 'pwned')));
    const single = await prepare(['-rf.txt'], { cwd: join(root, name) });
    assert.deepEqual(single.all, ['Document 0.']);
  });
});

describe('the corpus', () => {
  /** @type {Record<string, string>} */
  const many = Object.fromEntries(
    [...Array(400).keys()].map((i) => [`${i % 7}/${i}.txt`, `Document ${i % 390}, which is its own.`]),
  );

  test('the same files give the same bytes, in whatever order they were made', async () => {
    folder('first', { ...many });
    mkdirSync(join(root, 'elsewhere'));
    folder('elsewhere/first', Object.fromEntries(Object.entries(many).reverse()));
    const runs = await Promise.all([
      prepare(['first']), prepare(['first']), prepare(['first'], { cwd: join(root, 'elsewhere') }),
    ]);
    for (const name of ['train.txt', 'validation.txt', 'report.json']) {
      const [a, b, c] = runs.map(({ out }) => readFileSync(join(out, name)));
      assert.ok(a.equals(b) && a.equals(c), name);
    }
  });

  test('each document stands once, and on the side its hash gives it', async () => {
    folder('many', many);
    const { train, validation, report } = await prepare(['many'], { args: ['--validation', '0.1'] });
    assert.equal(new Set([...train, ...validation]).size, 390);
    assert.equal(train.length + validation.length, 390);
    assert.equal(report.documents.duplicates, 10);
    assert.ok(validation.length > 15 && validation.length < 70, `${validation.length} for validation`);
    const half = await prepare(['many/0', 'many/1'], { args: ['--validation', '0.1'] });
    for (const document of half.all) assert.equal(half.validation.includes(document), validation.includes(document));
  });

  test('an output folder inside the input is not read back', async () => {
    folder('own', { 'a.txt': 'One.', 'b.txt': 'Two, which is longer.' });
    for (let i = 0; i < 2; i++) assert.equal((await run(['own', '--out', 'own/prepared'])).status, 0);
    const report = JSON.parse(readFileSync(join(root, 'own/prepared/report.json'), 'utf8'));
    assert.equal(report.files.read, 2);
    assert.deepEqual(readdirSync(join(root, 'own/prepared')).sort(), ['report.json', 'train.txt', 'validation.txt']);
  });

  test('few documents: both sides have one, and a single one is divided', async () => {
    const long = 'A long document. '.repeat(100).trim();
    const end = 'The end of it. '.repeat(10).trim();
    const two = await prepare([folder('two', { 'a.txt': long, 'b.txt': 'Short.' })]);
    assert.deepEqual([two.train, two.validation], [[long], ['Short.']]);
    const one = await prepare([folder('one', { 'a.txt': `${long}\n\n${long}\n\n${end}` })]);
    assert.deepEqual([one.train, one.validation], [[`${long}\n\n${long}`], [end]]);
    const line = await prepare([folder('line', { 'a.txt': 'One line.' })]);
    assert.deepEqual([line.train, line.validation], [['One line.'], []]);
    assert.match(line.notes[''], /no validation text/);
  });

  test('little text: 5 % of it for validation, never much more or less', async () => {
    /** @param {number} n @param {string} [between] */
    const words = (n, between = ' ') => Array.from({ length: n }, (_, i) => `word${i}`).join(between);
    const notes = Object.fromEntries([...Array(30).keys()].map((i) => [`${i}.txt`, `Note ${i}.`]));
    /** @type {Record<string, Record<string, string>>} */
    const corpora = {
      paragraph: { 'a.txt': words(2000) },
      title: { 'a.txt': `Title\n\n${words(2000)}` },
      code: { 'a.c': `  ${words(2000, '\n  ')}` },
      unbroken: { 'a.txt': '\u{1F642}'.repeat(2001) },
      books: { 'a.txt': words(3000), 'b.txt': words(2900), 'c.txt': words(2800) },
      unlike: { ...notes, 'book.txt': words(4000) },
      // The hash of this one gives it to validation.
      chosen: { ...notes, 'book.txt': `21 ${words(4000)}` },
    };
    for (const [name, files] of Object.entries(corpora)) {
      const { train, validation, report, all, stdout } = await prepare([folder(name, files)]);
      const [learnt, held] = [train, validation].map((documents) => Buffer.byteLength(documents.join('')));
      const share = held / (learnt + held);
      assert.ok(share > 0.024 && share < 0.101, `${name}: ${share}\n${stdout}`);
      assert.equal(report.options.validation, 0.05);
      const letters = (/** @type {string[]} */ texts) => texts.join('').replace(/\s/g, '').length;
      assert.equal(letters(all), letters(Object.values(files)), `${name}: what is not learnt is held back`);
      assert.ok(!all.join('').includes('\uFFFD'), name);
    }
    const much = await prepare([folder('much', { 'a.txt': words(250_000) })]);
    assert.equal(much.report.options.validation, 0.01);
  });

  test('weights repeat the documents of an input, a folder or a file', async () => {
    folder('weights', { 'a/x.txt': 'A x.', 'a/y.txt': 'A y.', 'b.txt': 'B.', 'c.txt': 'C.', 'd.txt': 'D.'.repeat(9) });
    const args = ['--weight', 'weights=2', '--weight', 'a=3', '--weight', 'a/y.txt=1', '--weight', 'b.txt=0'];
    const { train, validation, whys } = await prepare(['weights'], { args });
    const expected = ['A x.', 'A x.', 'A x.', 'A y.', 'C.', 'C.', 'D.'.repeat(9), 'D.'.repeat(9)];
    assert.deepEqual(train, expected.filter((document) => !validation.includes(document)));
    assert.match(whys['weights/b.txt'], /weight is 0/);
    const wrong = await run(['weights', '--out', 'x', '--weight', 'e=2']);
    assert.equal(wrong.status, 2);
    assert.match(wrong.stderr, /--weight e: nothing that was found has this name/);
  });

  test('nothing to read, wrong flags and an output that cannot be written are one line each', async () => {
    folder('nothing', { 'junk.bin': Buffer.alloc(9) });
    const nothing = await run(['nothing', '--out', 'no-output']);
    assert.equal(nothing.status, 1);
    assert.match(nothing.stderr, /junk\.bin: binary[^]*\nprepare: nothing could be read in nothing, so nothing/);
    assert.ok(!existsSync(join(root, 'no-output')));
    folder('something', { 'a.txt': 'Text.' });
    for (const [args, status, message] of /** @type {[string[], number, RegExp][]} */ ([
      [[], 2, /^prepare: name a folder or a file to read\n$/],
      [['something'], 2, /^prepare: --out FOLDER is missing\n$/],
      [['something', '--out', 'x', '--colour'], 2, /^prepare: .*--colour.*\n$/],
      [['something', '--out', 'x', '--validation', '2'], 2, /^prepare: --validation must be .*\n$/],
      [['something', '--out', 'x', '--weight', 'a'], 2, /^prepare: --weight a: it must be NAME=N.*\n$/],
      [['something', '--out', 'something/a.txt'], 1, /^prepare: (file already exists|not a directory)\n$/],
    ])) {
      const result = await run(args);
      assert.deepEqual([result.status, message.test(result.stderr)], [status, true], result.stderr);
    }
    assert.match((await run(['--help'])).stdout, /^usage: /);
  });
});

describe('the recipe of the model that ships', () => {
  test('it mends, credits, and never opens the held-out text', async () => {
    const mojibake = 'â€œHi,â€\u009d  she saidâ€¦ \r\n\r\n\r\n\r\nâ€™Tis  odd.\u00A0';
    const stories = [mojibake, ...[...Array(500).keys()].map((i) => `Story ${i}.`)];
    const book = { title: 'A Hat', author: 'The Author', license: 'CC-BY', collection: 'Shelf', text: 'It fits.' };
    folder('corpus', {
      'tinystories.txt': stories.map((story) => `${story}\n${END}\n`).join(''),
      'fairytales.txt': `One.\nTwo.\n${END}\nThree.\n${END}\n`,
      'storybooks.jsonl': `${JSON.stringify(book)}\n`,
      'heldout.txt': 'Never.',
    });
    const credits = join(root, 'CREDITS.md');
    const { train, validation, all } = await prepare(['corpus'], { args: ['--recipe', RECIPE, '--credits', credits] });
    const hat = 'A Hat\n\nIt fits.';
    for (const text of ['"Hi," she said...\n\n\'Tis odd.', hat, 'One.\n\nTwo.']) assert.ok(all.includes(text), text);
    assert.equal(all.filter((text) => text === hat).length, 1);
    const [whole, windows] = [train.filter((text) => stories.includes(text)), train.slice(-2)];
    assert.ok(windows.join('').endsWith(whole.join('\n\n')), 'the stories again, run together, in windows');
    assert.match(windows[1], /^[ \n]/);
    assert.ok(!all.includes('Never.') && !validation.some((document) => train.includes(document)));
    assert.match(readFileSync(credits, 'utf8'), /## Shelf\n\n- A Hat: The Author \(CC-BY\)/);
    rmSync(join(root, 'corpus', 'fairytales.txt'));
    const without = await run(['corpus', '--out', 'x', '--recipe', RECIPE]);
    assert.deepEqual([without.status, without.stderr], [
      1, 'prepare: corpus/fairytales.txt, which the recipe needs: cannot be read: no such file or directory\n',
    ]);
  });

  test('it gives the text that stories.gguf learnt from', { skip: skipWithoutData }, async () => {
    const { report } = await prepare([shared('corpus')], { args: ['--recipe', RECIPE] });
    assert.deepEqual(Object.values(report.options.weights), [1, 1, 1]);
    const sums = Object.values(report.written).map(({ sha256 }) => sha256);
    assert.deepEqual(sums, [
      '2406bf4253435a7547704d3221b8e7c1ca7fbe2b2c065c69acb0458de0852f5c',
      'b2913a91118c7de53e4a4b6473016acb3b70eec1b529d59c88dcc16e8a78630d',
    ]);
  });
});
