/* Attention of the simd128 set: over floats, and over 16-bit integers, which are exact in any order.
 * Inside forward.c's attend, by way of kernels.h.
 * Knows one key-value head and the query heads that share it; no layers, no model. */
#include "simd128.h"

#ifdef LS_SIMD128

#include "vectors.h"

/* Scores become e^(score - max); returns their total. */
static float exponentiate(float *scores, uint32_t n) {
  v128_t maxima = wasm_f32x4_splat(-INFINITY), s = wasm_f32x4_splat(0);
  uint32_t t = 0;
  for (; t + 4 <= n; t += 4) maxima = wasm_f32x4_pmax(maxima, wasm_v128_load(scores + t));
  float max = lanes_max(maxima);
  for (; t < n; t++) max = max < scores[t] ? scores[t] : max;
  const v128_t m = wasm_f32x4_splat(max);
  t = 0;
  for (; t + 4 <= n; t += 4) {
    const v128_t e = exp_floats(wasm_f32x4_sub(wasm_v128_load(scores + t), m));
    wasm_v128_store(scores + t, e);
    s = wasm_f32x4_add(s, e);
  }
  float tail[4] = {0, 0, 0, 0};
  for (uint32_t i = 0; t + i < n; i++) tail[i] = scores[t + i] = exp_float(scores[t + i] - max);
  return total(wasm_f32x4_add(s, wasm_v128_load(tail)));
}

/* ---- attention over floats ---- */

/* out (e) = sum over positions of weight * value, times `inverse`. */
static void weighted_sum(float *out, const float *weights, const float *values, uint32_t n, uint32_t e,
                         float inverse) {
  uint32_t i = 0;
  for (; i + 16 <= e; i += 16) {
    v128_t s[4];
    for (int j = 0; j < 4; j++) s[j] = wasm_f32x4_splat(0);
    for (uint32_t t = 0; t < n; t++) {
      const float *value = values + (uint64_t)t * e + i;
      const v128_t w = wasm_f32x4_splat(weights[t]);
      for (int j = 0; j < 4; j++) {
        s[j] = wasm_f32x4_add(s[j], wasm_f32x4_mul(w, wasm_v128_load(value + 4 * j)));
      }
    }
    for (int j = 0; j < 4; j++) {
      wasm_v128_store(out + i + 4 * j, wasm_f32x4_mul(s[j], wasm_f32x4_splat(inverse)));
    }
  }
  for (; i < e; i++) {
    float sum = 0;
    for (uint32_t t = 0; t < n; t++) sum += weights[t] * values[(uint64_t)t * e + i];
    out[i] = sum * inverse;
  }
}

static void attend_floats(float *out, float *scores, const float *q, const float *keys, const float *values,
                          uint32_t e, uint32_t n) {
  const v128_t scale = wasm_f32x4_splat(1 / sqrtf((float)e));
  for (uint32_t t = 0; t < n; t += ROWS) {
    const uint32_t n_rows = n - t < ROWS ? n - t : ROWS;
    const uint8_t *row[ROWS];
    for (uint32_t i = 0; i < ROWS; i++) {
      row[i] = (const uint8_t *)(keys + (uint64_t)(t + (i < n_rows ? i : n_rows - 1)) * e);
    }
    float four[ROWS];
    v128_t sums;
    dot_float_rows(&sums, row, false, q, e, 1);
    wasm_v128_store(four, wasm_f32x4_mul(sums, scale));
    memcpy(scores + t, four, n_rows * sizeof(float));
  }
  weighted_sum(out, scores, values, n, e, 1 / exponentiate(scores, n));
}

/* ---- attention over integers ---- */

/* As quantize, to integers up to `level`, n a multiple of 8; returns the scale. */
static float round_to(int16_t *q, const float *x, uint32_t n, float level) {
  v128_t maxima = wasm_f32x4_splat(0);
  for (uint32_t i = 0; i < n; i += 4) maxima = wasm_f32x4_pmax(maxima, wasm_f32x4_abs(wasm_v128_load(x + i)));
  const float max = lanes_max(maxima);
  const v128_t inverse = wasm_f32x4_splat(max > 1e-30f ? level / max : 0);
  for (uint32_t i = 0; i < n; i += 8) {
    const v128_t low = nearest_ints(wasm_f32x4_mul(wasm_v128_load(x + i), inverse));
    const v128_t high = nearest_ints(wasm_f32x4_mul(wasm_v128_load(x + i + 4), inverse));
    wasm_v128_store(q + i, wasm_i16x8_narrow_i32x4(low, high));
  }
  return max > 1e-30f ? max / level : 0;
}

/* The next eight items. */
LS_INLINE v128_t next_items(const int16_t **at) {
  LS_WALK(*at);
  const v128_t items = wasm_v128_load(*at);
  *at += 8;
  return items;
}

/* The products of four rows (4, stride) with `heads` vectors (heads, vector_stride), over n items, a multiple
 * of 8: to sums (heads), a row a lane. */
