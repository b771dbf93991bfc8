// samples.txt: what the model writes as it learns, the same seed every time, so that samples compare.
// Beside the training loop: train.c -> samples.c -> evaluate.c.
// Must not touch what training computes with.
#define _POSIX_C_SOURCE 200809L
#include "samples.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "data.h"
#include "evaluate.h"

enum { SAMPLE_TOKENS = 80, SAMPLE_SEED = 1 };

static const char HEADING[] = "# step ";
enum { HEADING_LENGTH = sizeof HEADING - 1 };

bool samples_cut(const char *path, long step) {
  Text text;
  if (step == 0) return remove(path) == 0 || errno == ENOENT;
  if (!read_file(path, &text)) return errno == ENOENT;
  const char *bytes = (const char *)text.bytes, *end = bytes + text.length, *line = bytes;
  while (line < end) {
    const char *next = memchr(line, '\n', (size_t)(end - line));
    if (!next) break;                           // cut off by a kill
    const char *number = line + HEADING_LENGTH; // strtol would look for it on the next line, too
    const bool is_heading = strncmp(line, HEADING, HEADING_LENGTH) == 0 && *number >= '0' && *number <= '9';
    if (is_heading && strtol(number, NULL, 10) > step) break;
    line = next + 1;
  }
  const bool ok = truncate(path, line - bytes) == 0;
  free((void *)text.bytes);
  return ok;
}

// How many bytes the character at the beginning of text has, 0 when they are no UTF-8.
static size_t character_length(Text text) {
  static const uint32_t LEAST[] = {0, 0, 0x80, 0x800, 0x10000};
  const uint8_t first = text.bytes[0];
  const size_t length = first < 0x80 ? 1 : first < 0xC0 ? 0 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
  if (length <= 1) return length;
  if (length > text.length) return 0;
  uint32_t point = first & (0x7Fu >> length);
  for (size_t i = 1; i < length; i++) {
    if ((text.bytes[i] & 0xC0) != 0x80) return 0;
    point = point << 6 | (text.bytes[i] & 0x3Fu);
  }
  const bool is_surrogate = point >= 0xD800 && point < 0xE000;
  return point >= LEAST[length] && point <= 0x10FFFF && !is_surrogate ? length : 0;
}

// No line of a sample begins as a heading does, and no byte of it commands a terminal.
static void write_indented(FILE *out, Text text) {
  fputs("    ", out);
  for (size_t at = 0; at < text.length;) {
    const Text rest = {text.bytes + at, text.length - at};
    const size_t length = character_length(rest);
    const uint8_t first = rest.bytes[0];
    const bool is_control = (first < ' ' && first != '\n' && first != '\t') || first == 0x7F;
    if (length && !is_control)
      fwrite(rest.bytes, 1, length, out);
    else
      fputs("\xEF\xBF\xBD", out); // U+FFFD
    if (first == '\n') fputs("    ", out);
    at += length ? length : 1;
  }
}

bool samples_add(const char *path, const Checkpoint *state, const char *prompt, float temperature) {
  char *bytes = NULL;
  size_t length = 0;
  FILE *memory = open_memstream(&bytes, &length);
  bool ok = memory && write_sample(&state->shape, state->params, &state->bpe, prompt, SAMPLE_TOKENS,
                                   temperature, SAMPLE_SEED, memory);
  if (memory) ok = fclose(memory) == 0 && ok;
  FILE *out = ok ? fopen(path, "a") : NULL;
  if (out) {
    fprintf(out, "%s%ld\n\n", HEADING, (long)state->step);
    write_indented(out, (Text){(const uint8_t *)bytes, length});
    fputs("\n\n", out);
    ok = !ferror(out);
    ok = fclose(out) == 0 && ok;
  }
  free(bytes);
  return ok && out;
}
