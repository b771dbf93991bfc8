// How the page is built: web/ becomes build/site, a folder that any static host can serve.
// Beside the token's way; `make build` calls it once the wasm and the model are there.
// Must not know the page's code.

import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import { VitePWA } from 'vite-plugin-pwa';

const at = (/** @type {string} */ path) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  root: at('web'),
  publicDir: at('web/app/public'),
  // Relative addresses: the page works in any folder of any host.
  base: './',
  build: {
    outDir: at('build/site'),
    emptyOutDir: true,
    target: ['chrome111', 'firefox114', 'safari16.4'],
    // Nothing is inlined: the Content-Security-Policy allows no data: addresses.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
  worker: { format: 'es' },
  server: { fs: { allow: [at('.')] } },
  plugins: [
    VitePWA({
      strategies: 'injectManifest',
      srcDir: 'app',
      filename: 'sw.js',
      // offline.js registers it: an injected script would be inline.
      injectRegister: false,
      // The pattern below finds the icons already.
      includeManifestIcons: false,
      integration: { configureCustomSWViteBuild: (config) => void (config.logLevel = 'warn') },
      injectManifest: {
        rollupFormat: 'iife',
        globPatterns: ['**/*.{js,css,html,wasm,gguf,svg,png,webmanifest}'],
        maximumFileSizeToCacheInBytes: 16 * 1024 * 1024,
      },
      manifest: {
        id: './',
        name: 'Logitscope',
        short_name: 'Logitscope',
        description: 'Watch a language model choose its next token, live and offline.',
        lang: 'en',
        start_url: './',
        scope: './',
        display: 'standalone',
        background_color: '#fbfbfa',
        theme_color: '#fbfbfa',
        categories: ['education', 'science'],
        icons: [
          { src: 'icon.svg', sizes: 'any', type: 'image/svg+xml' },
          { src: 'icon-192.png', sizes: '192x192', type: 'image/png' },
          { src: 'icon-512.png', sizes: '512x512', type: 'image/png' },
          { src: 'icon-maskable-512.png', sizes: '512x512', type: 'image/png', purpose: 'maskable' },
        ],
      },
    }),
  ],
});
