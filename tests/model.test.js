// Tests of the trainer: its C tests under sanitizers, then text -> vocabulary -> training ->
// SIGKILL -> resume -> GGUF, on text made here.
// Must not read ../shared: its text is made here. Skipped without gcc or oneDNN (Debian: libdnnl-dev).
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { readGguf } from './helpers/gguf.js';
import { PARTS, SANITIZERS, asFile, compile, makeStories, model, root, skip } from './helpers/trainer.js';

const GGUF = ['llama_gguf.c', 'gguf_write.c', 'card.c', 'quantise.c', 'utf8.c'];

const folder = mkdtempSync(join(tmpdir(), 'logitscope-model-'));
/** @param {string[]} names @returns a path in the tests' own folder */
const inFolder = (...names) => join(folder, ...names);
after(() => rmSync(folder, { recursive: true, force: true }));

/** @param {string} program @param {string[]} args */
function run(program, args) {
  const result = spawnSync(program, args, { encoding: 'utf8', cwd: folder });
  assert.equal(result.status, 0, `${program} ${args.join(' ')}\n${result.stderr}`);
  return result;
}

/** @param {string} text @param {RegExp} pattern @returns the number its first group matches, or NaN */
const numberIn = (text, pattern) => Number(pattern.exec(text)?.[1]);

