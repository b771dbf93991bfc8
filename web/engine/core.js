// The WebAssembly core as JavaScript: its exports as small methods, its numbers as a live object.
// On the token's way: what engine.js calls is done by src/wasm.c, through this file alone.
// Must not know sessions, sources or workers; names and layouts come from C, none is written here.

import { LogitscopeError, rangeError } from './errors.js';
import { camelCase, fieldOf, isPermitted, listed } from './stages.js';
import { decodeUtf8 } from './utf8.js';

/**
 * @typedef {import('./stages.js').Parameter} Parameter
 * @typedef {import('./stages.js').StageSpec} StageSpec
 * @typedef {import('./stages.js').Stage} Stage
 * @typedef {import('./stages.js').StageRow} StageRow
 * @typedef {import('./stages.js').Watched} Watched
 *
 * @typedef {object} Turn what a token is drawn with besides logits and pipeline
 * @property {bigint} seed
 * @property {number} position
 * @property {Uint32Array} [text] the tokens before
 * @property {number | null} [mu] mirostat's bound; null: the first
 * @property {number} [force] this token instead of the drawn one
 *
 * @typedef {object} Draw
 * @property {number} id
 * @property {number} logprob natural logarithm of the model's own probability of the token
 * @property {number} entropy of the model's own distribution, in bits
 * @property {number} u the uniform number that chose the token
 * @property {number | null} mu mirostat's bound for the next token; null where it is not on
 */

const PAGE = 65536;
const MAX_BYTES = 2 ** 32;
const FIRST_BYTES = 2 ** 21; // enough for everything static
const STACK = 2 ** 16; // of a helping thread
const NO_TEXT = new Uint32Array();

export class Core {
  /** The live values of the `port` in src/wasm.c. @type {Record<string, number>} */
  port = {};
  #wasm;
  #memory;
  /** The pipeline of the last sample. @type {Stage[]} */
  #stages = [];
  #u8 = new Uint8Array();
  #u32 = new Uint32Array();
  #f32 = new Float32Array();
  #f64 = new Float64Array();

