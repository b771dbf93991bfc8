// A canvas that shows a list of things; the painter, a worker, paints it.
// At the end of the token's way: behind the table's numbers and in the draw strip.
// Must not know what is drawn. Screen readers get nothing here: the numbers stand beside it as text.

import { themeOf } from '../drawing/theme.js';

/** @typedef {Omit<import('../drawing/painter.js').Picture, 'ratio' | 'glide'>} Scene */

/** How long bars glide, in milliseconds. */
const GLIDE = 140;

const still = matchMedia('(prefers-reduced-motion: reduce)');
const schemes = ['(prefers-color-scheme: dark)', '(forced-colors: active)', '(prefers-contrast: more)'].map((query) => matchMedia(query));

/** @type {Worker | undefined} */
let painter;
let opened = 0;

/** The page's colours, as its style sheet has them now. */
export function currentTheme() {
  const probe = document.body.appendChild(Object.assign(document.createElement('span'), { className: 'palette' }));
  const style = getComputedStyle(probe);
  const theme = themeOf((property) => {
    probe.style.color = `var(${property})`;
    return style.color;
  }, style.fontFamily);
  probe.remove();
  return theme;
}

/** @param {import('../drawing/painter.js').Message} message @param {Transferable[]} [transfer] */
function tell(message, transfer = []) {
  if (!painter) {
    const begun = (painter = new Worker(new URL('../drawing/painter.js', import.meta.url), { type: 'module' }));
    const sendTheme = () => begun.postMessage({ theme: currentTheme() });
    for (const scheme of schemes) scheme.addEventListener('change', sendTheme);
    sendTheme();
  }
  painter.postMessage(message, transfer);
}

/** Pictures of this moment, told in one message. @type {Map<number, import('../drawing/painter.js').Picture>} */
const waiting = new Map();

/** @param {number} id @param {import('../drawing/painter.js').Picture} picture */
function show(id, picture) {
  if (waiting.size === 0) {
    queueMicrotask(() => {
      tell({ show: JSON.stringify([...waiting]) });
      waiting.clear();
    });
  }
  waiting.set(id, picture);
}

export class Canvas extends HTMLElement {
  /** Nothing glides while it could not be followed. */
  static hurried = false;
  #id = 0;
  /** @type {Scene | undefined} */
  #scene;
  /** @type {HTMLCanvasElement | undefined} */
  #canvas;
  /** A screen with other pixels, or the page zoomed. */
  #onResize = () => this.#show(0);

  /** @param {Scene | undefined} scene */
  set scene(scene) {
    if (scene === this.#scene) return;
    this.#scene = scene;
    this.#show(still.matches || Canvas.hurried ? 0 : GLIDE);
  }

  connectedCallback() {
    // A canvas that was handed to the painter cannot be handed on: each connection has one of its own.
    this.#canvas = document.createElement('canvas');
    this.#canvas.ariaHidden = 'true';
    this.replaceChildren(this.#canvas);
    const canvas = this.#canvas.transferControlToOffscreen();
    this.#id = ++opened;
    tell({ open: this.#id, canvas }, [canvas]);
    window.addEventListener('resize', this.#onResize);
    this.#show(0);
  }

  disconnectedCallback() {
    window.removeEventListener('resize', this.#onResize);
    tell({ close: this.#id });
    this.#canvas = undefined;
  }

  /** @param {number} glide */
  #show(glide) {
    if (!this.#canvas || !this.#scene) return;
    const { list, width, height } = this.#scene;
    if (width <= 0 || height <= 0) return;
    Object.assign(this.#canvas.style, { width: `${width}px`, height: `${height}px` });
    show(this.#id, { list, width, height, ratio: devicePixelRatio, glide });
  }
}

customElements.define('ls-canvas', Canvas);
