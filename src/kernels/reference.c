/* The reference kernels: the plainest code that gives the bits promised in kernels.h.
 * Where forward.c lands with --kernels reference; every other set is tested against this one.
 * Knows no vectors and no tricks, and must stay so: it is the definition. */
#include <math.h>

#include "kernels.h"
#include "scalar.h"

static float total(const float s[4]) { return (s[0] + s[2]) + (s[1] + s[3]); }

static float dot_floats(const uint8_t *row, uint32_t type, const float *x, uint32_t cols) {
  float s[4] = {0, 0, 0, 0};
  for (uint32_t i = 0; i < cols; i++) s[i % 4] += float_item(row, type, i) * x[i];
  return total(s);
}

/* With a block of activations whose parts stand `step` bytes apart. */
static inline int32_t dot_block(const uint8_t *block, uint32_t type, const int8_t *q, uint32_t step) {
  int32_t sum = 0;
  for (uint32_t part = 0; part < LS_BLOCK / LS_ITEMS; part++) {
    for (uint32_t i = 0; i < LS_ITEMS; i++) {
      const uint32_t item = part * LS_ITEMS + i;
      sum += (type == GGUF_TYPE_Q8_0 ? q8_0_item(block, item) : q4_0_item(block, item)) * q[part * step + i];
    }
  }
  return sum;
}

static float dot_blocks(const uint8_t *row, uint32_t type, const ls_activations *a, uint32_t n, uint32_t t,
                        uint32_t cols) {
  const uint32_t blocks = cols / LS_BLOCK, step = LS_ITEMS * ls_group(n, t);
  float sum = 0;
  for (uint32_t b = 0; b < blocks; b++) {
    const uint8_t *block = row + (uint64_t)b * (type == GGUF_TYPE_Q8_0 ? Q8_0_BYTES : Q4_0_BYTES);
    const int8_t *q = a->q + ls_block_place(n, cols, t, b);
    const int32_t isum = type == GGUF_TYPE_Q8_0 ? dot_block(block, GGUF_TYPE_Q8_0, q, step)
                                                : dot_block(block, GGUF_TYPE_Q4_0, q, step);
    sum += (float)isum * (half_to_float(block) * a->scale[ls_place(n, blocks, t, b)]);
  }
  return sum;
}

static ls_layout layout(uint32_t type) {
  (void)type;
  return LS_ROWS;
}

static void matmul(float *y, const ls_matrix *w, const ls_activations *a, uint32_t n, uint32_t from,
                   uint32_t to) {
  const bool blocks = w->type == GGUF_TYPE_Q8_0 || w->type == GGUF_TYPE_Q4_0;
  for (uint32_t t = 0; t < n; t++) {
    for (uint32_t r = from; r < to; r++) {
      const uint8_t *row = w->data + (uint64_t)r * w->row_bytes;
      y[(uint64_t)t * w->rows + r] = blocks ? dot_blocks(row, w->type, a, n, t, w->cols)
                                            : dot_floats(row, w->type, a->x + (uint64_t)t * w->cols, w->cols);
    }
  }
}

static void quantize(int8_t *q, float *scale, int32_t *sum, const float *x, uint32_t n, uint32_t cols) {
  const uint32_t blocks = cols / LS_BLOCK;
  for (uint32_t t = 0; t < n; t++) {
    const uint32_t step = LS_ITEMS * ls_group(n, t);
    for (uint32_t b = 0; b < blocks; b++, x += LS_BLOCK) {
      const uint64_t at = ls_place(n, blocks, t, b), items = ls_block_place(n, cols, t, b);
      float max = 0;
      for (int i = 0; i < LS_BLOCK; i++) max = max < fabsf(x[i]) ? fabsf(x[i]) : max;
      const float inverse = max > 1e-30f ? 127 / max : 0;
      scale[at] = max > 1e-30f ? max / 127 : 0;
      sum[at] = 0;
      for (uint32_t i = 0; i < LS_BLOCK; i++) {
        const int8_t item = (int8_t)nearest_int(x[i] * inverse);
        q[items + i / LS_ITEMS * step + i % LS_ITEMS] = item;
        sum[at] += item;
      }
    }
  }
}

static void rmsnorm(float *y, const float *x, const float *weight, uint32_t n, float eps) {
  float s[4] = {0, 0, 0, 0};
  for (uint32_t i = 0; i < n; i++) s[i % 4] += x[i] * x[i];
  const float factor = 1 / sqrtf(total(s) / (float)n + eps);
  for (uint32_t i = 0; i < n; i++) y[i] = x[i] * factor * weight[i];
}

static void rope(float *v, const float *table, uint32_t n) {
  for (uint32_t i = 0; i < n; i += 2) {
    const float cosine = table[i], sine = table[i + 1], even = v[i], odd = v[i + 1];
    v[i] = even * cosine - odd * sine;
    v[i + 1] = odd * cosine + even * sine;
  }
}

