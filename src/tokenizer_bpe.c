/* Byte-level byte-pair encoding: text is cut into words, and a word's bytes merged by rank.
 * Inside the first hop of a token's way: a fragment of text -> words -> symbols -> tokenizer_merge.c.
 * Knows no special tokens. Pieces spell bytes as printable characters; here they have been decoded. */
#include <string.h>

#include "tokenizer.h"
#include "unicode.h"

/* ---- the spelling ---- */

/* GPT-2 spells a byte that is printable in Latin-1 as that character, and the others, in order, as
 * U+0100 and on. Returns the byte, or -1 if no byte is spelled so. */
static int byte_of(uint32_t code_point) {
  const uint32_t c = code_point;
  if ((c >= '!' && c <= '~') || (c >= 0xA1 && c <= 0xFF && c != 0xAD)) return (int)c;
  if (c < 0x100) return -1;
  const uint32_t nth = c - 0x100;
  if (nth <= 0x20) return (int)nth;                   /* 0x00 to 0x20 */
  if (nth <= 0x42) return (int)(0x7F + (nth - 0x21)); /* 0x7F to 0xA0 */
  return nth == 0x43 ? 0xAD : -1;                     /* the soft hyphen */
}

uint64_t tokenizer_bpe_decode(ls_string piece, uint8_t *out) {
  uint64_t n = 0;
  for (uint64_t at = 0; at < piece.n;) {
    uint32_t code_point;
    const uint32_t length = unicode_next(piece.bytes + at, piece.n - at, &code_point);
    const int byte = byte_of(code_point);
    if (byte >= 0) {
      out[n++] = (uint8_t)byte;
    } else {
      memcpy(out + n, piece.bytes + at, length); /* no byte's spelling: it stands for itself */
      n += length;
    }
    at += length;
  }
  return n;
}

/* ---- pre-tokenizers: where does the word that begins at `at` end? ---- */

typedef uint32_t word_end(const uint8_t *text, uint32_t n, uint32_t at);

static unicode_class class_at(const uint8_t *text, uint32_t n, uint32_t at, uint32_t *length) {
  uint32_t code_point;
  *length = unicode_next(text + at, n - at, &code_point);
  return unicode_class_of(code_point);
}

/* Bytes of the English contraction at the start, or 0: 's|'t|'re|'ve|'m|'ll|'d */
static uint32_t contraction(const uint8_t *text, uint32_t n) {
  if (n < 2 || text[0] != '\'') return 0;
  if (memchr("stmd", text[1], 4)) return 2;
  if (n < 3) return 0;
  const bool two_letters = (text[1] == 'r' && text[2] == 'e') || (text[1] == 'v' && text[2] == 'e') ||
                           (text[1] == 'l' && text[2] == 'l');
  return two_letters ? 3 : 0;
}

/* 's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+ */
static uint32_t gpt2_word_end(const uint8_t *text, uint32_t n, uint32_t at) {
  const uint32_t contracted = contraction(text + at, n - at);
  if (contracted) return at + contracted;

  uint32_t end = at, length = 0;
  unicode_class class = class_at(text, n, at, &length);
  if (text[at] == ' ' && at + 1 < n) {
    const unicode_class next = class_at(text, n, at + 1, &length);
    if (next != UNICODE_SPACE) {
      end = at + 1;
      class = next;
    }
  }
  /* A run of one class; `last` is where its last character begins. */
  uint32_t last = end;
  while (end < n && class_at(text, n, end, &length) == class) {
    last = end;
    end += length;
  }
  /* Of several spaces before a word, the last one is left to it. */
  return class == UNICODE_SPACE && end < n && last > at ? last : end;
}

static const struct {
  const char *name; /* tokenizer.ggml.pre */
  word_end *word_end;
} pre_tokenizers[] = {{"gpt-2", gpt2_word_end}, {"default", gpt2_word_end}};

/* ---- merges ---- */

typedef struct ls_merge {
  uint32_t left, right, merged;
} ls_merge;

/* The slot of the merge of a pair, or the free one where it belongs; NULL if there is neither. */
static uint32_t *merge_slot(const ls_tokenizer *t, uint32_t left, uint32_t right) {
  const uint64_t hash = tokenizer_mix(0, (uint64_t)left << 32 | right);
  for (uint32_t probe = 0; probe < TOKENIZER_MAX_PROBES; probe++) {
    uint32_t *slot = &t->merge_slots[((uint32_t)(hash >> 32) + probe) & (t->n_merge_slots - 1)];
    if (*slot == 0) return slot;
    const ls_merge *m = &t->merges[*slot - 1];
    if (m->left == left && m->right == right) return slot;
  }
  return NULL;
}

