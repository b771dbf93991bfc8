// Files of a step and of a text: the numbers on the screen, with all their digits, found again in three other languages.
// Behind the token's way: the built page saves them; JavaScript, Python with NumPy and Perl recompute them from the logits.
// Must not need ../shared; a language that is not there is skipped by name.

import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Model } from '../web/engine/index.js';
import { serve } from '../web/serve.js';
import { bytesText, csv, escapedText, json } from '../web/app/share/numbers.js';
import { encode } from '../web/app/share/permalink.js';
import { launch, openPage } from './helpers/browser.js';
import { sampleTwin, uniformTwin } from './helpers/sampler-twin.js';

/**
 * @typedef {import('playwright-core').Page} Page
 * @typedef {import('../web/app/share/record.js').Record} Shared
 * @typedef {import('../web/app/state.js').Stage} Stage
 */

const at = (/** @type {string} */ path) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const run = promisify(execFile);
const MODEL = at('model/stories.gguf');
const PROMPT = 'Once upon a time there was a cat. The cat was a cat. "The cat was a cat", said the cat. The cat was a';

const PYTHON = process.env.PYTHON ?? '/usr/bin/python3';
const noNumPy = spawnSync(PYTHON, ['-c', 'import numpy']).status !== 0 && `${PYTHON} has no NumPy: install Debian's python3-numpy, or set PYTHON`;
const noPerl = spawnSync('perl', ['-MJSON::PP', '-e', '1']).status !== 0 && "perl with JSON::PP is not there: install Debian's perl";

/** Five settings in five orders; each kind of stage is among them. @type {Record<string, { seed: bigint, stages: Stage[] }>} */
const WAYS = {
  'the order of Hugging Face': {
    seed: 1n,
    stages: [{ name: 'temperature', value: 0.8 }, { name: 'top-k', value: 40 }, { name: 'top-p', value: 0.95 }],
  },
  'the order of llama.cpp': {
    seed: 2n ** 64n - 1n,
    stages: [
      { name: 'penalties', repetition: 1.1, frequency: 0.2, presence: 0.1, window: 16 },
      { name: 'dry', multiplier: 0.8, base: 1.75, allowedLength: 2, window: 0 },
      { name: 'top-n-sigma', value: 4 },
      { name: 'top-k', value: 100 },
      { name: 'typical', value: 0.99 },
      { name: 'top-p', value: 0.98 },
      { name: 'min-p', value: 0.01 },
      { name: 'xtc', probability: 1, threshold: 0.05 },
      { name: 'temperature', value: 1.3 },
    ],
  },
  'cuts before a temperature': {
    seed: 31n,
    stages: [{ name: 'min-p', value: 0.002 }, { name: 'typical', value: 0.6 }, { name: 'temperature', value: 2 }, { name: 'top-k', value: 3 }],
  },
  'biases, then by surprise': {
    seed: 4n,
    stages: [
      { name: 'mirostat', tau: 5, eta: 0.2 },
      { name: 'bias', biases: [[258, -4.5], [300, 6.25], [301, 100]] },
      { name: 'temperature', value: 7 },
      { name: 'eta', value: 0.0004 },
      { name: 'epsilon', value: 0.001 },
    ],
  },
  greedy: { seed: 5n, stages: [{ name: 'dry', multiplier: 3, base: 2, allowedLength: 1, window: 12 }, { name: 'temperature', value: 0 }] },
};

describe('numbers in files', () => {
  test('are read back as the very ones', () => {
    const single = Float32Array.of(0.1, 1 / 3, 1e-45, 3.4028235e38);
    const double = Float64Array.of(0.1 + 0.2, 5e-324, -Infinity);
    const read = JSON.parse(json({ single, double, seed: 2n ** 64n - 1n, none: undefined, empty: [], nested: [{ a: [1] }, {}] }));
    assert.deepEqual(Float32Array.from(read.single), single);
    assert.deepEqual(read.single, Array.from(single), 'as 64-bit floats, too');
    assert.deepEqual(Float64Array.from(read.double, Number), double);
    assert.deepEqual(read, { ...read, seed: '18446744073709551615', empty: [], nested: [{ a: [1] }, {}] });
    assert.ok(!('none' in read));
  });

  test('stand in tables as RFC 4180 wants them', () => {
    assert.equal(csv([['a', 'b'], ['x"y', 'z,w'], [1n, null], [0.1, 'line\nbreak']]), 'a,b\r\n"x""y","z,w"\r\n1,\r\n0.1,"line\nbreak"\r\n');
  });

  test('and text on one line that begins no formula', () => {
    const text = (/** @type {string} */ words) => escapedText(new TextEncoder().encode(words));
    for (const words of ['\n"\\', '=1+1', '-1', '@x', '+', ' =', '猫', '\ufeffx']) assert.equal(JSON.parse(`"${text(words)}"`), words);
    assert.ok(['=1+1', '-1', '@x', '+'].every((words) => /^\\u00/.test(text(words))));
    assert.equal(escapedText(Uint8Array.of(0xe7, 0x8c)), '\ufffd');
    assert.equal(bytesText(Uint8Array.of(0xe7, 0x0c)), '0xe70c');
  });
});

