// The sampler without a model: whoever has logits, of any program, draws from them through the same stages.
// Beside the token's way, which begins here behind the forward pass; the same worker and the same core compute.
// Must not know texts: what stands before is a list of ids.

import { Client } from './client.js';
import { LogitscopeError } from './errors.js';
import { checkIds, checkLogits, checkMu, checkSampling, checkWays, checkWhole } from './settings.js';
import { postable } from './source.js';

/**
 * @typedef {import('./stages.js').Stage} Stage
 * @typedef {import('./stages.js').StageSpec} StageSpec
 * @typedef {import('./engine.js').Sample} Sample
 *
 * @typedef {object} SampleOptions
 * @property {Stage[]} [stages] default: none
 * @property {number | bigint} [seed] default 1
 * @property {number} [position] default: how many ids there are
 * @property {ArrayLike<number>} [ids] the tokens before, which penalties and DRY read
 * @property {number | null} [mu] mirostat's bound, from the sample before; null: the first
 * @property {'none' | 'top' | 'full'} [trace] how many tokens each stage lists; default `none`
 * @property {number} [top] with trace `top`; default 50
 * @property {ArrayLike<number>} [watch] tokens to be followed through all stages
 * @property {number} [force] this token instead of the drawn one
 */

export class Sampler {
  #client;
  #specs;

  /** Use `Sampler.open`. @param {Client} client @param {StageSpec[]} specs */
  constructor(client, specs) {
    this.#client = client;
    this.#specs = specs;
  }

  /**
   * Starts a sampler.
   * @param {{ wasmUrl?: string | URL }} [options] wasmUrl: a build of the core without threads, instead of the best one
   */
  static async open({ wasmUrl } = {}) {
    const client = new Client();
    try {
      return new Sampler(client, await client.call('openSampler', { wasmUrl: wasmUrl && postable(wasmUrl) }));
    } catch (error) {
      client.stop();
      throw error;
    }
  }

  /** What each kind of stage takes. */
  get stages() {
    return this.#specs;
  }

  /**
   * Draws a token.
   * @param {ArrayLike<number>} logits 1 to 2^20 of them, by token id; minus infinity for what cannot follow
   * @param {SampleOptions & { signal?: AbortSignal }} [options]
   * @returns {Promise<Sample>}
   */
  async sample(logits, { signal, ...options } = {}) {
    return (await this.sampleAll(logits, [options], { signal }))[0];
  }

  /**
   * Draws in several ways from the same logits.
   * @param {ArrayLike<number>} logits
   * @param {SampleOptions[]} ways
   * @param {{ signal?: AbortSignal }} [options]
   * @returns {Promise<Sample[]>}
   */
  async sampleAll(logits, ways, options) {
    const checked = checkLogits(logits);
    const args = { logits: checked, ways: checkWays(ways).map((way) => this.#checked(way, checked.length)) };
    return this.#client.call('sampleLogits', args, options);
  }

  /** Ends the worker; what is pending, and every later call, rejects. */
  close() {
    this.#client.stop(new LogitscopeError('Unloaded', 'the sampler has been closed; open another one'));
  }

  /** @param {SampleOptions} options @param {number} vocab */
  #checked({ ids = [], position, mu, ...options }, vocab) {
    const text = checkIds(ids, vocab);
    return {
      ...checkSampling(options, { vocab, stages: this.#specs }, { stages: [], seed: 1n }),
      text,
      position: checkWhole(position ?? text.length, 'position', 0, 2 ** 32 - 1),
      mu: checkMu(mu),
    };
  }
}
