// The model that ships, in another program: llama.cpp, as wllama brings it to the browser, writes the same text.
// Beside the token's way: what is shown must be the model's, not ours.
// Must not know how either program computes.

import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import sirv from 'sirv';
import { Model } from '../web/engine/index.js';
import { launch } from './helpers/browser.js';

const at = (/** @type {string} */ path) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const PROMPTS = ['Once upon a time', 'Tom and his sister', 'The little dragon'];
/** Both round activations to 8 bits, each in its own way: further on, two tokens are nearly even sometimes. */
const TOKENS = 40;

/** Runs in the page. @param {{ prompts: string[], tokens: number }} task */
async function writeTexts({ prompts, tokens }) {
  const { Wllama } = await import(`${location.origin}/wllama/index.js`);
  const wllama = new Wllama({ default: '/wllama/wasm/wllama.wasm' }, { suppressNativeLog: true });
  await wllama.loadModelFromUrl(`${location.origin}/stories.gguf`, { useCache: false, n_ctx: 512, n_threads: 1 });
  const texts = [];
  for (const prompt of prompts) {
    const { choices } = await wllama.createCompletion({ prompt, max_tokens: tokens, temperature: 0 });
    texts.push(choices[0].text);
  }
  return texts;
}

describe('stories.gguf in llama.cpp', () => {
  /** @type {import('node:http').Server} */
  let server;
  /** @type {import('playwright-core').Browser} */
  let browser;

  before(async () => {
    const wllama = sirv(at('node_modules/@wllama/wllama/esm'));
    const model = sirv(at('model'));
    server = createServer((request, response) => {
      if (request.url === '/') return response.setHeader('content-type', 'text/html').end('<!doctype html><title>wllama</title>');
      if (!request.url?.startsWith('/wllama/')) return model(request, response);
      request.url = request.url.slice('/wllama'.length);
      return wllama(request, response);
    }).listen(0);
    browser = await launch();
  });
  after(async () => {
    await browser?.close();
    server?.close();
  });

  test('greedy, it writes what ours writes', async () => {
    const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
    const page = await browser.newPage();
    await page.goto(`http://localhost:${port}/`);
    const theirs = await page.evaluate(writeTexts, { prompts: PROMPTS, tokens: TOKENS });
    const model = await Model.load(at('model/stories.gguf'));
    for (const [i, prompt] of PROMPTS.entries()) {
      const session = model.session({ seed: 1, stages: [{ name: 'temperature', value: 0 }] });
      await session.feed(prompt);
      const ids = [];
      for await (const { id } of session.generate({ maxTokens: TOKENS })) ids.push(id);
      assert.equal(theirs[i], await model.detokenize(ids), prompt);
    }
    await model.unload();
  });
});
