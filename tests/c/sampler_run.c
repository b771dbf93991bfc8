/* Runs the C sampler on cases from standard input, for tests/sampler.test.js.
 * A case: vocab, stages, seed, position, force (-1: none), then kind and value of each stage, then the
 * logits, all separated by white space. One JSON line out: the draw and every row in full. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "../../src/logitscope.h"

static void print_row(ls_sampler *s, uint32_t index, uint32_t *ids, float *probs) {
  const ls_row *row = &s->rows[index];
  double listed;
  const uint32_t n = ls_row_list(s, index, s->vocab, ids, probs, &listed);
  printf("%s{\"name\":\"%s\",\"kept\":%u,\"keptMass\":%.17g,\"entropy\":%.17g,\"ids\":[", index ? "," : "",
         ls_stage_spec_of(row->stage.kind)->name, row->kept, row->kept_mass, row->entropy);
  for (uint32_t i = 0; i < n; i++) printf(i ? ",%u" : "%u", ids[i]);
  fputs("],\"probs\":[", stdout);
  for (uint32_t i = 0; i < n; i++) printf(i ? ",%.17g" : "%.17g", (double)probs[i]);
  fputs("]}", stdout);
}

int main(void) {
  uint32_t vocab, n_stages;
  uint64_t seed, position;
  int64_t force;
  while (scanf("%" SCNu32 " %" SCNu32 " %" SCNu64 " %" SCNu64 " %" SCNd64, &vocab, &n_stages, &seed,
               &position, &force) == 5) {
    ls_stage stages[LS_MAX_STAGES + 1];
    for (uint32_t i = 0; i < n_stages; i++) {
      if (scanf("%" SCNu32 " %lf", &stages[i].kind, &stages[i].value) != 2) return 1;
    }
    float *logits = malloc(vocab * sizeof *logits), *probs = malloc(vocab * sizeof *probs);
    uint32_t *ids = malloc(vocab * sizeof *ids);
    for (uint32_t i = 0; i < vocab; i++) {
      if (scanf("%f", &logits[i]) != 1) return 1;
    }
    ls_sampler sampler;
    ls_arena arena = {NULL, 0, 0};
    ls_sampler_open(&sampler, vocab, &arena);
    arena = (ls_arena){aligned_alloc(64, arena.used), arena.used, 0};
    ls_sampler_open(&sampler, vocab, &arena);
    ls_draw draw;
    ls_error error;
    if (ls_sample(&sampler, logits, stages, n_stages, seed, position,
                  force < 0 ? LS_NO_TOKEN : (uint32_t)force, &draw, &error)) {
      printf("{\"status\":%d,\"error\":\"%s\"}\n", (int)error.status, error.message);
    } else {
      printf("{\"token\":%u,\"u\":%.17g,\"logprob\":%.17g,\"entropy\":%.17g,\"rows\":[", draw.token, draw.u,
             draw.logprob, draw.entropy);
      for (uint32_t i = 0; i < sampler.n_rows; i++) print_row(&sampler, i, ids, probs);
      puts("]}");
    }
    free(arena.base), free(logits), free(probs), free(ids);
  }
  return 0;
}
