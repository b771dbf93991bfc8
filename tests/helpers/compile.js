// Compiles a C test program with warnings as errors and the sanitizers on.
// Stands before the tests of src/ and model/; the programs are in tests/c/.
// Must not know what a program tests.

import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** The C core's sources, without the command line and the WebAssembly exports. */
export const CORE = ['gguf', 'model', 'tokenizer', 'tokenizer_spm', 'tokenizer_bpe', 'tokenizer_merge', 'unicode', 'forward',
  'team', 'sampler', 'stages', 'rewrites', 'ranking', 'draw', 'numerics', 'kernels/pack', 'kernels/reference', 'kernels/simd128',
  'kernels/simd128_matmul', 'kernels/simd128_attend'].map((name) => `src/${name}.c`);

/** What model/import.c is made of. */
export const IMPORT = ['import', 'llama2c', 'shape', 'llama_gguf', 'gguf_write', 'card', 'quantise', 'utf8']
  .map((name) => `model/${name}.c`);

/** What model/synth.c is made of. */
export const SYNTH = ['synth', 'shape', 'llama_gguf', 'gguf_write', 'card', 'quantise', 'utf8'].map((name) => `model/${name}.c`);

/**
 * @param {string} name of the program
 * @param {string[]} sources paths from the repository's root
 * @param {string[]} [flags] for the compiler or the linker
 * @returns {string} path of the program
 */
export function compileC(name, sources, flags = []) {
  const folder = `${root}build/tests`;
  mkdirSync(folder, { recursive: true });
  const arch = process.arch === 'x64' ? ['-msse4.1'] : [];
  execFileSync(
    process.env.CC ?? 'gcc',
    ['-std=c11', '-g', '-O1', '-ffp-contract=off', '-Wall', '-Wextra', '-Wpedantic', '-Wshadow', '-Werror',
      '-fsanitize=address,undefined,float-cast-overflow', '-fno-sanitize-recover=all', ...arch, ...sources, ...flags, '-lm', '-o', `${folder}/${name}`],
    { cwd: root, stdio: 'inherit' },
  );
  return `${folder}/${name}`;
}
