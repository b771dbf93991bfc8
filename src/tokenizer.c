/* Text <-> token ids: the vocabulary's tables, special tokens, and the way into the two kinds.
 * First hop of a token's way: prompt bytes -> ls_tokenize -> forward.c; sampled id -> ls_token_bytes.
 * Knows not how a kind splits and merges; trusts no number, length or type of the file. */
#include "tokenizer.h"

#include <string.h>

#define MAX_TEXT (UINT64_C(1) << 30)

static const char bad_vocabulary[] = "the file is damaged or was converted wrongly: get another";

/* ---- look-up by text ---- */

/* The slot of the token that stands for these bytes, or the free one where it belongs; NULL if there is
 * neither. */
static uint32_t *slot_of(const ls_tokenizer *t, const uint8_t *bytes, uint64_t n) {
  uint64_t hash = n, word;
  uint64_t at = 0;
  for (; n - at >= sizeof word; at += sizeof word) {
    memcpy(&word, bytes + at, sizeof word);
    hash = tokenizer_mix(hash, word);
  }
  word = 0;
  for (uint64_t i = at; i < n; i++) word = word << 8 | bytes[i];
  hash = tokenizer_mix(hash, word);

  for (uint32_t probe = 0; probe < TOKENIZER_MAX_PROBES; probe++) {
    uint32_t *slot = &t->slots[((uint32_t)(hash >> 32) + probe) & (t->n_slots - 1)];
    if (*slot == 0) return slot;
    const uint32_t *text_at = &t->text_at[*slot - 1];
    if (text_at[1] - text_at[0] == n && memcmp(t->texts + text_at[0], bytes, (size_t)n) == 0) {
      return slot;
    }
  }
  return NULL;
}

uint32_t tokenizer_find(const ls_tokenizer *t, const uint8_t *bytes, uint64_t n) {
  if (n > t->longest) return LS_NO_TOKEN;
  const uint32_t *slot = slot_of(t, bytes, n);
  return slot && *slot ? *slot - 1 : LS_NO_TOKEN;
}

/* ---- reading keys ---- */

/* The array of a key, one item a token. `strings`: of strings, else of numbers. */
static ls_status read_array(const gguf *g, const char *key, bool strings, uint64_t count,
                            const gguf_value **array, ls_error *error) {
  const gguf_value *v = *array = gguf_find(g, key);
  if (!v) return LS_OK;
  const bool right_type = strings ? v->type == GGUF_STRING : v->type != GGUF_STRING;
  if (v->is_array && right_type && v->count == count) return LS_OK;
  return ls_fail(error, LS_BAD_MODEL,
                 "key \"%s\" at offset %llu has %llu items of type %u, expected an array of %llu %s, one a "
                 "token; %s",
                 key, (unsigned long long)v->offset, (unsigned long long)v->count, v->type,
                 (unsigned long long)count, strings ? "strings" : "numbers", bad_vocabulary);
}

/* A whole number from 0 to limit - 1; `*value` stays as it is where the key is missing. */
static ls_status read_number(const gguf *g, const char *key, uint32_t limit, uint32_t *value,
                             ls_error *error) {
  const gguf_value *v = gguf_find(g, key);
  if (!v) return LS_OK;
  const bool is_number = !v->is_array && v->type != GGUF_STRING;
  const double number = is_number ? gguf_number(v, 0) : -1.0;
  if (number >= 0 && number < limit && number == (uint32_t)number) {
    *value = (uint32_t)number;
    return LS_OK;
  }
  return ls_fail(error, LS_BAD_MODEL, "key \"%s\" at offset %llu is not a whole number from 0 to %u; %s", key,
                 (unsigned long long)v->offset, limit - 1, bad_vocabulary);
}

static ls_status read_kind(ls_tokenizer *t, const gguf *g, ls_error *error) {
  const gguf_value *v = gguf_find(g, "tokenizer.ggml.model");
  ls_string name;
  if (!gguf_text(g, "tokenizer.ggml.model", &name)) {
    return ls_fail(error, LS_BAD_MODEL,
                   "key \"tokenizer.ggml.model\" is %s, expected \"llama\" or \"gpt2\"; %s",
                   v ? "not a string" : "missing", bad_vocabulary);
  }
  if (ls_string_is(name, "llama"))
    t->kind = LS_TOKENIZER_SPM;
  else if (ls_string_is(name, "gpt2"))
    t->kind = LS_TOKENIZER_BPE;
  else {
    return ls_fail(error, LS_UNSUPPORTED,
                   "key \"tokenizer.ggml.model\" at offset %llu is \"%.*s\", expected \"llama\" or \"gpt2\"; "
                   "use a model with one of these tokenizers",
                   (unsigned long long)v->offset, LS_STRING_ARG(name));
  }
  return LS_OK;
}

