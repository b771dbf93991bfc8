// What a pipeline is to JavaScript: stages, what they take, and the rows that they leave.
// On the token's way beside core.js, which reads the table of stages from C; the whole API speaks of these.
// Must not know the core's memory.

/**
 * @typedef {object} Parameter which values a stage's parameter takes
 * @property {string} name `value` where the stage has only one
 * @property {number} minimum
 * @property {number} maximum
 * @property {number | null} off the value that changes nothing, if there is one
 * @property {number} usual its value where a stage does not name it
 * @property {boolean} aboveMinimum the minimum itself is not permitted
 * @property {boolean} belowMaximum the maximum itself is not permitted
 * @property {boolean} whole only integers
 *
 * @typedef {object} StageSpec what a stage is called and takes; it does nothing if every parameter that can be off is
 * @property {string} name
 * @property {Parameter[]} parameters none: the bias stage, which takes `biases`
 *
 * @typedef {[id: number, value: number]} Bias what is added to a token's logit, -100 to 100
 *
 * @typedef {{ name: string, biases?: Bias[] } & Record<string, any>} Stage one step of a pipeline, with its
 *   parameters by name: `{ name: 'top-k', value: 40 }`, `{ name: 'xtc', probability: 0.5 }`, `{ name: 'bias', biases: [[7, -5]] }`
 *
 * @typedef {object} RowFigures the distribution after a stage
 * @property {string} name `logits` for the first row: the softmax of the raw logits
 * @property {number} kept how many tokens have a place in the distribution
 * @property {number} keptMass the probability these had before they were renormalised
 * @property {number} entropy in bits
 * @property {number} limit the bound that decided, in the stage's own measure: top-k's k, top-p's p, the least probability,
 *   logit or the greatest deviation kept, XTC's uniform number, mirostat's mu; 0 where the stage is off or has none
 * @property {Uint32Array} ids the first kept tokens in rank order
 * @property {Float32Array} probs
 * @property {Float64Array} logits as they are at this stage
 * @property {number} otherCount kept tokens that are not listed
 * @property {number} otherMass and their probability
 *
 * @typedef {RowFigures & Record<string, any>} StageRow with the stage's parameters as they were set
 *
 * @typedef {object} Watched a token through all rows, whether it is listed or not
 * @property {number} id
 * @property {{ rank: number, prob: number, logit: number }[]} rows rank: from 1, among those
 *   that are left, or where it is cut among all; prob: 0 where it is cut
 */

/** "allowedLength" of "allowed-length". @param {string} name */
export function camelCase(name) {
  return name.replace(/-(.)/g, (_, letter) => letter.toUpperCase());
}

/** What errors call a stage's parameter. @param {StageSpec} spec @param {string} parameter */
export function fieldOf({ name }, parameter) {
  return parameter === 'value' ? name : `${name}.${parameter}`;
}

/** @param {Parameter} parameter @param {number} value */
export function isPermitted({ minimum, maximum, aboveMinimum, belowMaximum, whole }, value) {
  const inside = (aboveMinimum ? value > minimum : value >= minimum) && (belowMaximum ? value < maximum : value <= maximum);
  return inside && (!whole || Number.isInteger(value));
}

/** "auto, reference or simd". @param {string[]} names */
export function listed(names) {
  return names.length === 1 ? names[0] : `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`;
}