LS_INLINE void multiply_rows(v128_t *sums, const int16_t *rows, uint32_t stride, const int16_t *vectors,
                             uint32_t vector_stride, uint32_t n, uint32_t heads) {
  v128_t s[LS_HEADS][4];
  const int16_t *row[4], *vector[LS_HEADS];
  LS_UNROLL
  for (uint32_t r = 0; r < 4; r++) row[r] = rows + r * stride;
  LS_UNROLL
  for (uint32_t h = 0; h < heads; h++) {
    s[h][0] = s[h][1] = s[h][2] = s[h][3] = wasm_i32x4_splat(0);
    vector[h] = vectors + h * vector_stride;
  }
  for (const int16_t *end = rows + n; row[0] != end;) {
    v128_t items[4];
    LS_UNROLL
    for (uint32_t r = 0; r < 4; r++) items[r] = next_items(&row[r]);
    LS_UNROLL
    for (uint32_t h = 0; h < heads; h++) {
      const v128_t v = next_items(&vector[h]);
      LS_UNROLL
      for (uint32_t r = 0; r < 4; r++) s[h][r] = wasm_i32x4_add(s[h][r], wasm_i32x4_dot_i16x8(items[r], v));
    }
  }
  LS_UNROLL
  for (uint32_t h = 0; h < heads; h++) sums[h] = integer_totals(s[h]);
}

/* The weights (n, the rest 0) of a chunk of positions as integers; returns their scale. */
static float round_weights(int16_t *weights, const float *scores, const float *value_scale, uint32_t n) {
  float w[LS_CHUNK];
  for (uint32_t i = 0; i < n; i += 4) {
    wasm_v128_store(w + i, wasm_f32x4_mul(wasm_v128_load(scores + i), wasm_v128_load(value_scale + i)));
  }
  for (uint32_t i = n; i < LS_CHUNK; i++) w[i] = 0;
  return round_to(weights, w, LS_CHUNK, ls_level(LS_CHUNK));
}

/* e is a multiple of 8. Past position n the cache holds anything, and scratch has room for a whole four. */
LS_INLINE void attend_integers(float *out, float *scratch, const float *q, const ls_cache *c, size_t first,
                               uint32_t n, uint32_t heads) {
  const uint32_t e = c->head_dim, padded = (n + 3) / 4 * 4;
  int16_t *query = (int16_t *)(void *)(scratch + (size_t)LS_HEADS * padded), *weights = query + LS_HEADS * e;
  float inverse[LS_HEADS], scale[LS_HEADS];
  v128_t sums[LS_HEADS];
  LS_UNROLL
  for (uint32_t h = 0; h < heads; h++) {
    scale[h] = round_to(query + h * e, q + h * e, e, ls_level(e)) / sqrtf((float)e);
  }
  for (uint32_t t = 0; t < n; t += 4) {
    multiply_rows(sums, c->keys16 + (first + t) * e, e, query, e, e, heads);
    const v128_t key_scale = wasm_v128_load(c->key_scale + first + t);
    LS_UNROLL
    for (uint32_t h = 0; h < heads; h++) {
      const v128_t factor = wasm_f32x4_mul(key_scale, wasm_f32x4_splat(scale[h]));
      wasm_v128_store(scratch + h * padded + t, wasm_f32x4_mul(wasm_f32x4_convert_i32x4(sums[h]), factor));
    }
  }
  LS_UNROLL
  for (uint32_t h = 0; h < heads; h++) inverse[h] = 1 / exponentiate(scratch + h * padded, n);
  for (uint32_t i = 0; i < heads * e; i++) out[i] = 0;
  for (uint32_t t = 0; t < n; t += LS_CHUNK) {
    const uint32_t chunk = n - t < LS_CHUNK ? n - t : LS_CHUNK;
    LS_UNROLL
    for (uint32_t h = 0; h < heads; h++) {
      scale[h] =
          round_weights(weights + h * LS_CHUNK, scratch + h * padded + t, c->value_scale + first + t, chunk);
    }
    for (uint32_t i = 0; i < e; i += 4) {
      const int16_t *values = c->values16 + (first + t) * e + (size_t)i * LS_CHUNK;
      multiply_rows(sums, values, LS_CHUNK, weights, LS_CHUNK, (chunk + 7) / 8 * 8, heads);
      LS_UNROLL
      for (uint32_t h = 0; h < heads; h++) {
        const v128_t more = wasm_f32x4_mul(wasm_f32x4_convert_i32x4(sums[h]), wasm_f32x4_splat(scale[h]));
        wasm_v128_store(out + h * e + i, wasm_f32x4_add(wasm_v128_load(out + h * e + i), more));
      }
    }
  }
  for (uint32_t h = 0; h < heads; h++) {
    for (uint32_t i = 0; i < e; i++) out[h * e + i] *= inverse[h];
  }
}

void ls_simd128_store(const ls_cache *c, uint32_t head, uint32_t position, const float *key,
                      const float *value) {
  ls_kernels_reference.store(c, head, position, key, value);
}

void ls_simd128_attend(float *out, float *scratch, const float *q, uint32_t heads, const ls_cache *c,
                       uint32_t head, uint32_t n) {
  const size_t first = (size_t)head * c->positions;
  const uint32_t e = c->head_dim;
  if (c->keys) {
    for (uint32_t h = 0; h < heads; h++) {
      attend_floats(out + h * e, scratch, q + h * e, c->keys + first * e, c->values + first * e, e, n);
    }
  } else if (e % 8) {
    ls_kernels_reference.attend(out, scratch, q, heads, c, head, n);
  } else if (heads == 2) {
    attend_integers(out, scratch, q, c, first, n, 2);
  } else {
    attend_integers(out, scratch, q, c, first, n, 1);
  }
}

#endif
