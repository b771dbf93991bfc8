// What happened at a step, in a sentence: for the draw and for the live region.
// At the end of the token's way; pure functions from a step to words.
// Must not know elements.

import { percent } from './format.js';
import { stageName } from './stage-title.js';
import { text } from './text/index.js';
import { plainText } from './token-text.js';

/** @typedef {import('./state.js').Step} Step */

/** @param {Pick<Step, 'stages'>} step @returns {string} which stages cut, and how much */
export function keptSentence({ stages }) {
  const cuts = stages.flatMap(({ name, kept }, i) => {
    const before = stages[Math.max(0, i - 1)].kept;
    const title = stageName(name);
    return kept < before ? [text.draw.kept(title, kept, before)] : [];
  });
  return cuts.length > 0 ? text.draw.cuts(cuts) : text.draw.nothingCut(stages[0].kept);
}

/** @param {Step} step @returns {number} the drawn token's probability in the end; one that is too far down to be listed is watched */
export function drawnShare({ stages, id, watched = [] }) {
  const { ids, probs } = stages[stages.length - 1];
  return probs[ids.indexOf(id)] ?? watched.find((token) => token.id === id)?.rows.at(-1)?.prob ?? 0;
}

/** @param {import('./state.js').State} state @returns {string} what a screen reader is told */
export function announcement({ step, vocabulary, covered }) {
  if (!step) return '';
  if (covered) return text.predict.coveredSaid;
  const token = vocabulary.get(step.id);
  return `${keptSentence(step)} ${text.draw.drawn(token ? plainText(token) : '', percent(drawnShare(step)))}`;
}
