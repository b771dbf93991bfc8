// Predict, then reveal: the next token is covered until the reader has staked points on what it could be.
// After the token's way: covers the step, uncovers it, and keeps the score in bits.
// Must not know how guesses are scored; experiments/guesses.js does.

import { html, nothing } from 'lit';
import { tokenView } from '../drawing/token.js';
import { LEAST_REST, MOST_GUESSES, POINTS, isComplete, restOf, scoreOf, withGuess } from '../experiments/guesses.js';
import { bits, percent, whole } from '../format.js';
import { isOver } from '../state.js';
import { text } from '../text/index.js';
import { plainText } from '../token-text.js';
import { View } from './base.js';
import './ls-token-field.js';

/**
 * @typedef {import('../state.js').State} State
 * @typedef {import('../state.js').TokenInfo} TokenInfo
 * @typedef {import('../experiments/guesses.js').Guess} Guess
 *
 * @typedef {object} Line  a token in the uncovered round
 * @property {number} id
 * @property {TokenInfo | undefined} token
 * @property {number} share   what the reader gave it
 * @property {number} model   what the model gave it
 * @property {number} rank    1 is the likeliest for the model
 * @property {number} end     what the stages left it
 *
 * @typedef {object} Round
 * @property {number} position
 * @property {Line} drawn     the token that is drawn
 * @property {Line[]} lines   the guesses, and the drawn token
 * @property {number} yours   bits
 * @property {number} model   bits
 * @property {number} even    bits, of a guess that gives every token the same
 */

const words = text.predict;

class Predict extends View {
  static properties = {
    state: { attribute: false },
    instrument: { attribute: false },
    guesses: { state: true },
    rounds: { state: true },
    open: { state: true },
  };

  constructor() {
    super();
    /** @type {State | undefined} */
    this.state = undefined;
    /** @type {import('../instrument.js').Instrument | undefined} */
    this.instrument = undefined;
    /** @type {Guess[]} */
    this.guesses = [];
    /** Uncovered so far. @type {Round[]} */
    this.rounds = [];
    /** Whether the last of the rounds lies open, and no new one has begun. */
    this.open = false;
    /** The text when this round was covered; null before the first. @type {State['chips'] | null} */
    this.chips = null;
    /** Tokens that were guessed, by id. @type {Map<number, TokenInfo>} */
    this.tokens = new Map();
  }

  connectedCallback() {
    super.connectedCallback();
    this.chips = null;
    this.requestUpdate();
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.instrument?.show({ covered: false });
  }

  /** A text that went on begins another round: the guesses were about another token. */
  willUpdate() {
    const { instrument, state } = this;
    if (instrument && state && this.isConnected && this.chips !== state.chips) this.begin(instrument, state);
  }

  /** Covers the next token, where there is one. @param {import('../instrument.js').Instrument} instrument @param {State} state */
  begin(instrument, state) {
    this.chips = state.chips;
    this.guesses = [];
    this.open = false;
    instrument.show({ covered: !isOver(state) });
    instrument.selectLast();
  }

  async next() {
    this.open = false;
    this.instrument?.show({ covered: true });
    await this.instrument?.step();
  }

  /** @param {TokenInfo} token */
  add(token) {
    this.tokens.set(token.id, token);
    this.guesses = withGuess(this.guesses, token.id);
  }

  /** @param {number} id @param {Event} event */
  onPoints(id, { target }) {
    const { valueAsNumber } = /** @type {HTMLInputElement} */ (target);
    this.guesses = this.guesses.map((guess) => (guess.id === id ? { id, points: valueAsNumber } : guess));
  }

  /** @param {SubmitEvent} event */
  async onSubmit(event) {
    event.preventDefault();
    const { state, instrument, guesses } = this;
    if (!state?.step || !state.model || !instrument || !isComplete(guesses)) return;
    instrument.selectLast();
    const { moment } = instrument;
    const { vocab } = state.model;
    const { seed, stages } = state.settings;
    // What is drawn is asked first: only then it is known which tokens are to be followed.
    const [{ id = -1, position = 0 } = {}] = await instrument.inspectAll([{ stages, seed, trace: 'none' }]);
    const ids = [...new Set([...guesses.map((guess) => guess.id), id])];
    const [step] = id < 0 ? [] : await instrument.inspectAll([{ stages, seed, trace: 'top', top: 1, watch: ids }]);
    const vocabulary = await instrument.learn(id < 0 ? [] : ids);
    if (!step || this.open || moment !== instrument.moment) return; // open: the button was pressed twice
    const lines = (step.watched ?? []).map(({ id: each, rows }) => ({
      id: each,
      token: vocabulary.get(each),
      share: scoreOf(guesses, each, vocab).share,
      model: rows[0].prob,
      rank: rows[0].rank,
      end: rows[rows.length - 1].prob,
    }));
    const drawn = lines.find((line) => line.id === id);
    if (!drawn) return;
    const round = { position, drawn, lines, yours: -Math.log2(drawn.share), model: -Math.log2(drawn.model), even: Math.log2(vocab) };
    this.rounds = [...this.rounds, round];
    this.open = true;
    instrument.show({ covered: false });
  }

  // ---- the picture ----

  /** @param {number} id @param {State} state */
  tokenOf(id, state) {
    return state.vocabulary.get(id) ?? this.tokens.get(id);
  }

