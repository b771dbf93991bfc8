/* Weights laid out for the kernels: rows as the file has them, or tiles of eight rows.
 * Between model.c, which packs each matrix once, when its bytes have arrived, and matmul, which reads it.
 * Knows no arithmetic; a packed matrix has the same bytes in another order, in the same place. */
#include "pack.h"

#include "scalar.h"

#define GROUP 4 /* bytes of a row that stand together */

/* Bytes of a block's weights, without its scale. */
static uint32_t block_quants(uint32_t type) {
  return (type == GGUF_TYPE_Q8_0 ? Q8_0_BYTES : Q4_0_BYTES) - SCALE_BYTES;
}

uint32_t ls_tiled_rows(const ls_matrix *w) { return w->layout == LS_ROWS ? 0 : w->rows / LS_TILE * LS_TILE; }

void ls_pack(ls_matrix *w, ls_layout layout, uint8_t *scratch) {
  w->layout = layout;
  const uint32_t quants = block_quants(w->type), blocks = w->cols / LS_BLOCK;
  const uint8_t flip = layout == LS_TILES_OFFSET ? 0x80 : 0;
  for (uint32_t r = 0; r < ls_tiled_rows(w); r += LS_TILE) {
    uint8_t *to = w->data + (size_t)r * w->row_bytes;
    memcpy(scratch, to, (size_t)LS_TILE * w->row_bytes);
    for (uint32_t b = 0; b < blocks; b++) {
      const uint8_t *block = scratch + (size_t)b * (SCALE_BYTES + quants);
      for (uint32_t i = 0; i < LS_TILE; i++, to += SCALE_BYTES) {
        memcpy(to, block + (size_t)i * w->row_bytes, SCALE_BYTES);
      }
      for (uint32_t at = 0; at < quants; at += GROUP) {
        for (uint32_t i = 0; i < LS_TILE; i++, to += GROUP) {
          const uint8_t *from = block + (size_t)i * w->row_bytes + SCALE_BYTES + at;
          for (int j = 0; j < GROUP; j++) to[j] = from[j] ^ flip;
        }
      }
    }
  }
}

/* Block b of row r as the file had it. */
static void unpack_block(uint8_t *block, const ls_matrix *w, uint32_t row, uint32_t b) {
  const uint32_t quants = block_quants(w->type), block_bytes = SCALE_BYTES + quants, i = row % LS_TILE;
  if (row >= ls_tiled_rows(w)) {
    memcpy(block, w->data + (size_t)row * w->row_bytes + (size_t)b * block_bytes, block_bytes);
    return;
  }
  const uint8_t flip = w->layout == LS_TILES_OFFSET ? 0x80 : 0;
  const uint8_t *from = w->data + (size_t)(row - i) * w->row_bytes + (size_t)b * LS_TILE * block_bytes;
  memcpy(block, from + i * SCALE_BYTES, SCALE_BYTES);
  from += LS_TILE * SCALE_BYTES + i * GROUP;
  for (uint32_t at = 0; at < quants; at++) {
    block[SCALE_BYTES + at] = from[at / GROUP * GROUP * LS_TILE + at % GROUP] ^ flip;
  }
}

void ls_unpack_row(float *x, const ls_matrix *w, uint32_t row) {
  const uint8_t *bytes = w->data + (size_t)row * w->row_bytes;
  if (w->type == GGUF_TYPE_F32 || w->type == GGUF_TYPE_F16) {
    for (uint32_t i = 0; i < w->cols; i++) x[i] = float_item(bytes, w->type, i);
    return;
  }
  for (uint32_t b = 0; b < w->cols / LS_BLOCK; b++) {
    uint8_t block[Q8_0_BYTES];
    unpack_block(block, w, row, b);
    for (uint32_t i = 0; i < LS_BLOCK; i++) {
      const int32_t item = w->type == GGUF_TYPE_Q8_0 ? q8_0_item(block, i) : q4_0_item(block, i);
      x[(size_t)b * LS_BLOCK + i] = half_to_float(block) * (float)item;
    }
  }
}
