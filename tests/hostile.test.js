// Damaged and lying model files against the C core, under the sanitizers.
// Drives tests/c/mutate.c; what a user sees of such files is in cli.test.js and page.test.js.
// Must not need ../shared.

import { before, test } from 'node:test';
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { CORE, compileC } from './helpers/compile.js';
import { randomModel } from './helpers/random-model.js';

let program = '';

before(() => {
  program = compileC('mutate', ['tests/c/mutate.c', 'tests/c/fuzz_model.c', ...CORE]);
});

for (const [tokenizer, type] of /** @type {const} */ ([['llama', 'F32'], ['llama', 'Q4_0'], ['gpt2', 'F16'], ['gpt2', 'Q8_0']])) {
  test(`a ${type} model with a ${tokenizer} vocabulary, cut and damaged thousands of times, never crashes`, () => {
    const path = `${program}-${tokenizer}-${type}.gguf`;
    writeFileSync(path, randomModel({ tokenizer, type }));
    const tried = Number(execFileSync(program, [path, '7', '1500'], { encoding: 'utf8', timeout: 120_000 }));
    assert.ok(tried > 4000, `${tried} files`);
  });
}
