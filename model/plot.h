// Curves over training steps as a picture in SVG, for light and dark pages and for screen readers.
// Below curves.c, which says what is drawn.
// Must not know where the numbers come from.
#ifndef MODEL_PLOT_H
#define MODEL_PLOT_H

#include <stdbool.h>
#include <stddef.h>

typedef struct {
  const char *class;   // of the style sheet in plot.c: first, second or faint
  const char *label;   // stands at its end, with its last value; NULL for none
  const double *x, *y; // (n) steps, ascending, and values; all finite
  size_t n, n_outside; // the frame is made to show all points but so many of the first
  bool has_dots;       // a dot at each point, while they can be told apart
} Curve;

typedef struct {
  const char *title, *unit, *note; // plain words: nothing is escaped
  const Curve *curves;             // (n_curves), the later over the earlier
  size_t n_curves;
} Plot;

// Writes a temporary file and renames it over path, so that a reader never meets half a picture. False
// when it cannot be written; the old one then stays.
bool plot_write(const Plot *plot, const char *path);

#endif
