// The instrument's heart: rows are tokens, columns are stages; numbers as text, bars on canvases behind them.
// At the end of the token's way: shows what each stage did to the distribution of one position.
// Must not know the engine; table.js makes the table, drawing/ what is seen of it.

import { html, nothing } from 'lit';
import { guard } from 'lit/directives/guard.js';
import { repeat } from 'lit/directives/repeat.js';
import { geometryOf, measuresOf } from '../drawing/geometry.js';
import { place } from '../drawing/place.js';
import { footView, headView, rowView } from '../drawing/rows.js';
import { othersScene, sceneOf } from '../drawing/scene.js';
import { captionOf } from '../stage-words.js';
import { scaleOf, ticks } from '../scale.js';
import { tableOf } from '../table.js';
import { text } from '../text/index.js';
import { View } from './base.js';
import './ls-token-field.js';

/**
 * @typedef {import('../state.js').State} State
 * @typedef {import('../instrument.js').Instrument} Instrument
 * @typedef {import('../drawing/geometry.js').Geometry} Geometry
 * @typedef {import('../drawing/geometry.js').Measures & { head: number, foot: number, sideways: boolean }} Measures
 * @typedef {import('../table.js').Table} Table
 * @typedef {import('../scale.js').ScaleName} ScaleName
 */

const words = text.stages;
const FEWEST = 5;
const MOST = 200;
/** Rows to a canvas. Only the canvases in sight, and their rows, are in the document. */
const BLOCK = 20;
/** The frame's padding in CSS pixels: room for the ring of what has the focus. */
const RING = 4;
/** So many rows before they come into sight. */
const AHEAD = 10;
/** On a phone the settings stand before the table, one below the other. */
const narrow = matchMedia('(max-width: 48rem)');

/**
 * Makes something anew only when what it is made of has changed.
 * @template {unknown[]} From @template To
 * @param {(...from: From) => To} make
 * @returns {(...from: From) => To}
 */
function remembered(make) {
  /** @type {From | undefined} */
  let last;
  /** @type {To} */
  let made;
  return (...from) => {
    if (!last || from.some((each, i) => each !== last?.[i])) made = make(...from);
    last = from;
    return made;
  };
}

class Stages extends View {
  static uses = ['step', 'model', 'rows', 'settings', 'scale', 'vocabulary', 'watched', 'wantedRows'];
  static properties = {
    state: { attribute: false },
    instrument: { attribute: false },
    measures: { state: true },
    first: { state: true },
    last: { state: true },
    active: { state: true },
    pointed: { state: true },
    asked: { state: true },
    rowsBad: { state: true },
    narrow: { state: true },
  };

  constructor() {
    super();
    /** @type {State | undefined} */
    this.state = undefined;
    /** @type {Instrument | undefined} */
    this.instrument = undefined;
    /** @type {Measures | null} */
    this.measures = null;
    /** The rows that are in the document, from the first to before the last. */
    this.first = 0;
    this.last = 2 * BLOCK;
    /** The row that the tab key reaches. */
    this.active = 0;
    /** @type {number | null} */
    this.pointed = null;
    /** The token whose way was wished for last: found, clicked or come to with the keys. @type {number | null} */
    this.asked = null;
    /** A token that was found, until its row is there and in sight. @type {number | null} */
    this.sought = null;
    /** The pointer rests on it. @type {HTMLElement | null} */
    this.cell = null;
    /** What was shown last. @type {import('../table.js').Row[]} */
    this.rows = [];
    /** Of the step that was shown last. @type {number | undefined} */
    this.position = undefined;
    this.rowsBad = false;
    this.narrow = narrow.matches;
    this.table = remembered(tableOf);
    this.geometry = remembered(geometryOf);
    this.blocks = remembered(
      (/** @type {Table} */ table, /** @type {Geometry} */ geometry, /** @type {ScaleName} */ scale, /** @type {number} */ from, /** @type {number} */ to) =>
        Array.from({ length: Math.ceil((to - from) / BLOCK) }, (_, i) => {
          const begin = from + i * BLOCK;
          const end = Math.min(to, begin + BLOCK);
          const list = sceneOf(table, geometry, scaleOf(scale), begin, end);
          return { begin, scene: { list, width: geometry.width, height: (end - begin) * geometry.row } };
        }),
    );
    this.others = remembered((/** @type {Table} */ table, /** @type {Geometry} */ geometry, /** @type {ScaleName} */ scale) => ({
      list: othersScene(table, geometry, scaleOf(scale)),
      width: geometry.width,
      height: geometry.row,
    }));
    this.sizes = new ResizeObserver(() => this.measure());
    /** @type {WeakSet<Element>} */
    this.observed = new WeakSet();
    this.onNarrow = () => (this.narrow = narrow.matches);
  }

