// Receipts and comparisons against brute force over whole lists: of the engine's steps without a model, and on the built page.
// Behind the token's way: what panels say about a step is read off that step.
// Must not reach into the page: it reads what people see, and computes the rest in Node.

import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { comparisonOf, isWhole, otherOrder } from '../web/app/compare.js';
import { FIRST_STAGES, presets, samePipeline } from '../web/app/pipeline.js';
import { listingFor, receiptOf } from '../web/app/receipt.js';
import { Model, Sampler } from '../web/engine/index.js';
import { serve } from '../web/serve.js';
import { launch, openPage } from './helpers/browser.js';
import { sampleTwin, uniformTwin } from './helpers/sampler-twin.js';

/**
 * @typedef {import('../web/engine/index.js').Stage} Stage
 * @typedef {import('../web/app/receipt.js').Receipt} Receipt
 */

/** The seed document's exercise 9.8. */
const EXERCISE = Float32Array.of(10, 8, 5, 2, 1, 0.5);
const NAMES = [' cat', ' dog', ' mat', ' a', ' the', '.'];
/** Whose u at position 6 is 0.7500. */
const SEED = 570n;
const POSITION = 6;

/** @param {Stage[]} stages */
const named = (...stages) => stages;

/** @param {number} n @param {number} spread @returns {Float32Array} like those of a model: a few high ones, many low ones */
function logitsLike(n, spread) {
  let x = 12345;
  return Float32Array.from({ length: n }, () => {
    x = (x * 1103515245 + 12345) % 2 ** 31;
    return spread * Math.log((x + 1) / 2 ** 31) + 6;
  });
}

/** @param {number} actual @param {number} expected @param {string} [what] */
function close(actual, expected, what = '') {
  assert.ok(Math.abs(actual - expected) <= 2e-6 * Math.max(1, Math.abs(expected)), `${what} ${actual}, expected ${expected}`);
}

