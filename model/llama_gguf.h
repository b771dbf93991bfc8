// A model of the llama architecture as a GGUF file: its shape as metadata, its tensors in the type asked for.
// export.c, import.c -> llama_gguf.c -> gguf_write.c, quantise.c
// Must not know where weights and vocabulary come from.
#ifndef MODEL_LLAMA_GGUF_H
#define MODEL_LLAMA_GGUF_H

#include "card.h"
#include "quantise.h"
#include "shape.h"

typedef struct {
  const Shape *shape;
  bool own_head; // output.weight, the tensor after those of shape.h; without it the embedding serves
  const Format *format;
  const Card *card;

  // Copies one row of the tensor of that index to out; the rows of a tensor come in order. False,
  // after a message on stderr, when it cannot be read.
  const void *weights;
  bool (*read_row)(const void *weights, long index, const Tensor *tensor, long row, float *out);

  // Writes tokenizer.ggml.*
  const void *vocabulary;
  void (*put_vocabulary)(GgufWriter *writer, const void *vocabulary);
} LlamaModel;

// One row is held in memory at a time. False, after a message on stderr, when that fails; what was
// at path is still there then.
bool llama_gguf_write(const LlamaModel *model, const char *path);

#endif
