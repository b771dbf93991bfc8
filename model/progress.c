// What a run shows while it goes on: on a terminal one line drawn over and over, elsewhere plain lines.
// Beside the training loop: train.c -> progress.c.
// Must not know how a number came about.
#define _POSIX_C_SOURCE 200809L
#include "progress.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "clock.h"

static const double SECONDS_BETWEEN = 0.1; // two drawings

enum { DEFAULT_WIDTH = 80, WIDEST = 512, SHORTEST_BAR = 8, LONGEST_BAR = 40 };

Progress progress_new(long steps) {
  const char *terminal = getenv("TERM");
  const bool can_redraw = terminal && strcmp(terminal, "dumb") != 0;
  return (Progress){.steps = steps,
                    .bits_per_byte = (double)NAN,
                    .on_terminal = can_redraw && isatty(STDERR_FILENO),
                    .drawn_at = -SECONDS_BETWEEN};
}

// The columns that may be used: all but the last, where some terminals begin a new line.
static int terminal_width(void) {
  struct winsize size;
  const bool known = ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  const int width = known ? size.ws_col : DEFAULT_WIDTH;
  return (width < WIDEST ? width : WIDEST) - 1;
}

static void format_duration(char *text, size_t size, double seconds) {
  const long s = seconds < 3.6e8 ? (long)seconds : (long)3.6e8;
  snprintf(text, size, "%ld:%02ld:%02ld", s / 3600, s / 60 % 60, s % 60);
}

// Adds a field if there is room for all of it; else nothing more is added, so that what stands first
// matters most.
__attribute__((format(printf, 3, 4))) static void add_field(char *line, int *room, const char *format, ...) {
  char field[64];
  va_list values;
  va_start(values, format);
  const int length = vsnprintf(field, sizeof field, format, values);
  va_end(values);
  if (length > *room) {
    *room = 0;
    return;
  }
  strcat(line, field);
  *room -= length;
}

static void draw_bar(int length, double share) {
  const int done = (int)(share * length);
  fputc(' ', stderr);
  for (int i = 0; i < length; i++) fputs(i < done ? "━" : "─", stderr);
}

static void draw(Progress *p, const LogRow *row, double seconds_left) {
  char count[64], eta[32], fields[WIDEST] = "";
  const int width = terminal_width(),
            count_length = snprintf(count, sizeof count, "%ld/%ld", row->step, p->steps);
  int room = width - count_length;
  format_duration(eta, sizeof eta, seconds_left);
  add_field(fields, &room, "  loss %.3f", row->loss);
  if (isfinite(p->bits_per_byte)) add_field(fields, &room, "  bpb %.3f", p->bits_per_byte);
  add_field(fields, &room, "  ETA %s", eta);
  add_field(fields, &room, "  %.0f tok/s", row->tokens_per_second);
  add_field(fields, &room, "  lr %.1e", row->learning_rate);

  fprintf(stderr, "\r%.*s", width, count);
  if (room > SHORTEST_BAR) // one column is the bar's space
    draw_bar(room - 1 < LONGEST_BAR ? room - 1 : LONGEST_BAR, (double)row->step / (double)p->steps);
  fprintf(stderr, "%s\033[K", fields); // and what an older, longer line left is erased
  p->is_drawn = true;
}

static void print_row(const Progress *p, const LogRow *row, double seconds_left) {
  char eta[32];
  format_duration(eta, sizeof eta, seconds_left);
  fprintf(stderr, "step %ld/%ld  loss %.4f  lr %.2e  norm %.2f  %.0f tokens/s  ETA %s", row->step, p->steps,
          row->loss, row->learning_rate, row->grad_norm, row->tokens_per_second, eta);
  if (isfinite(row->validation_loss))
    fprintf(stderr, "  validation %.4f nats a token, %.4f bits per byte", row->validation_loss,
            row->validation_bpb);
  fputc('\n', stderr);
}

void progress_step(Progress *p, const LogRow *row, double seconds_left, bool is_row) {
  const bool is_validated = is_row && isfinite(row->validation_loss);
  if (is_validated) p->bits_per_byte = row->validation_bpb;
  if (!p->on_terminal) {
    if (is_row) print_row(p, row, seconds_left);
    return;
  }
  if (is_validated)
    progress_say(p, "step %ld  validation %.4f nats a token, %.4f bits per byte\n", row->step,
                 row->validation_loss, row->validation_bpb);
  if (!is_validated && row->step < p->steps && clock_seconds() - p->drawn_at < SECONDS_BETWEEN) return;
  draw(p, row, seconds_left);
  p->drawn_at = clock_seconds();
}

void progress_say(Progress *p, const char *format, ...) {
  va_list values;
  if (p->is_drawn) fputs("\r\033[K", stderr);
  p->is_drawn = false;
  va_start(values, format);
  vfprintf(stderr, format, values);
  va_end(values);
}

void progress_end(Progress *p) {
  if (p->is_drawn) fputc('\n', stderr);
  p->is_drawn = false;
}
