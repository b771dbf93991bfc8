// A stage as one calls it: its name with the values it is set to.
// Beside the token's way: receipts and comparisons name stages like this.
// Must not know what a stage does.

import { setting } from './format.js';
import { isOff, valueOf } from './pipeline.js';
import { text } from './text/index.js';

const words = text.stages;

/** @param {string} name @returns {string} */
export function stageName(name) {
  return words.names[name] ?? name;
}

/** @param {import('./state.js').Stage} stage @param {import('./state.js').StageSpec} spec @returns {string} "Top-k 40" */
export function stageTitle(stage, spec) {
  const name = stageName(stage.name);
  if (stage.name === 'bias') return text.receipt.biasTitle(name, (stage.biases ?? []).length);
  if (isOff(stage, spec)) return text.receipt.offTitle(name);
  const values = spec.parameters.map((parameter) => setting(valueOf(stage, parameter)));
  if (values.length === 1) return text.receipt.stageTitle(name, values[0]);
  return text.receipt.stageTitles(
    name,
    spec.parameters.map(({ name: parameter }, i) => text.receipt.parameter(words.parameters[parameter] ?? parameter, values[i])),
  );
}
