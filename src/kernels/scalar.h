/* Scalar pieces that more than one kernel set needs: half floats, block layouts, e^x in float.
 * Beside the kernels. Knows no matrices; every function here defines bits that vectors must repeat.
 * Sources: IEEE 754 binary16; ggml's block formats Q4_0 and Q8_0. */
#ifndef LS_SCALAR_H
#define LS_SCALAR_H

#include <stdint.h>
#include <string.h>

#include "../gguf.h"

enum { Q8_0_BYTES = 34, Q4_0_BYTES = 18, SCALE_BYTES = 2 };

static inline float half_to_float(const uint8_t *bytes) {
  const uint32_t half = (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8;
  uint32_t bits = (half & 0x7fff) << 13;
  float value;
  memcpy(&value, &bits, sizeof value);
  value *= 0x1p112f; /* moves the exponent's bias from 15 to 127; exact, subnormals too */
  memcpy(&bits, &value, sizeof bits);
  if ((half & 0x7c00) == 0x7c00) bits |= 0x7f800000; /* infinity and NaN */
  bits |= (half & 0x8000) << 16;
  memcpy(&value, &bits, sizeof value);
  return value;
}

/* Item i of a row of float or half-float weights. */
static inline float float_item(const uint8_t *row, uint32_t type, uint32_t i) {
  if (type == GGUF_TYPE_F16) return half_to_float(row + 2 * (uint64_t)i);
  float value;
  memcpy(&value, row + 4 * (uint64_t)i, sizeof value);
  return value;
}

/* Item i (0 to 31) of a block of 8-bit weights. */
static inline int32_t q8_0_item(const uint8_t *block, uint32_t i) { return (int8_t)block[SCALE_BYTES + i]; }

/* Item i of a block of 4-bit weights: low halves are items 0 to 15, high halves 16 to 31. */
static inline int32_t q4_0_item(const uint8_t *block, uint32_t i) {
  const uint8_t pair = block[SCALE_BYTES + i % 16];
  return (i < 16 ? pair & 15 : pair >> 4) - 8;
}

/* The integer nearest to x, halves to even; 0 for NaN. |x| is below 2^22. */
static inline int32_t nearest_int(float x) {
  const float shift = 12582912.0f; /* 1.5 * 2^23: adding it leaves no bits for a fraction */
  const float n = (x + shift) - shift;
  return n == n ? (int32_t)n : 0;
}

#define EXP_LOWEST -87.0f
#define EXP_HIGHEST 88.0f
#define EXP_LOG2_E 0x1.715476p0f
#define EXP_LN2_HIGH 0x1.62e4p-1f /* 15 bits: exact times an exponent */
#define EXP_LN2_LOW 0x1.7f7d1cp-20f
/* Taylor's coefficients 1/7! … 1/0!: within |r| <= ln 2 / 2 the rest is below half a float's last bit. */
#define EXP_COEFFICIENTS \
  { 1.0f / 5040, 1.0f / 720, 1.0f / 120, 1.0f / 24, 1.0f / 6, 0.5f, 1.0f, 1.0f }

/* e^x with x held within [-87, 88]; relative error about 1e-7. */
static inline float exp_float(float x) {
  static const float c[8] = EXP_COEFFICIENTS;
  x = x < EXP_LOWEST ? EXP_LOWEST : x;
  x = x > EXP_HIGHEST ? EXP_HIGHEST : x;
  const int32_t n = nearest_int(x * EXP_LOG2_E);
  const float r = (x - (float)n * EXP_LN2_HIGH) - (float)n * EXP_LN2_LOW;
  float sum = c[0];
  for (int k = 1; k < 8; k++) sum = sum * r + c[k];
  const uint32_t bits = (uint32_t)(n + 127) << 23;
  float power;
  memcpy(&power, &bits, sizeof power);
  return sum * power;
}

#endif
