// How each part of a drawing looks, by what it means: colours are names of the style sheet's properties.
// At the end of the token's way: canvas and SVG are painted with the same theme.
// Must not know where things are.

/**
 * @typedef {object} Look
 * @property {string} [fill]
 * @property {string} [hatch]   fine stripes and an outline: what was cut, so that grey alone need not say it
 * @property {string} [stroke]
 * @property {number} [width]   of the stroke
 * @property {number[]} [dash]
 * @property {number} [opacity]
 * @property {string} [font]
 * @property {boolean} [strike]  through the text
 *
 * @typedef {Record<string, Look>} Theme  a look for each style
 */

/** @type {Theme} */
const looks = {
  ground: { fill: '--paper' },
  bar: { fill: '--bar' },
  drawn: { fill: '--accent' },
  cut: { hatch: '--bar-cut' },
  others: { fill: '--bar', opacity: 0.5 },
  tick: { stroke: '--line', width: 1 },
  was: { stroke: '--mark', width: 1, opacity: 0.7 },
  line: { stroke: '--mark', width: 2 },
  limit: { stroke: '--mark', width: 1, dash: [3, 3] },
  stairs: { stroke: '--mark', width: 1.5 },
  beyond: { stroke: '--line-strong', width: 1 },
  even: { fill: '--even' },
  odd: { fill: '--odd' },
  strip: { fill: '--line' },
  needle: { stroke: '--ink', width: 2 },
  text: { fill: '--ink', font: '400 13px' },
  'text-soft': { fill: '--soft', font: '400 13px' },
  'text-cut': { fill: '--soft', font: '400 13px', strike: true },
  'text-small': { fill: '--soft', font: '400 11px' },
  'text-head': { fill: '--ink', font: '600 14px' },
  'text-drawn': { fill: '--accent-ink', font: '600 13px' },
  'text-on-accent': { fill: '--on-accent', font: '600 13px' },
};

/** @param {(property: string) => string} colourOf @param {string} family of the fonts @returns {Theme} with colours in place of their names */
export function themeOf(colourOf, family) {
  return Object.fromEntries(
    Object.entries(looks).map(([style, { fill, hatch, stroke, font, ...rest }]) => [
      style,
      {
        ...rest,
        ...(fill && { fill: colourOf(fill) }),
        ...(hatch && { hatch: colourOf(hatch) }),
        ...(stroke && { stroke: colourOf(stroke) }),
        ...(font && { font: `${font} ${family}` }),
      },
    ]),
  );
}