/* The arrays of the file's vocabulary, item i of each about token i. */
typedef struct vocabulary {
  const gguf_value *tokens, *types, *scores; /* types and scores may be NULL */
} vocabulary;

static ls_status read_vocabulary(ls_tokenizer *t, const gguf *g, vocabulary *v, ls_error *error) {
  const gguf_value *tokens = gguf_find(g, "tokenizer.ggml.tokens");
  if (!tokens || tokens->count == 0 || tokens->count > TOKENIZER_MAX_COUNT) {
    return ls_fail(error, LS_BAD_MODEL,
                   "key \"tokenizer.ggml.tokens\" is missing or has %llu items, expected 1 to %u; %s",
                   (unsigned long long)(tokens ? tokens->count : 0), TOKENIZER_MAX_COUNT, bad_vocabulary);
  }
  const uint64_t n = tokens->count;
  t->n_tokens = (uint32_t)n;
  ls_status status = read_array(g, "tokenizer.ggml.tokens", true, n, &v->tokens, error);
  if (!status) status = read_array(g, "tokenizer.ggml.token_type", false, n, &v->types, error);
  if (!status) status = read_array(g, "tokenizer.ggml.scores", false, n, &v->scores, error);
  if (!status && t->kind == LS_TOKENIZER_SPM && !v->scores) {
    status =
        ls_fail(error, LS_BAD_MODEL,
                "key \"tokenizer.ggml.scores\" is missing, expected one number a token; %s", bad_vocabulary);
  }
  return status;
}

static ls_status read_settings(ls_tokenizer *t, const gguf *g, ls_error *error) {
  const uint32_t n = t->n_tokens;
  t->bos = t->eos = t->unknown = LS_NO_TOKEN;
  ls_status status = read_number(g, "tokenizer.ggml.bos_token_id", n, &t->bos, error);
  if (!status) status = read_number(g, "tokenizer.ggml.eos_token_id", n, &t->eos, error);
  if (!status) status = read_number(g, "tokenizer.ggml.unknown_token_id", n, &t->unknown, error);

  const bool is_spm = t->kind == LS_TOKENIZER_SPM;
  uint32_t add_bos = is_spm && t->bos != LS_NO_TOKEN, add_space_prefix = is_spm;
  if (!status) status = read_number(g, "tokenizer.ggml.add_bos_token", 2, &add_bos, error);
  if (!status) {
    status = read_number(g, "tokenizer.ggml.add_space_prefix", 2, &add_space_prefix, error);
  }
  t->add_bos = add_bos;
  t->add_space_prefix = is_spm && add_space_prefix;
  if (!status && t->add_bos && t->bos == LS_NO_TOKEN) {
    status = ls_fail(error, LS_BAD_MODEL,
                     "key \"tokenizer.ggml.add_bos_token\" is true, expected \"tokenizer.ggml.bos_token_id\" "
                     "beside it; %s",
                     bad_vocabulary);
  }
  return status;
}

/* ---- one token of the file ---- */

/* The byte that a piece like <0x0A> stands for, or -1. */
static int byte_piece(ls_string piece) {
  static const char digits[] = "0123456789ABCDEF";
  if (piece.n != 6 || memcmp(piece.bytes, "<0x", 3) != 0 || piece.bytes[5] != '>') return -1;
  const char *high = memchr(digits, piece.bytes[3], 16), *low = memchr(digits, piece.bytes[4], 16);
  return high && low ? (int)((high - digits) * 16 + (low - digits)) : -1;
}

/* An ls_token_type, or 0 where the file says something else. A file need not give types: then the ids
 * with a role are special, and SPM's bytes are spelled out. */
static uint32_t type_of(const ls_tokenizer *t, const vocabulary *v, uint32_t id, ls_string piece) {
  if (v->types) {
    const double type = gguf_number(v->types, id);
    return type >= 1 && type <= (double)(int)LS_TOKEN_BYTE ? (uint32_t)type : 0;
  }
  if (id == t->unknown) return LS_TOKEN_UNKNOWN;
  if (id == t->bos || id == t->eos) return LS_TOKEN_CONTROL;
  if (t->kind == LS_TOKENIZER_SPM && byte_piece(piece) >= 0) return LS_TOKEN_BYTE;
  return LS_TOKEN_NORMAL;
}

static bool is_special(uint32_t type, ls_string piece) {
  return piece.n > 0 &&
         (type == LS_TOKEN_CONTROL || type == LS_TOKEN_USER_DEFINED || type == LS_TOKEN_UNKNOWN);
}

