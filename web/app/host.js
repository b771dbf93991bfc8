// What the page finds around it: its address, the files beside its code, and a browser that can run them or not.
// Before the token's way begins.
// Must not know what is in the files; Vite copies them and names them by their content.

import model from '../../model/stories.gguf?url';
import wasm from '../../build/engine/logitscope.wasm?url';

/** All are relative to the page, wherever it is served from. */
export const shippedModel = new URL(model, document.baseURI);
/** Another one can be asked for in the page's own address: ?model=https://example.org/a.gguf */
export const firstModel = new URLSearchParams(location.search).get('model') ?? shippedModel;
export const wasmUrl = new URL(wasm, document.baseURI);

/** A module with one function: i32.const 0, i8x16.splat, i8x16.popcnt. The last two need SIMD. */
const PROBE = [
  0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00, 0x01, 0x05, 0x01, 0x60, 0x00, 0x01, 0x7b, 0x03, 0x02, 0x01, 0x00, 0x0a,
  0x0a, 0x01, 0x08, 0x00, 0x41, 0x00, 0xfd, 0x0f, 0xfd, 0x62, 0x0b,
];

/** Asked before the model is fetched, so that an old browser is one sentence and no riddle. @returns {boolean} */
export function hasSimd() {
  return typeof WebAssembly === 'object' && WebAssembly.validate(new Uint8Array(PROBE));
}
