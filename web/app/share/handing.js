// Hands things out of the page: a file to keep, words to paste.
// At the end of the token's way; no server has a part in it.
// Must not know what it hands out.

/** How long a browser may take to begin reading what is saved. */
const READ_WITHIN = 60_000;

/** @param {string} name @param {BlobPart} content @param {string} type */
export function save(name, content, type) {
  const href = URL.createObjectURL(new Blob([content], { type }));
  const link = Object.assign(document.createElement('a'), { href, download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(href), READ_WITHIN);
}

/**
 * Copies what a field holds. Where the page must not, the field is marked, so that a key does.
 * @param {HTMLInputElement | HTMLTextAreaElement} field @returns {Promise<boolean>} whether it was copied
 */
export async function copy(field) {
  try {
    await navigator.clipboard.writeText(field.value);
    return true;
  } catch {
    field.focus();
    field.select();
    return false;
  }
}
