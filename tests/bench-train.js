// Measures training: tokens per second of the trainer beside PyTorch's, and both beside the machine's peak.
// make bench-train; a table to the terminal, everything to build/bench-train.json.
// Must not compare different computations: both train on the same numbers, and their losses must agree.

import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { commit, cores, machine, median, root } from './helpers/measure.js';
import { seededRandom } from './helpers/random-model.js';

// The model that ships; the names are options of the trainer.
const SHAPE = { vocab: 4096, dim: 256, layers: 5, heads: 8, 'kv-heads': 4, hidden: 704, context: 512 };
const RECIPE = { batch: 8, lr: 3e-4, decay: 0.1, beta2: 0.95, clip: 1 };
const STEPS = 12;
const WARM_UP = 2; // of these steps are not counted
const ROUNDS = 3;
const TOKENS = RECIPE.batch * SHAPE.context; // a step
const PYTHON = '/usr/bin/python3'; // Debian's, for which Debian's PyTorch is

/** @typedef {'fp32' | 'bf16'} Precision */
/** @type {Record<Precision, number>} how far two losses of the same step may be apart, in nats */
const TOLERANCE = { fp32: 1e-5, bf16: 5e-3 };

// What made PyTorch faster where it was tried: to be asked to use AVX-512, to keep its memory between operations (the
// page faults of large tensors were 43 % of its processor time), and waiting threads that leave the cores to OpenBLAS's.
const isWide = /\bavx512vl\b/.test(spawnSync('lscpu', { encoding: 'utf8' }).stdout ?? '');
const PYTORCH_ENV = {
  OMP_WAIT_POLICY: 'passive', MALLOC_MMAP_MAX_: '0', MALLOC_TRIM_THRESHOLD_: '100000000000', MALLOC_TOP_PAD_: '1000000000',
  MALLOC_ARENA_MAX: '1', ...(isWide ? { ATEN_CPU_CAPABILITY: 'avx512' } : {}),
};
const env = { ...process.env };
delete env.OPENBLAS_CORETYPE; // OpenBLAS knows the processor best
delete env.OPENBLAS_L2_SIZE;

const folder = mkdtempSync(join(tmpdir(), 'logitscope-bench-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
const inputs = join(folder, 'inputs.bin');

/** @param {Record<string, unknown>} options */
const flags = (options) => Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]);

/** @param {string} program @param {string[]} args @param {NodeJS.ProcessEnv} more @returns what it printed */
function run(program, args, more = {}) {
  const { status, stdout, stderr, error } = spawnSync(program, args, { cwd: root, encoding: 'utf8', env: { ...env, ...more } });
  if (status !== 0) throw new Error(`${program} failed: ${error?.message ?? stderr}`);
  return stdout;
}

/** @param {string} out @param {Record<string, unknown>} options */
const train = (out, options) => run('build/train/train', flags({
  data: folder, out, ...SHAPE, ...RECIPE, warmup: 0, 'final-lr': 1, dropout: 0, 'log-every': 1, 'save-every': 1e6, 'validate-every': 1e6, ...options,
}), { OMP_WAIT_POLICY: 'passive' }); // as model/Makefile has it

/** @typedef {{ losses: number[], tokensPerSecond: number }} Run */

/** @param {number[]} losses @param {number[]} seconds @returns {Run} */
const counted = (losses, seconds) =>
  ({ losses, tokensPerSecond: (STEPS - WARM_UP) * TOKENS / seconds.slice(WARM_UP).reduce((a, b) => a + b) });

/** @param {Precision} precision */
function ours(precision) {
  const out = join(folder, 'run');
  mkdirSync(out, { recursive: true });
  copyFileSync(join(folder, 'start/checkpoint.bin'), join(out, 'checkpoint.bin'));
  train(out, { precision, steps: STEPS });
  const [names, ...rows] = readFileSync(join(out, 'log.csv'), 'utf8').trim().split('\n').map((line) => line.split(','));
  const column = (/** @type {string} */ name) => rows.map((row) => Number(row[names.indexOf(name)]));
  return counted(column('loss'), column('tokens_per_second').map((rate) => TOKENS / rate));
}

// Two ways to use the cores: threads inside each product, or, as ours, a share of the batch for every core.
const WAYS = cores > 1 && RECIPE.batch % cores === 0 ? [1, cores] : [1];
let pytorchVersion = '';

