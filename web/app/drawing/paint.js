// A list of things to be drawn, painted on a canvas.
// At the end of the token's way: bars, cut-offs and the draw strip all end here; svg.js is its twin.
// Must not know what the things mean, beyond the name of their style.

/**
 * @typedef {import('./theme.js').Theme} Theme
 * @typedef {import('./theme.js').Look} Look
 * @typedef {CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D} Context
 *
 * @typedef {object} Item
 * @property {'rect' | 'line' | 'text'} kind
 * @property {string} key     whatever has the same key in the next list is the same thing, and glides there
 * @property {string} style   a name in the theme
 * @property {number[]} at    in CSS pixels. rect: x, y, width, height; line: x and y of each point; text: x and y
 * @property {string} [text]
 * @property {'start' | 'center' | 'end'} [align]
 */

/** Distance of the stripes, and their slope, of what was cut; in CSS pixels. */
const STRIPES = 4;

/** @param {number} value @param {number} ratio @returns {number} on the edge of a pixel of the screen */
const snapped = (value, ratio) => Math.round(value * ratio) / ratio;

/**
 * @param {Context} context @param {number[]} at @param {Look} look @param {number} ratio
 */
function rect(context, [x, y, width, height], { fill, hatch }, ratio) {
  const left = snapped(x, ratio);
  const top = snapped(y, ratio);
  const right = snapped(x + width, ratio);
  const bottom = snapped(y + height, ratio);
  if (fill) {
    context.fillStyle = fill;
    context.fillRect(left, top, right - left, bottom - top);
  }
  if (!hatch || right <= left) return;
  const thin = 1 / ratio;
  context.strokeStyle = hatch;
  context.lineWidth = Math.max(1, Math.round(ratio)) * thin;
  context.strokeRect(left + context.lineWidth / 2, top + context.lineWidth / 2, right - left - context.lineWidth, bottom - top - context.lineWidth);
  context.save();
  context.beginPath();
  context.rect(left, top, right - left, bottom - top);
  context.clip();
  context.beginPath();
  for (let foot = left - (bottom - top); foot < right; foot += STRIPES) {
    context.moveTo(foot, bottom);
    context.lineTo(foot + bottom - top, top);
  }
  context.stroke();
  context.restore();
}

/**
 * @param {Context} context @param {number[]} at @param {Look} look @param {number} ratio
 */
function line(context, at, { stroke = '', width = 1, dash = [] }, ratio) {
  context.strokeStyle = stroke;
  const pixels = Math.max(1, Math.round(width * ratio));
  context.lineWidth = pixels / ratio;
  context.setLineDash(dash);
  // A line of an odd number of pixels is crisp where its middle is.
  const half = (pixels % 2) / 2 / ratio;
  context.beginPath();
  for (let i = 0; i < at.length; i += 2) context.lineTo(snapped(at[i], ratio) + half, snapped(at[i + 1], ratio) + half);
  context.stroke();
}

/** How far above its foot a text is struck through, in CSS pixels. */
const STRIKE = 4;

/** @param {Context} context @param {number[]} at @param {Look} look @param {string} text @param {NonNullable<Item['align']>} align */
function written(context, [x, y], { font = '', fill = '', strike }, text, align) {
  context.font = font;
  context.fillStyle = fill;
  context.textAlign = align;
  context.fillText(text, x, y);
  if (!strike) return;
  const { width } = context.measureText(text);
  context.fillRect(x - { start: 0, center: width / 2, end: width }[align], y - STRIKE, width, 1);
}

/**
 * @param {Context} context cleared, and scaled so that its unit is a CSS pixel
 * @param {Item[]} list
 * @param {Theme} theme
 * @param {number} ratio pixels of the canvas to a CSS pixel
 */
export function paint(context, list, theme, ratio) {
  for (const { kind, style, at, text = '', align = 'start' } of list) {
    const look = theme[style];
    context.globalAlpha = look.opacity ?? 1;
    if (kind === 'rect') rect(context, at, look, ratio);
    else if (kind === 'line') line(context, at, look, ratio);
    else written(context, at, look, text, align);
  }
  context.globalAlpha = 1;
}
