// The way to the service worker, which keeps page, engine and model for the next visit, network or none.
// Beside the token's way.
// Must not disturb a running session: a new version waits until the person reloads.

import { buildName } from '../engine/index.js';
import { hasWebAssembly } from './host.js';

/** @typedef {import('./store.js').Store<import('./state.js').State>} Store */

/** Which build to keep is said in the address, so a browser that learns to run a better one gets that. */
const address = () => new URL(`sw.js?engine=${buildName()}`, document.baseURI);

/** What the page needs should not share the line with what the next visit needs. */
const loaded = () => new Promise((resolve) => (document.readyState === 'complete' ? resolve(null) : addEventListener('load', resolve)));

/** @param {Store} store */
export async function keepOffline(store) {
  if (!('serviceWorker' in navigator) || !hasWebAssembly()) return;
  await loaded();
  try {
    const registration = await navigator.serviceWorker.register(address());
    offerUpdates(registration, store);
    await navigator.serviceWorker.ready;
    store.set({ offlineReady: true });
  } catch {
    // Where it cannot be registered (a plain-http address, private browsing) the page works all the same.
  }
}

/** @param {ServiceWorkerRegistration} registration @param {Store} store */
function offerUpdates(registration, store) {
  const { serviceWorker } = navigator;
  const offer = () => {
    const { waiting } = registration;
    if (!waiting || !serviceWorker.controller || store.state.update) return;
    serviceWorker.addEventListener('controllerchange', () => location.reload());
    store.set({ update: () => registration.waiting?.postMessage('begin') });
  };
  registration.addEventListener('updatefound', () => registration.installing?.addEventListener('statechange', offer));
  offer();
}
