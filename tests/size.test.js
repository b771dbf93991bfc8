// The engine stays small: wasm and JavaScript together, gzipped, under the design's limit.
// Measures what `make build` built; see web/size.js.
// Must not need a browser.

import { test } from 'node:test';
import assert from 'node:assert/strict';
import { LIMIT, engineSizes } from '../web/size.js';

test('every build of the engine is under 150 kB gzipped', () => {
  const sizes = engineSizes();
  assert.equal(sizes.length, 6);
  for (const { name, wasm, script, total } of sizes) {
    assert.ok(wasm > 10_000 && script > 1000, `${name}: both parts are there`);
    assert.ok(total < LIMIT, `${name}: ${total} bytes`);
  }
});
