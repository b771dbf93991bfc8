// The service worker: keeps page and model, and of the engine's builds the one that this browser runs.
// Beside the token's way; offline.js registers it under an address that names the build.
// Must not know the page; a new version keeps its own files until the person lets it begin.

import { clientsClaim } from 'workbox-core';
import { cleanupOutdatedCaches, createHandlerBoundToURL, precacheAndRoute } from 'workbox-precaching';
import { NavigationRoute, registerRoute } from 'workbox-routing';

/** @typedef {{ url: string, revision: string | null }} Entry */

/** @type {Entry[]} */
const files = /** @type {any} */ (self).__WB_MANIFEST; // Workbox finds these very words
const build = new URL(location.href).searchParams.get('engine');
/** The build's name, then the eight letters that stand for its content. @param {Entry} entry */
const isWanted = ({ url }) => !url.endsWith('.wasm') || url.slice(0, -'-01234567.wasm'.length).endsWith(`/${build}`);

// The first visit is under the worker's care at once; a later version waits its turn.
clientsClaim();
addEventListener('message', ({ data }) => {
  if (data === 'begin') /** @type {any} */ (self).skipWaiting();
});

cleanupOutdatedCaches();
precacheAndRoute(files.filter(isWanted));
registerRoute(new NavigationRoute(createHandlerBoundToURL('index.html')));
