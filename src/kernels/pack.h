/* Weights laid out for the kernels: rows as the file has them, or tiles of eight rows.
 * Between model.c, which packs each matrix once, when its bytes have arrived, and matmul, which reads it.
 * Knows no arithmetic; a packed matrix has the same bytes in another order, in the same place. */
#ifndef LS_PACK_H
#define LS_PACK_H

#include "../logitscope.h"

#define LS_BLOCK 32 /* items that share a scale, in weights and in activations */
#define LS_TILE 8   /* rows of a tile */

/* Lays a quantised matrix out anew, in place. A tile is, for each block of columns, the scales of its eight
 * rows, then, for each four bytes of a block's weights, those of the eight rows: it is read from front to
 * back. Rows past the last whole tile stay as they are. `scratch` has room for LS_TILE rows. */
void ls_pack(ls_matrix *w, ls_layout layout, uint8_t *scratch);

/* Rows that stand in tiles; those behind them stand as in the file. */
uint32_t ls_tiled_rows(const ls_matrix *w);

/* x (cols) = row `row` of a matrix of any type and layout; exact but for the one rounding of scale * weight.
 */
void ls_unpack_row(float *x, const ls_matrix *w, uint32_t row);

#endif
