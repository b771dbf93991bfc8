// The C sampler against the naive twin, on random logits, texts and pipelines in any order.
// Tests the last hop of a token's way through tests/c/sampler_run.c, under the sanitizers.
// Must not need a model.

import { before, test } from 'node:test';
import assert from 'node:assert/strict';
import { seededRandom } from './helpers/random-model.js';
import { REWRITES, STAGES, randomCase, randomLogits, settingOf } from './helpers/random-pipelines.js';
import { compileSampler } from './helpers/sampler-run.js';
import { sampleTwin, uniformTwin } from './helpers/sampler-twin.js';

/** @typedef {import('./helpers/sampler-run.js').Stage} Stage */

/** @type {ReturnType<typeof compileSampler>} */
let run;
before(() => (run = compileSampler('sampler_run_random')));

/** @param {number} actual @param {number} expected @param {number} tolerance relative to large numbers @param {string} what */
function close(actual, expected, tolerance, what) {
  const same = actual === expected || Math.abs(actual - expected) <= tolerance * Math.max(1, Math.abs(expected));
  assert.ok(same, `${what} is ${actual}, expected ${expected}`);
}

/** @param {import('./helpers/sampler-run.js').Row} row @param {import('./helpers/sampler-twin.js').Row} expected @param {string} what */
function sameRow(row, expected, what) {
  assert.deepEqual([row.name, row.kept], [expected.name, expected.kept], what);
  // Which of the tokens that cannot follow are kept does not matter.
  const possible = expected.logits.filter((logit) => logit > -Infinity).length;
  assert.deepEqual(row.ids.slice(0, possible), expected.ids.slice(0, possible), what);
  for (let i = 0; i < row.kept; i++) {
    close(row.probs[i], expected.probs[i], 1e-7, `${what}: probability ${i}`);
    close(row.logits[i], expected.logits[i], 1e-12, `${what}: logit ${i}`);
  }
  close(row.keptMass, expected.keptMass, 1e-11, `${what}: kept mass`);
  close(row.entropy, expected.entropy, 1e-10, `${what}: entropy`);
  close(row.limit, expected.limit, 2e-7, `${what}: limit`); // thresholds are floats there
}

test('every row of random pipelines equals the twin\'s', () => {
  const random = seededRandom(77);
  const cases = Array.from({ length: 1500 }, (_, i) => randomCase(random, i));
  /** @type {Record<string, number>} */
  const cuts = {};
  run(cases).forEach((result, i) => {
    const { logits, stages, seed = 0, position = 0, force, mu, text, breakers } = cases[i];
    const u = uniformTwin(seed, position);
    const turn = { force, mu, text, breakers: new Set(breakers), xtc: uniformTwin(seed, position, 1n) };
    const twin = sampleTwin(logits, stages.map(settingOf), u, turn);
    const what = `case ${i}, ${JSON.stringify(stages)}`;
    assert.equal(result.error, undefined, what);
    assert.equal(result.u, u);
    assert.equal(result.token, twin.token, what);
    assert.equal(result.mu === null, twin.mu === null, what);
    close(result.mu ?? 0, twin.mu ?? 0, 1e-9, `${what}: mu`);
    assert.equal(result.rows.length, twin.rows.length);
    result.rows.forEach((row, r) => {
      sameRow(row, twin.rows[r], `${what}, row ${r}`);
      const { ids, probs } = twin.rows[r];
      for (const [w, id] of (cases[i].watch ?? []).entries()) {
        const at = ids.indexOf(id);
        const [rank, prob, logit] = row.watched[w];
        close(prob, at < 0 ? 0 : probs[at], 1e-7, `${what}, row ${r}, token ${id}`);
        const listed = row.ids.indexOf(id);
        if (listed < 0) continue;
        assert.deepEqual([prob, logit], [row.probs[listed], row.logits[listed]]);
        assert.equal(rank, listed, `${what}, row ${r}, token ${id}`);
      }
      if (r > 0 && row.kept < result.rows[r - 1].kept) cuts[row.name] = (cuts[row.name] ?? 0) + 1;
    });
    close(result.entropy, twin.rows[0].entropy, 1e-10, what);
    if (logits[twin.token] > -Infinity) {
      const p = twin.rows[0].probs[twin.rows[0].ids.indexOf(twin.token)];
      if (p > 0) close(result.logprob, Math.log(p), 1e-10, what);
    }
  });
  for (const name of Object.keys(STAGES)) {
    if (!REWRITES.includes(name)) assert.ok(cuts[name] > 20, `${name} cut ${cuts[name]} times`);
  }
});

test('mirostat\'s bound over a whole generation is the twin\'s', () => {
  const random = seededRandom(5);
  const stages = /** @type {Stage[]} */ ([['temperature', 1.2], ['mirostat', 3, 0.2]]);
  /** @type {number | null} */
  let mu = null;
  /** @type {number | null} */
  let expected = null;
  for (let position = 0; position < 30; position++) {
    const logits = randomLogits(random, 200);
    const [result] = run([{ logits, stages, mu, position }]);
    const twin = sampleTwin(logits, stages.map(settingOf), uniformTwin(1, position), { mu: expected });
    assert.equal(result.token, twin.token);
    ({ mu } = result);
    expected = twin.mu;
    close(mu ?? NaN, expected ?? NaN, 1e-9, `mu after position ${position}`);
  }
});
