// The element-wise and row-wise operations of the transformer, forward and backward.
// Stands below transformer.c, beside attention.c and gemm.h.
// Must not know of layers, parameters' layout, or optimisation.
//
// n counts rows (tokens). A function *_backward takes the gradient of its output and either
// writes (=) or accumulates (+=) those of its inputs, as each says.
#ifndef MODEL_OPS_H
#define MODEL_OPS_H

#include <stdint.h>

// e^x, written so that a loop over it vectorises, which libm's expf does not without
// -ffast-math. Relative error below 2e-7; saturates outside [-87, 88].
static inline float exp_approx(float x) {
  x = x < -87.0f ? -87.0f : x;
  x = x > 88.0f ? 88.0f : x;
  // Adding 1.5 * 2^23 rounds to an integer, which then stands in the lowest bits.
  const union {
    float value;
    uint32_t bits;
  } rounded = {.value = x * 1.44269504f + 12582912.0f};
  const float n = rounded.value - 12582912.0f;
  const float r = (x - n * 0.693359375f) + n * 2.12194440e-4f; // ln 2 in two parts
  float p = 1.9875691500e-4f;
  p = p * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  const union {
    uint32_t bits;
    float value;
  } power = {.bits = (rounded.bits + 127u) << 23}; // 2^n
  return (p * r * r + r + 1.0f) * power.value;
}

// The largest of x (n), n > 0. Sixteen lanes, since a compiler may not reorder a plain maximum.
static inline float row_max(const float *x, long n) {
  enum { LANES = 16 };
  float lanes[LANES], max = x[0];
  for (long j = 0; j < LANES; j++) lanes[j] = max;
  long i = 0;
  for (; i + LANES <= n; i += LANES)
    for (long j = 0; j < LANES; j++) lanes[j] = x[i + j] > lanes[j] ? x[i + j] : lanes[j];
  for (; i < n; i++) max = x[i] > max ? x[i] : max;
  for (long j = 0; j < LANES; j++) max = lanes[j] > max ? lanes[j] : max;
  return max;
}

// x (n, dim) = rows of table (vocab, dim).
void embedding_forward(float *x, const int32_t *tokens, const float *table, long n, long dim);

// dtable += .
void embedding_backward(float *dtable, const int32_t *tokens, const float *dx, long n, long dim);

// y = x / sqrt(mean(x^2) + epsilon) * weight; x, y (n, dim), weight (dim).
// rstd (n) keeps 1 / sqrt(…) for the way back.
void rmsnorm_forward(float *y, float *rstd, const float *x, const float *weight, float epsilon, long n,
                     long dim);

// dx +=, dweight += .
void rmsnorm_backward(float *dx, float *dweight, const float *dy, const float *x, const float *weight,
                      const float *rstd, long n, long dim);

// Turns each pair (2i, 2i + 1) of each head by its position's angle, in place.
// x: n rows of n_heads * head_dim values, `stride` apart; row t has position t % context.
// table (context, head_dim): cosine, sine, interleaved. direction is 1; -1 turns back, which is
// the gradient.
void rope(float *x, const float *table, long n, long context, long n_heads, long head_dim, long stride,
          float direction);

// y = silu(gate) * up; gate_up (n, 2 * hidden) holds gate then up, y (n, hidden).
void swiglu_forward(float *y, const float *gate_up, long n, long hidden);

// dgate_up = .
void swiglu_backward(float *dgate_up, const float *dy, const float *gate_up, long n, long hidden);

// Which values of a residual branch are dropped: a function of (key, index) alone, so that the
// way back draws the same mask again instead of storing it.
typedef struct {
  float rate; // 0 keeps everything
  uint32_t key;
} Dropout;

// out = x + dropout(branch), all (count). out may be x.
void residual_forward(float *out, const float *x, const float *branch, Dropout dropout, long count);

// dbranch = dropout(dout); the gradient of x is dout itself.
void residual_backward(float *dbranch, const float *dout, Dropout dropout, long count);

// Softmax and cross-entropy. logits (n, vocab) become their own gradient, times scale.
// A target below 0 is left out: no loss, no gradient. Returns the sum of the losses in nats;
// losses (n), if not NULL, receives each.
double cross_entropy(float *logits, const int32_t *targets, float scale, long n, long vocab, float *losses);

#endif
