/* Elementary functions with the same bits on every machine, for the sampler and the rotary angles.
 * Beside a token's way: used wherever a libm would differ from another libm in the last digit.
 * Knows nothing of models. Method: reduce the argument, then a Taylor series long enough for a double
 * (Muller, Elementary Functions, chapters 3 and 11); the coefficients need no fitting that way. e^x is what a
 * sampler computes most: a table makes its series short. */
#include "numerics.h"

#include <string.h>

static const double ln2_high = 0x1.62e42fefa2p-1; /* 40 bits: exact times an exponent */
static const double ln2_low = 0x1.9ef35793c7673p-41;

/* The integer nearest to x for |x| < 2^31, as a double. */
static double nearest(double x) { return x < 0 ? (double)(int64_t)(x - 0.5) : (double)(int64_t)(x + 0.5); }

/* ---- e^x, two at a time ---- */

/* Vectors as the compiler knows them: one source for every build, and lane by lane the bits of doubles. */
typedef double pair __attribute__((vector_size(16)));
typedef uint64_t bits_pair __attribute__((vector_size(16)));

#define EXP_LOWEST -708.0 /* the result would be subnormal soon after */
#define EXP_HIGHEST 709.0
#define EXP_STEPS 64 /* from one power of two to the next */
#define PAIRS 4      /* at most, computed side by side */

/* 2^(j / EXP_STEPS). */
/* clang-format off */
static const double powers[EXP_STEPS] = {
    0x1p0, 0x1.02c9a3e778061p0, 0x1.059b0d3158574p0, 0x1.0874518759bc8p0,
    0x1.0b5586cf9890fp0, 0x1.0e3ec32d3d1a2p0, 0x1.11301d0125b51p0, 0x1.1429aaea92dep0,
    0x1.172b83c7d517bp0, 0x1.1a35beb6fcb75p0, 0x1.1d4873168b9aap0, 0x1.2063b88628cd6p0,
    0x1.2387a6e756238p0, 0x1.26b4565e27cddp0, 0x1.29e9df51fdee1p0, 0x1.2d285a6e4030bp0,
    0x1.306fe0a31b715p0, 0x1.33c08b26416ffp0, 0x1.371a7373aa9cbp0, 0x1.3a7db34e59ff7p0,
    0x1.3dea64c123422p0, 0x1.4160a21f72e2ap0, 0x1.44e086061892dp0, 0x1.486a2b5c13cdp0,
    0x1.4bfdad5362a27p0, 0x1.4f9b2769d2ca7p0, 0x1.5342b569d4f82p0, 0x1.56f4736b527dap0,
    0x1.5ab07dd485429p0, 0x1.5e76f15ad2148p0, 0x1.6247eb03a5585p0, 0x1.6623882552225p0,
    0x1.6a09e667f3bcdp0, 0x1.6dfb23c651a2fp0, 0x1.71f75e8ec5f74p0, 0x1.75feb564267c9p0,
    0x1.7a11473eb0187p0, 0x1.7e2f336cf4e62p0, 0x1.82589994cce13p0, 0x1.868d99b4492edp0,
    0x1.8ace5422aa0dbp0, 0x1.8f1ae99157736p0, 0x1.93737b0cdc5e5p0, 0x1.97d829fde4e5p0,
    0x1.9c49182a3f09p0, 0x1.a0c667b5de565p0, 0x1.a5503b23e255dp0, 0x1.a9e6b5579fdbfp0,
    0x1.ae89f995ad3adp0, 0x1.b33a2b84f15fbp0, 0x1.b7f76f2fb5e47p0, 0x1.bcc1e904bc1d2p0,
    0x1.c199bdd85529cp0, 0x1.c67f12e57d14bp0, 0x1.cb720dcef9069p0, 0x1.d072d4a07897cp0,
    0x1.d5818dcfba487p0, 0x1.da9e603db3285p0, 0x1.dfc97337b9b5fp0, 0x1.e502ee78b3ff6p0,
    0x1.ea4afa2a490dap0, 0x1.efa1bee615a27p0, 0x1.f50765b6e454p0, 0x1.fa7c1819e90d8p0,
};
/* clang-format on */

static inline pair both(double x) { return (pair){x, x}; }

/* In place: e^x of `n` pairs, each EXP_LOWEST <= x <= EXP_HIGHEST. With s = round(x * 64 / ln 2) and
 * r = x - s * ln 2 / 64, at most 0.0055, it is 2^(s / 64) * (1 + r + r^2/2! + ... + r^5/5!). */
