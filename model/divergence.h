// Watches the training loss: has it risen so far that going on is a waste?
// Beside the training loop: train.c gives it each row of the log, and stops or does not save.
// Must not know of steps' arithmetic, files or options.
#ifndef MODEL_DIVERGENCE_H
#define MODEL_DIVERGENCE_H

#include <stdbool.h>

typedef struct {
  double max_rise; // nats the smoothed loss may stand above its best; 0: any
  double smoothed; // running mean over about ten rows
  double best;     // the lowest it has been
} Divergence;

Divergence divergence_new(double max_rise);

// Takes the loss of the log's next row: a run that goes on gives it those that were there, and so remembers.
void divergence_add(Divergence *divergence, double loss);

// The smoothed loss stands more than max_rise above its best.
bool has_diverged(const Divergence *divergence);

// On the way there: half as high. Weights of such a loss should not replace good ones.
bool is_suspect(const Divergence *divergence);

#endif
