/* WebAssembly's 128-bit vectors, natively the same source through SIMDe, and what several kernels do with
 * them. Beside simd128*.c and relaxed.c: the one place that knows which of the two it is. Knows no matrices;
 * where a function stands for one of scalar.h, it gives its bits in every lane. */
#ifndef LS_VECTORS_H
#define LS_VECTORS_H

#include <math.h>
#include <stdbool.h>

#include "scalar.h"

#ifdef __wasm_simd128__
#include <wasm_simd128.h>
#else
#define SIMDE_ENABLE_NATIVE_ALIASES
#include <simde/wasm/simd128.h>
#endif

#define LS_INLINE static inline __attribute__((always_inline))

/* Before a loop of a few rounds whose number is known: arrays indexed in it then live in registers. */
#ifdef __clang__
#define LS_UNROLL _Pragma("clang loop unroll(full)")
#else
#define LS_UNROLL _Pragma("GCC unroll 16")
#endif

/* Before a loop that is to stay one: unrolled, compilers compute sum after sum, and keep in memory all that
 * the next ones will need again. */
#ifdef __clang__
#define LS_ROLLED _Pragma("clang loop unroll(disable)")
#else
#define LS_ROLLED /* GCC leaves it as it is */
#endif

/* In a loop that walks along memory: clang would derive one pointer from another, where a load can carry the
 * distance between them itself. */
#define LS_WALK(pointer) __asm__ volatile("" : "+r"(pointer))

#define ROWS 4 /* of a matrix, computed together: one lane each once their sums are taken */

static inline float total(v128_t s) {
  s = wasm_f32x4_add(s, wasm_i32x4_shuffle(s, s, 2, 3, 0, 1));
  return wasm_f32x4_extract_lane(s, 0) + wasm_f32x4_extract_lane(s, 1);
}

/* The lane-wise totals of four sums: (t0, t1, t2, t3), each (s0 + s2) + (s1 + s3). */
static inline v128_t totals(const v128_t s[ROWS]) {
  const v128_t low01 = wasm_i32x4_shuffle(s[0], s[1], 0, 1, 4, 5);
  const v128_t high01 = wasm_i32x4_shuffle(s[0], s[1], 2, 3, 6, 7);
  const v128_t low23 = wasm_i32x4_shuffle(s[2], s[3], 0, 1, 4, 5);
  const v128_t high23 = wasm_i32x4_shuffle(s[2], s[3], 2, 3, 6, 7);
  const v128_t a = wasm_f32x4_add(low01, high01), b = wasm_f32x4_add(low23, high23);
  return wasm_f32x4_add(wasm_i32x4_shuffle(a, b, 0, 2, 4, 6), wasm_i32x4_shuffle(a, b, 1, 3, 5, 7));
}

/* The same of integers. */
static inline v128_t integer_totals(const v128_t s[ROWS]) {
  const v128_t a =
      wasm_i32x4_add(wasm_i32x4_shuffle(s[0], s[1], 0, 1, 4, 5), wasm_i32x4_shuffle(s[0], s[1], 2, 3, 6, 7));
  const v128_t b =
      wasm_i32x4_add(wasm_i32x4_shuffle(s[2], s[3], 0, 1, 4, 5), wasm_i32x4_shuffle(s[2], s[3], 2, 3, 6, 7));
  return wasm_i32x4_add(wasm_i32x4_shuffle(a, b, 0, 2, 4, 6), wasm_i32x4_shuffle(a, b, 1, 3, 5, 7));
}

/* Four half floats, one in the low half of each 32-bit lane, as floats: half_to_float by lanes. */
static inline v128_t halves_to_floats(v128_t half) {
  const v128_t magnitude = wasm_v128_and(half, wasm_i32x4_splat(0x7fff));
  const v128_t value = wasm_f32x4_mul(wasm_i32x4_shl(magnitude, 13), wasm_f32x4_splat(0x1p112f));
  const v128_t special = wasm_i32x4_ge(magnitude, wasm_i32x4_splat(0x7c00));
  const v128_t sign = wasm_i32x4_shl(wasm_v128_and(half, wasm_i32x4_splat(0x8000)), 16);
  return wasm_v128_or(wasm_v128_or(value, sign), wasm_v128_and(special, wasm_i32x4_splat(0x7f800000)));
}

