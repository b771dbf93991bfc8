// A small static server for build/site, with the headers that isolate the page from other origins.
// Beside the token's way: `make demo` starts it; any other static host serves the page as well.
// Must not know the page; it serves files.

import { createReadStream, existsSync, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { createServer } from 'node:http';
import { basename } from 'node:path';
import { pipeline } from 'node:stream';
import { fileURLToPath, pathToFileURL } from 'node:url';
import sirv from 'sirv';

/** @typedef {import('node:http').ServerResponse} ServerResponse */

const SITE = fileURLToPath(new URL('../build/site', import.meta.url));

/** What cross-origin isolation asks for; the page runs without it, threads do not. */
const ISOLATION = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'same-origin',
};

/** Rather here than in the page: who made a slip in a path sits before this terminal. @param {string} path */
async function checkModel(path) {
  const wanted = 'expected a GGUF file; give its path in full or from the project\'s folder.';
  const file = await open(path).catch(({ code }) => {
    throw new Error(`${path} cannot be read (${code}), ${wanted}`);
  });
  try {
    const { buffer } = await file.read({ buffer: Buffer.alloc(4) }).catch(() => ({ buffer: '' })); // of a folder
    if (String(buffer) !== 'GGUF') throw new Error(`${path} does not begin with "GGUF", ${wanted}`);
  } finally {
    await file.close();
  }
}

/**
 * The file as it is now: it may have been trained further since it was asked for last.
 * @param {string} path
 * @param {ServerResponse} response
 * @param {() => void} notFound
 */
function sendFile(path, response, notFound) {
  const size = statSync(path, { throwIfNoEntry: false })?.size;
  if (!size) return notFound();
  response.setHeader('Content-Length', size);
  pipeline(createReadStream(path, { end: size - 1 }), response, () => {}); // a page that was closed gets no more
}

/**
 * Serves a folder on this machine alone.
 * @param {object} [options]
 * @param {string} [options.folder]
 * @param {string} [options.model] the path of a GGUF file that the page is to open
 * @param {number} [options.port] 0 for a free one
 * @param {boolean} [options.isolated]
 * @returns {Promise<{ url: string, close: () => Promise<void> }>}
 */
export async function serve({ folder = SITE, model, port = 0, isolated = true } = {}) {
  if (!existsSync(folder)) throw new Error(`${folder} is not there: run \`make build\` first.`);
  if (model) await checkModel(model);
  const setHeaders = (/** @type {ServerResponse} */ response, /** @type {string} */ pathname) => {
    response.setHeader('X-Content-Type-Options', 'nosniff');
    // Files in assets/ are named by their content; all others are asked for again each time.
    response.setHeader('Cache-Control', pathname.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache');
    if (pathname.endsWith('.gguf')) response.setHeader('Content-Type', 'application/octet-stream');
    if (!isolated) return;
    for (const [name, value] of Object.entries(ISOLATION)) response.setHeader(name, value);
  };
  const files = sirv(folder, { etag: true, setHeaders });
  const modelAddress = model && encodeURIComponent(basename(model));
  const server = createServer((request, response) => {
    const notFound = () => {
      response.writeHead(404, { 'Content-Type': 'text/plain; charset=utf-8' });
      response.end('Not found\n');
    };
    if (!model || request.url !== `/${modelAddress}`) return files(request, response, notFound);
    setHeaders(response, '/model.gguf');
    sendFile(model, response, notFound);
  });
  await new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve(undefined));
  });
  const address = /** @type {import('node:net').AddressInfo} */ (server.address());
  return {
    url: `http://localhost:${address.port}/${modelAddress ? `?model=${encodeURIComponent(modelAddress)}` : ''}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function main() {
  const wanted = process.env.PORT ?? '0';
  const port = /^\d+$/.test(wanted) ? Number(wanted) : -1;
  if (port < 0 || port > 65535) throw new Error(`PORT=${wanted} is not a port: give a number from 0 to 65535.`);
  try {
    const { url } = await serve({ port, model: process.env.MODEL });
    console.log(`Logitscope is at ${url}`);
  } catch (error) {
    const { code } = /** @type {NodeJS.ErrnoException} */ (error);
    if (code === 'EADDRINUSE') throw new Error(`Port ${port} is taken: choose another with PORT=, or leave it out for a free one.`, { cause: error });
    if (code === 'EACCES') throw new Error(`Port ${port} is not allowed to this user: choose one above 1023.`, { cause: error });
    throw error;
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  main().catch((error) => {
    console.error(error.message);
    process.exitCode = 1;
  });
}
