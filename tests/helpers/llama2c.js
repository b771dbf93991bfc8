// Writes a model as llama2.c does: a checkpoint of version 0 or 1, and a tokenizer.bin.
// Before model/import.c, which makes a GGUF of them again; for tests that compare.
// Must not share anything with model/: the order of things is export.py's and tokenizer.py's.

/** @typedef {ReturnType<typeof import('./gguf.js').readGguf>} Gguf */

const MAGIC = 0x616b3432;
const HEADER_BYTES = 256; // of version 1
const SPECIAL = ['<unk>', '\n<s>\n', '\n</s>\n'];

/** The seven numbers of the header, by their names in llama2.c. @param {Gguf} model */
export function header({ metadata }) {
  const key = (/** @type {string} */ name) => metadata.get(`llama.${name}`);
  return {
    dim: key('embedding_length'),
    hidden_dim: key('feed_forward_length'),
    n_layers: key('block_count'),
    n_heads: key('attention.head_count'),
    n_kv_heads: key('attention.head_count_kv'),
    vocab_size: metadata.get('tokenizer.ggml.tokens').length,
    seq_len: key('context_length'),
  };
}

/** @param {number[]} values */
const int32s = (values) => Buffer.from(Int32Array.from(values).buffer);

/**
 * @param {Gguf} model all of whose tensors are F32
 * @param {0 | 1} version
 * @returns {Buffer}
 */
export function checkpoint(model, version) {
  const fields = header(model);
  const tensor = (/** @type {string} */ name) => model.tensors.get(`${name}.weight`)?.data ?? Buffer.alloc(0);
  const ofLayers = (/** @type {string[]} */ ...names) =>
    names.flatMap((name) => Array.from({ length: fields.n_layers }, (_, i) => tensor(`blk.${i}.${name}`)));
  const matrices = [...ofLayers('attn_q', 'attn_k', 'attn_v', 'attn_output')];
  const feedForward = ofLayers('ffn_gate', 'ffn_down', 'ffn_up'); // w1, w2, w3
  const own = model.tensors.has('output.weight');
  if (version === 1) {
    const start = Buffer.alloc(HEADER_BYTES);
    int32s([MAGIC, 1, ...Object.values(fields)]).copy(start);
    start[36] = own ? 0 : 1;
    return Buffer.concat([start, ...ofLayers('attn_norm', 'ffn_norm'), tensor('output_norm'), tensor('token_embd'),
      ...matrices, ...feedForward, tensor('output')]);
  }
  const angles = Buffer.alloc(4 * fields.seq_len * (fields.dim / fields.n_heads), 0x3f); // nobody reads them
  const start = int32s(Object.values({ ...fields, vocab_size: own ? -fields.vocab_size : fields.vocab_size }));
  return Buffer.concat([start, tensor('token_embd'), ...ofLayers('attn_norm'), ...matrices, ...ofLayers('ffn_norm'),
    ...feedForward, tensor('output_norm'), angles, tensor('output')]);
}

/** @param {Gguf} model with a SentencePiece vocabulary @returns {Buffer} */
export function tokenizer({ metadata }) {
  /** @type {string[]} */
  const tokens = metadata.get('tokenizer.ggml.tokens');
  /** @type {number[]} */
  const scores = metadata.get('tokenizer.ggml.scores');
  const texts = tokens.map((token, id) => Buffer.from(SPECIAL[id] ?? token.replaceAll('\u2581', ' ')));
  const pieces = texts.map((text, id) =>
    Buffer.concat([Buffer.from(Float32Array.of(scores[id]).buffer), int32s([text.length]), text]));
  return Buffer.concat([int32s([Math.max(...texts.map((text) => text.length))]), ...pieces]);
}