/* Checks every token, and counts what the tables' sizes depend on. */
static ls_status check_tokens(ls_tokenizer *t, const vocabulary *v, uint64_t *spelled_bytes,
                              ls_error *error) {
  const uint8_t *cursor = v->tokens->data;
  *spelled_bytes = t->longest = t->n_specials = 0;
  for (uint32_t id = 0; id < t->n_tokens; id++) {
    const ls_string piece = gguf_next_string(&cursor);
    if (piece.n > TOKENIZER_MAX_PIECE) {
      return ls_fail(error, LS_BAD_MODEL,
                     "token %u in key \"tokenizer.ggml.tokens\" at offset %llu has %llu bytes, expected at "
                     "most %u; %s",
                     id, (unsigned long long)v->tokens->offset, (unsigned long long)piece.n,
                     TOKENIZER_MAX_PIECE, bad_vocabulary);
    }
    const uint32_t type = type_of(t, v, id, piece);
    if (type == 0 || (type == LS_TOKEN_BYTE && byte_piece(piece) < 0)) {
      return ls_fail(error, LS_BAD_MODEL,
                     "token %u, \"%.*s\", has a wrong type, expected 1 to 6, and 6 only for <0x00> to "
                     "<0xFF>; %s",
                     id, LS_STRING_ARG(piece), bad_vocabulary);
    }
    const double score = v->scores ? gguf_number(v->scores, id) : 0;
    if (!(score >= -3.4e38 && score <= 3.4e38)) {
      return ls_fail(error, LS_BAD_MODEL,
                     "token %u, \"%.*s\", has an infinite score, expected a finite number; %s", id,
                     LS_STRING_ARG(piece), bad_vocabulary);
    }
    if (piece.n > t->longest) t->longest = (uint32_t)piece.n;
    t->n_specials += is_special((uint32_t)type, piece);
    *spelled_bytes += piece.n;
  }
  return LS_OK;
}

/* Writes the bytes that a token stands for. */
static uint64_t decode(const ls_tokenizer *t, uint32_t type, ls_string piece, uint8_t *out) {
  switch (type) {
    case LS_TOKEN_CONTROL:
    case LS_TOKEN_UNKNOWN: return 0;
    case LS_TOKEN_BYTE: out[0] = (uint8_t)byte_piece(piece); return 1;
    case LS_TOKEN_USER_DEFINED: memcpy(out, piece.bytes, (size_t)piece.n); return piece.n;
    default:
      return t->kind == LS_TOKENIZER_SPM ? tokenizer_spm_decode(piece, out)
                                         : tokenizer_bpe_decode(piece, out);
  }
}

/* ---- special tokens, sorted by spelling ---- */

static int compare(ls_string a, ls_string b) {
  const int order = memcmp(a.bytes, b.bytes, (size_t)(a.n < b.n ? a.n : b.n));
  return order ? order : (a.n > b.n) - (a.n < b.n);
}

/* Of two spelled alike the first id comes last, where special_at_start meets it first. */
static bool comes_before(const ls_tokenizer *t, uint32_t a, uint32_t b) {
  const int order = compare(t->pieces[a], t->pieces[b]);
  return order < 0 || (order == 0 && a > b);
}

/* Lets specials[at] sink in a heap of the `n` first specials, the largest on top. */
static void sink(const ls_tokenizer *t, uint32_t at, uint32_t n) {
  const uint32_t id = t->specials[at];
  for (uint64_t child = 2 * (uint64_t)at + 1; child < n; child = 2 * (uint64_t)at + 1) {
    if (child + 1 < n && comes_before(t, t->specials[child], t->specials[child + 1])) child++;
    if (!comes_before(t, id, t->specials[child])) break;
    t->specials[at] = t->specials[child];
    at = (uint32_t)child;
  }
  t->specials[at] = id;
}

static bool begins_with(ls_string s, ls_string prefix) {
  return prefix.n <= s.n && memcmp(s.bytes, prefix.bytes, (size_t)prefix.n) == 0;
}

/* Heapsort, for its worst case. Then gives every special its parent, the longest other one it begins
 * with: in sorted order that is the one before it, or an ancestor of that. */
