// A twin of the trainer's arithmetic: differentiation over whole arrays, the transformer, AdamW.
// Beside the trainer: tests compare every step of model/trainer.c with it.
// Must not know the C code: it is written from the papers' definitions, in plain f64, and slow.

/**
 * A matrix of a computation, and how its gradient reaches the matrices it was computed from.
 * @typedef {object} Node
 * @property {number} rows
 * @property {number} cols
 * @property {Float64Array} data row after row
 * @property {Float64Array} grad of the loss, by each entry
 * @property {Node[]} inputs
 * @property {() => void} pull adds what grad means for the inputs to theirs
 *
 * @typedef {object} Shape
 * @property {number} vocab   tokens; the last one begins a document
 * @property {number} dim     width of the residual stream, heads * the width of one
 * @property {number} layers
 * @property {number} heads   of queries
 * @property {number} kvHeads of keys and values
 * @property {number} hidden  width of the feed-forward layer
 * @property {number} context tokens in a sequence
 *
 * @typedef {object} Settings of the optimiser
 * @property {number} peak       the highest learning rate
 * @property {number} warmup     steps until it is reached
 * @property {number} steps      until the learning rate's end, `finalShare` of the peak
 * @property {number} finalShare
 * @property {number} beta1
 * @property {number} beta2
 * @property {number} epsilon
 * @property {number} decay
 * @property {number} maxNorm    of a gradient
 */

// ---------------------------------------------------------------------------------------------
// Seven operations, each with its own derivative; all else is composed of them

/** @param {number} rows @param {number} cols @param {Node[]} [inputs] @returns {Node} */
function zeros(rows, cols, inputs = []) {
  return { rows, cols, data: new Float64Array(rows * cols), grad: new Float64Array(rows * cols), inputs, pull() {} };
}

/** @param {number} rows @param {number} cols @param {(row: number, col: number) => number} value @returns {Node} */
export function filled(rows, cols, value) {
  const out = zeros(rows, cols);
  for (let i = 0; i < out.data.length; i++) out.data[i] = value(Math.floor(i / cols), i % cols);
  return out;
}

/** @param {Node} a (n, k) @param {Node} b (k, m) */
export function matmul(a, b) {
  const out = zeros(a.rows, b.cols, [a, b]);
  const eachProduct = (/** @type {(i: number, j: number, k: number) => void} */ visit) => {
    for (let row = 0; row < a.rows; row++)
      for (let inner = 0; inner < a.cols; inner++)
        for (let col = 0; col < b.cols; col++) visit(row * b.cols + col, row * a.cols + inner, inner * b.cols + col);
  };
  eachProduct((o, i, j) => void (out.data[o] += a.data[i] * b.data[j]));
  out.pull = () =>
    eachProduct((o, i, j) => {
      a.grad[i] += out.grad[o] * b.data[j];
      b.grad[j] += out.grad[o] * a.data[i];
    });
  return out;
}

/**
 * Entry by entry; a single row or column is repeated to the other's size.
 * @param {Node} a
 * @param {Node} b
 * @param {(x: number, y: number) => number} value
 * @param {(x: number, y: number) => [number, number]} slopes of value by x and by y
 */
function zip(a, b, value, slopes) {
  const out = zeros(Math.max(a.rows, b.rows), Math.max(a.cols, b.cols), [a, b]);
  const place = (/** @type {Node} */ of, /** @type {number} */ o) =>
    (Math.floor(o / out.cols) % of.rows) * of.cols + ((o % out.cols) % of.cols);
  for (let o = 0; o < out.data.length; o++) out.data[o] = value(a.data[place(a, o)], b.data[place(b, o)]);
  out.pull = () => {
    for (let o = 0; o < out.data.length; o++) {
      const [i, j] = [place(a, o), place(b, o)];
      const [byA, byB] = slopes(a.data[i], b.data[j]);
      a.grad[i] += out.grad[o] * byA;
      b.grad[j] += out.grad[o] * byB;
    }
  };
  return out;
}

/** @param {Node} a @param {Node} b */
export const add = (a, b) => zip(a, b, (x, y) => x + y, () => [1, 1]);
/** @param {Node} a @param {Node} b */
export const mul = (a, b) => zip(a, b, (x, y) => x * y, (x, y) => [y, x]);

/** @param {Node} a @param {(x: number) => number} value @param {(x: number) => number} slope */
function map(a, value, slope) {
  const out = zeros(a.rows, a.cols, [a]);
  out.data.set(a.data.map(value));
  out.pull = () => out.grad.forEach((grad, i) => void (a.grad[i] += grad * slope(a.data[i])));
  return out;
}

/** @param {Node} a */
export const exp = (a) => map(a, Math.exp, Math.exp);
/** @param {Node} a */
export const log = (a) => map(a, Math.log, (x) => 1 / x);
/** @param {Node} a @param {number} exponent */
export const power = (a, exponent) => map(a, (x) => x ** exponent, (x) => exponent * x ** (exponent - 1));

