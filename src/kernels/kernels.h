/* The kernel contract: every piece of arithmetic of the forward pass, and the bits it must give.
 * Called by forward.c only. A kernel knows rows, lanes and blocks; no layers, no cache, no model.
 *
 * Two sets with the same signatures: reference.c is naive and defines the result; simd128.c must give
 * the same bits. So that both can, and later ones too, each sum has a fixed shape:
 *
 * - A float sum of n products keeps four partial sums; product i goes to partial sum i % 4, in order
 *   of i; the total is (s0 + s2) + (s1 + s3). Nothing is fused.
 * - A product of quantised weights is exact in integers within a block of 32, and the blocks of a row
 *   are added in order to one float: sum += (float)isum * (weight_scale * activation_scale).
 * - A sum over positions, weighted by attention, is taken in order of position.
 *
 * Buffers do not overlap unless a kernel says "in place". NaN and infinity go through without harm. */
#ifndef LS_KERNELS_H
#define LS_KERNELS_H

#include "../logitscope.h"

#define LS_BLOCK 32 /* items that share a scale, in weights and in activations */

/* A batch of input vectors, as floats and, where the model has quantised weights, as 8-bit blocks. */
typedef struct ls_activations {
  const float *x;     /* (n, cols) */
  const int8_t *q;    /* (n, cols) in -127..127 */
  const float *scale; /* (n, cols / 32) */
} ls_activations;

typedef struct ls_kernels {
  const char *name;

  /* y (n, rows) = x (n, cols) W^T for any of the four weight types. */
  void (*matmul)(float *y, const ls_matrix *w, const ls_activations *x, uint32_t n);

  /* Blocks of 32: scale = max |x| / 127, q = x * (127 / max |x|) rounded, halves to even; a block
   * whose maximum is below 1e-30 becomes 0. `count` is a multiple of 32. */
  void (*quantize)(int8_t *q, float *scale, const float *x, uint64_t count);

  /* y (n) = x (n) / sqrt(mean(x^2) + eps) * weight (n). y may be x. Zhang and Sennrich 2019. */
  void (*rmsnorm)(float *y, const float *x, const float *weight, uint32_t n, float eps);

  /* In place: turns the pairs (2i, 2i + 1) of v by the angles whose cosine and sine stand in
   * table (n / 2, 2); n is even. Su et al. 2021. */
  void (*rope)(float *v, const float *table, uint32_t n);

  /* One head at one position: out (head_dim) = softmax(q k^T / sqrt(head_dim)) v over `n` positions,
   * whose keys and values stand `stride` floats apart. scores (n) is scratch. Vaswani et al. 2017. */
  void (*attention)(float *out, float *scores, const float *q, const float *keys, const float *values,
                    uint32_t n, uint32_t stride, uint32_t head_dim);

  /* In place: gate (n) = gate / (1 + e^-gate) * up (n). Shazeer 2020. */
  void (*swiglu)(float *gate, const float *up, uint64_t n);
} ls_kernels;

extern const ls_kernels ls_kernels_reference, ls_kernels_simd128;

/* x (cols) = row `row` of a matrix of any type; exact but for the one rounding of scale * weight. */
void ls_dequantize_row(float *x, const ls_matrix *w, uint32_t row);

#endif
