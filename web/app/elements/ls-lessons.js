// The lessons beside the instrument: one chapter at a time, what is done of them, and the way to the next.
// At the end of the token's way: watches the state, and sees by itself that something was done.
// Must not know a chapter in particular; lessons/ has them.

import '../style/lessons.css';
import { html, nothing } from 'lit';
import { keyed } from 'lit/directives/keyed.js';
import { icons } from '../drawing/icons.js';
import { tokenView } from '../drawing/token.js';
import { observe } from '../lessons/checks.js';
import { formulaView } from '../lessons/formulas.js';
import { isDone, keyOf, lessons, nextUndone } from '../lessons/index.js';
import { keepDone, readDone } from '../lessons/progress.js';
import { rich } from '../lessons/rich.js';
import { addressOf, isReady } from '../share/collect.js';
import { recordOf } from '../share/record.js';
import { text } from '../lessons/text/index.js';
import { View } from './base.js';
import './ls-lesson-figure.js';
import './ls-lesson-task.js';

/**
 * @typedef {import('../state.js').State} State
 * @typedef {import('../lessons/index.js').Lesson} Lesson
 * @typedef {import('../lessons/index.js').Task} Task
 * @typedef {import('../lessons/checks.js').Watch} Watch
 * @typedef {{ title: string, body: (string | string[])[], after?: string[], tasks: Record<string, import('./ls-lesson-task.js').Words> }} Chapter
 */

const chapters = /** @type {Record<string, Chapter>} */ (text.chapters);
const said = /** @type {Record<string, { name: string, says: string }>} */ (text.formulas);
/** Steps of the text that the chain shows, and tokens before each. */
const CHAIN = 4;
const READ = 6;

/** What the reader had before a lesson put its own in the place of it, however often the lessons are closed and opened. @type {import('../share/record.js').Record | null} */
let before = null;

/** @param {string | string[]} part */
const paragraph = (part) =>
  typeof part === 'string' ? html`<p>${rich(part)}</p>` : html`<ol>${part.map((item) => html`<li>${rich(item)}</li>`)}</ol>`;

class Lessons extends View {
  static properties = {
    state: { attribute: false },
    instrument: { attribute: false },
    done: { state: true },
    said: { state: true },
  };

  constructor() {
    super();
    /** @type {State | undefined} */
    this.state = undefined;
    /** @type {import('../instrument.js').Instrument | undefined} */
    this.instrument = undefined;
    /** @type {ReadonlySet<string>} */
    this.done = readDone();
    this.said = '';
    /** What was seen of the deeds since the lesson was opened. @type {Map<string, Watch>} */
    this.watches = new Map();
    /** @type {Lesson | undefined} */
    this.lesson = undefined;
    /** The lesson whose heading is to have the focus. @type {string | null} */
    this.turned = null;
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    // Nobody is left who would switch it off.
    if (this.state?.mistake) this.instrument?.show({ mistake: null });
  }

  /** @param {import('lit').PropertyValues} changed */
  willUpdate(changed) {
    const { state } = this;
    if (!changed.has('state') || !state) return;
    const lesson = lessons.find(({ id }) => id === state.lesson);
    if (lesson !== this.lesson) this.watches.clear();
    this.lesson = lesson;
    for (const task of lesson?.tasks ?? []) if ('deed' in task) this.watch(task, task.deed, state);
  }

  /** A lesson that is not there, as at the first opening, is the one to go on with. */
  updated() {
    if (this.state && !this.lesson && this.state.lesson !== null) this.instrument?.show({ lesson: nextUndone(this.done) });
    if (this.turned === null || this.turned !== this.lesson?.id) return; // its frame is still to come
    this.turned = null;
    this.show('h3');
  }

  /** Goes to a heading of the lesson. @param {'h3' | 'h4'} heading */
  show(heading) {
    const found = this.querySelector(heading);
    found?.focus({ preventScroll: true });
    found?.scrollIntoView({ block: 'nearest' });
  }

  /** @param {Task} task @param {import('../lessons/checks.js').Deed} deed @param {State} state */
  watch(task, deed, state) {
    const { watch, done } = observe(deed, this.watches.get(task.id), state);
    this.watches.set(task.id, watch);
    if (done) this.finish(task);
  }

  /** @param {Task} task */
  finish(task) {
    const { lesson } = this;
    if (!lesson) return;
    const key = keyOf(lesson.id, task.id);
    if (this.done.has(key)) return;
    this.done = new Set([...this.done, key]);
    keepDone(this.done);
    if (isDone(lesson, this.done)) this.said = text.lessonDone(chapters[lesson.id].title);
  }

  forget() {
    this.done = new Set();
    this.watches.clear();
    keepDone(this.done);
  }

  /** @param {State} state when a lesson begins with something of its own @param {Task} task */
  begin(state, task) {
    this.watches.delete(task.id);
    if (isReady(state)) before ??= recordOf(state, { title: state.title, address: addressOf(state.source) });
  }

  async restore() {
    const record = before;
    before = null;
    if (record) await this.instrument?.replay(record);
    this.instrument?.show({ confirmed: null }); // it is no link of somebody else
  }

  close() {
    this.instrument?.show({ lesson: null });
    /** @type {HTMLElement | null} */ (document.querySelector('ls-header [name="lessons"]'))?.focus();
  }

  /** @param {string} id */
  turn(id) {
    this.turned = id;
    this.said = '';
    this.querySelector('.contents')?.removeAttribute('open');
    if (this.state?.mistake) this.instrument?.show({ mistake: null });
    this.instrument?.show({ lesson: id });
  }

