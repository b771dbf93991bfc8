// Files that we write, in another program: llama.cpp, as wllama brings it to the browser, writes the same text.
// Beside the token's way: what is shown must be the model's, not ours.
// Must not know how either program computes.

import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sirv from 'sirv';
import { Model } from '../web/engine/index.js';
import { launch } from './helpers/browser.js';
import { IMPORT, SYNTH, compileC } from './helpers/compile.js';
import { shared, skipWithoutData } from './helpers/data.js';
import { collect } from './helpers/steps.js';

const at = (/** @type {string} */ path) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const PROMPTS = ['Once upon a time', 'Tom and his sister', 'The little dragon'];
/** Both round activations to 8 bits, each in its own way: further on, two tokens are nearly even sometimes. */
const TOKENS = 40;

/** Runs in the page. @param {{ file: string, prompts: string[], tokens: number }} task */
async function writeTexts({ file, prompts, tokens }) {
  const { Wllama } = await import(`${location.origin}/wllama/index.js`);
  const wllama = new Wllama({ default: '/wllama/wasm/wllama.wasm' }, { suppressNativeLog: true });
  await wllama.loadModelFromUrl(`${location.origin}/${file}`, { useCache: false, n_ctx: 512, n_threads: 1 });
  const texts = [];
  for (const prompt of prompts) {
    const { choices } = await wllama.createCompletion({ prompt, max_tokens: tokens, temperature: 0 });
    texts.push(choices[0].text);
  }
  return texts;
}

describe('llama.cpp', () => {
  /** @type {import('node:http').Server} */
  let server;
  /** @type {import('playwright-core').Browser} */
  let browser;
  const folder = mkdtempSync(join(tmpdir(), 'logitscope-interop-'));

  before(async () => {
    const wllama = sirv(at('node_modules/@wllama/wllama/esm'));
    const models = sirv(folder, { dev: true }); // dev: files come later
    server = createServer((request, response) => {
      if (request.url === '/') return response.setHeader('content-type', 'text/html').end('<!doctype html><title>wllama</title>');
      if (!request.url?.startsWith('/wllama/')) return models(request, response);
      request.url = request.url.slice('/wllama'.length);
      return wllama(request, response);
    }).listen(0);
    browser = await launch();
  });
  after(async () => {
    await browser?.close();
    server?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** @param {string} file in the folder */
  async function assertSameTexts(file) {
    const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
    const page = await browser.newPage();
    await page.goto(`http://localhost:${port}/`);
    const theirs = await page.evaluate(writeTexts, { file, prompts: PROMPTS, tokens: TOKENS });
    const model = await Model.load(join(folder, file));
    for (const [i, prompt] of PROMPTS.entries()) {
      const session = model.session({ seed: 1, stages: [{ name: 'temperature', value: 0 }] });
      await session.feed(prompt);
      await collect(session.generate({ maxTokens: TOKENS }));
      assert.equal(prompt + theirs[i], await model.detokenize(session.ids));
    }
    await model.unload();
    await page.close();
  }

  test('greedy, writes what ours writes with the model that ships', async () => {
    copyFileSync(at('model/stories.gguf'), join(folder, 'stories.gguf'));
    await assertSameTexts('stories.gguf');
  });

  test('and with a model of llama2.c that we imported', { skip: skipWithoutData }, async () => {
    const program = compileC('import-interop', IMPORT);
    const from = ['stories260K.bin', 'tok512.bin'].map((name) => shared(`models/${name}`));
    execFileSync(program, [...from, join(folder, 'imported.gguf'), 'f16']);
    await assertSameTexts('imported.gguf');
  });

  test('opens a model of random weights, for measuring', async () => {
    execFileSync(compileC('synth-interop', SYNTH), ['--shape', '15m', '--type', 'q4_0', '--out', join(folder, 'synth.gguf')]);
    const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
    const page = await browser.newPage();
    await page.goto(`http://localhost:${port}/`);
    const [text] = await page.evaluate(writeTexts, { file: 'synth.gguf', prompts: [String.fromCodePoint(0x10300)], tokens: 4 });
    assert.equal([...text].length, 4); // a token is a character
    await page.close();
  });
});
