/* Merging: a list of symbols, and a heap of the pairs that could become one token.
 * Inside the first hop of a token's way: both kinds of tokenizer end here, and here ids are written.
 * Knows no spaces, words or merge rules: what a pair costs and becomes, the kind's function says. */
#include "tokenizer.h"

void tokenizer_add_symbol(tokenizer_run *r, uint32_t at, uint32_t length, uint32_t id) {
  tokenizer_symbol *s = &r->symbols[at];
  if (at == 0) s->previous = TOKENIZER_NONE;
  s->next = at + length;
  s->id = id;
  /* One more symbol than there are bytes: the last one's next may be written to, never read. */
  r->symbols[s->next].previous = at;
}

/* ---- the heap: smallest key first ---- */

static void push(tokenizer_run *r, uint64_t key) {
  uint32_t at = r->n_heap++;
  while (at > 0 && r->heap[(at - 1) / 2] > key) {
    r->heap[at] = r->heap[(at - 1) / 2];
    at = (at - 1) / 2;
  }
  r->heap[at] = key;
}

static uint64_t pop(tokenizer_run *r) {
  const uint64_t top = r->heap[0];
  const uint64_t key = r->heap[--r->n_heap];
  uint32_t at = 0;
  for (uint32_t child = 1; child < r->n_heap; child = 2 * at + 1) {
    if (child + 1 < r->n_heap && r->heap[child + 1] < r->heap[child]) child++;
    if (r->heap[child] >= key) break;
    r->heap[at] = r->heap[child];
    at = child;
  }
  r->heap[at] = key;
  return top;
}

/* ---- merging ---- */

static void price_pair(tokenizer_run *r, uint32_t left, tokenizer_price *price) {
  tokenizer_symbol *s = &r->symbols[left];
  s->price = s->next < r->n ? price(r, left, &s->merged) : TOKENIZER_NONE;
  if (s->price != TOKENIZER_NONE) push(r, (uint64_t)s->price << 32 | left);
}

/* A merge takes one key off the heap and adds two at most, and there are fewer merges and fewer first
 * pairs than bytes: the heap never holds more than two keys a byte. */
void tokenizer_merge(tokenizer_run *r, tokenizer_price *price) {
  r->n_heap = 0;
  for (uint32_t at = 0; at < r->n; at = r->symbols[at].next) price_pair(r, at, price);

  while (r->n_heap > 0) {
    const uint64_t key = pop(r);
    const uint32_t left = (uint32_t)key;
    tokenizer_symbol *s = &r->symbols[left];
    if (s->price != key >> 32) continue; /* one of the two has been merged with another since */

    r->symbols[s->next].price = TOKENIZER_NONE; /* it is gone, and its keys with it */
    s->next = r->symbols[s->next].next;
    r->symbols[s->next].previous = left;
    s->id = s->merged;
    price_pair(r, left, price);
    if (s->previous != TOKENIZER_NONE) price_pair(r, s->previous, price);
  }
}

/* ---- output ---- */

static bool every_byte_has_a_token(const tokenizer_run *r, uint32_t begin, uint32_t end) {
  for (uint32_t i = begin; i < end; i++) {
    if (r->t->byte_ids[r->text[i]] == LS_NO_TOKEN) return false;
  }
  return true;
}

ls_status tokenizer_emit(tokenizer_run *r) {
  for (uint32_t at = 0; at < r->n; at = r->symbols[at].next) {
    const tokenizer_symbol *s = &r->symbols[at];
    if (s->id != LS_NO_TOKEN) {
      r->ids[r->count++] = s->id;
    } else if (every_byte_has_a_token(r, at, s->next)) {
      for (uint32_t i = at; i < s->next; i++) r->ids[r->count++] = r->t->byte_ids[r->text[i]];
    } else if (r->t->unknown != LS_NO_TOKEN) {
      r->ids[r->count++] = r->t->unknown;
    } else {
      return ls_fail(r->error, LS_BAD_MODEL,
                     "the text has byte 0x%02x, for which this model's vocabulary has neither a token nor "
                     "an unknown token; leave it out or use another model",
                     r->text[at]);
    }
  }
  return LS_OK;
}
