// Writes a GGUF file (version 3): metadata, then what tensors there are, then their data.
// Below llama_gguf.c, card.c and the vocabularies of export.c and import.c.
// Must not know what keys and tensors mean.
#define _POSIX_C_SOURCE 200809L
#include "gguf_write.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { GGUF_VERSION = 3, COUNTS_OFFSET = 8 };

static void fail(GgufWriter *w) {
  if (!w->error) w->error = errno ? errno : EIO;
}

bool gguf_put(GgufWriter *w, const void *data, size_t size) {
  if (!w->error && fwrite(data, 1, size, w->file) != size) fail(w);
  w->size += size;
  return !w->error;
}

// GGUF is little-endian, whatever this machine is.
static void put_uint(GgufWriter *w, uint64_t value, size_t size) {
  uint8_t bytes[8];
  for (size_t i = 0; i < size; i++) bytes[i] = (uint8_t)(value >> 8 * i);
  gguf_put(w, bytes, size);
}

static void put_u64(GgufWriter *w, uint64_t value) { put_uint(w, value, 8); }

void gguf_put_u32(GgufWriter *w, uint32_t value) { put_uint(w, value, 4); }

void gguf_put_f32(GgufWriter *w, float value) {
  uint32_t bits;
  memcpy(&bits, &value, sizeof bits);
  gguf_put_u32(w, bits);
}

void gguf_put_string(GgufWriter *w, const char *text, size_t length) {
  put_u64(w, length);
  gguf_put(w, text, length);
}

static void put_counts(GgufWriter *w) {
  put_u64(w, w->n_tensors);
  put_u64(w, w->n_metadata);
}

// ---------------------------------------------------------------------------------------------
// The file

static bool report(const GgufWriter *w) {
  fprintf(stderr, "%s cannot be written: %s; choose a file in a folder that exists and has room\n", w->path,
          strerror(w->error));
  return false;
}

bool gguf_begin(GgufWriter *w, const char *path) {
  struct stat there;
  *w = (GgufWriter){.path = path};
  if (stat(path, &there) == 0 && !S_ISREG(there.st_mode)) // a device, say: it would be replaced
    w->error = S_ISDIR(there.st_mode) ? EISDIR : EEXIST;
  else if (snprintf(w->temporary, sizeof w->temporary, "%s.tmp", path) >= (int)sizeof w->temporary)
    w->error = ENAMETOOLONG;
  else if (!(w->file = fopen(w->temporary, "wb")))
    fail(w);
  if (w->error) return report(w);
  gguf_put(w, "GGUF", 4);
  gguf_put_u32(w, GGUF_VERSION);
  put_counts(w); // of nothing yet
  return true;
}

static void complete(GgufWriter *w) {
  gguf_align(w);
  if (!w->error && fseek(w->file, COUNTS_OFFSET, SEEK_SET) != 0) fail(w);
  put_counts(w);
  if (!w->error && (fflush(w->file) != 0 || fsync(fileno(w->file)) != 0)) fail(w);
}

bool gguf_end(GgufWriter *w, bool whole) {
  if (whole) complete(w);
  if (fclose(w->file) != 0) fail(w);
  if (whole && !w->error && rename(w->temporary, w->path) != 0) fail(w);
  if (whole && !w->error) return true;
  remove(w->temporary);
  return w->error ? report(w) : false;
}

// ---------------------------------------------------------------------------------------------
// Metadata

static void put_key(GgufWriter *w, const char *key, uint32_t type) {
  gguf_put_string(w, key, strlen(key));
  gguf_put_u32(w, type);
  w->n_metadata++;
}

void gguf_u32(GgufWriter *w, const char *key, long value) {
  put_key(w, key, GGUF_U32);
  gguf_put_u32(w, (uint32_t)value);
}

void gguf_f32(GgufWriter *w, const char *key, float value) {
  put_key(w, key, GGUF_F32);
  gguf_put_f32(w, value);
}

void gguf_bool(GgufWriter *w, const char *key, bool value) {
  put_key(w, key, GGUF_BOOL);
  put_uint(w, value, 1);
}

void gguf_string(GgufWriter *w, const char *key, const char *value) {
  put_key(w, key, GGUF_STRING);
  gguf_put_string(w, value, strlen(value));
}

void gguf_array(GgufWriter *w, const char *key, uint32_t element_type, long count) {
  put_key(w, key, GGUF_ARRAY);
  gguf_put_u32(w, element_type);
  put_u64(w, (uint64_t)count);
}

// ---------------------------------------------------------------------------------------------
// Tensors

void gguf_tensor(GgufWriter *w, const char *name, long cols, long rows, uint32_t type, uint64_t bytes) {
  gguf_put_string(w, name, strlen(name));
  gguf_put_u32(w, rows ? 2 : 1);
  put_u64(w, (uint64_t)cols); // GGUF names the contiguous dimension first
  if (rows) put_u64(w, (uint64_t)rows);
  gguf_put_u32(w, type);
  put_u64(w, w->tensor_offset);
  w->tensor_offset += (bytes + GGUF_ALIGNMENT - 1) / GGUF_ALIGNMENT * GGUF_ALIGNMENT;
  w->n_tensors++;
}

void gguf_align(GgufWriter *w) {
  static const uint8_t zeros[GGUF_ALIGNMENT] = {0};
  gguf_put(w, zeros, (GGUF_ALIGNMENT - w->size % GGUF_ALIGNMENT) % GGUF_ALIGNMENT);
}
