// What a model is worth: validation loss, bits per byte on a text, a sample of its writing.
// Beside the training loop: train.c, samples.c -> evaluate.c -> transformer.c.
// Must not know of gradients or optimisers.
#ifndef MODEL_EVALUATE_H
#define MODEL_EVALUATE_H

#include <stdio.h>

#include "bpe.h"
#include "data.h"
#include "transformer.h"

// Over the whole sequences of a dataset, in its own order, every token predicted from those before it in its
// sequence. NaN, both, when there is no whole sequence or no memory.
typedef struct {
  double nats_per_token; // <|endoftext|> counts as a token
  double bits_per_byte;  // the same nats over ln 2, over the bytes of the tokens predicted: <|endoftext|>
                         // has none, but to predict it costs bits. It compares across vocabularies.
} Validation;
Validation validate(Workspace *ws, const float *params, Dataset *dataset, const Bpe *bpe);

typedef struct {
  long max_bytes;   // only the first so many are scored
  long piece_bytes; // the text is cut into pieces so long, each up to the next space or line end
} ScoreRule;

// Bits per byte, each piece scored from an empty context after <|endoftext|>. A piece of more
// tokens than the context holds is continued from an empty context. Negative when memory runs
// out or the text is empty.
double bits_per_byte(Workspace *ws, const float *params, const Bpe *bpe, Text text, ScoreRule rule);

// Writes prompt and its continuation to out, drawn at the given temperature: until <|endoftext|>, for
// max_tokens, or until the context is full. False when memory runs out.
bool write_sample(const Shape *shape, const float *params, const Bpe *bpe, const char *prompt,
                  long max_tokens, float temperature, uint64_t seed, FILE *out);

#endif
