// Names and numbers of the reader's own through the same C pipeline, without a model.
// Beside the token's way: a sampler of its own takes the logits where a model would give them.
// Must not know the page's model; what is pasted is read by experiments/own-logits.js.

import { html, nothing } from 'lit';
import { Sampler } from '../../engine/index.js';
import { place } from '../drawing/place.js';
import { problemOf } from '../errors.js';
import { drawAt, logitsOf, parseNumbers, rowsOf } from '../experiments/own-logits.js';
import { ownPresets } from '../experiments/own-presets.js';
import { bits, percent, setting, unit, whole } from '../format.js';
import { Arranger } from '../pipeline.js';
import { keptSentence } from '../sentence.js';
import { stageName } from '../stage-title.js';
import { SEEDS } from '../state.js';
import { text } from '../text/index.js';
import { View } from './base.js';
import './ls-pipeline.js';
import './ls-stage-control.js';

/**
 * @typedef {import('../state.js').State} State
 * @typedef {import('../state.js').Stage} Stage
 * @typedef {import('../experiments/own-logits.js').Problem} Problem
 * @typedef {Awaited<ReturnType<typeof Sampler.open>>} OpenSampler
 * @typedef {Awaited<ReturnType<OpenSampler['sample']>>} Step
 * @typedef {import('../experiments/own-logits.js').Entry} Entry
 */

const words = text.own;
const MOST_ROWS = 40;
/** These look at the text before, and there is none. */
const TEXTUAL = ['penalties', 'bias', 'dry'];

/** @param {Problem} problem */
function problemText({ kind, line = 0, found = '' }) {
  const sentence = words.problems[kind];
  return typeof sentence === 'string' ? sentence : sentence(line, found);
}

class Own extends View {
  static properties = {
    state: { attribute: false },
    instrument: { attribute: false },
    input: { state: true },
    kind: { state: true },
    fields: { state: true },
    step: { state: true },
    failure: { state: true },
  };

  constructor() {
    super();
    /** @type {State | undefined} */
    this.state = undefined;
    /** @type {import('../instrument.js').Instrument | undefined} */
    this.instrument = undefined;
    this.input = '';
    /** @type {'logits' | 'probabilities'} */
    this.kind = 'logits';
    /** As typed. @type {{ seed: string, position: string, u: string }} */
    this.fields = { seed: '1', position: '0', u: '' };
    /** @type {Stage[]} */
    this.stages = [];
    this.pipeline = new Arranger(
      () => ({ stages: this.stages, specs: this.sampler?.stages ?? [] }),
      (stages) => {
        this.stages = stages;
        this.ask();
      },
    );
    /** What the step was made of. @type {{ entries: Entry[], kind: Own['kind'], step: Step } | null} */
    this.step = null;
    this.failure = '';
    /** @type {OpenSampler | null} */
    this.sampler = null;
    /** @type {Promise<void> | null} */
    this.answering = null;
    this.askAgain = false;
    this.load(ownPresets.exercise);
  }

  connectedCallback() {
    super.connectedCallback();
    this.ask();
  }

  /** @param {import('../experiments/own-presets.js').Preset} preset */
  load({ kind, input, stages, u }) {
    this.input = input;
    this.kind = kind;
    this.fields = { ...this.fields, u: u === undefined ? '' : String(u) };
    this.pipeline.setStages(stages);
  }

  // ---- what is typed ----

  /** @returns {{ entries: Entry[], logits: Float32Array } | { problem: Problem }} */
  get numbers() {
    const parsed = parseNumbers(this.input);
    if ('problem' in parsed) return parsed;
    const made = logitsOf(parsed.entries, this.kind);
    return 'problem' in made ? made : { entries: parsed.entries, ...made };
  }

  /** null where it is no seed. */
  get seed() {
    const { seed } = this.fields;
    return /^\d{1,20}$/.test(seed) && BigInt(seed) < SEEDS ? BigInt(seed) : null;
  }

  /** null where it is no position. */
  get position() {
    const { position } = this.fields;
    return /^\d{1,9}$/.test(position) ? Number(position) : null;
  }

  /** The u that was put there by hand; null for none, or for one that is none. */
  get u() {
    const { u } = this.fields;
    return u !== '' && Number(u) >= 0 && Number(u) < 1 ? Number(u) : null;
  }

  /** @param {Event} event */
  onInput({ target }) {
    this.input = /** @type {HTMLTextAreaElement} */ (target).value;
    this.ask();
  }

  /** @param {Event} event */
  onField({ target }) {
    const { name, value } = /** @type {HTMLInputElement} */ (target);
    this.fields = { ...this.fields, [name.replace('own-', '')]: value.trim() };
    this.ask();
  }

  /** @param {Event} event */
  onPreset({ target }) {
    const { value } = /** @type {HTMLSelectElement} */ (target);
    if (value) this.load(ownPresets[value]);
  }

