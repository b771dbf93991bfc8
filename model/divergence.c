// Watches the training loss: has it risen so far that going on is a waste?
// Beside the training loop: train.c gives it each row of the log, and stops or does not save.
// Must not know of steps' arithmetic, files or options.
#include "divergence.h"

#include <math.h>

// One step's loss says little: it swings by some tenths of a nat with the texts it was taken on.
static const double WEIGHT = 0.1;

// No row counts as further above the mean than so many times max_rise: one alone, however high, never
// makes a run end; it takes three.
static const double MOST_RISES = 4;

Divergence divergence_new(double max_rise) { return (Divergence){.max_rise = max_rise, .best = HUGE_VAL}; }

void divergence_add(Divergence *d, double loss) {
  if (isfinite(d->best))
    d->smoothed += WEIGHT * fmin(loss - d->smoothed, MOST_RISES * d->max_rise);
  else
    d->smoothed = loss;
  d->best = fmin(d->best, d->smoothed);
}

bool has_diverged(const Divergence *d) { return d->max_rise > 0 && d->smoothed > d->best + d->max_rise; }

bool is_suspect(const Divergence *d) { return d->max_rise > 0 && d->smoothed > d->best + d->max_rise / 2; }
