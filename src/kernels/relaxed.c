/* The relaxed kernels: WebAssembly's 8-bit dot product, four products a lane and instruction.
 * Where forward.c lands in an engine with relaxed SIMD. Same bits as reference.c: only this one relaxed
 * instruction is used, and only where its operands leave it no freedom or the engine was seen to be exact.
 * Knows quantised matrices; everything else is simd128.c's. */
#include "simd128.h"

#ifdef __wasm_relaxed_simd__

#include "scalar.h"
#include "tiles.h"

/* Lanes of four 8-bit products added to a 32-bit sum. The proposal leaves open whether the second operand's
 * upper bit is a sign and whether sums of two products saturate at 16 bits; with 0 to 127 there, neither
 * matters. Engines on x86 with VNNI take 0 to 255 and are exact, those on ARM take -128 to 127. */
#define DOT(first, second, sum) wasm_i32x4_relaxed_dot_i8x16_i7x16_add(first, second, sum)

typedef enum behaviour { UNKNOWN, UNSIGNED, SIGNED, SEVEN_BITS, BROKEN } behaviour;

static bool gives(int8_t first, uint8_t second, int32_t product) {
  volatile int8_t a = first; /* or the compiler would multiply */
  volatile uint8_t b = second;
  volatile int32_t sum = 1000000;
  const v128_t d = DOT(wasm_i8x16_splat(a), wasm_u8x16_splat(b), wasm_i32x4_splat(sum));
  return wasm_i32x4_extract_lane(d, 0) == sum + 4 * product &&
         wasm_i32x4_extract_lane(d, 3) == sum + 4 * product;
}

static behaviour probe(void) {
  if (!gives(127, 127, 127 * 127) || !gives(-127, 127, -127 * 127) || !gives(-128, 15, -128 * 15))
    return BROKEN;
  if (gives(127, 255, 127 * 255) && gives(-127, 255, -127 * 255) && gives(-127, 128, -127 * 128))
    return UNSIGNED;
  if (gives(127, 128, -127 * 128) && gives(-127, 128, 127 * 128) && gives(-127, 255, 127)) return SIGNED;
  return SEVEN_BITS;
}

static behaviour engine;

static ls_layout layout(uint32_t type) {
  engine = probe();
  return type == GGUF_TYPE_Q8_0 && engine == UNSIGNED ? LS_TILES_OFFSET : ls_simd128_layout(type);
}

#define TILE_PART (LS_TILE * LS_ITEMS) /* weights that one part of a vector's items is multiplied with */

LS_INLINE void block_q8(v128_t isum[][2], const uint8_t *quants, const int8_t *q, uint32_t n) {
  const uint32_t step = LS_ITEMS * n;
  LS_ROLLED
  for (const uint8_t *end = quants + LS_TILE * LS_BLOCK; quants != end;
       quants += 2 * TILE_PART, q += 2 * step) {
    LS_WALK(quants);
    LS_WALK(q);
    const v128_t low_first = wasm_v128_load(quants), high_first = wasm_v128_load(quants + 16);
    const v128_t low_second = wasm_v128_load(quants + 32), high_second = wasm_v128_load(quants + 48);
    LS_UNROLL
    for (uint32_t i = 0; i < n; i++) {
      const v128_t a = wasm_v128_load32_splat(q + LS_ITEMS * i);
      const v128_t b = wasm_v128_load32_splat(q + step + LS_ITEMS * i);
      isum[i][0] = DOT(b, low_second, DOT(a, low_first, isum[i][0]));
      isum[i][1] = DOT(b, high_second, DOT(a, high_first, isum[i][1]));
    }
  }
}

/* The low halves of a row's 16 bytes are items 0 to 15, the high halves 16 to 31. */
LS_INLINE void block_q4(v128_t isum[][2], const uint8_t *quants, const int8_t *q, uint32_t n) {
  const v128_t half = wasm_i8x16_splat(15);
  const uint32_t step = LS_ITEMS * n;
  LS_ROLLED
  for (const uint8_t *end = quants + LS_TILE * LS_BLOCK / 2; quants != end; quants += TILE_PART, q += step) {
    LS_WALK(quants);
    LS_WALK(q);
    const v128_t low = wasm_v128_load(quants), high = wasm_v128_load(quants + 16);
    const v128_t low_first = wasm_v128_and(low, half), high_first = wasm_v128_and(high, half);
    const v128_t low_second = wasm_v128_and(wasm_u16x8_shr(low, 4), half);
    const v128_t high_second = wasm_v128_and(wasm_u16x8_shr(high, 4), half);
    LS_UNROLL
    for (uint32_t i = 0; i < n; i++) {
      const v128_t a = wasm_v128_load32_splat(q + LS_ITEMS * i);
      const v128_t b = wasm_v128_load32_splat(q + 4 * step + LS_ITEMS * i);
      isum[i][0] = DOT(b, low_second, DOT(a, low_first, isum[i][0]));
      isum[i][1] = DOT(b, high_second, DOT(a, high_first, isum[i][1]));
    }
  }
}

static void matmul(float *y, const ls_matrix *w, const ls_activations *a, uint32_t n, uint32_t from,
                   uint32_t to) {
  if (w->type == GGUF_TYPE_Q4_0 && engine != BROKEN) {
    multiply_tiles(block_q4, 16, 8, y, w, a, n, from, to);
  } else if (w->type == GGUF_TYPE_Q8_0 && engine == UNSIGNED) {
    multiply_tiles(block_q8, 32, 128, y, w, a, n, from, to);
  } else if (w->type == GGUF_TYPE_Q8_0 && engine == SIGNED) {
    multiply_tiles(block_q8, 32, 0, y, w, a, n, from, to);
  } else {
    ls_simd128_matmul(y, w, a, n, from, to);
  }
}

const ls_kernels ls_kernels_relaxed = {
    "relaxed",          layout,          matmul,           ls_simd128_quantize,
    ls_simd128_rmsnorm, ls_simd128_rope, ls_simd128_store, ls_simd128_attend,
    ls_simd128_swiglu};

#endif
