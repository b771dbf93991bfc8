// Runs libFuzzer on the core for a while: node tests/fuzz.js [SECONDS], 60 by default.
// Feeds tests/c/fuzz_model.c, starting from small sound models; a finding is left in build/fuzz/.
// Not part of `make test`, which damages files in a fixed way (tests/hostile.test.js).

import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { CORE } from './helpers/compile.js';
import { randomModel } from './helpers/random-model.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = `${root}build/fuzz`;
const seconds = process.argv[2] ?? '60';

mkdirSync(`${folder}/corpus`, { recursive: true });
for (const type of /** @type {const} */ (['F32', 'F16', 'Q8_0', 'Q4_0'])) {
  for (const tokenizer of /** @type {const} */ (['llama', 'gpt2'])) {
    writeFileSync(`${folder}/corpus/${tokenizer}-${type}.gguf`, randomModel({ type, tokenizer }));
  }
}
const clang = (/** @type {string[]} */ args) => execFileSync('clang', args, { cwd: root, stdio: 'inherit' });
clang(['-std=c11', '-g', '-O1', '-ffp-contract=off', '-fsanitize=fuzzer,address,undefined,float-cast-overflow', '-fno-sanitize-recover=all',
  ...(process.arch === 'x64' ? ['-msse4.1'] : []), 'tests/c/fuzz_model.c', ...CORE, '-lm', '-o', `${folder}/fuzz_model`]);
execFileSync(`${folder}/fuzz_model`, [`${folder}/corpus`, `-max_total_time=${seconds}`, '-max_len=262144',
  '-rss_limit_mb=4096', `-artifact_prefix=${folder}/`], { stdio: 'inherit' });
