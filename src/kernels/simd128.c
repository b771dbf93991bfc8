/* The simd128 kernels: WebAssembly's 128-bit vectors, four rows or four lanes at a time.
 * Where forward.c lands by default. Same bits as reference.c: see the contract in kernels.h.
 * Knows no relaxed instructions. Natively the same source runs through SIMDe. */
#include <math.h>

#include "kernels.h"
#include "scalar.h"

#ifdef __wasm_simd128__
#include <wasm_simd128.h>
#else
#define SIMDE_ENABLE_NATIVE_ALIASES
#include <simde/wasm/simd128.h>
#endif

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

/* Four half floats, one in the low half of each 32-bit lane, as floats: half_to_float by lanes. */
static inline v128_t halves_to_floats(v128_t half) {
  const v128_t magnitude = wasm_v128_and(half, wasm_i32x4_splat(0x7fff));
  const v128_t value = wasm_f32x4_mul(wasm_i32x4_shl(magnitude, 13), wasm_f32x4_splat(0x1p112f));
  const v128_t special = wasm_i32x4_ge(magnitude, wasm_i32x4_splat(0x7c00));
  const v128_t sign = wasm_i32x4_shl(wasm_v128_and(half, wasm_i32x4_splat(0x8000)), 16);
  return wasm_v128_or(wasm_v128_or(value, sign), wasm_v128_and(special, wasm_i32x4_splat(0x7f800000)));
}

/* ---- float and half-float weights ---- */

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

static inline v128_t dot_float_rows(const uint8_t *const row[ROWS], bool half, const float *x,
                                    uint32_t cols) {
  v128_t s[ROWS];
  for (int r = 0; r < ROWS; r++) s[r] = wasm_f32x4_splat(0);
  for (uint32_t i = 0; i < cols; i += 4) {
    const uint32_t n = cols - i < 4 ? cols - i : 4;
    const v128_t v = load_floats(x + i, n);
    for (int r = 0; r < ROWS; r++) {
      s[r] = wasm_f32x4_add(s[r], wasm_f32x4_mul(load_weights(row[r], half, i, n), v));
    }
  }
  return totals(s);
}

/* ---- quantised weights ---- */

/* The 32 weights of a block as two vectors of 8-bit integers. */
static inline void load_block(const uint8_t *block, bool q8, v128_t w[2]) {
  const v128_t first = wasm_v128_load(block + SCALE_BYTES);
  if (q8) {
    w[0] = first;
    w[1] = wasm_v128_load(block + SCALE_BYTES + 16);
  } else {
    const v128_t eight = wasm_i8x16_splat(8);
    w[0] = wasm_i8x16_sub(wasm_v128_and(first, wasm_i8x16_splat(15)), eight);
    w[1] = wasm_i8x16_sub(wasm_u8x16_shr(first, 4), eight);
  }
}

/* Four partial sums of the 32 products of a block with activations widened to 16 bits. */
static inline v128_t dot_block(const v128_t w[2], const v128_t q[4]) {
  const v128_t a = wasm_i32x4_dot_i16x8(wasm_i16x8_extend_low_i8x16(w[0]), q[0]);
  const v128_t b = wasm_i32x4_dot_i16x8(wasm_i16x8_extend_high_i8x16(w[0]), q[1]);
  const v128_t c = wasm_i32x4_dot_i16x8(wasm_i16x8_extend_low_i8x16(w[1]), q[2]);
  const v128_t d = wasm_i32x4_dot_i16x8(wasm_i16x8_extend_high_i8x16(w[1]), q[3]);
  return wasm_i32x4_add(wasm_i32x4_add(a, b), wasm_i32x4_add(c, d));
}

/* The sums over lanes of four integer vectors, one a lane. */
static inline v128_t integer_totals(const v128_t s[ROWS]) {
  const v128_t a =
      wasm_i32x4_add(wasm_i32x4_shuffle(s[0], s[1], 0, 1, 4, 5), wasm_i32x4_shuffle(s[0], s[1], 2, 3, 6, 7));
  const v128_t b =
      wasm_i32x4_add(wasm_i32x4_shuffle(s[2], s[3], 0, 1, 4, 5), wasm_i32x4_shuffle(s[2], s[3], 2, 3, 6, 7));
  return wasm_i32x4_add(wasm_i32x4_shuffle(a, b, 0, 2, 4, 6), wasm_i32x4_shuffle(a, b, 1, 3, 5, 7));
}