  connectedCallback() {
    super.connectedCallback();
    narrow.addEventListener('change', this.onNarrow);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    narrow.removeEventListener('change', this.onNarrow);
    this.sizes.disconnect();
  }

  /** At another position another token is looked at, unless one is watched. */
  willUpdate() {
    const { step, watched = [] } = this.state ?? {};
    if (step?.position !== this.position && this.asked !== null && !watched.includes(this.asked)) this.asked = null;
    this.position = step?.position;
  }

  /** Called when the layout has just been made: nothing has to be laid out for it. */
  measure() {
    const sheet = this.querySelector('.sheet');
    if (!sheet) return;
    const style = getComputedStyle(this);
    const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
    const { width } = sheet.getBoundingClientRect();
    const height = (/** @type {string} */ selector) => this.querySelector(selector)?.getBoundingClientRect().height ?? 0;
    const measures = {
      ...measuresOf((name) => style.getPropertyValue(name), width, rem),
      head: height('.sheet > .controls') + height('thead'),
      foot: height('tfoot'),
      sideways: width > (sheet.parentElement?.clientWidth ?? 0) - 2 * RING + 1,
    };
    if (JSON.stringify(measures) !== JSON.stringify(this.measures)) this.measures = measures;
  }

  /** How many rows there are, and how many of them are in sight. */
  get counts() {
    const fit = this.state?.rows ?? 0;
    const all = this.state?.wantedRows ?? fit;
    return { all, sight: Math.min(fit, all) };
  }

  // ---- doings ----

  /** @param {Event} event */
  onRows(event) {
    const typed = /** @type {HTMLInputElement} */ (event.target).valueAsNumber;
    const fits = Number.isInteger(typed) && typed >= FEWEST && typed <= MOST;
    this.rowsBad = !fits && !Number.isNaN(typed);
    if (!this.rowsBad) this.instrument?.show({ wantedRows: fits ? typed : null });
  }

  /** A field that was left with something impossible shows the number in use again. @param {Event} event */
  onRowsLeft({ target }) {
    this.rowsBad = false;
    /** @type {HTMLInputElement} */ (target).value = String(this.state?.wantedRows ?? '');
  }

  /** @param {Event} event */
  onScroll({ target }) {
    const row = this.measures?.row ?? 1;
    const top = /** @type {HTMLElement} */ (target).scrollTop / row;
    this.first = Math.max(0, Math.floor((top - AHEAD) / BLOCK)) * BLOCK;
    this.last = Math.ceil((top + this.counts.sight + AHEAD) / BLOCK) * BLOCK;
  }

  /** @param {Event} event @returns {HTMLElement | null} the row in which something happened */
  rowOf({ target }) {
    return /** @type {Element} */ (target).closest('[data-row]');
  }

  /** @param {Event} event */
  onPoint(event) {
    const row = this.rowOf(event);
    this.pointed = row ? Number(row.dataset.tokenId) : null;
    this.cell = /** @type {HTMLElement | null} */ (/** @type {Element} */ (event.target).closest('[data-prob]'));
    this.tellExactly();
  }

  /** The exact number, for who rests on it; written only then. */
  tellExactly() {
    if (this.cell) this.cell.title = this.cell.dataset.prob ?? '';
  }

  /** @param {FocusEvent} event */
  onFocus(event) {
    const row = this.rowOf(event);
    if (!row) return;
    this.asked = Number(row.dataset.tokenId);
    this.active = Number(row.dataset.row);
  }

  /** @param {Event} event */
  onClick(event) {
    const { act } = /** @type {HTMLElement | null} */ (/** @type {Element} */ (event.target).closest('[data-act]'))?.dataset ?? {};
    const id = Number(this.rowOf(event)?.dataset.tokenId);
    this.asked = id;
    if (act === 'take') void this.instrument?.choose(id);
    if (act === 'unwatch') this.instrument?.unwatch(id);
  }

