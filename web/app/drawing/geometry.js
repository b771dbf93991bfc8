// Where the table's columns, rows and bars lie, in CSS pixels.
// At the end of the token's way: the style sheet says how wide and high, the drawings ask here.
// Must not know what is in the table.

/**
 * @typedef {object} Measures
 * @property {number} width   of the whole table
 * @property {number} label   width of the first column, the tokens'
 * @property {number} gap     before each track
 * @property {number} number  behind each track
 * @property {number} row     height
 * @property {number} above   from the row's upper edge to its bar
 * @property {number} below   from the bar to the row's lower edge
 *
 * @typedef {{ x: number, width: number }} Track  where a column's bars may be, from the left edge of the first stage
 * @typedef {{ tracks: Track[], width: number, row: number, above: number, below: number }} Geometry
 */

/** @param {Measures} measures @param {number} columns @returns {Geometry} */
export function geometryOf({ width, label, gap, number, row, above, below }, columns) {
  const all = Math.max(0, width - label);
  const each = all / columns;
  const tracks = Array.from({ length: columns }, (_, i) => ({ x: i * each + gap, width: Math.max(0, each - gap - number) }));
  return { tracks, width: all, row, above, below };
}

/** @type {(keyof Measures)[]} */
const PROPERTIES = ['label', 'gap', 'number', 'row', 'above', 'below'];

/**
 * The measures as the style sheet has them, each a property `--name` in px or rem.
 * @param {(property: string) => string} valueOf
 * @param {number} width
 * @param {number} rem
 * @returns {Measures}
 */
export function measuresOf(valueOf, width, rem) {
  const pixels = (/** @type {string} */ value) => parseFloat(value) * (value.trim().endsWith('rem') ? rem : 1);
  const named = Object.fromEntries(PROPERTIES.map((name) => [name, pixels(valueOf(`--${name}`))]));
  return { ...(/** @type {Measures} */ (named)), width };
}
