// The keys that work wherever nothing else needs them.
// Beside the token's way: a key becomes a wish to the instrument.
// Must not know elements, apart from those that use keys themselves.

/** Boxes that are scrolled by keys. */
const SCROLLED = '[role="region"][tabindex="0"]';
/** Elements that use the key themselves. @type {Record<string, string>} */
const TAKEN = {
  ' ': `input, textarea, select, button, summary, a, ${SCROLLED}`,
  ArrowRight: `input, textarea, select, ${SCROLLED}`,
  ArrowLeft: `input, textarea, select, ${SCROLLED}`,
  Escape: 'textarea, select',
};
const TYPING = 'textarea, select, input:not([type="range"], [type="radio"])';

/**
 * @param {import('./instrument.js').Instrument} instrument
 * @param {() => void} showHelp
 * @returns {(event: KeyboardEvent) => void}
 */
export function keyHandler(instrument, showHelp) {
  /** @type {Record<string, () => void>} */
  const keys = {
    ' ': () => instrument.togglePlay(),
    ArrowRight: () => void instrument.step(),
    ArrowLeft: () => void instrument.back(),
    r: () => void instrument.reset(),
    R: () => void instrument.reset(),
    '?': showHelp,
    Escape: () => instrument.selectLast(),
  };
  return (event) => {
    const { key, target } = event;
    if (event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey || !Object.hasOwn(keys, key)) return;
    if (document.querySelector('dialog[open]')) return;
    if (target instanceof Element && target.closest(TAKEN[key] ?? TYPING)) return;
    event.preventDefault();
    keys[key]();
  };
}
