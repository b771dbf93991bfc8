// Fast kernels against the reference, bit for bit, and our elementary functions against libm.
// Tests src/kernels/ and src/numerics.c through tests/c/kernels_test.c, under the sanitizers.
// Must not need a model.

import { test } from 'node:test';
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { compileC } from './helpers/compile.js';

test('every kernel gives the reference\'s bits, every function libm\'s value', () => {
  const program = compileC('kernels_test', [
    'tests/c/kernels_test.c', 'src/gguf.c', 'src/numerics.c', 'src/kernels/pack.c', 'src/kernels/reference.c',
    'src/kernels/simd128.c', 'src/kernels/simd128_matmul.c', 'src/kernels/simd128_attend.c',
  ]);
  assert.equal(execFileSync(program, { encoding: 'utf8' }), 'ok\n');
});
