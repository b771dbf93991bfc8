// Runs in the page, in any browser: all that a link must bring back, down to the bits of every number of every step.
// Behind the token's way; it reaches into the page, because a picture has not all digits.
// Must not use anything from outside of its functions: they are sent to the page as text.

/**
 * @typedef {object} Seen
 * @property {number[]} ids
 * @property {string} ways        of each token: `given`, `drawn` or `taken`, one letter each
 * @property {number} promptLength
 * @property {number} cursor
 * @property {string} settings    the present ones
 * @property {string[]} hashes    a step each: over its logits, and over all rows under its own settings
 * @property {Record<string, string>} shown probabilities on the screen, by token and column
 * @property {string} computed    kernels and threads
 */

/** @param {import('../../web/engine/index.js').Step} step its trace is full @param {Float32Array} logits @returns {Promise<string>} */
export async function hashOf({ u, logprob, stages }, logits) {
  const rows = stages.flatMap(({ ids, probs, logits, keptMass, entropy, limit }) => [ids, probs, logits, Float64Array.of(keptMass, entropy, limit)]);
  const all = new Blob(/** @type {BlobPart[]} */ ([logits, Float64Array.of(u, logprob), ...rows]));
  const digest = await crypto.subtle.digest('SHA-256', await all.arrayBuffer());
  return Array.from(new Uint8Array(digest, 0, 8), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** @param {number} length of the text that is waited for @returns {Promise<Seen>} */
async function seen(length) {
  const { store, instrument } = /** @type {any} */ (document.querySelector('ls-app'));
  const pause = () => new Promise((resolve) => setTimeout(resolve, 50));
  for (let n = 0; n < 600 && !(store.state.chips.length === length && !store.state.reading); n++) await pause();
  const { chips, promptLength, cursor, settings, model } = store.state;
  const asText = (/** @type {unknown} */ value) => JSON.stringify(value, (_, each) => (typeof each === 'bigint' ? String(each) : each));

  for (let n = 0; n < 100 && store.state.step?.position !== cursor; n++) await pause();
  await pause();
  const shown = [...document.querySelectorAll('tr[data-token-id] [data-prob]')].map((element) => {
    const { prob, stage } = /** @type {HTMLElement} */ (element).dataset;
    return [`${/** @type {HTMLElement} */ (element.closest('tr')).dataset.tokenId} ${stage}`, prob];
  });

  const hashes = [];
  for (let position = 1; position < chips.length; position++) {
    instrument.select(position);
    const own = chips[position].settings ?? settings;
    const [step] = await instrument.inspectAll([{ ...own, trace: 'full' }]);
    hashes.push(await hashOf(step, await instrument.logits()));
  }
  instrument.select(cursor);
  return {
    ids: chips.map((/** @type {any} */ chip) => chip.token.id),
    ways: chips.map((/** @type {any} */ chip) => (chip.settings === null ? 'g' : chip.forced ? 't' : 'd')).join(''),
    promptLength,
    cursor,
    settings: asText(settings),
    hashes,
    shown: Object.fromEntries(shown),
    computed: `${model.kernels}, ${model.threads} threads`,
  };
}

/** What a page is to run: a promise of what is seen. @param {number} length of the text that is waited for */
export const look = (length) => `(() => { ${hashOf}\n${seen}\nreturn seen(${length}); })()`;