static inline v128_t dot_block_rows(const uint8_t *const row[ROWS], bool q8, const int8_t *q,
                                    const float *scale, uint32_t cols) {
  const uint32_t bytes = q8 ? Q8_0_BYTES : Q4_0_BYTES;
  v128_t sum = wasm_f32x4_splat(0);
  for (uint32_t b = 0; b < cols / LS_BLOCK; b++, q += LS_BLOCK) {
    v128_t wide[4], isum[ROWS];
    uint32_t scales[ROWS];
    for (int i = 0; i < 4; i++) wide[i] = wasm_i16x8_load8x8(q + 8 * i);
    for (int r = 0; r < ROWS; r++) {
      const uint8_t *block = row[r] + (uint64_t)b * bytes;
      v128_t w[2];
      load_block(block, q8, w);
      isum[r] = dot_block(w, wide);
      scales[r] = (uint32_t)block[0] | (uint32_t)block[1] << 8;
    }
    const v128_t weight_scale = halves_to_floats(wasm_v128_load(scales));
    const v128_t factor = wasm_f32x4_mul(weight_scale, wasm_f32x4_splat(scale[b]));
    const v128_t value = wasm_f32x4_convert_i32x4(integer_totals(isum));
    sum = wasm_f32x4_add(sum, wasm_f32x4_mul(value, factor));
  }
  return sum;
}

/* ---- the kernels ---- */

/* Made once for each weight type, so that the type is a constant in the inner loops. */
static inline __attribute__((always_inline)) void matmul_of(uint32_t type, float *y, const ls_matrix *w,
                                                            const ls_activations *a, uint32_t n) {
  for (uint32_t r = 0; r < w->rows; r += ROWS) {
    const uint32_t n_rows = w->rows - r < ROWS ? w->rows - r : ROWS;
    const uint8_t *row[ROWS];
    for (uint32_t i = 0; i < ROWS; i++) { /* past the last row: the last once more, not stored */
      row[i] = w->data + (uint64_t)(r + (i < n_rows ? i : n_rows - 1)) * w->row_bytes;
    }
    for (uint32_t t = 0; t < n; t++) {
      const uint64_t at = (uint64_t)t * w->cols;
      const bool blocks = type == GGUF_TYPE_Q8_0 || type == GGUF_TYPE_Q4_0;
      const v128_t sums =
          blocks ? dot_block_rows(row, type == GGUF_TYPE_Q8_0, a->q + at, a->scale + at / LS_BLOCK, w->cols)
                 : dot_float_rows(row, type == GGUF_TYPE_F16, a->x + at, w->cols);
      float four[ROWS];
      wasm_v128_store(four, sums);
      memcpy(y + (uint64_t)t * w->rows + r, four, n_rows * sizeof(float));
    }
  }
}

static void matmul(float *y, const ls_matrix *w, const ls_activations *a, uint32_t n) {
  switch (w->type) {
    case GGUF_TYPE_F32: matmul_of(GGUF_TYPE_F32, y, w, a, n); break;
    case GGUF_TYPE_F16: matmul_of(GGUF_TYPE_F16, y, w, a, n); break;
    case GGUF_TYPE_Q8_0: matmul_of(GGUF_TYPE_Q8_0, y, w, a, n); break;
    default: matmul_of(GGUF_TYPE_Q4_0, y, w, a, n); break;
  }
}

/* nearest_int by lanes. */
static inline v128_t nearest_ints(v128_t x) {
  const v128_t shift = wasm_f32x4_splat(12582912.0f);
  return wasm_i32x4_trunc_sat_f32x4(wasm_f32x4_sub(wasm_f32x4_add(x, shift), shift));
}

