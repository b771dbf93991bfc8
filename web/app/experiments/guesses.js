// A guess at the next token and what it costs: points spread over tokens, scored in bits.
// Beside the token's way: the panel "Predict" keeps score with it; pure functions.
// Must not know the model; it is told which token came.

/** @typedef {{ id: number, points: number }} Guess */

export const POINTS = 100;
export const MOST_GUESSES = 5;
/** At least so many stay with all other tokens: whoever gives the truth no chance would lose without end. */
export const LEAST_REST = 1;

/** @param {Guess[]} guesses @returns {number} points that stay with the other tokens */
export function restOf(guesses) {
  return guesses.reduce((rest, { points }) => rest - points, POINTS);
}

/** @param {Guess[]} guesses */
export function isComplete(guesses) {
  return guesses.length > 0 && restOf(guesses) >= LEAST_REST && guesses.every(({ points }) => Number.isInteger(points) && points >= 1);
}

/** A further guess takes half of what is left for the rest. @param {Guess[]} guesses @param {number} id @returns {Guess[]} */
export function withGuess(guesses, id) {
  if (guesses.length >= MOST_GUESSES || guesses.some((guess) => guess.id === id)) return guesses;
  return [...guesses, { id, points: Math.max(1, Math.floor(restOf(guesses) / 2)) }];
}

/**
 * The logarithmic score, which is best for whoever says what they believe. The rest is shared out evenly.
 * @param {Guess[]} guesses @param {number} id the token that came @param {number} vocab
 * @returns {{ share: number, bits: number }}
 */
export function scoreOf(guesses, id, vocab) {
  const guess = guesses.find((each) => each.id === id);
  const share = (guess ? guess.points : restOf(guesses) / Math.max(1, vocab - guesses.length)) / POINTS;
  return { share, bits: -Math.log2(share) };
}
