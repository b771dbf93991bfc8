// Words that others paste or run: a frame for their pages, a script that checks a file.
// Beside the token's way.
// Must not know the state.

/** @param {string} words */
const escaped = (words) => words.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');

/** @param {string} address @param {string} title @returns {string} HTML */
export function frameOf(address, title) {
  return `<iframe src="${escaped(address)}" title="${escaped(title)}" width="100%" height="900" loading="lazy"></iframe>`;
}

/** The script, with the name of the file beside it. @param {string} script @param {string} file */
export function scriptFor(script, file) {
  return script.replace(/^FILE = ".*"$/m, () => `FILE = ${JSON.stringify(file)}`);
}