/** @param {Precision} precision @param {number} workers */
function pytorch(precision, workers) {
  const settings = { shape: SHAPE, ...RECIPE, workers, cores, parameters, inputs, precision };
  const more = { ...PYTORCH_ENV, ...(workers > 1 ? { OPENBLAS_NUM_THREADS: '1' } : {}) };
  const { losses, seconds, version, build } = JSON.parse(run(PYTHON, ['tests/bench_train.py', JSON.stringify(settings)], more));
  pytorchVersion = `PyTorch ${version} (oneDNN ${/MKL-DNN v([\d.]+)/.exec(build)?.[1] ?? 'none'})`;
  return counted(losses, seconds);
}

/** The same computation, or an error. @param {string} what @param {Run} run @param {Run} reference @param {number} tolerance */
function mustAgree(what, { losses }, reference, tolerance) {
  for (let i = 0; i < STEPS; i++) {
    if (!(Math.abs(losses[i] - reference.losses[i]) <= tolerance)) {
      throw new Error(`${what} computes something else: the loss of step ${i + 1} is ${losses[i]}, ours in fp32 ${reference.losses[i]}`);
    }
  }
}

/** One long document, so that no sequence has a boundary to attend across: made words, the more frequent the lower. */
function writeTexts() {
  const random = seededRandom(1);
  const pick = (/** @type {ArrayLike<string>} */ list) => list[Math.floor(random() * list.length)];
  const word = () => Array.from({ length: 1 + Math.floor(4 * random()) }, () => pick('bcdfghklmnprstvwz') + pick('aeiou')).join('');
  const words = Array.from({ length: 3000 }, word);
  const text = Array.from({ length: 60000 }, () => words[Math.floor(words.length * random() ** 2)]).join(' ');
  writeFileSync(join(folder, 'train.txt'), text);
  writeFileSync(join(folder, 'validation.txt'), words[0]);
}

// ---- the machine ----

const qkv = SHAPE.dim * (1 + 2 * SHAPE['kv-heads'] / SHAPE.heads);
// Products of one sequence: n, in, out, and how often. transformer.c takes the head by 128 rows.
const PRODUCTS = [
  [SHAPE.context, SHAPE.dim, qkv, SHAPE.layers],
  [SHAPE.context, SHAPE.dim, SHAPE.dim, SHAPE.layers],
  [SHAPE.context, SHAPE.dim, 2 * SHAPE.hidden, SHAPE.layers],
  [SHAPE.context, SHAPE.hidden, SHAPE.dim, SHAPE.layers],
  [128, SHAPE.dim, SHAPE.vocab, SHAPE.context / 128],
];
const LARGE = ['1024,1024,1024', '2048,2048,2048'];

// A weight is multiplied with once on the way forth and twice on the way back; so is every query with the keys up
// to its own, and their weights with the values.
const weights = PRODUCTS.reduce((sum, [n, inner, out, times]) => sum + inner * out * times * n / SHAPE.context, 0);
const flopPerToken = 2 * 3 * weights + 2 * 3 * SHAPE.layers * 2 * SHAPE.dim * (SHAPE.context + 1) / 2;
const parameters = weights + (2 * SHAPE.layers + 1) * SHAPE.dim; // and the norms

const size = (/** @type {number[]} */ [n, inner, out]) => `${n},${inner},${out}`;
const measured = run('build/bench/products', [String(cores), ...PRODUCTS.map(size), ...LARGE]).trim().split('\n').map((line) => {
  const [shape, library, precision, forward, backward] = line.split('\t');
  return { shape, library, precision, forward: Number(forward), backward: Number(backward) };
});
const peak = (/** @type {string} */ precision) => Math.max(...measured
  .filter((row) => row.precision === precision && LARGE.includes(row.shape)).flatMap((row) => [row.forward, row.backward]));

/** GFLOP/s over all products of the model. @param {string} library @param {string} precision @param {'forward' | 'backward'} direction */
function overall(library, precision, direction) {
  let flop = 0;
  let seconds = 0;
  for (const product of PRODUCTS) {
    const [n, inner, out, times] = product;
    const row = measured.find((r) => r.shape === size(product) && r.library === library && r.precision === precision);
    flop += n * inner * out * times;
    seconds += n * inner * out * times / (row?.[direction] ?? NaN);
  }
  return flop / seconds;
}
const libraries = measured.filter(({ shape }) => shape === LARGE[0]).map(({ library, precision }) =>
  ({ library, precision, forward: overall(library, precision, 'forward'), backward: overall(library, precision, 'backward') }));

