// The command lines, both programs by the same table: every flag, every refusal, and equal output.
// The whole of the token's way as a user of a terminal sees it.
// Must not need ../shared; what uses it is skipped where it is not.

import { after, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Model } from '../web/engine/index.js';
import { shared, skipWithoutData } from './helpers/data.js';
import { randomModel } from './helpers/random-model.js';
import { PROGRAMS, run, start } from './helpers/run-cli.js';

const folder = mkdtempSync(join(tmpdir(), 'logitscope-cli-'));
after(() => rmSync(folder, { recursive: true }));

/** @param {string} name @param {Uint8Array | string} content */
function file(name, content) {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
}

const spm = file('spm.gguf', randomModel());
const bpe = file('bpe.gguf', randomModel({ tokenizer: 'gpt2', type: 'Q8_0', name: null }));
const small = file('small.gguf', randomModel({ context: 16 }));
const whole = randomModel();
const truncated = file('truncated.gguf', whole.subarray(0, whole.length - 100));
const noModel = file('no-model.gguf', 'this is a text\n');
const binary = Uint8Array.of(0x20, 0x74, 0x68, 0xff, 0x00, 0xc3, 0xa9, 0x0a, 0x0a);
const textFile = file('prompt.txt', binary);
const scored = file('scored.txt', 'the cat sat on the mat.\n'.repeat(20));
const manyPieces = file('pieces.txt', ' '.repeat(150_000));
const empty = file('empty.txt', '');

/** @param {string} text */
const lines = (text) => text.trimEnd().split('\n').map((line) => JSON.parse(line));

/** Every stage, as single flags in another order than the pipeline's; and some twice in a list. */
const EVERY_STAGE = [
  '--mirostat', '4:0.3', '--xtc', '0.5:0.05', '--eta', '0.0005', '--epsilon', '0.0005', '--min-p', '0.01', '--top-p', '0.97', '--typical', '0.95',
  '--top-k', '80', '--temperature', '1.3', '--top-n-sigma', '3', '--dry', '0.8:1.5:1', '--bias', '40:1.5:300:-2', '--penalties', '1.2:0.1',
];
const LIST = ['--stages', 'xtc=0.3,temperature=0.9,dry=1,bias=40:2:41:-0.5,mirostat=5,penalties=1.1:0:0:0,top-n-sigma=2,mirostat=3:1'];
const SAMPLING = ['--temperature', '1.1', '--top-k', '30', '--top-p', '0.9', '--min-p', '0.01', '--seed', '7'];

