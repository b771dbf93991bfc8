// A checkpoint: all that training needs to go on, and all that export needs, in one file.
// Beside the training loop: train.c, export.c -> checkpoint.c.
// Must not know how parameters are computed.
#ifndef MODEL_CHECKPOINT_H
#define MODEL_CHECKPOINT_H

#include "bpe.h"
#include "shape.h"

typedef struct {
  Shape shape;
  int64_t step;    // steps done
  uint64_t seed;   // of weights, order and dropout
  uint64_t corpus; // fingerprint of the training tokens
  Bpe bpe;
  float *params;        // (parameter_count)
  float *mean, *square; // (parameter_count) the optimiser's moments
} Checkpoint;

// Allocates params, mean and square for the shape, zeroed. False when memory runs out.
bool checkpoint_new(Checkpoint *checkpoint, const Shape *shape);
void checkpoint_free(Checkpoint *checkpoint);

// Writes a temporary file, brings it to the disk, then renames it over path: at any moment path
// is either the old checkpoint or the new one, whole. NULL, or what went wrong.
const char *checkpoint_save(const Checkpoint *checkpoint, const char *path);

// NULL, or what went wrong (then nothing is allocated). *missing tells a file that is not there
// from one that is damaged.
const char *checkpoint_load(Checkpoint *checkpoint, const char *path, bool *missing);

#endif
