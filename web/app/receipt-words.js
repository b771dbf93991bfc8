// A receipt in words: one sentence that says it all, then every stage, then the draw.
// Behind the token's way: read on the page, on paper, or pasted somewhere.
// Must not know elements; every sentence comes from text/.

import { bits, decimal, percent, setting, unit } from './format.js';
import { stageName, stageTitle } from './stage-title.js';
import { text } from './text/index.js';

/**
 * @typedef {import('./receipt.js').Receipt} Receipt
 * @typedef {import('./receipt.js').Line} Line
 * @typedef {import('./receipt.js').Measure} Measure
 * @typedef {import('./receipt.js').Part} Part
 * @typedef {(id: number) => string} Naming
 *
 * @typedef {object} Words
 * @property {string} verdict
 * @property {string[]} reasons  what stood behind it: rivals cut, the token's own fate
 * @property {{ title: string, rank: number, prob: string, told: string[] }[]} stages
 * @property {string[]} draw     where u fell, and what its neighbours are
 */

const words = text.receipt;

/** So many digits that u is seen to lie within the part it fell into. @param {number} u @param {Part} part */
function digitsFor(u, { from, to }) {
  const seen = (/** @type {number} */ digits) => {
    const at = Math.floor(u * 10 ** digits) / 10 ** digits;
    return Number(from.toFixed(digits)) <= at && at < Number(to.toFixed(digits));
  };
  let digits = 4;
  while (digits < 12 && !seen(digits)) digits++;
  return digits;
}

/** A share that was set: what came back is a float. @param {number} value */
const share = (value) => `${setting(Math.fround(value * 100))} %`;

/** An end of a part. @param {number} at @param {number} digits */
const edge = (at, digits) => (at === 0 || at === 1 ? setting(at) : decimal(at, digits));

/** @param {Receipt} receipt @param {Naming} name */
function verdictOf({ id, drawn, how, u, strip }, name) {
  const digits = digitsFor(u, strip.drawn);
  const [at, from, to] = [unit(u, digits), edge(strip.drawn.from, digits), edge(strip.drawn.to, digits)];
  return id === drawn ? words.chosen[how](name(id), at, from, to) : words.other[how](name(id), name(drawn), at, from, to);
}

/** @param {Receipt} receipt @param {Naming} name */
function reasonsOf({ id, drawn, lines, part, u, strip }, name) {
  const cuts = lines.flatMap(({ name: stage, cut, removed }) => {
    const count = (cut?.count ?? 0) - (removed ? 1 : 0);
    return count > 0 ? [{ stage: stageName(stage), count }] : [];
  });
  const remover = lines.find(({ removed }) => removed);
  const told = [cuts.length > 0 ? words.cuts(cuts) : words.nothingCut(lines[0].kept)];
  if (remover) told.push(words.removed(name(id), stageName(remover.name)));
  if (part && id !== drawn) {
    const digits = digitsFor(u, strip.drawn);
    told.push(words.ownPart(name(id), edge(part.from, digits), edge(part.to, digits)));
  }
  return told;
}

/** How far the token was from the cut. @param {Measure} measure @returns {string} */
function measureWords(measure) {
  switch (measure.kind) {
    case 'model':
      return words.measures.model(decimal(measure.logit));
    case 'gone':
      return words.measures.gone;
    case 'off':
      return words.measures.off;
    case 'greedy':
      return words.measures.greedy;
    case 'temperature':
      return words.measures.temperature(decimal(measure.before), setting(measure.value), decimal(measure.after));
    case 'top-k':
      return measure.margin >= 0
        ? words.measures.withinK(measure.place, measure.bound, measure.margin)
        : words.measures.beyondK(measure.place, measure.bound);
    case 'top-p': {
      if (measure.before === 0) return words.measures.firstP;
      const [before, bound] = [percent(measure.before), share(measure.bound)];
      return measure.margin > 0 ? words.measures.withinP(before, bound, percent(measure.margin)) : words.measures.beyondP(before, bound);
    }
    case 'least': {
      const { margin } = measure;
      const told = margin >= 0 ? words.measures.aboveLeast : words.measures.belowLeast;
      return told(percent(measure.prob), percent(measure.bound), percent(Math.abs(margin)));
    }
    case 'typical':
      return words.measures.typical(bits(measure.surprisal), bits(measure.entropy), bits(measure.deviation), bits(measure.bound));
    case 'top-n-sigma':
      return words.measures.sigma(decimal(measure.logit), decimal(measure.bound), decimal(Math.abs(measure.margin)), measure.margin >= 0);
    case 'xtc':
      return measure.hit
        ? words.measures.xtcHit(unit(measure.chance), setting(measure.probability), percent(measure.prob), share(measure.threshold))
        : words.measures.xtcMissed(unit(measure.chance), setting(measure.probability));
    case 'mirostat':
      return words.measures.mirostat(bits(measure.surprisal), bits(measure.bound), measure.margin >= 0);
    case 'penalties':
      return words.measures.penalties(measure.count, measure.window, decimal(measure.before), decimal(measure.after));
    case 'bias':
      return words.measures.bias(decimal(measure.before), decimal(measure.after));
    case 'dry':
      return measure.length === 0
        ? words.measures.dryNone
        : words.measures.dry(measure.length, decimal(measure.before), decimal(measure.after));
  }
}

/** @param {Line} line @param {Naming} name */
function stageWords({ name: stage, stage: set, spec, rank, prob, removed, cut, measure }, name) {
  const told = [measureWords(measure)];
  if (removed) told.push(words.cutHere);
  if (cut) told.push(words.cut(cut.count, percent(cut.mass), name(cut.listed[0].id), percent(cut.listed[0].prob)));
  return { title: set && spec ? stageTitle(set, spec) : stageName(stage), rank, prob: percent(prob), told };
}

/** @param {Receipt} receipt @param {Naming} name @returns {string[]} */
function drawWords({ seed, position, u, strip }, name) {
  const { drawn, before, after } = strip;
  const digits = digitsFor(u, drawn);
  const told = [
    text.draw.source(String(seed), position),
    words.margins(unit(u - drawn.from, digits), unit(drawn.to - u, digits)),
  ];
  if (before) told.push(words.below(edge(drawn.from, digits), name(before.id)));
  if (after) told.push(words.above(edge(drawn.to, digits), name(after.id)));
  return before || after ? told : [...told, words.alone];
}

/** @param {Receipt} receipt @param {Naming} name of a token @returns {Words} */
export function wordsOf(receipt, name) {
  return {
    verdict: verdictOf(receipt, name),
    reasons: reasonsOf(receipt, name),
    stages: receipt.lines.map((line) => stageWords(line, name)),
    draw: drawWords(receipt, name),
  };
}

/** A receipt as plain text, a sentence a line. @param {Words} told @param {string[]} notes @returns {string} */
export function plainReceipt({ verdict, reasons, stages, draw }, notes) {
  const steps = stages.map(({ title, rank, prob, told }) => words.plainStage(title, rank, prob, told.join(' ')));
  return [verdict, ...reasons, ...notes, '', ...steps, '', ...draw].join('\n');
}
