// The lessons in their order: what each shows, how it sets the instrument up, what is to be done, asked and checked.
// Beside the token's way: ls-lessons.js shows them; their words are in text/, under the same names.
// Must not know elements or words.

import {
  differsByOrder,
  differsBySeed,
  findsSmallestK,
  flattens,
  keepsByP,
  losesTheSecond,
  redraws,
  redrawsBySettings,
  repeatsGreedily,
  rowOf,
  seesAdapting,
  sharpens,
  swaysByPrompt,
  writes,
} from './checks.js';
import { mistaken } from './mistakes.js';

/**
 * @typedef {import('../state.js').State} State
 * @typedef {import('./mistakes.js').Drawn} Drawn
 * @typedef {import('../../engine/index.js').Stage} Stage
 * @typedef {import('./checks.js').Deed} Deed
 * @typedef {keyof typeof import('./figures.js').figures} FigureName
 *
 * @typedef {object} Setup        how a button sets the instrument up; what is left out stays
 * @property {string} [prompt]    also takes back what was written
 * @property {bigint} [seed]
 * @property {Stage[]} [stages]
 * @property {Stage[]} [compare]  a second pipeline beside these
 * @property {string} [panel]
 * @property {number} [watch]
 *
 * @typedef {object} Question     with a number for an answer
 * @property {(state: State, worked: Drawn[]) => number} answer  NaN where there is none yet; worked: the figure of that name, before anything in it is moved
 * @property {FigureName} [figure]
 * @property {number} within      the share of the answer by which one may be off; 0 for whole numbers
 *
 * @typedef {{ right: string, choices: string[] }} Choice
 *
 * @typedef {{ id: string, setups?: Record<string, Setup>, mistake?: string, shows?: FigureName } &
 *   ({ deed: Deed } | { question: Question } | { choice: Choice })} Task
 *   mistake: can be switched on; shows: a figure of its own
 *
 * @typedef {object} Lesson
 * @property {string} id
 * @property {FigureName | 'chain'} [figure]  chain: the last steps of the instrument's own text
 * @property {boolean} [folded]  the figure gives the answers away
 * @property {string[]} [formulas]
 * @property {Task[]} tasks
 */

/** The three stages of the course, doing nothing unless told otherwise. @param {Record<string, number>} [values] @returns {Stage[]} */
const stages = (values = {}) =>
  Object.entries({ temperature: 1, 'top-k': 0, 'top-p': 1 }).map(([name, value]) => ({ name, value: values[name] ?? value }));

const STORY = 'Once upon a time';
/** Behind it the shipped model has many tokens in mind, none of them above a quarter. */
const OPEN = 'She was very';
/** Behind it one token has about half of the probability. */
const UNEVEN = `${STORY}, there was a`;

/** @param {Drawn[]} worked @param {string} stage @param {number} id @returns {number} its probability after the stage */
const worth = ([step], stage, id) => {
  const row = rowOf(step, stage);
  return row ? row.probs[row.ids.indexOf(id)] : NaN;
};

