// What the page knows at any moment: the shapes of the state and its first value.
// On the token's way: written by instrument.js, read by every view.
// Must not know elements or the engine's classes, only the data that crosses over.

import { FIRST_STAGES, samePipeline } from './pipeline.js';
import { text } from './text/index.js';
import { treeOf } from './tree.js';
import { Vocabulary } from './vocabulary.js';

/**
 * @typedef {import('../engine/index.js').Stage} Stage
 * @typedef {{ seed: bigint, stages: Stage[] }} Settings
 *
 * @typedef {import('../engine/index.js').StageSpec} StageSpec
 * @typedef {import('../engine/index.js').Parameter} Parameter
 * @typedef {import('../engine/index.js').ModelInfo} ModelInfo
 * @typedef {import('../engine/index.js').StageRow} StageRow
 * @typedef {Pick<import('../engine/index.js').Token, 'id' | 'piece' | 'bytes' | 'type'>} TokenInfo
 *
 * @typedef {import('../engine/index.js').Step & { actual?: number | null }} Step
 *   one position, as it would be drawn; actual: the token that stands there, null for the next position
 *
 * @typedef {object} Chip          one token of the text
 * @property {TokenInfo} token
 * @property {number | null} surprisal  in bits, null where the prompt gave the token
 * @property {number | null} entropy    of the model's distribution there, in bits
 * @property {Settings | null} settings those under which it was drawn
 * @property {boolean} forced           the reader took it; it was not drawn
 * @property {boolean} ends             it ends the text
 *
 * @typedef {{ sentence: string, advice: string, details: string, offer?: { source: URL, label: string } }} Problem
 *   offer: a model that would help
 */

/**
 * @typedef {object} State
 * @property {'loading' | 'ready' | 'failed'} phase
 * @property {{ phase: string, loaded: number, total: number } | null} loading  a model on its way
 * @property {{ loaded: number, total: number } | null} reading  a long prompt on its way
 * @property {Problem | null} problem
 * @property {ModelInfo | null} model
 * @property {URL | Blob | null} source  of the model
 * @property {string} title          of the link that was opened, '' for none
 * @property {number | null} confirmed  tokens that a link brought and that came out the same, until the text changes
 * @property {string} prompt
 * @property {string} promptProblem
 * @property {number} promptLength   tokens of the prompt that begin the present branch
 * @property {Chip[]} chips          of the present branch
 * @property {import('./tree.js').Branch[]} branches
 * @property {number} branch         id of the present one
 * @property {import('./tree.js').Standing | null} pruned  the branches before one was pruned, while that can be taken back
 * @property {number} cursor         the position that is shown; chips.length is the next token's
 * @property {Step | null} step      what the stages show
 * @property {Step | null} compareStep the same position through the second pipeline
 * @property {Vocabulary} vocabulary  tokens met so far
 * @property {Settings} settings
 * @property {Stage[] | null} compare a second pipeline on the same logits and the same u
 * @property {number[]} watched      tokens that were searched for
 * @property {string | null} mistake a wrong sampler is shown instead of the right one (lessons/mistakes.js)
 * @property {boolean} covered       the distribution is hidden until the reader has guessed
 * @property {string | null} panel   what is open below the draw
 * @property {string | null} lesson  what is open beside the instrument
 * @property {boolean} playing
 * @property {number} speed          tokens a second, 0 for as many as possible
 * @property {'linear' | 'log'} scale
 * @property {number | null} wantedRows  table rows that the reader asked for, 5 to 200
 * @property {number} rows           table rows, chosen by the window's height
 * @property {boolean} offlineReady
 * @property {(() => void) | null} update  starts the new version that waits, if one does
 */

/** How many seeds there are: 0 to one less. */
export const SEEDS = 2n ** 64n;

/** Names of the last stage's tokens beyond the rows: as many as its strip can have room for. */
const SEGMENTS = 20;

/** @returns {State} */
export function firstState() {
  return {
    phase: 'loading',
    loading: { phase: 'header', loaded: 0, total: 0 },
    reading: null,
    problem: null,
    model: null,
    source: null,
    title: '',
    confirmed: null,
    prompt: text.prompt.default,
    promptProblem: '',
    promptLength: 0,
    ...treeOf([]),
    cursor: 0,
    step: null,
    compareStep: null,
    vocabulary: new Vocabulary(),
    settings: { seed: 1n, stages: FIRST_STAGES },
    compare: null,
    watched: [],
    mistake: null,
    covered: false,
    panel: null,
    lesson: null,
    playing: false,
    speed: 2,
    scale: 'linear',
    wantedRows: null,
    rows: 14,
    offlineReady: false,
    update: null,
  };
}

/** @param {State} state @returns {boolean} whether the model ended the text */
export function hasEnded({ chips }) {
  return chips.at(-1)?.ends === true;
}

/** @param {TokenInfo} token of the prompt @returns {Chip} */
export function givenChip(token) {
  return { token, surprisal: null, entropy: null, settings: null, forced: false, ends: false };
}

/** @param {State} state @returns {boolean} whether no token can follow: the model ended the text, or its context is full */
export function isOver(state) {
  return hasEnded(state) || (state.model !== null && state.chips.length >= state.model.contextLength);
}

/** @param {State} state @returns {number} the last position that can be shown: the next token's, or where none follows the last one's */
export function lastPosition(state) {
  return state.chips.length - (isOver(state) ? 1 : 0);
}

/** @param {Settings} a @param {Settings} b @returns {boolean} whether both draw the same */
export function sameSettings(a, b) {
  return a.seed === b.seed && samePipeline(a.stages, b.stages);
}

/** The tokens that rows and segments can show. @param {Step} step @param {State} state @returns {number[]} */
export function visible(step, { rows, wantedRows }) {
  const many = Math.max(rows, wantedRows ?? 0) + SEGMENTS;
  const first = step.stages[0]?.ids.subarray(0, many) ?? [];
  const last = step.stages.at(-1)?.ids.subarray(0, many) ?? [];
  return [...first, ...last, step.id, ...(step.actual == null ? [] : [step.actual])];
}
