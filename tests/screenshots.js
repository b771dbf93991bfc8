// Renders the pictures that are committed: the page for the README, the icons from the drawn one.
// Beside the token's way; run it by hand (`node tests/screenshots.js`) after the page has changed.
// Must not be needed by the build or the tests.

import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { serve } from '../web/serve.js';
import { launch, openPage } from './helpers/browser.js';

const at = (/** @type {string} */ path) => fileURLToPath(new URL(`../${path}`, import.meta.url));

/** A step that is worth a look: top-p cuts rows that are in sight, but leaves a choice. */
const WORTH = { fewest: 4, most: 9, tokens: 24 };

/** @param {import('playwright-core').Browser} browser */
async function picturePage(browser) {
  const { url, close } = await serve();
  try {
    const { page } = await openPage(browser, {
      colorScheme: 'light',
      serviceWorkers: 'block',
      reducedMotion: 'reduce',
      viewport: { width: 1280, height: 960 },
    });
    await page.goto(url);
    await page.waitForSelector('[data-u]', { state: 'attached' });
    for (let steps = 0; steps < 200; steps++) {
      const kept = Number(await page.getAttribute('[data-stage-head="min-p"]', 'data-kept'));
      if (steps >= WORTH.tokens && kept >= WORTH.fewest && kept <= WORTH.most) break;
      const before = await page.locator('[data-position]').count();
      await page.click('[name="step"]');
      await page.waitForFunction((n) => document.querySelectorAll('[data-position]').length > n, before);
      await page.waitForTimeout(60);
    }
    await page.mouse.move(0, 0);
    await page.waitForTimeout(300);
    await page.screenshot({ path: at('web/screenshot.png'), fullPage: true });
  } finally {
    await close();
  }
}

/** @param {import('playwright-core').Browser} browser */
async function pictureIcons(browser) {
  const icon = await readFile(at('web/app/public/icon.svg'), 'utf8');
  // A maskable icon may be cut to any shape: its ground fills the square, its sign the inner part.
  const maskable = icon.replace(/ rx="\d+"/, '').replace('viewBox="0 0 512 512"', 'viewBox="-32 -32 576 576" style="background:#15171a"');
  for (const [name, svg, size] of /** @type {const} */ ([
    ['icon-192', icon, 192],
    ['icon-512', icon, 512],
    ['icon-maskable-512', maskable, 512],
  ])) {
    const { page } = await openPage(browser, { viewport: { width: size, height: size } });
    await page.setContent(`<style>body{margin:0}svg{display:block;width:${size}px;height:${size}px}</style>${svg}`);
    await page.screenshot({ path: at(`web/app/public/${name}.png`), omitBackground: true });
    await page.context().close();
  }
}

const browser = await launch();
try {
  if (process.argv[2] !== 'page') await pictureIcons(browser);
  if (process.argv[2] !== 'icons') await picturePage(browser);
} finally {
  await browser.close();
}
