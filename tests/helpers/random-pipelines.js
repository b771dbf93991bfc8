// Random logits, texts and pipelines of every stage in any order, the same from the same generator.
// Before the last hop of a token's way; for the tests of the sampler.
// Must not know what a case should give.

/**
 * @typedef {import('./sampler-run.js').Case} Case
 * @typedef {import('./sampler-run.js').Stage} Stage
 * @typedef {import('./sampler-twin.js').StageSetting} StageSetting
 * @typedef {() => number} Random
 */

/** The parameters of each stage, and random values for them. @type {Record<string, { names: string[], values: (random: Random, vocab: number) => number[] }>} */
export const STAGES = {
  penalties: {
    names: ['repetition', 'frequency', 'presence', 'window'],
    values: (r) => [[1, 0.5, 1.3, 20][Math.floor(4 * r())], r() - 0.3, r() - 0.3, Math.floor(30 * r() ** 2)],
  },
  bias: { names: [], values: (r, vocab) => [...new Map(Array.from({ length: Math.floor(6 * r()) }, () => [Math.floor(vocab * r()), 20 * r() - 10]))].flat() },
  dry: { names: ['multiplier', 'base', 'allowedLength', 'window'], values: (r) => [3 * r(), 1 + r(), Math.floor(4 * r()), Math.floor(30 * r() ** 2)] },
  'top-n-sigma': { names: ['value'], values: (r) => [3 * r()] },
  temperature: { names: ['value'], values: (r) => [[0, 0.3, 1, 1.7, 60][Math.floor(5 * r())]] },
  'top-k': { names: ['value'], values: (r) => [Math.floor(60 * r())] },
  typical: { names: ['value'], values: (r) => [1 - r() ** 2] },
  'top-p': { names: ['value'], values: (r) => [1 - r() ** 2] },
  'min-p': { names: ['value'], values: (r) => [0.3 * r() ** 2] },
  epsilon: { names: ['value'], values: (r) => [0.3 * r() ** 3] },
  eta: { names: ['value'], values: (r) => [0.5 * r() ** 3] },
  xtc: { names: ['probability', 'threshold'], values: (r) => [r(), 0.01 + 0.3 * r()] },
  mirostat: { names: ['tau', 'eta'], values: (r) => [6 * r(), r()] },
};
const OFF = /** @type {Record<string, number[]>} */ ({
  penalties: [1, 0, 0, 64], dry: [0, 1.75, 2, 0], 'top-n-sigma': [0], temperature: [1], 'top-k': [0], typical: [1], 'top-p': [1],
  'min-p': [0], epsilon: [0], eta: [0], xtc: [0, 0.1], mirostat: [0, 0.1],
});
export const REWRITES = ['penalties', 'bias', 'dry'];

/** Sometimes with ties, sometimes with tokens that cannot follow. @param {Random} random @param {number} vocab */
export function randomLogits(random, vocab) {
  const scale = [0.01, 1, 4, 12, 40][Math.floor(5 * random())];
  const step = random() < 0.3 ? scale / 3 : 0;
  const hidden = random() < 0.3 ? 0.6 * random() : 0;
  const logits = Float32Array.from({ length: vocab }, () => {
    const logit = scale * (random() + random() + random() - 1.5);
    return random() < hidden ? -Infinity : step > 0 ? step * Math.round(logit / step) + 0 : logit; // no -0
  });
  logits[Math.floor(vocab * random())] = scale;
  return logits;
}

/** A pipeline that can be run. @param {Random} random @param {number} vocab @returns {Stage[]} */
function randomStages(random, vocab) {
  const names = Array.from({ length: Math.floor(8 * random()) }, () => Object.keys(STAGES)[Math.floor(13 * random())]);
  let epochs = 1;
  return names.filter((name) => !REWRITES.includes(name) || ++epochs <= 4).map((name) => {
    const off = random() < 0.1 && OFF[name];
    return [name, ...(off || STAGES[name].values(random, vocab))];
  });
}

/** As the twin and the engine take it. @param {Stage} stage @returns {StageSetting} */
export function settingOf([name, ...values]) {
  if (name === 'bias') return { name, biases: values.flatMap((id, i) => (i % 2 ? [] : [[id, values[i + 1]]])) };
  return { name, ...Object.fromEntries(STAGES[name].names.map((parameter, i) => [parameter, values[i]])) };
}

/** @param {Random} random @param {number} i @returns {Case} */
export function randomCase(random, i) {
  const vocab = 1 + Math.floor(300 * random() ** 3);
  const some = () => Math.floor(Math.min(vocab, 6) * random());
  return {
    logits: randomLogits(random, vocab),
    stages: randomStages(random, vocab),
    seed: BigInt(i) << 50n,
    position: 1000 * i,
    force: random() < 0.2 ? Math.floor(vocab * random()) : undefined,
    mu: random() < 0.5 ? null : 8 * random() - 1,
    text: Array.from({ length: Math.floor(40 * random()) }, some), // of few tokens, so that much is repeated
    breakers: random() < 0.5 ? [] : [some()],
    watch: [0, vocab - 1, Math.floor(vocab * random())],
  };
}
