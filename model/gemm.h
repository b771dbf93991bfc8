// Matrix products, row-major: all of training's arithmetic that pays for a library is behind this header.
// Stands below every layer: transformer.c, attention.c -> gemm.h -> gemm.c -> oneDNN.
// Must not know what the matrices mean.
#ifndef MODEL_GEMM_H
#define MODEL_GEMM_H

#include <stdbool.h>
#include <stdint.h>

// A matrix inside a larger row-major one: row r begins at data + r * stride.
typedef struct {
  const float *data;
  long stride;
} Matrix;

static inline Matrix matrix(const float *data, long stride) { return (Matrix){data, stride}; }

typedef enum { AS_IS, TRANSPOSED } Op;

// c = beta * c + alpha * op(a) op(b) in f32, where op(a) is (m, k), op(b) is (k, n), c is (m, n).
void gemm(Op op_a, Op op_b, long m, long n, long k, float alpha, Matrix a, Matrix b, float beta, float *c,
          long c_stride);

// ---- linear layers, in a chosen precision ----

// BF16 is mixed precision: operands are rounded to bfloat16 (8 bits of mantissa, the exponent of
// f32), products are summed in f32, results are f32. Micikevicius et al. 2018; Kalamkar et al. 2019.
typedef enum { FP32, BF16 } Precision;
typedef uint16_t Bf16; // the upper half of an f32

void bf16_from_f32(Bf16 *out, const float *in, long count); // to nearest, ties to even

// Whether this processor multiplies bfloat16 itself; where it does not, BF16 would be slower than FP32.
bool bf16_is_native(void);

// What the products of one thread need. NULL when memory runs out, or oneDNN has no bfloat16 product here.
typedef struct Gemm Gemm;
Gemm *gemm_new(Precision precision);
void gemm_free(Gemm *gemm);

// Operands that lie in the `count` floats from `first` are not rounded at every product, but taken
// from `rounded`, which the caller keeps true. For weights, which change once a step.
void gemm_keep(Gemm *gemm, const float *first, long count, const Bf16 *rounded);

// y = x w^T: x (n, in), w (out, in), y (n, out).
void linear_forward(Gemm *gemm, float *y, const float *x, const float *w, long n, long in, long out);

// dx = dy w, dw += dy^T x: shapes as in linear_forward.
void linear_backward(Gemm *gemm, float *dx, float *dw, const float *dy, const float *x, const float *w,
                     long n, long in, long out);

#endif
