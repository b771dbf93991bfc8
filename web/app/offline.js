// The service worker: keeps page, engine and model for the next visit, network or none.
// Beside the token's way.
// Must not disturb a running session: a new version waits until the person reloads.

import { registerSW } from 'virtual:pwa-register';

/** @param {import('./store.js').Store<import('./state.js').State>} store */
export function keepOffline(store) {
  if (!('serviceWorker' in navigator)) return;
  const start = registerSW({
    onNeedRefresh: () => store.set({ update: () => void start(true) }),
    onOfflineReady: () => store.set({ offlineReady: true }),
    // Where it cannot be registered (a plain-http address, private browsing) the page works all the same.
    onRegisterError: () => {},
  });
  void navigator.serviceWorker.getRegistration().then((registration) => {
    if (registration?.active) store.set({ offlineReady: true });
  });
}
