// The engine stays small: wasm and JavaScript together, gzipped, under the design's limit.
// Measures what `make build` built; see web/size.js.
// Must not need a browser.

import { test } from 'node:test';
import assert from 'node:assert/strict';
import { LIMIT, engineSize } from '../web/size.js';

test('the engine is under 150 kB gzipped', () => {
  const { wasm, script, total } = engineSize();
  assert.ok(wasm > 10_000 && script > 1000, 'both parts are there');
  assert.ok(total < LIMIT, `${total} bytes`);
});