  /** @param {State} state */
  formView(state) {
    const { guesses, instrument } = this;
    const rest = restOf(guesses);
    const full = guesses.length >= MOST_GUESSES;
    const problem = guesses.length > 0 && !isComplete(guesses) ? words.problem(POINTS - LEAST_REST) : '';
    return html`<form @submit=${this.onSubmit}>
      <ls-token-field
        .instrument=${instrument}
        .label=${full ? words.full(MOST_GUESSES) : guesses.length === 0 ? words.guess : words.another}
        .name=${'guess'}
        .disabled=${full}
        @token=${(/** @type {CustomEvent<TokenInfo>} */ event) => this.add(event.detail)}
      ></ls-token-field>
      ${guesses.length === 0
        ? nothing
        : html`<table class="stakes">
            <caption class="visually-hidden">${words.stakes}</caption>
            <thead>
              <tr><th scope="col">${words.token}</th><th scope="col">${words.points}</th><th scope="col"><span class="visually-hidden">${words.actions}</span></th></tr>
            </thead>
            <tbody>
              ${guesses.map(({ id, points }) => {
                const token = this.tokenOf(id, state);
                const name = token ? plainText(token) : '';
                return html`<tr data-guess=${id}>
                  <th scope="row">${tokenView(token)}</th>
                  <td>
                    <input
                      type="number"
                      name=${`points-${id}`}
                      min="1"
                      max=${POINTS - LEAST_REST}
                      step="1"
                      aria-label=${words.pointsFor(name)}
                      aria-invalid=${problem !== ''}
                      .value=${Number.isNaN(points) ? '' : String(points)}
                      @input=${(/** @type {Event} */ event) => this.onPoints(id, event)}
                    />
                  </td>
                  <td>
                    <button type="button" class="quiet" aria-label=${words.removeNamed(name)} @click=${() => (this.guesses = guesses.filter((guess) => guess.id !== id))}>
                      ${words.remove}
                    </button>
                  </td>
                </tr>`;
              })}
              <tr>
                <th scope="row">${words.rest}</th>
                <td>${Number.isNaN(rest) ? '' : whole(rest)}</td>
                <td></td>
              </tr>
            </tbody>
          </table>`}
      <p class="field-problem" role="status">${problem}</p>
      <div class="line"><button class="primary" name="reveal" ?disabled=${!isComplete(guesses)}>${words.reveal}</button></div>
    </form>`;
  }

  /** @param {Round} round */
  roundView({ drawn, lines, yours, model, even }) {
    return html`<p class="outcome" role="status" data-yours=${String(yours)} data-model=${String(model)} data-even=${String(even)}>
        ${words.outcome(drawn.token ? plainText(drawn.token) : '', bits(yours), bits(model), bits(even))}
      </p>
      <div class="scroller" role="region" tabindex="0" aria-label=${words.revealed}>
        <table class="counts">
          <caption class="visually-hidden">${words.revealed}</caption>
          <thead>
            <tr>
              <th scope="col">${words.token}</th>
              <th scope="col">${words.yourShare}</th>
              <th scope="col">${words.modelShare}</th>
              <th scope="col">${words.rank}</th>
              <th scope="col">${words.endShare}</th>
            </tr>
          </thead>
          <tbody>
            ${lines.map(
              (line) => html`<tr class=${line === drawn ? 'drawn' : ''} data-revealed=${line.id}>
                <th scope="row">
                  ${tokenView(line.token)}${line === drawn ? html` <span class="mark">${text.stages.drawn}</span>` : nothing}
                </th>
                <td title=${String(line.share)}>${percent(line.share)}</td>
                <td title=${String(line.model)} data-prob=${String(line.model)}>${percent(line.model)}</td>
                <td>${text.stages.rankShort(line.rank)}</td>
                <td title=${String(line.end)}>${line.end === 0 ? text.stages.cut : percent(line.end)}</td>
              </tr>`,
            )}
          </tbody>
        </table>
      </div>
      <div class="line">
        <button type="button" class="primary" name="next-round" @click=${() => void this.next()}>${words.next}</button>
      </div>`;
  }

  scoreView() {
    const { rounds } = this;
    if (rounds.length === 0) return nothing;
    const sum = (/** @type {(round: Round) => number} */ of) => bits(rounds.reduce((total, round) => total + of(round), 0));
    const columns = [(/** @type {Round} */ { yours }) => yours, (/** @type {Round} */ { model }) => model, (/** @type {Round} */ { even }) => even];
    return html`<h3>${words.score}</h3>
      <div class="scroller" role="region" tabindex="0" aria-label=${words.score}>
        <table class="counts">
          <caption class="visually-hidden">${words.score}</caption>
          <thead>
            <tr>
              <th scope="col">${words.drawn}</th>
              <th scope="col">${words.you}</th>
              <th scope="col">${words.model}</th>
              <th scope="col">${words.even}</th>
            </tr>
          </thead>
          <tbody>
            ${rounds.map(
              (round) => html`<tr>
                <th scope="row">${tokenView(round.drawn.token)}</th>
                ${columns.map((of) => html`<td title=${String(of(round))}>${bits(of(round))}</td>`)}
              </tr>`,
            )}
          </tbody>
          <tfoot>
            <tr>
              <th scope="row">${words.total(rounds.length)}</th>
              ${columns.map((of) => html`<td>${sum(of)}</td>`)}
            </tr>
          </tfoot>
        </table>
      </div>
      <p class="hint">${words.scoreHint}</p>
      <div class="line"><button type="button" name="forget" @click=${() => (this.rounds = this.open ? rounds.slice(-1) : [])}>${words.forget}</button></div>`;
  }

  render() {
    const { state, rounds, open } = this;
    if (!state) return nothing;
    const round = open ? rounds.at(-1) : undefined;
    return html`
      <p class="note">${words.intro}</p>
      ${round ? this.roundView(round) : !state.step ? html`<p class="note">${words.wait}</p>` : isOver(state) ? html`<p class="note">${words.over}</p>` : this.formView(state)}
      ${this.scoreView()}
    `;
  }
}

customElements.define('ls-predict', Predict);
