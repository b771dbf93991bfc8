/* Tokens in rank order, found only as far as somebody reads.
 * Beside sampler.c and rewrites.c. Rank order is: higher logit first, on a tie the lower id.
 * Knows no probabilities. */
#ifndef LS_RANKING_H
#define LS_RANKING_H

#include <stdint.h>

#include "gguf.h"

typedef struct ls_ranking {
  const float *logits; /* (n) */
  uint32_t n;
  uint64_t *keys;    /* (n) the first n_ranked are in rank order, those up to n_found are a heap */
  uint32_t n_ranked; /* keys in their place */
  uint32_t n_found;  /* tokens whose logit is at least `found` */
  float highest, found;
  float reach; /* how far below the highest logit is looked next */
} ls_ranking;

/* Lays a ranking of `n` tokens out in `arena`. */
void ls_ranking_open(ls_ranking *r, uint32_t n, ls_arena *arena);

/* Begins anew: `logits` (n) hold no NaN, and `highest` is the greatest of them. */
void ls_ranking_start(ls_ranking *r, const float *logits, float highest);

/* The id at rank `rank`, 0 to n - 1; 0 is the first. */
uint32_t ls_ranked(ls_ranking *r, uint32_t rank);

#endif
