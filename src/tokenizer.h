/* What the tokenizer's files share: the look-up of pieces, the merging of symbols, the two kinds.
 * Inside the first hop of a token's way, text <-> ids; logitscope.h has the public side.
 * Knows nothing of models. tokenizer.c asks a kind, a kind asks tokenizer_merge.c; never backwards. */
#ifndef LS_TOKENIZER_H
#define LS_TOKENIZER_H

#include "logitscope.h"

/* Longest spelling of a token, in bytes. Real vocabularies stay under 300; the limit keeps one look-up
 * cheap, whatever a file says. */
#define TOKENIZER_MAX_PIECE 1024

/* Most tokens, and most merges, of a vocabulary. */
#define TOKENIZER_MAX_COUNT (UINT32_C(1) << 21)

/* ---- look-up (tokenizer.c) ---- */

/* The ordinary (normal, user-defined or unused) token that stands for these bytes, or LS_NO_TOKEN. */
uint32_t tokenizer_find(const ls_tokenizer *t, const uint8_t *bytes, uint64_t n);

/* Both hash tables hold index + 1, or 0, in a power of two of slots, and are filled to a third at most:
 * most look-ups are of pairs that cannot merge, and should meet an empty slot at once. An entry lies at most
 * so many slots behind its own place, so a look-up ends even in a file made to collide; such a file is
 * refused when it is opened. Well-mixed hashes stay under 100. */
#define TOKENIZER_MAX_PROBES 1024

/* Folds a word into a hash; the upper 32 bits of the result are well mixed. */
static inline uint64_t tokenizer_mix(uint64_t hash, uint64_t word) {
  hash = (hash ^ word) * UINT64_C(0x9E3779B97F4A7C15);
  return (hash ^ hash >> 32) * UINT64_C(0xD6E8FEB86659FD93);
}

/* The slots for a table of `count` entries. */
static inline uint32_t tokenizer_slots_for(uint32_t count) {
  uint32_t slots = 2;
  while (slots < 3 * count) slots *= 2;
  return slots;
}

/* ---- merging (tokenizer_merge.c) ---- */

/* A stretch of the text that is, or may become, one token. It lies in the symbol array at the index of
 * its first byte, and so needs no start; its end is the start of the next symbol. */
typedef struct tokenizer_symbol {
  uint32_t previous; /* index of the symbol before, or TOKENIZER_NONE */
  uint32_t next;     /* index of the symbol behind, or the length of the text */
  uint32_t id;       /* token, or LS_NO_TOKEN */
  uint32_t price;    /* of merging it with the next one: cheapest first; TOKENIZER_NONE: impossible */
  uint32_t merged;   /* the token that would make */
} tokenizer_symbol;

#define TOKENIZER_NONE UINT32_MAX

/* One call of ls_tokenize. */
typedef struct tokenizer_run {
  const ls_tokenizer *t;
  bool space_prefix; /* SPM: a space goes before each stretch of text */
  uint32_t *ids;     /* output */
  uint32_t count;
  ls_error *error;
  tokenizer_symbol *symbols; /* (bytes of the whole text + 2): room for a space prefix and the end */
  uint64_t *heap;            /* (2 * bytes of the whole text + 2) price << 32 | left symbol */
  uint32_t n_heap;
  uint8_t *copy;       /* (bytes of the whole text + 1) SPM: a fragment behind its space prefix */
  const uint8_t *text; /* (n) what is being merged: a fragment (SPM) or a word (BPE) */
  uint32_t n;
} tokenizer_run;

/* The price of merging symbol `left` with its next one, and the token that makes; TOKENIZER_NONE if
 * the vocabulary does not have it. This is all that the kinds differ in. */
typedef uint32_t tokenizer_price(const tokenizer_run *r, uint32_t left, uint32_t *merged);

/* Makes the `length` bytes at `at` a symbol; called from the front of the text to its end. */
void tokenizer_add_symbol(tokenizer_run *r, uint32_t at, uint32_t length, uint32_t id);

/* Merges the cheapest pair, on a tie the leftmost, until no pair has a price. O(n log n). */
void tokenizer_merge(tokenizer_run *r, tokenizer_price *price);

/* Writes the ids of the symbols. One that is no token becomes its bytes' tokens, else unknown.
 * Errors: LS_BAD_MODEL if there is no unknown token either. */
ls_status tokenizer_emit(tokenizer_run *r);

/* ---- the kinds (tokenizer_spm.c, tokenizer_bpe.c) ---- */

/* Writes the bytes that a piece stands for; never more than it is spelled with. */
uint64_t tokenizer_spm_decode(ls_string piece, uint8_t *out);
uint64_t tokenizer_bpe_decode(ls_string piece, uint8_t *out);

/* Encodes `n` bytes (at least 1) between special tokens; SPM puts its space prefix before them. */
ls_status tokenizer_spm_encode(tokenizer_run *r, const uint8_t *text, uint32_t n);
ls_status tokenizer_bpe_encode(tokenizer_run *r, const uint8_t *text, uint32_t n);

/* BPE: checks the pre-tokenizer and the merges' key, and lays their tables out. */
ls_status tokenizer_bpe_plan(ls_tokenizer *t, const gguf *g, ls_arena *arena, ls_error *error);

/* BPE: fills the tables; all pieces can be looked up by now. */
ls_status tokenizer_bpe_fill(ls_tokenizer *t, const gguf *g, ls_error *error);

#endif
