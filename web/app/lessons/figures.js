// The worked examples of the lessons: logits, stages and what can be moved. Their probabilities are computed, never written here.
// Beside the token's way: ls-lesson-figure.js samples them with the engine's own sampler, and no model.
// Must not know words: the names of the tokens stand with the sentences.

/**
 * @typedef {import('../../engine/index.js').Stage} Stage
 *
 * @typedef {object} Figure
 * @property {number[]} logits
 * @property {Stage[][]} pipelines  one table each, over the same logits and the same u
 * @property {string[]} sliders    stages that can be moved, in all pipelines at once
 * @property {number} [u]          with a draw
 * @property {boolean} [moveU]     whose number can be moved
 * @property {{ name: string, values: number[], printed: number[][] }} [series]  one row a value, and what a document printed there
 * @property {string} [mistake]    can be shown as a sampler with this mistake makes it
 */

/** Logits whose softmax is these probabilities. @param {number[]} probs */
const from = (...probs) => probs.map(Math.log);

/** @satisfies {Record<string, Figure>} */
export const figures = {
  sampling: {
    logits: from(0.4, 0.3, 0.2, 0.1),
    pipelines: [[{ name: 'temperature', value: 0 }], [{ name: 'temperature', value: 1 }]],
    sliders: [],
    u: 0.55,
    moveU: true,
  },
  temperature: {
    logits: [2, 1, 0.5],
    pipelines: [[{ name: 'temperature', value: 1 }]],
    sliders: ['temperature'],
    series: {
      name: 'temperature',
      values: [0.5, 1, 2],
      printed: [
        [0.88, 0.11, 0.01],
        [0.66, 0.24, 0.1],
        [0.52, 0.31, 0.17],
      ],
    },
  },
  topK: {
    logits: from(0.4, 0.3, 0.2, 0.05, 0.03, 0.02),
    pipelines: [[{ name: 'top-k', value: 3 }]],
    sliders: ['top-k'],
  },
  topP: {
    logits: from(0.4, 0.3, 0.2, 0.05, 0.03, 0.02),
    pipelines: [[{ name: 'top-p', value: 0.8 }]],
    sliders: ['top-p'],
  },
  exercise: {
    logits: [10, 8, 5, 2, 1, 0.5],
    pipelines: [
      [
        { name: 'temperature', value: 1 },
        { name: 'top-k', value: 3 },
        { name: 'top-p', value: 0.9 },
      ],
    ],
    sliders: ['temperature', 'top-k', 'top-p'],
    u: 0.75,
    moveU: true,
  },
  order: {
    logits: [3, 2, 1],
    pipelines: [
      [
        { name: 'temperature', value: 0.5 },
        { name: 'top-p', value: 0.8 },
      ],
      [
        { name: 'top-p', value: 0.8 },
        { name: 'temperature', value: 0.5 },
      ],
    ],
    sliders: ['temperature', 'top-p'],
  },
  crossing: {
    logits: from(0.5, 0.3, 0.15, 0.05),
    pipelines: [[{ name: 'top-p', value: 0.6 }]],
    sliders: ['top-p'],
    mistake: 'dropped-crossing',
  },
  // In the vocabulary's order: the first token is a rare one.
  zero: {
    logits: [0, 3, 2, 1],
    pipelines: [[{ name: 'top-k', value: 3 }]],
    sliders: [],
    u: 0.75,
    mistake: 'zero-drawn',
  },
};

/** What a slider can mean. @type {Record<string, { least: number, most: number, arrow: number }>} */
export const ranges = {
  temperature: { least: 0, most: 3, arrow: 0.05 },
  'top-k': { least: 1, most: 6, arrow: 1 },
  'top-p': { least: 0.05, most: 1, arrow: 0.05 },
  u: { least: 0, most: 0.99, arrow: 0.01 },
};