  /** Arrows walk the rows, Enter takes the token; only one row is a tab stop. @param {KeyboardEvent} event */
  onKey(event) {
    const row = this.rowOf(event);
    if (!row || event.altKey || event.ctrlKey || event.metaKey) return;
    const at = Number(row.dataset.row);
    const { all, sight } = this.counts;
    /** @type {Record<string, number>} */
    const moves = { ArrowUp: at - 1, ArrowDown: at + 1, PageUp: at - sight, PageDown: at + sight, Home: 0, End: all - 1 };
    const to = moves[event.key];
    const takes = event.key === 'Enter' && /** @type {Element} */ (event.target).matches('.name');
    if (to === undefined && !takes) return;
    event.preventDefault();
    if (takes) void this.instrument?.choose(Number(row.dataset.tokenId));
    else void this.walkTo(Math.min(all - 1, Math.max(0, to)));
  }

  /** @param {number} row */
  async walkTo(row) {
    const find = () => /** @type {HTMLElement | null} */ (this.querySelector(`[data-row="${row}"] .name`));
    if (!find()) {
      this.scrollToRow(row);
      await this.updateComplete;
    }
    find()?.focus();
  }

  /** @param {number} row that need not be in the document yet */
  scrollToRow(row) {
    const frame = this.querySelector('.frame');
    if (!frame || !this.measures) return;
    frame.scrollTop = row * this.measures.row;
    this.onScroll(/** @type {any} */ ({ target: frame }));
  }

  /** On a phone what is found needs the room below. @param {Event} event */
  onSeek({ currentTarget }) {
    if (this.narrow) /** @type {Element} */ (currentTarget).scrollIntoView();
  }

  /** @param {CustomEvent<import('../state.js').TokenInfo>} event */
  onFound({ detail: { id } }) {
    this.asked = this.sought = id;
    this.instrument?.watch(id);
  }

  /** As soon as it has a row. @param {number} id */
  showSought(id) {
    const found = this.querySelector(`[data-row][data-token-id="${id}"]`);
    const row = this.rows.findIndex((each) => each.id === id);
    if (!found && row >= 0) this.scrollToRow(row); // this is then called again
    if (!found) return;
    found.scrollIntoView({ block: 'nearest' });
    this.sought = null;
  }

  // ---- views ----

  /** The columns' heads: over each stage its own setting, over the model the search. @param {State} state @param {Table | null} table */
  controlsView({ model, settings, scale, wantedRows }, table) {
    const { instrument } = this;
    if (!model || !instrument) return nothing;
    const caption = (/** @type {string} */ name, /** @type {number} */ i) => {
      const column = table?.columns[i];
      return column?.name === name ? captionOf(column, model.stages) : '';
    };
    const axis = html`<span class="axis" aria-hidden="true">${ticks[scale].map(({ label }) => html`<span>${label}</span>`)}</span>`;
    return html`<div class="controls" role="group" aria-label=${words.settings}>
      <div class="corner label">
        <fieldset class="switch">
          <legend>${words.scale}</legend>
          ${/** @type {const} */ (['linear', 'log']).map(
            (name) => html`<label
              ><input type="radio" name="scale" value=${name} .checked=${scale === name} @change=${() => instrument.show({ scale: name })} /><span
                >${words[name]}</span
              ></label
            >`,
          )}
        </fieldset>
        <label class="field"
          ><span>${words.rows}</span
          ><input type="number" name="rows" min=${FEWEST} max=${MOST} step="1" placeholder=${words.rowsFit} .value=${wantedRows ?? ''} aria-invalid=${this.rowsBad} aria-describedby="rows-problem" @input=${this.onRows} @blur=${this.onRowsLeft}
        /></label>
        <span id="rows-problem" class="field-problem" role="status">${this.rowsBad ? words.rowsBad(FEWEST, MOST) : ''}</span>
      </div>
      <div class="column model">
        <p><strong>${words.names.logits}</strong><span class="caption">${words.captions.logits}</span></p>
        <ls-token-field
          .instrument=${instrument}
          .name=${'find'}
          .label=${words.find}
          .compact=${true}
          @focusin=${this.onSeek}
          @token=${this.onFound}
        ></ls-token-field>
        ${axis}
      </div>
      ${settings.stages.map(
        (stage, i) => html`<div class="column">
          <ls-stage-control
            .stage=${stage}
            .index=${i}
            .spec=${model.stages.find(({ name }) => name === stage.name)}
            .last=${i === settings.stages.length - 1}
            .vocab=${model.vocab}
            .caption=${caption(stage.name, i + 1)}
            .pipeline=${instrument.pipeline}
            .instrument=${instrument}
          ></ls-stage-control>
          ${axis}
        </div>`,
      )}
    </div>`;
  }

