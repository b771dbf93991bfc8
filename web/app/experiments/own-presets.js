// Small distributions worth a look, each with a pipeline: the first is the seed document's exercise.
// Beside the token's way: the panel "Your own logits" offers them by name.
// Must not know words: a preset's name is a key of text.own.presets.

/**
 * @typedef {object} Preset
 * @property {'logits' | 'probabilities'} kind
 * @property {string} input
 * @property {import('../state.js').Stage[]} stages
 * @property {number} [u] put there by hand, where the preset asks for one
 */

/** @type {Record<string, Preset>} */
export const ownPresets = {
  exercise: {
    kind: 'logits',
    input: 'cat 10\ndog 8\ncar 5\nhouse 2\ntree 1\nbook 0.5',
    stages: [
      { name: 'temperature', value: 1 },
      { name: 'top-k', value: 3 },
      { name: 'top-p', value: 0.9 },
    ],
    u: 0.75,
  },
  temperature: { kind: 'logits', input: 'A 2\nB 1\nC 0.5', stages: [{ name: 'temperature', value: 0.5 }] },
  order: {
    kind: 'logits',
    input: 'A 3\nB 2\nC 1',
    stages: [
      { name: 'temperature', value: 0.5 },
      { name: 'top-p', value: 0.8 },
    ],
  },
  crossing: { kind: 'probabilities', input: 'A 0.5\nB 0.3\nC 0.15\nD 0.05', stages: [{ name: 'top-p', value: 0.6 }] },
  reaching: { kind: 'probabilities', input: 'A 0.4\nB 0.3\nC 0.2\nD 0.1', stages: [{ name: 'top-p', value: 0.8 }] },
  tie: { kind: 'logits', input: 'first 2\nsecond 2\nthird 2\nlast 1', stages: [{ name: 'top-k', value: 2 }] },
  certain: { kind: 'logits', input: 'sure 20\nhardly 0\nnever -20', stages: [{ name: 'temperature', value: 1 }] },
};
