/* The kernel contract: every piece of arithmetic of the forward pass, and the bits it must give.
 * Called by forward.c; model.c asks for layouts. A kernel knows rows, lanes, blocks and one layer's cache; no
 * model.
 *
 * Sets with the same signatures: reference.c is naive and defines the result; simd128*.c and relaxed.c must
 * give the same bits. So that they can, and later ones too, each sum has a fixed shape:
 *
 * - A float sum of n products keeps four partial sums; product i goes to partial sum i % 4, in order
 *   of i; the total is (s0 + s2) + (s1 + s3). Nothing is fused.
 * - A product of quantised weights is exact in integers within a block of 32, and the blocks of a row
 *   are added in order to one float: sum += (float)isum * (weight_scale * activation_scale).
 * - A sum over positions, weighted by attention, is taken in order of position; of integers, in chunks.
 *
 * Buffers do not overlap unless a kernel says "in place". NaN and infinity go through without harm. */
#ifndef LS_KERNELS_H
#define LS_KERNELS_H

#include <math.h>

#include "../logitscope.h"
#include "pack.h"

/* A batch of input vectors, as floats and, where the model has quantised weights, as 8-bit blocks. These are
 * interleaved, so that a kernel that multiplies several vectors together reads them along memory: of each
 * LS_GROUP vectors, and of those left at the end, first part 0 of each, then part 1. See ls_place. */
typedef struct ls_activations {
  const float *x;     /* (n, cols) */
  const int8_t *q;    /* (n, cols) in -127..127, in parts of LS_ITEMS */
  const float *scale; /* (n, cols / 32), in parts of one */
  const int32_t *sum; /* (n, cols / 32) of q, in parts of one */
} ls_activations;

#define LS_GROUP 4 /* vectors multiplied together: as many sums as there are registers for */
#define LS_ITEMS 4 /* that a vector instruction multiplies at once with those of several rows */

/* How many of n vectors stand in vector t's group. */
static inline uint32_t ls_group(uint32_t n, uint32_t t) {
  const uint32_t left = n - (t - t % LS_GROUP);
  return left < LS_GROUP ? left : LS_GROUP;
}

/* Where part i of vector t stands, of n vectors of `parts` parts. */
static inline uint64_t ls_place(uint32_t n, uint32_t parts, uint32_t t, uint32_t i) {
  const uint32_t in_group = t % LS_GROUP;
  return (uint64_t)(t - in_group) * parts + (uint64_t)i * ls_group(n, t) + in_group;
}

/* Where the items of block b of vector t begin. */
static inline uint64_t ls_block_place(uint32_t n, uint32_t cols, uint32_t t, uint32_t b) {
  return LS_ITEMS * ls_place(n, cols / LS_ITEMS, t, b * (LS_BLOCK / LS_ITEMS));
}

#define LS_CHUNK 64 /* positions whose values are summed up as integers */

/* Keys and values of one layer, head by head. Where the model's weights are floats, so are these; where
 * they are quantised, these are 16-bit integers, each vector with a scale of its own. Values lie across: of
 * each chunk of positions first all of item 0, then of item 1, so that both sums run along memory. */
typedef struct ls_cache {
  uint32_t positions; /* C, a multiple of LS_CHUNK */
  uint32_t head_dim;  /* E */
  float *keys;        /* (K, C, E), or NULL where they are integers */
  float *values;      /* (K, C, E), or NULL */
  int16_t *keys16;    /* (K, C, E) in -ls_level(E)..ls_level(E) */
  int16_t *values16;  /* (K, C / LS_CHUNK, E, LS_CHUNK) in -ls_level(LS_CHUNK)..ls_level(LS_CHUNK) */
  float *key_scale;   /* (K, C) */
  float *value_scale; /* (K, C) */
} ls_cache;

/* The largest integers of which `n` products of two can be summed in 32 bits. */
static inline float ls_level(uint32_t n) { return (float)(int32_t)sqrt(2147483647.0 / n); }

/* Query heads that attend together, so that keys and values are read once. */
#define LS_HEADS 2

/* Floats that attend needs as scratch. */
#define LS_ATTEND_SCRATCH(positions, head_dim) \
  (LS_HEADS * ((uint64_t)(positions) + 3 + ((head_dim) + 1) / 2 + LS_CHUNK / 2))

typedef struct ls_kernels {
  const char *name;

  /* How matmul wants weights of this type laid out, see pack.h. */
  ls_layout (*layout)(uint32_t type);

  /* Rows from to to - 1 of y (n, rows) = x (n, cols) W^T, for any of the four weight types. `from` is a
   * multiple of LS_TILE. */
  void (*matmul)(float *y, const ls_matrix *w, const ls_activations *x, uint32_t n, uint32_t from,
                 uint32_t to);

  /* x (n, cols) by blocks of 32, laid out as ls_activations says: scale = max |x| / 127, q = x * (127 / max
   * |x|) rounded, halves to even; a block whose maximum is below 1e-30 becomes 0; sum is that of the block's
   * q. */
  void (*quantize)(int8_t *q, float *scale, int32_t *sum, const float *x, uint32_t n, uint32_t cols);

  /* y (n) = x (n) / sqrt(mean(x^2) + eps) * weight (n). y may be x. Zhang and Sennrich 2019. */
  void (*rmsnorm)(float *y, const float *x, const float *weight, uint32_t n, float eps);

  /* In place: turns the pairs (2i, 2i + 1) of v by the angles whose cosine and sine stand in
   * table (n / 2, 2); n is even. Su et al. 2021. */
  void (*rope)(float *v, const float *table, uint32_t n);

  /* Puts key and value (E) of head `head` at a position into the cache; as integers rounded like quantize's,
   * to the level that ls_cache says. */
  void (*store)(const ls_cache *cache, uint32_t head, uint32_t position, const float *key,
                const float *value);

  /* Query heads q (heads, E) of one position, at most LS_HEADS, all of key-value head `head`:
   * out (heads, E) = softmax(q k^T / sqrt(E)) v over positions 0 to n - 1. Vaswani et al. 2017.
   * With integers the query is rounded as keys are, and score = (float)isum * (key_scale * (query_scale /
   * sqrt(E))). Of each LS_CHUNK positions the weights, e^(score - max) * value_scale, are rounded like
   * quantize's to ls_level(LS_CHUNK), and out += (float)isum * their scale, in order; out is divided by the
   * total last. */
  void (*attend)(float *out, float *scratch, const float *q, uint32_t heads, const ls_cache *cache,
                 uint32_t head, uint32_t n);

  /* In place: gate (n) = gate / (1 + e^-gate) * up (n). Shazeer 2020. */
  void (*swiglu)(float *gate, const float *up, uint64_t n);
} ls_kernels;

/* Natively simd128 runs through SIMDe. */
#if defined(__wasm_simd128__) || !defined(__wasm__)
#define LS_SIMD128
#endif

extern const ls_kernels ls_kernels_reference, ls_kernels_simd128, ls_kernels_relaxed;

#endif