  /** @param {State} state @param {Table} table @param {Measures} measures */
  bodyView({ step, scale, vocabulary }, table, measures) {
    const geometry = this.geometry(measures, table.columns.length);
    const all = table.rows.length;
    const active = Math.min(this.active, all - 1);
    // The row that has the focus stays, however far it is scrolled away.
    const kept = this.querySelector('tbody')?.contains(document.activeElement) ? active : null;
    const first = Math.min(this.first, kept ?? all - 1, all - 1);
    const from = Math.floor(first / BLOCK) * BLOCK;
    const to = Math.min(all, Math.max(from + BLOCK, this.last, (kept ?? 0) + 1));
    const blocks = this.blocks(table, geometry, scale, from, to);
    const others = this.others(table, geometry, scale);
    const top = `${from * geometry.row}px`;
    const mark = step?.actual === null ? words.next : words.drawn;
    return guard([blocks, others, vocabulary, active], () => html`
      ${blocks.map(({ begin, scene }) => html`<ls-canvas class="block" .scene=${scene} ${place({ top: `${begin * geometry.row}px` })}></ls-canvas>`)}
      <table role="table" aria-label=${words.title} aria-rowcount=${all + 6}>
        ${headView(table)}
        <tbody
          role="rowgroup"
          ${place({ height: `${all * geometry.row}px`, paddingTop: top })}
          @pointerover=${this.onPoint}
          @pointerleave=${this.onPoint}
          @focusin=${this.onFocus}
          @click=${this.onClick}
          @keydown=${this.onKey}
        >
          ${repeat(
            table.rows.slice(from, to),
            (row, i) => from + i,
            (row, i) => rowView(row, from + i, table, vocabulary.get(row.id), { active: from + i === active, mark }),
          )}
        </tbody>
        ${footView(table, others)}
      </table>`);
  }

  /** @param {State} state @param {Table} table */
  wayView({ step, model, vocabulary }, table) {
    const { pointed, asked } = this;
    const row = [pointed, asked, step?.id].map((id) => table.rows.find((each) => each.id === id)).find(Boolean);
    return html`<ls-way
      role="region"
      aria-label=${words.way.region}
      .step=${step}
      .specs=${model?.stages}
      .token=${row && vocabulary.get(row.id)}
      .rank=${row?.rank}
      @take=${(/** @type {CustomEvent<number>} */ { detail }) => void this.instrument?.choose(detail)}
    ></ls-way>`;
  }

  render() {
    const { state, measures } = this;
    if (!state) return nothing;
    const { step, model, watched } = state;
    const { all, sight } = this.counts;
    const table = step && model ? this.table(step, all, model.vocab, watched) : null;
    this.rows = table?.rows ?? [];
    const controls = this.controlsView(state, table);
    const { head = 0, foot = 0, label = 0, row = 0 } = measures ?? {};
    const framing = {
      maxHeight: all > sight ? `${head + foot + sight * row + 2 * RING}px` : '',
      scrollPadding: `${head}px 0 ${foot}px ${label}px`, // what has the focus is not to lie under what stays
    };
    return html`
      <h2 class="visually-hidden">${words.title}</h2>
      ${this.narrow ? controls : nothing}
      <div class="frame ${all > sight ? 'tall' : ''} ${measures?.sideways ? 'wide' : ''}" ${place(framing)} @scroll=${this.onScroll}>
        <div class="sheet">
          ${this.narrow ? nothing : controls}
          <div class="body">${table && measures ? this.bodyView(state, table, measures) : html`<div class="table-space"></div>`}</div>
        </div>
      </div>
      ${table ? this.wayView(state, table) : nothing}
    `;
  }

  updated() {
    const { style } = this;
    const columns = String((this.state?.step?.stages ?? this.state?.settings.stages)?.length ?? 1);
    if (style.getPropertyValue('--columns') !== columns) style.setProperty('--columns', columns);
    this.tellExactly();
    if (this.sought !== null) this.showSought(this.sought);
    for (const element of this.querySelectorAll('.sheet, .sheet > .controls, tfoot')) {
      // To observe again is to be told again.
      if (!this.observed.has(element)) this.sizes.observe(element);
      this.observed.add(element);
    }
  }
}

customElements.define('ls-stages', Stages);
