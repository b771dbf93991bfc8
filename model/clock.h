// Seconds that pass, from a beginning that means nothing. Needs POSIX.
// Below train.c, which times steps, and progress.c, which does not draw too often.
// Must not become part of any result.
#ifndef MODEL_CLOCK_H
#define MODEL_CLOCK_H

#include <time.h>

static inline double clock_seconds(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

#endif
