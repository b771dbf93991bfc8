// The instrument's heart: rows are tokens, columns are stages, every cell a live bar.
// At the end of the token's way: shows what each stage did to the distribution of one position.
// Must not know the engine; table.js makes the table, drawing/ the bars.

import { html, nothing } from 'lit';
import { barView } from '../drawing/bar.js';
import { cutOffView } from '../drawing/cut-off.js';
import { bits, percent, setting, whole } from '../format.js';
import { scaleOf, ticks } from '../scale.js';
import { tableOf } from '../table.js';
import { text } from '../text/index.js';
import { tokenView } from '../drawing/token.js';
import { View } from './base.js';
import { place } from '../drawing/place.js';

/**
 * @typedef {import('../state.js').State} State
 * @typedef {import('../table.js').Table} Table
 * @typedef {import('../table.js').Row} Row
 * @typedef {import('../table.js').Column} Column
 * @typedef {import('../table.js').Cell} Cell
 */

const words = text.stages;

/** @param {string} name */
const nameOf = (name) => words.names[/** @type {keyof typeof words.names} */ (name)] ?? name;

/** What the stage does, with its numbers filled in. @param {Column} column @param {State} state @returns {string} */
function captionOf({ name, value = 0, best }, state) {
  const spec = state.model?.stages.find((stage) => stage.name === name);
  if (spec && value === spec.parameters[0].off) return words.captions.off;
  switch (name) {
    case 'logits':
      return words.captions.logits;
    case 'temperature':
      return value === 0 ? words.captions.greedy : words.captions.temperature(setting(value));
    case 'top-k':
      return words.captions['top-k'](value);
    case 'top-p':
      return words.captions['top-p'](`${setting(value * 100)} %`);
    case 'min-p':
      return words.captions['min-p'](percent(value * best));
    default:
      return setting(value);
  }
}

class Stages extends View {
  static properties = { state: { attribute: false }, instrument: { attribute: false } };

  constructor() {
    super();
    /** @type {State | undefined} */
    this.state = undefined;
    /** @type {import('../instrument.js').Instrument | undefined} */
    this.instrument = undefined;
  }

  /** The columns' heads: over each stage its own setting, over the model none. @param {State} state @param {Table | null} table */
  controlsView(state, table) {
    const { model, settings, scale } = state;
    const { instrument } = this;
    if (!model || !instrument) return nothing;
    const caption = (/** @type {string} */ name) => {
      const column = table?.columns.find((each) => each.name === name);
      return column ? captionOf(column, state) : '';
    };
    return html`<div class="controls" role="group" aria-label=${words.settings}>
      <fieldset class="switch">
        <legend>${words.scale}</legend>
        ${/** @type {const} */ (['linear', 'log']).map(
          (name) => html`<label
            ><input type="radio" name="scale" value=${name} .checked=${scale === name} @change=${() => instrument.setScale(name)} /><span
              >${words[name]}</span
            ></label
          >`,
        )}
      </fieldset>
      <p class="model-column"><strong>${words.names.logits}</strong><span class="caption">${words.captions.logits}</span></p>
      ${settings.stages.map(
        ({ name, value }) => html`<ls-stage-control
          .spec=${model.stages.find((spec) => spec.name === name)}
          .value=${value}
          .vocab=${model.vocab}
          .caption=${caption(name)}
          .instrument=${instrument}
        ></ls-stage-control>`,
      )}
    </div>`;
  }

  /** The names are seen on a phone only; elsewhere they stand over the controls. @param {Column} column @param {State} state */
  headView({ name, kept, keptMass, entropy }, state) {
    const short = words.shortNames[/** @type {keyof typeof words.shortNames} */ (name)];
    return html`<th
      scope="col"
      data-stage-head=${name}
      data-kept=${kept}
      data-kept-mass=${String(keptMass)}
      data-entropy=${String(entropy)}
    >
      <span class="name ${short ? 'has-short' : ''}" data-short=${short ?? nothing}>${nameOf(name)}</span>
      <span class="axis" aria-hidden="true"
        >${ticks[state.scale].map(
          ({ label }) => html`<span>${label}</span>`,
        )}</span
      >
    </th>`;
  }

  /** @param {Cell} cell */
  numberView({ prob, before }) {
    if (prob > 0 || before === null) return percent(prob);
    if (before === 0) return html`<span class="gone" aria-hidden="true">–</span><span class="visually-hidden">${words.cut}</span>`;
    return html`<s aria-hidden="true">${percent(before)}</s><span class="visually-hidden">${words.cutFrom(percent(before))}</span>`;
  }

