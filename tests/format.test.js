// Numbers as people read them: never a certainty that is not there, never a digit that was not meant.
// Beside the token's way: every view asks format.js.
// Must not know where a number comes from.

import { test } from 'node:test';
import assert from 'node:assert/strict';
import { bits, decimal, percent, setting, unit } from '../web/app/format.js';

test('u is cut, not rounded, and shows the decimals that were typed', () => {
  for (let parts = 0; parts < 10_000; parts++) assert.equal(unit(parts / 10_000), (parts / 10_000).toFixed(4));
  for (const below of [0.99996, 1 - 2 ** -32, 1 - 2 ** -53]) assert.equal(unit(below), '0.9999');
  assert.equal(unit(1), '1.0000');
  assert.equal(unit(0.56999), '0.5699');
});

test('zero has no sign, and a minus is one', () => {
  for (const zero of [-0, -1e-9]) assert.deepEqual([bits(zero), decimal(zero, 2)], ['0.00', '0.00']);
  assert.deepEqual([decimal(-0.5, 1), setting(-20), setting(-0.25)], ['−0.5', '−20', '−0.25']);
});

test('a share is whole only where it is', () => {
  assert.deepEqual([0, 1e-9, 0.0001, 0.0994, 0.9994, 0.9999999, 1].map(percent), ['0 %', '<0.01 %', '0.01 %', '9.9 %', '99.9 %', '>99.9 %', '100 %']);
});
