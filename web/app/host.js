// What the page finds around it: its address, the files beside its code, and a browser that can run them or not.
// Before the token's way begins.
// Must not know what is in the files; Vite copies them and names them by their content.

import model from '../../model/stories.gguf?url';

/** All are relative to the page, wherever it is served from. */
export const shippedModel = new URL(model, document.baseURI);
/** Another one can be asked for in the page's own address: ?model=https://example.org/a.gguf */
export const firstModel = new URLSearchParams(location.search).get('model') ?? shippedModel;

/** Shown in a frame of another page: the instrument alone, without what is around it. */
export const isEmbedded = new URLSearchParams(location.search).has('embed');

/** Asked before the model is fetched, so that an old browser is one sentence and no riddle. @returns {boolean} */
export function hasWebAssembly() {
  return typeof WebAssembly === 'object';
}