describe('model/', { skip }, () => {
  before(() => {
    compile(inFolder('train'), model('train.c', ...PARTS));
    compile(inFolder('export'), model('export.c', ...GGUF, 'checkpoint.c', 'bpe.c', 'shape.c'));
    mkdirSync(inFolder('data'));
    writeFileSync(inFolder('data', 'train.txt'), asFile(makeStories(300)));
    writeFileSync(inFolder('data', 'validation.txt'), asFile(makeStories(20)));
  });

  test('the C tests pass with address and undefined-behaviour sanitizers', () => {
    for (const name of ['gradients_test', 'train_test']) {
      compile(inFolder(name), [join(root, `tests/c/${name}.c`), ...model(...PARTS)], ...SANITIZERS);
      assert.match(run(inFolder(name), []).stdout, /all tests passed/);
    }
  });

  const SHAPE = [
    '--data', 'data', '--vocab', '300', '--dim', '32', '--layers', '2', '--heads', '4',
    '--kv-heads', '2', '--hidden', '64', '--context', '64', '--batch', '4', '--warmup', '5',
    '--save-every', '10', '--validate-every', '40', '--log-every', '1', '--dropout', '0.1',
    '--steps', '80', '--lr', '5e-3',
  ];

  /**
   * Starts training and sends a signal once `step` is reported.
   *
   * @param {string} out @param {number} step @param {'SIGKILL' | 'SIGTERM'} signal
   * @returns {Promise<{ code: number | null, killedBy: string | null, report: string }>} the exit
   */
  function interrupt(out, step, signal) {
    return new Promise((resolve, reject) => {
      const child = spawn(inFolder('train'), [...SHAPE, '--out', out], { cwd: folder });
      let report = '';
      child.on('error', reject);
      child.on('exit', (code, killedBy) => resolve({ code, killedBy, report }));
      child.stderr.on('data', (chunk) => {
        report += chunk;
        if (report.includes(`step ${step}/`)) child.kill(signal);
      });
    });
  }

  /** @param {string} out @returns the lines of its log */
  const rows = (out) => readFileSync(inFolder(out, 'log.csv'), 'utf8').trim().split('\n').slice(1);
  /** @param {string} out @returns step, loss and validation loss of each line */
  const losses = (out) => rows(out).map((row) => row.split(',').slice(0, 3).join());

  test('training killed ten times and resumed gives the losses and the bits of an uninterrupted run', async () => {
    const { stderr } = run(inFolder('train'), [...SHAPE, '--out', 'whole']);
    assert.match(stderr, /beginning at step 0/);

    for (let step = 6; step <= 69; step += 7) {
      const killed = await interrupt('parts', step, 'SIGKILL');
      assert.equal(killed.killedBy, 'SIGKILL', killed.report);
    }
    const stopped = await interrupt('parts', 73, 'SIGTERM');
    assert.equal(stopped.code, 0, stopped.report);
    const resumedAt = numberIn(stopped.report, /resuming at step (\d+)/);
    assert.ok(resumedAt >= 60 && resumedAt % 10 === 0, `resumed at ${resumedAt}`);
    const rest = run(inFolder('train'), [...SHAPE, '--out', 'parts']);
    const lastAt = numberIn(rest.stderr, /resuming at step (\d+)/);
    assert.ok(lastAt >= 73, 'SIGTERM saves where it stops');

    assert.equal(losses('whole').length, 80);
    assert.deepEqual(losses('parts'), losses('whole'));
    /** @param {string} out */
    const checkpoint = (out) => readFileSync(inFolder(out, 'checkpoint.bin'));
    assert.ok(checkpoint('parts').equals(checkpoint('whole')));

    const validation = rows('whole').map((row) => Number(row.split(',')[2])).filter(Boolean);
    assert.equal(validation.length, 2);
    assert.ok(validation[1] < 2.5 && validation[1] < validation[0], `validation ${validation}`);
  });

  test('mixed precision learns as fp32 does', (t) => {
    const args = [...SHAPE, '--dropout', '0'];
    run(inFolder('train'), [...args, '--out', 'fp32', '--precision', 'fp32']);
    const mixed = spawnSync(inFolder('train'), [...args, '--out', 'bf16', '--precision', 'bf16'], {
      cwd: folder,
      encoding: 'utf8',
    });
    if (/no bf16 products/.test(mixed.stderr)) return t.skip('this processor has no bf16 products');
    /** @param {string} out */
    const curve = (out) => rows(out).map((row) => Number(row.split(',')[1]));
    const [full, half] = [curve('fp32'), curve('bf16')];
    assert.equal(half.length, 80);
    assert.notDeepEqual(half, full);
    const worst = Math.max(...full.map((loss, i) => Math.abs(half[i] - loss)));
    assert.ok(worst < 0.05, `the curves, from ${full[0]} to ${full[79]}, are ${worst} apart`);
  });

  test('a loss that is no number stops training and keeps the last checkpoint', () => {
    run(inFolder('train'), [...SHAPE, '--out', 'broken', '--steps', '10']);
    const saved = readFileSync(inFolder('broken', 'checkpoint.bin'));
    const args = [...SHAPE, '--out', 'broken', '--steps', '400', '--lr', '10', '--warmup', '0',
      '--clip', '1e9', '--decay', '10', '--save-every', '100000', '--max-rise', '0'];
    const result = spawnSync(inFolder('train'), args, { cwd: folder, encoding: 'utf8' });
    assert.equal(result.status, 1);
    assert.match(result.stderr, /no longer a number/);
    assert.ok(readFileSync(inFolder('broken', 'checkpoint.bin')).equals(saved));
  });

  test('a loss that rises stops training and keeps a checkpoint from before', () => {
    run(inFolder('train'), [...SHAPE, '--out', 'risen', '--steps', '40']);
    const saved = readFileSync(inFolder('risen', 'checkpoint.bin'));
    const args = [...SHAPE, '--out', 'risen', '--steps', '4000', '--lr', '1', '--warmup', '0', '--decay', '0', '--save-every', '100000'];
    const result = spawnSync(inFolder('train'), args, { cwd: folder, encoding: 'utf8' });
    assert.equal(result.status, 1);
    assert.match(result.stderr, /more than --max-rise 1 above its best/);
    assert.ok(readFileSync(inFolder('risen', 'checkpoint.bin')).equals(saved));
  });

  test('options and missing files are answered with what to do', () => {
    /** @param {string[]} args */
    const fail = (...args) =>
      spawnSync(inFolder('train'), args, { cwd: folder, encoding: 'utf8' }).stderr;
    assert.match(fail('--layers', 'many'), /--layers must be a whole number from 1 to 1024/);
    assert.match(fail('--data', 'data', '--out', 'new', '--precision', 'fp8'), /auto, fp32 or bf16/);
    assert.match(fail('--colour'), /unknown option --colour/);
    assert.match(fail('--data', 'nowhere'), /prepare\.js/);
    assert.match(fail('--score', 'data/train.txt', '--out', 'nowhere'), /cannot be opened/);
  });

  test('a checkpoint is scored in bits per byte and writes a sample', () => {
    const score = run(inFolder('train'), ['--out', 'whole', '--score', 'data/validation.txt']).stdout;
    const bits = numberIn(score, /([\d.]+) bits per byte/);
    assert.ok(bits > 0.1 && bits < 3, score);
    const sample = ['--out', 'whole', '--sample', 'Once upon', '--temperature', '0.5', '--seed', '3'];
    assert.match(run(inFolder('train'), sample).stdout, /^Once upon.{10,}/);
  });

  test('export writes GGUF of every type, with the tensors where the header says', () => {
    const sizes = { f32: [0, 4], f16: [1, 2], q8_0: [8, 34 / 32], q4_0: [2, 18 / 32] };
    /** @type {Record<string, Buffer>} the tensors' bytes */
    const decoded = {};
    for (const [name, [type, bytesEach]] of Object.entries(sizes)) {
      run(inFolder('export'), ['whole/checkpoint.bin', `${name}.gguf`, name]);
      const bytes = readFileSync(inFolder(`${name}.gguf`));
      assert.equal(bytes.toString('latin1', 0, 4), 'GGUF');
      assert.equal(bytes.readUInt32LE(4), 3);
      const { metadata, tensors, dataStart } = readGguf(bytes);
      const vocab = metadata.get('llama.vocab_size');
      assert.equal(metadata.get('general.architecture'), 'llama');
      assert.equal(metadata.get('llama.attention.head_count_kv'), 2);
      assert.equal(metadata.get('tokenizer.ggml.model'), 'gpt2');
      assert.equal(metadata.get('tokenizer.ggml.tokens').length, vocab);
      assert.equal(new Set(metadata.get('tokenizer.ggml.tokens')).size, vocab);
      assert.equal(metadata.get('tokenizer.ggml.merges').length, vocab - 257);
      assert.equal(metadata.get('tokenizer.ggml.bos_token_id'), vocab - 1);
      assert.equal(metadata.get('tokenizer.ggml.tokens')[vocab - 1], '<|endoftext|>');
      assert.deepEqual(metadata.get('tokenizer.ggml.token_type'), [...Array(vocab - 1).fill(1), 3]);
      assert.equal(tensors.size, 2 + 2 * 9);
      assert.deepEqual(tensors.get('blk.1.ffn_down.weight')?.dims, [64, 32]);
      assert.deepEqual(tensors.get('blk.0.attn_k.weight')?.dims, [32, 16]);
      assert.equal(tensors.get('output_norm.weight')?.type, 0);
      assert.equal(tensors.get('token_embd.weight')?.type, type);
      let expected = 0;
      for (const { dims, type: own, offset } of tensors.values()) {
        assert.equal(offset, expected);
        const count = dims.reduce((a, b) => a * b);
        expected += Math.ceil((count * (own === 0 ? 4 : bytesEach)) / 32) * 32;
      }
      assert.equal(bytes.length, dataStart + expected);
      decoded[name] = bytes.subarray(dataStart);
    }
    // The first block of the embedding, read back from Q8_0, is the f32 one to half a step.
    const half = decoded.q8_0.readUInt16LE(0);
    const scale = (1 + (half & 1023) / 1024) * 2 ** ((half >> 10) - 15);
    for (let i = 0; i < 32; i++) {
      const error = scale * decoded.q8_0.readInt8(2 + i) - decoded.f32.readFloatLE(4 * i);
      assert.ok(Math.abs(error) < scale * 0.6);
    }
  });

  test('a file is called as it is told, or after its own name', () => {
    run(inFolder('export'), ['whole/checkpoint.bin', 'plain.gguf']);
    const plain = readGguf(readFileSync(inFolder('plain.gguf'))).metadata;
    assert.equal(plain.get('general.name'), 'plain');
    assert.ok(!plain.has('general.license') && !plain.has('general.description'));
    run(inFolder('export'), ['--name', 'Käferlein', 'whole/checkpoint.bin', '--license', 'mit', 'named.gguf', 'f16']);
    const named = readGguf(readFileSync(inFolder('named.gguf'))).metadata;
    assert.deepEqual([named.get('general.name'), named.get('general.license')], ['Käferlein', 'mit']);
    assert.equal(named.get('general.file_type'), 1);
    /** @param {string[]} args */
    const usage = (...args) => {
      const { status, stderr } = spawnSync(inFolder('export'), ['whole/checkpoint.bin', 'x.gguf', ...args], { cwd: folder, encoding: 'utf8' });
      assert.equal(status, 2, stderr);
      assert.match(stderr, /usage: export CHECKPOINT OUT\.gguf/);
    };
    usage('q5_0');
    usage('f32', 'more');
    usage('--licence', 'mit');
    assert.ok(!existsSync(inFolder('x.gguf')));
  });

  const cli = join(root, 'build/logitscope');
  test('what each type costs is measured with the program that runs the model', { skip: !existsSync(cli) && 'make cli first' }, () => {
    const args = [...model('quality.js'), inFolder('export'), 'whole/checkpoint.bin', 'data/validation.txt'];
    const [what, , , ...table] = run(process.execPath, args).stdout.trim().split('\n');
    const pieces = numberIn(what, /^data\/validation\.txt: the first 200,000 bytes, in pieces of (\d+), as long as its context holds$/);
    assert.ok(pieces >= 60 && pieces < 500, what);
    const rows = table.map((row) => row.trim().split(/ +/));
    assert.deepEqual(rows.map(([type]) => type), ['f32', 'f16', 'q8_0', 'q4_0']);
    assert.equal(Number(rows[0][4]), 0);
    const trainers = run(inFolder('train'), ['--out', 'whole', '--score', 'data/validation.txt']).stdout;
    const separated = numberIn(trainers, /([\d.]+) bits per byte/); // the trainer scores the separators, too
    for (const [type, , , bits, more] of rows) {
      assert.ok(Number(bits) > 0.1 && Number(bits) < 2 * separated, type);
      assert.ok(Math.abs(Number(bits) - Number(rows[0][3]) - Number(more)) < 2e-4, type);
    }
    assert.ok(Number(rows[3][1]) < Number(rows[2][1]) && Number(rows[2][1]) < Number(rows[0][1]));
  });

  test('merges and tokens agree: every merge makes the token of its place', () => {
    const { metadata } = readGguf(readFileSync(inFolder('f32.gguf')));
    /** @type {string[]} */
    const merges = metadata.get('tokenizer.ggml.merges');
    merges.forEach((merge, i) =>
      assert.equal(merge.replace(' ', ''), metadata.get('tokenizer.ggml.tokens')[256 + i]),
    );
  });
});
