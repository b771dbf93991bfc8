// Links that the page is opened by, or that are put into its address while it is open.
// Before the token's way begins, like the model's address: a record goes to the instrument.
// Must not open a model by itself: what a link names may lie anywhere.

import { problemOf } from '../errors.js';
import { LinkError } from './link-error.js';
import { decode, isLink } from './permalink.js';

/** Places in the page are no links. @param {string} fragment */
const isPlace = (fragment) => /^[a-z-]*$/.test(fragment);

/**
 * @param {import('../store.js').Store<import('../state.js').State>} store
 * @param {import('../instrument.js').Instrument} instrument
 */
export function followLinks(store, instrument) {
  const follow = () => {
    const fragment = location.hash.slice(1);
    if (isPlace(fragment)) return;
    try {
      if (!isLink(fragment)) throw new LinkError('unknown');
      void instrument.replay(decode(fragment));
    } catch (error) {
      store.set({ problem: problemOf(error) });
    }
  };
  addEventListener('hashchange', follow);
  follow();
}
