// One thing to do or to answer in a lesson, with the buttons that set the instrument up for it.
// At the end of the token's way, beside the instrument: a wish goes to the instrument, "solved" to the lesson.
// Must not know how a deed is recognised; the lesson watches.

import { html, nothing } from 'lit';
import { agrees, numberOf } from '../lessons/checks.js';
import { figures } from '../lessons/figures.js';
import { rich } from '../lessons/rich.js';
import { sample } from '../lessons/sampler.js';
import { text } from '../lessons/text/index.js';
import { View } from './base.js';
import './ls-lesson-figure.js';

/**
 * @typedef {import('../state.js').State} State
 * @typedef {import('../lessons/index.js').Task} Task
 * @typedef {import('../lessons/index.js').Setup} Setup
 * @typedef {import('../lessons/index.js').Question} Question
 * @typedef {import('../lessons/index.js').Choice} Choice
 *
 * @typedef {object} Words
 * @property {string} what
 * @property {Record<string, string>} [setups]
 * @property {string} [done]
 * @property {string} [unit]
 * @property {string} [hint]
 * @property {Record<string, string>} [choices]
 * @property {Record<string, string>} [why]
 */

class LessonTask extends View {
  static properties = {
    task: { attribute: false },
    words: { attribute: false },
    state: { attribute: false },
    instrument: { attribute: false },
    done: { attribute: false },
    said: { state: true },
    chosen: { state: true },
  };

  constructor() {
    super();
    /** @type {Task | undefined} */
    this.task = undefined;
    /** @type {Words | undefined} */
    this.words = undefined;
    /** @type {State | undefined} */
    this.state = undefined;
    /** @type {import('../instrument.js').Instrument | undefined} */
    this.instrument = undefined;
    this.done = false;
    /** What was said of the last answer. */
    this.said = '';
    this.chosen = '';
  }

  /** Only one lesson is open at a time. */
  get labelId() {
    return `task-${this.task?.id}`;
  }

  /** @param {Setup} setup */
  setUp({ prompt, seed, stages, compare, panel, watch }) {
    const { instrument } = this;
    if (!instrument) return;
    this.dispatchEvent(new CustomEvent('begun', { bubbles: true }));
    if (stages) instrument.pipeline.setStages(stages);
    if (seed !== undefined) instrument.setSeed(seed);
    instrument.setCompare(compare ?? null);
    if (panel) instrument.show({ panel });
    if (watch !== undefined) instrument.watch(watch);
    if (prompt !== undefined) void instrument.setPrompt(prompt);
  }

  /** @param {boolean} right @param {string} why */
  tell(right, why) {
    this.said = right ? text.right(why) : text.wrong(why);
    if (right) this.dispatchEvent(new CustomEvent('solved', { bubbles: true }));
  }

  /** @param {Choice} choice @param {string} name */
  choose({ right }, name) {
    this.chosen = name;
    this.tell(name === right, this.words?.why?.[name] ?? '');
  }

  /** @param {Question} question @param {SubmitEvent} event */
  async submit(question, event) {
    event.preventDefault();
    const field = this.querySelector('input[name="answer"]');
    const given = numberOf(field instanceof HTMLInputElement ? field.value : '', question.within === 0);
    if (Number.isNaN(given)) return void (this.said = text.noNumber);
    const { state, words } = this;
    const figure = question.figure && figures[question.figure];
    const worked = figure ? await sample(figure.logits, figure.pipelines).catch(() => []) : [];
    const answer = state ? question.answer(state, worked) : NaN;
    if (Number.isNaN(answer)) return void (this.said = text.notYet);
    const right = agrees(given, answer, question.within);
    this.tell(right, (right ? words?.done : words?.hint) ?? '');
  }

  /** @param {Question} question @param {Words} words */
  questionView(question, words) {
    return html`<form class="answer" @submit=${(/** @type {SubmitEvent} */ event) => this.submit(question, event)}>
      <input name="answer" inputmode="decimal" autocomplete="off" aria-labelledby=${this.labelId} />
      <span>${words.unit}</span>
      <button type="submit">${text.check}</button>
    </form>`;
  }

  /** @param {Choice} choice @param {Words} words */
  choiceView(choice, words) {
    return html`<div class="choices" role="group" aria-labelledby=${this.labelId}>
      ${choice.choices.map(
        (name) => html`<button type="button" name=${`choice-${name}`} aria-pressed=${this.chosen === name} @click=${() => this.choose(choice, name)}>
          ${words.choices?.[name]}
        </button>`,
      )}
    </div>`;
  }

  /** @param {string} mistake */
  switchView(mistake) {
    const { state, instrument } = this;
    const on = state?.mistake === mistake;
    return html`
      <label class="toggle">
        <input type="checkbox" name=${mistake} .checked=${on} @change=${() => instrument?.show({ mistake: on ? null : mistake })} />
        <span>${text.mistake}</span>
      </label>
      ${on ? html`<p class="hint">${text.mistakes[mistake].note}</p>` : nothing}`;
  }

  render() {
    const { task, words, state, done, said } = this;
    if (!task || !words || !state) return nothing;
    return html`
      <p class="what">
        <span class="state ${done ? 'done' : ''}">${done ? html`<span class="visually-hidden">${text.isDone}</span>` : nothing}</span><span id=${this.labelId}>${rich(words.what)}</span>
      </p>
      ${task.setups
        ? html`<div class="setups">
            ${Object.entries(task.setups).map(
              ([name, setup]) => html`<button type="button" name=${`setup-${name}`} ?disabled=${!state.model} @click=${() => this.setUp(setup)}>
                ${words.setups?.[name]}
              </button>`,
            )}
          </div>`
        : nothing}
      ${task.mistake ? this.switchView(task.mistake) : nothing}
      ${task.shows ? html`<ls-lesson-figure .name=${task.shows} .mistake=${state.mistake}></ls-lesson-figure>` : nothing}
      ${'question' in task ? this.questionView(task.question, words) : nothing}
      ${'choice' in task ? this.choiceView(task.choice, words) : nothing}
      <p class="said" role="status">${rich(said || (done && 'deed' in task ? text.done(words.done ?? '') : ''))}</p>
    `;
  }
}

customElements.define('ls-lesson-task', LessonTask);
