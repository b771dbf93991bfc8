// A real Firefox for tests: headless, with a profile of its own, opening one address and doing there what the page says.
// Beside the token's way: what it finds out it posts to a server of the test's.
// Must not know what the page does.

import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const EXECUTABLE = process.env.FIREFOX ?? '/usr/bin/firefox-esr';

/** What to pass to a test as `skip`. */
export const noFirefox = !existsSync(EXECUTABLE) && `${EXECUTABLE} is not there: install Debian's firefox-esr, or set FIREFOX`;

/** @param {string} url @returns {Promise<() => Promise<void>>} ends it */
export async function openFirefox(url) {
  const profile = await mkdtemp(join(tmpdir(), 'logitscope-'));
  const firefox = spawn(EXECUTABLE, ['--headless', '--no-remote', '--profile', profile, url], {
    detached: true, stdio: 'ignore', env: { ...process.env, HOME: profile },
  });
  return async () => {
    if (firefox.pid && firefox.exitCode === null) {
      process.kill(-firefox.pid, 'SIGKILL'); // the group that it leads: its content processes too
      await new Promise((resolve) => firefox.once('exit', resolve));
    }
    await rm(profile, { recursive: true, maxRetries: 5 });
  };
}
