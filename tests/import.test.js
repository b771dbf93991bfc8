// llama2.c's files -> model/import.c -> GGUF: the same model again; and what is damaged is refused.
// Compiles import.c with the sanitizers; the files come from tests/helpers/llama2c.js.
// Must not need ../shared; what uses it is skipped where it is not.

import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Model } from '../web/engine/index.js';
import { IMPORT, compileC } from './helpers/compile.js';
import { shared, skipWithoutData } from './helpers/data.js';
import { readGguf } from './helpers/gguf.js';
import { checkpoint, header, tokenizer } from './helpers/llama2c.js';
import { randomModel, seededRandom } from './helpers/random-model.js';
import { collect } from './helpers/steps.js';

const folder = mkdtempSync(join(tmpdir(), 'logitscope-import-'));
const inFolder = (/** @type {string} */ name) => join(folder, name);
after(() => rmSync(folder, { recursive: true, force: true }));

let program = '';
before(() => {
  program = compileC('import', IMPORT, ['-Wconversion', '-fsanitize=float-cast-overflow']);
});

/** @param {string[]} args */
const start = (...args) => spawnSync(program, args, { cwd: folder, encoding: 'utf8' });

/** Runs it to its good end. @param {string[]} args @returns what it says */
function run(...args) {
  const { status, stderr } = start(...args);
  assert.equal(status, 0, `${args.join(' ')}\n${stderr}`);
  return stderr;
}

/** Runs it to the end it should come to, with nothing left behind. @param {RegExp} message @param {string[]} args */
function refused(message, ...args) {
  const { status, stderr } = start(...args);
  assert.equal(status, 1, `${args.join(' ')}: ${status}\n${stderr}`);
  assert.match(stderr, message);
  assert.match(stderr, /^[^\n]{20,300}\n$/, 'one line');
  assert.ok(!readdirSync(folder).some((name) => name.startsWith('refused')), 'no file');
}

/** @param {Parameters<typeof randomModel>[0]} [options] */
const random = (options) => readGguf(randomModel(options));

/** @param {Awaited<ReturnType<typeof random>>} model @param {0 | 1} version */
function writeModel(model, version) {
  writeFileSync(inFolder('model.bin'), checkpoint(model, version));
  writeFileSync(inFolder('tokenizer.bin'), tokenizer(model));
}
const MODEL = ['model.bin', 'tokenizer.bin'];

const imported = (/** @type {string} */ name) => readGguf(readFileSync(inFolder(name)));

/** @param {ReturnType<typeof readGguf>} found @param {ReturnType<typeof readGguf>} expected */
function assertSameTensors(found, expected) {
  assert.deepEqual([...found.tensors.keys()].sort(), [...expected.tensors.keys()].sort());
  for (const [name, { dims, type, data }] of expected.tensors) {
    const tensor = found.tensors.get(name);
    assert.deepEqual([tensor?.dims, tensor?.type], [dims, type], name);
    assert.ok(Buffer.compare(tensor?.data ?? Buffer.alloc(0), data) === 0, name);
  }
}

/** @param {number} half */
function halfValue(half) {
  const [exponent, mantissa] = [(half >> 10) & 31, half & 1023];
  const size = exponent === 31 ? (mantissa ? NaN : Infinity) : exponent ? (1 + mantissa / 1024) * 2 ** (exponent - 15) : mantissa * 2 ** -24;
  return half & 0x8000 ? -size : size;
}

