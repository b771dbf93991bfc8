// Curves over training steps as a picture in SVG, for light and dark pages and for screen readers.
// Below curves.c, which says what is drawn.
// Must not know where the numbers come from.
#include "plot.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

// Pixels: the picture, and in it the frame of the curves. The labels stand to its right.
enum { WIDTH = 760, HEIGHT = 440, LEFT = 72, RIGHT = 640, TOP = 80, BOTTOM = 376 };
enum { LABEL_HEIGHT = 36, TICKS = 6, MOST_DOTS = 60, DOT = 4 };

static const char STYLE[] =
    "text{font:13px system-ui,-apple-system,'Segoe UI',Roboto,'Noto Sans','Liberation Sans',sans-serif;"
    "font-variant-numeric:tabular-nums;fill:#5b626b}\n"
    ".title{font-size:16px;font-weight:600;fill:#1a1c1f}.value{font-weight:600}.paper{fill:#fff}\n"
    "path{fill:none;stroke-linejoin:round;stroke-linecap:round}.grid{stroke:#e8eaec}.axis{stroke:#8d949d}\n"
    "path.first{stroke:#c8450a;stroke-width:2}circle.first{fill:#c8450a}text.first{fill:#ad3a06}\n"
    "path.second{stroke:#7d858f;stroke-width:1.5}circle.second{fill:#7d858f}\n"
    "path.faint{stroke:#d5d9de;stroke-width:1}circle.faint{fill:#d5d9de}\n"
    "@media (prefers-color-scheme:dark){\n"
    "text{fill:#a3abb5}.title{fill:#eceef0}.paper{fill:#15171a}.grid{stroke:#2c3036}.axis{stroke:#737b86}\n"
    "path.first{stroke:#ff7a33}circle.first{fill:#ff7a33}text.first{fill:#ff9357}\n"
    "path.second{stroke:#8f98a3}circle.second{fill:#8f98a3}\n"
    "path.faint{stroke:#3a4048}circle.faint{fill:#3a4048}\n"
    "}\n";

// ---------------------------------------------------------------------------------------------
// Axes

typedef struct {
  double low, high; // at the frame's edges
  double tick;      // between two ticks: 1, 2 or 5 times a power of ten
} Axis;

static double round_tick(double range) {
  const double least = range / TICKS, power = pow(10, floor(log10(least)));
  return power * (least <= power ? 1 : least <= 2 * power ? 2 : least <= 5 * power ? 5 : 10);
}

static Axis step_axis(const Plot *plot) {
  double last = 1;
  for (size_t c = 0; c < plot->n_curves; c++)
    if (plot->curves[c].n) last = fmax(last, plot->curves[c].x[plot->curves[c].n - 1]);
  return (Axis){0, last, fmax(1, round_tick(last))};
}

static Axis value_axis(const Plot *plot) {
  const double most = 1e100, least = 1e-100; // beyond them, not every step from here on is a number
  double low = most, high = -most;
  for (size_t c = 0; c < plot->n_curves; c++) {
    const Curve *curve = &plot->curves[c];
    for (size_t i = curve->n_outside; i < curve->n; i++) {
      low = fmin(low, fmax(curve->y[i], -most));
      high = fmax(high, fmin(curve->y[i], most));
    }
  }
  if (low > high) low = 0, high = 1; // nothing to show
  const double flat = 0.02 * fmax(fabs(low), fabs(high));
  if (high - low <= fmax(flat, least)) {
    low -= flat > least ? flat : 1;
    high += flat > least ? flat : 1;
  }
  const double tick = round_tick(high - low);
  return (Axis){floor(low / tick) * tick, ceil(high / tick) * tick, tick};
}

static double x_at(const Axis *axis, double step) { return LEFT + (RIGHT - LEFT) * step / axis->high; }

static double y_at(const Axis *axis, double value) {
  const double share = (value - axis->low) / (axis->high - axis->low);
  return BOTTOM - (BOTTOM - TOP) * fmin(fmax(share, -9), 9); // what lies outside is clipped anyway
}

// ---------------------------------------------------------------------------------------------
// Numbers