/* As quantize, to integers up to `level`; returns the scale. */
static float round_to(int16_t *q, uint32_t step, const float *x, uint32_t n, float level) {
  float max = 0;
  for (uint32_t i = 0; i < n; i++) max = max < fabsf(x[i]) ? fabsf(x[i]) : max;
  const float inverse = max > 1e-30f ? level / max : 0;
  for (uint32_t i = 0; i < n; i++) q[i * step] = (int16_t)nearest_int(x[i] * inverse);
  return max > 1e-30f ? max / level : 0;
}

static void store(const ls_cache *c, uint32_t head, uint32_t position, const float *key, const float *value) {
  const uint32_t e = c->head_dim;
  const uint64_t at = (uint64_t)head * c->positions + position, chunk = at / LS_CHUNK * LS_CHUNK;
  if (c->keys) {
    memcpy(c->keys + at * e, key, e * sizeof *key);
    memcpy(c->values + at * e, value, e * sizeof *value);
    return;
  }
  c->key_scale[at] = round_to(c->keys16 + at * e, 1, key, e, ls_level(e));
  c->value_scale[at] =
      round_to(c->values16 + chunk * e + at % LS_CHUNK, LS_CHUNK, value, e, ls_level(LS_CHUNK));
}

/* Scores become e^(score - max); returns their total. */
static float exponentiate(float *scores, uint32_t n) {
  float max = -INFINITY, s[4] = {0, 0, 0, 0};
  for (uint32_t t = 0; t < n; t++) max = max < scores[t] ? scores[t] : max;
  for (uint32_t t = 0; t < n; t++) {
    scores[t] = exp_float(scores[t] - max);
    s[t % 4] += scores[t];
  }
  return total(s);
}

static void attend_floats(float *out, float *scores, const float *q, const float *keys, const float *values,
                          uint32_t e, uint32_t n) {
  const float scale = 1 / sqrtf((float)e);
  for (uint32_t t = 0; t < n; t++) {
    scores[t] = dot_floats((const uint8_t *)(keys + (uint64_t)t * e), GGUF_TYPE_F32, q, e) * scale;
  }
  const float inverse = 1 / exponentiate(scores, n);
  for (uint32_t i = 0; i < e; i++) {
    float sum = 0;
    for (uint32_t t = 0; t < n; t++) sum += scores[t] * values[(uint64_t)t * e + i];
    out[i] = sum * inverse;
  }
}

static void attend_integers(float *out, float *scores, const float *q, const ls_cache *c, uint64_t first,
                            uint32_t n) {
  const uint32_t e = c->head_dim;
  int16_t *query = (int16_t *)(void *)(scores + n), weights[LS_CHUNK];
  const float query_scale = round_to(query, 1, q, e, ls_level(e)) / sqrtf((float)e);
  for (uint32_t t = 0; t < n; t++) {
    int32_t isum = 0;
    for (uint32_t i = 0; i < e; i++) isum += query[i] * c->keys16[(first + t) * e + i];
    scores[t] = (float)isum * (c->key_scale[first + t] * query_scale);
  }
  const float inverse = 1 / exponentiate(scores, n);
  for (uint32_t i = 0; i < e; i++) out[i] = 0;
  for (uint32_t t = 0; t < n; t += LS_CHUNK) {
    const uint32_t chunk = n - t < LS_CHUNK ? n - t : LS_CHUNK;
    for (uint32_t j = 0; j < chunk; j++) scores[t + j] *= c->value_scale[first + t + j];
    const float scale = round_to(weights, 1, scores + t, chunk, ls_level(LS_CHUNK));
    for (uint32_t i = 0; i < e; i++) {
      int32_t isum = 0;
      for (uint32_t j = 0; j < chunk; j++) {
        isum += weights[j] * c->values16[(first + t) * e + (uint64_t)i * LS_CHUNK + j];
      }
      out[i] += (float)isum * scale;
    }
  }
  for (uint32_t i = 0; i < e; i++) out[i] *= inverse;
}

static void attend(float *out, float *scratch, const float *q, uint32_t heads, const ls_cache *c,
                   uint32_t head, uint32_t n) {
  const uint64_t first = (uint64_t)head * c->positions;
  const uint32_t e = c->head_dim;
  for (uint32_t h = 0; h < heads; h++, out += e, q += e) {
    if (c->keys) {
      attend_floats(out, scratch, q, c->keys + first * e, c->values + first * e, e, n);
    } else {
      attend_integers(out, scratch, q, c, first, n);
    }
  }
}

static void swiglu(float *gate, const float *up, uint64_t n) {
  for (uint64_t i = 0; i < n; i++) gate[i] = gate[i] / (1 + exp_float(-gate[i])) * up[i];
}

const ls_kernels ls_kernels_reference = {"reference", layout, matmul, quantize, rmsnorm,
                                         rope,        store,  attend, swiglu};