/** The values of a tensor, and how far each may be from what it was. @param {import('./helpers/gguf.js').Tensor} tensor */
function decode({ type, data }) {
  const view = new DataView(data.buffer, data.byteOffset, data.length);
  /** @type {[value: number, tolerance: number][]} */
  const out = [];
  if (type === 0) for (let at = 0; at < data.length; at += 4) out.push([view.getFloat32(at, true), 0]);
  if (type === 1) {
    for (let at = 0; at < data.length; at += 2) {
      const value = halfValue(view.getUint16(at, true));
      out.push([value, Math.abs(value) * 2 ** -11 + 2 ** -25]);
    }
  }
  const quants = type === 8 ? 32 : 16;
  for (let at = 0; type > 1 && at < data.length; at += 2 + quants) {
    const scale = halfValue(view.getUint16(at, true));
    for (let i = 0; i < 32; i++) {
      const byte = view.getUint8(at + 2 + (i % quants));
      const q = type === 8 ? (byte << 24) >> 24 : (i < 16 ? byte & 15 : byte >> 4) - 8;
      out.push([q * scale, Math.abs(scale) * (type === 8 ? 0.6 : 1.02)]); // 8 steps up from 0, 7 down
    }
  }
  return out;
}

describe('a model written as llama2.c does', () => {
  for (const version of /** @type {const} */ ([0, 1])) {
    for (const tied of [true, false]) {
      test(`version ${version} with ${tied ? 'a tied' : 'its own'} head has the tensors and the vocabulary it had`, () => {
        const model = random({ tied, seed: 2 + version });
        writeModel(model, version);
        run(...MODEL, 'same.gguf', 'f32');
        const found = imported('same.gguf');
        assertSameTensors(found, model);
        assert.deepEqual(header(found), header(model));
        for (const [key, value] of model.metadata) {
          if (/^tokenizer|rope|rms|vocab/.test(key)) assert.deepEqual(found.metadata.get(key), value, key);
        }
        assert.equal(found.metadata.get('general.file_type'), 0);
      });
    }
  }

  test('every type keeps the weights as near as it can, and the engine opens it', async () => {
    const model = random({ ffn: 72 }); // no multiple of 32
    writeModel(model, 0);
    const types = { f32: [0, 0], f16: [1, 1], q8_0: [8, 7], q4_0: [2, 2] };
    for (const [name, [type, fileType]] of Object.entries(types)) {
      const notes = run(...MODEL, `${name}.gguf`, name);
      assert.equal(notes, type < 2 ? '' : `note: rows of 72 values are no multiple of 32; their tensors become f16, not ${name}\n`);
      const found = imported(`${name}.gguf`);
      assert.equal(found.metadata.get('general.file_type'), fileType);
      for (const [key, tensor] of found.tensors) {
        assert.equal(tensor.type, /norm/.test(key) ? 0 : /ffn_down/.test(key) ? Math.min(type, 1) : type, key);
        const { data } = /** @type {import('./helpers/gguf.js').Tensor} */ (model.tensors.get(key));
        const original = new Float32Array(data.slice().buffer);
        const values = decode(tensor);
        assert.equal(values.length, original.length, key);
        const off = values.findIndex(([value, tolerance], i) => !(Math.abs(value - original[i]) <= tolerance));
        assert.equal(off, -1, `${name}, ${key}[${off}]: ${values[off]?.[0]}, not ${original[off]}`);
      }
      const engine = await Model.load(inFolder(`${name}.gguf`));
      const session = engine.session();
      await session.feed('the cat sat on');
      assert.ok((await session.logits()).every(Number.isFinite));
      await engine.unload();
    }
    run(...MODEL, 'default.gguf');
    assert.ok(readFileSync(inFolder('default.gguf')).subarray(-4096).equals(readFileSync(inFolder('q8_0.gguf')).subarray(-4096)));
  });

  test('weights that are no finite numbers, or hardly any, come through', () => {
    const model = random({ tied: true });
    const odd = [NaN, Infinity, -Infinity, 1e-40, -3e38];
    const bytes = checkpoint(model, 0);
    odd.forEach((value, i) => bytes.writeFloatLE(value, 28 + 4 * (32 * i + 5))); // one a block of the embedding
    bytes.fill(0, 28 + 4 * 32 * 5, 28 + 4 * 32 * 6); // then a block of zeros,
    for (let i = 32 * 6; i < 32 * 7; i++) bytes.writeFloatLE(1e-40, 28 + 4 * i); // and one with next to nothing
    writeFileSync(inFolder('model.bin'), bytes);
    writeFileSync(inFolder('tokenizer.bin'), tokenizer(model));
    const found = Object.fromEntries(['f32', 'f16', 'q8_0', 'q4_0'].map((type) => {
      run(...MODEL, 'odd.gguf', type);
      const embedding = /** @type {import('./helpers/gguf.js').Tensor} */ (imported('odd.gguf').tensors.get('token_embd.weight'));
      const size = { q8_0: 34, q4_0: 18 }[type] ?? 0;
      for (const block of size ? [5, 6] : []) {
        const codes = embedding.data.subarray(block * size + 2, (block + 1) * size);
        assert.ok(codes.every((code) => code === (type === 'q8_0' ? 0 : 0x88)), `${type}, block ${block}`);
      }
      return [type, decode(embedding).map(([value]) => value)];
    }));
    assert.deepEqual(odd.map((_, i) => found.f32[32 * i + 5]), odd.map(Math.fround));
    assert.deepEqual(odd.map((_, i) => found.f16[32 * i + 5]), [NaN, Infinity, -Infinity, 0, -Infinity]);
    for (const type of ['q8_0', 'q4_0']) {
      for (let i = 0; i < 3; i++) assert.ok(found[type].slice(32 * i, 32 * i + 32).every(Number.isNaN), `${type}, block ${i}`);
      assert.ok(found[type].slice(32 * 3, 32 * 4).every(Number.isFinite));
    }
  });
});