  /**
   * An instance of the core with a memory of its own.
   * @param {import('./builds.js').Build} build
   * @param {number} [bytes] of memory, for good; without it there is little, and `reserve` gives more
   */
  constructor(build, bytes) {
    const { module, shared } = build;
    this.build = build;
    const first = Math.max(bytes ?? 0, FIRST_BYTES);
    // A build with threads asks for a memory whose limit is its own.
    this.#memory = newMemory(first, bytes === undefined || shared ? MAX_BYTES : first, shared);
    const instance = new WebAssembly.Instance(module, { env: { memory: this.#memory } });
    this.#wasm = /** @type {Record<string, (...args: number[]) => number>} */ (instance.exports);
    this.#wasm._initialize?.();
    this.#bindMemory();
    this.#bindPort(this.#wasm.port_open(), this.#wasm.port_fields());

    this.statusNames = this.#names(this.#wasm.status_name);
    this.kernelNames = this.#names(this.#wasm.kernels_name);
    this.stageNames = this.#names(this.#wasm.stage_name);
    /** What each kind of stage takes; the first, the raw logits, belongs in no pipeline. */
    this.stageSpecs = this.stageNames.slice(1).map((name, i) => this.#stageSpec(name, i + 1));
    this.drawVersion = this.#wasm.draw_version();
  }

  // ---- memory ----

  #bindMemory() {
    const { buffer } = this.#memory;
    this.#u8 = new Uint8Array(buffer);
    this.#u32 = new Uint32Array(buffer);
    this.#f32 = new Float32Array(buffer);
    this.#f64 = new Float64Array(buffer);
  }

  /** Gives `port` a getter for every field that C lists as {name, offset, is_double}.
   * @param {number} port @param {number} fields */
  #bindPort(port, fields) {
    for (let at = fields / 4; this.#u32[at] !== 0; at += 3) {
      const [name, offset, isDouble] = this.#u32.subarray(at, at + 3);
      const address = port + offset;
      const get = isDouble ? () => this.#f64[address / 8] : () => this.#u32[address / 4];
      Object.defineProperty(this.port, this.#cString(name), { get, enumerable: true });
    }
  }

  /** Where the file's bytes begin. */
  get fileAt() {
    return align(this.port.heap);
  }

  get memoryBytes() {
    return this.#memory.buffer.byteLength;
  }

  /** For threads that compute on it too. */
  get memory() {
    return this.#memory;
  }

  /**
   * A view of memory. It ends with the next `reserve`, where there is one.
   * @param {number} at
   * @param {number} n
   */
  bytes(at, n) {
    return this.#u8.subarray(at, at + n);
  }

  /** Sees that memory reaches to `bytes`. @param {number} bytes */
  reserve(bytes) {
    const missing = Math.ceil((bytes - this.memoryBytes) / PAGE);
    if (missing <= 0) return;
    try {
      this.#memory.grow(missing);
    } catch (error) {
      throw outOfMemory(bytes, error);
    }
    this.#bindMemory();
  }

  /** @param {number} at */
  #cString(at) {
    return decodeUtf8(this.#u8.subarray(at, this.#u8.indexOf(0, at)));
  }

  /** Every name that an export knows, from index 0. @param {(index: number) => number} nameAt */
  #names(nameAt) {
    const names = [];
    for (let at; (at = nameAt(names.length)); ) names.push(this.#cString(at));
    return names;
  }

  /** @param {string} name @param {number} kind @returns {StageSpec} */
  #stageSpec(name, kind) {
    /** @type {Parameter[]} */
    const parameters = [];
    for (let at; (at = this.#wasm.parameter(kind, parameters.length)); ) {
      const { minimum, maximum, off, usual, above_minimum, below_maximum, whole } = this.port;
      parameters.push({
        name: camelCase(this.#cString(at)),
        minimum,
        maximum,
        off: Number.isNaN(off) ? null : off,
        usual,
        aboveMinimum: above_minimum !== 0,
        belowMaximum: below_maximum !== 0,
        whole: whole !== 0,
      });
    }
    return { name, parameters };
  }

  /**
   * Throws the core's last error unless the status is OK.
   * @param {number} status
   * @param {[field: string, range: unknown, value: unknown]} setting what a RangeError would be about
   */
  #check(status, ...setting) {
    if (status !== 0) this.#fail(status, this.#cString(this.port.message), ...setting);
  }

  /**
   * @param {number} status
   * @param {string} message
   * @param {[field: string, range: unknown, value: unknown]} setting
   * @returns {never}
   */
  #fail(status, message, ...setting) {
    const name = this.statusNames[status];
    if (name === 'RangeError') throw rangeError(message, ...setting);
    throw new LogitscopeError(/** @type {any} */ (name), message);
  }

  // ---- loading ----

  /**
   * Reads the header from the first `have` bytes of a file, which lie at `fileAt`.
   * @param {number} have
   * @param {boolean} isAll the file has no more
   * @returns {boolean} whether that was all of the header
   */
  inspect(have, isAll) {
    const status = this.#wasm.inspect(this.fileAt, have);
    if (this.statusNames[status] === 'NeedMore') {
      if (!isAll) return false;
      throw new LogitscopeError('BadModel', this.#cString(this.port.message));
    }
    this.#check(status, 'source', null, null);
    return true;
  }

  /**
   * What a caller chooses, as the core takes it.
   * @typedef {object} Settings
   * @property {number} context positions in the KV cache
   * @property {number} batch prompt tokens a call
   * @property {number} threads that compute together
   * @property {string} kernels name of a kernel set; `auto` is the fastest
   * @property {number} textBytes longest text to tokenize
   */

  /** @param {Settings} settings */
  #plan({ context, batch, threads, kernels, textBytes }) {
    return this.#wasm.plan(context, batch, threads, this.kernelsIndex(kernels), textBytes);
  }

  /**
   * After inspect: the bytes of memory that the whole model needs, everything included.
   * @param {Settings} settings
   */
  plan(settings) {
    const { context, batch } = settings;
    const range = [1, this.port.context];
    if (context > this.port.context) this.#check(this.#plan({ ...settings, batch: 1 }), 'contextLength', range, context);
    this.#check(this.#plan(settings), 'batch', [1, 65536], batch);
    const stacks = (settings.threads - 1) * STACK;
    return align(align(this.fileAt + this.port.file_bytes) + this.port.workspace_bytes) + stacks;
  }

  /**
   * Opens a file of which the first bytes, the whole header among them, lie at `fileAt`.
   * @param {number} have
   * @param {number} fileBytes
   * @param {Settings} settings as planned
   */
  open(have, fileBytes, { context, batch, threads, kernels, textBytes }) {
    const workspace = align(this.fileAt + fileBytes);
    const status = this.#wasm.open(
      this.fileAt, have, workspace, this.memoryBytes - workspace - (threads - 1) * STACK, context, batch, threads, this.kernelsIndex(kernels), textBytes,
    );
    this.#check(status, 'contextLength', null, context);
  }

  /** Where the stack of a helping thread begins, downwards from the end of memory. @param {number} thread from 1 */
  stackOf(thread) {
    return this.memoryBytes - (thread - 1) * STACK;
  }

  /** @param {number} threads that compute together from now on, at most as many as planned */
  useThreads(threads) {
    this.#wasm.use_threads(threads);
  }

  /** Takes note of the file's first `have` bytes, and lays out the weights that are complete. @param {number} have */
  arrive(have) {
    this.#check(this.#wasm.arrive(have), 'source', null, null);
  }

  /**
   * Reads the file's bytes once, as the weights of a token are read: for measuring.
   * @returns {number} how many bytes
   */
  readFile() {
    return this.#wasm.read(this.fileAt, this.port.file_bytes);
  }

  /** @param {string} name of a kernel set; `auto` is the fastest */
  kernelsIndex(name) {
    const index = name === 'auto' ? this.kernelNames.length - 1 : this.kernelNames.indexOf(name);
    if (index < 0) {
      const known = ['auto', ...this.kernelNames];
      throw rangeError(`kernels is "${name}", expected ${listed(known)}`, 'kernels', known, name);
    }
    return index;
  }

  /** What a metadata string says, or null: `architecture`, `name` or `license`. @param {string} field */
  text(field) {
    const at = this.port[field];
    return at ? decodeUtf8(this.#u8.subarray(at, at + this.port[`${field}_bytes`])) : null;
  }

  /** The model's special token, or null. @param {'bos' | 'eos'} field */
  idOf(field) {
    return this.port[field] === this.port.no_token ? null : this.port[field];
  }

  /** @returns {string | null} */
  get weightType() {
    const name = this.#wasm.tensor_type_name(this.port.weight_type);
    return this.port.has_weights && name ? this.#cString(name) : null;
  }

  // ---- tokens ----

  /**
   * Encodes a text. BOS and a space before it are only put where the model wants them.
   * @param {string | Uint8Array} text
   * @param {{ bos?: boolean, special?: boolean, prefix?: boolean }} [options]
   */
  tokenize(text, { bos = true, special = false, prefix = true } = {}) {
    const bytes = typeof text === 'string' ? new TextEncoder().encode(text) : text;
    const { text: at, text_capacity: capacity } = this.port;
    if (bytes.length <= capacity) this.#u8.set(bytes, at); // a longer one is refused there
    const status = this.#wasm.tokenize(bytes.length, Number(bos), Number(special), Number(prefix));
    this.#check(status, 'text', [0, capacity], bytes.length);
    return this.#u32.slice(this.port.ids / 4, this.port.ids / 4 + this.port.count);
  }

  /**
   * The raw bytes of a token; none for a control token.
   * @param {number} id
   */
  tokenBytes(id) {
    this.#check(this.#wasm.token_bytes(id), 'id', [0, this.port.vocab - 1], id);
    return this.#u8.slice(this.port.text, this.port.text + this.port.count);
  }

  /**
   * A token for display: its spelling in the vocabulary, its bytes, its type.
   * @param {number} id
   */
  token(id) {
    const bytes = this.tokenBytes(id);
    const { piece, piece_bytes: n, token_type: type } = this.port;
    const typeName = this.#wasm.token_type_name(type);
    return {
      id,
      piece: decodeUtf8(this.#u8.subarray(piece, piece + n)),
      bytes,
      text: decodeUtf8(bytes),
      type: typeName ? this.#cString(typeName) : 'normal',
    };
  }

  /** Whether a drawn token ends the text. @param {number} id */
  endsText(id) {
    return this.#wasm.ends_text(id) !== 0;
  }

  /** Whether decoding a text takes one leading space off. */
  get stripsSpace() {
    return this.#wasm.strips_space() !== 0;
  }

  // ---- a step ----

  /**
   * Computes tokens at `position` and after.
   * @param {Uint32Array} ids
   * @param {number} position
   */
  forward(ids, position) {
    this.#u32.set(ids, this.port.ids / 4);
    this.#check(this.#wasm.forward(ids.length, position), 'ids', [0, this.port.vocab - 1], ids);
  }

  /**
   * Computes the logits after token `row` of the last forward.
   * @param {number} row
   */
  computeLogits(row) {
    this.#check(this.#wasm.logits(row), 'row', null, row);
  }

  /** The logits in memory, as a view. */
  get logits() {
    return this.#f32.subarray(this.port.logits / 4, this.port.logits / 4 + this.port.vocab);
  }

  /** Takes logits of a caller's, with no model. @param {Float32Array} logits as many as the sampler was opened for */
  writeLogits(logits) {
    this.#f32.set(logits, this.port.logits / 4);
    this.#wasm.logits_written();
  }

  /** Folds the logits into the hash. */
  hashLogits() {
    this.#wasm.hash_logits();
  }

  /** The hash so far, 16 hexadecimal digits. */
  get hash() {
    return hexadecimal(this.port.hash_high, this.port.hash_low);
  }

  /** A hash over the file, once it is there: FNV-1a over its 64-bit words, 16 hexadecimal digits. */
  get fileHash() {
    return hexadecimal(this.port.file_hash_high, this.port.file_hash_low);
  }

  /** A stage's parameters by name, those it does not name at their usual value. @param {Stage} stage */
  #parameters(stage) {
    const spec = this.stageSpecs.find(({ name }) => name === stage.name);
    return spec ? spec.parameters.map(({ name, usual }) => /** @type {[string, number]} */ ([name, stage[name] ?? usual])) : [];
  }

  /** @param {Stage[]} stages */
  #writeStages(stages) {
    const { max_stages: most, max_parameters: width, stage_kinds: kinds, stage_values: values } = this.port;
    stages.slice(0, most).forEach((stage, i) => {
      this.#u32[kinds / 4 + i] = Math.max(this.stageNames.indexOf(stage.name), 0);
      this.#parameters(stage).forEach(([, value], j) => (this.#f64[values / 8 + width * i + j] = value));
    });
  }

  /** @param {Stage[]} stages @returns how many biases their lists have together */
  #writeBiases(stages) {
    const { max_biases: most, bias_stages, bias_ids, bias_values } = this.port;
    const all = stages.flatMap(({ biases = [] }, stage) => biases.map(([id, value]) => ({ stage, id, value })));
    all.slice(0, most).forEach(({ stage, id, value }, i) => {
      this.#u32[bias_stages / 4 + i] = stage;
      this.#u32[bias_ids / 4 + i] = id;
      this.#f64[bias_values / 8 + i] = value;
    });
    return all.length;
  }