static void quantize(int8_t *q, float *scale, const float *x, uint64_t count) {
  for (uint64_t b = 0; b < count / LS_BLOCK; b++, q += LS_BLOCK, x += LS_BLOCK) {
    v128_t maxima = wasm_f32x4_splat(0);
    for (int i = 0; i < LS_BLOCK; i += 4) {
      maxima = wasm_f32x4_pmax(maxima, wasm_f32x4_abs(wasm_v128_load(x + i)));
    }
    maxima = wasm_f32x4_pmax(maxima, wasm_i32x4_shuffle(maxima, maxima, 2, 3, 0, 1));
    maxima = wasm_f32x4_pmax(maxima, wasm_i32x4_shuffle(maxima, maxima, 1, 0, 3, 2));
    const float max = wasm_f32x4_extract_lane(maxima, 0);
    scale[b] = max > 1e-30f ? max / 127 : 0;
    const v128_t inverse = wasm_f32x4_splat(max > 1e-30f ? 127 / max : 0);
    for (int i = 0; i < LS_BLOCK; i += 16) {
      v128_t n[4];
      for (int j = 0; j < 4; j++) {
        n[j] = nearest_ints(wasm_f32x4_mul(wasm_v128_load(x + i + 4 * j), inverse));
      }
      wasm_v128_store(q + i, wasm_i8x16_narrow_i16x8(wasm_i16x8_narrow_i32x4(n[0], n[1]),
                                                     wasm_i16x8_narrow_i32x4(n[2], n[3])));
    }
  }
}

static void rmsnorm(float *y, const float *x, const float *weight, uint32_t n, float eps) {
  v128_t s = wasm_f32x4_splat(0);
  for (uint32_t i = 0; i < n; i += 4) {
    const v128_t v = load_floats(x + i, n - i < 4 ? n - i : 4);
    s = wasm_f32x4_add(s, wasm_f32x4_mul(v, v));
  }
  const float factor = 1 / sqrtf(total(s) / (float)n + eps);
  for (uint32_t i = 0; i < n; i++) y[i] = x[i] * factor * weight[i];
}

static void rope(float *v, const float *table, uint32_t n) {
  uint32_t i = 0;
  const v128_t even_lanes = wasm_i32x4_make(INT32_MIN, 0, INT32_MIN, 0);
  for (; i + 4 <= n; i += 4) {
    const v128_t angles = wasm_v128_load(table + i), x = wasm_v128_load(v + i);
    const v128_t cosines = wasm_i32x4_shuffle(angles, angles, 0, 0, 2, 2);
    const v128_t sines = wasm_v128_xor(wasm_i32x4_shuffle(angles, angles, 1, 1, 3, 3), even_lanes);
    const v128_t swapped = wasm_i32x4_shuffle(x, x, 1, 0, 3, 2);
    wasm_v128_store(v + i, wasm_f32x4_add(wasm_f32x4_mul(x, cosines), wasm_f32x4_mul(swapped, sines)));
  }
  if (i < n) ls_kernels_reference.rope(v + i, table + i, n - i);
}

/* exp_float by lanes. */
static inline v128_t exp_floats(v128_t x) {
  static const float c[8] = EXP_COEFFICIENTS;
  x = wasm_f32x4_pmax(x, wasm_f32x4_splat(EXP_LOWEST));
  x = wasm_f32x4_pmin(x, wasm_f32x4_splat(EXP_HIGHEST));
  const v128_t n = nearest_ints(wasm_f32x4_mul(x, wasm_f32x4_splat(EXP_LOG2_E)));
  const v128_t whole = wasm_f32x4_convert_i32x4(n);
  const v128_t high = wasm_f32x4_mul(whole, wasm_f32x4_splat(EXP_LN2_HIGH));
  const v128_t low = wasm_f32x4_mul(whole, wasm_f32x4_splat(EXP_LN2_LOW));
  const v128_t r = wasm_f32x4_sub(wasm_f32x4_sub(x, high), low);
  v128_t sum = wasm_f32x4_splat(c[0]);
  for (int k = 1; k < 8; k++) sum = wasm_f32x4_add(wasm_f32x4_mul(sum, r), wasm_f32x4_splat(c[k]));
  return wasm_f32x4_mul(sum, wasm_i32x4_shl(wasm_i32x4_add(n, wasm_i32x4_splat(127)), 23));
}

