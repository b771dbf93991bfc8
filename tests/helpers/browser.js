// A real Chromium for tests: one browser a run, a fresh context a page, and everything it complains about.
// Beside the token's way: tests open the built page with it.
// Must not know what the page shows.

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';

const EXECUTABLE = process.env.CHROMIUM ?? '/usr/bin/chromium';

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** @returns {Promise<import('playwright-core').Browser>} */
export async function launch() {
  if (!existsSync(EXECUTABLE)) {
    throw new Error(`${EXECUTABLE} is not there: install Debian's chromium, or set CHROMIUM to a Chromium's path.`);
  }
  return chromium.launch({ executablePath: EXECUTABLE, args: FLAGS, handleSIGINT: true, handleSIGTERM: true });
}

/**
 * A page in a context of its own, and the list of what went wrong in it: errors thrown, console errors,
 * violations of the Content-Security-Policy.
 * @param {import('playwright-core').Browser} browser
 * @param {import('playwright-core').BrowserContextOptions} [options]
 * @returns {Promise<{ page: import('playwright-core').Page, complaints: string[] }>}
 */
export async function openPage(browser, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  /** @type {string[]} */
  const complaints = [];
  page.on('pageerror', (error) => complaints.push(`error: ${error.message}`));
  page.on('console', (message) => {
    // Violations of the policy come as console errors too.
    if (message.type() === 'error') complaints.push(`console: ${message.text()}`);
  });
  return { page, complaints };
}

/**
 * Opens an address, waits until the page is ready, and fails where it complained of anything.
 * @param {import('playwright-core').Browser} browser
 * @param {string} url
 * @param {(page: import('playwright-core').Page) => Promise<void>} body
 * @param {import('playwright-core').BrowserContextOptions & { shows?: string, forgiven?: RegExp, prepare?: (page: import('playwright-core').Page) => Promise<unknown> }} [options]
 *   shows: what is there when it is ready; forgiven: a complaint of the browser; prepare: done before it is opened
 */
export async function visit(browser, url, body, { shows = '[data-u]', forgiven, prepare, ...options } = {}) {
  const { page, complaints } = await openPage(browser, { serviceWorkers: 'block', reducedMotion: 'reduce', ...options });
  try {
    await prepare?.(page);
    await page.goto(url);
    await page.waitForSelector(shows, { state: 'attached' });
    await body(page);
  } finally {
    await page.context().close();
  }
  assert.deepEqual(complaints.filter((complaint) => !forgiven?.test(complaint)), []);
}

/**
 * Asks again until the answer is what was hoped for; the last answer's complaint is thrown in the end.
 * @param {() => Promise<void>} attempt
 */
export async function eventually(attempt) {
  const end = Date.now() + 10_000;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (Date.now() > end) throw error;
      await new Promise((resolve) => setTimeout(resolve, 40));
    }
  }
}
