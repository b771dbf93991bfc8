// Reads the files of llama2.c: checkpoints of versions 0 and 1, and tokenizer.bin.
// Behind import.c: MODEL.bin, TOKENIZER.bin -> llama2c.c -> llama_gguf.c.
// Must not trust a byte of them, and must not know GGUF.
#ifndef MODEL_LLAMA2C_H
#define MODEL_LLAMA2C_H

#include <stdio.h>

#include "shape.h"

// What the file holds, each for all layers together, in shape.h's order where that has one.
enum { LLAMA2C_EMBEDDING = LAYER_TENSORS, LLAMA2C_OUTPUT_NORM, LLAMA2C_ROPE, LLAMA2C_HEAD, LLAMA2C_SECTIONS };

typedef struct {
  const char *path;
  FILE *file;
  Shape shape;
  bool own_head;
  uint64_t begin[LLAMA2C_SECTIONS]; // in bytes
} Llama2c;

// Checks the header, and that the file has exactly the length it asks for. False, after a message
// on stderr, when something is wrong; then there is nothing to close.
bool llama2c_open(Llama2c *model, const char *path);
void llama2c_close(Llama2c *model);

// As llama_gguf.h wants it.
bool llama2c_read_row(const void *model, long index, const Tensor *tensor, long row, float *out);

// ---------------------------------------------------------------------------------------------

// Token ids, the same in every vocabulary: <unk>, <s> (BOS), </s> (EOS), the 256 bytes, the pieces.
enum { LLAMA2C_UNKNOWN, LLAMA2C_BOS, LLAMA2C_EOS, LLAMA2C_BYTES, LLAMA2C_PIECES = LLAMA2C_BYTES + 256 };

enum { LLAMA2C_LONGEST_PIECE = 1024 };

typedef struct {
  int32_t n_tokens;
  uint8_t *bytes; // the whole file
} Llama2cTokenizer;

// UTF-8, at most LLAMA2C_LONGEST_PIECE bytes, with its spaces as spaces.
typedef struct {
  float score;
  int32_t length;
  const char *text;
} Llama2cPiece;

// Checks every token. False, after a message on stderr, when something is wrong; then there is
// nothing to free.
bool llama2c_tokenizer_read(Llama2cTokenizer *tokenizer, const char *path, int32_t n_tokens);
void llama2c_tokenizer_free(Llama2cTokenizer *tokenizer);

// Tokens one after the other: where the first one is, and one read, which gives where the next is.
const uint8_t *llama2c_first_piece(const Llama2cTokenizer *tokenizer);
const uint8_t *llama2c_piece(const uint8_t *at, Llama2cPiece *piece);

#endif
