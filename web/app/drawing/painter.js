// The painter: a worker that paints lists of things on the page's canvases, and lets them glide from list to list.
// At the end of the token's way, beside the page's own thread, which a gliding bar would cost a millisecond a frame.
// Must not know the page: it is told sizes, colours and lists.

import { between, placesOf } from './glide.js';
import { paint } from './paint.js';

/**
 * @typedef {import('./paint.js').Item} Item
 * @typedef {import('./theme.js').Theme} Theme
 *
 * @typedef {{ list: Item[], width: number, height: number, ratio: number, glide: number }} Picture
 *   sizes in CSS pixels; ratio: pixels of the screen to one of these; glide: milliseconds, 0 for none
 * @typedef {{ open: number, canvas: OffscreenCanvas }
 *   | { show: string }
 *   | { theme: Theme }
 *   | { close: number }} Message  a number names a canvas
 *   show: pairs of these and pictures, as JSON, which the page's thread writes quicker than it copies objects
 *
 * @typedef {object} Sheet
 * @property {OffscreenCanvas} canvas
 * @property {Picture | null} picture
 * @property {number} came  when the picture came
 * @property {Map<string, number[]>} before  where things were then
 * @property {Item[]} shown
 * @property {number} begun  NaN: with the next frame
 */

/** @type {Map<number, Sheet>} */
const sheets = new Map();
/** @type {Set<Sheet>} */
const moving = new Set();
/** @type {Theme} */
let theme = {};
let scheduled = false;

/** @param {Sheet} sheet @param {number} now @returns {boolean} whether it has arrived */
function draw(sheet, now) {
  const { canvas, picture } = sheet;
  if (!picture) return true;
  const { list, width, height, ratio, glide } = picture;
  if (Number.isNaN(sheet.begun)) sheet.begun = now;
  const t = glide > 0 && sheet.before.size > 0 ? Math.min(1, (now - sheet.begun) / glide) : 1;
  sheet.shown = between(sheet.before, list, t);
  const context = /** @type {OffscreenCanvasRenderingContext2D} */ (canvas.getContext('2d'));
  const [columns, rows] = [Math.round(width * ratio), Math.round(height * ratio)];
  if (canvas.width !== columns || canvas.height !== rows) Object.assign(canvas, { width: columns, height: rows });
  else context.clearRect(0, 0, width, height);
  context.setTransform(columns / width, 0, 0, rows / height, 0, 0);
  paint(context, sheet.shown, theme, ratio);
  return t === 1;
}

/** @param {number} now */
function frame(now) {
  scheduled = false;
  for (const sheet of moving) if (draw(sheet, now)) moving.delete(sheet);
  if (moving.size > 0) schedule();
}

function schedule() {
  if (!scheduled) requestAnimationFrame(frame);
  scheduled = true;
}

/** @param {Sheet} sheet @param {Picture} picture */
function show(sheet, picture) {
  const { picture: last } = sheet;
  const resized = last?.width !== picture.width || last.height !== picture.height || last.ratio !== picture.ratio;
  // What follows a hand or comes faster than it could glide is shown at once.
  const hurried = performance.now() - sheet.came < picture.glide;
  Object.assign(sheet, { picture, came: performance.now(), before: resized || hurried ? new Map() : placesOf(sheet.shown), begun: NaN });
  moving.add(sheet);
}

self.onmessage = (/** @type {MessageEvent<Message>} */ { data }) => {
  if ('open' in data) sheets.set(data.open, { canvas: data.canvas, picture: null, came: -Infinity, before: new Map(), shown: [], begun: NaN });
  else if ('theme' in data) {
    theme = data.theme;
    for (const sheet of sheets.values()) moving.add(sheet);
  } else if ('show' in data) {
    for (const [id, picture] of JSON.parse(data.show)) {
      const sheet = sheets.get(id);
      if (sheet) show(sheet, picture);
    }
  } else {
    const sheet = sheets.get(data.close);
    if (sheet) moving.delete(sheet);
    sheets.delete(data.close);
  }
  schedule();
};
