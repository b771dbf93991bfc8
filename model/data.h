// Documents, tokens, and the sequences a training step takes.
// Stands between the text and the model: bpe.c -> data.c -> transformer.c.
// Must not know of parameters or threads.
#ifndef MODEL_DATA_H
#define MODEL_DATA_H

#include "bpe.h"

// Reads a whole file. Free bytes with free(). False, with errno set, when it cannot be read.
bool read_file(const char *path, Text *text);

// Splits text at the lines <|endoftext|>. The documents point into text; free the array with
// free(). NULL when memory runs out. Empty documents are left out.
Text *split_documents(Text text, size_t *n_documents);

typedef struct {
  int32_t *tokens; // (n_tokens) all documents, each begun by <|endoftext|>
  long n_tokens;
  long *starts; // (n_documents + 1) where each begins
  long n_documents;
  long context, n_sequences; // tokens in a sequence, sequences in an epoch
  long epoch;                // the one at hand, -1 before the first
  int32_t *stream;           // (n_tokens) the documents in its order, to be cut into sequences
  long *order;               // (n_sequences) in which they are taken
} Dataset;

bool dataset_new(Dataset *dataset, const Bpe *bpe, const Text *documents, size_t n_documents, long context);
void dataset_free(Dataset *dataset);

// Differs when any token differs.
uint64_t dataset_fingerprint(const Dataset *dataset);

// Sequences first .. first + n - 1 of an endless series. In every epoch the documents are put in
// a new order, cut into sequences, and these are taken in a new order too: else one long tale
// would make up a whole batch. All of it is a function of (seed, first) alone, so that training
// can be resumed anywhere. seed 0 leaves everything in place. tokens, targets (n, context).
void dataset_batch(Dataset *dataset, uint64_t seed, long first, long n, int32_t *tokens, int32_t *targets);

#endif
