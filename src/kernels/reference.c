/* The reference kernels: the plainest code that gives the bits promised in kernels.h.
 * Where forward.c lands with --kernels reference; every other set is tested against this one.
 * Knows no vectors and no tricks, and must stay so: it is the definition. */
#include <math.h>

#include "kernels.h"
#include "scalar.h"

static float total(const float s[4]) { return (s[0] + s[2]) + (s[1] + s[3]); }

/* Item i of a row of float or half-float weights. */
static float float_item(const uint8_t *row, uint32_t type, uint32_t i) {
  if (type == GGUF_TYPE_F16) return half_to_float(row + 2 * (uint64_t)i);
  float value;
  memcpy(&value, row + 4 * (uint64_t)i, sizeof value);
  return value;
}

static float dot_floats(const uint8_t *row, uint32_t type, const float *x, uint32_t cols) {
  float s[4] = {0, 0, 0, 0};
  for (uint32_t i = 0; i < cols; i++) s[i % 4] += float_item(row, type, i) * x[i];
  return total(s);
}

static float dot_blocks(const uint8_t *row, uint32_t type, const int8_t *q, const float *scale,
                        uint32_t cols) {
  float sum = 0;
  for (uint32_t b = 0; b < cols / LS_BLOCK; b++) {
    const uint8_t *block = row + (uint64_t)b * (type == GGUF_TYPE_Q8_0 ? Q8_0_BYTES : Q4_0_BYTES);
    int32_t isum = 0;
    for (uint32_t i = 0; i < LS_BLOCK; i++) {
      const int32_t w = type == GGUF_TYPE_Q8_0 ? q8_0_item(block, i) : q4_0_item(block, i);
      isum += w * q[b * LS_BLOCK + i];
    }
    sum += (float)isum * (half_to_float(block) * scale[b]);
  }
  return sum;
}

static void matmul(float *y, const ls_matrix *w, const ls_activations *a, uint32_t n) {
  const bool blocks = w->type == GGUF_TYPE_Q8_0 || w->type == GGUF_TYPE_Q4_0;
  for (uint32_t t = 0; t < n; t++) {
    for (uint32_t r = 0; r < w->rows; r++) {
      const uint8_t *row = w->data + (uint64_t)r * w->row_bytes;
      const uint64_t at = (uint64_t)t * w->cols;
      y[(uint64_t)t * w->rows + r] =
          blocks ? dot_blocks(row, w->type, a->q + at, a->scale + at / LS_BLOCK, w->cols)
                 : dot_floats(row, w->type, a->x + at, w->cols);
    }
  }
}

static void quantize(int8_t *q, float *scale, const float *x, uint64_t count) {
  for (uint64_t b = 0; b < count / LS_BLOCK; b++, q += LS_BLOCK, x += LS_BLOCK) {
    float max = 0;
    for (int i = 0; i < LS_BLOCK; i++) max = max < fabsf(x[i]) ? fabsf(x[i]) : max;
    const float inverse = max > 1e-30f ? 127 / max : 0;
    scale[b] = max > 1e-30f ? max / 127 : 0;
    for (int i = 0; i < LS_BLOCK; i++) q[i] = (int8_t)nearest_int(x[i] * inverse);
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

static void attention(float *out, float *scores, const float *q, const float *keys, const float *values,
                      uint32_t n, uint32_t stride, uint32_t head_dim) {
  const float scale = 1 / sqrtf((float)head_dim);
  float max = -INFINITY;
  for (uint32_t t = 0; t < n; t++) {
    const uint8_t *key = (const uint8_t *)(keys + (uint64_t)t * stride);
    scores[t] = dot_floats(key, GGUF_TYPE_F32, q, head_dim) * scale;
    if (max < scores[t]) max = scores[t];
  }
  float s[4] = {0, 0, 0, 0};
  for (uint32_t t = 0; t < n; t++) {
    scores[t] = exp_float(scores[t] - max);
    s[t % 4] += scores[t];
  }
  const float inverse = 1 / total(s);
  for (uint32_t i = 0; i < head_dim; i++) {
    float sum = 0;
    for (uint32_t t = 0; t < n; t++) sum += scores[t] * values[(uint64_t)t * stride + i];
    out[i] = sum * inverse;
  }
}

static void swiglu(float *gate, const float *up, uint64_t n) {
  for (uint64_t i = 0; i < n; i++) gate[i] = gate[i] / (1 + exp_float(-gate[i])) * up[i];
}

const ls_kernels ls_kernels_reference = {"reference", matmul, quantize, rmsnorm, rope, attention, swiglu};

void ls_dequantize_row(float *x, const ls_matrix *w, uint32_t row) {
  const uint8_t *bytes = w->data + (uint64_t)row * w->row_bytes;
  for (uint32_t i = 0; i < w->cols; i++) {
    const uint32_t b = i / LS_BLOCK, at = i % LS_BLOCK;
    if (w->type == GGUF_TYPE_Q8_0) {
      const uint8_t *block = bytes + (uint64_t)b * Q8_0_BYTES;
      x[i] = half_to_float(block) * (float)q8_0_item(block, at);
    } else if (w->type == GGUF_TYPE_Q4_0) {
      const uint8_t *block = bytes + (uint64_t)b * Q4_0_BYTES;
      x[i] = half_to_float(block) * (float)q4_0_item(block, at);
    } else {
      x[i] = float_item(bytes, w->type, i);
    }
  }
}
