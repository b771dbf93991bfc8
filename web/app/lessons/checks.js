// What tells that something was done at the instrument: pure functions of its state and of what was seen before.
// Beside the token's way: the lessons' deeds are made of these.
// Must not know elements or words; a check reads the shown step, never settings that it may not have followed yet.

/**
 * @typedef {import('../state.js').State} State
 * @typedef {import('./mistakes.js').Drawn} Drawn
 * @typedef {import('../state.js').StageRow} StageRow
 *
 * @typedef {object} Deed  something to be done
 * @property {(memory: any, state: State) => any} [remember]  what it keeps of all states since the lesson was opened
 * @property {(state: State, memory: any) => boolean} met
 *
 * @typedef {{ memory: unknown, open: boolean }} Watch  open: it was seen undone, so that doing it means something
 */

/**
 * Looks at one more state.
 * @param {Deed} deed @param {Watch | undefined} watch what was seen so far @param {State} state
 * @returns {{ watch: Watch, done: boolean }}
 */
export function observe(deed, watch, state) {
  if (!state.step) return { watch: watch ?? { memory: undefined, open: false }, done: false };
  const memory = deed.remember?.(watch?.memory, state);
  const met = deed.met(state, memory);
  const open = watch?.open ?? false;
  return { watch: { memory, open: open || !met }, done: open && met };
}

// ---- reading a state ----

/** @param {Drawn | null | undefined} step @param {string} name @returns {StageRow | undefined} the first such stage */
export const rowOf = (step, name) => step?.stages.find((row) => row.name === name);

/** @param {StageRow | undefined} row */
const valueOf = (row) => Number(row?.value);

/** @param {State['chips']} chips */
const idsOf = (chips) => chips.map(({ token }) => token.id);

/** @param {State} state @returns {number} */
const written = ({ chips, promptLength }) => chips.length - promptLength;

/** The model's distribution and u: steps with the same differ by their settings alone. @param {Drawn} step @returns {string} */
const sourceOf = ({ u, stages: [{ ids, probs }] }) => [u, ...ids.subarray(0, 8), ...probs.subarray(0, 8)].join(' ');

/** Every stage with its value. @param {Drawn} step @returns {string[]} */
const settingsOf = ({ stages }) => stages.slice(1).map(({ name, value }) => `${name} ${value}`);

// ---- writing ----

/** @param {number} count @returns {Deed} that many tokens have been drawn in a row */
export const writes = (count) => ({ met: (state) => written(state) >= count });

/** @param {number[]} text @param {number[]} beginning */
const beginsWith = (text, beginning) => beginning.every((id, i) => text[i] === id);

/** A token that was drawn stands there no more, another one does. @type {Deed} */
export const redraws = {
  remember: (/** @type {number[][]} */ texts = [], { chips }) => {
    const ids = idsOf(chips);
    if (texts.some((text) => beginsWith(text, ids))) return texts;
    return [...texts.filter((text) => !beginsWith(ids, text)), ids];
  },
  met: ({ chips, promptLength }, /** @type {number[][]} */ texts) => {
    const ids = idsOf(chips);
    return texts.some((text) => {
      const parts = ids.findIndex((id, i) => id !== text[i]);
      return parts >= promptLength && parts < text.length;
    });
  },
};

/** Another prompt, and another token is the likeliest to follow it. @type {Deed} */
export const swaysByPrompt = {
  remember: (/** @type {Record<string, number>} */ likeliest = {}, { prompt, step, promptLength }) =>
    step && step.position === promptLength ? { ...likeliest, [prompt]: step.stages[0].ids[0] } : likeliest,
  met: (state, /** @type {Record<string, number>} */ likeliest) => new Set(Object.values(likeliest)).size > 1,
};

/** So long must a text be to count as one that was tried. */
export const RUN = 5;

/** @param {NonNullable<State['chips'][number]['settings']>} settings */
const isGreedy = ({ stages }) =>
  stages.some((stage) => (stage.name === 'temperature' && stage.value === 0) || (stage.name === 'top-k' && stage.value === 1));

/**
 * The beginnings that were drawn, each under one seed.
 * @param {string[]} runs @param {State} state @param {boolean} greedy which kind is looked for
 */
function withRun(runs = [], { chips, promptLength }, greedy) {
  const drawn = chips.slice(promptLength, promptLength + RUN);
  const seeds = new Set(drawn.map(({ settings }) => settings?.seed));
  const fits = drawn.length === RUN && seeds.size === 1 && drawn.every(({ settings }) => settings && isGreedy(settings) === greedy);
  const run = JSON.stringify([idsOf(chips.slice(0, promptLength)), String([...seeds][0]), idsOf(drawn)]);
  return fits && !runs.includes(run) ? [...runs, run] : runs;
}

