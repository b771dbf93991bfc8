// The words of the page in the language that is spoken here.
// Beside the token's way: every view takes its words from here.
// Must not know what the words say; a language is one file with the same keys as en.js.

import { text as english } from './en.js';

/** The languages there are: their own names, and how their words are fetched. */
const languages = {
  en: { name: 'English', load: async () => english },
  es: { name: 'Español', load: async () => (await import('./es.js')).text },
  zh: { name: '中文', load: async () => (await import('./zh.js')).text },
};

/** @typedef {keyof typeof languages} Language */

/** @param {string} tag "es-MX" @returns {Language | null} */
const known = (tag) => {
  const [language] = tag.toLowerCase().split('-');
  return Object.hasOwn(languages, language) ? /** @type {Language} */ (language) : null;
};

const KEPT = 'language';

/** @returns {string | null} what was chosen before, where the browser lets pages keep anything */
function kept() {
  try {
    return localStorage.getItem(KEPT);
  } catch {
    return null;
  }
}

/** Asked for in the address, else chosen before, else the first that the reader's browser asks for. @returns {Language} */
function wanted() {
  const asked = new URLSearchParams(location.search).get('lang');
  return [asked, kept(), ...navigator.languages].map((tag) => tag && known(tag)).find(Boolean) || 'en';
}

/** Where there is no page, as in tests, there is nobody to ask. */
const isPage = typeof document === 'object';
export const language = isPage ? wanted() : 'en';
/** @type {typeof english} */
export const text = await languages[language].load();
if (isPage) document.documentElement.lang = text.language;

/** What can be chosen, by its own name. */
export const names = Object.entries(languages).map(([tag, { name }]) => ({ tag, name }));

/** Takes another language from now on; the page begins anew. @param {string} tag @param {string} [from] the address to begin at */
export function speak(tag, from = location.href) {
  const address = new URL(from);
  address.searchParams.delete('lang');
  try {
    localStorage.setItem(KEPT, tag);
  } catch {
    address.searchParams.set('lang', tag);
  }
  history.replaceState(null, '', address); // to another fragment alone a page would only jump
  location.reload();
}
