/* Elementary functions with the same bits on every machine, for the sampler and the rotary angles.
 * Beside a token's way: used wherever a libm would differ from another libm in the last digit.
 * Knows nothing of models. Method: reduce the argument, then a Taylor series long enough for a double
 * (Muller, Elementary Functions, chapters 3 and 11); the coefficients need no fitting that way. */
#include "numerics.h"

#include <stdint.h>
#include <string.h>

static const double ln2_high = 0x1.62e42fefa2p-1; /* 40 bits: exact times an exponent */
static const double ln2_low = 0x1.9ef35793c7673p-41;

static double power_of_two(int64_t n) {
  const uint64_t bits = (uint64_t)(n + 1023) << 52;
  double d;
  memcpy(&d, &bits, sizeof d);
  return d;
}

/* The integer nearest to x for |x| < 2^31, as a double. */
static double nearest(double x) { return x < 0 ? (double)(int64_t)(x - 0.5) : (double)(int64_t)(x + 0.5); }

double ls_exp(double x) {
  if (x != x) return x;
  if (x < -708) return 0;
  if (x > 709) return __builtin_inf();
  const double n = nearest(x * 0x1.71547652b82fep0);
  const double r = (x - n * ln2_high) - n * ln2_low; /* |r| <= ln 2 / 2 */
  double sum = 1;
  for (int k = 13; k > 0; k--) sum = 1 + sum * r / k;
  return sum * power_of_two((int64_t)n);
}

double ls_log(double x) {
  uint64_t bits;
  memcpy(&bits, &x, sizeof bits);
  int64_t exponent = (int64_t)(bits >> 52) - 1023;
  bits = (bits & UINT64_C(0xfffffffffffff)) | UINT64_C(0x3ff0000000000000);
  double m; /* in [1, 2), then [sqrt(1/2), sqrt(2)) */
  memcpy(&m, &bits, sizeof m);
  if (m > 0x1.6a09e667f3bcdp0) {
    m /= 2;
    exponent++;
  }
  /* log m = 2 artanh f = 2 (f + f^3/3 + f^5/5 + …), |f| < 0.172 */
  const double f = (m - 1) / (m + 1), f2 = f * f;
  double sum = 0;
  for (int k = 23; k > 0; k -= 2) sum = sum * f2 + 1.0 / k;
  return (double)exponent * ln2_high + (2 * f * sum + (double)exponent * ln2_low);
}

void ls_sin_cos(double x, double *sine, double *cosine) {
  /* pi / 2 in three parts (Cody and Waite); the first two are exact times a quadrant below 2^30. */
  const double quadrant = nearest(x * 0x1.45f306dc9c883p-1);
  const double r =
      ((x - quadrant * 0x1.921fb4p0) - quadrant * 0x1.4442dp-24) - quadrant * 0x1.8469898cc517p-48;
  const double r2 = r * r; /* |r| <= pi / 4 */
  double s = 1, c = 1;
  for (int k = 18; k > 0; k -= 2) {
    c = 1 - c * r2 / (k * (k - 1));
    s = 1 - s * r2 / (k * (k + 1));
  }
  s *= r;
  switch ((int64_t)quadrant & 3) {
    case 0:
      *sine = s;
      *cosine = c;
      break;
    case 1:
      *sine = c;
      *cosine = -s;
      break;
    case 2:
      *sine = -s;
      *cosine = -c;
      break;
    default:
      *sine = -c;
      *cosine = s;
      break;
  }
}
