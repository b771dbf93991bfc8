// A naive twin of the sampler: what every stage keeps, with which probability, and the draw.
// Beside the token's way: tests compare the page, the wasm and the native build with it.
// Must not know the C code: it is written from the design's words alone, in plain f64, and slow.

/**
 * @typedef {{ name: string, value: number }} StageSetting
 * @typedef {object} Row
 * @property {string} name      'logits' for row 0, then the stage's own name
 * @property {number} kept      tokens left after this stage
 * @property {number} keptMass  their mass before renormalising
 * @property {number} entropy   of the renormalised row, in bits
 * @property {number[]} ids     kept tokens in rank order: higher logit first, on a tie the lower id
 * @property {number[]} probs   renormalised, in the order of ids
 */

const DRAW_VERSION = 1n;
const MASK32 = 0xffffffffn;

/** @param {number[]} weights @returns {number[]} the weights divided by their sum */
function normalise(weights) {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
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

/**
 * One stage: takes the row before it, the logits that belong to its ids, and gives its own row and logits.
 * @param {{ ids: number[], logits: number[], probs: number[] }} before
 * @param {StageSetting} stage
 */
function applyStage(before, { name, value }) {
  const { ids, logits, probs } = before;
  const first = (/** @type {number} */ n) => {
    const kept = Math.max(1, n);
    return {
      ids: ids.slice(0, kept),
      logits: logits.slice(0, kept),
      probs: normalise(probs.slice(0, kept)),
      keptMass: probs.slice(0, kept).reduce((sum, p) => sum + p, 0),
    };
  };
  switch (name) {
    case 'temperature': {
      if (value === 0) return { ids: [ids[0]], logits: [logits[0]], probs: [1], keptMass: probs[0] };
      const scaled = logits.map((logit) => logit / value);
      return { ids, logits: scaled, probs: softmax(scaled), keptMass: 1 };
    }
    case 'top-k':
      return first(value === 0 ? ids.length : Math.min(value, ids.length));
    case 'top-p':
      return first(value === 1 ? ids.length : nucleus(probs, value));
    case 'min-p':
      return first(probs.filter((p) => p >= value * probs[0]).length);
    default:
      throw new Error(`sampler twin: no stage named ${name}`);
  }
}

/**
 * Runs all stages over the whole vocabulary and draws.
 * @param {ArrayLike<number>} logits one per token
 * @param {StageSetting[]} stages in the order in which they are applied
 * @param {number} u in [0, 1)
 * @returns {{ token: number, rows: Row[] }}
 */
export function sampleTwin(logits, stages, u) {
  const ids = Array.from({ length: logits.length }, (_, id) => id).sort((a, b) => logits[b] - logits[a] || a - b);
  const ranked = ids.map((id) => logits[id]);
  let row = { ids, logits: ranked, probs: softmax(ranked), keptMass: 1 };
  /** @type {Row[]} */
  const rows = [];
  const record = (/** @type {string} */ name) => {
    const { ids, probs, keptMass } = row;
    rows.push({ name, kept: ids.length, keptMass, entropy: entropyOf(probs), ids, probs });
  };
  record('logits');
  for (const stage of stages) {
    row = applyStage(row, stage);
    record(stage.name);
  }
  let cumulative = 0;
  let token = row.ids[0];
  for (let i = 0; i < row.ids.length; i++) {
    if (row.probs[i] === 0) continue;
    token = row.ids[i];
    cumulative += row.probs[i];
    if (cumulative > u) break;
  }
  return { token, rows };
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
 * The draw's u in [0, 1): a function of seed and position alone.
 * @param {number | bigint} seed
 * @param {number | bigint} position
 * @returns {number}
 */
export function uniformTwin(seed, position) {
  const s = BigInt(seed);
  const p = BigInt(position);
  const [high, low] = philox4x32([p & MASK32, p >> 32n, DRAW_VERSION, 0n], [s & MASK32, s >> 32n]);
  return Number(((high << 32n) | low) >> 11n) * 2 ** -53;
}
