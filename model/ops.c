// The element-wise and row-wise operations of the transformer, forward and backward.
// Stands below transformer.c, beside attention.c and gemm.h.
// Must not know of layers, parameters' layout, or optimisation.
#include "ops.h"

#include <math.h>
#include <string.h>

void embedding_forward(float *x, const int32_t *tokens, const float *table, long n, long dim) {
  for (long t = 0; t < n; t++) memcpy(x + t * dim, table + tokens[t] * dim, (size_t)dim * sizeof *x);
}

void embedding_backward(float *dtable, const int32_t *tokens, const float *dx, long n, long dim) {
  for (long t = 0; t < n; t++) {
    float *row = dtable + tokens[t] * dim;
    for (long i = 0; i < dim; i++) row[i] += dx[t * dim + i];
  }
}

void rmsnorm_forward(float *y, float *rstd, const float *x, const float *weight, float epsilon, long n,
                     long dim) {
  for (long t = 0; t < n; t++, x += dim, y += dim) {
    float sum = 0;
#pragma omp simd reduction(+ : sum)
    for (long i = 0; i < dim; i++) sum += x[i] * x[i];
    const float r = 1.0f / sqrtf(sum / (float)dim + epsilon);
    for (long i = 0; i < dim; i++) y[i] = x[i] * r * weight[i];
    rstd[t] = r;
  }
}

void rmsnorm_backward(float *dx, float *dweight, const float *dy, const float *x, const float *weight,
                      const float *rstd, long n, long dim) {
  for (long t = 0; t < n; t++, dx += dim, dy += dim, x += dim) {
    const float r = rstd[t];
    float dot = 0; // of the gradient at the normalised row, and that row
#pragma omp simd reduction(+ : dot)
    for (long i = 0; i < dim; i++) dot += dy[i] * weight[i] * x[i];
    const float along = dot * r * r * r / (float)dim;
    for (long i = 0; i < dim; i++) {
      dx[i] += dy[i] * weight[i] * r - x[i] * along;
      dweight[i] += dy[i] * x[i] * r;
    }
  }
}

void rope(float *x, const float *table, long n, long context, long n_heads, long head_dim, long stride,
          float direction) {
  for (long t = 0; t < n; t++) {
    const float *angle = table + (t % context) * head_dim;
    for (long h = 0; h < n_heads; h++) {
      float *head = x + t * stride + h * head_dim;
#pragma omp simd
      for (long i = 0; i < head_dim; i += 2) {
        const float cosine = angle[i], sine = angle[i + 1] * direction;
        const float a = head[i], b = head[i + 1];
        head[i] = a * cosine - b * sine;
        head[i + 1] = a * sine + b * cosine;
      }
    }
  }
}

void swiglu_forward(float *y, const float *gate_up, long n, long hidden) {
  for (long t = 0; t < n; t++, y += hidden, gate_up += 2 * hidden) {
    const float *gate = gate_up, *up = gate_up + hidden;
#pragma omp simd
    for (long i = 0; i < hidden; i++) y[i] = gate[i] / (1.0f + exp_approx(-gate[i])) * up[i];
  }
}

void swiglu_backward(float *dgate_up, const float *dy, const float *gate_up, long n, long hidden) {
  for (long t = 0; t < n; t++, dy += hidden, gate_up += 2 * hidden, dgate_up += 2 * hidden) {
    const float *gate = gate_up, *up = gate_up + hidden;
    float *dgate = dgate_up, *dup = dgate_up + hidden;
#pragma omp simd
    for (long i = 0; i < hidden; i++) {
      const float sigmoid = 1.0f / (1.0f + exp_approx(-gate[i]));
      const float silu = gate[i] * sigmoid;
      dgate[i] = dy[i] * up[i] * (sigmoid + silu * (1.0f - sigmoid));
      dup[i] = dy[i] * silu;
    }
  }
}

// A 32-bit integer hash whose every output bit depends on every input bit.
static inline uint32_t hash32(uint32_t x) {
  x = (x ^ x >> 16) * 0x7FEB352Du;
  x = (x ^ x >> 15) * 0x846CA68Bu;
  return x ^ x >> 16;
}

// What value `index` of a branch is multiplied with: 0, or 1 / (1 - rate).
static inline float dropout_factor(Dropout dropout, uint32_t index) {
  const float u = (float)(hash32(index ^ dropout.key) >> 8) * 0x1p-24f;
  return u < dropout.rate ? 0.0f : 1.0f / (1.0f - dropout.rate);
}

void residual_forward(float *out, const float *x, const float *branch, Dropout dropout, long count) {
#pragma omp simd
  for (long i = 0; i < count; i++) out[i] = x[i] + branch[i] * dropout_factor(dropout, (uint32_t)i);
}

void residual_backward(float *dbranch, const float *dout, Dropout dropout, long count) {
#pragma omp simd
  for (long i = 0; i < count; i++) dbranch[i] = dout[i] * dropout_factor(dropout, (uint32_t)i);
}

double cross_entropy(float *logits, const int32_t *targets, float scale, long n, long vocab, float *losses) {
  double total = 0;
  for (long t = 0; t < n; t++, logits += vocab) {
    if (losses) losses[t] = 0;
    if (targets[t] < 0) {
      memset(logits, 0, (size_t)vocab * sizeof *logits);
      continue;
    }
    const float max = row_max(logits, vocab);
    const float target_logit = logits[targets[t]];
    float sum = 0;
#pragma omp simd reduction(+ : sum)
    for (long i = 0; i < vocab; i++) {
      logits[i] = exp_approx(logits[i] - max);
      sum += logits[i];
    }
    // cppcheck-suppress invalidFunctionArg ; the largest logit alone makes the sum 1
    const double loss = log((double)sum) + (double)max - (double)target_logit;
    const float factor = scale / sum;
    for (long i = 0; i < vocab; i++) logits[i] *= factor;
    logits[targets[t]] -= scale;
    total += loss;
    if (losses) losses[t] = (float)loss;
  }
  return total;
}