describe('why this token', () => {
  /** @type {Awaited<ReturnType<typeof Sampler.open>>} */
  let sampler;
  before(async () => {
    sampler = await Sampler.open();
  });
  after(() => sampler?.close());

  /** @param {Float32Array} logits @param {Stage[]} stages @param {number} id @param {Record<string, any>} [more] */
  async function stepOf(logits, stages, id, more = {}) {
    return sampler.sample(logits, { stages, seed: SEED, position: POSITION, trace: 'top', top: logits.length, watch: [id], ...more });
  }

  /** @param {Float32Array} logits @param {Stage[]} stages @param {number} id @param {Record<string, any>} [more] @returns {Promise<Receipt>} */
  async function receipt(logits, stages, id, more = {}) {
    const step = await stepOf(logits, stages, id, more);
    const textBefore = [...(more.ids ?? [])];
    return receiptOf(step, id, { stages, seed: SEED, specs: sampler.stages, textBefore, how: 'drawn' });
  }

  /** The measure of the last stage. @param {Float32Array} logits @param {Stage[]} stages @param {number} id @param {Record<string, any>} [more] @returns {Promise<any>} */
  const measure = async (logits, stages, id, more) => (await receipt(logits, stages, id, more)).lines.at(-1)?.measure;

  test('of the exercise: the part from 0 to 0.8808, three rivals cut by top-k, one by top-p', async () => {
    const stages = named({ name: 'temperature', value: 1 }, { name: 'top-k', value: 3 }, { name: 'top-p', value: 0.9 });
    const { u, drawn, part, strip, lines } = await receipt(EXERCISE, stages, 0);
    assert.equal(u.toFixed(4), '0.7500');
    assert.equal(drawn, 0);
    assert.equal(part?.from, 0);
    assert.equal(part?.to.toFixed(4), '0.8808');
    assert.equal(strip.before, null);
    assert.deepEqual([strip.after?.id, strip.after?.from, strip.after?.to], [1, part?.to, 1]);
    assert.deepEqual(lines.map(({ cut }) => cut?.count ?? 0), [0, 0, 3, 1]);
    assert.deepEqual(lines.map(({ cut }) => cut?.listed[0].id ?? null), [null, null, 3, 2]);
    assert.deepEqual(lines.map(({ measure }) => measure.kind), ['model', 'off', 'top-k', 'top-p']);
    assert.deepEqual(lines[2].measure, { kind: 'top-k', place: 1, bound: 3, margin: 2 });
  });

  test('every token: rank, probability, cuts and parts as brute force finds them, in two orders', async () => {
    const logits = logitsLike(300, 2);
    const [temperature, topK, topP, minP] = [
      { name: 'temperature', value: 0.8 },
      { name: 'top-k', value: 40 },
      { name: 'top-p', value: 0.9 },
      { name: 'min-p', value: 0.05 },
    ];
    for (const stages of [named(temperature, topK, topP, minP), named(minP, topP, topK, temperature)]) {
      const u = (await stepOf(logits, stages, 0)).u;
      const { token, rows } = sampleTwin(logits, /** @type {any} */ (stages), u);
      const order = rows[0].ids;
      for (const id of order) {
        const { lines, part, drawn } = await receipt(logits, stages, id);
        assert.equal(drawn, token);
        for (const [i, line] of lines.entries()) {
          const [row, then] = [rows[i], rows[Math.max(0, i - 1)]];
          const [place, placeThen] = [row.ids.indexOf(id), then.ids.indexOf(id)];
          assert.equal(line.rank, order.indexOf(id) + 1);
          close(line.prob, row.probs[place] ?? 0, 'probability');
          assert.equal(line.kept, row.kept);
          assert.equal(line.removed, placeThen >= 0 && place < 0);
          assert.equal(line.cut?.count ?? 0, then.kept - row.kept);
          if (line.cut) {
            const gone = then.ids.filter((each) => !row.ids.includes(each));
            close(line.cut.mass, gone.reduce((sum, each) => sum + then.probs[then.ids.indexOf(each)], 0), 'mass that was cut');
            assert.equal(line.cut.listed[0].id, gone[0]);
            close(line.cut.listed[0].prob, then.probs[then.ids.indexOf(gone[0])]);
          }
          if (placeThen < 0) assert.equal(line.measure.kind, 'gone');
          else if ('margin' in line.measure) {
            const kept = line.name === 'top-p' ? line.measure.margin > 0 : line.measure.margin >= 0;
            assert.equal(kept, place >= 0, `${line.name} of rank ${line.rank}`);
          }
        }
        const last = rows[rows.length - 1];
        const place = last.ids.indexOf(id);
        if (place < 0) assert.equal(part, null);
        else {
          close(part?.from ?? NaN, last.probs.slice(0, place).reduce((sum, p) => sum + p, 0), 'start of the part');
          assert.equal(id === token, (part?.from ?? NaN) <= u && u < (part?.to ?? NaN));
        }
      }
    }
  });

  test('the parts lie end to end from 0 to 1', async () => {
    const logits = logitsLike(300, 2);
    for (let value = 1; value <= 30; value++) {
      const stages = named({ name: 'top-k', value });
      const { ids } = (await stepOf(logits, stages, 0)).stages[1];
      let end = 0;
      for (const id of ids) {
        const { part } = await receipt(logits, stages, id);
        assert.equal(part?.from, end);
        end = part?.to ?? NaN;
      }
      assert.equal(end, 1);
    }
  });

  test('a short listing says how much must be listed, and then gives the same receipt', async () => {
    const logits = logitsLike(300, 2);
    const pipelines = [
      named({ name: 'temperature', value: 1.5 }),
      named({ name: 'top-k', value: 200 }, { name: 'top-p', value: 0.95 }),
      named({ name: 'xtc', probability: 1, threshold: 0.005 }, { name: 'top-k', value: 30 }),
      named({ name: 'typical', value: 0.4 }, { name: 'temperature', value: 0.01 }),
    ];
    for (const stages of pipelines) {
      const { ids } = (await stepOf(logits, [], 0)).stages[0];
      for (const [position, place] of [0, 3, 40, 150, 299].flatMap((place) => [0, 1, 2, 3, 4, 5].map((position) => [position, place]))) {
        const id = ids[place];
        const moment = { stages, seed: SEED, specs: sampler.stages, textBefore: [], how: /** @type {const} */ ('taken') };
        const whole = await stepOf(logits, stages, id, { position });
        for (const top of [1, 30]) {
          const listing = listingFor(await stepOf(logits, stages, id, { position, top }), id);
          const short = await stepOf(logits, stages, id, { position, top: listing });
          assert.deepEqual(receiptOf(short, id, moment), receiptOf(whole, id, moment));
          assert.ok(listingFor(short, id) <= listing);
        }
      }
    }
  });

  test('temperature, typical, epsilon, eta and top-n-sigma: how far from the bound, in the stage\'s own measure', async () => {
    const logits = logitsLike(300, 2);
    const { probs, ids, entropy } = sampleTwin(logits, [], 0).rows[0];
    for (const place of [0, 3, 12, 60, 250]) {
      const [id, p] = [ids[place], probs[place]];
      const is = (/** @type {string} */ name, /** @type {number} */ value) => measure(logits, named({ name, value }), id);
      const kept = async (/** @type {string} */ name, /** @type {number} */ value) => !(await receipt(logits, named({ name, value }), id)).lines[1].removed;

      const scaled = await is('temperature', 0.5);
      assert.deepEqual([scaled.before, scaled.after], [logits[id], logits[id] / 0.5]);

      const typical = await is('typical', 0.6);
      close(typical.deviation, Math.abs(-Math.log2(p) - entropy), 'deviation');
      assert.equal(typical.margin >= -1e-6, await kept('typical', 0.6));

      const epsilon = await is('epsilon', 0.005);
      close(epsilon.margin, p - 0.005, 'epsilon');
      assert.equal(epsilon.margin >= 0, await kept('epsilon', 0.005));

      const eta = await is('eta', 0.01);
      close(eta.bound, Math.min(0.01, Math.sqrt(0.01) * Math.exp(-entropy * Math.LN2)), 'eta');
      close(eta.prob, p);

      const mean = logits.reduce((sum, l) => sum + l, 0) / logits.length;
      const sigma = Math.sqrt(logits.reduce((sum, l) => sum + (l - mean) ** 2, 0) / logits.length);
      const top = await is('top-n-sigma', 1.5);
      close(top.margin, logits[id] - (logits[ids[0]] - 1.5 * sigma), 'top-n-sigma');
      assert.equal(top.margin >= 0, await kept('top-n-sigma', 1.5));
    }
  });

  test('XTC: whether the chance hit; the front of the ranking is what it cuts', async () => {
    const logits = EXERCISE;
    const always = await receipt(logits, named({ name: 'xtc', probability: 1, threshold: 0.1 }), 0);
    assert.deepEqual(always.lines[1].cut?.listed[0].id, 0);
    assert.ok(always.lines[1].removed);
    const hit = /** @type {any} */ (always.lines[1].measure);
    assert.ok(hit.hit && hit.threshold === 0.1);
    const { chance } = hit;
    assert.equal((await measure(logits, named({ name: 'xtc', probability: chance, threshold: 0.1 }), 0)).hit, false);
    assert.equal((await measure(logits, named({ name: 'xtc', probability: Math.min(1, chance + 1e-9), threshold: 0.1 }), 0)).hit, true);
  });

  test('mirostat: surprisal against mu', async () => {
    const stages = named({ name: 'mirostat', tau: 1, eta: 0.1 });
    const first = await measure(EXERCISE, stages, 1);
    close(first.bound, 2, 'mu');
    close(first.surprisal, -Math.log2(sampleTwin(EXERCISE, [], 0).rows[0].probs[1]), 'surprisal');
    assert.ok(first.margin < 0);
    close((await measure(EXERCISE, stages, 1, { mu: 5 })).bound, 5);
  });

  test('penalties, biases and DRY: the logit before and after, and why', async () => {
    const ids = [1, 2, 0, 1, 2, 0, 1, 2];
    const penalties = await measure(EXERCISE, named({ name: 'penalties', repetition: 1, frequency: 0.5, presence: 0.25, window: 5 }), 1, { ids });
    assert.deepEqual(penalties, { kind: 'penalties', before: 8, after: 8 - (2 * 0.5 + 0.25), count: 2, window: 5 }, 'twice in 1, 2, 0, 1, 2');
    const unseen = await measure(EXERCISE, named({ name: 'penalties', repetition: 2 }), 4, { ids });
    assert.deepEqual([unseen.count, unseen.window, unseen.before, unseen.after], [0, 8, 1, 1]);

    const bias = await measure(EXERCISE, named({ name: 'bias', biases: [[3, 4]] }), 3);
    assert.deepEqual([bias.before, bias.after], [2, 6]);

    const dry = await measure(EXERCISE, named({ name: 'dry', multiplier: 0.5, base: 2, allowedLength: 2 }), 0, { ids });
    assert.equal(dry.length, 5, '1, 2, 0, 1, 2 stood there before');
    assert.equal(dry.after, 10 - 0.5 * 2 ** (5 - 2));
    assert.equal((await measure(EXERCISE, named({ name: 'dry', multiplier: 0.5, base: 2, allowedLength: 2 }), 4, { ids })).length, 0);
    const logits = Float32Array.from(EXERCISE, (logit) => logit + 0.1234567);
    for (const value of [0.7, 0.8, 0.9, 1.3]) {
      for (const [id, length] of [[0, 5], [1, 0], [4, 0], [5, 0]]) {
        const after = await measure(logits, named({ name: 'temperature', value }, { name: 'dry', multiplier: 0.5, base: 2, allowedLength: 2 }), id, { ids });
        assert.equal(after.length, length, `token ${id} after a temperature of ${value}: its logits are rounded`);
      }
    }
  });

  describe('in words', () => {
    /** @type {typeof import('../web/app/receipt-words.js')} */
    let words;
    before(async () => {
      words = await import('../web/app/receipt-words.js');
    });
    const name = (/** @type {number} */ id) => NAMES[id];
    const stages = named({ name: 'temperature', value: 1 }, { name: 'top-k', value: 3 }, { name: 'top-p', value: 0.9 });

    test('one sentence says why', async () => {
      const { verdict, reasons } = words.wordsOf(await receipt(EXERCISE, stages, 0), name);
      assert.equal(verdict, '“ cat” was drawn because u = 0.7500 fell into its part of the strip (from 0 to 0.8808).');
      assert.deepEqual(reasons, ['Top-k cut 3 rivals, top-p 1.']);
    });

    test('a token that was taken by hand is not said to have been drawn', async () => {
      const made = /** @type {Receipt} */ ({ ...(await receipt(EXERCISE, stages, 3)), how: 'taken' });
      const { verdict, reasons, stages: told } = words.wordsOf(made, name);
      assert.equal(verdict, '“ a” was taken by hand, not drawn: u = 0.7500 fell on “ cat” (from 0 to 0.8808).');
      assert.deepEqual(reasons, ['Top-k cut 2 rivals, top-p 1.', '“ a” itself was cut by top-k.']);
      assert.match(told[2].told.join(' '), /^Place 4; only the first 3 stay\. So it was cut here\./);
      assert.deepEqual(told[3].told[0], 'It had been cut before.');
    });

    test('u is never shown as equal to the end of the part it fell into', async () => {
      const made = await receipt(EXERCISE, stages, 0);
      const { drawn } = made.strip;
      const near = { ...made, u: 0.75, strip: { ...made.strip, drawn: { ...drawn, to: 0.75000002 } } };
      assert.match(words.wordsOf(near, name).verdict, /u = 0\.75000000 .*\(from 0 to 0\.75000002\)/);
    });

    test('as plain text every stage has a line', async () => {
      const lines = words.plainReceipt(words.wordsOf(await receipt(EXERCISE, stages, 0), name), ['A note.']).split('\n');
      assert.deepEqual(lines.filter((line) => /^(Model|Temperature, off|Top-k 3|Top-p 0\.9): rank 1, /.test(line)).length, 4);
      assert.ok(lines.includes('A note.'));
    });
  });
});