  /** @param {Lesson} open */
  contentsView(open) {
    const all = lessons.filter((lesson) => isDone(lesson, this.done)).length;
    return html`<details class="contents">
      <summary>${text.contents(all, lessons.length)}</summary>
      <ol>
        ${lessons.map((lesson) => {
          const done = isDone(lesson, this.done);
          return html`<li>
            <button type="button" class="quiet" name=${`lesson-${lesson.id}`} aria-current=${lesson === open ? 'true' : nothing} @click=${() => this.turn(lesson.id)}>
              ${this.titleOf(lesson)}${done ? html`<span class="state done"><span class="visually-hidden">${text.isDone}</span></span>` : nothing}
            </button>
          </li>`;
        })}
      </ol>
      <button type="button" class="link" name="forget" @click=${this.forget}>${text.forget}</button>
    </details>`;
  }

  /** @param {Lesson} lesson */
  titleOf(lesson) {
    return text.number(lessons.indexOf(lesson) + 1, chapters[lesson.id].title);
  }

  /** @param {Lesson} lesson */
  pagesView(lesson) {
    const at = lessons.indexOf(lesson);
    const way = (/** @type {Lesson | undefined} */ to, /** @type {'previous' | 'next'} */ name) =>
      to
        ? html`<button type="button" name=${`${name}-lesson`} class=${name === 'next' && isDone(lesson, this.done) ? 'primary' : ''} @click=${() => this.turn(to.id)}>
            ${text[name](chapters[to.id].title)}
          </button>`
        : nothing;
    return html`<nav class="pages" aria-label=${text.pages}>${way(lessons[at - 1], 'previous')}${way(lessons[at + 1], 'next')}</nav>`;
  }

  /** The model's latest questions: the text as it was read, and the token that came. @param {State} state */
  chainView({ chips, promptLength }) {
    const from = Math.max(promptLength, chips.length - CHAIN);
    const steps = chips.slice(from).map((chip, i) => ({ chip, read: chips.slice(Math.max(0, from + i - READ), from + i), whole: from + i <= READ }));
    return html`<figure class="chain">
      <figcaption>${text.chain.caption}</figcaption>
      ${steps.length === 0 ? html`<p class="hint">${text.chain.empty}</p>` : nothing}
      <ol>
        ${steps.map(
          ({ chip, read, whole }) => html`<li>
            <span class="read">${whole ? nothing : '…'}${read.map(({ token }) => tokenView(token))}</span><span aria-hidden="true"> → </span
            ><strong>${tokenView(chip.token)}</strong>
          </li>`,
        )}
      </ol>
    </figure>`;
  }

  /** @param {Lesson} lesson @param {State} state */
  figureView({ figure, folded }, state) {
    if (!figure) return nothing;
    if (figure === 'chain') return this.chainView(state);
    const shown = html`<ls-lesson-figure .name=${figure} .mistake=${state.mistake}></ls-lesson-figure>`;
    return folded ? html`<details class="folded"><summary>${text.figure.unfold}</summary>${shown}</details>` : shown;
  }

  /** @param {Lesson} lesson */
  formulasView({ formulas = [] }) {
    if (formulas.length === 0) return nothing;
    return html`<dl class="formulas">
      ${formulas.map(
        (name) => html`<dt>${said[name].name}</dt>
          <dd>${formulaView(name)}<p>${rich(said[name].says)}</p></dd>`,
      )}
    </dl>`;
  }

  /** @param {Lesson} lesson @param {State} state */
  tasksView({ id, tasks }, state) {
    return html`<h4 tabindex="-1">${text.doThis}</h4>
      <ol class="tasks">
        ${tasks.map(
          (task) => html`<li>
            <ls-lesson-task
              data-task=${task.id}
              .task=${task}
              .words=${chapters[id].tasks[task.id]}
              .state=${state}
              .instrument=${this.instrument}
              .done=${this.done.has(keyOf(id, task.id))}
              @solved=${() => this.finish(task)}
              @begun=${() => this.begin(state, task)}
            ></ls-lesson-task>
          </li>`,
        )}
      </ol>`;
  }

  /** On a narrow page the instrument is below the lesson: this stays in sight beside it. @param {Lesson} lesson */
  goalView(lesson) {
    const done = lesson.tasks.filter((task) => this.done.has(keyOf(lesson.id, task.id))).length;
    return html`<button type="button" class="goal" name="to-lesson" @click=${() => this.show('h4')}>
      ${text.toLesson(done, lesson.tasks.length, chapters[lesson.id].title)}
    </button>`;
  }

  render() {
    const { state, lesson } = this;
    if (!state || !lesson) return nothing;
    const { body, after = [] } = chapters[lesson.id];
    return html`
      <aside class="lesson" aria-labelledby="lessons-title">
        <header>
          <h2 id="lessons-title">${text.title}</h2>
          <button type="button" class="quiet sign" name="close-lessons" aria-label=${text.close} title=${text.close} @click=${this.close}>
            ${icons.close}
          </button>
        </header>
        ${this.contentsView(lesson)}
        ${before ? html`<p><button type="button" class="link" name="restore" @click=${this.restore}>${text.restore}</button></p>` : nothing}
        ${keyed(
          lesson.id,
          html`<article class="chapter">
            <h3 tabindex="-1">${this.titleOf(lesson)}</h3>
            ${body.map(paragraph)} ${this.figureView(lesson, state)} ${after.map(paragraph)} ${this.formulasView(lesson)}
            ${this.tasksView(lesson, state)}
          </article>`,
        )}
        ${this.pagesView(lesson)}
        <p class="visually-hidden" role="status">${this.said}</p>
      </aside>
      ${this.goalView(lesson)}
    `;
  }
}

customElements.define('ls-lessons', Lessons);
