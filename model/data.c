// Documents, tokens, and the sequences a training step takes.
// Stands between the text and the model: bpe.c -> data.c -> transformer.c.
// Must not know of parameters or threads.
#include "data.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "random.h"

static const char SEPARATOR[] = "<|endoftext|>";

bool read_file(const char *path, Text *text) {
  FILE *file = fopen(path, "rb");
  if (!file) return false;
  size_t capacity = 1 << 16, length = 0;
  uint8_t *bytes = malloc(capacity);
  while (bytes) {
    length += fread(bytes + length, 1, capacity - length, file);
    if (length < capacity) break;
    uint8_t *larger = realloc(bytes, capacity *= 2);
    if (!larger) free(bytes);
    bytes = larger;
  }
  const bool ok = bytes && !ferror(file);
  if (!ok) free(bytes);
  fclose(file);
  *text = ok ? (Text){bytes, length} : (Text){0};
  return ok;
}

static bool is_separator(Text line) {
  if (line.length && line.bytes[line.length - 1] == '\r') line.length--;
  return line.length == sizeof SEPARATOR - 1 && memcmp(line.bytes, SEPARATOR, line.length) == 0;
}

static Text without_last_line_end(Text text) {
  if (text.length && text.bytes[text.length - 1] == '\n') text.length--;
  if (text.length && text.bytes[text.length - 1] == '\r') text.length--;
  return text;
}

Text *split_documents(Text text, size_t *n_documents) {
  size_t capacity = 1024, n = 0, start = 0;
  Text *documents = malloc(capacity * sizeof *documents);
  for (size_t at = 0; documents && at < text.length;) {
    const uint8_t *newline = memchr(text.bytes + at, '\n', text.length - at);
    const size_t end = newline ? (size_t)(newline - text.bytes) : text.length;
    const size_t next = newline ? end + 1 : end;
    const bool separator = is_separator((Text){text.bytes + at, end - at});
    if (separator || next == text.length) {
      const Text document =
          without_last_line_end((Text){text.bytes + start, (separator ? at : next) - start});
      if (document.length) documents[n++] = document;
      start = next;
    }
    at = next;
    if (n == capacity) {
      Text *larger = realloc(documents, (capacity *= 2) * sizeof *documents);
      if (!larger) free(documents);
      documents = larger;
    }
  }
  *n_documents = n;
  return documents;
}

bool dataset_new(Dataset *dataset, const Bpe *bpe, const Text *documents, size_t n_documents, long context) {
  *dataset = (Dataset){.n_documents = (long)n_documents, .context = context, .epoch = -1};
  size_t capacity = 1;
  for (size_t d = 0; d < n_documents; d++) capacity += documents[d].length + 1;
  dataset->tokens = malloc(capacity * sizeof *dataset->tokens);
  dataset->starts = malloc((n_documents + 1) * sizeof *dataset->starts);
  if (!dataset->tokens || !dataset->starts) {
    dataset_free(dataset);
    return false;
  }
  size_t n = 0;
  for (size_t d = 0; d < n_documents; d++) {
    dataset->starts[d] = (long)n;
    dataset->tokens[n++] = bpe_end_of_text(bpe);
    n += bpe_encode(bpe, documents[d], dataset->tokens + n);
  }
  dataset->starts[n_documents] = dataset->n_tokens = (long)n;
  dataset->n_sequences = n ? ((long)n - 1) / context : 0; // - 1: the last token has no target
  dataset->stream = malloc((n + 1) * sizeof *dataset->stream);
  dataset->order = malloc(((size_t)dataset->n_sequences + 1) * sizeof *dataset->order);
  const bool ok = dataset->stream && dataset->order;
  if (!ok) dataset_free(dataset);
  return ok;
}

void dataset_free(Dataset *dataset) {
  free(dataset->tokens);
  free(dataset->starts);
  free(dataset->stream);
  free(dataset->order);
  *dataset = (Dataset){0};
}

uint64_t dataset_fingerprint(const Dataset *dataset) {
  uint64_t h = 0xCBF29CE484222325u; // FNV-1a over whole tokens
  for (long t = 0; t < dataset->n_tokens; t++) h = (h ^ (uint64_t)dataset->tokens[t]) * 0x100000001B3u;
  return h;
}

// 0 .. n - 1, in random order unless there is no generator (Fisher and Yates).
static void permutation(long *order, long n, Random *random) {
  for (long i = 0; i < n; i++) order[i] = i;
  for (long i = n; random && i > 1; i--) {
    const long j = (long)(random_next(random) % (uint64_t)i), swapped = order[i - 1];
    order[i - 1] = order[j];
    order[j] = swapped;
  }
}

static void begin_epoch(Dataset *dataset, uint64_t seed, long epoch) {
  Random random = random_new(seed * 1000003u + (uint64_t)epoch);
  long *documents = malloc(((size_t)dataset->n_documents + 1) * sizeof *documents);
  if (!documents) abort();
  permutation(documents, dataset->n_documents, seed ? &random : NULL);
  int32_t *out = dataset->stream;
  for (long i = 0; i < dataset->n_documents; i++) {
    const long start = dataset->starts[documents[i]], end = dataset->starts[documents[i] + 1];
    memcpy(out, dataset->tokens + start, (size_t)(end - start) * sizeof *out);
    out += end - start;
  }
  free(documents);
  permutation(dataset->order, dataset->n_sequences, seed ? &random : NULL);
  dataset->epoch = epoch;
}

void dataset_batch(Dataset *dataset, uint64_t seed, long first, long n, int32_t *tokens, int32_t *targets) {
  const long context = dataset->context, per_epoch = dataset->n_sequences;
  const size_t bytes = (size_t)context * sizeof *tokens;
  for (long i = first; i < first + n; i++, tokens += context, targets += context) {
    if (i / per_epoch != dataset->epoch) begin_epoch(dataset, seed, i / per_epoch);
    const int32_t *sequence = dataset->stream + dataset->order[i % per_epoch] * context;
    memcpy(tokens, sequence, bytes);
    memcpy(targets, sequence + 1, bytes);
  }
}
