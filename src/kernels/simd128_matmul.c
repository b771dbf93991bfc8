/* Matrix products of the simd128 set: rows of floats by fours, quantised weights in tiles of eight rows.
 * Inside forward.c's matmul, by way of kernels.h.
 * Knows no relaxed instructions, and of tiles only how their integers are multiplied: see tiles.h. */
#include "simd128.h"

#ifdef LS_SIMD128

#include "tiles.h"

/* ---- float and half-float weights ---- */

/* Two vectors at a time share what it takes to load and convert weights. */
LS_INLINE void matmul_floats(float *y, const ls_matrix *w, bool half, const ls_activations *a, uint32_t n,
                             uint32_t from, uint32_t to) {
  for (uint32_t r = from; r < to; r += ROWS) {
    const uint32_t n_rows = to - r < ROWS ? to - r : ROWS;
    const uint8_t *row[ROWS];
    for (uint32_t i = 0; i < ROWS; i++) { /* past the last row: the last once more, not stored */
      row[i] = w->data + (size_t)(r + (i < n_rows ? i : n_rows - 1)) * w->row_bytes;
    }
    for (uint32_t t = 0; t < n; t += 2) {
      const float *x = a->x + (size_t)t * w->cols;
      v128_t sums[2];
      if (t + 1 < n) {
        dot_float_rows(sums, row, half, x, w->cols, 2);
      } else {
        dot_float_rows(sums, row, half, x, w->cols, 1);
      }
      for (uint32_t v = t; v < n && v < t + 2; v++) {
        float four[ROWS];
        wasm_v128_store(four, sums[v - t]);
        memcpy(y + (size_t)v * w->rows + r, four, n_rows * sizeof(float));
      }
    }
  }
}

/* ---- quantised weights ---- */

/* Sums the lanes (row 0, row 0, row 1, row 1), (row 2, row 2, row 3, row 3) to one lane a row. */
LS_INLINE v128_t pair_totals(v128_t a, v128_t b) {
  return wasm_i32x4_add(wasm_i32x4_shuffle(a, b, 0, 2, 4, 6), wasm_i32x4_shuffle(a, b, 1, 3, 5, 7));
}

/* Four activations, twice, widened to 16 bits: for two rows. */
LS_INLINE v128_t load_activations(const int8_t *q) {
  return wasm_i16x8_extend_low_i8x16(wasm_v128_load32_splat(q));
}

/* Four items of eight rows, two rows a vector, as 16-bit integers, from byte g of each row. Of 4-bit weights
 * the low halves of a row's 16 bytes are items 0 to 15, the upper ones, `second`, 16 to 31. */
LS_INLINE void load_group(v128_t w[4], const uint8_t *quants, uint32_t g, bool four_bits, bool second) {
  if (!four_bits) {
    LS_UNROLL
    for (int r = 0; r < 4; r++) w[r] = wasm_i16x8_load8x8(quants + LS_TILE * g + 8 * r);
    return;
  }
  LS_UNROLL
  for (int r = 0; r < 4; r += 2) {
    const v128_t both = wasm_v128_load(quants + LS_TILE * g + 8 * r);
    const v128_t items = wasm_v128_and(second ? wasm_u16x8_shr(both, 4) : both, wasm_i8x16_splat(15));
    w[r] = wasm_u16x8_extend_low_u8x16(items);
    w[r + 1] = wasm_u16x8_extend_high_u8x16(items);
  }
}

/* Two vectors at a time: their eight sums and the weights fill the registers. */
LS_INLINE void multiply_block(v128_t isum[][2], const uint8_t *quants, const int8_t *q, uint32_t n,
                              bool four_bits) {
  const uint32_t halves = four_bits ? 2 : 1;
  LS_UNROLL
  for (uint32_t t = 0; t < n; t += 2) {
    const uint32_t pair = n - t < 2 ? 1 : 2;
    v128_t s[2][4];
    LS_UNROLL
    for (uint32_t i = 0; i < pair; i++) s[i][0] = s[i][1] = s[i][2] = s[i][3] = wasm_i32x4_splat(0);
    LS_ROLLED
    for (uint32_t g = 0; g < LS_BLOCK / halves; g += 4) {
      LS_UNROLL
      for (uint32_t half = 0; half < halves; half++) {
        v128_t w[4];
        load_group(w, quants, g, four_bits, half == 1);
        LS_UNROLL
        for (uint32_t i = 0; i < pair; i++) {
          const v128_t a = load_activations(q + (g + 16 * half) * n + LS_ITEMS * (t + i));
          LS_UNROLL
          for (int r = 0; r < 4; r++) s[i][r] = wasm_i32x4_add(s[i][r], wasm_i32x4_dot_i16x8(w[r], a));
        }
      }
    }
    LS_UNROLL
    for (uint32_t i = 0; i < pair; i++) {
      isum[t + i][0] = wasm_i32x4_add(isum[t + i][0], pair_totals(s[i][0], s[i][1]));
      isum[t + i][1] = wasm_i32x4_add(isum[t + i][1], pair_totals(s[i][2], s[i][3]));
    }
  }
}

LS_INLINE void block_q8(v128_t isum[][2], const uint8_t *quants, const int8_t *q, uint32_t n) {
  multiply_block(isum, quants, q, n, false);
}

LS_INLINE void block_q4(v128_t isum[][2], const uint8_t *quants, const int8_t *q, uint32_t n) {
  multiply_block(isum, quants, q, n, true);
}

ls_layout ls_simd128_layout(uint32_t type) {
  return type == GGUF_TYPE_Q8_0 || type == GGUF_TYPE_Q4_0 ? LS_TILES : LS_ROWS;
}

void ls_simd128_matmul(float *y, const ls_matrix *w, const ls_activations *a, uint32_t n, uint32_t from,
                       uint32_t to) {
  switch (w->type) {
    case GGUF_TYPE_F32: matmul_floats(y, w, false, a, n, from, to); break;
    case GGUF_TYPE_F16: matmul_floats(y, w, true, a, n, from, to); break;
    case GGUF_TYPE_Q8_0: multiply_tiles(block_q8, 32, 0, y, w, a, n, from, to); break;
    default: multiply_tiles(block_q4, 16, 8, y, w, a, n, from, to); break;
  }
}

#endif