for (const program of PROGRAMS) {
  describe(program.name, { concurrency: 2 }, () => {
    /** @param {string[]} flags */
    const ok = async (...flags) => {
      const result = await run(program, flags);
      assert.equal(result.stderr, '');
      assert.equal(result.code, 0);
      return result;
    };
    /** @param {string[]} flags */
    const json = async (...flags) => lines((await ok(...flags, '--json')).text);

    test('prints the prompt and what follows', async () => {
      const { text } = await ok('--model', spm, '--prompt', 'the cat', '--tokens', '5', ...SAMPLING);
      assert.ok(text.startsWith('the cat') && text.endsWith('\n') && text.length > 9);
      assert.equal((await ok('--model', spm, '--prompt', 'the cat', '--tokens', '0')).text, 'the cat\n');
    });

    test('prints the bytes of tokens as they are', async () => {
      const flags = ['--model', spm, '--text-file', textFile, '--tokens', '60', '--seed', '3'];
      const { stdout } = await ok(...flags);
      const steps = (await json(...flags)).slice(1);
      const expected = Buffer.from([...binary, ...steps.flatMap(({ bytes }) => bytes), 0x0a]);
      assert.deepEqual(stdout, expected);
      assert.ok(steps.some(({ bytes }) => bytes[0] > 127));
    });

    test('takes a leading space off where there is no prompt', async () => {
      for (let seed = 1, found = false; !found; seed++) {
        const flags = ['--model', spm, '--tokens', '1', '--stages', 'temperature=3', '--seed', `${seed}`];
        const { stdout } = await ok(...flags);
        const [{ bytes }] = (await json(...flags)).slice(1);
        found = bytes[0] === 0x20;
        assert.deepEqual([...stdout], [...(found ? bytes.slice(1) : bytes), 0x0a]);
        if (seed > 200) assert.fail('no token with a space in 200 draws');
        seed += found ? 0 : 3;
      }
    });

    test('prints one JSON object a line', async () => {
      const [header, ...steps] = await json('--model', spm, '--prompt', 'the cat', '--tokens', '4', ...SAMPLING);
      assert.deepEqual(Object.keys(header), ['model', 'hash', 'promptIds']);
      assert.equal(header.model, 'random F32 llama');
      assert.equal(header.promptIds[0], 1);
      assert.equal(steps.length, 4);
      steps.forEach((step, i) => {
        assert.deepEqual(Object.keys(step), ['position', 'id', 'text', 'bytes', 'logprob', 'entropy', 'u', 'mu', 'stages']);
        assert.equal(step.position, header.promptIds.length + i);
        assert.ok(step.u >= 0 && step.u < 1 && step.logprob < 0 && step.entropy > 0);
        /** @type {any[]} */
        const stages = step.stages;
        assert.deepEqual(stages.map(({ name }) => name), ['logits', 'temperature', 'top-k', 'top-p', 'min-p']);
        assert.equal(stages[0].ids.length, 50);
        assert.equal(stages[2].kept, 30);
        for (const { kept, ids, probs, otherCount, otherMass } of stages) {
          assert.equal(otherCount, kept - ids.length);
          assert.ok(probs.every((/** @type {number} */ p) => p === Math.fround(p)));
          assert.ok(Math.abs(probs.reduce((/** @type {number} */ sum, /** @type {number} */ p) => sum + p, otherMass) - 1) < 1e-5);
        }
      });
      assert.equal((await json('--model', bpe, '--prompt', 'a', '--tokens', '0'))[0].model, 'bpe.gguf');
    });

    test('lists all that is kept, and all logits, where asked to', async () => {
      const [, step] = await json('--model', spm, '--prompt', 'the', '--tokens', '1', '--trace', 'full', '--logits');
      const [logits] = step.stages;
      assert.equal(logits.ids.length, logits.kept);
      assert.equal(logits.otherCount, 0);
      assert.equal(logits.otherMass, 0);
      assert.equal(step.logits.length, logits.kept);
      const highest = Math.max(...step.logits);
      assert.equal(step.logits[logits.ids[0]], highest);
      const sum = step.logits.reduce((/** @type {number} */ total, /** @type {number} */ l) => total + Math.exp(l - highest), 0);
      assert.ok(Math.abs(logits.probs[0] - 1 / sum) < 1e-6);
    });

    test('runs the stages in the order given', async () => {
      const [, step] = await json('--model', spm, '--prompt', 'the', '--tokens', '1', '--stages', 'top-k=40,top-p=0.95,temperature=0.8');
      assert.deepEqual(step.stages.map((/** @type {any} */ { name, value }) => [name, value]), [
        ['logits', undefined], ['top-k', 40], ['top-p', 0.95], ['temperature', 0.8],
      ]);
      const [, none] = await json('--model', spm, '--prompt', 'the', '--tokens', '1', '--stages', '');
      assert.deepEqual(none.stages.map((/** @type {any} */ { name }) => name), ['logits']);
    });

    test('takes every stage, with the values that are left out at their usual ones', async () => {
      /** @param {string[]} flags */
      const settings = async (...flags) => {
        const [, { stages }] = await json('--model', spm, '--prompt', 'the', '--tokens', '1', ...flags);
        return stages.slice(1).map((/** @type {object} */ row) => Object.values(row).slice(0, -9));
      };
      assert.deepEqual(await settings(...EVERY_STAGE), [
        ['penalties', 1.2, 0.1, 0, 64], ['bias', [[40, 1.5], [300, -2]]], ['dry', 0.8, 1.5, 1, 0], ['top-n-sigma', 3], ['temperature', 1.3],
        ['top-k', 80], ['typical', 0.95], ['top-p', 0.97], ['min-p', 0.01], ['epsilon', 0.0005], ['eta', 0.0005], ['xtc', 0.5, 0.05], ['mirostat', 4, 0.3],
      ]);
      assert.deepEqual(await settings(...LIST), [
        ['xtc', 0.3, 0.1], ['temperature', 0.9], ['dry', 1, 1.75, 2, 0], ['bias', [[40, 2], [41, -0.5]]], ['mirostat', 5, 0.1],
        ['penalties', 1.1, 0, 0, 0], ['top-n-sigma', 2], ['mirostat', 3, 1],
      ]);
    });

    test('follows the text and mirostat\'s bound, with and without a trace', async () => {
      const flags = ['--model', spm, '--prompt', 'the cat sat on the cat', '--tokens', '20', '--seed', '5', ...EVERY_STAGE];
      const [{ hash, promptIds }, ...steps] = await json(...flags);
      const model = await Model.load(spm);
      assert.equal(hash, model.info.hash);
      const { stages } = steps[0];
      const session = model.session({ seed: 5, stages: stages.slice(1).map((/** @type {any} */ { name, biases, ...row }) => (
        biases ? { name, biases } : { name, ...Object.fromEntries(Object.entries(row).slice(0, -9)) }
      )) });
      await session.feed(promptIds);
      for (const { id, mu } of steps) {
        const step = await session.step();
        assert.deepEqual([id, mu], [step.id, step.mu]);
      }
      model.unload();
      const { stdout } = await ok(...flags);
      assert.deepEqual(stdout.subarray(22, -1), Buffer.from(steps.flatMap(({ bytes }) => bytes)));
    });

    test('gives the same tokens from the same seed, with and without a trace', async () => {
      const flags = ['--model', bpe, '--prompt', 'the cat', '--tokens', '30', '--seed', '18446744073709551615'];
      const { text } = await ok(...flags);
      assert.equal((await ok(...flags)).text, text);
      const steps = (await json(...flags, '--trace', 'full')).slice(1);
      assert.equal(`the cat${Buffer.from(steps.flatMap(({ bytes }) => bytes))}\n`, text);
      assert.notEqual((await ok(...flags.slice(0, -1), '0')).text, text);
    });

    test('ends with the end of the text, whose own text is not printed', async () => {
      for (let seed = 1; seed < 60; seed++) {
        const flags = ['--model', spm, '--prompt', 'a', '--tokens', '120', '--temperature', '100', '--seed', `${seed}`];
        const steps = (await json(...flags)).slice(1);
        if (steps.length === 120) continue;
        assert.equal(steps.findIndex(({ id }) => id === 1 || id === 2), steps.length - 1);
        const { stdout } = await ok(...flags);
        assert.deepEqual(stdout, Buffer.from([0x61, ...steps.flatMap(({ bytes }) => bytes), 0x0a]));
        return;
      }
      assert.fail('no text ended');
    });

    test('ends where the context ends', async () => {
      assert.equal((await json('--model', small, '--prompt', 'a', '--stages', 'temperature=0.5')).at(-1).position, 15);
      assert.equal((await json('--model', spm, '--prompt', 'a', '--context', '10', '--stages', 'temperature=0.5')).at(-1).position, 9);
    });

    test('prints token ids', async () => {
      const { text } = await ok('--model', spm, '--prompt', 'the cat', '--tokenize');
      assert.match(text, /^1 \d+ \d+\n$/);
      assert.equal((await ok('--model', spm, '--prompt', 'the cat', '--tokenize', '--no-bos')).text, text.slice(2));
      const plain = (await ok('--model', spm, '--prompt', 'a</s>', '--tokenize')).text;
      const special = (await ok('--model', spm, '--prompt', 'a</s>', '--tokenize', '--special')).text;
      assert.ok(special.endsWith(' 2\n') && !plain.endsWith(' 2\n'));
      assert.equal((await ok('--model', bpe, '--text-file', empty, '--tokenize')).text, '\n');
    });

    test('takes texts that begin with a dash, and flags with an equals sign', async () => {
      for (const flags of [['--prompt', '--tokens'], ['--prompt=--tokens']]) {
        assert.equal((await ok('--model', spm, ...flags, '--tokens=0')).text, '--tokens\n');
      }
      assert.equal((await ok('--model', spm, '--prompt', '-x', '--tokens', '5', '--tokens', '0')).text, '-x\n');
    });

    test('hashes every logit, equal for all kernels and batches', async () => {
      const flags = ['--model', bpe, '--prompt', 'the cat on the cat', '--tokens', '10', '--hash'];
      const hashes = await Promise.all(
        ['reference', 'simd'].flatMap((kernels) => ['1', '7', '512'].map(async (batch) => {
          const { text } = await ok(...flags, '--kernels', kernels, '--batch', batch);
          return /\nlogits-hash: ([0-9a-f]{16})\n$/.exec(text)?.[1];
        })),
      );
      assert.ok(hashes[0]);
      assert.equal(new Set(hashes).size, 1, hashes.join());
      const { text } = await ok(...flags, '--json', '--kernels', 'auto');
      assert.equal(text.trimEnd().split('\n').at(-1), `logits-hash: ${hashes[0]}`);
      assert.notEqual((await ok(...flags, '--seed', '2')).text.slice(-17), `${hashes[0]}\n`);
    });

    test('scores a text', async () => {
      const { text } = await ok('--model', spm, '--score', scored, '--bytes', '300', '--piece', '60');
      const { bytes, tokens, bitsPerByte, ...rest } = JSON.parse(text);
      assert.equal(bytes, 300);
      assert.ok(tokens > 100 && tokens < 300 && bitsPerByte > 3 && bitsPerByte < 20);
      assert.deepEqual(rest, {});
      assert.equal(JSON.parse((await run(program, ['--model', spm, '--score', scored])).text).bytes, 480);
      const hashed = (await ok('--model', spm, '--score', scored, '--bytes', '300', '--piece', '60', '--hash')).text;
      assert.match(hashed.slice(text.length), /^logits-hash: [0-9a-f]{16}\n$/);
      assert.equal(JSON.parse((await ok('--model', spm, '--score', manyPieces, '--piece', '1')).text).bytes, 150_000);
    });

    test('says what of a text lies past the context and is not scored', async () => {
      const { code, text, stderr } = await run(program, ['--model', small, '--score', scored, '--bytes', '100']);
      assert.equal(code, 0);
      assert.match(stderr, /^logitscope: \d+ of \d+ tokens lie past the context and are not scored\n$/);
      assert.ok(JSON.parse(text).bitsPerByte > 0);
    });

    test('fails where its output cannot be written', { skip: !existsSync('/dev/full') && 'no /dev/full here' }, async () => {
      const full = openSync('/dev/full', 'w');
      const { status, stderr } = spawnSync(program.command, [...program.args, '--model', spm, '--tokens', '5'], { stdio: ['ignore', full, 'pipe'] });
      closeSync(full);
      assert.equal(status, 1);
      assert.match(`${stderr}`, /^logitscope: .*no space left/i);
    });

    test('helps', async () => {
      const { text } = await ok('--help');
      assert.match(text, /^usage: /);
      for (const flag of ['model', 'stages', 'trace', 'context']) assert.ok(text.includes(`--${flag} `));
    });

    test('draws bars only in a terminal', async () => {
      const flags = ['--model', spm, '--prompt', 'the', '--tokens', '3'];
      assert.equal((await ok(...flags, '--show')).text, (await ok(...flags)).text);
    });

    const model = ['--model', spm];
    for (const [what, flags, message] of /** @type {[string, string[], RegExp][]} */ ([
      ['no model', [], /--model is missing/],
      ['an unknown flag', [...model, '--top-x', '3'], /--top-x is unknown/],
      ['an unknown switch', [...model, '--fast'], /--fast is unknown/],
      ['half a flag', [...model, '--temp', '1'], /--temp is unknown/],
      ['a hexadecimal number', [...model, '--temperature', '0x1p-1'], /--temperature is "0x1p-1", expected a number/],
      ['a flag without its value', [...model, '--tokens'], /--tokens is unknown or lacks its value/],
      ['a switch with a value', [...model, '--json=yes'], /--json/],
      ['a word that is no flag', [...model, 'hello'], /"hello" is not a flag/],
      ['half a token', [...model, '--tokens', '1.5'], /--tokens is "1.5", expected an integer from 0 to 4294967295/],
      ['an empty number', [...model, '--tokens', ''], /--tokens is ""/],
      ['a negative seed', [...model, '--seed', '-1'], /--seed is "-1"/],
      ['a seed of 65 bits', [...model, '--seed', '18446744073709551616'], /--seed is .* to 18446744073709551615/],
      ['batch 0', [...model, '--batch', '0'], /--batch is "0", expected an integer from 1 to 65536/],
      ['context 0', [...model, '--context', '0'], /--context is "0"/],
      ['piece 0', [...model, '--score', scored, '--piece', '0'], /--piece is "0"/],
      ['a temperature of words', [...model, '--temperature', 'hot'], /--temperature is "hot", expected a number/],
      ['a temperature that is not finite', [...model, '--temperature', 'inf'], /--temperature is "inf"/],
      ['a temperature that is no number', [...model, '--temperature', 'nan'], /--temperature is "nan"/],
      ['a negative temperature', [...model, '--temperature', '-0.5'], /temperature is -0\.5, expected a number from 0 to 100; 1 switches it off/],
      ['a temperature above 100', [...model, '--temperature', '101'], /temperature is 101/],
      ['top-k -1', [...model, '--top-k', '-1'], /top-k is -1, expected an integer from 0/],
      ['half a k', [...model, '--top-k', '2.5'], /top-k is 2\.5, expected an integer/],
      ['top-p 0', [...model, '--top-p', '0'], /top-p is 0, expected a number above 0 to 1/],
      ['top-p 1.1', [...model, '--top-p', '1.1'], /top-p is 1\.1/],
      ['min-p 1', [...model, '--min-p', '1'], /min-p is 1, expected a number from 0 to below 1/],
      ['too many values', [...model, '--xtc', '0.5:0.1:3'], /--xtc: xtc has 3 numbers, expected at most 2/],
      ['too many values in a list', [...model, '--stages', 'top-k=3:4'], /--stages: top-k has 2 numbers, expected at most 1/],
      ['half a list of values', [...model, '--dry', '0.5:'], /--dry is "", expected a number/],
      ['a value of more digits than there are', [...model, '--top-k', '1'.repeat(400)], /top-k/],
      ['a bias without its value', [...model, '--bias', '40'], /--bias: bias has 1 numbers, expected pairs of id and value/],
      ['a bias of half a token', [...model, '--bias', '4.5:1'], /--bias is "4.5", expected an integer/],
      ['a bias above 100', [...model, '--bias', '40:101'], /bias of token 40 is 101, expected a number from -100 to 100/],
      ['dry base 0.5', [...model, '--dry', '1:0.5'], /dry base is 0\.5, expected a number from 1 to 100$/m],
      ['dry allowed length 1.5', [...model, '--dry', '1:2:1.5'], /dry allowed-length is 1\.5, expected an integer from 0/],
      ['repetition 0', [...model, '--penalties', '0'], /penalties repetition is 0, expected a number above 0 to 100; 1 switches it off/],
      ['four stages that change logits', [...model, '--stages', Array(4).fill('bias=1:1').join()], /4 stages change logits .*, expected at most 3/],
      ['an unknown stage', [...model, '--stages', 'top-x=3'], /unknown stage "top-x", expected penalties, bias, .* or mirostat/],
      ['a stage without a value', [...model, '--stages', 'top-k'], /--stages has "top-k", expected name=value/],
      ['a comma too many', [...model, '--stages', 'top-k=3,'], /--stages/],
      ['too many stages', [...model, '--stages', Array(17).fill('top-k=3').join()], /stages/],
      ['stages and a single one', [...model, '--stages', 'top-k=3', '--top-p', '0.5'], /--stages and --top-p exclude each other/],
      ['a prompt twice', [...model, '--prompt', 'a', '--text-file', textFile], /--prompt and --text-file exclude each other/],
      ['unknown kernels', [...model, '--kernels', 'fast'], /--kernels is "fast", expected auto, reference( or simd|, simd or relaxed)/],
      ['another trace', [...model, '--json', '--trace', 'all'], /--trace is "all", expected top or full/],
      ['a text of nothing', ['--model', bpe], /the prompt has no token/],
      ['bad usage before a bad model', ['--model', noModel, '--top-p', '2'], /top-p is 2/],
    ])) {
      test(`refuses ${what} as bad usage`, async () => {
        const { code, text, stderr } = await run(program, flags);
        assert.match(stderr, /^logitscope: [ -~]+\n$/);
        assert.match(stderr, message);
        assert.equal(code, 2);
        assert.equal(text, '');
      });
    }

    for (const [what, flags, message] of /** @type {[string, string[], RegExp][]} */ ([
      ['a model that is not there', ['--model', join(folder, 'none.gguf')], /cannot read ".*none\.gguf"/],
      ['a folder', ['--model', folder], /cannot read/],
      ['a file that is no model', ['--model', noModel], /GGUF/],
      ['an empty file', ['--model', empty], /./],
      ['a model that is cut short', ['--model', truncated, '--prompt', 'a'], new RegExp(`${truncated.length ? whole.length - 100 : 0}.*${whole.length}`)],
      ['a bias of a token that is not there', [...model, '--bias', '100000:1'], /bias of token id 100000, expected 0 to \d+/],
      ['a prompt that is too long', ['--model', small, '--prompt', '!'.repeat(50)], /the prompt has \d\d tokens, the context holds 16/],
      ['a context the model does not have', [...model, '--context', '129'], /129/],
      ['a prompt file that is not there', [...model, '--text-file', join(folder, 'none.txt')], /cannot read ".*none\.txt"/],
      ['a text to score that is not there', [...model, '--score', join(folder, 'none.txt')], /cannot read ".*none\.txt"/],
      ['an empty text to score', [...model, '--score', empty], /empty/],
      ['control characters in a name', ['--model', join(folder, 'a\nb\x1b[31m')], /a\?b\?\[31m/],
    ])) {
      test(`fails with one line at ${what}`, async () => {
        const { code, text, stderr } = await run(program, flags);
        assert.match(stderr, /^logitscope: [ -~]+\n$/);
        assert.match(stderr, message);
        assert.equal(code, 1);
        assert.equal(text, '');
      });
    }

    test('ends quietly when nobody reads on', async () => {
      const child = start(program, ['--model', spm, '--prompt', 'the', '--tokens', '100', '--json', '--trace', 'full', '--stages', 'temperature=0.5']);
      let stderr = '';
      child.stderr.on('data', (part) => (stderr += part));
      child.stdout.once('data', () => child.stdout.destroy());
      const code = await new Promise((resolve) => void child.on('close', (exit, signal) => resolve(signal ?? exit)));
      assert.equal(stderr, '');
      assert.ok(code === 0 || code === 'SIGPIPE', `ended with ${code}`);
    });

    test('streams: text is there before the run has ended', async () => {
      const child = start(program, ['--model', spm, '--prompt', 'the', '--tokens', '120', '--json', '--trace', 'full', '--logits', '--stages', 'temperature=0.5']);
      let ended = false;
      child.on('exit', () => (ended = true));
      await new Promise((resolve) => void child.stdout.once('data', resolve));
      assert.equal(ended, false);
      child.kill('SIGINT');
      const code = await new Promise((resolve) => void child.on('close', (exit, signal) => resolve(signal ?? exit)));
      assert.ok(code === 'SIGINT' || code === 0 || code === 130, `ended with ${code}`);
    });

    test("gives llama2.c's greedy text", { skip: skipWithoutData }, async () => {
      const golden = readFileSync(shared('models/stories260K.golden.txt'), 'utf8');
      for (const kernels of ['reference', 'simd']) {
        const flags = ['--model', shared('models/stories260K.gguf'), '--prompt', '', '--temperature', '0', '--tokens', '200', '--kernels', kernels];
        assert.equal((await ok(...flags)).text, `${golden}\n`);
      }
    });

    test('tokenizes with a vocabulary alone, and generates nothing with it', { skip: skipWithoutData }, async () => {
      const vocabulary = shared('tokenizers/ggml-vocab-gpt-2.gguf');
      assert.equal((await ok('--model', vocabulary, '--prompt', 'Hello world', '--tokenize')).text, '15496 995\n');
      const { code, stderr } = await run(program, ['--model', vocabulary, '--prompt', 'Hello']);
      assert.equal(code, 1);
      assert.match(stderr, /vocabulary only/);
    });
  });
}

describe('--bench', () => {
  const [program] = PROGRAMS;
  const bench = (/** @type {string[]} */ ...flags) => run(program, ['--bench', ...flags]);

  for (const [what, model, threads] of /** @type {[string, string, number][]} */ ([
    ['a model whose context holds less than its prompt', bpe, 1],
    ['a model of sixteen positions, on two threads', small, 2],
  ])) {
    test(`measures ${what}`, async () => {
      const { text, stderr, code } = await bench('--model', model, '--threads', `${threads}`);
      assert.equal(stderr, '');
      assert.equal(code, 0);
      const [figures, ...more] = lines(text);
      assert.deepEqual(more, []);
      assert.deepEqual(Object.keys(figures),
        ['promptTokensPerSecond', 'decodeTokensPerSecond', 'readBytesPerSecond', 'weightBytes', 'kernels', 'threads']);
      const { kernels, threads: used, ...numbers } = figures;
      assert.ok(Object.values(numbers).every((value) => value > 0), text);
      assert.ok(['simd', 'relaxed'].includes(kernels));
      assert.equal(used, threads);
    });
  }

  test('measures a context of one token', async () => {
    const { text, code } = await bench('--model', spm, '--context', '1', '--kernels', 'reference');
    assert.equal(code, 0);
    const [{ decodeTokensPerSecond, kernels }] = lines(text);
    assert.ok(decodeTokensPerSecond > 0);
    assert.equal(kernels, 'reference');
  });

  for (const tied of [true, false]) {
    test(`counts the weights that a token is multiplied with, ${tied ? '' : 'not '}where the embedding is the head`, async () => {
      const path = file(`tied-${tied}.gguf`, randomModel({ tied }));
      const { text } = await bench('--model', path, '--threads', '1');
      const model = await Model.load(path, { threads: 1 });
      const { vocab, dim, ffnDim, layers, heads, kvHeads, headDim } = model.info;
      await model.unload();
      const layer = 2 * dim * headDim * (heads + kvHeads) + 3 * dim * ffnDim;
      assert.equal(lines(text)[0].weightBytes, 4 * (vocab * dim + layers * layer)); // the head alone, of float
    });
  }

  test('takes no text', async () => {
    for (const flag of ['--prompt', '--text-file', '--score']) {
      const { code, stderr } = await bench('--model', spm, flag, 'x');
      assert.equal(code, 2);
      assert.match(stderr, new RegExp(`--bench and ${flag} exclude each other`));
    }
  });
});

describe('both programs', { skip: PROGRAMS.length < 2 && 'build/logitscope is not built: make cli', concurrency: 2 }, () => {
  for (const [what, ...flags] of [
    ['text', '--model', spm, '--prompt', 'the cat', '--tokens', '40', ...SAMPLING],
    ['text behind nothing', '--model', spm, '--tokens', '40', '--seed', '5'],
    ['JSON with everything', '--model', bpe, '--prompt', 'the cat', '--tokens', '8', '--json', '--trace', 'full', '--logits', ...SAMPLING],
    ['JSON of every stage', '--model', spm, '--prompt', 'the cat sat on the cat', '--tokens', '30', '--json', '--trace', 'full', ...EVERY_STAGE],
    ['JSON of stages more than once', '--model', bpe, '--prompt', 'the cat', '--tokens', '30', '--json', ...LIST],
    ['JSON of invalid UTF-8', '--model', spm, '--text-file', textFile, '--tokens', '60', '--json', '--temperature', '3'],
    ['the hash', '--model', bpe, '--prompt', 'the cat sat on the mat', '--tokens', '20', '--hash'],
    ['a score', '--model', spm, '--score', scored, '--piece', '100'],
    ['a score in a context that is too short', '--model', small, '--score', scored, '--piece', '50'],
    ['a score of pieces longer than the context', '--model', bpe, '--score', scored],
    ['a score without BOS', '--model', file('bos-less.gguf', randomModel({ tokenizer: 'gpt2', bos: false })), '--score', scored],
    ['ids', '--model', bpe, '--text-file', textFile, '--tokenize'],
  ]) {
    test(`print the same ${what}`, async () => {
      const [wasm, native] = await Promise.all(PROGRAMS.map((program) => run(program, flags)));
      assert.equal(wasm.stderr, native.stderr);
      const isJson = flags.includes('--json') || flags.includes('--score');
      const read = (/** @type {{ text: string }} */ { text }) => (isJson ? lines(text) : text);
      assert.deepEqual(read(wasm), read(native));
    });
  }
});
