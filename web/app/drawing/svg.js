// A list of things to be drawn, written as an SVG file that stands alone.
// At the end of the token's way, beside paint.js: the same list, the same theme.
// Must not know what the things mean, beyond the name of their style.

/**
 * @typedef {import('./paint.js').Item} Item
 * @typedef {import('./theme.js').Theme} Theme
 * @typedef {import('./theme.js').Look} Look
 */

/** @type {Record<string, string>} */
const entities = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
/** What XML cannot hold is shown as the replacement character. @param {string} text */
const escaped = (text) => text.replace(/[&<>"]/g, (sign) => entities[sign]).replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '\ufffd');
/** A hundredth of a pixel is enough. @param {number} value */
const n = (value) => String(Math.round(value * 100) / 100);

/** @param {string} style @param {Look} look */
function rule(style, { fill, hatch, stroke, width, dash, opacity, font, strike }) {
  const css = [
    `fill:${hatch ? `url(#${style})` : (fill ?? 'none')}`,
    stroke && `stroke:${stroke};stroke-width:${width}`,
    hatch && `stroke:${hatch};stroke-width:1`,
    dash && `stroke-dasharray:${dash.join(' ')}`,
    opacity && `opacity:${opacity}`,
    font && `font:${font}`,
    strike && 'text-decoration:line-through',
  ];
  return `.${style}{${css.filter(Boolean).join(';')}}`;
}

/** @param {string} style @param {Look} look */
const pattern = (style, { hatch }) =>
  `<pattern id="${style}" width="4" height="4" patternUnits="userSpaceOnUse"><path d="M-1 1l2-2M0 4l4-4M3 5l2-2" stroke="${escaped(hatch ?? '')}"/></pattern>`;

/** @param {Item} item */
function element({ kind, style, at, text = '', align = 'start' }) {
  if (kind === 'rect') return `<rect class="${style}" x="${n(at[0])}" y="${n(at[1])}" width="${n(Math.max(0, at[2]))}" height="${n(at[3])}"/>`;
  if (kind === 'line') return `<polyline class="${style}" points="${at.map(n).join(' ')}"/>`;
  const anchor = { start: '', center: ' text-anchor="middle"', end: ' text-anchor="end"' }[align];
  return `<text class="${style}" x="${n(at[0])}" y="${n(at[1])}"${anchor} xml:space="preserve">${escaped(text)}</text>`;
}

/**
 * @param {Item[]} list
 * @param {Theme} theme
 * @param {{ width: number, height: number, title: string }} sheet
 * @returns {string}
 */
export function svgOf(list, theme, { width, height, title }) {
  const used = [...new Set(list.map(({ style }) => style))];
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${n(width)}" height="${n(height)}" viewBox="0 0 ${n(width)} ${n(height)}" role="img">
<title>${escaped(title)}</title>
<style>${used.map((style) => escaped(rule(style, theme[style])).replaceAll('&quot;', '"')).join('')}text{font-variant-numeric:tabular-nums}</style>
<defs>${used.filter((style) => theme[style].hatch).map((style) => pattern(style, theme[style])).join('')}</defs>
${list.map(element).join('\n')}
</svg>
`;
}
