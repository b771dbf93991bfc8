// A whole text, token by token, as JSON and as a table.
// Beside the token's way: recomputed steps go in, text for a file comes out.
// Must not know how they were asked for; FORMATS.md names every field.

import { bytesText, csv, escapedText, json } from './numbers.js';
import { modelFacts } from './step-file.js';

/**
 * @typedef {import('../state.js').Step} Step
 * @typedef {import('../state.js').Chip} Chip
 * @typedef {import('../state.js').Stage} Stage
 * @typedef {import('../state.js').Settings} Settings
 *
 * @typedef {object} RunData
 * @property {import('../state.js').ModelInfo} model
 * @property {Chip[]} chips
 * @property {Step[]} steps     from position 1 on, each with its token forced and watched
 * @property {string} link      that opens it in the page
 */

/** Every way in which tokens of a text were drawn, once. @param {Chip[]} chips @returns {Settings[]} */
function settingsOf(chips) {
  return [...new Set(chips.flatMap(({ settings }) => (settings ? [settings] : [])))];
}

/** @param {RunData} data */
function tokensOf({ chips, steps }) {
  const all = settingsOf(chips);
  return chips.map(({ token, settings, forced }, position) => {
    const step = position > 0 ? steps[position - 1] : null;
    const rows = step?.watched?.[0].rows ?? null;
    return {
      position,
      id: token.id,
      bytes: bytesText(token.bytes),
      text: escapedText(token.bytes),
      source: settings === null ? 'prompt' : forced ? 'taken' : 'drawn',
      settings: settings && all.indexOf(settings),
      u: settings && !forced && step ? step.u : null,
      rank: rows && rows[0].rank,
      surprisal: step && Math.max(0, -step.logprob / Math.LN2),
      entropy: step && step.entropy,
      probability: rows && rows[0].prob,
      finalProbability: rows && settings && rows[rows.length - 1].prob,
    };
  });
}

/** @param {RunData} data @returns {string} */
export function runJson(data) {
  const { model, chips, link } = data;
  return `${json({
    format: 'logitscope-run',
    version: 1,
    link,
    model: modelFacts(model),
    settings: settingsOf(chips),
    tokens: tokensOf(data),
  })}\n`;
}

/** @param {Stage} stage */
function stageText({ name, biases, ...values }) {
  const parts = [...Object.entries(values), ...(biases ?? [])].map(([key, value]) => `${key}=${value}`);
  return `${name}(${parts.join(' ')})`;
}

/** @param {Settings} settings @returns {string} "seed=1 temperature(value=0.8) top-k(value=40)" */
export function settingsText({ seed, stages }) {
  return [`seed=${seed}`, ...stages.map(stageText)].join(' ');
}

/** A row a token; its settings are spelled out. @param {RunData} data @returns {string} */
export function runCsv(data) {
  const all = settingsOf(data.chips).map(settingsText);
  const rows = tokensOf(data).map((token) => ({ ...token, settings: token.settings === null ? null : all[token.settings] }));
  return csv([Object.keys(rows[0]), ...rows.map((row) => Object.values(row))]);
}
