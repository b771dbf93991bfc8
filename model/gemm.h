// Matrix products over BLAS, row-major, f32, with a leading dimension for every operand.
// Stands below every layer: transformer.c, attention.c -> gemm.h -> cblas_sgemm.
// Must not know what the matrices mean.
#ifndef MODEL_GEMM_H
#define MODEL_GEMM_H

#include <cblas.h>

// A matrix inside a larger row-major one: row r begins at data + r * stride.
typedef struct {
  const float *data;
  long stride;
} Matrix;

static inline Matrix matrix(const float *data, long stride) { return (Matrix){data, stride}; }

// c = beta * c + alpha * op(a) op(b), where op(a) is (m, k), op(b) is (k, n), c is (m, n).
static inline void gemm(CBLAS_TRANSPOSE transpose_a, CBLAS_TRANSPOSE transpose_b, long m, long n, long k,
                        float alpha, Matrix a, Matrix b, float beta, float *c, long c_stride) {
  cblas_sgemm(CblasRowMajor, transpose_a, transpose_b, (blasint)m, (blasint)n, (blasint)k, alpha, a.data,
              (blasint)a.stride, b.data, (blasint)b.stride, beta, c, (blasint)c_stride);
}

// y = x w^T: x (n, in), w (out, in), y (n, out).
static inline void linear_forward(float *y, const float *x, const float *w, long n, long in, long out) {
  gemm(CblasNoTrans, CblasTrans, n, out, in, 1, matrix(x, in), matrix(w, in), 0, y, out);
}

// dx = dy w, dw += dy^T x: shapes as in linear_forward.
static inline void linear_backward(float *dx, float *dw, const float *dy, const float *x, const float *w,
                                   long n, long in, long out) {
  gemm(CblasNoTrans, CblasNoTrans, n, in, out, 1, matrix(dy, out), matrix(w, in), 0, dx, in);
  gemm(CblasTrans, CblasNoTrans, out, in, n, 1, matrix(dy, out), matrix(x, in), 1, dw, in);
}

#endif