  // ---- sampling ----

  /** Brings the step up to date. One question is on its way at most; the newest follows it. */
  ask() {
    this.requestUpdate();
    this.askAgain = true;
    this.answering ??= this.answer().finally(() => {
      this.answering = null;
      this.requestUpdate();
    });
  }

  async answer() {
    while (this.askAgain && this.isConnected) {
      this.askAgain = false;
      const { numbers, kind, seed, position, stages } = this;
      try {
        this.sampler ??= await Sampler.open();
        if ('problem' in numbers || seed === null || position === null) continue;
        const step = await this.sampler.sample(numbers.logits, { stages, seed, position, trace: 'full' });
        this.step = { entries: numbers.entries, kind, step };
        this.failure = '';
      } catch (error) {
        const { sentence, details } = problemOf(error);
        this.failure = `${sentence} ${details}`;
      }
    }
  }

  // ---- the picture ----

  /** @param {string} name @param {string} label @param {string} problem */
  fieldView(name, label, problem) {
    const id = `own-${name}`;
    return html`<div class="field">
      <label for=${id}>${label}</label>
      <input
        id=${id}
        name=${id}
        inputmode="decimal"
        autocomplete="off"
        spellcheck="false"
        .value=${this.fields[/** @type {'seed' | 'position' | 'u'} */ (name)]}
        aria-invalid=${problem !== ''}
        aria-describedby=${`${id}-problem`}
        @input=${this.onField}
      />
      <span id=${`${id}-problem`} class="field-problem" role="status">${problem}</span>
    </div>`;
  }

  inputView() {
    const { numbers, kind, input } = this;
    const problem = 'problem' in numbers ? problemText(numbers.problem) : '';
    const sum = 'entries' in numbers ? numbers.entries.reduce((total, { number }) => total + number, 0) : 0;
    const present = Object.keys(ownPresets).find((name) => ownPresets[name].input === input && ownPresets[name].kind === kind) ?? '';
    return html`<div class="given">
      <label class="field">
        <span>${words.preset}</span>
        <select name="own-preset" @change=${this.onPreset}>
          <option value="" ?selected=${present === ''} ?disabled=${present !== ''}>${words.mine}</option>
          ${Object.keys(ownPresets).map(
            (name) => html`<option value=${name} ?selected=${name === present}>${words.presets[/** @type {keyof typeof words.presets} */ (name)]}</option>`,
          )}
        </select>
      </label>
      <label for="own-input">${words.input}</label>
      <textarea
        id="own-input"
        name="own-input"
        rows="8"
        spellcheck="false"
        autocapitalize="off"
        aria-invalid=${problem !== ''}
        aria-describedby="own-problem own-hint"
        .value=${input}
        @input=${this.onInput}
      ></textarea>
      <p id="own-problem" class="field-problem" role="status">${problem}</p>
      <p id="own-hint" class="hint">${words.hint}</p>
      <fieldset class="switch">
        <legend>${words.kind}</legend>
        ${/** @type {const} */ (['logits', 'probabilities']).map(
          (name) => html`<label
            ><input
              type="radio"
              name="own-kind"
              value=${name}
              .checked=${kind === name}
              @change=${() => {
                this.kind = name;
                this.ask();
              }}
            /><span>${words.kinds[name]}</span></label
          >`,
        )}
      </fieldset>
      ${'entries' in numbers
        ? html`<p class="hint">${words.counted(numbers.entries.length)} ${kind === 'probabilities' ? words.lnHint(setting(sum)) : nothing}</p>`
        : nothing}
    </div>`;
  }

  stagesView() {
    const { pipeline, sampler, stages, step } = this;
    if (!sampler) return nothing;
    const specs = sampler.stages;
    // The sampler itself says when there are too many.
    const model = { stages: specs.filter(({ name }) => !TEXTUAL.includes(name)), maxStages: Infinity };
    return html`<div class="arranged">
      <h3>${words.stages}</h3>
      <ls-pipeline .state=${{ model, settings: { stages } }} .pipeline=${pipeline}></ls-pipeline>
      <div class="stage-list" role="group" aria-label=${words.stages}>
        ${stages.map(
          (stage, i) => html`<ls-stage-control
            .spec=${specs.find(({ name }) => name === stage.name)}
            .stage=${stage}
            .index=${i}
            .last=${i === stages.length - 1}
            .vocab=${step?.entries.length ?? 1}
            .prefix=${'own-stage'}
            .pipeline=${pipeline}
          ></ls-stage-control>`,
        )}
      </div>
    </div>`;
  }

