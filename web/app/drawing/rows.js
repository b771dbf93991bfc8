// The table's rows as markup: the numbers as text, for eyes, screen readers and programs alike.
// At the end of the token's way: once a row; the bars behind them are scene.js's.
// Must not know the state; pure functions from the table to markup.

import { html, nothing } from 'lit';
import { bits, figure, percent, whole } from '../format.js';
import { stageName } from '../stage-title.js';
import { text } from '../text/index.js';
import { plainText } from '../token-text.js';
import { icons } from './icons.js';
import { tokenView } from './token.js';

/**
 * @typedef {import('../table.js').Table} Table
 * @typedef {import('../table.js').Row} Row
 * @typedef {import('../table.js').Column} Column
 * @typedef {import('../table.js').Cell} Cell
 * @typedef {import('../state.js').TokenInfo} TokenInfo
 */

const words = text.stages;

// The rows are laid out as boxes, not as a table: what each is for is therefore said in full.

/** The names are seen on a phone only; elsewhere they stand over the controls. @param {Column} column @param {number} i */
const columnHead = ({ name, stage: { kept, keptMass, entropy } }, i) => html`<th
  role="columnheader"
  scope="col"
  data-column=${i}
  data-stage-head=${name}
  data-kept=${kept}
  data-kept-mass=${String(keptMass)}
  data-entropy=${String(entropy)}
>
  <span class="column-name ${words.shortNames[name] ? 'has-short' : ''}" data-short=${words.shortNames[name] ?? nothing}>${stageName(name)}</span>
</th>`;

/** @param {Table} table */
export const headView = ({ columns }) => html`<thead role="rowgroup">
  <tr role="row" aria-rowindex="1">
    <th role="columnheader" scope="col" class="label"><span class="visually-hidden">${words.token}</span></th>
    ${columns.map(columnHead)}
  </tr>
</thead>`;

/**
 * What has been cut is struck, and told to screen readers.
 * @param {Cell} cell @param {number} i @param {Column} column
 */
function cellView({ prob, before, kept, wasKept }, i, { name }) {
  const number = kept ? percent(prob) : wasKept ? percent(before ?? 0) : '–';
  const told = !kept ? html`<span class="visually-hidden">${wasKept ? words.cutHere : words.cut}</span>` : nothing;
  return html`<td
    role="cell"
    class=${kept ? 'number' : wasKept ? 'number cut-here' : 'number gone'}
    data-column=${i}
    data-stage=${name}
    data-prob=${String(prob)}
    >${number}${told}</td
  >`;
}

/**
 * @param {Row} row @param {number} index
 * @param {Table} table
 * @param {TokenInfo | undefined} token
 * @param {{ active: boolean, mark: string }} options active: the one that the tab key reaches; mark: said of the drawn one
 */
export function rowView({ id, rank, drawn, inText, watched, cut, apart, cells }, index, { columns }, token, { active, mark }) {
  const classes = ['row', drawn && 'drawn', cut && 'cut', apart && 'apart'].filter(Boolean).join(' ');
  const name = token ? plainText(token) : '';
  return html`<tr role="row" class=${classes} data-token-id=${id} data-row=${index} aria-rowindex=${index + 2}>
    <th role="rowheader" scope="row" class="label">
      <button type="button" class="name" title=${words.rank(rank)} tabindex=${active ? 0 : -1}>
        ${tokenView(token)}${drawn || inText ? html` <span class="mark">${drawn ? mark : words.inText}</span>` : nothing}${apart || watched
          ? html` <span class="rank">${words.rankShort(rank)}</span>`
          : nothing}
      </button>
      ${watched
        ? html`<button type="button" class="quiet act" data-act="unwatch" aria-label=${words.way.unwatch(name)} title=${words.way.unwatch(name)}>${icons.close}</button>`
        : nothing}
      <button type="button" class="quiet act" data-act="take" aria-label=${words.way.takeNamed(name)} title=${words.way.takeNamed(name)}>${icons.take}</button>
    </th>
    ${cells.map((cell, i) => cellView(cell, i, columns[i]))}
  </tr>`;
}

/**
 * What stays at the foot: all other tokens, and what is left of the distribution at every stage.
 * @param {Table} table
 * @param {import('../elements/ls-canvas.js').Scene} scene  of the others' bars
 */
export function footView({ rows, columns, others }, scene) {
  /** @param {number} at @param {string} label @param {(column: Column) => string} value */
  const line = (at, label, value) => html`<tr role="row" class="sum" aria-rowindex=${rows.length + 3 + at}>
    <th role="rowheader" scope="row" class="label">${label}</th>
    ${columns.map((column, i) => html`<td role="cell" class="number" data-column=${i}>${value(column)}</td>`)}
  </tr>`;
  return html`<tfoot role="rowgroup">
    <tr role="row" class="others" aria-rowindex=${rows.length + 2}>
      <th role="rowheader" scope="row" class="label">${words.others(others)}</th>
      ${columns.map(
        ({ name, others: { count, mass } }, i) => html`<td
          role="cell"
          data-column=${i}
          data-others=${name}
          data-count=${count}
          data-mass=${String(mass)}
          title=${words.othersCell(count, percent(mass))}
        >
          ${i === 0 ? html`<ls-canvas .scene=${scene}></ls-canvas>` : nothing}${count < others
            ? html`<span class="kept">${words.othersKept(count)}</span>`
            : nothing}<span class="number">${percent(mass)}</span>
        </td>`,
      )}
    </tr>
    ${line(0, words.kept, ({ stage }) => whole(stage.kept))} ${line(1, words.keptMass, ({ stage }) => percent(stage.keptMass))}
    ${line(2, words.entropy, ({ stage }) => bits(stage.entropy))} ${line(3, words.choices, ({ stage }) => figure(2 ** stage.entropy))}
  </tfoot>`;
}
