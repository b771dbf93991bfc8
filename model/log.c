// The log of a run, log.csv: one row every few steps, read back when training goes on.
// Beside the training loop: train.c -> log.c; its rows feed divergence.h, curves.h and progress.h.
// Must not know what the numbers mean.
#define _POSIX_C_SOURCE 200809L
#include "log.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "data.h"

static const char COLUMNS[] =
    "step,loss,validation_loss,validation_bpb,learning_rate,grad_norm,tokens_per_second\n";
enum { COLUMNS_LENGTH = sizeof COLUMNS - 1, N_COLUMNS = 7 };

// Reads the cell at *at, which `end` must follow, and steps over both. An empty one is NaN.
static bool read_cell(const char **at, char end, double *value) {
  char *after = (char *)*at;
  *value = (double)NAN;
  if (*after != end) {
    if (!strchr("-0123456789", *after)) return false; // strtod would take white space, inf and nan, too
    *value = strtod(*at, &after);
    if (!isfinite(*value)) return false;
  }
  *at = after + 1;
  return *after == end;
}

static bool read_row(const char *line, LogRow *row) {
  double cells[N_COLUMNS];
  for (int i = 0; i < N_COLUMNS; i++)
    if (!read_cell(&line, i + 1 < N_COLUMNS ? ',' : '\n', &cells[i])) return false;
  if (!(cells[0] >= 1 && cells[0] < 1e15) || !isfinite(cells[1])) return false;
  *row = (LogRow){(long)cells[0], cells[1], cells[2], cells[3], cells[4], cells[5], cells[6]};
  return true;
}

static bool keep(Log *log, const LogRow *row) {
  if (log->n_rows == log->capacity) {
    const size_t capacity = log->capacity ? 2 * log->capacity : 1024;
    LogRow *larger = realloc(log->rows, capacity * sizeof *larger);
    if (!larger) return false;
    log->rows = larger;
    log->capacity = capacity;
  }
  log->rows[log->n_rows++] = *row;
  return true;
}

// Takes the rows up to `step`. Returns how many bytes they and the heading are, 0 for a file that ends
// within its heading, -1 for one that is no such log. A last line without its end was cut off by a kill.
static long read_rows(Log *log, const char *path, Text text, long step) {
  const char *bytes = (const char *)text.bytes, *end = bytes + text.length, *line = bytes + COLUMNS_LENGTH;
  const size_t heading = text.length < COLUMNS_LENGTH ? text.length : COLUMNS_LENGTH;
  if (memcmp(bytes, COLUMNS, heading) != 0) {
    fprintf(stderr, "%s: its columns are not this trainer's. Move it away to begin a new log.\n", path);
    return -1;
  }
  if (heading < COLUMNS_LENGTH) return 0;
  for (const char *next; (next = memchr(line, '\n', (size_t)(end - line))); line = next + 1) {
    LogRow row;
    const long last = log->n_rows ? log->rows[log->n_rows - 1].step : 0;
    if (!read_row(line, &row) || row.step <= last) {
      fprintf(stderr, "%s: the line after step %ld is no row of a log. Mend it, or move the file away.\n",
              path, last);
      return -1;
    }
    if (row.step > step) break;
    if (!keep(log, &row)) {
      fprintf(stderr, "%s: there is not enough memory\n", path);
      return -1;
    }
  }
  return line - bytes;
}

// How many bytes of the file stay, or -1.
static long read_back(Log *log, const char *path, long step) {
  Text text;
  if (!read_file(path, &text)) {
    if (errno == ENOENT) return 0;
    fprintf(stderr, "%s: %s\n", path, strerror(errno));
    return -1;
  }
  const long kept = read_rows(log, path, text, step);
  free((void *)text.bytes);
  return kept;
}

bool log_open(Log *log, const char *path, long step) {
  *log = (Log){0};
  const long kept = step > 0 ? read_back(log, path, step) : 0;
  bool ok = kept >= 0;
  if (ok) {
    ok = (kept == 0 || truncate(path, kept) == 0) && (log->file = fopen(path, kept ? "a" : "w")) &&
         (kept || (fputs(COLUMNS, log->file) >= 0 && fflush(log->file) == 0));
    if (!ok) fprintf(stderr, "%s: %s\n", path, strerror(errno));
  }
  if (!ok) log_close(log);
  return ok;
}

void log_close(Log *log) {
  if (log->file) fclose(log->file);
  free(log->rows);
  *log = (Log){0};
}

bool log_add(Log *log, const LogRow *row) {
  fprintf(log->file, "%ld,%.9g,", row->step, row->loss);
  if (isfinite(row->validation_loss)) fprintf(log->file, "%.9g", row->validation_loss);
  fputc(',', log->file);
  if (isfinite(row->validation_bpb)) fprintf(log->file, "%.9g", row->validation_bpb);
  fprintf(log->file, ",%.6g,%.6g,%.0f\n", row->learning_rate, row->grad_norm, row->tokens_per_second);
  return fflush(log->file) == 0 && keep(log, row);
}
