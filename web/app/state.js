// What the page knows at any moment: the shapes of the state and its first value.
// On the token's way: written by instrument.js, read by every view.
// Must not know elements or the engine's classes, only the data that crosses over.

import { text } from './text/index.js';

/**
 * @typedef {{ name: string, value: number }} StageSetting
 * @typedef {{ seed: bigint, stages: StageSetting[] }} Settings
 *
 * @typedef {import('../engine/index.js').StageSpec} StageSpec
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
 * @property {Settings | null} settings those under which it was drawn
 *
 * @typedef {{ sentence: string, advice: string, details: string }} Problem
 */

/**
 * @typedef {object} State
 * @property {'loading' | 'ready' | 'failed'} phase
 * @property {{ phase: string, loaded: number, total: number } | null} loading  a model on its way
 * @property {{ loaded: number, total: number } | null} reading  a long prompt on its way
 * @property {Problem | null} problem
 * @property {ModelInfo | null} model
 * @property {string} prompt
 * @property {string} promptProblem
 * @property {number} promptLength   tokens of the prompt
 * @property {Chip[]} chips
 * @property {number} cursor         the position that is shown; chips.length is the next token's
 * @property {Step | null} step      what the stages show
 * @property {ReadonlyMap<number, TokenInfo>} vocabulary  tokens met so far
 * @property {Settings} settings
 * @property {boolean} playing
 * @property {boolean} ended         the last token ended the text
 * @property {number} speed          tokens a second, 0 for as many as possible
 * @property {'linear' | 'log'} scale
 * @property {number} rows           table rows, chosen by the window's height
 * @property {boolean} offlineReady
 * @property {(() => void) | null} update  starts the new version that waits, if one does
 */

/** Every stage cuts a little at the first look, so that there is something to see in each column. */
const FIRST_STAGES = [
  { name: 'temperature', value: 0.8 },
  { name: 'top-k', value: 40 },
  { name: 'top-p', value: 0.9 },
  { name: 'min-p', value: 0.05 },
];

/** @returns {State} */
export function firstState() {
  return {
    phase: 'loading',
    loading: { phase: 'header', loaded: 0, total: 0 },
    reading: null,
    problem: null,
    model: null,
    prompt: text.prompt.default,
    promptProblem: '',
    promptLength: 0,
    chips: [],
    cursor: 0,
    step: null,
    vocabulary: new Map(),
    settings: { seed: 1n, stages: FIRST_STAGES },
    playing: false,
    ended: false,
    speed: 2,
    scale: 'linear',
    rows: 14,
    offlineReady: false,
    update: null,
  };
}

/** @param {State} state @returns {boolean} whether no token can follow: the model ended the text, or its context is full */
export function isOver({ model, chips, ended }) {
  return ended || (model !== null && chips.length >= model.contextLength);
}

/** @param {State} state @returns {number} the last position that can be shown: the next token's, or where none follows the last one's */
export function lastPosition(state) {
  return state.chips.length - (isOver(state) ? 1 : 0);
}

/** @param {Settings} a @param {Settings} b @returns {boolean} whether both draw the same */
export function sameSettings(a, b) {
  return (
    a.seed === b.seed &&
    a.stages.length === b.stages.length &&
    a.stages.every((stage, i) => stage.name === b.stages[i].name && stage.value === b.stages[i].value)
  );
}
