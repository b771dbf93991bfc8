// The words of the lessons in the language that the page speaks.
// Beside the token's way: fetched with the lessons, when they are first opened.
// Must not know what the words say; a language is one file with the same keys as en.js.

import { language } from '../../text/index.js';
import { text as english } from './en.js';

/** @type {Record<string, () => Promise<typeof english>>} */
const languages = {
  en: async () => english,
  es: async () => (await import('./es.js')).text,
  zh: async () => (await import('./zh.js')).text,
};

export const text = await (languages[language] ?? languages.en)();
