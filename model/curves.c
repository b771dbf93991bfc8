// The curves of a run as pictures: loss.svg and bpb.svg, drawn anew from the rows of its log.
// Beside the training loop: train.c -> curves.c -> plot.c.
// Must not know how a picture is drawn.
#include "curves.h"

#include <math.h>
#include <stdlib.h>

#include "plot.h"

// The smoothed loss is the mean of so large a share of all rows around each, and of fewer at the ends.
enum { SHARE_SMOOTHED = 25 };

// The beginning falls so steeply that it would press all the rest together: this share may leave the frame.
enum { SHARE_OUTSIDE = 20 };

static void smooth(double *means, const LogRow *rows, size_t n) {
  const size_t reach = n / SHARE_SMOOTHED / 2;
  double sum = 0;
  size_t first = 0, end = 0; // the rows that are in the sum
  for (size_t i = 0; i < n; i++) {
    while (end < n && end <= i + reach) sum += rows[end++].loss;
    while (first + reach < i) sum -= rows[first++].loss;
    means[i] = sum / (double)(end - first);
  }
}

bool curves_draw(const LogRow *rows, size_t n_rows, const char *loss_path, const char *bpb_path) {
  enum { STEPS, LOSSES, MEANS, VALIDATED, NATS, BITS, N_ARRAYS };
  double *memory = malloc((n_rows * N_ARRAYS + 1) * sizeof *memory), *arrays[N_ARRAYS];
  if (!memory) return false;
  for (size_t a = 0; a < N_ARRAYS; a++) arrays[a] = memory + a * n_rows;
  size_t n_validated = 0;
  for (size_t i = 0; i < n_rows; i++) {
    arrays[STEPS][i] = (double)rows[i].step;
    arrays[LOSSES][i] = rows[i].loss;
    if (!isfinite(rows[i].validation_loss) || !isfinite(rows[i].validation_bpb)) continue;
    arrays[VALIDATED][n_validated] = (double)rows[i].step;
    arrays[NATS][n_validated] = rows[i].validation_loss;
    arrays[BITS][n_validated++] = rows[i].validation_bpb;
  }
  smooth(arrays[MEANS], rows, n_rows);

  const Curve nats[] = {
      {.class = "faint", .x = arrays[STEPS], .y = arrays[LOSSES], .n = n_rows, .n_outside = n_rows},
      {.class = "second",
       .label = "training",
       .x = arrays[STEPS],
       .y = arrays[MEANS],
       .n = n_rows,
       .n_outside = n_rows / SHARE_OUTSIDE},
      {.class = "first",
       .label = "validation",
       .x = arrays[VALIDATED],
       .y = arrays[NATS],
       .n = n_validated,
       .has_dots = true},
  };
  const Curve bits = {.class = "first",
                      .label = "validation",
                      .x = arrays[VALIDATED],
                      .y = arrays[BITS],
                      .n = n_validated,
                      .has_dots = true};
  const Plot losses = {.title = "Training and validation loss",
                       .unit = "nats per token",
                       .note = "training is smoothed, with its single steps behind it",
                       .curves = nats,
                       .n_curves = sizeof nats / sizeof *nats};
  const Plot validation = {
      .title = "Validation loss", .unit = "bits per byte", .note = "", .curves = &bits, .n_curves = 1};
  const bool ok = plot_write(&losses, loss_path) && plot_write(&validation, bpb_path);
  free(memory);
  return ok;
}