describe('two pipelines', () => {
  /** @type {Awaited<ReturnType<typeof Sampler.open>>} */
  let sampler;
  before(async () => {
    sampler = await Sampler.open();
  });
  after(() => sampler?.close());

  /** @param {Float32Array} logits @param {Stage[]} a @param {Stage[]} b @param {number} [seed] */
  const pair = (logits, a, b, seed = 1) =>
    sampler.sampleAll(logits, [a, b].map((stages) => ({ stages, seed, position: POSITION, trace: /** @type {const} */ ('full') })));

  test('the order matters: temperature 0.5 before top-p 0.8 keeps one of 3, 2, 1, behind it two', async () => {
    const [temperature, topP] = [{ name: 'temperature', value: 0.5 }, { name: 'top-p', value: 0.8 }];
    const [stepA, stepB] = await pair(Float32Array.of(3, 2, 1), [temperature, topP], [topP, temperature]);
    const { a, b, sets, distance, rows } = comparisonOf(stepA, stepB, 10);
    assert.deepEqual([a.kept, b.kept], [1, 2]);
    assert.deepEqual(sets, { both: 1, a: 0, b: 1 });
    assert.deepEqual(rows.map(({ id, keptBy }) => [id, keptBy]), [[0, 'both'], [1, 'b']]);
    close(distance, 1 / (1 + Math.exp(2)));
    close(a.mass, 0.66524096);
    close(b.choices, 2 ** b.entropy);
  });

  test('as brute force over all tokens finds it', async () => {
    const logits = logitsLike(300, 2);
    const pipelines = [
      FIRST_STAGES,
      presets.llamaCpp,
      presets.greedy,
      named({ name: 'xtc', probability: 1, threshold: 0.02 }),
      named({ name: 'typical', value: 0.5 }),
      named({ name: 'bias', biases: [[250, 9]] }, { name: 'top-k', value: 5 }),
    ];
    for (const [first, second] of pipelines.flatMap((a) => pipelines.map((b) => [a, b]))) {
      const [stepA, stepB] = await pair(logits, first, second);
      assert.ok(isWhole(stepA) && isWhole(stepB));
      const found = comparisonOf(stepA, stepB, 6);
      const [lastA, lastB] = [stepA, stepB].map(({ stages }) => stages[stages.length - 1]);
      const of = (/** @type {typeof lastA} */ row) => new Map(Array.from(row.ids, (id, i) => [id, row.probs[i]]));
      const [a, b] = [of(lastA), of(lastB)];
      const all = [...new Set([...a.keys(), ...b.keys()])];
      assert.deepEqual(found.sets, {
        both: all.filter((id) => a.has(id) && b.has(id)).length,
        a: all.filter((id) => !b.has(id)).length,
        b: all.filter((id) => !a.has(id)).length,
      });
      close(found.distance, all.reduce((sum, id) => sum + Math.abs((a.get(id) ?? 0) - (b.get(id) ?? 0)), 0) / 2, 'distance');
      assert.equal(found.agree, stepA.id === stepB.id);
      for (const [side, map, row] of /** @type {const} */ ([['a', a, lastA], ['b', b, lastB]])) {
        assert.equal(found[side].kept, row.kept);
        close(found.rows.reduce((sum, each) => sum + each[side], found.others[side]), 1, 'all together');
        for (const each of found.rows) assert.equal(each[side], map.get(each.id) ?? 0);
        const own = sampleTwin(logits, [], 0).rows[0];
        close(found[side].mass, [...map.keys()].reduce((sum, id) => sum + own.probs[own.ids.indexOf(id)], 0), 'mass');
        for (const id of row.ids.subarray(0, 6)) assert.ok(found.rows.some((each) => each.id === id));
      }
      assert.equal(found.others.count, all.length - found.rows.length);
      if (first === second) assert.deepEqual([found.distance, found.sets.a, found.sets.b], [0, 0, 0]);
    }
  });

  test('a step that lists too little is not taken for whole', async () => {
    const [short] = await sampler.sampleAll(logitsLike(300, 2), [{ stages: [], seed: 1, position: 1, trace: 'top', top: 50 }]);
    assert.equal(isWhole(short), false);
    const biased = named({ name: 'bias', biases: [[250, 30]] }, { name: 'top-k', value: 1 });
    const [deep] = await sampler.sampleAll(logitsLike(300, 2), [{ stages: biased, seed: 1, position: 1, trace: 'top', top: 2 }]);
    assert.equal(isWhole(deep), false, 'the model\'s own probability of a token that a bias brought up is not listed');
  });

  test('the second pipeline begins with the first one\'s stages in another order', () => {
    assert.deepEqual(otherOrder(FIRST_STAGES).map(({ name }) => name), ['top-k', 'top-p', 'min-p', 'temperature']);
    for (const stages of [FIRST_STAGES, otherOrder(FIRST_STAGES), presets.greedy, presets.llamaCpp, presets.huggingFace, []]) {
      assert.ok(!samePipeline(otherOrder(stages), stages));
    }
  });
});

