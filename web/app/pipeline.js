// The pipeline as the reader arranges it: stages in an order, each with its parameters.
// Beside the token's way: the instrument and the order lab change pipelines with these pure functions.
// Must not know what a stage does, except for the presets' values; limits come from the engine's specs.

/**
 * @typedef {import('../engine/index.js').Stage} Stage
 * @typedef {import('../engine/index.js').StageSpec} StageSpec
 * @typedef {import('../engine/index.js').Parameter} Parameter
 */

/** The value of a parameter, which is its usual one where none is given. @param {Stage} stage @param {Parameter} parameter @returns {number} */
export function valueOf(stage, { name, usual }) {
  return /** @type {Record<string, any>} */ (stage)[name] ?? usual;
}

/** Whether a stage changes nothing as it is set. @param {Stage} stage @param {StageSpec} spec */
export function isOff(stage, spec) {
  if (stage.name === 'bias') return (stage.biases ?? []).length === 0;
  return spec.parameters.every((parameter) => parameter.off === null || valueOf(stage, parameter) === parameter.off);
}

/** The same of a stage whose spec is among these; the model's own row has none. @param {Stage} stage @param {readonly StageSpec[]} specs */
export function isSwitchedOff(stage, specs) {
  const spec = specs.find(({ name }) => name === stage.name);
  return spec !== undefined && isOff(stage, spec);
}

/** @param {Parameter} parameter @param {number} value @returns {boolean} */
export function allowed({ minimum, maximum, aboveMinimum, belowMaximum, whole }, value) {
  if (!Number.isFinite(value) || (whole && !Number.isInteger(value))) return false;
  return (aboveMinimum ? value > minimum : value >= minimum) && (belowMaximum ? value < maximum : value <= maximum);
}

/** @param {Stage[]} stages @param {number} index @param {string} name @param {unknown} value @returns {Stage[]} */
export function withParameter(stages, index, name, value) {
  return stages.map((stage, i) => (i === index ? { ...stage, [name]: value } : stage));
}

/** @param {Stage[]} stages @param {number} from @param {number} to @returns {Stage[]} */
export function moved(stages, from, to) {
  const rest = stages.filter((_, i) => i !== from);
  return [...rest.slice(0, to), stages[from], ...rest.slice(to)];
}

/** @param {Stage[]} stages @param {number} index @returns {Stage[]} */
export function without(stages, index) {
  return stages.filter((_, i) => i !== index);
}

/** A pipeline for other tokens. @param {Stage[]} stages @returns {Stage[]} */
export function unbiased(stages) {
  return stages.map((stage) => (stage.biases ? { ...stage, biases: [] } : stage));
}

/** @param {Stage[]} a @param {Stage[]} b @returns {boolean} whether both do the same */
export function samePipeline(a, b) {
  return a.length === b.length && a.every((stage, i) => JSON.stringify(sorted(stage)) === JSON.stringify(sorted(b[i])));
}

/** @param {Stage} stage */
const sorted = (stage) => Object.entries(stage).sort(([a], [b]) => (a < b ? -1 : 1));

/** What a stage is set to when it is put in: enough to be seen. @type {Record<string, Record<string, number>>} */
const FIRST = {
  penalties: { repetition: 1.3 },
  dry: { multiplier: 0.8 },
  'top-n-sigma': { value: 1 },
  temperature: { value: 0.8 },
  'top-k': { value: 40 },
  typical: { value: 0.9 },
  'top-p': { value: 0.9 },
  'min-p': { value: 0.05 },
  epsilon: { value: 0.005 },
  eta: { value: 0.002 },
  xtc: { probability: 0.5, threshold: 0.1 },
  mirostat: { tau: 3 },
};

/** @param {string} name @returns {Stage} */
export function firstStage(name) {
  return { name, ...FIRST[name] };
}

/** Every stage cuts a little at the first look, so that there is something to see in each column. @type {Stage[]} */
export const FIRST_STAGES = [
  { name: 'temperature', value: 0.8 },
  { name: 'top-k', value: 40 },
  { name: 'top-p', value: 0.9 },
  { name: 'min-p', value: 0.05 },
];

/**
 * Named orders. Hugging Face's is that of the warpers in transformers' GenerationMixin, and of the seed document; llama.cpp's
 * and its values are the defaults of its common sampling parameters.
 * @type {Record<string, Stage[]>}
 */
export const presets = {
  first: FIRST_STAGES,
  huggingFace: [
    { name: 'temperature', value: 1 },
    { name: 'top-k', value: 50 },
    { name: 'top-p', value: 0.95 },
  ],
  llamaCpp: [
    { name: 'penalties', repetition: 1, frequency: 0, presence: 0, window: 64 },
    { name: 'dry', multiplier: 0 },
    { name: 'top-n-sigma', value: 0 },
    { name: 'top-k', value: 40 },
    { name: 'typical', value: 1 },
    { name: 'top-p', value: 0.95 },
    { name: 'min-p', value: 0.05 },
    { name: 'xtc', probability: 0, threshold: 0.1 },
    { name: 'temperature', value: 0.8 },
  ],
  greedy: [{ name: 'temperature', value: 0 }],
};

/** What the controls of a pipeline wish for, done to whoever keeps it: the instrument, the comparison, one's own logits. */
export class Arranger {
  #read;
  #write;

  /**
   * @param {() => { stages: Stage[], specs: StageSpec[] }} read
   * @param {(stages: Stage[]) => void} write
   */
  constructor(read, write) {
    this.#read = read;
    this.#write = write;
  }

  /** @param {Stage[]} stages */
  setStages(stages) {
    this.#write(stages);
  }

  /** @param {number} index of the stage @param {string} name of the parameter @param {number} value @returns {boolean} false where it is out of range */
  setParameter(index, name, value) {
    const { stages, specs } = this.#read();
    const parameter = specs.find((spec) => spec.name === stages[index]?.name)?.parameters.find((each) => each.name === name);
    if (!parameter || !allowed(parameter, value)) return false;
    this.#write(withParameter(stages, index, name, value));
    return true;
  }

  /** @param {number} index of a bias stage @param {[number, number][]} biases token and what is added to its logit */
  setBiases(index, biases) {
    this.#write(withParameter(this.#read().stages, index, 'biases', biases));
  }

  /** @param {number} from @param {number} to */
  moveStage(from, to) {
    const { stages } = this.#read();
    if (to >= 0 && to < stages.length) this.#write(moved(stages, from, to));
  }

  /** @param {string} name */
  addStage(name) {
    this.#write([...this.#read().stages, firstStage(name)]);
  }

  /** @param {number} index */
  removeStage(index) {
    this.#write(without(this.#read().stages, index));
  }
}
