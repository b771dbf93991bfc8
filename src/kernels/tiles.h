/* Products of quantised weights in tiles with a batch of vectors, for kernel sets with 128-bit vectors.
 * Inside matmul: simd128.c and relaxed.c bring the integer part, here is all around it.
 * Knows no layers; the bits are those of kernels.h, for the integers are exact in any order. */
#ifndef LS_TILES_H
#define LS_TILES_H

#include "kernels.h"
#include "scalar.h"
#include "vectors.h"

/* Adds the products of one block of a tile (`quants`: 8 rows) with a group of n vectors, q (8, n, LS_ITEMS),
 * to isum (n, 2): rows 0 to 3 and 4 to 7 by lanes. The stored weights are taken as they are, without what the
 * layout adds to them. */
typedef void tile_block(v128_t isum[][2], const uint8_t *quants, const int8_t *q, uint32_t n);

/* Four finite half floats as floats: half_to_float by lanes. */
LS_INLINE v128_t tile_scales(const uint8_t *halves) {
  const v128_t bits = wasm_i32x4_shl(wasm_i32x4_load16x4(halves), 13);
  const v128_t sign_and_magnitude = wasm_v128_and(bits, wasm_i32x4_splat((int32_t)0x8fffe000));
  return wasm_f32x4_mul(sign_and_magnitude, wasm_f32x4_splat(0x1p112f));
}

/* One tile with the n vectors of the group that begins with vector t. */
LS_INLINE void multiply_tile(tile_block *block, uint32_t quants, int32_t offset, float *y, size_t y_stride,
                             const uint8_t *tile, uint32_t blocks, const ls_activations *a, uint32_t t,
                             uint32_t n) {
  const int8_t *q = a->q + (size_t)t * blocks * LS_BLOCK;
  const float *scale = a->scale + (size_t)t * blocks;
  const int32_t *sum = a->sum + (size_t)t * blocks;
  v128_t total[LS_GROUP][2];
  LS_UNROLL
  for (uint32_t i = 0; i < n; i++) total[i][0] = total[i][1] = wasm_f32x4_splat(0);
  for (uint32_t b = 0; b < blocks; b++) {
    LS_WALK(tile);
    LS_WALK(q);
    LS_WALK(scale);
    LS_WALK(sum);
    v128_t isum[LS_GROUP][2];
    LS_UNROLL
    for (uint32_t i = 0; i < n; i++) {
      isum[i][0] = isum[i][1] = wasm_i32x4_splat(-offset * sum[i]);
    }
    block(isum, tile + LS_TILE * SCALE_BYTES, q, n);
    const v128_t low = tile_scales(tile), high = tile_scales(tile + 8);
    LS_UNROLL
    for (uint32_t i = 0; i < n; i++) {
      const v128_t s = wasm_v128_load32_splat(scale + i);
      const v128_t low_value = wasm_f32x4_convert_i32x4(isum[i][0]);
      const v128_t high_value = wasm_f32x4_convert_i32x4(isum[i][1]);
      total[i][0] = wasm_f32x4_add(total[i][0], wasm_f32x4_mul(low_value, wasm_f32x4_mul(low, s)));
      total[i][1] = wasm_f32x4_add(total[i][1], wasm_f32x4_mul(high_value, wasm_f32x4_mul(high, s)));
    }
    tile += LS_TILE * (SCALE_BYTES + quants);
    q += n * LS_BLOCK;
    scale += n;
    sum += n;
  }
  LS_UNROLL
  for (uint32_t i = 0; i < n; i++) {
    wasm_v128_store(y + (t + i) * y_stride, total[i][0]);
    wasm_v128_store(y + (t + i) * y_stride + 4, total[i][1]);
  }
}

/* Rows from to to - 1 of a packed matrix; those behind the last tile are the reference's. `block`, `quants`
 * and `offset`, what the layout adds to a weight, are constants. */
LS_INLINE void multiply_tiles(tile_block *block, uint32_t quants, int32_t offset, float *y,
                              const ls_matrix *w, const ls_activations *a, uint32_t n, uint32_t from,
                              uint32_t to) {
  const uint32_t blocks = w->cols / LS_BLOCK, tiled = ls_tiled_rows(w);
  uint32_t r = from;
  for (; r < to && r < tiled; r += LS_TILE) {
    const uint8_t *tile = w->data + (size_t)r * w->row_bytes;
    for (uint32_t t = 0; t < n; t += LS_GROUP) {
      switch (ls_group(n, t)) { /* constants, so that sums live in registers */
        case 1: multiply_tile(block, quants, offset, y + r, w->rows, tile, blocks, a, t, 1); break;
        case 2: multiply_tile(block, quants, offset, y + r, w->rows, tile, blocks, a, t, 2); break;
        case 3: multiply_tile(block, quants, offset, y + r, w->rows, tile, blocks, a, t, 3); break;
        default: multiply_tile(block, quants, offset, y + r, w->rows, tile, blocks, a, t, LS_GROUP);
      }
    }
  }
  if (r < to) ls_kernels_reference.matmul(y, w, a, n, r, to);
}

#endif