static void format_step(char *text, size_t size, double step) {
  char digits[32];
  const int n = snprintf(digits, sizeof digits, "%.0f", step);
  size_t at = 0;
  for (int i = 0; i < n && at + 2 < size; i++) {
    if (i && (n - i) % 3 == 0) text[at++] = ',';
    text[at++] = digits[i];
  }
  text[at] = '\0';
}

// So that two ticks, or two values as far apart as a hundredth of a tick, can be told from one another.
static void format_value(char *text, size_t size, const Axis *axis, double value, int more_digits) {
  const int digits = (int)fmax(0, ceil(-log10(axis->tick) - 1e-9)) + more_digits;
  const double largest = fmax(fabs(axis->low), fabs(axis->high));
  if (fabs(value) < 1e-9 * largest) value = 0; // a tick at 0 that rounding has moved
  if (largest < 1e5 && digits <= 4 + more_digits)
    snprintf(text, size, "%.*f", digits, value);
  else
    snprintf(text, size, "%.*g", 4 + more_digits, value);
}

// ---------------------------------------------------------------------------------------------
// The picture's parts

static void write_description(FILE *out, const Plot *plot, const Axis *y) {
  bool is_empty = true;
  fputs("<desc id=\"description\">", out);
  for (size_t c = 0; c < plot->n_curves; c++) {
    const Curve *curve = &plot->curves[c];
    if (!curve->label || !curve->n) continue;
    size_t lowest = 0;
    for (size_t i = 0; i < curve->n; i++)
      if (curve->y[i] <= curve->y[lowest]) lowest = i;
    char step[32], value[64], lowest_step[32], lowest_value[64];
    format_step(step, sizeof step, curve->x[curve->n - 1]);
    format_value(value, sizeof value, y, curve->y[curve->n - 1], 2);
    format_step(lowest_step, sizeof lowest_step, curve->x[lowest]);
    format_value(lowest_value, sizeof lowest_value, y, curve->y[lowest], 2);
    fprintf(out, "%sAt step %s %s is %s %s; its lowest is %s at step %s.", is_empty ? "" : " ", step,
            curve->label, value, plot->unit, lowest_value, lowest_step);
    is_empty = false;
  }
  fprintf(out, "%s</desc>\n", is_empty ? "There is no point to show yet." : "");
}

static void write_head(FILE *out, const Plot *plot, const Axis *y) {
  fprintf(out,
          "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\" "
          "role=\"img\" aria-labelledby=\"title description\">\n<title id=\"title\">%s</title>\n",
          WIDTH, HEIGHT, WIDTH, HEIGHT, plot->title);
  write_description(out, plot, y);
  fprintf(out, "<style>\n%s</style>\n<clipPath id=\"frame\"><path d=\"M%d %dH%dV%dH%dz\"/></clipPath>\n",
          STYLE, LEFT - DOT, TOP - DOT, RIGHT + DOT, BOTTOM + DOT, LEFT - DOT); // a dot at the edge is whole
  fprintf(out,
          "<rect class=\"paper\" width=\"%d\" height=\"%d\"/>\n"
          "<text class=\"title\" x=\"16\" y=\"32\">%s</text>\n<text x=\"16\" y=\"54\">%s%s%s</text>\n",
          WIDTH, HEIGHT, plot->title, plot->unit, *plot->note ? "; " : "", plot->note);
}

static void write_axes(FILE *out, const Axis *x, const Axis *y) {
  char number[64];
  const long n_values = lround((y->high - y->low) / y->tick), n_steps = (long)floor(x->high / x->tick);
  for (long i = 0; i <= n_values; i++) {
    const double value = y->low + (double)i * y->tick, at = y_at(y, value);
    format_value(number, sizeof number, y, value, 0);
    fprintf(out,
            "<path class=\"%s\" d=\"M%d %.1fH%d\"/><text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%s</text>\n",
            i ? "grid" : "axis", LEFT, at, RIGHT, LEFT - 10, at + 4.5, number);
  }
  for (long i = 0; i <= n_steps; i++) {
    const double step = (double)i * x->tick, at = x_at(x, step);
    format_step(number, sizeof number, step);
    fprintf(
        out,
        "<path class=\"axis\" d=\"M%.1f %dv5\"/><text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%s</text>\n",
        at, BOTTOM, at, BOTTOM + 22, number);
  }
  fprintf(out, "<text x=\"%d\" y=\"%d\" text-anchor=\"middle\">step</text>\n", (LEFT + RIGHT) / 2,
          BOTTOM + 46);
}

