// Loads a model: reads the header, plans the memory, streams the rest of the file into its place.
// Before the token's way begins: source.js -> here -> a Core with its model open, for engine.js.
// Must not know where the bytes come from, nor hold a second copy of them.

import { Core } from './core.js';
import { LogitscopeError } from './errors.js';
import { coreCount } from './platform.js';
import { openSource } from './source.js';
import { startTeam } from './team.js';

/**
 * @typedef {object} LoadOptions
 * @property {number} [contextLength] positions in the KV cache; default: the model's own, up to the next
 * @property {number} [defaultContextLength] default 2048
 * @property {number} [batch] prompt tokens computed together; default 64
 * @property {number} [textBytes] longest text to tokenize; default 262144
 * @property {string} [kernels] `auto` (default, the fastest), or a name
 * @property {number | 'auto'} [threads] that compute together; default `auto`: as many as are fastest here
 * @property {AbortSignal} [signal]
 * @property {(progress: Progress) => void} [onProgress]
 *
 * @typedef {object} Progress
 * @property {'header' | 'weights' | 'open'} phase
 * @property {number} loaded bytes so far
 * @property {number} total bytes of the file as far as the model needs it; while reading the header the
 *   size of the source, or 0 where it is unknown
 *
 * @typedef {object} ModelInfo
 * @property {string | null} name as the file says
 * @property {string | null} architecture
 * @property {string | null} license
 * @property {number} parameters
 * @property {string | null} weightType of the largest tensor
 * @property {number} ggufVersion
 * @property {number} vocab
 * @property {number} dim
 * @property {number} ffnDim
 * @property {number} layers
 * @property {number} heads
 * @property {number} kvHeads
 * @property {number} headDim
 * @property {number} contextLength positions in the KV cache
 * @property {number} trainedContextLength positions that the model was trained for
 * @property {number} headerBytes
 * @property {number} fileBytes
 * @property {number} memoryBytes everything included
 * @property {boolean} hasWeights false for a vocabulary: it can only tokenize
 * @property {number} drawVersion
 * @property {number} maxStages a pipeline may have
 * @property {import('./stages.js').StageSpec[]} stages
 */

const FIRST_READ = 1 << 16;
const MOST_THREADS = 8; // memory is the limit long before

/** Bytes out of chunks, asked for by the piece. */
class ByteReader {
  #chunks;
  /** @type {Uint8Array} */
  #chunk = new Uint8Array();

  /** @param {AsyncIterable<Uint8Array>} chunks */
  constructor(chunks) {
    this.#chunks = chunks[Symbol.asyncIterator]();
  }

  /**
   * Puts what is at hand into `target`, one chunk at most.
   * @param {Uint8Array} target
   * @returns {Promise<number>} how many bytes; 0 only at the end
   */
  async readSome(target) {
    while (this.#chunk.length === 0) {
      const { done, value } = await this.#chunks.next();
      if (done) return 0;
      this.#chunk = value;
    }
    const part = this.#chunk.subarray(0, target.length);
    target.set(part);
    this.#chunk = this.#chunk.subarray(part.length);
    return part.length;
  }

  async close() {
    await this.#chunks.return?.();
  }
}

/** A file whose header has been read into the memory of a small core. */
class Header {
  have = 0;

  /** @param {Core} core @param {ByteReader} reader @param {number | null} size */
  constructor(core, reader, size) {
    this.core = core;
    this.reader = reader;
    this.size = size;
  }

  /**
   * Reads on until the header is whole. It is tried anew only when the bytes have doubled, so that a
   * long one costs no more than twice its parsing; memory grows no faster than bytes arrive.
   * @param {LoadOptions} options
   */
  async read({ signal, onProgress }) {
    const { core, reader } = this;
    for (let want = FIRST_READ; ; want *= 2) {
      core.reserve(core.fileAt + want);
      let read = -1;
      while (this.have < want && read !== 0) {
        read = await reader.readSome(core.bytes(core.fileAt + this.have, want - this.have));
        signal?.throwIfAborted();
        this.have += read;
        onProgress?.({ phase: 'header', loaded: this.have, total: this.size ?? 0 });
      }
      if (core.inspect(this.have, read === 0)) return;
    }
  }

