// The forms in which weights ship: f32, f16, and ggml's blocks of 32, Q8_0 and Q4_0.
// Below llama_gguf.c.
// Must not know of files or of what the numbers mean.
#ifndef MODEL_QUANTISE_H
#define MODEL_QUANTISE_H

#include <stddef.h>
#include <stdint.h>

typedef struct {
  const char *name;
  uint32_t ggml_type; // of a tensor, as GGUF numbers it
  uint32_t file_type; // general.file_type, where most tensors have this type
  size_t block;       // values in a block; a row must be a multiple of it
  size_t block_bytes;
  // Encodes count values, a multiple of block. A NaN stays one; in a block of 32 it makes all of them NaN,
  // and so does an infinity.
  void (*encode)(uint8_t *out, const float *values, size_t count);
} Format;

// NULL when there is no such format.
const Format *format_named(const char *name);

size_t format_row_bytes(const Format *format, size_t columns);

// The nearest IEEE 754 half-precision number, ties to even.
uint16_t half_from_float(float value);
float half_to_float(uint16_t half);

#endif
