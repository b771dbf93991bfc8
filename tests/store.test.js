// The page's store: how many frames changes take, and what each of them shows.
// Beside the token's way: a browser's frames are stood in for by calls.

import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { createStore } from '../web/app/store.js';

/** Frames that were asked for. @type {(() => void)[]} */
let frames = [];
/** What the listener was told. @type {{ a: number, b: number }[]} */
let told = [];
/** @type {ReturnType<typeof createStore<{ a: number, b: number }>>} */
let store;

/** Draws the frame that was asked for. */
function draw() {
  assert.equal(frames.length, 1);
  frames.shift()?.();
}

beforeEach(() => {
  frames = [];
  Object.assign(globalThis, { requestAnimationFrame: (/** @type {() => void} */ frame) => frames.push(frame) });
  store = createStore({ a: 0, b: 0 });
  told = [];
  store.subscribe((state) => told.push(state));
  told.length = 0;
});

describe('the store', () => {
  test('draws all changes until a frame in that frame', () => {
    store.set({ a: 1 });
    store.set({ b: 1 });
    assert.deepEqual(told, []);
    draw();
    assert.deepEqual(told, [{ a: 1, b: 1 }]);
    assert.equal(frames.length, 0);
  });

  test('asks for no frame while it is held, and draws in one what belongs together', () => {
    const release = store.hold(1000);
    store.set({ a: 1 });
    assert.equal(frames.length, 0);
    store.set({ b: 1 });
    release();
    release();
    draw();
    assert.deepEqual(told, [{ a: 1, b: 1 }]);
  });

  test('draws what was let go though something is held again before the frame, and only that', () => {
    for (let n = 1; n <= 3; n++) {
      const release = store.hold(1000);
      store.set({ a: n, b: n });
      release();
      const next = store.hold(1000);
      store.set({ a: 10 * n });
      draw();
      assert.deepEqual(told.at(-1), { a: n, b: n });
      next();
      draw();
      assert.deepEqual(told.at(-1), { a: 10 * n, b: n });
    }
  });

  test('is held no longer than it was said', async () => {
    store.hold(20);
    store.set({ a: 1 });
    await wait(60);
    draw();
    assert.deepEqual(told, [{ a: 1, b: 0 }]);
  });

  test('says how long a frame took, until the next task', async () => {
    store.subscribe(() => {
      for (const until = performance.now() + 30; performance.now() < until; );
    });
    store.set({ a: 1 });
    draw();
    await wait(10);
    assert.ok(store.frame >= 30 && store.frame < 1000, String(store.frame));
  });
});
