// A naive twin of the sampler: what every stage keeps, with which probability, and the draw.
// Beside the token's way: tests compare the page, the wasm and the native build with it.
// Must not know the C code: it is written from the papers' and the design's words alone, in plain f64, and slow.

/**
 * @typedef {{ name: string } & Record<string, any>} StageSetting parameters by name, all of them; `biases` as [id, value]
 * @typedef {object} Turn what stages read besides the distribution
 * @property {number[]} [text]           ids before
 * @property {Set<number>} [breakers]    ids across which DRY sees no repetition
 * @property {number} [xtc]              uniform number of the XTC stage
 * @property {number | null} [mu]        mirostat's bound in bits; null: twice tau
 *
 * @typedef {object} Row
 * @property {string} name      'logits' for row 0, then the stage's own name
 * @property {number} kept      tokens left after this stage
 * @property {number} keptMass  their mass before renormalising
 * @property {number} entropy   of the renormalised row, in bits
 * @property {number} limit     the bound that decided, 0 where none did
 * @property {number[]} ids     kept tokens in rank order: higher logit first, on a tie the lower id
 * @property {number[]} probs   renormalised, in the order of ids
 * @property {number[]} logits  in the order of ids
 *
 * @typedef {{ ids: number[], logits: number[], probs: number[], keptMass: number, limit: number }} State
 */

const DRAW_VERSION = 1n;
const MASK32 = 0xffffffffn;
const LARGEST = 2 ** 128 * (1 - 2 ** -24); // of the 32-bit floats

/** @param {number[]} values */
const sumOf = (values) => values.reduce((sum, value) => sum + value, 0);

/** @param {number[]} weights @returns {number[]} the weights divided by their sum */
function normalise(weights) {
  const total = sumOf(weights);
  return weights.map((weight) => weight / total);
}

/** @param {number[]} logits highest first @returns {number[]} */
function softmax(logits) {
  return normalise(logits.map((logit) => Math.exp(logit - logits[0])));
}

/** @param {number[]} probs @returns {number} in bits */
function entropyOf(probs) {
  return probs.reduce((sum, p) => (p > 0 ? sum - p * Math.log2(p) : sum), 0);
}

/** @param {number[]} probs @param {number} limit @returns {number} length of the shortest prefix whose mass reaches the limit */
function nucleus(probs, limit) {
  let mass = 0;
  for (let i = 0; i < probs.length; i++) {
    mass += probs[i];
    if (mass >= limit) return i + 1;
  }
  return probs.length;
}

// ---- what stages leave ----

/** The tokens at some ranks alone. @param {State} before @param {(rank: number) => boolean} isKept @param {number} limit @returns {State} */
function only({ ids, logits, probs }, isKept, limit) {
  const at = ids.map((_, rank) => rank).filter(isKept);
  return {
    ids: at.map((rank) => ids[rank]),
    logits: at.map((rank) => logits[rank]),
    probs: softmax(at.map((rank) => logits[rank])),
    keptMass: sumOf(at.map((rank) => probs[rank])),
    limit,
  };
}

/** The first and all others that are probable enough. @param {State} before @param {number} least @param {number} [limit] */
function likely(before, least, limit = least) {
  return only(before, (rank) => rank === 0 || before.probs[rank] >= least, limit);
}

/** The same tokens with other logits. @param {State} before @param {(logit: number, id: number) => number} change @returns {State} */
function rewritten({ ids, logits }, change) {
  const found = ids.map((id, rank) => {
    if (logits[rank] === -Infinity) return { id, logit: -Infinity };
    const value = change(Math.fround(logits[rank]), id);
    return { id, logit: Math.fround(Math.min(LARGEST, Math.max(-LARGEST, value))) };
  });
  found.sort((a, b) => b.logit - a.logit || a.id - b.id);
  const changed = found.map(({ logit }) => logit);
  return { ids: found.map(({ id }) => id), logits: changed, probs: softmax(changed), keptMass: 1, limit: 0 };
}

// ---- stages, none of them switched off ----

/** @param {State} before @param {StageSetting} stage @returns {State} */
function typical(before, { value }) {
  const entropy = entropyOf(before.probs) * Math.LN2;
  const deviations = before.probs.map((p) => Math.abs(-Math.log(p) - entropy));
  const order = before.ids.map((_, rank) => rank).sort((a, b) => deviations[a] - deviations[b] || a - b);
  const last = order[nucleus(order.map((rank) => before.probs[rank]), value) - 1];
  // Equally probable tokens deviate equally; so do others, within rounding, never.
  return only(before, (rank) => deviations[rank] <= deviations[last], deviations[last]);
}