static void sort_specials(ls_tokenizer *t) {
  const uint32_t n = t->n_specials;
  for (uint32_t i = n / 2; i-- > 0;) sink(t, i, n);
  for (uint32_t end = n; end-- > 1;) {
    const uint32_t largest = t->specials[0];
    t->specials[0] = t->specials[end];
    t->specials[end] = largest;
    sink(t, 0, end);
  }
  for (uint32_t i = 0; i < n; i++) {
    const ls_string piece = t->pieces[t->specials[i]];
    uint32_t parent = i - 1; /* before the first: LS_NO_TOKEN, which stands for none here */
    while (parent != LS_NO_TOKEN && !begins_with(piece, t->pieces[t->specials[parent]])) {
      parent = t->special_parents[parent];
    }
    /* One spelled alike is none: a thousand of them must not be walked through in vain. */
    const bool alike = parent != LS_NO_TOKEN && t->pieces[t->specials[parent]].n == piece.n;
    t->special_parents[i] = alike ? t->special_parents[parent] : parent;
  }
}

/* The longest special token that the text begins with, or LS_NO_TOKEN: of the specials that sort no
 * later than the text, the last one or the first of its ancestors that the text begins with. */
static uint32_t special_at_start(const ls_tokenizer *t, const uint8_t *text, uint64_t n) {
  const ls_string rest = {text, n < t->longest ? n : t->longest};
  uint32_t low = 0, high = t->n_specials;
  while (low < high) {
    const uint32_t middle = low + (high - low) / 2;
    if (compare(t->pieces[t->specials[middle]], rest) <= 0)
      low = middle + 1;
    else
      high = middle;
  }
  uint32_t at = low - 1; /* if none does: LS_NO_TOKEN */
  while (at != LS_NO_TOKEN && !begins_with(rest, t->pieces[t->specials[at]])) {
    at = t->special_parents[at];
  }
  return at == LS_NO_TOKEN ? LS_NO_TOKEN : t->specials[at];
}

/* ---- open ---- */

/* The tables while they are being filled; the tokenizer has them as const. */
typedef struct tables {
  ls_string *pieces;
  uint8_t *types, *texts;
  uint32_t *text_at;
  float *scores;
} tables;

/* True if no space follows anything but a space. */
static bool spaces_lead(const uint8_t *text, uint64_t n) {
  for (uint64_t i = 1; i < n; i++) {
    if (text[i] == ' ' && text[i - 1] != ' ') return false;
  }
  return true;
}

static ls_status fill(ls_tokenizer *t, const vocabulary *v, const tables *to, ls_error *error) {
  for (int byte = 0; byte < 256; byte++) t->byte_ids[byte] = LS_NO_TOKEN;
  memset(t->slots, 0, (size_t)t->n_slots * sizeof *t->slots);
  to->text_at[0] = 0;
  t->spaces_lead = true;
  const uint8_t *cursor = v->tokens->data;
  uint32_t n_specials = 0;
  for (uint32_t id = 0; id < t->n_tokens; id++) {
    const ls_string piece = gguf_next_string(&cursor);
    const uint32_t type = type_of(t, v, id, piece);
    uint8_t *text = to->texts + to->text_at[id];
    const uint64_t n = decode(t, type, piece, text);
    to->pieces[id] = piece;
    to->types[id] = (uint8_t)type;
    to->text_at[id + 1] = to->text_at[id] + (uint32_t)n;
    if (to->scores) to->scores[id] = (float)gguf_number(v->scores, id);
    if (is_special(type, piece)) t->specials[n_specials++] = id;
    if (type == LS_TOKEN_BYTE && t->byte_ids[*text] == LS_NO_TOKEN) t->byte_ids[*text] = id;
    if (type == LS_TOKEN_BYTE || n == 0) continue; /* not to be found by what it stands for */
    t->spaces_lead = t->spaces_lead && spaces_lead(text, n);

    uint32_t *slot = slot_of(t, text, n);
    if (!slot) {
      return ls_fail(error, LS_BAD_MODEL,
                     "token %u, \"%.*s\", collides with over %d others, expected a vocabulary that was not "
                     "made to do so; use another model",
                     id, LS_STRING_ARG(piece), TOKENIZER_MAX_PROBES);
    }
    if (*slot == 0) *slot = id + 1; /* two that stand for the same: the first id counts */
  }
  sort_specials(t);
  return LS_OK;
}

