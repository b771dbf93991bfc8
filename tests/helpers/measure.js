// What the benchmarks share: medians, and what a figure must be named with.
// Beside tests/bench.js and tests/bench-train.js.
// Must not know what is measured.

import { execFileSync } from 'node:child_process';
import { availableParallelism, cpus } from 'node:os';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));
export const cores = availableParallelism();
export const machine = `${cpus()[0].model}, ${cores} cores`;
export const commit = execFileSync('git', ['describe', '--always', '--dirty'], { cwd: root, encoding: 'utf8' }).trim();

/** @param {number[]} values */
export const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];