ls_status tokenizer_bpe_plan(ls_tokenizer *t, const gguf *g, ls_arena *arena, ls_error *error) {
  const gguf_value *pre = gguf_find(g, "tokenizer.ggml.pre");
  t->pre_tokenizer = 0;
  if (pre) {
    const uint32_t known = sizeof pre_tokenizers / sizeof pre_tokenizers[0];
    ls_string name = {(const uint8_t *)"", 0};
    gguf_text(g, "tokenizer.ggml.pre", &name);
    while (t->pre_tokenizer < known && !ls_string_is(name, pre_tokenizers[t->pre_tokenizer].name)) {
      t->pre_tokenizer++;
    }
    if (t->pre_tokenizer == known) {
      return ls_fail(error, LS_UNSUPPORTED,
                     "key \"tokenizer.ggml.pre\" at offset %llu is \"%.*s\", expected \"gpt-2\" or "
                     "\"default\": other ways to cut a text into words (such as \"llama-bpe\") are not "
                     "supported; use another model",
                     (unsigned long long)pre->offset, LS_STRING_ARG(name));
    }
  }

  const gguf_value *merges = gguf_find(g, "tokenizer.ggml.merges");
  if (!merges || !merges->is_array || merges->type != GGUF_STRING || merges->count > TOKENIZER_MAX_COUNT) {
    return ls_fail(error, LS_BAD_MODEL,
                   "key \"tokenizer.ggml.merges\" is %s, expected an array of up to %u strings; convert "
                   "the model again",
                   merges ? "of another type or too long" : "missing", (unsigned)TOKENIZER_MAX_COUNT);
  }
  t->n_merges = (uint32_t)merges->count;
  t->n_merge_slots = tokenizer_slots_for(t->n_merges);
  t->merges = ls_arena_take(arena, t->n_merges, sizeof *t->merges);
  t->merge_slots = ls_arena_take(arena, t->n_merge_slots, sizeof *t->merge_slots);
  return LS_OK;
}

/* Resolves "left right" to three tokens; false if one of them is not in the vocabulary. */
static bool resolve(const ls_tokenizer *t, ls_string spelled, ls_merge *m) {
  uint8_t bytes[2 * TOKENIZER_MAX_PIECE];
  if (spelled.n < 3 || spelled.n > sizeof bytes) return false;
  const uint8_t *space = memchr(spelled.bytes + 1, ' ', (size_t)spelled.n - 1);
  if (!space) return false;
  const ls_string left = {spelled.bytes, (uint64_t)(space - spelled.bytes)};
  const ls_string right = {space + 1, spelled.n - left.n - 1};
  const uint64_t n_left = tokenizer_bpe_decode(left, bytes);
  const uint64_t n_right = tokenizer_bpe_decode(right, bytes + n_left);
  m->left = tokenizer_find(t, bytes, n_left);
  m->right = tokenizer_find(t, bytes + n_left, n_right);
  m->merged = tokenizer_find(t, bytes, n_left + n_right);
  return m->left != LS_NO_TOKEN && m->right != LS_NO_TOKEN && m->merged != LS_NO_TOKEN;
}

ls_status tokenizer_bpe_fill(ls_tokenizer *t, const gguf *g, ls_error *error) {
  for (uint32_t byte = 0; byte < 256; byte++) {
    const uint8_t text = (uint8_t)byte;
    const uint32_t id = tokenizer_find(t, &text, 1);
    if (id != LS_NO_TOKEN) t->byte_ids[byte] = id;
  }

  memset(t->merge_slots, 0, (size_t)t->n_merge_slots * sizeof *t->merge_slots);
  const gguf_value *merges = gguf_find(g, "tokenizer.ggml.merges");
  const uint8_t *cursor = merges->data;
  for (uint32_t rank = 0; rank < t->n_merges; rank++) {
    const ls_string spelled = gguf_next_string(&cursor);
    ls_merge *m = &t->merges[rank];
    if (!resolve(t, spelled, m)) {
      return ls_fail(error, LS_BAD_MODEL,
                     "merge %u of key \"tokenizer.ggml.merges\" at offset %llu is \"%.*s\", expected two "
                     "pieces with a space between, they and their union in the vocabulary; convert the "
                     "model again",
                     rank, (unsigned long long)merges->offset, LS_STRING_ARG(spelled));
    }
    uint32_t *slot = merge_slot(t, m->left, m->right);
    if (!slot) {
      return ls_fail(error, LS_BAD_MODEL,
                     "merge %u of key \"tokenizer.ggml.merges\" at offset %llu collides with over %d "
                     "others, expected a vocabulary that was not made to do so; use another model",
                     rank, (unsigned long long)merges->offset, TOKENIZER_MAX_PROBES);
    }
    if (*slot == 0) *slot = rank + 1; /* said twice: the first rank counts */
  }
  return LS_OK;
}

/* ---- encoding ---- */

static uint32_t price(const tokenizer_run *r, uint32_t left, uint32_t *merged) {
  const tokenizer_symbol *s = &r->symbols[left];
  const uint32_t *slot = merge_slot(r->t, s->id, r->symbols[s->next].id);
  if (!slot || *slot == 0) return TOKENIZER_NONE;
  *merged = r->t->merges[*slot - 1].merged;
  return *slot - 1;
}

ls_status tokenizer_bpe_encode(tokenizer_run *r, const uint8_t *text, uint32_t n) {
  word_end *const end_of = pre_tokenizers[r->t->pre_tokenizer].word_end;
  ls_status status = LS_OK;
  for (uint32_t at = 0; at < n && !status;) {
    const uint32_t end = end_of(text, n, at);
    r->text = text + at;
    r->n = end - at;
    for (uint32_t i = 0; i < r->n; i++) tokenizer_add_symbol(r, i, 1, r->t->byte_ids[r->text[i]]);
    tokenizer_merge(r, price);
    status = tokenizer_emit(r);
    at = end;
  }
  return status;
}