  /** @param {number | null} prob null where it is cut @param {number | null} before */
  cellView(prob, before) {
    const share = prob ?? before;
    if (share === null) return html`<span aria-hidden="true">–</span><span class="visually-hidden">${words.cut}</span>`;
    const cut = prob === null;
    return html`<span class="measure" aria-hidden="true"
        ><span class="clip"><span class="bar ${cut ? 'ghost' : ''}" ${place({ transform: `translateX(${(share - 1) * 100}%)` })}></span></span
      ></span>
      <span class="number">${cut ? html`<s aria-hidden="true">${percent(share)}</s><span class="visually-hidden">${words.cut}</span>` : percent(share)}</span>`;
  }

  /** @param {NonNullable<Own['step']>} made @param {number} drawn */
  tableView({ entries, kind, step }, drawn) {
    const { stages } = step;
    const rows = rowsOf(step, drawn, MOST_ROWS);
    const nameOf = (/** @type {string} */ name) => (name === 'logits' ? words.softmax : stageName(name));
    const foot = (/** @type {string} */ label, /** @type {(row: Step['stages'][number]) => string} */ value) => html`<tr>
      <th scope="row">${label}</th>
      <td></td>
      ${stages.map((row) => html`<td>${value(row)}</td>`)}
    </tr>`;
    return html`<div class="scroller" role="region" tabindex="0" aria-label=${words.table}>
      <table class="through">
        <caption class="visually-hidden">${words.table}</caption>
        <thead>
          <tr>
            <th scope="col">${words.token}</th>
            <th scope="col">${words.logit}</th>
            ${stages.map(
              ({ name, kept, keptMass, entropy }) => html`<th
                scope="col"
                data-own-stage=${name}
                data-kept=${kept}
                data-kept-mass=${String(keptMass)}
                data-entropy=${String(entropy)}
                title=${nameOf(name)}
              >${nameOf(name)}</th>`,
            )}
          </tr>
        </thead>
        <tbody>
          ${rows.map(
            ({ id, probs }) => html`<tr class=${`${id === drawn ? 'drawn' : ''} ${probs.at(-1) === null ? 'cut' : ''}`} data-own-token=${id}>
              <th scope="row">
                <bdi class="token">${entries[id].name}</bdi>${id === drawn ? html` <span class="mark">${text.stages.drawn}</span>` : nothing}
              </th>
              <td title=${String(entries[id].number)}>${setting(kind === 'logits' ? entries[id].number : Math.log(entries[id].number))}</td>
              ${probs.map((prob, i) => html`<td data-prob=${String(prob ?? 0)} title=${String(prob ?? 0)}>${this.cellView(prob, probs[Math.max(0, i - 1)])}</td>`)}
            </tr>`,
          )}
          ${entries.length > rows.length ? html`<tr><th scope="row" colspan=${stages.length + 2}>${words.others(entries.length - rows.length)}</th></tr>` : nothing}
        </tbody>
        <tfoot>
          ${foot(words.kept, ({ kept }) => whole(kept))} ${foot(words.keptMass, ({ keptMass }) => percent(keptMass))}
          ${foot(words.entropy, ({ entropy }) => bits(entropy))}
        </tfoot>
      </table>
    </div>`;
  }

  /** @param {NonNullable<Own['step']>} made */
  resultView(made) {
    const { entries, step } = made;
    const { u: byHand, fields } = this;
    const last = step.stages[step.stages.length - 1];
    const u = byHand ?? step.u;
    const drawn = last.ids[drawAt(last.probs, u)];
    const share = percent(last.probs[last.ids.indexOf(drawn)]);
    const { name } = entries[drawn];
    const outcome = byHand === null ? text.draw.falls(unit(u), name, share) : words.byHand(setting(u), name, share);
    return html`
      ${this.tableView(made, drawn)}
      <div class="draw" data-own-drawn=${drawn} data-own-name=${name}>
        <h3>${words.draw}</h3>
        <p class="note" role="status">${keptSentence(step)} <strong>${outcome}</strong></p>
        <ls-strip
          .step=${{ ...step, u, id: drawn }}
          .label=${outcome}
          .nameOf=${(/** @type {number} */ id) => entries[id].name}
          .viewOf=${(/** @type {number} */ id) => entries[id].name}
        ></ls-strip>
        <div class="line fields">
          ${this.fieldView('seed', words.seed, this.seed === null ? words.seedBad : '')}
          ${this.fieldView('position', words.position, this.position === null ? words.positionBad : '')}
          ${this.fieldView('u', words.u, fields.u !== '' && byHand === null ? words.uBad : '')}
        </div>
        <p class="hint">${words.uHint}</p>
      </div>
    `;
  }

  render() {
    const { step, failure } = this;
    return html`
      <p class="note">${words.intro}</p>
      <div class="bench">
        ${this.inputView()}
        <div class="made" aria-busy=${this.answering !== null}>
          ${this.stagesView()}
          ${failure ? html`<p class="field-problem" role="status">${failure}</p>` : nothing}
          ${step ? this.resultView(step) : nothing}
        </div>
      </div>
    `;
  }
}

customElements.define('ls-own', Own);
