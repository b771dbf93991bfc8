/* SentencePiece-like tokenizing: characters are merged in the order of their pieces' scores.
 * Inside the first hop of a token's way: a fragment of text -> symbols -> tokenizer_merge.c.
 * Knows no special tokens. Pieces spell a space as U+2581; here they have been decoded already, and a
 * text is not escaped but decoded like them: to SentencePiece a U+2581 in a text is a space too. */
#include <string.h>

#include "tokenizer.h"
#include "unicode.h"

uint64_t tokenizer_spm_decode(ls_string piece, uint8_t *out) {
  uint64_t n = 0;
  for (uint64_t i = 0; i < piece.n; i++) {
    if (piece.n - i >= 3 && memcmp(piece.bytes + i, "\xE2\x96\x81", 3) == 0) {
      out[n++] = ' ';
      i += 2;
    } else {
      out[n++] = piece.bytes[i];
    }
  }
  return n;
}

/* The highest score comes first, so it must be the lowest price. The bits of non-negative floats are
 * ordered like the floats, those of negative ones the other way round. */
static uint32_t price_of_score(float score) {
  const float no_negative_zero = score + 0.0f;
  uint32_t bits;
  memcpy(&bits, &no_negative_zero, sizeof bits);
  return bits & 0x80000000 ? bits : 0x7FFFFFFF - bits;
}

static uint32_t price(const tokenizer_run *r, uint32_t left, uint32_t *merged) {
  const uint32_t end = r->symbols[r->symbols[left].next].next;
  *merged = tokenizer_find(r->t, r->text + left, end - left);
  return *merged == LS_NO_TOKEN ? TOKENIZER_NONE : price_of_score(r->t->scores[*merged]);
}

/* No piece reaches from one such word into the next, so each can be merged by itself: it has a small
 * heap, and its symbols stay in the cache. Returns where the word that begins at `at` ends. */
static uint32_t word_end(const tokenizer_run *r, const uint8_t *text, uint32_t n, uint32_t at) {
  if (!r->t->spaces_lead) return n;
  while (at < n && text[at] == ' ') at++;
  while (at < n && text[at] != ' ') at++;
  return at;
}

ls_status tokenizer_spm_encode(tokenizer_run *r, const uint8_t *text, uint32_t n) {
  const uint32_t prefix = r->space_prefix;
  r->copy[0] = ' ';
  n = prefix + (uint32_t)tokenizer_spm_decode((ls_string){text, n}, r->copy + prefix);
  text = r->copy;
  ls_status status = LS_OK;
  for (uint32_t at = 0; at < n && !status;) {
    const uint32_t end = word_end(r, text, n, at);
    r->text = text + at;
    r->n = end - at;
    for (uint32_t i = 0; i < r->n;) {
      uint32_t code_point;
      const uint32_t length = unicode_next(r->text + i, r->n - i, &code_point);
      tokenizer_add_symbol(r, i, length, tokenizer_find(r->t, r->text + i, length));
      i += length;
    }
    tokenizer_merge(r, price);
    status = tokenizer_emit(r);
    at = end;
  }
  return status;
}