describe('stories260K', { skip: skipWithoutData }, () => {
  test('becomes the published GGUF file, and writes the golden text', async () => {
    run(shared('models/stories260K.bin'), shared('models/tok512.bin'), 'stories260K.gguf', 'f32');
    const [found, published] = [imported('stories260K.gguf'), readGguf(readFileSync(shared('models/stories260K.gguf')))];
    assertSameTensors(found, published);
    for (const [key, value] of published.metadata) assert.deepEqual(found.metadata.get(key), value, key);

    const model = await Model.load(inFolder('stories260K.gguf'));
    const session = model.session({ stages: [{ name: 'temperature', value: 0 }] });
    await session.feed('');
    await collect(session.generate({ maxTokens: 200 }));
    assert.equal(await model.detokenize(session.ids), readFileSync(shared('models/stories260K.golden.txt'), 'utf8'));
    await model.unload();
  });
});

describe('a card', () => {
  before(() => writeModel(random({ tied: true }), 1));

  test('holds what was given, and else the name of the file only', async () => {
    const said = { name: 'Kleiner Bär ☕', author: 'A, B', license: 'MIT', description: 'Two\nlines.', url: 'https://example.org/' };
    run('--name', said.name, 'model.bin', '--author', said.author, 'tokenizer.bin', 'card.gguf', '--license', said.license,
      'q8_0', '--description', said.description, '--url', said.url);
    const { metadata } = imported('card.gguf');
    for (const [field, text] of Object.entries(said)) assert.equal(metadata.get(`general.${field}`), text);
    const { name, license } = await Model.probe(inFolder('card.gguf'));
    assert.deepEqual([name, license], [said.name, said.license]);

    mkdirSync(inFolder('in'));
    for (const [out, expected] of [['in/my model.v2.gguf', 'my model.v2'], ['in/.gguf', '.gguf'], ['in/plain', 'plain']]) {
      run(...MODEL, out);
      const keys = [...imported(out).metadata].filter(([key]) => /name|author|license|description|url/.test(key));
      assert.deepEqual(keys, [['general.name', expected]]);
    }
  });

  test('and arguments that are not understood are answered with the usage', () => {
    /** @param {RegExp} message @param {string[]} args */
    const usage = (message, ...args) => {
      const { status, stderr } = start(...args);
      assert.equal(status, 2, stderr);
      assert.match(stderr, message);
      assert.match(stderr, /usage: import MODEL\.bin TOKENIZER\.bin OUT\.gguf \[f32\|f16\|q8_0\|q4_0\]/);
      assert.ok(!existsSync(inFolder('usage.gguf')));
    };
    usage(/^usage/);
    usage(/^usage/, '--help');
    usage(/^usage/, ...MODEL);
    usage(/^usage/, ...MODEL, 'usage.gguf', 'q5_0');
    usage(/^usage/, ...MODEL, 'usage.gguf', 'f16', 'more');
    usage(/^unknown option --licence/, ...MODEL, 'usage.gguf', '--licence', 'MIT');
    usage(/^--url needs a value/, ...MODEL, 'usage.gguf', '--url');
    usage(/^--name needs a value/, ...MODEL, 'usage.gguf', '--name', '--license', 'MIT');
    usage(/^--author must be text in UTF-8, and not empty/, ...MODEL, 'usage.gguf', '--author', '');
  });

  test('must be UTF-8', () => {
    const wrong = ['\\xff', '\\xc3', '\\xc0\\x80', '\\xed\\xa0\\x80', '\\xf4\\x90\\x80\\x80', 'a\\x80', '\\xe2\\x98', '\\xf8\\x88\\x80\\x80\\x80'];
    for (const bytes of wrong) {
      const { status, stderr } = spawnSync('bash', ['-c', `exec "$0" model.bin tokenizer.bin x.gguf --name $'${bytes}'`, program], { cwd: folder, encoding: 'utf8' });
      assert.equal(status, 2, bytes);
      assert.match(stderr, /^--name must be text in UTF-8/);
    }
  });
});

