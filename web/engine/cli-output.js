// The command line's output: JSON lines, bars, a progress bar.
// After the last hop of the token's way; the same lines as src/cli_output.c prints.
// Must not decide anything; it is given steps and makes text of them.

/** @typedef {import('./engine.js').Step} Step */
/** @typedef {import('./stages.js').StageRow} StageRow */

const BAR = 40;
const PROGRESS = 30;

/** @param {string} model @param {string} hash of its file @param {Uint32Array} promptIds */
export function headerLine(model, hash, promptIds) {
  return `${JSON.stringify({ model, hash, promptIds: [...promptIds] })}\n`;
}

/** @param {StageRow} row */
function plainRow(row) {
  return { ...row, ids: [...row.ids], probs: [...row.probs], logits: [...row.logits] };
}

/** @param {Step} step @param {Float32Array} [logits] */
export function stepLine({ position, id, text, bytes, logprob, entropy, u, mu, stages }, logits) {
  const line = { position, id, text, bytes: [...bytes], logprob, entropy, u, mu, stages: stages.map(plainRow) };
  return `${JSON.stringify(logits ? { ...line, logits: [...logits] } : line)}\n`;
}

/**
 * The first tokens of a step's last row as bars.
 * @param {Step} step
 * @param {(id: number) => { text: string, piece: string }} tokenOf
 */
export function stepBars({ position, id, u, stages }, tokenOf) {
  const { ids, probs } = /** @type {StageRow} */ (stages.at(-1));
  const lines = Array.from(ids, (candidate, i) => {
    const bar = '#'.repeat(Math.round(probs[i] * BAR)).padEnd(BAR);
    const percent = (100 * probs[i]).toFixed(2).padStart(6);
    const { text, piece } = tokenOf(candidate);
    return `${candidate === id ? '>' : ' '} ${bar} ${percent} %  ${JSON.stringify(text || piece)}\n`;
  });
  return `\nposition ${position}, u = ${u.toFixed(6)}\n${lines.join('')}`;
}

/** @param {number} done @param {number} total */
export function progressBar(done, total) {
  const bar = '#'.repeat(Math.floor((PROGRESS * done) / total)).padEnd(PROGRESS);
  return `\r[${bar}] ${String(Math.floor((100 * done) / total)).padStart(3)} %`;
}

export const CLEAR_LINE = '\r\x1b[K';
