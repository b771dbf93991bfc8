// What a stage does, and what it did to one token, in words with the numbers filled in.
// At the end of the token's way: heads of columns, the way's panel and exported pictures say the same.
// Must not know elements; pure functions from numbers to words.

import { bits, figure, percent, score, setting, unit, whole } from './format.js';
import { isSwitchedOff } from './pipeline.js';
import { text } from './text/index.js';

/**
 * @typedef {import('./table.js').Column} Column
 * @typedef {import('./way.js').Leg} Leg
 * @typedef {import('./way.js').Test} Test
 * @typedef {import('./table.js').StageRow & { probability?: number, threshold?: number }} StageRow
 */

const words = text.stages;

/** A share as it was set: 90 %, not 90.0 %. @param {number} value */
const share = (value) => `${setting(value * 100)} %`;

/** What the stage does, in a line. @param {Column} column @param {readonly import('./pipeline.js').StageSpec[]} specs @returns {string} */
export function captionOf({ stage, best, cutOff }, specs) {
  const { captions } = words;
  if (isSwitchedOff(stage, specs)) return captions.off;
  const { name, value, limit = 0, probability = 0 } = /** @type {StageRow} */ (stage);
  switch (name) {
    case 'logits':
      return captions.logits;
    case 'temperature':
      return value === 0 ? captions.greedy : captions.temperature(setting(value));
    case 'top-k':
      return captions['top-k'](whole(value));
    case 'top-p':
      return captions['top-p'](share(value));
    case 'typical':
      return captions.typical(share(value));
    case 'top-n-sigma':
      return captions.threshold(words.way.logit(score(limit)));
    case 'mirostat':
      return captions.atMost(bits(limit));
    case 'xtc':
      return (limit < probability ? captions.xtcCuts : captions.xtcSpared)(unit(limit), setting(probability));
    case 'penalties':
    case 'bias':
    case 'dry':
      return captions.changed;
    default:
      return cutOff.kind === 'threshold' ? captions.threshold(percent(cutOff.at)) : value === undefined ? '' : setting(value * (name === 'min-p' ? best : 1));
  }
}

/** What was compared with what. @param {StageRow} stage @param {Test} test @returns {string} */
function testOf({ name, value, limit = 0, threshold = 0 }, test) {
  const { way } = words;
  const atMost = (/** @type {number} */ a, /** @type {number} */ b) => (a <= b ? '≤' : '>');
  const atLeast = (/** @type {number} */ a, /** @type {number} */ b) => (a >= b ? '≥' : '<');
  switch (name) {
    case 'temperature':
      return way.first(whole(test.rank));
    case 'top-k':
      return way.rankOf(whole(test.rank), atMost(test.rank, value), whole(value));
    case 'top-p':
      return way.sumBefore(percent(test.sumBefore), atLeast(test.sumBefore, value), share(value));
    case 'typical': {
      const [deviation, most] = [Math.abs(-Math.log2(test.before) - test.entropy), limit / Math.LN2];
      return way.deviation(figure(deviation), atMost(deviation, most), figure(most));
    }
    case 'top-n-sigma':
      return way.compared(score(test.logit), atLeast(test.logit, limit), score(limit));
    case 'mirostat':
      return way.surprise(bits(-Math.log2(test.before)), atMost(-Math.log2(test.before), limit), bits(limit));
    case 'xtc':
      return way.xtc(percent(test.before), atLeast(test.before, threshold), percent(threshold), unit(limit));
    default:
      return way.compared(percent(test.before), atLeast(test.before, test.least), percent(test.least));
  }
}

/** A stage of a token's way, formula by formula. @param {Leg} leg @returns {string[]} */
export const linesOf = (leg) => formulas(leg).map((line) => line.replaceAll(' %', '\u00a0%'));

/** @param {Leg} leg @returns {string[]} */
function formulas(leg) {
  const { way } = words;
  if (leg.kind === 'gone') return [way.gone];
  if (leg.kind === 'off') return [way.off(percent(leg.prob))];
  if (leg.kind === 'test') {
    const verdict = way.verdict(testOf(leg.stage, leg), leg.kept ? way.kept : way.cut);
    return leg.kept ? [verdict, way.keptShare(percent(leg.keptMass), percent(leg.prob))] : [verdict];
  }
  const { stage, was, logit, greatest, weight, sum, prob } = leg;
  const first =
    was === null
      ? way.logit(score(logit))
      : stage.name === 'temperature'
        ? way.divided(score(was), setting(stage.value), score(logit))
        : way.changed(score(was), score(logit));
  const of = score(greatest);
  return [first, way.power(score(logit), greatest < 0 ? `(${of})` : of, figure(weight)), way.share(figure(sum), percent(prob))];
}
