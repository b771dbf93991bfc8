// Why this token? A receipt for the token at the cursor, to be read, printed or copied.
// After the token's way: the step is computed again under the settings under which its token was drawn.
// Must not know how a stage decides; receipt.js reads it off the trace, receipt-words.js says it.

import { html, nothing } from 'lit';
import { place } from '../drawing/place.js';
import { tokenView } from '../drawing/token.js';
import { decimal, percent, unit } from '../format.js';
import { LISTED } from '../instrument.js';
import { listingFor, receiptOf } from '../receipt.js';
import { plainReceipt, wordsOf } from '../receipt-words.js';
import { sameSettings } from '../state.js';
import { text } from '../text/index.js';
import { plainText } from '../token-text.js';
import { View } from './base.js';

/**
 * @typedef {import('../state.js').State} State
 * @typedef {import('../receipt.js').Receipt} Receipt
 * @typedef {import('../receipt.js').How} How
 * @typedef {import('../receipt-words.js').Words} Words
 */

const words = text.receipt;

/** What there is to explain at the position that is shown. @param {State} state */
function subjectOf({ chips, cursor, step, settings, promptLength }) {
  const chip = chips[cursor];
  const id = chip ? chip.token.id : /** @type {NonNullable<State['step']>} */ (step).id;
  /** @type {How} */
  const how = !chip ? 'next' : cursor < promptLength ? 'given' : chip.forced ? 'taken' : 'drawn';
  return { id, how, settings: chip?.settings ?? settings, textBefore: chips.slice(0, cursor).map(({ token }) => token.id) };
}

class ReceiptPanel extends View {
  static properties = {
    state: { attribute: false },
    instrument: { attribute: false },
    receipt: { state: true },
    said: { state: true },
    byHand: { state: true },
  };

  constructor() {
    super();
    /** @type {State | undefined} */
    this.state = undefined;
    /** @type {import('../instrument.js').Instrument | undefined} */
    this.instrument = undefined;
    /** @type {Receipt | null} */
    this.receipt = null;
    /** What became of copying. */
    this.said = '';
    /** Shows the text for copying it by hand. */
    this.byHand = false;
    /** The model whose token it is about. @type {State['model']} */
    this.model = null;
    /** What the receipt was made for last. @type {unknown} */
    this.asked = null;
  }

  willUpdate() {
    const { state } = this;
    if (state && state.model !== this.model) {
      this.model = state.model;
      this.receipt = null;
    }
    if (!state?.step || state.step.position !== state.cursor) return;
    // At full speed each step would be computed twice, for a glimpse.
    if (state.playing && state.speed === 0) return;
    // A drawn token's receipt stays as it is, however the settings move since; any other's depends on them.
    const chip = state.chips[state.cursor];
    const subject = chip?.settings ? chip : state.step;
    if (subject === this.asked) return;
    this.asked = subject;
    this.said = '';
    this.byHand = false;
    void this.ask(state);
  }

  /** @param {State} state */
  async ask(state) {
    const { instrument, asked } = this;
    if (!instrument || !state.model) return;
    const { id, how, settings, textBefore } = subjectOf(state);
    const look = async (/** @type {number} */ top) =>
      (await instrument.inspectAll([{ ...settings, trace: 'top', top, watch: [id] }])).at(0);
    const isOf = (/** @type {State['step'] | undefined} */ step) => step?.position === state.cursor && this.asked === asked;

    let step = await look(LISTED);
    if (!step || !isOf(step)) return;
    const listing = listingFor(step, id);
    if (listing > LISTED) step = await look(listing);
    if (!step || !isOf(step)) return;
    const receipt = receiptOf(step, id, { ...settings, specs: state.model.stages, textBefore, how });
    await instrument.learn(mentioned(receipt));
    if (isOf(step)) this.receipt = receipt;
  }

  /** @param {string} told the receipt as text */
  async copy(told) {
    try {
      await navigator.clipboard.writeText(told);
      this.said = words.copied;
    } catch {
      this.byHand = true;
      await this.updateComplete;
      /** @type {HTMLTextAreaElement | null} */ (this.querySelector('textarea'))?.select();
      this.said = document.execCommand('copy') ? words.copied : words.copyByHand;
    }
  }