  /** @param {Stage[]} stages @returns {[string, unknown, unknown]} what a RangeError is about */
  #badStage(stages) {
    const { max_bias: most } = this.port;
    const bias = stages.flatMap(({ biases = [] }) => biases).find(([, value]) => !(Math.abs(value) <= most));
    if (bias) return ['bias', [-most, most], bias[1]];
    for (const stage of stages) {
      const spec = this.stageSpecs.find(({ name }) => name === stage.name);
      if (!spec) return [stage.name, undefined, undefined];
      const bad = spec.parameters.find((parameter) => !isPermitted(parameter, stage[parameter.name] ?? parameter.usual));
      if (bad) return [fieldOf(spec, bad.name), [bad.minimum, bad.maximum], stage[bad.name]];
    }
    return ['stages', [0, this.port.max_stages], stages.length];
  }

  /**
   * Throws a RangeError unless the pipeline can be run. Needs no model.
   * @param {Stage[]} stages
   */
  checkStages(stages) {
    this.#writeStages(stages);
    this.#check(this.#wasm.check_stages(stages.length, this.#writeBiases(stages)), ...this.#badStage(stages));
  }

  /**
   * Makes room for sampling without a model.
   * @param {number} vocab how many logits there are
   * @param {number} textLength tokens of the text before, at most
   */
  openSampler(vocab, textLength) {
    this.#wasm.plan_sampler(vocab, textLength);
    const { workspace_bytes: bytes } = this.port;
    this.reserve(this.fileAt + bytes);
    this.#wasm.open_sampler(vocab, textLength, this.fileAt, bytes);
  }

  /**
   * Runs the logits through the pipeline and draws a token, or takes the one that is forced.
   * @param {Stage[]} stages
   * @param {Turn} turn
   * @returns {Draw}
   */
  sample(stages, { seed, position, text = NO_TEXT, mu, force = this.port.no_token }) {
    this.#stages = stages;
    this.#writeStages(stages);
    const biases = this.#writeBiases(stages);
    this.#u32.set(text, this.port.ids / 4);
    const low = Number(seed & 0xffffffffn);
    const status = this.#wasm.sample(stages.length, biases, text.length, low, Number(seed >> 32n), position, mu ?? NaN, force);
    if (status !== 0) {
      const message = this.#cString(this.port.message);
      this.checkStages(stages); // names the stage if it is one
      this.#fail(status, message, 'ids', [0, this.port.vocab - 1], null); // of the text, a bias or forced
    }
    const { token: id, logprob, entropy, u, mu: next } = this.port;
    return { id, logprob, entropy, u, mu: Number.isNaN(next) ? null : next };
  }

  /**
   * Every row of the last sample's trace, each with its first `n` tokens.
   * @param {number} n
   */
  trace(n) {
    return Array.from({ length: this.port.n_rows }, (_, i) => this.#row(i, n));
  }

  /** @param {number} index @param {number} n @returns {StageRow} */
  #row(index, n) {
    this.#wasm.row(index, n);
    const { row_listed: listed, row_kept: kept, listed_ids, listed_probs, listed_logits } = this.port;
    const stage = index === 0 ? { name: this.stageNames[0] } : this.#stages[index - 1];
    return {
      name: stage.name,
      ...(stage.biases && { biases: stage.biases }),
      ...Object.fromEntries(this.#parameters(stage)),
      kept,
      keptMass: this.port.row_kept_mass,
      entropy: this.port.row_entropy,
      limit: this.port.row_limit,
      ids: this.#u32.slice(listed_ids / 4, listed_ids / 4 + listed),
      probs: this.#f32.slice(listed_probs / 4, listed_probs / 4 + listed),
      logits: this.#f64.slice(listed_logits / 8, listed_logits / 8 + listed),
      otherCount: kept - listed,
      otherMass: kept === listed ? 0 : Math.max(0, 1 - this.port.row_listed_mass),
    };
  }

  /**
   * Tokens through every row of the last sample's trace.
   * @param {ArrayLike<number>} ids below the vocabulary's end
   * @returns {Watched[]}
   */
  watched(ids) {
    const row = (/** @type {number} */ id, /** @type {number} */ index) => {
      this.#wasm.row_token(index, id);
      return { rank: this.port.token_rank + 1, prob: this.port.token_prob, logit: this.port.token_logit };
    };
    return Array.from(ids, (id) => ({ id, rows: Array.from({ length: this.port.n_rows }, (_, index) => row(id, index)) }));
  }
}

// ---- small things ----

/** Rounds an address up to a multiple of 64. @param {number} address */
function align(address) {
  return Math.ceil(address / 64) * 64;
}

/** @param {number[]} halves of 64 bits, the higher first */
function hexadecimal(...halves) {
  return halves.map((half) => half.toString(16).padStart(8, '0')).join('');
}

/** @param {number} bytes @param {number} mostBytes @param {boolean} shared */
function newMemory(bytes, mostBytes, shared) {
  if (bytes > MAX_BYTES) throw outOfMemory(bytes);
  try {
    return new WebAssembly.Memory({ initial: Math.ceil(bytes / PAGE), maximum: Math.ceil(mostBytes / PAGE), shared });
  } catch (error) {
    throw outOfMemory(bytes, error);
  }
}

/** @param {number} bytes @param {unknown} [cause] */
function outOfMemory(bytes, cause) {
  const needed = `the model needs ${(bytes / 2 ** 30).toFixed(2)} GiB of memory`;
  const why = bytes > MAX_BYTES ? 'WebAssembly has 4 GiB' : 'there is not that much';
  return new LogitscopeError('OutOfMemory', `${needed}, ${why}; choose a smaller model, a shorter context or a shorter text`, { cause });
}
