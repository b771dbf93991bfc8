// What a model is worth: validation loss, bits per byte on a text, a sample of its writing.
// Beside the training loop: train.c -> evaluate.c -> transformer.c.
// Must not know of gradients or optimisers.
#ifndef MODEL_EVALUATE_H
#define MODEL_EVALUATE_H

#include <stdio.h>

#include "bpe.h"
#include "data.h"
#include "transformer.h"

// Mean loss in nats a token over the whole dataset, in its own order.
double validation_loss(Workspace *ws, const float *params, Dataset *dataset);

typedef struct {
  long max_bytes;   // only the first so many are scored
  long piece_bytes; // the text is cut into pieces so long, each up to the next space or line end
} ScoreRule;

// Bits per byte, each piece scored from an empty context after <|endoftext|>. A piece of more
// tokens than the context holds is continued from an empty context. Negative when memory runs
// out or the text is empty.
double bits_per_byte(Workspace *ws, const float *params, const Bpe *bpe, Text text, ScoreRule rule);

// Writes prompt and its continuation, drawn at the given temperature, to out.
void write_sample(Workspace *ws, const float *params, const Bpe *bpe, const char *prompt, float temperature,
                  uint64_t seed, FILE *out);

#endif
