// What stages cut, on rows of random pipelines as the naive twin makes them.
// Tests web/app/cuts.js, behind the token's way.
// Must not need the engine: the twin says which tokens are left, the difference of two rows which are gone.

import { test } from 'node:test';
import assert from 'node:assert/strict';
import { cutOf } from '../web/app/cuts.js';
import { seededRandom } from './helpers/random-model.js';
import { randomCase, settingOf } from './helpers/random-pipelines.js';
import { sampleTwin, uniformTwin } from './helpers/sampler-twin.js';

/** As the page has rows: so many tokens are listed. @param {any} row @param {number} top */
const listing = ({ kept, keptMass, ids, probs }, top) => /** @type {any} */ ({ kept, keptMass, ids: ids.slice(0, top), probs: probs.slice(0, top) });

test('what a stage cut is what the row before has and its own has not, at either end, as far as it is listed', () => {
  const random = seededRandom(5);
  const ends = { above: 0, below: 0, both: 0, none: 0, unlisted: 0 };
  for (let i = 0; i < 1500; i++) {
    const { logits, stages, seed = 0n, position = 0, mu, text, breakers } = randomCase(random, i);
    const turn = { mu, text, breakers: new Set(breakers), xtc: uniformTwin(seed, position, 1n) };
    const { rows } = sampleTwin(logits, stages.map(settingOf), uniformTwin(seed, position), turn);
    for (const [r, row] of rows.entries()) {
      if (r === 0) continue;
      const before = rows[r - 1];
      const left = new Set(row.ids);
      const gone = before.ids.filter((id) => !left.has(id));
      for (const top of [3, before.kept]) {
        const cut = cutOf(listing(before, top), listing(row, top), 50);
        assert.equal(cut?.count ?? 0, gone.length);
        if (!cut) continue;
        const listed = before.ids.slice(0, top).filter((id) => !left.has(id)).slice(0, 50);
        assert.deepEqual(cut.listed, listed.map((id) => ({ id, prob: before.probs[before.ids.indexOf(id)] })), `case ${i}, row ${r}, of ${top}`);
        const mass = gone.reduce((sum, id) => sum + before.probs[before.ids.indexOf(id)], 0);
        assert.ok(Math.abs(cut.mass - mass) < 1e-6, `${cut.mass}, expected ${mass}`);
        if (!before.ids.slice(0, top).some((id) => left.has(id))) ends.unlisted++;
      }
      const above = gone.includes(before.ids[0]);
      const below = gone.includes(before.ids[before.kept - 1]);
      ends[above && below ? 'both' : above ? 'above' : below ? 'below' : 'none']++;
    }
  }
  assert.ok(Object.values(ends).every((n) => n > 5), JSON.stringify(ends));
});
