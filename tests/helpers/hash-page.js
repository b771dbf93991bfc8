// The page in which a browser computes hashes: one worker after the other, each result posted to the server.
// Around hashes.js; any browser that opens the address does it all by itself.
// Must not know what a hash should be.

import { buildName } from '../../web/engine/features.js';

/** @param {string} path @param {object} body */
const post = (path, body) => fetch(path, { method: 'POST', body: JSON.stringify(body) });
/** @param {string} path */
const bytesOf = async (path) => (await fetch(path)).arrayBuffer();

/** @param {string} name of a build */
function runs(name) {
  const [kind, threads] = name.split('-');
  try {
    return buildName({ kernels: kind === 'scalar' ? 'reference' : kind, threads: Boolean(threads) }).endsWith(threads ?? '');
  } catch {
    return false;
  }
}

/** @param {any} job */
async function run({ wasm, model, ...job }) {
  const worker = new Worker('/tests/helpers/hashes.js', { type: 'module' });
  const answer = new Promise((resolve) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = ({ message }) => resolve({ error: message });
  });
  worker.postMessage({ ...job, wasm: await bytesOf(wasm), model: new Uint8Array(await bytesOf(model)) });
  const { found = {}, error } = await answer;
  worker.terminate();
  return { found, error };
}

const jobs = await (await fetch('/jobs')).json();
for (const job of jobs) if (runs(job.build)) await post('/found', { name: job.name, build: job.build, ...(await run(job)) });
await post('/done', { agent: navigator.userAgent, best: buildName() });
