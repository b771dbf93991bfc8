// What a run shows while it goes on: on a terminal one line drawn over and over, elsewhere plain lines.
// Beside the training loop: train.c -> progress.c.
// Must not know how a number came about.
#ifndef MODEL_PROGRESS_H
#define MODEL_PROGRESS_H

#include <stdbool.h>

#include "log.h"

typedef struct {
  long steps;           // of the whole run
  double bits_per_byte; // of the last validation, NaN before the first
  bool on_terminal;     // stderr is one
  bool is_drawn;        // the line stands where the next text would go
  double drawn_at;      // seconds, see clock.h
} Progress;

Progress progress_new(long steps);

// Takes a step that was done. is_row: it is a row of the log, too, and off the terminal only these are shown.
void progress_step(Progress *progress, const LogRow *row, double seconds_left, bool is_row);

// Prints a line that stays.
void progress_say(Progress *progress, const char *format, ...) __attribute__((format(printf, 2, 3)));

// Ends the line that is drawn, so that others can print.
void progress_end(Progress *progress);

#endif