/** @type {Lesson[]} */
export const lessons = [
  {
    id: 'generation',
    tasks: [
      { id: 'write', setups: { story: { prompt: STORY, seed: 1n, stages: stages({ temperature: 0.8, 'top-k': 40, 'top-p': 0.9 }) } }, deed: writes(5) },
      { id: 'vocabulary', question: { answer: ({ model }) => model?.vocab ?? NaN, within: 0 } },
    ],
  },
  {
    id: 'autoregression',
    figure: 'chain',
    formulas: ['autoregression'],
    tasks: [
      { id: 'redraw', setups: { story: { prompt: STORY, seed: 1n, stages: stages() } }, deed: redraws },
      { id: 'prompt', setups: { open: { prompt: OPEN, stages: stages() } }, deed: swaysByPrompt },
    ],
  },
  {
    id: 'sampling',
    figure: 'sampling',
    tasks: [
      { id: 'greedy', setups: { greedy: { prompt: STORY, stages: stages({ temperature: 0 }) } }, deed: repeatsGreedily },
      { id: 'drawn', setups: { sampling: { prompt: STORY, stages: stages() } }, deed: differsBySeed },
    ],
  },
  {
    id: 'temperature',
    figure: 'temperature',
    formulas: ['temperature'],
    tasks: [
      { id: 'sharp', setups: { uneven: { prompt: UNEVEN, stages: stages() } }, deed: sharpens(0.9) },
      { id: 'flat', setups: { uneven: { prompt: UNEVEN, stages: stages() } }, deed: flattens(0.05) },
    ],
  },
  {
    id: 'topK',
    figure: 'topK',
    formulas: ['topK'],
    tasks: [
      { id: 'smallest', setups: { open: { prompt: OPEN, stages: stages({ 'top-k': 5 }) } }, deed: findsSmallestK(0.6) },
      {
        id: 'lost',
        setups: { three: { prompt: OPEN, stages: stages({ 'top-k': 3 }) } },
        question: { answer: ({ step }) => 100 * (1 - (rowOf(step, 'top-k')?.keptMass ?? NaN)), within: 0.01 },
      },
    ],
  },
  {
    id: 'topP',
    figure: 'topP',
    formulas: ['nucleus'],
    tasks: [
      { id: 'three', setups: { open: { prompt: OPEN, stages: stages({ 'top-p': 0.9 }) } }, deed: keepsByP(3) },
      { id: 'adapts', setups: { story: { prompt: `${STORY}, there was a little girl`, stages: stages({ 'top-p': 0.9 }) } }, deed: seesAdapting(1, 10) },
    ],
  },
  {
    id: 'process',
    tasks: [
      { id: 'when', choice: { right: 'last', choices: ['first', 'each', 'last'] } },
      { id: 'settings', setups: { open: { prompt: OPEN, seed: 2n, stages: stages({ 'top-k': 40, 'top-p': 0.9 }) } }, deed: redrawsBySettings },
    ],
  },
  {
    id: 'exercise',
    figure: 'exercise',
    folded: true,
    tasks: [
      { id: 'cat', setups: { own: { panel: 'own' } }, question: { figure: 'exercise', answer: (state, worked) => 100 * worth(worked, 'top-k', 0), within: 0.001 } },
      { id: 'kept', question: { figure: 'exercise', answer: (state, worked) => rowOf(worked[0], 'top-p')?.kept ?? NaN, within: 0 } },
      { id: 'dog', question: { figure: 'exercise', answer: (state, worked) => worth(worked, 'top-p', 0), within: 0.001 } },
    ],
  },
  {
    id: 'takeaways',
    tasks: [
      { id: 'same', choice: { right: 'one', choices: ['cool', 'one', 'nucleus'] } },
      { id: 'shape', choice: { right: 'topP', choices: ['temperature', 'topK', 'topP'] } },
      { id: 'cuts', choice: { right: 'none', choices: ['rare', 'half', 'none'] } },
    ],
  },
  {
    id: 'mathematics',
    formulas: ['softmax', 'temperature', 'topK', 'nucleus', 'draw', 'autoregression', 'surprisal', 'entropy', 'effective', 'perplexity'],
    tasks: [
      { id: 'choices', question: { answer: ({ step }) => (step ? 2 ** step.stages[step.stages.length - 1].entropy : NaN), within: 0.02 } },
      { id: 'surprisal', question: { answer: ({ step }) => (step ? -Math.log2(step.stages[0].probs[0]) : NaN), within: 0.03 } },
    ],
  },
  {
    id: 'order',
    figure: 'order',
    tasks: [
      {
        id: 'swap',
        setups: {
          first: { prompt: OPEN, seed: 1n, stages: temperatureAndP(0.5, 0.8) },
          both: { stages: temperatureAndP(0.5, 0.8), compare: temperatureAndP(0.5, 0.8).reverse(), panel: 'compare' },
        },
        deed: differsByOrder,
      },
      { id: 'why', choice: { right: 'sharpened', choices: ['ranks', 'sharpened', 'removed'] } },
    ],
  },
  {
    id: 'mistakes',
    tasks: [
      {
        id: 'crossing',
        mistake: 'dropped-crossing',
        shows: 'crossing',
        setups: { open: { prompt: OPEN, seed: 1n, stages: stages({ 'top-p': 0.9 }) } },
        deed: losesTheSecond,
      },
      {
        id: 'early',
        mistake: 'cut-at-50',
        setups: { the: { prompt: 'The', seed: 1n, stages: stages() } },
        question: { answer: ({ step }) => (step ? mistaken(step, 'cut-at-50').stages[0].probs[0] / step.stages[0].probs[0] : NaN), within: 0.02 },
      },
      {
        id: 'zero',
        mistake: 'zero-drawn',
        shows: 'zero',
        setups: { first: { prompt: OPEN, stages: stages({ 'top-k': 40 }), watch: 0 } },
        choice: { right: 'exceeds', choices: ['tiny', 'exceeds', 'again'] },
      },
    ],
  },
];

/** @param {number} temperature @param {number} p @returns {Stage[]} */
function temperatureAndP(temperature, p) {
  return [
    { name: 'temperature', value: temperature },
    { name: 'top-p', value: p },
  ];
}

/** @param {string} lesson @param {string} task */
export const keyOf = (lesson, task) => `${lesson}/${task}`;

/** @param {Lesson} lesson @param {ReadonlySet<string>} done */
export const isDone = ({ id, tasks }, done) => tasks.every((task) => done.has(keyOf(id, task.id)));

/** Where to go on: the first lesson that is not done, or the first of all. @param {ReadonlySet<string>} done @returns {string} */
export const nextUndone = (done) => (lessons.find((lesson) => !isDone(lesson, done)) ?? lessons[0]).id;