/**
 * Entries of a, taken from anywhere, any number of times: rows, columns, transposed, in another order.
 * @param {Node} a
 * @param {number} rows
 * @param {number} cols
 * @param {(row: number, col: number) => number} from the place in a's data
 */
export function take(a, rows, cols, from) {
  const out = zeros(rows, cols, [a]);
  const places = filled(rows, cols, from).data;
  places.forEach((place, i) => void (out.data[i] = a.data[place]));
  out.pull = () => places.forEach((place, i) => void (a.grad[place] += out.grad[i]));
  return out;
}

/** Fills in the gradients of all that a single number was computed from. @param {Node} loss (1, 1) */
export function differentiate(loss) {
  /** @type {Set<Node>} inputs before what is made of them */
  const ordered = new Set();
  const visit = (/** @type {Node} */ node) => {
    if (ordered.has(node)) return;
    node.inputs.forEach(visit);
    ordered.add(node);
  };
  visit(loss);
  loss.grad[0] = 1;
  for (const node of [...ordered].reverse()) node.pull();
}

// ---------------------------------------------------------------------------------------------
// Composed

const constant = (/** @type {number} */ value) => filled(1, 1, () => value);
const rowSums = (/** @type {Node} */ a) => matmul(a, filled(a.cols, 1, () => 1));
const transpose = (/** @type {Node} */ a) => take(a, a.cols, a.rows, (row, col) => col * a.cols + row);
const columns = (/** @type {Node} */ a, /** @type {number} */ first, /** @type {number} */ count) =>
  take(a, a.rows, count, (row, col) => row * a.cols + first + col);
const rowsOf = (/** @type {Node} */ a, /** @type {ArrayLike<number>} */ which) =>
  take(a, which.length, a.cols, (row, col) => which[row] * a.cols + col);
const linear = (/** @type {Node} */ x, /** @type {Node} */ w) => matmul(x, transpose(w));

/** Zhang and Sennrich 2019. @param {Node} x (n, dim) @param {Node} weight (1, dim) */
function rmsNorm(x, weight) {
  const meanSquare = mul(rowSums(mul(x, x)), constant(1 / x.cols));
  return mul(mul(x, power(add(meanSquare, constant(1e-5)), -0.5)), weight);
}

/**
 * Rotary positions (Su et al. 2021): pair i of a head turns by position * 10000^(-2i / width).
 * @param {Node} head (n, width)
 * @param {number[]} positions
 */
function rotate(head, positions) {
  const angle = (/** @type {number} */ row, /** @type {number} */ col) =>
    positions[row] * 10000 ** (-2 * Math.floor(col / 2) / head.cols);
  const { rows, cols } = head;
  const partner = take(head, rows, cols, (row, col) => row * cols + (col % 2 ? col - 1 : col + 1));
  const cosines = filled(rows, cols, (row, col) => Math.cos(angle(row, col)));
  const sines = filled(rows, cols, (row, col) => (col % 2 ? 1 : -1) * Math.sin(angle(row, col)));
  return add(mul(head, cosines), mul(partner, sines));
}

/** @param {Node} x */
const silu = (x) => mul(x, power(add(exp(mul(x, constant(-1))), constant(1)), -1));

/**
 * Vaswani et al. 2017, several query heads to one of keys and values: Ainslie et al. 2023.
 * @param {Node} x (n, dim)
 * @param {(name: string) => Node} weight of the layer
 * @param {Shape} shape
 * @param {number[]} starts the row where each row's document begins
 */
function attention(x, weight, { dim, heads, kvHeads }, starts) {
  const width = dim / heads;
  const [q, k, v] = ['attn_q', 'attn_k', 'attn_v'].map((name) => linear(x, weight(name)));
  // Only differences of positions matter, so they may as well count from the document's beginning.
  const positions = starts.map((start, row) => row - start);
  const visible = filled(x.rows, x.rows, (row, col) => (col <= row && starts[col] === starts[row] ? 1 : 0));
  const parts = Array.from({ length: heads }, (_, h) => {
    const kv = Math.floor(h / (heads / kvHeads)) * width;
    const query = rotate(columns(q, h * width, width), positions);
    const key = rotate(columns(k, kv, width), positions);
    const shares = mul(exp(mul(linear(query, key), constant(width ** -0.5))), visible);
    const attended = matmul(mul(shares, power(rowSums(shares), -1)), columns(v, kv, width));
    return linear(attended, columns(weight('attn_output'), h * width, width));
  });
  return parts.reduce(add);
}

/**
 * The model's tensors in the order in which they are stored, named as in GGUF.
 * @param {Shape} shape
 * @returns {{ name: string, rows: number, cols: number }[]} rows: outputs, cols: inputs
 */
