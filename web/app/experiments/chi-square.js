// Pearson's chi-square test: how far counts lie from what was expected, and how often chance alone goes as far.
// Beside the token's way: the thousand draws are judged by it.
// Must not know tokens; it sees numbers only.

/** As Pearson's test is taught: fewer than five expected make its approximation poor. */
export const LEAST_EXPECTED = 5;

// Lanczos' approximation with g = 7 and nine terms; its relative error is below 1e-13 from x = 0.5 on.
const G = 7;
const LANCZOS = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059, 12.507343278686905,
  -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
];

/** The natural logarithm of the gamma function. @param {number} x at least 0.5 */
function lnGamma(x) {
  const sum = LANCZOS.slice(1).reduce((total, c, i) => total + c / (x + i), LANCZOS[0]);
  const t = x + G - 0.5;
  return 0.5 * Math.log(2 * Math.PI) + (x - 0.5) * Math.log(t) - t + Math.log(sum);
}

/** Where a sum or a fraction has settled. */
const SETTLED = 1e-15;
const MOST_TERMS = 100_000;

/**
 * The upper regularised incomplete gamma function Q(a, x) = Γ(a, x) / Γ(a): near 0 by its series, beyond by its continued
 * fraction in Lentz's way (Abramowitz and Stegun 6.5.29 and 6.5.31).
 * @param {number} a at least 0.5 @param {number} x at least 0
 */
export function gammaQ(a, x) {
  if (x <= 0) return 1;
  if (x === Infinity) return 0;
  const front = Math.exp(a * Math.log(x) - x - lnGamma(a));
  if (x < a + 1) {
    let term = 1 / a;
    let sum = term;
    for (let n = 1; n < MOST_TERMS && term > sum * SETTLED; n++) sum += term *= x / (a + n);
    return Math.max(0, 1 - front * sum);
  }
  let b = x + 1 - a;
  let c = Infinity;
  let d = 1 / b;
  let fraction = d;
  for (let n = 1; n < MOST_TERMS; n++) {
    const factor = -n * (n - a);
    b += 2;
    d = 1 / (b + factor * d);
    c = b + factor / c;
    fraction *= c * d;
    if (Math.abs(c * d - 1) < SETTLED) break;
  }
  return front * fraction;
}

/** The chance that a chi-square variable reaches `statistic`. @param {number} statistic @param {number} freedom degrees, 1 or more */
export function chiSquareTail(statistic, freedom) {
  return gammaQ(freedom / 2, statistic / 2);
}

/**
 * @param {{ expected: number, observed: number }[]} cells
 * @returns {{ statistic: number, freedom: number, p: number } | null} null where one cell or none is left: then there is nothing to test
 */
export function pearson(cells) {
  if (cells.length < 2) return null;
  const statistic = cells.reduce((sum, { expected, observed }) => sum + (observed - expected) ** 2 / expected, 0);
  const freedom = cells.length - 1;
  return { statistic, freedom, p: chiSquareTail(statistic, freedom) };
}