describe('files that the page saves', () => {
  /** @type {import('playwright-core').Browser} */
  let browser;
  /** @type {Awaited<ReturnType<typeof serve>>} */
  let server;
  /** @type {string} */
  let folder;
  /** @type {Page} */
  let page;
  /** @type {string[]} */
  let complaints;
  /** By the names of the ways. @type {Record<string, { record: Shared, step: any, path: string }>} */
  const saved = {};

  before(async () => {
    [browser, server, folder] = await Promise.all([launch(), serve(), mkdtemp(join(tmpdir(), 'logitscope-'))]);
    ({ page, complaints } = await openPage(browser, { serviceWorkers: 'block', reducedMotion: 'reduce', acceptDownloads: true }));
    const model = await Model.load(MODEL);
    try {
      for (const [n, [name, settings]] of Object.entries(WAYS).entries()) {
        const session = model.session(settings);
        await session.feed(PROMPT);
        const prompt = [...session.ids];
        const drawn = [];
        for (let n = 0; n < 3; n++) drawn.push({ id: (await session.step()).id, settings, forced: false });
        saved[name] = {
          record: { title: '', model: { hash: model.info.hash, name: model.info.name, address: '' }, drawVersion: 1, prompt, drawn, settings, cursor: session.length - (n % 2) },
          step: null,
          path: '',
        };
      }
    } finally {
      model.unload();
    }
  });
  after(async () => {
    await browser?.close();
    await server?.close();
    if (folder) await rm(folder, { recursive: true });
    assert.deepEqual(complaints, []);
  });

  /** Opens a record in the page. @param {Shared} record */
  async function open(record) {
    if (page.url() === 'about:blank') await page.goto(`${server.url}#${encode(record)}`);
    else await page.evaluate((hash) => void (location.hash = hash), encode(record));
    const seed = String(record.settings.seed);
    await page.waitForFunction((wanted) => /** @type {HTMLInputElement | null} */ (document.querySelector('#seed'))?.value === wanted, seed);
    const u = String(uniformTwin(record.settings.seed, record.cursor));
    await page.waitForFunction((wanted) => document.querySelector('[data-u]')?.getAttribute('data-u') === wanted, u);
  }

  /** Saves a file by the button of this name. @param {string} button @returns {Promise<string>} its path */
  async function save(button) {
    const [download] = await Promise.all([page.waitForEvent('download'), page.click(`[name="${button}"]`)]);
    const path = join(folder, download.suggestedFilename());
    await download.saveAs(path);
    return path;
  }

  test('a step has every number that the screen shows, digit for digit', async () => {
    for (const [name, way] of Object.entries(saved)) {
      await open(way.record);
      const shown = await page.evaluate(() => ({
        u: document.querySelector('[data-u]')?.getAttribute('data-u'),
        probs: [...document.querySelectorAll('tr[data-token-id] [data-prob]')].map((element) => {
          const { prob, stage } = /** @type {HTMLElement} */ (element).dataset;
          return [Number(/** @type {HTMLElement} */ (element.closest('tr')).dataset.tokenId), stage, prob];
        }),
        heads: [...document.querySelectorAll('[data-stage-head]')].map((head) => ({ .../** @type {HTMLElement} */ (head).dataset })),
      }));
      await page.click('[name="share"]');
      const path = await save('step-json');
      const text = await readFile(path, 'utf8');
      const step = JSON.parse(text);
      await page.keyboard.press('Escape');
      assert.equal(basename(path), `logitscope-step-${way.record.cursor}.json`);
      assert.equal(shown.u, String(step.u));
      assert.ok(shown.probs.length >= 8 * step.stages.length, name);
      const rows = new Map(step.stages.map((/** @type {any} */ row) => [row.name, row]));
      for (const [id, stage, prob] of shown.probs) {
        const { ids, probs } = /** @type {any} */ (rows.get(stage));
        assert.equal(prob, String(probs[ids.indexOf(id)] ?? 0), `${name}, ${stage}, token ${id}`);
      }
      for (const { stageHead, kept, keptMass, entropy } of shown.heads) {
        const row = /** @type {any} */ (rows.get(stageHead));
        assert.deepEqual([kept, keptMass, entropy], [row.kept, row.keptMass, row.entropy].map(String), `${name}, ${stageHead}`);
      }
      assert.deepEqual(step.before, [...way.record.prompt, ...way.record.drawn.map(({ id }) => id)].slice(0, way.record.cursor));
      assert.equal(step.settings.seed, String(way.record.settings.seed));
      saved[name].path = join(folder, `${saved[name].record.settings.seed}.json`);
      saved[name].step = step;
      await writeFile(saved[name].path, text);
    }
  });

  /** @param {number} actual @param {number} wanted @param {number} tolerance @param {string} what */
  const close = (actual, wanted, tolerance, what) =>
    assert.ok(Math.abs(actual - wanted) <= tolerance * Math.max(1, Math.abs(wanted)), `${what}: ${actual}, expected ${wanted}`);

  test('JavaScript finds the same from the logits', () => {
    for (const [name, { step }] of Object.entries(saved)) {
      const { position, before, logits, tokens, settings } = step;
      const seed = BigInt(settings.seed);
      const breakers = new Set(before.filter((/** @type {number} */ id) => /^0x(..)*?(0a|3a|22|2a)/.test(tokens[id])));
      const mirostat = step.stages.find((/** @type {any} */ row) => row.name === 'mirostat');
      const twin = sampleTwin(logits, step.stages.slice(1), uniformTwin(seed, position), {
        text: before, breakers, xtc: uniformTwin(seed, position, 1n), mu: mirostat?.limit ?? null,
      });
      assert.equal(twin.token, step.drawn, name);
      for (const [n, row] of twin.rows.entries()) {
        const what = `${name}, ${n} ${row.name}`;
        const exported = step.stages[n];
        assert.deepEqual(row.ids, exported.ids, what);
        row.probs.forEach((prob, i) => close(exported.probs[i], prob, 1e-7, `${what}, token ${row.ids[i]}`));
        for (const key of /** @type {const} */ (['kept', 'keptMass', 'entropy', 'limit'])) close(exported[key], row[key], 1e-6, `${what}, ${key}`);
      }
    }
  });

  test('Perl finds the same from the logits', { skip: noPerl }, async () => {
    for (const [name, { step, path }] of Object.entries(saved)) {
      const { stdout } = await run('perl', [at('tests/helpers/sampler-twin.pl'), path], { maxBuffer: 2 ** 26 });
      const lines = stdout.trim().split('\n').map((line) => line.split(' '));
      const [u, token] = lines.pop() ?? [];
      assert.equal(Number(u), step.u, name);
      assert.equal(Number(token), step.drawn, name);
      assert.equal(lines.length, step.stages.length);
      for (const [n, [kept, keptMass, entropy, limit, ids, probs]] of lines.entries()) {
        const row = step.stages[n];
        const what = `${name}, ${n} ${row.name}`;
        assert.equal(Number(kept), row.kept, what);
        assert.equal(ids, row.ids.join(), what);
        close(row.keptMass, Number(keptMass), 1e-9, `${what}, kept mass`);
        close(row.entropy, Number(entropy), 1e-9, `${what}, entropy`);
        close(row.limit, Number(limit), 1e-9, `${what}, limit`);
        probs.split(',').forEach((prob, i) => close(row.probs[i], Number(prob), 2 ** -24, `${what}, token ${row.ids[i]}`));
      }
    }
  });

  test('Python finds the same from the logits with the script that is saved beside it, and sees a wrong number', { skip: noNumPy }, async () => {
    const [{ record, step }] = Object.values(saved);
    await open(record);
    await page.click('[name="share"]');
    const [script] = [await save('step-py'), await save('step-json')];
    await page.keyboard.press('Escape');
    const { stdout } = await run(PYTHON, [basename(script)], { cwd: folder });
    assert.match(stdout, /Every number agrees\.\n$/);
    for (const { path } of Object.values(saved)) assert.match((await run(PYTHON, [script, path])).stdout, /Every number agrees\.\n$/);

    const [, first] = step.stages;
    /** @type {[string, any, RegExp][]} */
    const wrong = [
      ['a probability', { stages: step.stages.with(1, { ...first, probs: first.probs.with(3, first.probs[3] * 1.000001) }) }, /temperature: other probabilities/],
      ['an order', { stages: step.stages.with(1, { ...first, ids: [first.ids[1], first.ids[0], ...first.ids.slice(2)] }) }, /temperature: other tokens/],
      ['an entropy', { stages: step.stages.with(1, { ...first, entropy: first.entropy + 1e-6 }) }, /temperature, entropy/],
      ['u', { u: step.u + 2 ** -53 }, /u is/],
      ['a token', { drawn: step.drawn + 1 }, /is drawn here/],
      ['a logit', { logits: step.logits.with(step.drawn, step.logits[step.drawn] + 0.001) }, /logits: other probabilities/],
    ];
    for (const [what, change, says] of wrong) {
      const path = join(folder, 'wrong.json');
      await writeFile(path, JSON.stringify({ ...step, ...change }));
      await assert.rejects(run(PYTHON, [script, path]), { code: 1, stderr: says }, what);
    }
    await writeFile(join(folder, 'wrong.json'), '{}');
    await assert.rejects(run(PYTHON, [script, join(folder, 'wrong.json')]), { code: 1, stderr: /no step of version 1/ });
  });

  /** @param {string} path @returns {Promise<Record<string, string>[]>} */
  async function table(path) {
    const [names, ...rows] = (await readFile(path, 'utf8')).trimEnd().split('\r\n').map((line) =>
      [...line.matchAll(/("(?:[^"]|"")*"|[^,]*)(?:,|$)/g)].map(([, cell]) => cell.replace(/^"|"$/g, '').replaceAll('""', '"')));
    return rows.map((row) => Object.fromEntries(names.map((name, n) => [name, row[n]])));
  }

  test('the table of a step has the numbers of its JSON', async () => {
    const { record, step } = saved['the order of llama.cpp'];
    await open(record);
    await page.click('[name="share"]');
    const rows = await table(await save('step-csv'));
    await page.keyboard.press('Escape');
    assert.deepEqual(rows.map(({ id }) => Number(id)), step.stages[0].ids);
    for (const [place, row] of rows.entries()) {
      const id = step.stages[0].ids[place];
      assert.deepEqual([row.rank, row.bytes, row.logit], [String(place + 1), step.tokens[id], String(step.logits[id])]);
      for (const [n, { name, ids, probs, logits }] of step.stages.entries()) {
        const found = ids.indexOf(id);
        const expected = found < 0 ? ['', '0'] : [String(logits[found]), String(probs[found])];
        assert.deepEqual([row[`${n} ${name} logit`], row[`${n} ${name} probability`]], expected);
      }
    }
  });

  test('the view is saved as a picture, drawn and as pixels, with what is on the screen', async () => {
    const { record, step } = saved['the order of llama.cpp'];
    await open(record);
    const shown = await page.evaluate(() => ({
      numbers: [...document.querySelectorAll('tr[data-token-id] [data-prob]')].map((cell) =>
        [...cell.childNodes].map((node) => (node instanceof Text ? node.data : '')).join('').trim()),
      struck: document.querySelectorAll('tr[data-token-id] .cut-here, tr.row.cut').length,
      accent: getComputedStyle(document.documentElement).getPropertyValue('--accent'),
    }));
    await page.click('[name="share"]');
    const [svg, png] = [await readFile(await save('view-svg'), 'utf8'), await readFile(await save('view-png'))];
    await page.keyboard.press('Escape');
    const alone = await page.context().newPage(); // of no site, so without a Content-Security-Policy
    const drawn = await alone.evaluate((source) => {
      const image = new DOMParser().parseFromString(source, 'image/svg+xml');
      return {
        root: image.documentElement.tagName,
        title: image.querySelector('title')?.textContent,
        struck: image.querySelectorAll('.text-cut').length,
        texts: [...image.querySelectorAll('text')].map(({ textContent }) => textContent ?? ''),
        bars: image.querySelectorAll('rect.bar, rect.drawn, rect.cut').length,
        size: ['width', 'height'].map((name) => Number(image.documentElement.getAttribute(name))),
      };
    }, svg);
    await alone.close();
    assert.equal(drawn.root, 'svg');
    assert.match(drawn.title ?? '', new RegExp(`^Position ${record.cursor}: `));
    assert.ok(shown.struck > 0);
    assert.equal(drawn.struck, shown.struck, 'what is cut, and its share where it was');
    for (const number of shown.numbers) assert.ok(drawn.texts.includes(number), number);
    for (const { kept } of step.stages) assert.ok(drawn.texts.includes(kept.toLocaleString('en')));
    assert.ok(drawn.bars > step.stages.length * 3);
    assert.ok(!/https?:(?!\/\/www\.w3\.org\/2000\/svg)/.test(svg), 'it stands alone');

    const pixels = await page.evaluate(
      async ([encoded, accent]) => {
        const bitmap = await createImageBitmap(new Blob([Uint8Array.from(atob(encoded), (letter) => letter.charCodeAt(0))]));
        const context = /** @type {OffscreenCanvasRenderingContext2D} */ (new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d'));
        context.fillStyle = accent;
        context.fillRect(0, 0, 1, 1);
        const [r, g, b] = context.getImageData(0, 0, 1, 1).data;
        context.drawImage(bitmap, 0, 0);
        const { data } = context.getImageData(0, 0, bitmap.width, bitmap.height);
        let found = 0;
        for (let at = 0; at < data.length; at += 4) found += Number(data[at] === r && data[at + 1] === g && data[at + 2] === b);
        return { size: [bitmap.width, bitmap.height], found };
      },
      [png.toString('base64'), shown.accent],
    );
    assert.deepEqual(pixels.size, drawn.size.map((length) => 2 * length));
    assert.ok(pixels.found > 1000, `${pixels.found} pixels in the colour of what was drawn`);
  });

  test('a text has every token with how it came about, and its table the same', async () => {
    const { record } = saved['biases, then by surprise'];
    const forced = { id: 300, settings: WAYS.greedy, forced: true };
    await open({ ...record, drawn: [...record.drawn, forced], settings: WAYS.greedy, cursor: record.prompt.length + 2 });
    await page.click('[name="share"]');
    const text = JSON.parse(await readFile(await save('text-json'), 'utf8'));
    const rows = await table(await save('text-csv'));
    await page.keyboard.press('Escape');

    assert.equal(text.settings.length, 2);
    assert.deepEqual(text.tokens.map((/** @type {any} */ token) => token.id), [...record.prompt, ...record.drawn.map(({ id }) => id), 300]);
    const model = await Model.load(MODEL);
    try {
      const session = model.session(record.settings);
      await session.feed(record.prompt);
      for (const { id } of record.drawn) assert.equal((await session.step()).id, id);
      await session.step({ force: 300 });
      for (const token of text.tokens.slice(1)) {
        const logits = await session.logits({ position: token.position });
        const top = Math.max(...logits);
        const sum = logits.reduce((sum, logit) => sum + Math.exp(logit - top), 0);
        const surprisal = (Math.log(sum) + top - logits[token.id]) / Math.LN2;
        close(token.surprisal, surprisal, 1e-9, 'surprisal');
        close(token.probability, 2 ** -surprisal, 1e-7, 'probability');
        assert.equal(token.rank, 1 + logits.reduce((n, logit, id) => n + Number(logit > logits[token.id] || (logit === logits[token.id] && id < token.id)), 0));
        const [spelled] = await model.tokens([token.id]);
        assert.equal(token.bytes, bytesText(spelled.bytes));
        const drawn = token.position - record.prompt.length;
        assert.equal(token.source, drawn < 0 ? 'prompt' : drawn < 3 ? 'drawn' : 'taken');
        assert.equal(token.u, token.source === 'drawn' ? uniformTwin(record.settings.seed, token.position) : null);
        if (token.source === 'drawn') {
          const step = await session.inspect(token.position, { ...record.settings, trace: 'full' });
          const last = step.stages[step.stages.length - 1];
          assert.equal(token.finalProbability, last.probs[last.ids.indexOf(token.id)]);
        }
      }
    } finally {
      model.unload();
    }
    assert.deepEqual(Object.values(text.tokens[0]).slice(5), [null, null, null, null, null, null, null]);
    for (const [n, row] of rows.entries()) {
      const { settings, ...token } = text.tokens[n];
      for (const [key, value] of Object.entries(token)) assert.equal(row[key], value === null ? '' : String(value), `${n} ${key}`);
      assert.match(row.settings, settings === null ? /^$/ : settings === 0 ? /^seed=4 mirostat\(tau=5 eta=0\.2\) bias\(258=-4\.5/ : /^seed=5 dry/);
    }
  });
});
