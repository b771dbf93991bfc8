// Which tasks are done: while the page is open, and from one visit to the next.
// Beside the token's way.
// Must not know the lessons.

const KEPT = 'lessons-done';

/** @type {ReadonlySet<string> | undefined} */
let known;

/** @returns {Set<string>} what an earlier visit kept, where the browser lets pages keep anything */
function kept() {
  try {
    const keys = JSON.parse(localStorage.getItem(KEPT) ?? '[]');
    return new Set(Array.isArray(keys) ? keys.filter((key) => typeof key === 'string') : []);
  } catch {
    return new Set();
  }
}

/** @returns {ReadonlySet<string>} */
export function readDone() {
  return (known ??= kept());
}

/** @param {ReadonlySet<string>} done */
export function keepDone(done) {
  known = done;
  try {
    localStorage.setItem(KEPT, JSON.stringify([...done]));
  } catch {
    // It is known until the page is left.
  }
}
