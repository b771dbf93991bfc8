// Tokens by their text: which tokens of the vocabulary hold what somebody typed.
// Beside the token's way: asked for by a reader, answered from the tokenizer's tables through core.js.
// Must not know probabilities.

/** @typedef {import('./core.js').Core} Core */

/** How well a token answers: the smaller the better. @param {string} text @param {string} wanted */
function distance(text, wanted) {
  const bare = text.trimStart();
  if (text === wanted) return 0;
  if (bare === wanted.trimStart()) return 1;
  return (bare.startsWith(wanted) ? 2 : 3) + text.length / 1024;
}

/**
 * The tokens whose text holds `wanted`, capitals or not: the same text first, then what begins with it, the shorter
 * before the longer. "#17" is the token of that id.
 * @param {Core} core
 * @param {string} wanted
 * @param {number} most
 */
export function findTokens(core, wanted, most) {
  const { vocab } = core.port;
  const id = /^#(\d+)$/.exec(wanted);
  if (id && Number(id[1]) < vocab) return [core.token(Number(id[1]))].slice(0, most);
  const needle = wanted.toLowerCase();
  /** @type {{ token: ReturnType<Core['token']>, far: number }[]} */
  const found = [];
  for (let i = 0; needle !== '' && i < vocab; i++) {
    const token = core.token(i);
    const text = token.type === 'control' ? token.piece : token.text;
    if (text.toLowerCase().includes(needle)) found.push({ token, far: distance(text, wanted) });
  }
  return found.sort((a, b) => a.far - b.far || a.token.id - b.token.id).slice(0, most).map(({ token }) => token);
}
