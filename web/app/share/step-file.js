// One step with every number of it, as JSON and as a table.
// Beside the token's way: the engine's full trace goes in, text for a file comes out.
// Must not know how it was asked for; FORMATS.md names every field.

import { bytesText, csv, escapedText, json } from './numbers.js';

/**
 * @typedef {import('../state.js').Step} Step
 * @typedef {import('../state.js').Settings} Settings
 * @typedef {import('../state.js').ModelInfo} ModelInfo
 * @typedef {import('../state.js').TokenInfo} TokenInfo
 *
 * @typedef {object} StepData
 * @property {ModelInfo} model
 * @property {Settings} settings
 * @property {number[]} before       ids of the text before
 * @property {Step} step             its trace is full
 * @property {Float32Array} logits   of the whole vocabulary, by id
 * @property {Pick<ReadonlyMap<number, TokenInfo>, 'get'>} vocabulary all of it
 * @property {string} link           that shows it in the page
 */

/** What every file says of the model. @param {ModelInfo} model */
export function modelFacts({ name, hash, vocab, contextLength, weightType, license, drawVersion }) {
  return { name, hash, vocab, contextLength, weightType, license, drawVersion };
}

/** @param {StepData} data @returns {string} */
export function stepJson({ model, settings, before, step, logits, vocabulary, link }) {
  const { position, id, u, entropy, logprob, stages } = step;
  const tokens = Array.from(logits, (_, each) => bytesText(/** @type {TokenInfo} */ (vocabulary.get(each)).bytes));
  return `${json({
    format: 'logitscope-step',
    version: 1,
    link,
    model: modelFacts(model),
    settings,
    position,
    before,
    u,
    drawn: id,
    actual: step.actual ?? null,
    entropy,
    logprob,
    nextMu: step.mu ?? null,
    stages,
    logits,
    tokens,
  })}\n`;
}

/** A row a token, the likeliest for the model first; two columns a stage. @param {StepData} data @returns {string} */
export function stepCsv({ step: { stages }, logits, vocabulary }) {
  const places = stages.map(({ ids }) => new Map(Array.from(ids, (id, place) => [id, place])));
  const names = stages.flatMap(({ name }, n) => [`${n} ${name} logit`, `${n} ${name} probability`]);
  const rows = Array.from(stages[0].ids, (id, place) => {
    const { bytes } = /** @type {TokenInfo} */ (vocabulary.get(id));
    const cells = stages.flatMap((stage, n) => {
      const at = places[n].get(id);
      return at === undefined ? [null, 0] : [stage.logits[at], stage.probs[at]];
    });
    return [place + 1, id, bytesText(bytes), escapedText(bytes), logits[id], ...cells];
  });
  return csv([['rank', 'id', 'bytes', 'text', 'logit', ...names], ...rows]);
}