ls_status ls_tokenizer_open(ls_tokenizer *t, const gguf *g, ls_arena *arena, ls_error *error) {
  vocabulary v = {0};
  uint64_t spelled_bytes = 0;
  memset(t, 0, sizeof *t);
  ls_status status = read_kind(t, g, error);
  if (!status) status = read_vocabulary(t, g, &v, error);
  if (!status) status = read_settings(t, g, error);
  if (!status) status = check_tokens(t, &v, &spelled_bytes, error);
  if (status) return status;

  const bool is_spm = t->kind == LS_TOKENIZER_SPM;
  const uint64_t n = t->n_tokens;
  tables to = {0};
  t->n_slots = tokenizer_slots_for(t->n_tokens);
  t->pieces = to.pieces = ls_arena_take(arena, n, sizeof *to.pieces);
  t->types = to.types = ls_arena_take(arena, n, sizeof *to.types);
  t->texts = to.texts = ls_arena_take(arena, spelled_bytes, 1);
  t->text_at = to.text_at = ls_arena_take(arena, n + 1, sizeof *to.text_at);
  if (is_spm) t->scores = to.scores = ls_arena_take(arena, n, sizeof *to.scores);
  t->slots = ls_arena_take(arena, t->n_slots, sizeof *t->slots);
  t->specials = ls_arena_take(arena, t->n_specials, sizeof *t->specials);
  t->special_parents = ls_arena_take(arena, t->n_specials, sizeof *t->special_parents);
  if (!is_spm) status = tokenizer_bpe_plan(t, g, arena, error);
  if (status || !arena->base) return status;
  if (arena->used > arena->size) {
    return ls_fail(error, LS_OUT_OF_MEMORY,
                   "the tokenizer's tables end at byte %llu of the workspace, which has %llu; plan it first",
                   (unsigned long long)arena->used, (unsigned long long)arena->size);
  }
  status = fill(t, &v, &to, error);
  if (!status && !is_spm) status = tokenizer_bpe_fill(t, g, error);
  return status;
}

/* ---- use ---- */

/* Scratch memory is cut like a workspace: the same code says how much and takes it. */
static void lay_out_scratch(tokenizer_run *r, uint64_t n, ls_arena *scratch) {
  r->symbols = ls_arena_take(scratch, n + 2, sizeof *r->symbols);
  r->heap = ls_arena_take(scratch, 2 * n + 2, sizeof *r->heap);
  r->copy = ls_arena_take(scratch, n + 1, 1);
}

uint64_t ls_tokenize_scratch(const ls_tokenizer *t, uint64_t n) {
  tokenizer_run r = {.t = t};
  ls_arena scratch = {0};
  lay_out_scratch(&r, n < MAX_TEXT ? n : MAX_TEXT, &scratch);
  return scratch.used;
}

ls_status ls_tokenize(const ls_tokenizer *t, const uint8_t *text, uint64_t n, uint32_t flags, uint32_t *ids,
                      uint32_t *count, void *scratch, uint64_t scratch_bytes, ls_error *error) {
  const bool space_prefix = t->add_space_prefix && !(flags & LS_TOKENIZE_NO_SPACE);
  tokenizer_run r = {.t = t, .space_prefix = space_prefix, .ids = ids, .error = error};
  ls_arena arena = {scratch, scratch_bytes, 0};
  *count = 0;
  if (n > MAX_TEXT) {
    return ls_fail(error, LS_OUT_OF_RANGE, "the text has %llu bytes, expected at most %llu; shorten it",
                   (unsigned long long)n, (unsigned long long)MAX_TEXT);
  }
  lay_out_scratch(&r, n, &arena);
  if (arena.used > arena.size) {
    return ls_fail(error, LS_OUT_OF_MEMORY,
                   "tokenizing %llu bytes needs %llu bytes of scratch memory, there are %llu",
                   (unsigned long long)n, (unsigned long long)arena.used, (unsigned long long)scratch_bytes);
  }

  if (t->add_bos && !(flags & LS_TOKENIZE_NO_BOS)) ids[r.count++] = t->bos;
  ls_status status = LS_OK;
  for (uint64_t at = 0; at < n && !status;) {
    /* The text up to the next special token, then that. */
    uint64_t end = at;
    uint32_t special = LS_NO_TOKEN;
    if (flags & LS_TOKENIZE_SPECIAL) {
      while (end < n && (special = special_at_start(t, text + end, n - end)) == LS_NO_TOKEN) end++;
    } else {
      end = n;
    }
    if (end > at) {
      status = (t->kind == LS_TOKENIZER_SPM ? tokenizer_spm_encode : tokenizer_bpe_encode)(
          &r, text + at, (uint32_t)(end - at));
    }
    if (special != LS_NO_TOKEN && !status) {
      ids[r.count++] = special;
      end += t->pieces[special].n;
    }
    at = end;
  }
  if (!status) *count = r.count;
  return status;
}

uint32_t ls_token_bytes(const ls_tokenizer *t, uint32_t id, uint8_t *out) {
  const uint32_t n = t->text_at[id + 1] - t->text_at[id];
  memcpy(out, t->texts + t->text_at[id], n);
  return n;
}

bool ls_ends_text(const ls_tokenizer *t, uint32_t id) { return id == t->eos || id == t->bos; }
