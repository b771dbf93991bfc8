// samples.txt: what the model writes as it learns, the same seed every time, so that samples compare.
// Beside the training loop: train.c -> samples.c -> evaluate.c.
// Must not touch what training computes with.
#ifndef MODEL_SAMPLES_H
#define MODEL_SAMPLES_H

#include "checkpoint.h"

// Cuts off the samples of steps after `step`, which were lost with a kill; 0 removes all. False, with
// errno set, when the file cannot be read or written.
bool samples_cut(const char *path, long step);

// Appends a heading with the state's step and prompt with about 80 tokens of continuation, indented. Bytes
// that are no text show as U+FFFD. False when memory runs out or the file cannot be written.
bool samples_add(const char *path, const Checkpoint *state, const char *prompt, float temperature);

#endif