export function tensorsOf({ vocab, dim, layers, heads, kvHeads, hidden }) {
  const kv = (dim / heads) * kvHeads;
  /** @type {[string, number, number][]} */
  const layer = [
    ['attn_norm', 1, dim], ['attn_q', dim, dim], ['attn_k', kv, dim], ['attn_v', kv, dim], ['attn_output', dim, dim],
    ['ffn_norm', 1, dim], ['ffn_gate', hidden, dim], ['ffn_up', hidden, dim], ['ffn_down', dim, hidden],
  ];
  return [
    { name: 'token_embd', rows: vocab, cols: dim },
    ...Array.from({ length: layers }, (_, l) =>
      layer.map(([name, rows, cols]) => ({ name: `blk.${l}.${name}`, rows, cols }))).flat(),
    { name: 'output_norm', rows: 1, cols: dim },
  ];
}

/**
 * The mean loss of a batch, in nats; targets below 0 count as losses of 0.
 * @param {Shape} shape
 * @param {Record<string, Node>} weights by name
 * @param {ArrayLike<number>} tokens of all sequences
 * @param {ArrayLike<number>} targets
 * @param {Node[]} masks what the residual branches are multiplied with: attention, feed-forward, layer by layer
 */
export function lossTwin(shape, weights, tokens, targets, masks) {
  const n = tokens.length;
  /** @type {number[]} */
  const starts = [];
  for (let t = 0; t < n; t++) starts[t] = t % shape.context === 0 || tokens[t] === shape.vocab - 1 ? t : starts[t - 1];

  let x = rowsOf(weights.token_embd, tokens);
  for (let l = 0; l < shape.layers; l++) {
    const weight = (/** @type {string} */ name) => weights[`blk.${l}.${name}`];
    x = add(x, mul(attention(rmsNorm(x, weight('attn_norm')), weight, shape, starts), masks[2 * l]));
    const norm = rmsNorm(x, weight('ffn_norm'));
    const swiglu = mul(silu(linear(norm, weight('ffn_gate'))), linear(norm, weight('ffn_up'))); // Shazeer 2020
    x = add(x, mul(linear(swiglu, weight('ffn_down')), masks[2 * l + 1]));
  }
  const logits = linear(rmsNorm(x, weights.output_norm), weights.token_embd);

  const ofTargets = take(logits, n, 1, (row) => row * shape.vocab + Math.max(0, targets[row]));
  const losses = add(log(rowSums(exp(logits))), mul(ofTargets, constant(-1)));
  const counted = filled(1, n, (_, t) => (targets[t] < 0 ? 0 : 1 / n));
  return matmul(counted, losses);
}

// ---------------------------------------------------------------------------------------------
// The optimiser

/** Warm-up, then a cosine (Loshchilov and Hutter 2017). @param {number} done steps before this one @param {Settings} settings */
function learningRateTwin(done, { peak, warmup, steps, finalShare }) {
  if (done < warmup) return (peak * (done + 1)) / warmup;
  const turned = Math.PI * Math.min(1, (done - warmup) / (steps - warmup));
  return peak * (finalShare + (1 - finalShare) * (0.5 + 0.5 * Math.cos(turned)));
}

/** Trains by whole batches: what it calls a gradient is that of the batch's mean loss. */
export class TrainerTwin {
  /** @param {Shape} shape @param {ArrayLike<number>} flat the parameters of all tensors @param {Settings} settings */
  constructor(shape, flat, settings) {
    this.shape = shape;
    this.settings = settings;
    this.done = 0;
    let at = 0;
    this.tensors = tensorsOf(shape).map(({ name, rows, cols }) => {
      const params = Float64Array.from({ length: rows * cols }, () => flat[at++]);
      return { name, rows, cols, params, mean: params.map(() => 0), square: params.map(() => 0) };
    });
  }

  /**
   * @param {ArrayLike<number>} tokens
   * @param {ArrayLike<number>} targets
   * @param {Node[]} masks see lossTwin
   */
  step(tokens, targets, masks) {
    const { beta1, beta2, epsilon, decay, maxNorm } = this.settings;
    const weights = Object.fromEntries(this.tensors.map(({ name, rows, cols, params }) =>
      [name, filled(rows, cols, (row, col) => params[row * cols + col])]));
    const loss = lossTwin(this.shape, weights, tokens, targets, masks);
    differentiate(loss);

    const norm = Math.hypot(...this.tensors.map(({ name }) => Math.hypot(...weights[name].grad)));
    const clip = Math.min(1, maxNorm / norm);
    const learningRate = learningRateTwin(this.done++, this.settings);
    // Loshchilov and Hutter 2019, algorithm 2: the decay is not part of the gradient.
    for (const { name, params, mean, square } of this.tensors) {
      weights[name].grad.forEach((grad, i) => {
        mean[i] += (1 - beta1) * (clip * grad - mean[i]);
        square[i] += (1 - beta2) * ((clip * grad) ** 2 - square[i]);
        const unbiasedMean = mean[i] / (1 - beta1 ** this.done);
        const unbiasedSquare = square[i] / (1 - beta2 ** this.done);
        const decayed = name.endsWith('norm') ? 0 : decay * params[i];
        params[i] -= learningRate * (unbiasedMean / (Math.sqrt(unbiasedSquare) + epsilon) + decayed);
      });
    }
    return { loss: loss.data[0], norm, learningRate, grads: this.tensors.map(({ name }) => weights[name].grad) };
  }
}
