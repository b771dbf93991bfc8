// Checks the naive sampler twin itself: known answers of its generator, vectors of the design.
// Beside the token's way: what other tests trust must first be trusted.
// Must not know the engine: no wasm, no page, no model.

import { test } from 'node:test';
import assert from 'node:assert/strict';
import { philox4x32, sampleTwin, uniformTwin } from './helpers/sampler-twin.js';

const off = { temperature: 1, 'top-k': 0, 'top-p': 1, 'min-p': 0 };

/** @param {Partial<Record<keyof typeof off, number>>} set @returns the four stages in the default order */
function stages(set) {
  return Object.entries({ ...off, ...set }).map(([name, value]) => ({ name, value: /** @type {number} */ (value) }));
}

/** @param {number[]} actual @param {number[]} expected @param {number} within */
function assertClose(actual, expected, within) {
  assert.equal(actual.length, expected.length);
  for (const [i, value] of actual.entries()) assert.ok(Math.abs(value - expected[i]) < within, `${actual} against ${expected}`);
}

test('Philox4x32-10 gives the known answers that Random123 publishes', () => {
  const ones = 0xffffffffn;
  assert.deepEqual(philox4x32([0n, 0n, 0n, 0n], [0n, 0n]), [0x6627e8d5n, 0xe169c58dn, 0xbc57ac4cn, 0x9b00dbd8n]);
  assert.deepEqual(philox4x32([ones, ones, ones, ones], [ones, ones]), [0x408f276dn, 0x41c83b0en, 0xa20bc7c6n, 0x6d5451fdn]);
  assert.deepEqual(
    philox4x32([0x243f6a88n, 0x85a308d3n, 0x13198a2en, 0x03707344n], [0xa4093822n, 0x299f31d0n]),
    [0xd16cfe09n, 0x94fdccebn, 0x5001e420n, 0x24126ea1n],
  );
});

test('u lies in [0, 1), is the same for the same seed and position, and spreads evenly', () => {
  const draws = Array.from({ length: 2000 }, (_, position) => uniformTwin(7, position));
  assert.ok(draws.every((u) => u >= 0 && u < 1));
  assert.equal(uniformTwin(7, 12), draws[12]);
  assert.notEqual(uniformTwin(8, 12), draws[12]);
  assert.notEqual(uniformTwin(7n + (1n << 32n), 12), draws[12]);
  assert.ok(Math.abs(draws.reduce((sum, u) => sum + u, 0) / draws.length - 0.5) < 0.03);
});

test('temperature gives the figures of the design for logits 2, 1, 0.5', () => {
  const probs = (/** @type {number} */ temperature) => sampleTwin([2, 1, 0.5], stages({ temperature }), 0).rows[1].probs;
  assertClose(probs(0.5), [0.8438, 0.1142, 0.042], 5e-5);
  assertClose(probs(1), [0.6285, 0.2312, 0.1402], 5e-5);
  assertClose(probs(2), [0.481, 0.2918, 0.2272], 5e-5);
});

test('the seed document\'s exercise: top-k 3, then top-p 0.9, then the draw', () => {
  const { token, rows } = sampleTwin([10, 8, 5, 2, 1, 0.5], stages({ 'top-k': 3, 'top-p': 0.9 }), 0.75);
  assertClose(rows[2].probs, [0.8756, 0.1185, 0.0059], 5e-5);
  assert.equal(rows[3].kept, 2);
  assertClose(rows[3].probs, [0.8808, 0.1192], 5e-5);
  assert.equal(token, 0);
});

test('top-p keeps the token that crosses the limit', () => {
  const kept = (/** @type {number[]} */ probs, /** @type {number} */ p) => sampleTwin(probs.map(Math.log), stages({ 'top-p': p }), 0).rows[3].kept;
  assert.equal(kept([0.5, 0.3, 0.15, 0.05], 0.6), 2);
  assert.equal(kept([0.4, 0.3, 0.2, 0.1], 0.8), 3);
});

test('the order of the stages changes what is kept', () => {
  const temperature = { name: 'temperature', value: 0.5 };
  const topP = { name: 'top-p', value: 0.8 };
  assert.equal(sampleTwin([3, 2, 1], [temperature, topP], 0).rows[2].kept, 1);
  assert.equal(sampleTwin([3, 2, 1], [topP, temperature], 0).rows[1].kept, 2);
});

test('temperature 0 is the first of the highest, and reports the mass it had before', () => {
  const { token, rows } = sampleTwin([1, 3, 3, 0], stages({ temperature: 0 }), 0.999);
  assert.equal(token, 1);
  assert.deepEqual(rows[1].probs, [1]);
  assert.equal(rows[1].keptMass, rows[0].probs[0]);
});

test('settings that are off change nothing; a token of probability 0 is never drawn', () => {
  const { rows } = sampleTwin([1, 2, 3], stages({}), 0.5);
  for (const row of rows.slice(1)) assertClose(row.probs, rows[0].probs, 1e-15);
  assert.equal(sampleTwin([0, -2000, -2000], stages({}), 1 - 2 ** -53).token, 0);
});
