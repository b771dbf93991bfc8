// Causal grouped-query attention over packed documents, forward and backward.
// Stands below transformer.c; uses gemm.h.
// Must not know of projections, rotary positions or residuals.
#include "attention.h"

#include <math.h>
#include <string.h>

#include "gemm.h"
#include "ops.h"

// Queries are taken this many rows at a time, against the keys up to the last of them: about
// half of the causal matrix is never computed.
enum { TILE = 128 };

static long min(long a, long b) { return a < b ? a : b; }

long attention_scratch(long longest_segment) { return TILE * longest_segment; }

static long row_width(const Attention *a) { return (a->n_heads + 2 * a->n_kv_heads) * a->head_dim; }

// Where head h finds its three matrices within a row of qkv.
typedef struct {
  long q, k, v;
} HeadOffsets;

static HeadOffsets head_offsets(const Attention *a, long h) {
  const long kv_head = h / (a->n_heads / a->n_kv_heads);
  return (HeadOffsets){.q = h * a->head_dim,
                       .k = (a->n_heads + kv_head) * a->head_dim,
                       .v = (a->n_heads + a->n_kv_heads + kv_head) * a->head_dim};
}

// Softmax of one row over its first `n` scores; the rest, up to `width`, is the future: 0.
static void causal_softmax(float *row, long n, long width) {
  const float max = row_max(row, n);
  float sum = 0;
#pragma omp simd reduction(+ : sum)
  for (long i = 0; i < n; i++) {
    row[i] = exp_approx(row[i] - max);
    sum += row[i];
  }
  const float scale = 1.0f / sum;
  for (long i = 0; i < n; i++) row[i] *= scale;
  for (long i = n; i < width; i++) row[i] = 0;
}

void attention_forward(float *out, float *probs, const float *qkv, const Attention *a) {
  const long width = row_width(a), dim = a->n_heads * a->head_dim;
  const float scale = 1.0f / sqrtf((float)a->head_dim);
  for (long s = 0; s < a->n_segments; s++) {
    const long start = a->starts[s], length = a->starts[s + 1] - start;
    const float *rows = qkv + start * width;
    for (long h = 0; h < a->n_heads; h++, probs += length * length) {
      const HeadOffsets at = head_offsets(a, h);
      for (long first = 0; first < length; first += TILE) {
        const long n_queries = min(TILE, length - first), n_keys = first + n_queries;
        float *p = probs + first * length; // (n_queries, n_keys) of it are used
        gemm(AS_IS, TRANSPOSED, n_queries, n_keys, a->head_dim, scale,
             matrix(rows + first * width + at.q, width), matrix(rows + at.k, width), 0, p, length);
        for (long t = 0; t < n_queries; t++) causal_softmax(p + t * length, first + t + 1, n_keys);
        gemm(AS_IS, AS_IS, n_queries, a->head_dim, n_keys, 1, matrix(p, length), matrix(rows + at.v, width),
             0, out + (start + first) * dim + at.q, dim);
      }
    }
  }
}

// dscore = prob * (dprob - sum(prob * dprob)), row by row, in place of dprob.
static void softmax_backward(float *dprob, const float *prob, long n, long n_keys, long stride) {
  for (long t = 0; t < n; t++, dprob += n_keys, prob += stride) {
    float dot = 0;
#pragma omp simd reduction(+ : dot)
    for (long i = 0; i < n_keys; i++) dot += prob[i] * dprob[i];
    for (long i = 0; i < n_keys; i++) dprob[i] = prob[i] * (dprob[i] - dot);
  }
}

void attention_backward(float *dqkv, const float *dout, const float *qkv, const float *probs,
                        const Attention *a, float *scratch) {
  const long width = row_width(a), dim = a->n_heads * a->head_dim;
  const float scale = 1.0f / sqrtf((float)a->head_dim);
  for (long s = 0; s < a->n_segments; s++) {
    const long start = a->starts[s], length = a->starts[s + 1] - start;
    const float *rows = qkv + start * width;
    float *drows = dqkv + start * width;
    memset(drows, 0, (size_t)(length * width) * sizeof *drows);
    for (long h = 0; h < a->n_heads; h++, probs += length * length) {
      const HeadOffsets at = head_offsets(a, h);
      const Matrix keys = matrix(rows + at.k, width), values = matrix(rows + at.v, width);
      for (long first = 0; first < length; first += TILE) {
        const long n_queries = min(TILE, length - first), n_keys = first + n_queries;
        const Matrix p = matrix(probs + first * length, length);
        const Matrix queries = matrix(rows + first * width + at.q, width);
        const Matrix dtile = matrix(dout + (start + first) * dim + at.q, dim);
        const Matrix dscores = matrix(scratch, n_keys);

        gemm(TRANSPOSED, AS_IS, n_keys, a->head_dim, n_queries, 1, p, dtile, 1, drows + at.v, width);
        gemm(AS_IS, TRANSPOSED, n_queries, n_keys, a->head_dim, 1, dtile, values, 0, scratch, n_keys);
        softmax_backward(scratch, p.data, n_queries, n_keys, length);
        gemm(AS_IS, AS_IS, n_queries, a->head_dim, n_keys, scale, dscores, keys, 0,
             drows + first * width + at.q, width);
        gemm(TRANSPOSED, AS_IS, n_keys, a->head_dim, n_queries, scale, dscores, queries, 1, drows + at.k,
             width);
      }
    }
  }
}
