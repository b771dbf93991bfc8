// The few signs of the page, drawn as paths on a grid of 24.
// At the end of the token's way: buttons show them beside or instead of words.
// Must not know what the buttons do; a sign is never the only label.

import { svg } from 'lit';

/** @param {string} path */
const icon = (path) =>
  svg`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false"><path d=${path} /></svg>`;

export const icons = {
  play: icon('M8 5v14l11-7z'),
  pause: icon('M7 5h4v14H7zM13 5h4v14h-4z'),
  step: icon('M6 5l9 7-9 7zM16 5h3v14h-3z'),
  back: icon('M18 5l-9 7 9 7zM5 5h3v14H5z'),
  reset: icon('M12 5V1L7 6l5 5V7a5 5 0 1 1-5 5H5a7 7 0 1 0 7-7z'),
  dice: icon(
    'M5 3h14a2 2 0 0 1 2 2v14a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2V5a2 2 0 0 1 2-2zm0 2v14h14V5zm3.5 2a1.5 1.5 0 1 1 0 3 1.5 1.5 0 0 1 0-3zm7 0a1.5 1.5 0 1 1 0 3 1.5 1.5 0 0 1 0-3zM12 10.5a1.5 1.5 0 1 1 0 3 1.5 1.5 0 0 1 0-3zm-3.5 3.5a1.5 1.5 0 1 1 0 3 1.5 1.5 0 0 1 0-3zm7 0a1.5 1.5 0 1 1 0 3 1.5 1.5 0 0 1 0-3z',
  ),
  earlier: icon('M15 5l-7 7 7 7 1.4-1.4L10.8 12l5.6-5.6z'),
  later: icon('M9 5l7 7-7 7-1.4-1.4 5.6-5.6-5.6-5.6z'),
  lessons: icon('M4 4h7v16H6a2 2 0 0 0-2 1zm9 0h7v17a2 2 0 0 0-2-1h-5zm2 4v2h3V8z'),
  open: icon('M4 5h6l2 2h8v12H4zm2 4v8h12V9z'),
  share: icon('M12 2l5 5-1.4 1.4L13 5.8V15h-2V5.8L8.4 8.4 7 7zM5 10h3v2H7v8h10v-8h-1v-2h3v12H5z'),
  take: icon('M19 5v6H8.8l3.6-3.6L11 6l-6 6 6 6 1.4-1.4L8.8 13H21V5z'),
  close: icon('M6.4 5L12 10.6 17.6 5 19 6.4 13.4 12 19 17.6 17.6 19 12 13.4 6.4 19 5 17.6 10.6 12 5 6.4z'),
};
