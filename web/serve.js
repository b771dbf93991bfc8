// A small static server for build/site, with the headers that isolate the page from other origins.
// Beside the token's way: `make demo` starts it; any other static host serves the page as well.
// Must not know the page; it serves files.

import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import { fileURLToPath, pathToFileURL } from 'node:url';
import sirv from 'sirv';

const SITE = fileURLToPath(new URL('../build/site', import.meta.url));

/** What cross-origin isolation asks for; the page runs without it, threads will need it. */
const ISOLATION = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'same-origin',
};

/**
 * Serves a folder on this machine alone.
 * @param {object} [options]
 * @param {string} [options.folder]
 * @param {number} [options.port] 0 for a free one
 * @param {boolean} [options.isolated]
 * @returns {Promise<{ url: string, close: () => Promise<void> }>}
 */
export async function serve({ folder = SITE, port = 0, isolated = true } = {}) {
  if (!existsSync(folder)) throw new Error(`${folder} is not there: run \`make build\` first.`);
  const files = sirv(folder, {
    etag: true,
    setHeaders(response, pathname) {
      response.setHeader('X-Content-Type-Options', 'nosniff');
      // Files in assets/ are named by their content; all others are asked for again each time.
      response.setHeader('Cache-Control', pathname.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache');
      if (pathname.endsWith('.gguf')) response.setHeader('Content-Type', 'application/octet-stream');
      if (!isolated) return;
      for (const [name, value] of Object.entries(ISOLATION)) response.setHeader(name, value);
    },
  });
  const server = createServer((request, response) => {
    files(request, response, () => {
      response.writeHead(404, { 'Content-Type': 'text/plain; charset=utf-8' });
      response.end('Not found\n');
    });
  });
  await new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve(undefined));
  });
  const address = /** @type {import('node:net').AddressInfo} */ (server.address());
  return {
    url: `http://localhost:${address.port}/`,
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
    const { url } = await serve({ port });
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
