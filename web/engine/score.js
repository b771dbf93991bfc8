// Bits per byte: how well a model predicts a text.
// Beside the token's way: cuts a text into pieces, asks engine.js for each token's probability.
// Must not know files or terminals.

/** @typedef {import('./engine.js').Engine} Engine */

const SPACE = 0x20;
const NEWLINE = 0x0a;

/**
 * Cuts a text into pieces of at least `size` bytes, each extended to the next space or line end, which
 * begins the piece after it.
 * @param {Uint8Array} text
 * @param {number} size
 */
export function cut(text, size) {
  const pieces = [];
  for (let at = 0; at < text.length; ) {
    let end = Math.min(at + size, text.length);
    while (end < text.length && text[end] !== SPACE && text[end] !== NEWLINE) end++;
    pieces.push(text.subarray(at, end));
    at = end;
  }
  return pieces;
}

/**
 * Scores a text piece by piece, each from an empty context behind BOS (without BOS its first token costs
 * nothing), and says after each how many bytes are done. What of a piece lies past the context is not
 * scored: the published figures of this measure leave it out.
 * @param {Engine} engine
 * @param {Uint8Array[]} pieces
 * @returns {Generator<number, { bytes: number, tokens: number, unscored: number, bitsPerByte: number }>}
 */
export function* score(engine, pieces) {
  const bos = engine.core.idOf('bos');
  const begin = bos === null ? [] : [bos];
  let bytes = 0;
  let tokens = 0;
  let unscored = 0;
  let bits = 0;
  for (const piece of pieces) {
    const ids = engine.core.tokenize(piece, { bos: false });
    const all = new Uint32Array(begin.length + ids.length);
    all.set(begin);
    all.set(ids, begin.length);
    const scored = all.subarray(0, engine.context);
    unscored += all.length - scored.length;
    bits -= engine.logprobs(scored).reduce((sum, logprob) => sum + logprob * Math.LOG2E, 0);
    tokens += scored.length - begin.length;
    bytes += piece.length;
    yield bytes;
  }
  return { bytes, tokens, unscored, bitsPerByte: bits / bytes };
}