/* Replaces scores by e^(score - max) and returns their total. */
static float exponentiate(float *scores, uint32_t n, float max) {
  v128_t s = wasm_f32x4_splat(0);
  const v128_t m = wasm_f32x4_splat(max);
  uint32_t t = 0;
  for (; t + 4 <= n; t += 4) {
    const v128_t e = exp_floats(wasm_f32x4_sub(wasm_v128_load(scores + t), m));
    wasm_v128_store(scores + t, e);
    s = wasm_f32x4_add(s, e);
  }
  float tail[4] = {0, 0, 0, 0};
  for (uint32_t i = 0; t + i < n; i++) tail[i] = scores[t + i] = exp_float(scores[t + i] - max);
  return total(wasm_f32x4_add(s, wasm_v128_load(tail)));
}

/* out (head_dim) = sum over positions of weight * value, times `inverse`. */
static void weighted_sum(float *out, const float *weights, const float *values, uint32_t n, uint32_t stride,
                         uint32_t head_dim, float inverse) {
  uint32_t i = 0;
  for (; i + 16 <= head_dim; i += 16) {
    v128_t s[4];
    for (int j = 0; j < 4; j++) s[j] = wasm_f32x4_splat(0);
    for (uint32_t t = 0; t < n; t++) {
      const float *value = values + (uint64_t)t * stride + i;
      const v128_t w = wasm_f32x4_splat(weights[t]);
      for (int j = 0; j < 4; j++) {
        s[j] = wasm_f32x4_add(s[j], wasm_f32x4_mul(w, wasm_v128_load(value + 4 * j)));
      }
    }
    for (int j = 0; j < 4; j++) {
      wasm_v128_store(out + i + 4 * j, wasm_f32x4_mul(s[j], wasm_f32x4_splat(inverse)));
    }
  }
  for (; i < head_dim; i++) {
    float sum = 0;
    for (uint32_t t = 0; t < n; t++) sum += weights[t] * values[(uint64_t)t * stride + i];
    out[i] = sum * inverse;
  }
}

static void attention(float *out, float *scores, const float *q, const float *keys, const float *values,
                      uint32_t n, uint32_t stride, uint32_t head_dim) {
  const float scale = 1 / sqrtf((float)head_dim);
  float max = -INFINITY;
  for (uint32_t t = 0; t < n; t += ROWS) {
    const uint32_t n_rows = n - t < ROWS ? n - t : ROWS;
    const uint8_t *row[ROWS];
    for (uint32_t i = 0; i < ROWS; i++) {
      row[i] = (const uint8_t *)(keys + (uint64_t)(t + (i < n_rows ? i : n_rows - 1)) * stride);
    }
    float four[ROWS];
    wasm_v128_store(four, wasm_f32x4_mul(dot_float_rows(row, false, q, head_dim), wasm_f32x4_splat(scale)));
    for (uint32_t i = 0; i < n_rows; i++) {
      scores[t + i] = four[i];
      if (max < four[i]) max = four[i];
    }
  }
  const float inverse = 1 / exponentiate(scores, n, max);
  weighted_sum(out, scores, values, n, stride, head_dim, inverse);
}

static void swiglu(float *gate, const float *up, uint64_t n) {
  const v128_t one = wasm_f32x4_splat(1);
  uint64_t i = 0;
  for (; i + 4 <= n; i += 4) {
    const v128_t g = wasm_v128_load(gate + i);
    const v128_t sigmoid_inverse = wasm_f32x4_add(one, exp_floats(wasm_f32x4_neg(g)));
    wasm_v128_store(gate + i, wasm_f32x4_mul(wasm_f32x4_div(g, sigmoid_inverse), wasm_v128_load(up + i)));
  }
  if (i < n) ls_kernels_reference.swiglu(gate + i, up + i, n - i);
}

const ls_kernels ls_kernels_simd128 = {"simd", matmul, quantize, rmsnorm, rope, attention, swiglu};
