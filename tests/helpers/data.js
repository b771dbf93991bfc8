// Where the data are that stay outside the project, for the tests that can use them.
// Must not be needed: a test without them is skipped, and says so.

import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** @param {string} path inside ../shared/data */
export const shared = (path) => fileURLToPath(new URL(`../../../shared/data/${path}`, import.meta.url));

/** The `skip` of a test that needs ../shared/data. */
export const skipWithoutData = existsSync(shared('models')) ? false : 'skipped: ../shared/data not here';
