// Byte-level byte-pair encoding (BPE): learning merges from text, and text <-> token ids.
// Stands at the head of training: documents -> bpe -> token ids -> data.c.
// Must not know of files, models or tensors.
#ifndef MODEL_BPE_H
#define MODEL_BPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { BPE_BYTES = 256, BPE_MAX_VOCAB = 65536 };

// A stretch of bytes that belongs to someone else.
typedef struct {
  const uint8_t *bytes;
  size_t length;
} Text;

typedef struct {
  int32_t left, right;
} BpeMerge;

// Open-addressing hash map from a pair of tokens to a number: its count while merges are
// learnt, its rank while text is encoded.
typedef struct {
  uint64_t *keys;  // (capacity), 0 = free slot
  int64_t *values; // (capacity)
  size_t capacity, n_used;
} PairMap;

// Token ids: 0..255 are the bytes themselves, 256 + i is what merge i makes, the last one is
// <|endoftext|>, which begins every document (BOS) and so ends the one before it (EOS).
typedef struct {
  BpeMerge *merges; // (n_merges), in the order learnt, which is the order of their rank
  int n_merges;
  PairMap ranks;
} Bpe;

// Learns up to n_merges merges from documents. Deterministic: the most frequent pair wins, on a
// tie the one with the smaller (left, right). Stops early when no pair occurs twice.
// Free with bpe_free. False when memory runs out.
bool bpe_train(Bpe *bpe, const Text *documents, size_t n_documents, int n_merges);

// Takes a copy of merges learnt before. False when a merge names a token that does not exist
// yet, or memory runs out.
bool bpe_from_merges(Bpe *bpe, const BpeMerge *merges, int n_merges);

void bpe_free(Bpe *bpe);

int bpe_vocab_size(const Bpe *bpe);
int32_t bpe_end_of_text(const Bpe *bpe);

// Encodes text, in which no special token is recognised. `tokens` must have room for
// text.length ids. Returns how many were written.
size_t bpe_encode(const Bpe *bpe, Text text, int32_t *tokens);

// Writes the bytes of one token to `out` while they fit in `capacity`; returns how many bytes
// the token has. The special token has none.
size_t bpe_decode(const Bpe *bpe, int32_t token, uint8_t *out, size_t capacity);

// The length of the first pre-token of text (GPT-2's pattern); text must not be empty.
size_t bpe_first_word(Text text);

// GPT-2 writes a byte as a printable character, so that a vocabulary is text: the code point
// that stands for a byte.
uint32_t bpe_byte_codepoint(uint8_t byte);

#endif