describe('what cannot be read or written is refused', () => {
  const model = random({ tied: true });
  const files = { 0: checkpoint(model, 0), 1: checkpoint(model, 1) };
  const vocabulary = tokenizer(model);
  const next = seededRandom(5);
  before(() => writeModel(model, 0));

  /** @param {RegExp} message @param {Buffer} bytes of a checkpoint */
  function refusedModel(message, bytes) {
    writeFileSync(inFolder('wrong.bin'), bytes);
    refused(message, 'wrong.bin', 'tokenizer.bin', 'refused.gguf');
  }
  /** @param {RegExp} message @param {Buffer} bytes of a tokenizer */
  function refusedTokenizer(message, bytes) {
    writeFileSync(inFolder('wrong.bin'), bytes);
    refused(message, 'model.bin', 'wrong.bin', 'refused.gguf');
  }
  /** @param {Buffer} bytes @param {number} at @param {number} value */
  function withInt(bytes, at, value) {
    const copy = Buffer.from(bytes);
    copy.writeInt32LE(value, at);
    return copy;
  }
  /** Lengths to cut to: the edges named, some others, all but a byte. @param {Buffer} bytes @param {number[]} edges */
  const cuts = (bytes, edges) => [...edges, ...Array.from({ length: 12 }, () => Math.floor(next() * bytes.length)), bytes.length - 1];

  test('a checkpoint cut short or too long', () => {
    for (const version of /** @type {const} */ ([0, 1])) {
      const bytes = files[version];
      for (const length of cuts(bytes, [0, 1, 3, 4, 7, 8, 27, 28, 29, 36, 37, 255, 256, 257])) refusedModel(/^wrong\.bin: it (ends inside its header|has \d+ bytes, expected \d+ by)/, bytes.subarray(0, length));
      refusedModel(/expected \d+ by its header/, Buffer.concat([bytes, Buffer.alloc(1)]));
    }
  });

  test('a header with any number wrong', () => {
    Object.entries(header(model)).forEach(([name, value], i) => {
      const outOfRange = new RegExp(`its ${name} is -?\\d+, expected 1 to \\d+`);
      for (const wrong of [0, 2 ** 31 - 1, -(2 ** 31)]) refusedModel(outOfRange, withInt(files[0], 4 * i, wrong));
      refusedModel(outOfRange, withInt(files[1], 8 + 4 * i, -value));
      for (const wrong of [value + 1, 2 * value]) refusedModel(/expected|must be/, withInt(files[0], 4 * i, wrong));
    });
    refusedModel(/expected \d+ by its header/, withInt(files[0], 20, -header(model).vocab_size)); // says: its own head
    refusedModel(/no room for <unk>, <s>, <\/s> and 256 bytes/, withInt(files[0], 20, 258));
    refusedModel(/shared_classifier is 2, expected 0 or 1/, withInt(files[1], 36, 2));
    refusedModel(/expected \d+ by its header/, withInt(files[1], 36, 0));
    refusedModel(/version 2, whose weights have lost their precision \(int8\): download it again, or export it/, withInt(files[1], 4, 2));
    for (const version of [0, 3, -1]) refusedModel(new RegExp(`of version ${version}: download it`), withInt(files[1], 4, version));
    refusedModel(/its dim is \d+/, readFileSync(inFolder('tokenizer.bin')).fill(0x46, 0, 4));
  });

  test('a tokenizer cut short, too long, or lying', () => {
    for (const length of cuts(vocabulary, [0, 3, 4, 5, 11, 12, 13, 16, 17, 25])) refusedTokenizer(/^wrong\.bin: it (has \d bytes|ends inside token \d+)/, vocabulary.subarray(0, length));
    refusedTokenizer(/goes on after the model's 371 tokens/, Buffer.concat([vocabulary, Buffer.alloc(9)]));
    refusedTokenizer(/it has 4000000 bytes, expected 4 to \d+/, Buffer.alloc(4e6));
    for (const longest of [0, -1, 2 ** 31 - 1]) refusedTokenizer(/max_token_length is -?\d+, expected 1 to 1024/, withInt(vocabulary, 0, longest));
    for (const length of [0, -1, -(2 ** 31), 2 ** 31 - 1, 7]) refusedTokenizer(/token 0 has -?\d+ bytes, expected 1 to 6/, withInt(vocabulary, 8, length));
    refusedTokenizer(/token \d+/, withInt(vocabulary, 8, 6));
    for (const bits of [0x7fc00000, 0x7f800000, -0x800000]) refusedTokenizer(/token 0: its score is no finite number/, withInt(vocabulary, 4, bits));
    const byte = vocabulary.indexOf('<0x41>');
    refusedTokenizer(/token 68: tokens 3 to 258 must be the bytes/, withInt(vocabulary, byte + 2, 0x3e323478));
    const text = Buffer.from(vocabulary);
    text[vocabulary.indexOf('é') + 1] = 0x41;
    refusedTokenizer(/token \d+: it is not UTF-8/, text);
    refused(/^tokenizer\.bin: its/, 'tokenizer.bin', 'model.bin', 'refused.gguf');
  });

  test('a place that is not there, is no file or has no room', () => {
    refused(/^nowhere\.bin: it cannot be read: No such file/, 'nowhere.bin', 'tokenizer.bin', 'refused.gguf');
    refused(/^nowhere\.bin: it cannot be read: No such file/, 'model.bin', 'nowhere.bin', 'refused.gguf');
    refused(/^\.: it cannot be read: it is no file/, '.', 'tokenizer.bin', 'refused.gguf');
    refused(/^nowhere\/x\.gguf cannot be written: No such file or directory; choose/, ...MODEL, 'nowhere/x.gguf');
    refused(/^\. cannot be written: Is a directory; choose/, ...MODEL, '.', '--name', 'x');
    assert.equal(spawnSync('mkfifo', [inFolder('pipe')]).status, 0);
    refused(/^pipe cannot be written: File exists; choose/, ...MODEL, 'pipe');

    writeFileSync(inFolder('there.gguf'), 'what was there');
    const small = `trap '' XFSZ; ulimit -f 16; exec "$0" model.bin tokenizer.bin there.gguf`;
    const { status, stderr } = spawnSync('bash', ['-c', small, program], { cwd: folder, encoding: 'utf8' });
    assert.equal(status, 1);
    assert.match(stderr, /^there\.gguf cannot be written: File too large; choose/);
    assert.equal(readFileSync(inFolder('there.gguf'), 'utf8'), 'what was there');
    assert.ok(!readdirSync(folder).some((name) => name.endsWith('.tmp')));
  });
});