  /** The drawn token's part of the strip, its neighbours, and u; as large as there is room. @param {Receipt} receipt @param {State} state */
  stripView({ u, strip }, { vocabulary }) {
    const { drawn, before, after } = strip;
    const [from, to] = [before?.from ?? 0, after?.to ?? 1];
    const at = (/** @type {number} */ value) => (value - from) / (to - from);
    const label = words.around(decimal(from), decimal(to));
    return html`<div class="part-strip" role="img" aria-label=${label}>
      <span class="flag" ${place({ transform: `translateX(${at(u) * 100}%)` })}
        ><span ${place({ transform: `translateX(${-at(u) * 100}%)` })}>${text.draw.needle(unit(u))}</span></span
      >
      <div class="parts">
        ${[before, drawn, after].map((part, i) =>
          part
            ? html`<span class="part-of ${part === drawn ? 'drawn' : i === 0 ? 'even' : 'odd'}" ${place({ transform: `translateX(${at(part.from) * 100}%)` })}
                ><span ${place({ width: `${(at(part.to) - at(part.from)) * 100}%` })} title=${percent(part.prob)}>${tokenView(vocabulary.get(part.id))}</span></span
              >`
            : nothing,
        )}
        <span class="at" ${place({ transform: `translateX(${at(u) * 100}%)` })}></span>
      </div>
      <div class="axis" aria-hidden="true"><span>${decimal(from)}</span><span>${decimal(to)}</span></div>
    </div>`;
  }

  /** @param {Receipt} receipt @param {Words} told */
  tableView({ lines }, told) {
    return html`<table>
      <caption>
        ${words.stages}
      </caption>
      <thead>
        <tr>
          <th scope="col">${words.stage}</th>
          <th scope="col" class="number">${words.rank}</th>
          <th scope="col" class="number">${words.prob}</th>
          <th scope="col">${words.told}</th>
        </tr>
      </thead>
      <tbody>
        ${lines.map(({ name, rank, prob, kept, cut, measure, removed }, i) => {
          const { title, prob: share, told: sentences } = told.stages[i];
          return html`<tr class=${removed ? 'removed' : ''} data-receipt-stage=${name} data-kind=${measure.kind} data-kept=${kept}>
            <th scope="row">${title}</th>
            <td class="number" data-rank=${rank}>${words.rankOf(rank)}</td>
            <td class="number" data-prob=${String(prob)} title=${String(prob)}>${share}</td>
            <td
              data-margin=${'margin' in measure ? String(measure.margin) : nothing}
              data-bound=${'bound' in measure ? String(measure.bound) : nothing}
              data-cut=${cut?.count ?? 0}
              data-cut-mass=${String(cut?.mass ?? 0)}
            >
              ${sentences.join(' ')}
            </td>
          </tr>`;
        })}
      </tbody>
    </table>`;
  }

  render() {
    const { state, instrument, receipt, said, byHand } = this;
    if (!state?.model || !instrument || !receipt) return nothing;
    const { vocabulary, settings, chips } = state;
    const name = (/** @type {number} */ id) => {
      const token = vocabulary.get(id);
      // A space at its edge does not break the line.
      return token ? plainText(token).replace(/^ | $/g, '\u00a0') : '';
    };
    const told = wordsOf(receipt, name);
    const then = chips[receipt.position]?.settings ?? null;
    const moved = then !== null && !sameSettings(then, settings);
    const notes = moved ? [receipt.how === 'taken' ? words.momentTaken : words.moment] : [];
    const plain = plainReceipt(told, notes).replaceAll('\u00a0', ' ');
    const { part, u, strip } = receipt;
    return html`
      <article
        aria-labelledby="receipt-verdict"
        data-receipt=${receipt.id}
        data-drawn=${receipt.drawn}
        data-how=${receipt.how}
        data-receipt-u=${String(u)}
        data-from=${String((part ?? strip.drawn).from)}
        data-to=${String((part ?? strip.drawn).to)}
      >
        <h3 id="receipt-verdict" class="verdict">${told.verdict}</h3>
        <p>${told.reasons.join(' ')}</p>
        ${notes.map(
          (note) =>
            html`<p class="note">
              ${note}
              <button type="button" class="link" @click=${() => instrument.restoreSettings()}>${words.restore}</button>
            </p>`,
        )}
        <section aria-label=${words.drawTitle}>
          ${this.stripView(receipt, state)}
          <ul class="draw-words">
            ${told.draw.map((sentence) => html`<li>${sentence}</li>`)}
          </ul>
        </section>
        ${this.tableView(receipt, told)}
      </article>
      <p class="actions">
        <button type="button" name="print" @click=${() => window.print()}>${words.print}</button>
        <button type="button" name="copy" @click=${() => this.copy(plain)}>${words.copy}</button>
        <span role="status">${said}</span>
      </p>
      ${byHand ? html`<textarea readonly rows="8" aria-label=${words.plain} .value=${plain}></textarea>` : nothing}
    `;
  }
}

/** The tokens that a receipt names. @param {Receipt} receipt */
function mentioned({ id, strip, lines }) {
  const parts = Object.values(strip).flatMap((part) => (part ? [part.id] : []));
  return [id, ...parts, ...lines.flatMap(({ cut }) => (cut ? [cut.listed[0].id] : []))];
}

customElements.define('ls-receipt', ReceiptPanel);
