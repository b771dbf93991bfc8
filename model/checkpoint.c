// A checkpoint: all that training needs to go on, and all that export needs, in one file.
// Beside the training loop: train.c, export.c -> checkpoint.c.
// Must not know how parameters are computed.
#define _POSIX_C_SOURCE 200809L
#include "checkpoint.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// The file: this header, the merges, parameters, mean, square, then a checksum of all before it.
// Numbers are written as this machine holds them: a checkpoint is not for exchange, GGUF is.
typedef struct {
  char magic[8];
  Shape shape;
  int32_t n_merges;
  int64_t step, n_params;
  uint64_t seed, corpus;
} Header;

static const char MAGIC[8] = "LSCKPT1";

typedef struct {
  FILE *file;
  uint64_t checksum;
  bool ok;
} Stream;

// FNV-1a over words of 8 bytes; every part of the file but the merges is made of them.
static uint64_t checksum(uint64_t h, const void *data, size_t size) {
  const uint8_t *bytes = data;
  for (; size >= 8; bytes += 8, size -= 8) {
    uint64_t word;
    memcpy(&word, bytes, 8);
    h = (h ^ word) * 0x100000001B3u;
    h ^= h >> 32;
  }
  while (size--) h = (h ^ *bytes++) * 0x100000001B3u;
  return h;
}

static void put(Stream *stream, const void *data, size_t size) {
  stream->checksum = checksum(stream->checksum, data, size);
  stream->ok = stream->ok && fwrite(data, 1, size, stream->file) == size;
}

static void get(Stream *stream, void *data, size_t size) {
  stream->ok = stream->ok && fread(data, 1, size, stream->file) == size;
  if (stream->ok) stream->checksum = checksum(stream->checksum, data, size);
}

bool checkpoint_new(Checkpoint *c, const Shape *shape) {
  const size_t n = (size_t)parameter_count(shape);
  *c = (Checkpoint){.shape = *shape};
  c->params = calloc(n, sizeof(float));
  c->mean = calloc(n, sizeof(float));
  c->square = calloc(n, sizeof(float));
  if (!c->params || !c->mean || !c->square) checkpoint_free(c);
  return c->params != NULL;
}

void checkpoint_free(Checkpoint *c) {
  bpe_free(&c->bpe);
  free(c->params);
  free(c->mean);
  free(c->square);
  *c = (Checkpoint){0};
}

// The name is in the directory: without this a crash may bring the old file back.
static bool sync_directory_of(const char *path) {
  char directory[4096];
  const char *slash = strrchr(path, '/');
  const size_t length = slash ? (size_t)(slash - path) : 0;
  if (length >= sizeof directory) return false;
  memcpy(directory, path, length);
  directory[length] = '\0';
  FILE *handle = fopen(slash ? (length ? directory : "/") : ".", "r");
  if (!handle) return false;
  const bool ok = fsync(fileno(handle)) == 0;
  fclose(handle);
  return ok;
}

const char *checkpoint_save(const Checkpoint *c, const char *path) {
  char temporary[4096];
  if (snprintf(temporary, sizeof temporary, "%s.tmp", path) >= (int)sizeof temporary)
    return "its path is too long";
  Header header = {.shape = c->shape,
                   .n_merges = c->bpe.n_merges,
                   .step = c->step,
                   .n_params = parameter_count(&c->shape),
                   .seed = c->seed,
                   .corpus = c->corpus};
  memcpy(header.magic, MAGIC, sizeof MAGIC);

  Stream out = {.file = fopen(temporary, "wb"), .ok = true};
  if (!out.file) return "its file cannot be created";
  const size_t size = (size_t)header.n_params * sizeof(float);
  put(&out, &header, sizeof header);
  put(&out, c->bpe.merges, (size_t)c->bpe.n_merges * sizeof *c->bpe.merges);
  put(&out, c->params, size);
  put(&out, c->mean, size);
  put(&out, c->square, size);
  const uint64_t sum = out.checksum;
  put(&out, &sum, sizeof sum);
  bool ok = out.ok && fflush(out.file) == 0 && fsync(fileno(out.file)) == 0;
  ok = fclose(out.file) == 0 && ok;
  if (!ok || rename(temporary, path) != 0) {
    remove(temporary);
    return "it cannot be written; is the disk full?";
  }
  return sync_directory_of(path) ? NULL : "its folder cannot be synchronised";
}

static const char *load(Checkpoint *c, Stream *in) {
  Header header;
  get(in, &header, sizeof header);
  if (!in->ok || memcmp(header.magic, MAGIC, sizeof MAGIC) != 0) return "it is not a checkpoint";
  if (shape_error(&header.shape) || header.n_merges < 0 || header.n_merges > BPE_MAX_VOCAB ||
      header.shape.vocab != BPE_BYTES + header.n_merges + 1 ||
      header.n_params != parameter_count(&header.shape))
    return "its header is damaged";

  const size_t n_merges = (size_t)header.n_merges;
  BpeMerge *merges = malloc((n_merges + 1) * sizeof *merges);
  if (!merges || !checkpoint_new(c, &header.shape)) {
    free(merges);
    return "there is not enough memory";
  }
  const size_t size = (size_t)header.n_params * sizeof(float);
  get(in, merges, n_merges * sizeof *merges);
  get(in, c->params, size);
  get(in, c->mean, size);
  get(in, c->square, size);
  const uint64_t expected = in->checksum;
  uint64_t sum = 0;
  get(in, &sum, sizeof sum);
  const bool whole = in->ok && sum == expected && bpe_from_merges(&c->bpe, merges, header.n_merges);
  free(merges);
  c->step = header.step;
  c->seed = header.seed;
  c->corpus = header.corpus;
  return whole ? NULL : "it is incomplete or damaged";
}

const char *checkpoint_load(Checkpoint *c, const char *path, bool *missing) {
  *c = (Checkpoint){0};
  Stream in = {.file = fopen(path, "rb"), .ok = true};
  *missing = !in.file;
  if (!in.file) return "it cannot be opened";
  const char *error = load(c, &in);
  fclose(in.file);
  if (error) checkpoint_free(c);
  return error;
}