  /** @param {Row} row @param {number} index @param {Table} table @param {State} state */
  rowView(row, index, table, state) {
    const { id, rank, drawn, inText, cut, apart, cells } = row;
    const scale = scaleOf(state.scale);
    const token = state.vocabulary.get(id);
    const together = table.rows.filter((each, i) => each.rank === i + 1).length;
    const classes = ['row', drawn && 'drawn', cut && 'cut', apart && 'apart'].filter(Boolean).join(' ');
    return html`<tr class=${classes} data-token-id=${id}>
      <th scope="row" title=${words.rank(rank)}>
        <span class="label"
          >${tokenView(token)}${drawn ? html`<span class="mark">${words.drawn}</span>` : nothing}${inText && !drawn
            ? html`<span class="mark in-text">${words.inText}</span>`
            : nothing}${apart ? html`<span class="rank" title=${words.rank(rank)}>${words.rankShort(rank)}</span>` : nothing}</span
        >
      </th>
      ${cells.map((cell, i) => {
        const { name, cutOff } = table.columns[i];
        const state = cell.prob > 0 || cell.before === null ? '' : cell.before > 0 ? 'cut-here' : 'cut-before';
        return html`<td class=${state} data-stage=${name} data-prob=${String(cell.prob)} title=${`${nameOf(name)}: ${cell.prob}`}>
          <div class="cell">
            <div class="track">
              ${barView(cell, scale)}${index === 0 && cutOff.kind !== 'none'
                ? html`<div class="overlay" data-cut-off=${cutOff.kind} ${place({ height: `calc(${together} * var(--row))` })}>
                    ${cutOffView(cutOff, together, scale)}
                  </div>`
                : nothing}
            </div>
            <span class="number">${this.numberView(cell)}</span>
          </div>
        </td>`;
      })}
    </tr>`;
  }

  /** @param {Table} table @param {State} state */
  othersView(table, state) {
    const scale = scaleOf(state.scale);
    return html`<tr class="others">
      <th scope="row">${words.others(table.others)}</th>
      ${table.columns.map(
        ({ name, others: { count, mass } }) => html`<td
          data-others=${name}
          data-count=${count}
          data-mass=${String(mass)}
          title=${words.othersCell(count, percent(mass))}
        >
          <div class="cell">
            <div class="track">
              ${barView({ prob: mass, before: null }, scale)}${count < table.others
                ? html`<span class="kept">${words.othersKept(count)}</span>`
                : nothing}
            </div>
            <span class="number">${percent(mass)}</span>
          </div>
        </td>`,
      )}
    </tr>`;
  }

  /** @param {Table} table */
  footView({ columns }) {
    /** @param {string} label @param {(column: Column) => string} value */
    const line = (label, value) => html`<tr>
      <th scope="row">${label}</th>
      ${columns.map((column) => html`<td><span class="number">${value(column)}</span></td>`)}
    </tr>`;
    return html`<tfoot>
      ${line(words.kept, ({ kept }) => whole(kept))} ${line(words.keptMass, ({ keptMass }) => percent(keptMass))}
      ${line(words.entropy, ({ entropy }) => bits(entropy))}
    </tfoot>`;
  }

  /** @param {State} state @param {Table} table */
  tableView(state, table) {
    return html`<table>
      <caption class="visually-hidden">
        ${words.title}
      </caption>
      <thead>
        <tr>
          <th scope="col" class="corner"><span class="visually-hidden">${words.token}</span></th>
          ${table.columns.map((column) => this.headView(column, state))}
        </tr>
      </thead>
      <tbody>
        ${table.rows.map((row, i) => this.rowView(row, i, table, state))} ${this.othersView(table, state)}
      </tbody>
      ${this.footView(table)}
    </table>`;
  }

  render() {
    const { state } = this;
    if (!state) return nothing;
    const { step, model, rows } = state;
    const table = step && model ? tableOf(step, rows, model.vocab) : null;
    return html`
      <h2 class="visually-hidden">${words.title}</h2>
      ${this.controlsView(state, table)}
      <div class="frame">${table ? this.tableView(state, table) : html`<div class="table-space"></div>`}</div>
    `;
  }
}

customElements.define('ls-stages', Stages);
