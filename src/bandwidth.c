/* How fast this build reads memory: the measure of how fast weights could be read at best.
 * Beside the token's way: a benchmark calls it through wasm.c, on the memory where the model lies.
 * Knows no model; it reads and computes next to nothing. */
#include "bandwidth.h"

/* Bytes read at once: each thread has enough loads under way, and no share splits a line. */
#define STEP 128

typedef struct reading {
  ls_team *team;
  const uint8_t *from;
  uint32_t n;
} reading;

#ifdef __wasm_simd128__
#include <wasm_simd128.h>
typedef v128_t word;
static word load(const uint8_t *at) { return wasm_v128_load(at); }
static bool any(word w) { return wasm_v128_any_true(w); }
#else
#include <string.h>
typedef uint64_t word;
static word load(const uint8_t *at) {
  word w;
  memcpy(&w, at, sizeof w);
  return w;
}
static bool any(word w) { return w != 0; }
#endif

static void read(void *with, uint32_t thread) {
  const reading *r = with;
  const ls_range share = ls_share(r->team, thread, r->n / STEP * STEP, STEP);
  word sums[4] = {load(r->from), load(r->from), load(r->from), load(r->from)};
  for (uint32_t i = share.from; i < share.to; i += STEP) {
    for (uint32_t j = 0; j < STEP; j += sizeof(word)) sums[j / sizeof(word) % 4] |= load(r->from + i + j);
  }
  __asm__ volatile("" : : "r"(any(sums[0] | sums[1] | sums[2] | sums[3]))); /* no load can be left out */
  ls_team_meet(r->team);
}

uint32_t ls_read(ls_team *team, const uint8_t *from, uint32_t n) {
  if (n < STEP) return 0;
  reading r = {team, from, n};
  ls_team_run(team, read, &r);
  return n / STEP * STEP;
}
