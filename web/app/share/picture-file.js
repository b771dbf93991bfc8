// A picture as a file: SVG, or the pixels of a canvas.
// At the very end of the token's way; nothing is fetched for it, so the Content-Security-Policy stays as it is.
// Must not know what is in the picture.

import { paint } from '../drawing/paint.js';
import { svgOf } from '../drawing/svg.js';
import { currentTheme } from '../elements/ls-canvas.js';

/** @typedef {import('./picture.js').Picture} Picture */

/** Pixels to a CSS pixel: sharp on paper and on dense screens. */
const RATIO = 2;

/** @param {Picture} picture @returns {string} */
export function svgFile(picture) {
  return svgOf(picture.list, currentTheme(), picture);
}

/** @param {Picture} picture @returns {Promise<Blob>} */
export function pngFile({ list, width, height }) {
  const canvas = new OffscreenCanvas(width * RATIO, height * RATIO);
  const context = /** @type {OffscreenCanvasRenderingContext2D} */ (canvas.getContext('2d'));
  context.scale(RATIO, RATIO);
  paint(context, list, currentTheme(), RATIO);
  return canvas.convertToBlob({ type: 'image/png' });
}