static inline __attribute__((always_inline)) void exp_pairs(pair *x, int n) {
  static const double high = 0x1.62e42fefp-7; /* of ln 2 / 64: 33 bits, exact times s */
  static const double low = 0x1.473de6af278edp-40;
  const pair shift = both(0x1.8p52); /* adding it leaves no fraction, and an integer in the last bits */
  pair r[PAIRS], power[PAIRS];
  for (int i = 0; i < n; i++) {
    const pair shifted = x[i] * both(0x1.71547652b82fep6) + shift, s = shifted - shift;
    const bits_pair bits = (bits_pair)shifted;
    const pair step = {powers[bits[0] % EXP_STEPS], powers[bits[1] % EXP_STEPS]};
    power[i] = (pair)((bits_pair)step + ((bits / EXP_STEPS) << 52));
    r[i] = (x[i] - s * both(high)) - s * both(low);
  }
  for (int i = 0; i < n; i++) {
    pair sum = r[i] * both(1.0 / 120) + both(1.0 / 24);
    sum = sum * r[i] + both(1.0 / 6);
    sum = sum * r[i] + both(1.0 / 2);
    sum = (sum * r[i] + both(1)) * r[i];
    x[i] = power[i] + power[i] * sum;
  }
}

double ls_exp(double x) {
  if (x != x) return x;
  if (x < EXP_LOWEST) return 0;
  if (x > EXP_HIGHEST) return __builtin_inf();
  pair y = both(x);
  exp_pairs(&y, 1);
  return y[0];
}

/* ---- over many logits, four at a time ---- */

typedef float floats __attribute__((vector_size(16)));
typedef uint32_t masks __attribute__((vector_size(16)));

/* Numbers i to i + 3 of n, minus infinity for those that are not there. */
static inline floats load(const float *x, uint32_t i, uint32_t n) {
  const float none = -__builtin_inff();
  floats v = {none, none, none, none};
  if (n - i >= 4) {
    memcpy(&v, x + i, sizeof v);
  } else {
    for (uint32_t j = 0; j < n - i; j++) v[j] = x[i + j];
  }
  return v;
}

bool ls_highest(const float *x, uint32_t n, float *highest) {
  floats most = load(x, n, n);
  masks below = ~(masks){0};
  for (uint32_t i = 0; i < n; i += 4) {
    const floats v = load(x, i, n);
    const masks more = (masks)(v > most);
    most = (floats)(((masks)v & more) | ((masks)most & ~more));
    below &= (masks)(v < __builtin_inff());
  }
  *highest = most[0];
  for (int i = 1; i < 4; i++) *highest = most[i] > *highest ? most[i] : *highest;
  return below[0] & below[1] & below[2] & below[3];
}

/* Numbers i and i + 1 of n, as doubles; minus infinity likewise. */
static inline pair load_pair(const float *x, uint32_t i, uint32_t n) {
  typedef float two __attribute__((vector_size(8)));
  const float none = -__builtin_inff();
  two v = {i < n ? x[i] : none, none};
  if (i + 1 < n) memcpy(&v, x + i, sizeof v);
  return __builtin_convertvector(v, pair);
}

void ls_softmax_sums(const float *logits, uint32_t n, double highest, double temperature, double *sum,
                     double *moment) {
  pair sums[2] = {{0, 0}, {0, 0}}, moments[2] = {{0, 0}, {0, 0}};
  for (uint32_t i = 0; i < n; i += 2 * PAIRS) {
    pair x[PAIRS], weight[PAIRS];
    bits_pair counts[PAIRS];
    for (int p = 0; p < PAIRS; p++) {
      x[p] = (load_pair(logits, i + 2 * (uint32_t)p, n) - both(highest)) / both(temperature);
      counts[p] = (bits_pair)(x[p] >= both(EXP_LOWEST));
      weight[p] = x[p] = (pair)((bits_pair)x[p] & counts[p]);
    }
    exp_pairs(weight, PAIRS);
    for (int p = 0; p < PAIRS; p++) {
      weight[p] = (pair)((bits_pair)weight[p] & counts[p]);
      sums[p % 2] += weight[p];
      moments[p % 2] += weight[p] * x[p];
    }
  }
  *sum = (sums[0][0] + sums[1][0]) + (sums[0][1] + sums[1][1]);
  *moment = (moments[0][0] + moments[1][0]) + (moments[0][1] + moments[1][1]);
}

/* ---- logarithm, sine and cosine ---- */

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
