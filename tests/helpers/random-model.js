// Small models with random weights, the same from the same seed, as the bytes of a GGUF file.
// Before the token's way: what every test of the engine loads where no real model is at hand.
// Must not know the engine; it knows the file format's names and the four tensor types.

import { ggufBytes } from './gguf.js';
import { BYTE_SPELLING } from './tokenizer-twin.js';

/** @typedef {'F32' | 'F16' | 'Q8_0' | 'Q4_0'} TensorType */

const BLOCK = 32;

/**
 * A generator of numbers in [0, 1) (mulberry32).
 * @param {number} seed
 */
export function seededRandom(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The bits of a small number as a 16-bit float, cut off, not rounded. @param {number} value */
function half(value) {
  const bits = new Uint32Array(Float32Array.of(value).buffer)[0];
  const exponent = ((bits >>> 23) & 255) - 112;
  return ((bits >>> 16) & 0x8000) | (exponent > 0 ? (exponent << 10) | ((bits >>> 13) & 0x3ff) : 0);
}

/**
 * The data of `count` weights between -scale and scale.
 * @param {TensorType} type
 * @param {number} count
 * @param {number} scale
 * @param {() => number} random
 */
function weights(type, count, scale, random) {
  const signed = () => (2 * random() - 1) * scale;
  if (type === 'F32') return new Uint8Array(Float32Array.from({ length: count }, signed).buffer);
  if (type === 'F16') return new Uint8Array(Uint16Array.from({ length: count }, () => half(signed())).buffer);
  const [quants, steps] = type === 'Q8_0' ? [BLOCK, 127] : [BLOCK / 2, 8];
  const data = new Uint8Array((count / BLOCK) * (2 + quants));
  const view = new DataView(data.buffer);
  for (let at = 0; at < data.length; at += 2 + quants) {
    view.setUint16(at, half((scale * (0.5 + random() / 2)) / steps), true);
    for (let i = 0; i < quants; i++) data[at + 2 + i] = Math.floor(256 * random());
  }
  return data;
}

// ---- vocabularies ----

/** Earlier ones are merged first; each is made of two others. */
const WORDS = ['he', ' t', ' the', 'at', ' c', ' cat', ' s', ' sat', ' m', ' mat', ' o', ' on', 'th', 'in', ' a', 'é', '猫', '.', ','];

/** A word of its own for each number: " ba", " be", …, " baba". @param {number} n */
function madeUpWord(n) {
  let word = '';
  for (let rest = n + 1; rest > 0; rest = Math.floor((rest - 1) / 85)) {
    word += 'bcdfghklmnprstvwz'[(rest - 1) % 17] + 'aeiou'[Math.floor((rest - 1) / 17) % 5];
  }
  return ` ${word}`;
}

/** SentencePiece: three special tokens, the bytes, printable characters, some words. @param {number} words made up, beside these */
function spmVocabulary(words) {
  const bytes = Array.from({ length: 256 }, (_, byte) => `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`);
  const letters = Array.from({ length: 94 }, (_, i) => String.fromCharCode(33 + i)).filter((c) => !WORDS.includes(c));
  const normal = [' ', ...WORDS, ...letters, ...Array.from({ length: words }, (_, n) => madeUpWord(n))].map((piece) => piece.replaceAll(' ', '\u2581'));
  const tokens = ['<unk>', '<s>', '</s>', ...bytes, ...normal];
  const types = [2, 3, 3, ...bytes.map(() => 6), ...normal.map(() => 1)];
  const scores = tokens.map((_, id) => (types[id] === 1 ? -id : 0));
  return { tokens, types, scores, merges: null, bos: 1, eos: 2, addBos: true };
}

/** Byte-level BPE: the bytes, some merges, the end of the text, which is also BOS. */
function bpeVocabulary() {
  const space = BYTE_SPELLING[32];
  const merges = [['t', 'h'], ['th', 'e'], [space, 'the'], ['a', 't'], ['c', 'at'], [space, 'cat'], [space, 's'], ['o', 'n']];
  const tokens = [...BYTE_SPELLING, ...merges.map((pair) => pair.join('')), '<|endoftext|>'];
  const types = tokens.map((token) => (token === '<|endoftext|>' ? 3 : 1));
  const end = tokens.length - 1;
  return { tokens, types, scores: null, merges: merges.map((pair) => pair.join(' ')), bos: end, eos: end, addBos: false };
}

// ---- the file ----

/**
 * The bytes of a model with random weights.
 * @param {object} [options]
 * @param {TensorType} [options.type] of every matrix
 * @param {'llama' | 'gpt2'} [options.tokenizer]
 * @param {number} [options.seed]
 * @param {number} [options.context]
 * @param {number} [options.ffn] width of the feed-forward layer
 * @param {number} [options.heads] of queries
 * @param {number} [options.kvHeads]
 * @param {number} [options.headDim]
 * @param {boolean} [options.tied] the embedding serves as output head
 * @param {boolean} [options.addBos] instead of what the vocabulary does
 * @param {number} [options.padding] bytes of metadata that mean nothing
 * @param {number} [options.gain] of the output head: how decided the model is, if it is not tied
 * @param {number} [options.words] further words of a llama vocabulary
 * @param {boolean} [options.bos] whether there is such a token
 * @param {string | null} [options.name] null leaves it out
 * @param {Parameters<typeof ggufBytes>[0]['metadata']} [options.metadata] further keys
 * @returns {Uint8Array}
 */
export function randomModel({
  type = 'F32', tokenizer = 'llama', seed = 1, context = 128, ffn = 96, heads = 4, kvHeads = 2, headDim = 16, tied = false, padding = 0, words = 0, gain = 2, bos = true, addBos, name = `random ${type} ${tokenizer}`,
  metadata: more = [],
} = {}) {
  const random = seededRandom(seed);
  const vocabulary = tokenizer === 'llama' ? spmVocabulary(words) : bpeVocabulary();
  const [dim, layers] = [64, 2];
  const vocab = vocabulary.tokens.length;

  /** @param {string} tensor @param {number} rows @param {number} cols @param {number} [gain] */
  const matrix = (tensor, rows, cols, gain = 1) => ({
    name: `${tensor}.weight`, type, dims: [cols, rows], data: weights(type, rows * cols, gain * Math.sqrt(3 / cols), random),
  });
  /** @param {string} tensor */
  const norm = (tensor) => {
    const data = new Uint8Array(Float32Array.from({ length: dim }, () => 0.5 + random()).buffer);
    return { name: `${tensor}.weight`, type: 'F32', dims: [dim], data };
  };
  const blocks = Array.from({ length: layers }, (_, i) => `blk.${i}`).flatMap((block) => [
    norm(`${block}.attn_norm`),
    matrix(`${block}.attn_q`, heads * headDim, dim, 2),
    matrix(`${block}.attn_k`, kvHeads * headDim, dim, 2),
    matrix(`${block}.attn_v`, kvHeads * headDim, dim),
    matrix(`${block}.attn_output`, dim, heads * headDim),
    norm(`${block}.ffn_norm`),
    matrix(`${block}.ffn_gate`, ffn, dim),
    matrix(`${block}.ffn_up`, ffn, dim),
    matrix(`${block}.ffn_down`, dim, ffn),
  ]);

  /** @typedef {Parameters<typeof ggufBytes>[0]['metadata'][number]} Entry @type {(Entry | null)[]} */
  const metadata = [
    ['general.architecture', 'string', 'llama'],
    name === null ? null : ['general.name', 'string', name],
    ['test.padding', 'string', '.'.repeat(padding)],
    ...more,
    ['llama.embedding_length', 'u32', dim],
    ['llama.feed_forward_length', 'u32', ffn],
    ['llama.block_count', 'u32', layers],
    ['llama.attention.head_count', 'u32', heads],
    ['llama.attention.head_count_kv', 'u32', kvHeads],
    ['llama.attention.key_length', 'u32', headDim],
    ['llama.attention.value_length', 'u32', headDim],
    ['llama.rope.dimension_count', 'u32', headDim],
    ['llama.context_length', 'u32', context],
    ['llama.attention.layer_norm_rms_epsilon', 'f32', 1e-5],
    ['tokenizer.ggml.model', 'string', tokenizer],
    ['tokenizer.ggml.tokens', { type: 'array', items: 'string' }, vocabulary.tokens],
    ['tokenizer.ggml.token_type', { type: 'array', items: 'i32' }, vocabulary.types],
    vocabulary.scores ? ['tokenizer.ggml.scores', { type: 'array', items: 'f32' }, vocabulary.scores] : null,
    vocabulary.merges ? ['tokenizer.ggml.merges', { type: 'array', items: 'string' }, vocabulary.merges] : null,
    tokenizer === 'llama' ? ['tokenizer.ggml.unknown_token_id', 'u32', 0] : null,
    bos ? ['tokenizer.ggml.bos_token_id', 'u32', vocabulary.bos] : null,
    ['tokenizer.ggml.eos_token_id', 'u32', vocabulary.eos],
    ['tokenizer.ggml.add_bos_token', 'bool', addBos ?? (bos && vocabulary.addBos)],
  ];
  const tensors = [
    matrix('token_embd', vocab, dim, 2),
    ...blocks,
    norm('output_norm'),
    ...(tied ? [] : [matrix('output', vocab, dim, gain)]),
  ];
  return ggufBytes({ metadata: metadata.filter((entry) => entry !== null), tensors });
}