/** @param {State} before @param {StageSetting} stage @returns {State} */
function topNSigma(before, { value }) {
  const finite = before.logits.filter((logit) => logit > -Infinity);
  const mean = sumOf(finite) / finite.length;
  const sigma = Math.sqrt(sumOf(finite.map((logit) => (logit - mean) ** 2)) / finite.length);
  const least = before.logits[0] - value * sigma;
  return only(before, (rank) => before.logits[rank] >= least, least);
}

/** @param {State} before @param {StageSetting} stage @param {Turn} turn @returns {State} */
function penalties(before, { repetition, frequency, presence, window }, { text = [] }) {
  const last = text.slice(window === 0 ? 0 : -window);
  return rewritten(before, (logit, id) => {
    const count = last.filter((other) => other === id).length;
    if (count === 0) return logit;
    return (logit > 0 ? logit / repetition : logit * repetition) - count * frequency - presence;
  });
}

/** @param {State} before @param {StageSetting} stage @param {Turn} turn @returns {State} */
function dry(before, { multiplier, base, allowedLength, window }, { text = [], breakers = new Set() }) {
  const last = text.slice(window === 0 ? 0 : -window);
  const unbroken = last.length - 1 - last.findLastIndex((id) => breakers.has(id));
  /** How many tokens before `end` are those at the end of the text. @param {number} end */
  const repetition = (end) => {
    let length = 0;
    while (length < Math.min(end, unbroken) && last[end - 1 - length] === last[last.length - 1 - length]) length++;
    return length;
  };
  return rewritten(before, (logit, id) => {
    if (breakers.has(id) || unbroken < allowedLength || last.length <= allowedLength) return logit;
    const lengths = last.map((other, at) => (other === id && at > 0 ? repetition(at) : -1));
    const longest = Math.max(-1, ...lengths);
    return longest >= allowedLength ? logit - multiplier * base ** (longest - allowedLength) : logit;
  });
}

/** @param {State} before @param {StageSetting} stage @param {Turn} turn @returns {State} */
function xtc(before, { probability, threshold }, { xtc: u = 0 }) {
  const reach = before.probs.filter((p) => p >= threshold && p > 0).length;
  return only(before, (rank) => u >= probability || rank >= reach - 1, u);
}

/** @param {State} before @param {StageSetting} stage @param {Turn} turn @returns {State} */
function mirostat(before, { tau }, { mu }) {
  const bound = mu ?? 2 * tau;
  return only(before, (rank) => rank === 0 || -Math.log2(before.probs[rank]) <= bound, bound);
}

/** What a stage that is switched off has. @type {Record<string, Record<string, number>>} */
const OFF = {
  penalties: { repetition: 1, frequency: 0, presence: 0 },
  dry: { multiplier: 0 },
  'top-n-sigma': { value: 0 },
  temperature: { value: 1 },
  'top-k': { value: 0 },
  typical: { value: 1 },
  'top-p': { value: 1 },
  'min-p': { value: 0 },
  epsilon: { value: 0 },
  eta: { value: 0 },
  xtc: { probability: 0 },
  mirostat: { tau: 0 },
};

/**
 * One stage: takes the row before it, the logits that belong to its ids, and gives its own.
 * @param {State} before
 * @param {StageSetting} stage
 * @param {Turn} turn
 * @returns {State}
 */
function applyStage(before, stage, turn) {
  const { name, value } = stage;
  const off = OFF[name];
  if (off && Object.keys(off).every((key) => stage[key] === off[key])) return { ...before, keptMass: 1, limit: 0 };
  switch (name) {
    case 'penalties':
      return penalties(before, stage, turn);
    case 'bias':
      return rewritten(before, (logit, id) => logit + sumOf(stage.biases.map((/** @type {[number, number]} */ [other, by]) => (other === id ? by : 0))));
    case 'dry':
      return dry(before, stage, turn);
    case 'top-n-sigma':
      return topNSigma(before, stage);
    case 'temperature': {
      if (value === 0) return only(before, (rank) => rank === 0, 0);
      const logits = before.logits.map((logit) => logit / value);
      return { ...before, logits, probs: softmax(logits), keptMass: 1, limit: 0 };
    }
    case 'top-k':
      return only(before, (rank) => rank < value, value);
    case 'typical':
      return typical(before, stage);
    case 'top-p': {
      const kept = nucleus(before.probs, value);
      return only(before, (rank) => rank < kept, value);
    }
    case 'min-p':
      return likely(before, value * before.probs[0]);
    case 'epsilon':
      return likely(before, Math.min(value, before.probs[0]));
    case 'eta':
      return likely(before, Math.min(value, Math.sqrt(value) * Math.exp(-entropyOf(before.probs) * Math.LN2), before.probs[0]));
    case 'xtc':
      return xtc(before, stage, turn);
    case 'mirostat':
      return mirostat(before, stage, turn);
    default:
      throw new Error(`sampler twin: no stage named ${name}`);
  }
}

