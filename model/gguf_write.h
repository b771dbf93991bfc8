// Writes a GGUF file (version 3): metadata, then what tensors there are, then their data.
// Below llama_gguf.c, card.c and the vocabularies of export.c and import.c.
// Must not know what keys and tensors mean.
#ifndef MODEL_GGUF_WRITE_H
#define MODEL_GGUF_WRITE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum { GGUF_ALIGNMENT = 32 };

// Value types of the metadata, numbered as GGUF numbers them.
enum { GGUF_U32 = 4, GGUF_I32 = 5, GGUF_F32 = 6, GGUF_BOOL = 7, GGUF_STRING = 8, GGUF_ARRAY = 9 };

// tokenizer.ggml.token_type
enum { TOKEN_NORMAL = 1, TOKEN_UNKNOWN = 2, TOKEN_CONTROL = 3, TOKEN_BYTE = 6 };

typedef struct {
  const char *path;
  char temporary[4096];
  FILE *file;
  uint64_t size;                  // bytes written
  uint64_t tensor_offset;         // of the next tensor, from the beginning of the data
  uint64_t n_metadata, n_tensors; // stated in the header, which is completed last
  int error;                      // errno of the first failure; nothing is written after it
} GgufWriter;

// Begins a temporary file beside path. False, after a message on stderr, when that fails.
bool gguf_begin(GgufWriter *writer, const char *path);

// First the metadata, in any order.
void gguf_u32(GgufWriter *writer, const char *key, long value);
void gguf_f32(GgufWriter *writer, const char *key, float value);
void gguf_bool(GgufWriter *writer, const char *key, bool value);
void gguf_string(GgufWriter *writer, const char *key, const char *value);

// An array is followed by its elements.
void gguf_array(GgufWriter *writer, const char *key, uint32_t element_type, long count);
void gguf_put_u32(GgufWriter *writer, uint32_t value);
void gguf_put_f32(GgufWriter *writer, float value);
void gguf_put_string(GgufWriter *writer, const char *text, size_t length);

// Then every tensor's entry, then, in the same order, gguf_align and the bytes of each. rows is 0
// for a vector. gguf_put is false once something could not be written: to go on is no use.
void gguf_tensor(GgufWriter *writer, const char *name, long cols, long rows, uint32_t type, uint64_t bytes);
void gguf_align(GgufWriter *writer);
bool gguf_put(GgufWriter *writer, const void *data, size_t size);

// Completes the file and renames it over path, so that path is either what it was or whole. Where
// it is not whole, or cannot be written (then after a message on stderr), removes it and is false.
bool gguf_end(GgufWriter *writer, bool whole);

#endif
