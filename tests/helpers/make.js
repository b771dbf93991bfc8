// Calls make as a person does in a terminal, also when `make test` runs the tests.
// Beside the token's way; for tests of what the Makefiles do.
// Must not build into the project's build/: a test names a folder of its own as BUILD.

import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const PROJECT = fileURLToPath(new URL('../..', import.meta.url));

/** What another make hands down to this one, and what could be meant for it. */
const FOREIGN = /^(MAKE|MFLAGS|GNUMAKEFLAGS|CORPUS$|SHAPE$|STEPS$|NAME$|LICENSE$|OPTIONS$|PREPARE$|BUILD$|FROM$|STORIES$)/;

/**
 * @param {string[]} args
 * @param {{ from?: string, folder?: string }} [options] the folder in which the terminal is, and that of the Makefile
 */
export function make(args, { from = PROJECT, folder = PROJECT } = {}) {
  const own = Object.entries(process.env).filter(([name]) => !FOREIGN.test(name));
  const env = { ...Object.fromEntries(own), PWD: from };
  return spawnSync('make', ['-C', folder, ...args], { cwd: from, env, encoding: 'utf8', timeout: 240_000 });
}