/* Weights i to i + n - 1 (n at most 4) of a row, zeros after them. */
static inline v128_t load_weights(const uint8_t *row, bool half, uint32_t i, uint32_t n) {
  if (half) {
    if (n == 4) return halves_to_floats(wasm_u32x4_load16x4(row + 2 * (uint64_t)i));
    uint16_t tail[4] = {0, 0, 0, 0};
    memcpy(tail, row + 2 * (uint64_t)i, 2 * n);
    return halves_to_floats(wasm_u32x4_load16x4(tail));
  }
  if (n == 4) return wasm_v128_load(row + 4 * (uint64_t)i);
  float tail[4] = {0, 0, 0, 0};
  memcpy(tail, row + 4 * (uint64_t)i, 4 * n);
  return wasm_v128_load(tail);
}

static inline v128_t load_floats(const float *x, uint32_t n) {
  return load_weights((const uint8_t *)x, false, 0, n);
}

/* The products of four rows with n vectors (n, cols), one or two: to sums (n), a row a lane. */
LS_INLINE void dot_float_rows(v128_t *sums, const uint8_t *const row[ROWS], bool half, const float *x,
                              uint32_t cols, uint32_t n) {
  v128_t s[2][ROWS];
  LS_UNROLL
  for (uint32_t v = 0; v < n; v++) s[v][0] = s[v][1] = s[v][2] = s[v][3] = wasm_f32x4_splat(0);
  for (uint32_t i = 0; i < cols; i += 4) {
    const uint32_t items = cols - i < 4 ? cols - i : 4;
    v128_t w[ROWS];
    LS_UNROLL
    for (int r = 0; r < ROWS; r++) w[r] = load_weights(row[r], half, i, items);
    LS_UNROLL
    for (uint32_t v = 0; v < n; v++) {
      const v128_t a = load_floats(x + (size_t)v * cols + i, items);
      LS_UNROLL
      for (int r = 0; r < ROWS; r++) s[v][r] = wasm_f32x4_add(s[v][r], wasm_f32x4_mul(w[r], a));
    }
  }
  LS_UNROLL
  for (uint32_t v = 0; v < n; v++) sums[v] = totals(s[v]);
}

/* The largest of four lanes, none of which is NaN. */
static inline float lanes_max(v128_t m) {
  m = wasm_f32x4_pmax(m, wasm_i32x4_shuffle(m, m, 2, 3, 0, 1));
  m = wasm_f32x4_pmax(m, wasm_i32x4_shuffle(m, m, 1, 0, 3, 2));
  return wasm_f32x4_extract_lane(m, 0);
}

/* x, below 2^22, plus a number that leaves no bits for a fraction: the sum's last bits are the nearest
 * integer. */
static inline v128_t shifted(v128_t x) { return wasm_f32x4_add(x, wasm_f32x4_splat(12582912.0f)); }
static inline v128_t integers_of(v128_t s) { return wasm_i32x4_sub(s, wasm_f32x4_splat(12582912.0f)); }

/* nearest_int by lanes. */
static inline v128_t nearest_ints(v128_t x) {
  const v128_t s = shifted(x);
  return wasm_v128_and(integers_of(s), wasm_f32x4_eq(s, s));
}

/* exp_float by lanes. */
static inline v128_t exp_floats(v128_t x) {
  static const float c[8] = EXP_COEFFICIENTS;
  x = wasm_f32x4_pmax(x, wasm_f32x4_splat(EXP_LOWEST));
  x = wasm_f32x4_pmin(x, wasm_f32x4_splat(EXP_HIGHEST));
  const v128_t s = shifted(wasm_f32x4_mul(x, wasm_f32x4_splat(EXP_LOG2_E)));
  const v128_t n = integers_of(s), whole = wasm_f32x4_sub(s, wasm_f32x4_splat(12582912.0f));
  const v128_t high = wasm_f32x4_mul(whole, wasm_f32x4_splat(EXP_LN2_HIGH));
  const v128_t low = wasm_f32x4_mul(whole, wasm_f32x4_splat(EXP_LN2_LOW));
  const v128_t r = wasm_f32x4_sub(wasm_f32x4_sub(x, high), low);
  v128_t sum = wasm_f32x4_splat(c[0]);
  for (int k = 1; k < 8; k++) sum = wasm_f32x4_add(wasm_f32x4_mul(sum, r), wasm_f32x4_splat(c[k]));
  return wasm_f32x4_mul(sum, wasm_i32x4_shl(wasm_i32x4_add(n, wasm_i32x4_splat(127)), 23));
}

#endif