// ---- the way through ----

/** @param {State} state @param {number} id */
const probOf = ({ ids, probs }, id) => probs[ids.indexOf(id)] ?? 0;

/**
 * The bound of the last mirostat stage after a token, or null.
 * @param {State[]} states @param {StageSetting[]} stages @param {number} token
 */
function nextMu(states, stages, token) {
  const at = stages.findLastIndex(({ name, tau }) => name === 'mirostat' && tau > 0);
  if (at < 0) return null;
  const { tau, eta } = stages[at];
  const mu = states[at + 1].limit;
  const p = probOf(states[at + 1], token) || probOf(states[at], token);
  return p > 0 ? mu - eta * (-Math.log2(p) - tau) : mu;
}

/**
 * Runs all stages over the whole vocabulary and draws.
 * @param {ArrayLike<number>} logits one per token
 * @param {StageSetting[]} stages in the order in which they are applied
 * @param {number} u in [0, 1)
 * @param {Turn & { force?: number }} [turn]
 * @returns {{ token: number, mu: number | null, rows: Row[] }}
 */
export function sampleTwin(logits, stages, u, { force, ...turn } = {}) {
  const ids = Array.from({ length: logits.length }, (_, id) => id).sort((a, b) => logits[b] - logits[a] || a - b);
  const ranked = ids.map((id) => logits[id]);
  const states = [{ ids, logits: ranked, probs: softmax(ranked), keptMass: 1, limit: 0 }];
  for (const stage of stages) states.push(applyStage(states[states.length - 1], stage, turn));
  const rows = states.map((state, i) => ({
    name: i === 0 ? 'logits' : stages[i - 1].name,
    kept: state.ids.length,
    entropy: entropyOf(state.probs),
    ...state,
  }));
  const last = states[states.length - 1];
  let cumulative = 0;
  let token = last.ids[0];
  for (let i = 0; i < last.ids.length; i++) {
    if (last.probs[i] === 0) continue;
    token = last.ids[i];
    cumulative += last.probs[i];
    if (cumulative > u) break;
  }
  token = force ?? token;
  return { token, mu: nextMu(states, stages, token), rows };
}

/**
 * Philox4x32 with ten rounds (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011).
 * @param {bigint[]} counter four 32-bit words
 * @param {bigint[]} key two 32-bit words
 * @returns {bigint[]} four 32-bit words
 */
export function philox4x32(counter, key) {
  let [c0, c1, c2, c3] = counter;
  let [k0, k1] = key;
  for (let round = 0; round < 10; round++) {
    const a = c0 * 0xd2511f53n;
    const b = c2 * 0xcd9e8d57n;
    [c0, c1, c2, c3] = [(b >> 32n) ^ c1 ^ k0, b & MASK32, (a >> 32n) ^ c3 ^ k1, a & MASK32];
    k0 = (k0 + 0x9e3779b9n) & MASK32;
    k1 = (k1 + 0xbb67ae85n) & MASK32;
  }
  return [c0, c1, c2, c3];
}

/**
 * The draw's u in [0, 1), or another stream's: a function of seed and position alone.
 * @param {number | bigint} seed
 * @param {number | bigint} position
 * @param {bigint} [stream] 0: the draw, 1: XTC
 * @returns {number}
 */
export function uniformTwin(seed, position, stream = 0n) {
  const s = BigInt(seed);
  const p = BigInt(position);
  const [high, low] = philox4x32([p & MASK32, p >> 32n, DRAW_VERSION, stream], [s & MASK32, s >> 32n]);
  return Number(((high << 32n) | low) >> 11n) * 2 ** -53;
}
