// The log of a run, log.csv: one row every few steps, read back when training goes on.
// Beside the training loop: train.c -> log.c; its rows feed divergence.h, curves.h and progress.h.
// Must not know what the numbers mean.
#ifndef MODEL_LOG_H
#define MODEL_LOG_H

#include <stdbool.h>
#include <stdio.h>

typedef struct {
  long step;
  double loss;            // of this step's batch, in nats a token
  double validation_loss; // in nats a token; NaN where nothing was validated
  double validation_bpb;  // the same in bits per byte
  double learning_rate, grad_norm, tokens_per_second;
} LogRow;

typedef struct {
  FILE *file;
  LogRow *rows; // (n_rows) all that the file holds
  size_t n_rows, capacity;
} Log;

// Opens the log to go on after `step`, 0 to begin anew: rows of later steps, which were lost with a
// kill, are cut off. False, after a message on stderr, when the file is not such a log or cannot be
// written; it is then left as it was. Free with log_close.
bool log_open(Log *log, const char *path, long step);
void log_close(Log *log);

// False when the row could not be written.
bool log_add(Log *log, const LogRow *row);

#endif
