// Runs the two command lines: the WebAssembly one in Node, and the native twin where it has been built.
// Before the token's way; for tests that give both the same flags.
// Must not know what a flag does.

import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const at = (/** @type {string} */ path) => fileURLToPath(new URL(`../../${path}`, import.meta.url));

/** @typedef {{ name: string, command: string, args: string[] }} Program @type {Program[]} */
export const PROGRAMS = [
  { name: 'node web/engine/cli.js', command: process.execPath, args: [at('web/engine/cli.js')] },
  { name: 'build/logitscope', command: at('build/logitscope'), args: [] },
].filter(({ command }) => existsSync(command));

/**
 * Starts a program.
 * @param {Program} program
 * @param {string[]} flags
 */
export function start({ command, args }, flags) {
  return spawn(command, [...args, ...flags], { stdio: ['ignore', 'pipe', 'pipe'] });
}

/**
 * Runs a program to its end.
 * @param {Program} program
 * @param {string[]} flags
 * @returns {Promise<{ code: number | null, stdout: Buffer, text: string, stderr: string }>}
 */
export function run(program, flags) {
  return new Promise((resolve, reject) => {
    const child = start(program, flags);
    /** @type {{ stdout: Buffer[], stderr: Buffer[] }} */
    const out = { stdout: [], stderr: [] };
    child.stdout.on('data', (part) => out.stdout.push(part));
    child.stderr.on('data', (part) => out.stderr.push(part));
    child.on('error', reject);
    child.on('close', (code) => {
      const stdout = Buffer.concat(out.stdout);
      resolve({ code, stdout, text: stdout.toString(), stderr: Buffer.concat(out.stderr).toString() });
    });
  });
}
