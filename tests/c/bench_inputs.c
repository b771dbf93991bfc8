// Writes what a run of the trainer begins with: its weights, and the batches of its first steps.
// Beside training's way, for tests/bench-train.js: the same numbers then go into another program.
// Must not draw anything itself: weights come from a checkpoint, batches from data.c, as in train.c.
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../model/checkpoint.h"
#include "../../model/data.h"

static int fail(const char *what, const char *why) {
  fprintf(stderr, "%s: %s\n", what, why);
  return 1;
}

// The weights, then (tokens, targets) of every step; whatever comes first decides the exit status.
static bool write_inputs(FILE *out, const Checkpoint *state, Dataset *data, long steps, long batch) {
  const size_t count = (size_t)parameter_count(&state->shape), tokens = (size_t)(batch * data->context);
  int32_t *pair = malloc(2 * tokens * sizeof *pair);
  bool ok = pair && fwrite(state->params, sizeof *state->params, count, out) == count;
  for (long step = 0; ok && step < steps; step++) {
    dataset_batch(data, state->seed, step * batch, batch, pair, pair + tokens);
    ok = fwrite(pair, sizeof *pair, 2 * tokens, out) == 2 * tokens;
  }
  free(pair);
  return ok;
}

int main(int argc, char **argv) {
  if (argc != 6) {
    fprintf(stderr, "usage: bench_inputs checkpoint.bin train.txt steps batch out.bin\n");
    return 2;
  }
  Checkpoint state;
  Dataset data;
  Text text;
  bool missing;
  size_t n_documents;
  const char *error = checkpoint_load(&state, argv[1], &missing);
  if (error) return fail(argv[1], error);
  if (!read_file(argv[2], &text)) return fail(argv[2], strerror(errno));
  Text *documents = split_documents(text, &n_documents);
  if (!documents || !dataset_new(&data, &state.bpe, documents, n_documents, state.shape.context))
    return fail(argv[2], "no memory for its tokens");
  FILE *out = fopen(argv[5], "wb");
  bool ok = out && write_inputs(out, &state, &data, strtol(argv[3], NULL, 10), strtol(argv[4], NULL, 10));
  if (out) ok = fclose(out) == 0 && ok;
  dataset_free(&data);
  checkpoint_free(&state);
  free(documents);
  free((void *)text.bytes);
  return ok ? 0 : fail(argv[5], "cannot be written");
}