// Of all the points in one column of pixels the first, the lowest, the highest and the last are enough: the
// line covers the same pixels, however many there are.
static void write_line(FILE *out, const Curve *curve, const Axis *x, const Axis *y) {
  char command = 'M';
  fprintf(out, "<path class=\"%s\" d=\"", curve->class);
  for (size_t first = 0, end; first < curve->n; first = end) {
    size_t low = first, high = first;
    const double column = floor(x_at(x, curve->x[first]));
    for (end = first; end < curve->n && floor(x_at(x, curve->x[end])) == column; end++) {
      if (curve->y[end] < curve->y[low]) low = end;
      if (curve->y[end] > curve->y[high]) high = end;
    }
    for (size_t i = first; i < end; i++) {
      if (i != first && i != low && i != high && i != end - 1) continue;
      fprintf(out, "%c%.1f %.1f", command, x_at(x, curve->x[i]), y_at(y, curve->y[i]));
      command = 'L';
    }
  }
  fputs("\"/>\n", out);
}

static void write_curve(FILE *out, const Curve *curve, const Axis *x, const Axis *y) {
  if (!curve->n) return;
  write_line(out, curve, x, y);
  for (size_t i = 0; i < curve->n; i++) {
    const bool is_last = i == curve->n - 1;
    if (!is_last && !(curve->has_dots && curve->n <= MOST_DOTS)) continue;
    fprintf(out, "<circle class=\"%s\" cx=\"%.1f\" cy=\"%.1f\" r=\"%s\"/>\n", curve->class,
            x_at(x, curve->x[i]), y_at(y, curve->y[i]), is_last ? "3.5" : "2.5");
  }
}

// Each label stands where its curve ends, or as near as the one before it leaves room.
static void write_labels(FILE *out, const Plot *plot, const Axis *y) {
  double taken = -1;
  for (size_t c = 0; c < plot->n_curves; c++) {
    const Curve *curve = &plot->curves[c];
    if (!curve->label || !curve->n) continue;
    const double end = y_at(y, curve->y[curve->n - 1]);
    double at = fmin(fmax(end, TOP), BOTTOM - LABEL_HEIGHT / 2);
    if (taken >= 0 && fabs(at - taken) < LABEL_HEIGHT) {
      const bool is_room_below = taken + LABEL_HEIGHT <= BOTTOM - LABEL_HEIGHT / 2;
      const bool is_below = at >= taken ? is_room_below : taken - LABEL_HEIGHT < TOP;
      at = is_below ? taken + LABEL_HEIGHT : taken - LABEL_HEIGHT;
    }
    taken = at;
    char value[64];
    format_value(value, sizeof value, y, curve->y[curve->n - 1], 2);
    fprintf(out,
            "<text class=\"%s\" x=\"%d\" y=\"%.1f\">%s<tspan class=\"value\" x=\"%d\" "
            "dy=\"16\">%s</tspan></text>\n",
            curve->class, RIGHT + 12, at - 3, curve->label, RIGHT + 12, value);
  }
}

// ---------------------------------------------------------------------------------------------

bool plot_write(const Plot *plot, const char *path) {
  char temporary[4096];
  if (snprintf(temporary, sizeof temporary, "%s.tmp", path) >= (int)sizeof temporary) return false;
  FILE *out = fopen(temporary, "w");
  if (!out) return false;
  const Axis x = step_axis(plot), y = value_axis(plot);
  write_head(out, plot, &y);
  write_axes(out, &x, &y);
  fputs("<g clip-path=\"url(#frame)\">\n", out);
  for (size_t c = 0; c < plot->n_curves; c++) write_curve(out, &plot->curves[c], &x, &y);
  fputs("</g>\n", out);
  write_labels(out, plot, &y);
  fputs("</svg>\n", out);
  bool ok = !ferror(out);
  ok = fclose(out) == 0 && ok;
  ok = ok && rename(temporary, path) == 0;
  if (!ok) remove(temporary);
  return ok;
}