describe('on the page', { timeout: 120_000 }, () => {
  /** @type {import('playwright-core').Browser} */
  let browser;
  /** @type {Awaited<ReturnType<typeof serve>>} */
  let server;
  /** @type {Awaited<ReturnType<typeof Model.load>>} */
  let model;

  before(async () => {
    const stories = fileURLToPath(new URL('../model/stories.gguf', import.meta.url));
    [browser, server, model] = await Promise.all([launch(), serve(), Model.load(stories)]);
  });

  after(async () => {
    model?.unload();
    await browser?.close();
    await server?.close();
  });

  /** Three steps into the text, then the body; whatever the page complains about fails the test. @param {(page: import('playwright-core').Page) => Promise<void>} body */
  async function withPage(body) {
    const { page, complaints } = await openPage(browser, {
      serviceWorkers: 'block',
      reducedMotion: 'reduce',
      permissions: ['clipboard-read', 'clipboard-write'],
    });
    try {
      await page.goto(server.url);
      await page.waitForSelector('[data-u]', { state: 'attached' });
      for (let steps = 0; steps < 3; steps++) {
        const count = await page.locator('[data-position]').count();
        await page.click('[name="step"]');
        await page.waitForFunction((n) => document.querySelectorAll('[data-position]').length > n, count);
      }
      await body(page);
    } finally {
      await page.context().close();
    }
    assert.deepEqual(complaints, []);
  }

  /** @param {import('playwright-core').Page} page @returns {Promise<number[]>} the text's tokens, and the next one where it is shown */
  const idsOf = (page) => page.locator('[data-position]').evaluateAll((all) => all.map((chip) => Number(/** @type {HTMLElement} */ (chip).dataset.tokenId)));

  /** What the twin makes of the model's logits. @param {number[]} ids the tokens before @param {Stage[]} stages */
  async function twin(ids, stages) {
    const session = model.session();
    await session.feed(Uint32Array.from(ids));
    const u = uniformTwin(1, ids.length);
    return { u, ...sampleTwin(await session.logits(), /** @type {any} */ (stages), u) };
  }

  /** @param {import('playwright-core').Page} page @param {string} selector */
  const dataOf = (page, selector) => page.locator(selector).evaluate((element) => ({ .../** @type {HTMLElement} */ (element).dataset }));

  /** @param {import('playwright-core').Page} page @param {string} panel */
  async function accessible(page, panel) {
    await page.evaluate(await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8'));
    const found = await page.evaluate((selector) => /** @type {any} */ (globalThis).axe.run(document.querySelector(selector)), panel);
    assert.deepEqual(found.violations.map((/** @type {any} */ { id, nodes }) => `${id}: ${nodes[0].html}`), []);
  }

  test('a token\'s receipt has the twin\'s numbers, those of the settings it was drawn under', () =>
    withPage(async (page) => {
      const prompt = (await model.tokenize('Once upon a time')).length;
      const ids = await idsOf(page);
      await page.click(`[data-position="${prompt + 1}"]`);
      await page.click('#tab-receipt');
      const { u, token, rows } = await twin(ids.slice(0, prompt + 1), FIRST_STAGES);
      const check = async () => {
        await page.waitForSelector(`[data-receipt="${token}"][data-how="drawn"]`);
        const article = await dataOf(page, '[data-receipt]');
        assert.equal(Number(article.receiptU), u);
        const last = rows[rows.length - 1];
        close(Number(article.from), last.probs.slice(0, last.ids.indexOf(token)).reduce((sum, p) => sum + p, 0));
        const shown = await page.locator('[data-receipt-stage]').evaluateAll((all) =>
          all.map((row) => ({
            kept: Number(/** @type {HTMLElement} */ (row).dataset.kept),
            prob: Number(row.querySelector('[data-prob]')?.getAttribute('data-prob')),
            cut: Number(row.querySelector('[data-cut]')?.getAttribute('data-cut')),
          })),
        );
        assert.equal(shown.length, rows.length);
        for (const [i, row] of rows.entries()) {
          assert.equal(shown[i].kept, row.kept);
          close(shown[i].prob, row.probs[row.ids.indexOf(token)]);
          assert.equal(shown[i].cut, rows[Math.max(0, i - 1)].kept - row.kept);
        }
      };
      await check();
      assert.equal(await page.locator('ls-receipt .note').count(), 0);
      await accessible(page, 'ls-receipt');

      await page.fill('ls-stages input[type="number"][name="temperature"]', '1.7');
      await page.waitForSelector('ls-receipt .note');
      await check();

      await page.click('ls-receipt [name="copy"]');
      await page.waitForFunction(() => document.querySelector('ls-receipt [role="status"]')?.textContent !== '');
      const copied = await page.evaluate(() => navigator.clipboard.readText());
      assert.match(copied, /^“.*” was drawn because u = 0\.\d+ fell into its part of the strip \(from [\d.]+ to [\d.]+\)\.\n/);
      assert.equal(copied.split('\n').filter((line) => /: rank [\d,]+, /.test(line)).length, rows.length);

      await page.emulateMedia({ media: 'print' });
      for (const hidden of ['ls-stages', 'ls-draw', '.tabs', 'footer', 'ls-receipt [name="print"]']) assert.ok(!(await page.isVisible(hidden)), hidden);
      assert.ok(await page.isVisible('ls-receipt .verdict'));
    }));

  test('two pipelines: opening begins with the same stages in another order, closing ends it', () =>
    withPage(async (page) => {
      await page.click('#tab-compare');
      await page.waitForSelector('[data-distance]');
      const ids = (await idsOf(page)).slice(0, -1);
      const [a, b] = await Promise.all([twin(ids, FIRST_STAGES), twin(ids, otherOrder(FIRST_STAGES))]);
      const [lastA, lastB] = [a, b].map(({ rows }) => rows[rows.length - 1]);
      const shown = await dataOf(page, '[data-distance]');
      const both = lastA.ids.filter((id) => lastB.ids.includes(id)).length;
      assert.deepEqual([shown.both, shown.onlyA, shown.onlyB].map(Number), [both, lastA.kept - both, lastB.kept - both]);
      const all = [...new Set([...lastA.ids, ...lastB.ids])];
      const prob = (/** @type {typeof lastA} */ row, /** @type {number} */ id) => row.probs[row.ids.indexOf(id)] ?? 0;
      close(Number(shown.distance), all.reduce((sum, id) => sum + Math.abs(prob(lastA, id) - prob(lastB, id)), 0) / 2);
      assert.equal(shown.agree, String(a.token === b.token));
      await accessible(page, 'ls-compare');
      const allIds = await page.locator('[id]').evaluateAll((elements) => elements.map(({ id }) => id));
      assert.equal(new Set(allIds).size, allIds.length, 'ids stay unique');

      await page.click('ls-compare [name="copy-pipeline"]');
      await page.waitForSelector('[data-distance="0"][data-agree="true"]');
      await page.selectOption('ls-compare [name="preset"]', 'greedy');
      await page.waitForFunction((n) => document.querySelector('[data-only-b="0"]')?.getAttribute('data-only-a') === String(n), lastA.kept - 1);

      await page.click('ls-compare [name="stop-comparing"]');
      await page.waitForSelector('ls-compare', { state: 'detached' });
      assert.equal(await page.evaluate(() => document.activeElement?.id), 'tab-compare');
    }));
});
