// The page's instrument without a page: its store, real engine workers, and the little of a browser that it asks for.
// Before the token's way: for tests of what happens when many things are asked at once.
// Must not know elements.

import { register } from 'node:module';

/** Vite gives the address of a file; here nobody fetches it. */
const HOOKS = `
export const load = (url, context, next) =>
  url.endsWith('?url') ? { format: 'module', source: 'export default "/model.gguf"', shortCircuit: true } : next(url, context);`;

register(`data:text/javascript,${encodeURIComponent(HOOKS)}`);
Object.assign(globalThis, {
  location: new URL('https://example.org/'),
  document: { baseURI: 'https://example.org/', documentElement: {} },
  requestAnimationFrame: (/** @type {() => void} */ draw) => setImmediate(draw),
});
Object.defineProperty(globalThis, 'navigator', { value: { languages: ['en'], hardwareConcurrency: 1 }, configurable: true });

const { createStore } = await import('../../web/app/store.js');
const { firstState } = await import('../../web/app/state.js');
const { Instrument } = await import('../../web/app/instrument.js');

/** An instrument with a model and a prompt. @param {Uint8Array} model @param {string} [prompt] */
export async function openInstrument(model, prompt = 'the cat sat on the cat') {
  const store = createStore({ ...firstState(), prompt });
  const instrument = new Instrument(store);
  await instrument.open(new Blob([/** @type {Uint8Array<ArrayBuffer>} */ (model)]));
  return { store, instrument };
}

export const { stepData } = await import('../../web/app/share/collect.js');