  /**
   * What the model is and needs, by the header alone.
   * @param {LoadOptions} options
   */
  plan({ contextLength, defaultContextLength = 2048, batch = 64, textBytes = 262144, kernels = 'auto', threads = 'auto' }) {
    const { core, size } = this;
    const trainedContextLength = core.port.context;
    const context = contextLength ?? Math.min(trainedContextLength, defaultContextLength);
    const most = threads === 'auto' ? Math.min(coreCount(), MOST_THREADS) : threads;
    const settings = { context, batch, threads: core.build.shared ? most : 1, kernels, textBytes };
    const memoryBytes = core.plan(settings);
    const info = { ...describe(core), contextLength: context, trainedContextLength, memoryBytes };
    if (size !== null && size < info.fileBytes) throw tooShort(size, info.fileBytes);
    return { info, settings };
  }
}

/** @param {Core} core */
function describe(core) {
  const { port } = core;
  return {
    name: core.text('name'),
    architecture: core.text('architecture'),
    license: core.text('license'),
    parameters: port.parameters,
    weightType: core.weightType,
    ggufVersion: port.gguf_version,
    vocab: port.vocab,
    dim: port.dim,
    ffnDim: port.ffn_dim,
    layers: port.n_layers,
    heads: port.n_heads,
    kvHeads: port.n_kv_heads,
    headDim: port.head_dim,
    headerBytes: port.header_bytes,
    fileBytes: port.file_bytes,
    hasWeights: port.has_weights !== 0,
    drawVersion: core.drawVersion,
    stages: core.stageSpecs,
    maxStages: core.port.max_stages,
  };
}

/** @param {number} end @param {number} needed */
function tooShort(end, needed) {
  return new LogitscopeError(
    'BadModel',
    `the file ends at byte ${end}, its tensors need ${needed}; the download was cut short: load it again`,
  );
}

/**
 * Opens a source, hands its header to `use`, and closes it whatever happens.
 * @template Result
 * @param {import('./builds.js').Build} build
 * @param {Parameters<typeof openSource>[0]} source
 * @param {LoadOptions} options
 * @param {(header: Header) => Result | Promise<Result>} use
 * @returns {Promise<Result>}
 */
async function withHeader(build, source, options, use) {
  options.signal?.throwIfAborted();
  const { size, chunks } = await openSource(source, options.signal);
  const reader = new ByteReader(chunks);
  try {
    const header = new Header(new Core(build), reader, size);
    await header.read(options);
    return await use(header);
  } finally {
    await reader.close();
  }
}

/**
 * Reads the header only.
 * @param {import('./builds.js').Build} build
 * @param {Parameters<typeof openSource>[0]} source
 * @param {LoadOptions} [options]
 * @returns {Promise<ModelInfo>}
 */
export function probe(build, source, options = {}) {
  return withHeader(build, source, options, (header) => {
    const { info } = header.plan(options);
    if (info.memoryBytes > 2 ** 32) new Core(build, info.memoryBytes); // says what is wrong
    return info;
  });
}

/**
 * Loads a model. The memory is allocated once, when the header has said how much is needed, and the
 * file is written straight into it.
 * @param {import('./builds.js').Build} build
 * @param {Parameters<typeof openSource>[0]} source
 * @param {LoadOptions} [options]
 * @returns {Promise<{ core: Core, info: ModelInfo & { hash: string, kernels: string, threads: number, bos: number | null, eos: number | null } }>}
 */
export function load(build, source, options = {}) {
  return withHeader(build, source, options, async (header) => {
    const { info, settings } = header.plan(options);
    const { signal, onProgress } = options;
    const total = info.fileBytes;
    const core = new Core(build, info.memoryBytes);
    const file = core.bytes(core.fileAt, total);

    let loaded = Math.min(header.have, total);
    file.set(header.core.bytes(header.core.fileAt, loaded));
    core.open(loaded, total, settings);
    onProgress?.({ phase: 'weights', loaded, total });
    while (loaded < total) {
      const read = await header.reader.readSome(file.subarray(loaded));
      signal?.throwIfAborted();
      if (read === 0) throw tooShort(loaded, total);
      loaded += read;
      core.arrive(loaded);
      onProgress?.({ phase: 'weights', loaded, total });
    }
    onProgress?.({ phase: 'open', loaded, total });
    core.arrive(loaded);
    const kernels = core.kernelNames[core.kernelsIndex(settings.kernels)];
    const threads = await startTeam(core, settings.threads, options.threads === undefined || options.threads === 'auto');
    return { core, info: { ...info, hash: core.fileHash, kernels, threads, bos: core.idOf('bos'), eos: core.idOf('eos') } };
  });
}