/** @param {string[]} runs @returns {boolean[]} for each pair of seeds behind the same prompt: whether they wrote the same */
function pairs(runs) {
  const parsed = runs.map((run) => JSON.parse(run));
  return parsed.flatMap(([prompt, seed, ids], i) =>
    parsed.slice(0, i).flatMap(([before, other, others]) =>
      String(before) === String(prompt) && other !== seed ? [String(others) === String(ids)] : [],
    ),
  );
}

/** Greedy under two seeds: the same text. @type {Deed} */
export const repeatsGreedily = {
  remember: (runs, state) => withRun(runs, state, true),
  met: (state, runs) => pairs(runs).includes(true),
};

/** Drawn under two seeds: two texts. @type {Deed} */
export const differsBySeed = {
  remember: (runs, state) => withRun(runs, state, false),
  met: (state, runs) => pairs(runs).includes(false),
};

/** Another token from the same text and the same u, by the settings alone. @type {Deed} */
export const redrawsBySettings = {
  remember: (/** @type {Record<string, number>} */ drawn = {}, { step }) =>
    step && !Object.hasOwn(drawn, sourceOf(step)) ? { ...drawn, [sourceOf(step)]: step.id } : drawn,
  met: ({ step }, /** @type {Record<string, number>} */ drawn) => step !== null && drawn[sourceOf(step)] !== step.id,
};

// ---- settings ----

/** @param {number} share @returns {Deed} temperature alone brings the likeliest token above it; 0 would be no temperature */
export const sharpens = (share) => ({
  met: ({ step }) => {
    const row = rowOf(step, 'temperature');
    return row !== undefined && valueOf(row) > 0 && row.probs[0] > share;
  },
});

/** @param {number} share @returns {Deed} temperature brings even the likeliest token below it */
export const flattens = (share) => ({
  met: ({ step }) => {
    const row = rowOf(step, 'temperature');
    return row !== undefined && row.probs[0] < share;
  },
});

/** @param {number} mass @returns {Deed} the smallest k that keeps at least this mass */
export const findsSmallestK = (mass) => ({
  met: ({ step }) => {
    const row = rowOf(step, 'top-k');
    if (!step || !row || row.kept !== valueOf(row)) return false;
    const before = step.stages[step.stages.indexOf(row) - 1];
    return row.keptMass >= mass && row.keptMass - before.probs[row.kept - 1] < mass;
  },
});

/** @param {number} count @returns {Deed} top-p itself cuts, and leaves so many */
export const keepsByP = (count) => ({
  met: ({ step }) => {
    const row = rowOf(step, 'top-p');
    return row !== undefined && valueOf(row) < 1 && row.kept === count;
  },
});

/** The same settings keep no more than `few` tokens by p at one place and `many` or more at another. @param {number} few @param {number} many @returns {Deed} */
export const seesAdapting = (few, many) => ({
  remember: (/** @type {Record<string, number[]>} */ seen = {}, { step }) => {
    const row = rowOf(step, 'top-p');
    if (!step || !row || valueOf(row) >= 1) return seen;
    const settings = String(settingsOf(step));
    const kept = seen[settings] ?? [];
    return kept.includes(row.kept) ? seen : { ...seen, [settings]: [...kept, row.kept] };
  },
  met: (state, /** @type {Record<string, number[]>} */ seen) =>
    Object.values(seen).some((kept) => Math.min(...kept) <= few && Math.max(...kept) >= many),
});

/** The same stages in another order, from the same logits, keep another number of tokens. @type {Deed} */
export const differsByOrder = {
  remember: (/** @type {Record<string, number[]>} */ seen = {}, { step }) => {
    if (!step) return seen;
    const what = [sourceOf(step), ...settingsOf(step).sort()].join();
    const { kept } = step.stages[step.stages.length - 1];
    const known = seen[what] ?? [];
    return known.includes(kept) ? seen : { ...seen, [what]: [...known, kept] };
  },
  met: (state, /** @type {Record<string, number[]>} */ seen) => Object.values(seen).some((kept) => kept.length > 1),
};

/** With the crossing token dropped one token is left where two are right. @type {Deed} */
export const losesTheSecond = {
  met: (state) => state.mistake === 'dropped-crossing' && rowOf(state.step, 'top-p')?.kept === 2,
};

// ---- answers ----

/** @param {string} typed @param {boolean} whole separators of thousands may stand in it @returns {number} NaN where it is none */
export function numberOf(typed, whole) {
  const plain = typed.trim().replace(/\s*%$/, '').replace('−', '-');
  if (plain === '') return NaN;
  if (whole && /^\d{1,3}([.,’'\s]\d{3})+$/.test(plain)) return Number(plain.replace(/\D/g, ''));
  return Number(plain.replace(',', '.'));
}

/** @param {number} given @param {number} answer @param {number} within the share of it by which it may differ */
export function agrees(given, answer, within) {
  return Math.abs(given - answer) <= Math.abs(answer) * within;
}
