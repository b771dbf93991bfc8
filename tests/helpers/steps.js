// What tests do with the steps of a session.
// Behind the token's way: a generation in, a list out.
// Must not know how steps are made.

/** @typedef {import('../../web/engine/index.js').Step} Step */

/** @param {AsyncIterable<Step>} steps */
export async function collect(steps) {
  const all = [];
  for await (const step of steps) all.push(step);
  return all;
}
