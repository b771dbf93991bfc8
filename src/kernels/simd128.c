/* The simd128 kernels: WebAssembly's 128-bit vectors, four rows or four lanes at a time.
 * Where forward.c lands by default. Same bits as reference.c: see the contract in kernels.h. Here are the set
 * and all but its large parts, simd128_matmul.c and simd128_attend.c.
 * Knows no relaxed instructions. */
#include "simd128.h"

#ifdef LS_SIMD128

#include "vectors.h"

/* One block, its items in parts that stand `step` bytes apart. */
static void quantize_block(int8_t *q, size_t step, float *scale, int32_t *sum, const float *x) {
  v128_t maxima = wasm_f32x4_splat(0);
  for (int i = 0; i < LS_BLOCK; i += 4) {
    maxima = wasm_f32x4_pmax(maxima, wasm_f32x4_abs(wasm_v128_load(x + i)));
  }
  const float max = lanes_max(maxima);
  *scale = max > 1e-30f ? max / 127 : 0;
  const v128_t inverse = wasm_f32x4_splat(max > 1e-30f ? 127 / max : 0);
  v128_t s = wasm_i32x4_splat(0);
  for (int i = 0; i < LS_BLOCK; i += 16, q += 4 * step) {
    v128_t n[4];
    for (int j = 0; j < 4; j++) {
      n[j] = nearest_ints(wasm_f32x4_mul(wasm_v128_load(x + i + 4 * j), inverse));
      s = wasm_i32x4_add(s, n[j]);
    }
    const v128_t parts =
        wasm_i8x16_narrow_i16x8(wasm_i16x8_narrow_i32x4(n[0], n[1]), wasm_i16x8_narrow_i32x4(n[2], n[3]));
    wasm_v128_store32_lane(q, parts, 0);
    wasm_v128_store32_lane(q + step, parts, 1);
    wasm_v128_store32_lane(q + 2 * step, parts, 2);
    wasm_v128_store32_lane(q + 3 * step, parts, 3);
  }
  s = wasm_i32x4_add(s, wasm_i32x4_shuffle(s, s, 2, 3, 0, 1));
  *sum = wasm_i32x4_extract_lane(s, 0) + wasm_i32x4_extract_lane(s, 1);
}

void ls_simd128_quantize(int8_t *q, float *scale, int32_t *sum, const float *x, uint32_t n, uint32_t cols) {
  const uint32_t blocks = cols / LS_BLOCK;
  for (uint32_t t = 0; t < n; t++) {
    for (uint32_t b = 0; b < blocks; b++, x += LS_BLOCK) {
      const uint64_t at = ls_place(n, blocks, t, b);
      quantize_block(q + ls_block_place(n, cols, t, b), LS_ITEMS * ls_group(n, t), scale + at, sum + at, x);
    }
  }
}

void ls_simd128_rmsnorm(float *y, const float *x, const float *weight, uint32_t n, float eps) {
  v128_t s = wasm_f32x4_splat(0);
  for (uint32_t i = 0; i < n; i += 4) {
    const v128_t v = load_floats(x + i, n - i < 4 ? n - i : 4);
    s = wasm_f32x4_add(s, wasm_f32x4_mul(v, v));
  }
  const float factor = 1 / sqrtf(total(s) / (float)n + eps);
  for (uint32_t i = 0; i < n; i++) y[i] = x[i] * factor * weight[i];
}

void ls_simd128_rope(float *v, const float *table, uint32_t n) {
  uint32_t i = 0;
  const v128_t even_lanes = wasm_i32x4_make(INT32_MIN, 0, INT32_MIN, 0);
  for (; i + 4 <= n; i += 4) {
    const v128_t angles = wasm_v128_load(table + i), x = wasm_v128_load(v + i);
    const v128_t cosines = wasm_i32x4_shuffle(angles, angles, 0, 0, 2, 2);
    const v128_t sines = wasm_v128_xor(wasm_i32x4_shuffle(angles, angles, 1, 1, 3, 3), even_lanes);
    const v128_t swapped = wasm_i32x4_shuffle(x, x, 1, 0, 3, 2);
    wasm_v128_store(v + i, wasm_f32x4_add(wasm_f32x4_mul(x, cosines), wasm_f32x4_mul(swapped, sines)));
  }
  if (i < n) ls_kernels_reference.rope(v + i, table + i, n - i);
}

void ls_simd128_swiglu(float *gate, const float *up, uint64_t n) {
  const v128_t one = wasm_f32x4_splat(1);
  uint64_t i = 0;
  for (; i + 4 <= n; i += 4) {
    const v128_t g = wasm_v128_load(gate + i);
    const v128_t sigmoid_inverse = wasm_f32x4_add(one, exp_floats(wasm_f32x4_neg(g)));
    wasm_v128_store(gate + i, wasm_f32x4_mul(wasm_f32x4_div(g, sigmoid_inverse), wasm_v128_load(up + i)));
  }
  if (i < n) ls_kernels_reference.swiglu(gate + i, up + i, n - i);
}

const ls_kernels ls_kernels_simd128 = {
    "simd",          ls_simd128_layout, ls_simd128_matmul, ls_simd128_quantize, ls_simd128_rmsnorm,
    ls_simd128_rope, ls_simd128_store,  ls_simd128_attend, ls_simd128_swiglu};

#endif
