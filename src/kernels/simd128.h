/* The simd128 kernels by name, for sets that replace only some of them: see kernels.h for what each does.
 * Beside kernels.h. Knows nothing that is not said there. */
#ifndef LS_SIMD128_H
#define LS_SIMD128_H

#include "kernels.h"

ls_layout ls_simd128_layout(uint32_t type);
void ls_simd128_matmul(float *y, const ls_matrix *w, const ls_activations *x, uint32_t n, uint32_t from,
                       uint32_t to);
void ls_simd128_quantize(int8_t *q, float *scale, int32_t *sum, const float *x, uint32_t n, uint32_t cols);
void ls_simd128_rmsnorm(float *y, const float *x, const float *weight, uint32_t n, float eps);
void ls_simd128_rope(float *v, const float *table, uint32_t n);
void ls_simd128_store(const ls_cache *cache, uint32_t head, uint32_t position, const float *key,
                      const float *value);
void ls_simd128_attend(float *out, float *scratch, const float *q, uint32_t heads, const ls_cache *cache,
                       uint32_t head, uint32_t n);
void ls_simd128_swiglu(float *gate, const float *up, uint64_t n);

#endif
