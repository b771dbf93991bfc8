// The models that speed is measured with: of the shape that was named, the same bytes every time.
// Before the token's way; model/synth.c with the sanitizers on, and what it writes in our engine.
// Must not measure anything.

import { after, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Model } from '../web/engine/index.js';
import { SYNTH, compileC } from './helpers/compile.js';
import { collect } from './helpers/steps.js';

const folder = mkdtempSync(join(tmpdir(), 'logitscope-synth-'));
after(() => rmSync(folder, { recursive: true }));

const program = compileC('synth', SYNTH);
const run = (/** @type {string[]} */ ...flags) => spawnSync(program, flags, { encoding: 'utf8' });
const USAGE = /^logitscope-synth: .*\nusage: /;

describe('logitscope-synth', () => {
  test('writes the same model twice, which the engine runs', async () => {
    const files = ['once.gguf', 'again.gguf'].map((name) => join(folder, name));
    for (const out of files) {
      const { status, stderr } = run('--shape', '15m', '--type', 'q4_0', '--out', out);
      assert.equal(stderr, '');
      assert.equal(status, 0);
    }
    const [once, again] = files.map((path) => createHash('sha256').update(readFileSync(path)).digest('hex'));
    assert.equal(once, again);

    const model = await Model.load(files[0], { threads: 1 });
    const { name, vocab, dim, layers, heads, kvHeads, ffnDim, weightType, trainedContextLength } = model.info;
    assert.deepEqual({ name, vocab, dim, layers, heads, kvHeads, ffnDim, weightType, trainedContextLength },
      { name: '15m', vocab: 32000, dim: 288, layers: 6, heads: 6, kvHeads: 6, ffnDim: 768, weightType: 'Q4_0', trainedContextLength: 2048 });
    const text = String.fromCodePoint(0x10000 + 300, 0x10000 + 31999);
    assert.deepEqual([...await model.tokenize(text)], [1, 300, 31999]);
    const session = model.session({ seed: 1 });
    await session.feed(text);
    const steps = await collect(session.generate({ maxTokens: 5 }));
    assert.equal(steps.length, 5);
    assert.ok(steps.every(({ id, logprob }) => id >= 259 && Number.isFinite(logprob)));
    await model.unload();
  });

  for (const [what, flags, message] of /** @type {[string, string[], RegExp][]} */ ([
    ['no flag', [], /--shape is unknown, missing or lacks its value/],
    ['an unknown shape', ['--shape', '7b', '--type', 'f16', '--out', join(folder, 'x')], /--shape is "7b"/],
    ['an unknown type', ['--shape', '15m', '--type', 'q5_0', '--out', join(folder, 'x')], /--type is "q5_0"/],
    ['an unknown flag', ['--seed', '1'], /--seed is unknown/],
    ['a flag without its value', ['--shape', '15m', '--type', 'f32', '--out'], /--out .*lacks its value/],
  ])) {
    test(`refuses ${what} as bad usage`, () => {
      const { status, stderr } = run(...flags);
      assert.match(stderr, USAGE);
      assert.match(stderr, message);
      assert.equal(status, 2);
    });
  }

  test('fails with one line at a file that cannot be written', () => {
    const { status, stderr } = run('--shape', '15m', '--type', 'q4_0', '--out', join(folder, 'none/x.gguf'));
    assert.match(stderr, /^.*none\/x\.gguf cannot be written.*\n$/);
    assert.equal(status, 1);
  });
});
