// The formulas of the lessons, as MathML: every browser that runs this page draws it by itself.
// Beside the token's way; pure functions to markup.
// Must not know what is said about a formula; signs are the same in every language.

import { html, mathml } from 'lit';

/** @typedef {import('lit').TemplateResult<3>} Part */

const i = (/** @type {string} */ name) => mathml`<mi>${name}</mi>`;
const n = (/** @type {string | number} */ number) => mathml`<mn>${number}</mn>`;
/** Brackets keep their size: without a font made for mathematics the larger ones do not fit together. @param {string} sign */
const o = (sign) => mathml`<mo stretchy="false">${sign}</mo>`;
/** @param {Part[]} parts */
const row = (...parts) => mathml`<mrow>${parts}</mrow>`;
const frac = (/** @type {Part} */ over, /** @type {Part} */ under) => mathml`<mfrac>${over}${under}</mfrac>`;
const sub = (/** @type {Part} */ base, /** @type {Part} */ index) => mathml`<msub>${base}${index}</msub>`;
const sup = (/** @type {Part} */ base, /** @type {Part} */ power) => mathml`<msup>${base}${power}</msup>`;
/** A sum or product with its bounds below and above. @param {string} sign @param {Part} from @param {Part} [to] */
const over = (sign, from, to) => (to ? mathml`<munderover>${o(sign)}${from}${to}</munderover>` : mathml`<munder>${o(sign)}${from}</munder>`);
const log2 = () => mathml`<msub><mi>log</mi><mn>2</mn></msub><mo>&#x2061;</mo>`;
/** The token of a rank: (r). @param {string | number} rank */
const ranked = (rank) => row(o('('), typeof rank === 'number' ? n(rank) : i(rank), o(')'));

const mean = () => mathml`<mover>${i('s')}${o('¯')}</mover>`;
const l = (/** @type {string} */ index) => sub(i('l'), i(index));
const p = (/** @type {string} */ index) => sub(i('p'), i(index));
const e = (/** @type {Part} */ power) => sup(i('e'), power);
const from = (/** @type {string} */ index, /** @type {Part} */ first) => row(i(index), o('='), first);
/** The condition of a set: { … }. @param {Part[]} parts */
const set = (...parts) => row(o('{'), ...parts, o('}'));
const firstRanks = (/** @type {string} */ last) => set(ranked(1), o(','), o('…'), o(','), ranked(last));
const share = (/** @type {string} */ name) =>
  row(sub(i('q'), i('i')), o('='), frac(p('i'), row(over('∑', row(i('j'), o('∈'), i(name))), p('j'))), o(','), i('i'), o('∈'), i(name));

/** @type {Record<string, () => Part>} */
const parts = {
  softmax: () => row(p('i'), o('='), frac(e(l('i')), row(over('∑', i('j')), e(l('j'))))),
  temperature: () => {
    const tempered = (/** @type {string} */ index) => e(row(l(index), o('/'), i('T')));
    return row(p('i'), o('='), frac(tempered('i'), row(over('∑', i('j')), tempered('j'))));
  },
  topK: () => mathml`<mtable displaystyle="true">
    <mtr><mtd>${row(i('K'), o('='), firstRanks('k'))}</mtd></mtr>
    <mtr><mtd>${share('K')}</mtd></mtr>
  </mtable>`,
  nucleus: () => mathml`<mtable displaystyle="true">
    <mtr><mtd>${row(i('n'), o('='), i('min'), set(i('m'), o(':'), over('∑', from('r', n(1)), i('m')), sub(i('p'), ranked('r')), o('≥'), i('p')))}</mtd></mtr>
    <mtr><mtd>${row(i('N'), o('='), firstRanks('n'))}</mtd></mtr>
    <mtr><mtd>${share('N')}</mtd></mtr>
  </mtable>`,
  draw: () => row(i('R'), o('='), i('min'), set(i('m'), o(':'), over('∑', from('r', n(1)), i('m')), sub(i('p'), ranked('r')), o('>'), i('u'))),
  autoregression: () =>
    row(
      i('P'),
      row(o('('), sub(i('t'), n(1)), o(','), o('…'), o(','), sub(i('t'), i('n')), o(')')),
      o('='),
      over('∏', from('s', n(1)), i('n')),
      i('P'),
      row(o('('), sub(i('t'), i('s')), o('|'), sub(i('t'), row(o('<'), i('s'))), o(')')),
    ),
  surprisal: () => row(i('s'), o('='), o('−'), log2(), i('p')),
  entropy: () => row(i('H'), o('='), o('−'), over('∑', i('i')), p('i'), log2(), p('i')),
  effective: () => row(i('C'), o('='), sup(n(2), i('H'))),
  perplexity: () => mathml`<mtable displaystyle="true">
    <mtr><mtd>${row(mean(), o('='), frac(n(1), i('n')), over('∑', from('t', n(1)), i('n')), sub(i('s'), i('t')))}</mtd></mtr>
    <mtr><mtd>${row(i('PP'), o('='), sup(n(2), mean()))}</mtd></mtr>
  </mtable>`,
};

export const formulaNames = Object.keys(parts);

/** @param {string} name */
export function formulaView(name) {
  return html`<math display="block">${parts[name]()}</math>`;
}
