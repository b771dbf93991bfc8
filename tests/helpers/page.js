// What the page shows of a step, as programs read it, and that it is what the twin computes.
// Beside the token's way: the tests of the built page compare with it.
// Must not reach into the page: it reads what people see, and computes the rest in Node.

import assert from 'node:assert/strict';
import { eventually } from './browser.js';
import { sampleTwin, uniformTwin } from './sampler-twin.js';

/**
 * @typedef {import('playwright-core').Page} Page
 * @typedef {{ name: string, value: number }} Stage
 * @typedef {object} Shown
 * @property {{ id: number, probs: Record<string, string>, drawn: boolean }[]} rows
 * @property {Record<string, { kept: number, keptMass: number, entropy: number }>} heads
 * @property {Record<string, { count: number, mass: number }>} others
 * @property {number} u
 * @property {number[]} chips token ids by position
 */

/** The page's first settings. @type {Stage[]} */
export const FIRST = [
  { name: 'temperature', value: 0.8 },
  { name: 'top-k', value: 40 },
  { name: 'top-p', value: 0.9 },
  { name: 'min-p', value: 0.05 },
];

/** Runs in the page: the numbers as any program would read them. @returns {Shown} */
export function readPage() {
  const all = (/** @type {string} */ selector, /** @type {ParentNode} */ root = document) =>
    /** @type {HTMLElement[]} */ ([...root.querySelectorAll(selector)]);
  const rows = all('tr[data-token-id]').map((row) => ({
    id: Number(row.dataset.tokenId),
    drawn: row.classList.contains('drawn'),
    probs: Object.fromEntries(all('[data-stage]', row).map((cell) => [cell.dataset.stage, cell.dataset.prob ?? ''])),
  }));
  const heads = Object.fromEntries(
    all('[data-stage-head]').map(({ dataset }) => [
      dataset.stageHead,
      { kept: Number(dataset.kept), keptMass: Number(dataset.keptMass), entropy: Number(dataset.entropy) },
    ]),
  );
  const others = Object.fromEntries(
    all('[data-others]').map(({ dataset }) => [dataset.others, { count: Number(dataset.count), mass: Number(dataset.mass) }]),
  );
  const chips = all('[data-position]').map((chip) => Number(chip.dataset.tokenId));
  return { rows, heads, others, chips, u: Number(all('[data-u]')[0]?.dataset.u) };
}

/**
 * Waits until the page shows what the twin makes of the model's logits at a position.
 * @param {Page} page
 * @param {Awaited<ReturnType<typeof import('../../web/engine/index.js').Model.load>>} model that of the page
 * @param {{ ids: ArrayLike<number>, stages?: Stage[], seed?: number }} expected ids: the tokens before the position
 * @returns {Promise<Shown>}
 */
export async function shows(page, model, { ids, stages = FIRST, seed = 1 }) {
  const session = model.session();
  await session.feed(Uint32Array.from(ids));
  const u = uniformTwin(seed, ids.length);
  const { token, rows } = sampleTwin(await session.logits(), stages, u);
  /** @type {Shown | undefined} */
  let shown;
  await eventually(async () => {
    shown = await page.evaluate(readPage);
    assert.equal(shown.u, u);
    assert.deepEqual(shown.rows.filter((row) => row.drawn).map((row) => row.id), [token]);
    const top = shown.rows.map((row) => row.id).filter((id) => id !== token);
    assert.deepEqual(top, rows[0].ids.filter((id) => id !== token).slice(0, top.length));
    for (const { name, kept, keptMass, entropy, ids, probs } of rows) {
      const close = (/** @type {number} */ actual, /** @type {number} */ wanted, what = '') =>
        assert.ok(Math.abs(actual - wanted) < 1e-6, `${name}: ${what} ${actual}, the twin has ${wanted}`);
      /** @type {Shown['heads'][string]} */
      const head = shown.heads[name];
      assert.equal(head.kept, kept, name);
      close(head.keptMass, keptMass, 'kept mass');
      assert.ok(Math.abs(head.entropy - entropy) < 1e-5, `${name}: entropy ${head.entropy}, the twin has ${entropy}`);
      let seen = 0;
      for (const row of shown.rows) {
        const rank = ids.indexOf(row.id);
        if (rank < 0) assert.equal(row.probs[name], '0');
        else close(Number(row.probs[name]), probs[rank], `token ${row.id}`);
        seen += rank < 0 ? 0 : probs[rank];
      }
      close(shown.others[name].mass, 1 - seen, 'others');
      assert.equal(shown.others[name].count, kept - shown.rows.filter((row) => ids.includes(row.id)).length);
    }
  });
  return /** @type {Shown} */ (shown);
}

/** @param {Page} page @param {number} length of the text in tokens */
export const textIs = (page, length) => eventually(async () => assert.equal(await page.locator('[data-position]').count(), length));
