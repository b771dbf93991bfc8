/* The ranking of the tokens by their logits, made as far as it is read.
 * Beside sampler.c: nearly all of a vocabulary is never read, so it is passed over four logits at a time.
 * Knows no probabilities.
 *
 * Tokens are found band by band: those within 3 of the highest logit, then a quarter farther each time. A
 * band becomes a heap, and the heap is popped one token at a time: what is not read is not sorted. */
#include "ranking.h"

#include <string.h>

typedef float floats __attribute__((vector_size(16)));
typedef int32_t masks __attribute__((vector_size(16)));

#define BLOCK 16 /* logits that are looked at together */

/* Greater for what ranks before. */
static uint64_t key_of(float logit, uint32_t id) {
  logit += 0.0f; /* -0 ties with 0 */
  uint32_t bits;
  memcpy(&bits, &logit, sizeof bits);
  bits ^= bits >> 31 ? UINT32_MAX : UINT32_C(1) << 31; /* in the order of the floats */
  return (uint64_t)bits << 32 | (UINT32_MAX - id);
}

static uint32_t id_of(uint64_t key) { return UINT32_MAX - (uint32_t)key; }

/* ---- the heap ---- */

/* The heap lies backwards before keys[n_found], its root last: popping it frees the place at its other end,
 * where the next ranked key goes. */
static uint64_t *node(const ls_ranking *r, uint32_t i) { return &r->keys[r->n_found - 1 - i]; }

/* Sinks `key` from node `at` of a heap of `size` nodes to where it belongs. */
static void sink(const ls_ranking *r, uint64_t key, uint32_t at, uint32_t size) {
  for (uint32_t child; (child = 2 * at + 1) < size; at = child) {
    if (child + 1 < size && *node(r, child + 1) > *node(r, child)) child++;
    if (*node(r, child) < key) break;
    *node(r, at) = *node(r, child);
  }
  *node(r, at) = key;
}

static void pop(ls_ranking *r) {
  const uint64_t first = *node(r, 0), last = r->keys[r->n_ranked];
  r->keys[r->n_ranked++] = first;
  if (r->n_ranked < r->n_found) sink(r, last, 0, r->n_found - r->n_ranked);
}

/* ---- bands ---- */

/* Whether one of BLOCK logits may lie in the band from `low` up to, not including, `high`. */
static bool may_hold(const float *logits, float low, float high) {
  masks any = {0};
  for (int i = 0; i < BLOCK; i += 4) {
    floats v;
    memcpy(&v, logits + i, sizeof v);
    any |= (masks)(v >= low) & (masks)(v < high);
  }
  return any[0] | any[1] | any[2] | any[3];
}

/* Finds the next band, which may be empty. */
static void find(ls_ranking *r) {
  const float low = r->highest - r->reach, high = r->found;
  for (uint32_t from = 0; from < r->n; from += BLOCK) {
    const uint32_t to = r->n - from < BLOCK ? r->n : from + BLOCK;
    if (to - from == BLOCK && !may_hold(r->logits + from, low, high)) continue;
    for (uint32_t id = from; id < to; id++) {
      const float logit = r->logits[id];
      if (logit >= low && logit < high) r->keys[r->n_found++] = key_of(logit, id);
    }
  }
  r->found = low;
  r->reach *= 1.25f; /* up to infinity: then every token is found */
  const uint32_t size = r->n_found - r->n_ranked;
  for (uint32_t i = size / 2; i-- > 0;) sink(r, *node(r, i), i, size);
}

/* ---- the public way ---- */

void ls_ranking_open(ls_ranking *r, uint32_t n, ls_arena *arena) {
  r->n = n;
  r->keys = ls_arena_take(arena, n, sizeof *r->keys);
}

void ls_ranking_start(ls_ranking *r, const float *logits, float highest) {
  r->logits = logits;
  r->n_ranked = r->n_found = 0;
  r->highest = highest;
  r->found = __builtin_inff();
  r->reach = 3;
}

uint32_t ls_ranked(ls_ranking *r, uint32_t rank) {
  while (r->n_ranked <= rank) {
    while (r->n_ranked == r->n_found) find(r);
    pop(r);
  }
  return id_of(r->keys[rank]);
}
