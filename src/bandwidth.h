/* How fast this build reads memory: the measure of how fast weights could be read at best.
 * Beside the token's way: a benchmark calls it through wasm.c, on the memory where the model lies.
 * Knows no model; it reads and computes next to nothing. */
#ifndef LS_BANDWIDTH_H
#define LS_BANDWIDTH_H

#include <stdbool.h>
#include <stdint.h>

#include "team.h"

/* Reads `n` bytes once, with the build's widest loads, each thread of the team a share from front to back as
 * in matmul. Returns how many were read: the last few, fewer than 128, are not. */
uint32_t ls_read(ls_team *team, const uint8_t *from, uint32_t n);

#endif