// ---- training ----

writeTexts();
train(join(folder, 'start'), { steps: 0 });
run('build/bench/inputs', [join(folder, 'start/checkpoint.bin'), join(folder, 'train.txt'), String(STEPS), String(RECIPE.batch), inputs]);

const hasPytorch = spawnSync(PYTHON, ['-c', 'import torch, numpy']).status === 0;
/** @type {Precision[]} */
const precisions = libraries.some(({ precision }) => precision === 'bf16') ? ['fp32', 'bf16'] : ['fp32'];

// The first round warms up, checks, and finds PyTorch's better way.
const reference = ours('fp32');
const ways = precisions.map((precision) => {
  mustAgree(`our ${precision}`, ours(precision), reference, TOLERANCE[precision]);
  const tried = (hasPytorch ? WAYS : []).map((workers) => {
    const result = pytorch(precision, workers);
    mustAgree(`PyTorch's ${precision}`, result, reference, TOLERANCE[precision]);
    return { workers, tokensPerSecond: result.tokensPerSecond };
  });
  const best = [...tried].sort((a, b) => b.tokensPerSecond - a.tokensPerSecond)[0];
  return { precision, tried, workers: best?.workers, ours: /** @type {number[]} */ ([]), pytorch: /** @type {number[]} */ ([]) };
});
for (let round = 0; round < ROUNDS; round++) {
  for (const way of ways) {
    way.ours.push(ours(way.precision).tokensPerSecond);
    if (way.workers) way.pytorch.push(pytorch(way.precision, way.workers).tokensPerSecond);
  }
}

const training = ways.map((way) => ({ ...way, ratio: median(way.ours) / median(way.pytorch), peakGflops: peak(way.precision),
  shareOfPeak: median(way.ours) * flopPerToken / 1e9 / peak(way.precision) }));
const versions = [...new Set(libraries.map(({ library }) => library)), ...(hasPytorch ? [pytorchVersion] : [])];
writeFileSync(`${root}build/bench-train.json`,
  `${JSON.stringify({ machine, commit, versions, shape: SHAPE, recipe: RECIPE, flopPerToken, training, libraries, products: measured }, null, 2)}\n`);

// ---- the table ----

const spread = (/** @type {number[]} */ values) => values.length === 0 ? 'not measured'
  : `${median(values).toFixed(0)} (${Math.min(...values).toFixed(0)}–${Math.max(...values).toFixed(0)})`;
console.log(`${machine}, commit ${commit}; ${versions.join(', ')}`);
console.log(`training, ${RECIPE.batch} sequences of ${SHAPE.context} tokens a step, ${(flopPerToken / 1e6).toFixed(1)} MFLOP a token`);
console.log(`tokens per second, median of ${ROUNDS} (lowest–highest)\n${' '.repeat(8)}${'ours'.padEnd(22)}${'PyTorch'.padEnd(22)}ratio  of the peak`);
for (const { precision, ours: our, pytorch: their, ratio, shareOfPeak, peakGflops } of training) {
  console.log(`  ${precision}  ${spread(our).padEnd(22)}${spread(their).padEnd(22)}${(hasPytorch ? ratio.toFixed(2) : '').padEnd(7)}${(100 * shareOfPeak).toFixed(0)} % of ${peakGflops.toFixed(0)} GFLOP/s`);
}
if (!hasPytorch) console.log(`  ${PYTHON} finds no PyTorch (Debian: python3-torch), so there is nothing to compare with`);
console.log('products of the model\'s shapes, GFLOP/s of all cores: forward / both gradients');
for (const { library, precision, forward, backward } of libraries) {
  console.log(`  ${library.padEnd(16)} ${precision}  ${forward.toFixed(0).padStart(5)} / ${backward.toFixed(0)}`);
}
if (!libraries.some(({ library }) => library.startsWith('OpenBLAS'))) console.log('  OpenBLAS is not here (Debian: libopenblas0)');
