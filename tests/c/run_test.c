// Lets tests call the parts of the trainer that write a run's folder: its log, its samples, its curves.
// Compiled and driven by tests/train.test.js, with sanitizers, on files made there, damaged ones among them.
// Must not judge: it prints what it is given, and exits 1 when a part says no.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../model/curves.h"
#include "../../model/log.h"
#include "../../model/samples.h"

static int show_log(const char *path, long step) {
  Log log;
  if (!log_open(&log, path, step)) return 1;
  for (size_t i = 0; i < log.n_rows; i++) {
    const LogRow *row = &log.rows[i];
    printf("%ld %g %g %g %g %g %g\n", row->step, row->loss, row->validation_loss, row->validation_bpb,
           row->learning_rate, row->grad_norm, row->tokens_per_second);
  }
  const LogRow next = {step + 1, 1.5, (double)NAN, (double)NAN, 0.25, 2, 100};
  const bool ok = log_add(&log, &next);
  log_close(&log);
  return !ok;
}

static int draw(const char *path, const char *loss_path, const char *bpb_path) {
  Log log;
  if (!log_open(&log, path, 1000000000)) return 1;
  const bool ok = curves_draw(log.rows, log.n_rows, loss_path, bpb_path);
  log_close(&log);
  return !ok;
}

int main(int argc, char **argv) {
  if (argc == 4 && strcmp(argv[1], "log") == 0) return show_log(argv[2], atol(argv[3]));
  if (argc == 4 && strcmp(argv[1], "cut") == 0) return !samples_cut(argv[2], atol(argv[3]));
  if (argc == 5 && strcmp(argv[1], "curves") == 0) return draw(argv[2], argv[3], argv[4]);
  fputs("log FILE STEP | cut FILE STEP | curves LOG LOSS.svg BPB.svg\n", stderr);
  return 2;
}
