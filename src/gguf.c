/* GGUF v2 and v3: the header of a model file, parsed in place from untrusted bytes.
 * First hop of a model's way: bytes -> keys and tensor places; model.c binds them to roles.
 * Knows nothing of architectures or tokenizers. Trusts no length, count, type or offset. */
#include "gguf.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define DEFAULT_ALIGNMENT 32
#define MAX_ALIGNMENT (UINT32_C(1) << 20)
#define MAX_DIMENSIONS 4
#define MAX_NAME 256 /* bytes of a key or tensor name; the specification allows keys more, none has it */
/* The largest vocabularies in use need 20 MB; a lying length must not make a caller read gigabytes. */
#define MAX_HEADER (UINT32_C(1) << 28)

ls_status ls_fail(ls_error *error, ls_status status, const char *format, ...) {
  va_list args;
  va_start(args, format);
  vsnprintf(error->message, sizeof error->message, format, args);
  va_end(args);
  /* Names from the file reach the message: keep them from breaking the line or the terminal. */
  for (char *c = error->message; *c; c++) {
    if (*c < ' ' || *c > '~') *c = '?';
  }
  error->status = status;
  return status;
}

void *ls_arena_take(ls_arena *arena, uint64_t count, uint64_t item_bytes) {
  const uint64_t align = 64;
  uint64_t bytes;
  if (arena->used == UINT64_MAX || __builtin_mul_overflow(count, item_bytes, &bytes) ||
      bytes > UINT64_MAX / 2 - arena->used) {
    arena->used = UINT64_MAX;
    return NULL;
  }
  const uint64_t at = arena->used;
  arena->used = (at + bytes + align - 1) / align * align;
  if (!arena->base || arena->used > arena->size) return NULL;
  return arena->base + at;
}

bool ls_string_is(ls_string s, const char *text) {
  const size_t n = strlen(text);
  return s.n == n && memcmp(s.bytes, text, n) == 0;
}

static bool same(ls_string a, ls_string b) {
  return a.n == b.n && memcmp(a.bytes, b.bytes, (size_t)a.n) == 0;
}

/* ---- reading: one cursor, one error exit ---- */

typedef struct reader {
  const uint8_t *bytes;
  uint64_t have, at;
  ls_error *error;
} reader;

static uint64_t load(const uint8_t *p, unsigned bytes) {
  uint64_t v = 0;
  for (unsigned i = 0; i < bytes; i++) v |= (uint64_t)p[i] << (8 * i);
  return v;
}

static ls_status need(const reader *r, uint64_t n) {
  if (n <= r->have - r->at) return LS_OK;
  if (n > MAX_HEADER - r->at) {
    return ls_fail(r->error, LS_BAD_MODEL,
                   "the header asks for %llu bytes at offset %llu, expected at most %u in all; the file is "
                   "damaged: download it again",
                   (unsigned long long)n, (unsigned long long)r->at, MAX_HEADER);
  }
  return ls_fail(r->error, LS_NEED_MORE,
                 "the file ends inside its header: %llu bytes more are needed at offset %llu, %llu are "
                 "there; it is cut short or its lengths are wrong: download it again",
                 (unsigned long long)n, (unsigned long long)r->at, (unsigned long long)(r->have - r->at));
}

static ls_status read_uint(reader *r, unsigned bytes, uint64_t *value) {
  const ls_status status = need(r, bytes);
  if (status) return status;
  *value = load(r->bytes + r->at, bytes);
  r->at += bytes;
  return LS_OK;
}

static ls_status read_string(reader *r, ls_string *s) {
  ls_status status = read_uint(r, 8, &s->n);
  if (!status) status = need(r, s->n);
  if (status) return status;
  s->bytes = r->bytes + r->at;
  r->at += s->n;
  return LS_OK;
}

static ls_status read_name(reader *r, const char *what, ls_string *name) {
  const uint64_t offset = r->at;
  if (need(r, 8) == LS_OK && load(r->bytes + r->at, 8) > MAX_NAME) {
    return ls_fail(r->error, LS_BAD_MODEL,
                   "the %s name at offset %llu is said to have %llu bytes, expected at most %u; the "
                   "file is damaged: download it again",
                   what, (unsigned long long)offset, (unsigned long long)load(r->bytes + r->at, 8), MAX_NAME);
  }
  return read_string(r, name);
}

/* ---- keys ---- */

static unsigned fixed_bytes(uint64_t type) {
  switch (type) {
    case GGUF_U8:
    case GGUF_I8:
    case GGUF_BOOL: return 1;
    case GGUF_U16:
    case GGUF_I16: return 2;
    case GGUF_U32:
    case GGUF_I32:
    case GGUF_F32: return 4;
    case GGUF_U64:
    case GGUF_I64:
    case GGUF_F64: return 8;
    default: return 0; /* strings and arrays have lengths of their own */
  }
}

static ls_status read_items(reader *r, gguf_value *v) {
  const unsigned size = fixed_bytes(v->type);
  v->data = r->bytes + r->at;
  if (size) {
    uint64_t bytes;
    if (__builtin_mul_overflow(v->count, size, &bytes)) bytes = UINT64_MAX;
    const ls_status status = need(r, bytes);
    if (!status) r->at += bytes;
    return status;
  }
  for (uint64_t i = 0; i < v->count; i++) {
    ls_string skipped;
    const ls_status status = read_string(r, &skipped);
    if (status) return status;
  }
  return LS_OK;
}

static ls_status read_key(reader *r, gguf *g) {
  gguf_value *v = &g->keys[g->n_keys];
  v->offset = r->at;
  v->is_array = false;
  v->count = 1;
  uint64_t type;
  ls_status status = read_name(r, "key", &v->key);
  if (!status) status = read_uint(r, 4, &type);
  if (!status && type == GGUF_ARRAY) {
    v->is_array = true;
    status = read_uint(r, 4, &type);
    if (!status) status = read_uint(r, 8, &v->count);
  }
  if (status) return status;
  if (type >= GGUF_VALUE_TYPES || type == GGUF_ARRAY) {
    return ls_fail(r->error, LS_BAD_MODEL,
                   "key \"%.*s\" at offset %llu has value type %llu%s, expected 0 to 12; the file is "
                   "damaged: download it again",
                   LS_STRING_ARG(v->key), (unsigned long long)v->offset, (unsigned long long)type,
                   v->is_array ? " in an array" : "");
  }
  v->type = (uint32_t)type;
  status = read_items(r, v);
  if (status) return status;
  for (uint32_t i = 0; i < g->n_keys; i++) {
    if (same(g->keys[i].key, v->key)) {
      return ls_fail(r->error, LS_BAD_MODEL,
                     "key \"%.*s\" stands twice, again at offset %llu; the file is damaged: download it "
                     "again",
                     LS_STRING_ARG(v->key), (unsigned long long)v->offset);
    }
  }
  g->n_keys++;
  return LS_OK;
}

static ls_status read_alignment(const gguf *g, uint64_t *alignment, ls_error *error) {
  const gguf_value *v = gguf_find(g, "general.alignment");
  *alignment = DEFAULT_ALIGNMENT;
  if (!v) return LS_OK;
  *alignment = v->type == GGUF_U32 && !v->is_array ? load(v->data, 4) : 0;
  if (*alignment >= 8 && *alignment <= MAX_ALIGNMENT && (*alignment & (*alignment - 1)) == 0) {
    return LS_OK;
  }
  return ls_fail(error, LS_BAD_MODEL,
                 "general.alignment at offset %llu is %llu, expected a power of two from 8 to %u as u32; "
                 "the file is damaged: download it again",
                 (unsigned long long)v->offset, (unsigned long long)*alignment, MAX_ALIGNMENT);
}

/* ---- tensors ---- */

typedef struct tensor_type {
  uint32_t number, block_items, block_bytes;
} tensor_type;

static const tensor_type *find_type(uint64_t number) {
  static const tensor_type types[] = {
      {GGUF_TYPE_F32, 1, 4}, {GGUF_TYPE_F16, 1, 2}, {GGUF_TYPE_Q4_0, 32, 18}, {GGUF_TYPE_Q8_0, 32, 34}};
  for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
    if (types[i].number == number) return &types[i];
  }
  return NULL;
}

uint64_t gguf_row_bytes(uint32_t type, uint64_t cols) {
  const tensor_type *t = find_type(type);
  return t ? cols / t->block_items * t->block_bytes : 0;
}

/* Reads one tensor's entry; its offset stays relative to the data until the header's end is known. */
static ls_status read_tensor(reader *r, gguf *g) {
  gguf_tensor *t = &g->tensors[g->n_tensors];
  const uint64_t at = r->at;
  uint64_t n_dims, dims[MAX_DIMENSIONS] = {1, 1, 1, 1}, type;
  ls_status status = read_name(r, "tensor", &t->name);
  if (!status) status = read_uint(r, 4, &n_dims);
  if (status) return status;
  if (n_dims < 1 || n_dims > MAX_DIMENSIONS) {
    return ls_fail(r->error, LS_BAD_MODEL,
                   "tensor \"%.*s\" at offset %llu has %llu dimensions, expected 1 to %u; the file is "
                   "damaged: download it again",
                   LS_STRING_ARG(t->name), (unsigned long long)at, (unsigned long long)n_dims,
                   MAX_DIMENSIONS);
  }
  for (uint64_t i = 0; i < n_dims; i++) {
    status = read_uint(r, 8, &dims[i]);
    if (status) return status;
  }
  status = read_uint(r, 4, &type);
  if (!status) status = read_uint(r, 8, &t->offset);
  if (status) return status;

  uint64_t rows, items;
  if (__builtin_mul_overflow(dims[1], dims[2], &rows) || __builtin_mul_overflow(rows, dims[3], &rows) ||
      __builtin_mul_overflow(rows, dims[0], &items) || items == 0 || dims[0] > INT32_MAX ||
      rows > INT32_MAX || items > UINT64_MAX / 64) {
    return ls_fail(r->error, LS_BAD_MODEL,
                   "tensor \"%.*s\" at offset %llu has an impossible shape, expected every dimension from "
                   "1 to 2^31 - 1; the file is damaged: download it again",
                   LS_STRING_ARG(t->name), (unsigned long long)at);
  }
  const tensor_type *known = find_type(type);
  if (!known) {
    return ls_fail(r->error, LS_UNSUPPORTED,
                   "tensor \"%.*s\" at offset %llu has type %llu, expected F32 (0), F16 (1), Q4_0 (2) or "
                   "Q8_0 (8); convert the model to one of these",
                   LS_STRING_ARG(t->name), (unsigned long long)at, (unsigned long long)type);
  }
  if (dims[0] % known->block_items) {
    return ls_fail(r->error, LS_BAD_MODEL,
                   "tensor \"%.*s\" at offset %llu has rows of %llu items, expected a multiple of %u for "
                   "its type; the file is damaged: download it again",
                   LS_STRING_ARG(t->name), (unsigned long long)at, (unsigned long long)dims[0],
                   known->block_items);
  }
  t->type = (uint32_t)type;
  t->cols = (uint32_t)dims[0];
  t->rows = (uint32_t)rows;
  const uint64_t row_bytes = gguf_row_bytes(t->type, t->cols);
  t->bytes = rows * row_bytes;
  if (row_bytes > UINT32_MAX) {
    return ls_fail(r->error, LS_UNSUPPORTED, "tensor \"%.*s\" at offset %llu has rows of over 4 GiB",
                   LS_STRING_ARG(t->name), (unsigned long long)at);
  }
  for (uint32_t i = 0; i < g->n_tensors; i++) {
    if (same(g->tensors[i].name, t->name)) {
      return ls_fail(r->error, LS_BAD_MODEL,
                     "tensor \"%.*s\" stands twice, again at offset %llu; the file is damaged: download "
                     "it again",
                     LS_STRING_ARG(t->name), (unsigned long long)at);
    }
  }
  g->n_tensors++;
  return LS_OK;
}

/* Turns offsets into places in the file and refuses misaligned or overlapping tensors. */
static ls_status place_tensors(gguf *g, uint64_t alignment, ls_error *error) {
  g->file_bytes = g->header_bytes;
  for (uint32_t i = 0; i < g->n_tensors; i++) {
    gguf_tensor *t = &g->tensors[i];
    if (t->offset % alignment || t->offset > UINT64_MAX / 4 || t->bytes > UINT64_MAX / 4) {
      return ls_fail(error, LS_BAD_MODEL,
                     "tensor \"%.*s\" begins at data offset %llu, expected a multiple of %llu inside the "
                     "file; the file is damaged: download it again",
                     LS_STRING_ARG(t->name), (unsigned long long)t->offset, (unsigned long long)alignment);
    }
    t->offset += g->data_offset;
    if (t->offset + t->bytes > g->file_bytes) g->file_bytes = t->offset + t->bytes;
    for (uint32_t j = 0; j < i; j++) {
      const gguf_tensor *o = &g->tensors[j];
      if (t->offset < o->offset + o->bytes && o->offset < t->offset + t->bytes) {
        return ls_fail(error, LS_BAD_MODEL,
                       "tensors \"%.*s\" and \"%.*s\" overlap at file offset %llu; the file is damaged: "
                       "download it again",
                       LS_STRING_ARG(o->name), LS_STRING_ARG(t->name), (unsigned long long)t->offset);
      }
    }
  }
  return LS_OK;
}

/* ---- the whole header ---- */

static ls_status read_count(reader *r, const char *what, uint32_t limit, uint64_t *count) {
  const uint64_t at = r->at;
  const ls_status status = read_uint(r, 8, count);
  if (status || *count <= limit) return status;
  return ls_fail(r->error, LS_BAD_MODEL,
                 "the file is said at offset %llu to have %llu %s, expected at most %u; it is damaged: "
                 "download it again",
                 (unsigned long long)at, (unsigned long long)*count, what, limit);
}

ls_status gguf_parse(gguf *g, const uint8_t *bytes, uint64_t have, ls_error *error) {
  reader r = {bytes, have < MAX_HEADER ? have : MAX_HEADER, 0, error};
  uint64_t magic, version, n_tensors = 0, n_keys = 0, alignment;
  g->n_keys = g->n_tensors = 0;

  ls_status status = read_uint(&r, 4, &magic);
  if (status) return status;
  if (magic != 0x46554747) { /* "GGUF", read as a little-endian number */
    return ls_fail(error, LS_BAD_MODEL,
                   "this is not a GGUF model: it begins with bytes %02x %02x %02x %02x, expected \"GGUF\"; "
                   "choose a .gguf file",
                   bytes[0], bytes[1], bytes[2], bytes[3]);
  }
  status = read_uint(&r, 4, &version);
  if (status) return status;
  if (version != 2 && version != 3) {
    return ls_fail(error, LS_UNSUPPORTED,
                   "GGUF version %llu, expected 2 or 3 (little-endian); convert the model with a current "
                   "converter",
                   (unsigned long long)version);
  }
  g->version = (uint32_t)version;
  status = read_count(&r, "tensors", GGUF_MAX_TENSORS, &n_tensors);
  if (!status) status = read_count(&r, "keys", GGUF_MAX_KEYS, &n_keys);
  while (!status && g->n_keys < n_keys) status = read_key(&r, g);
  if (!status) status = read_alignment(g, &alignment, error);
  while (!status && g->n_tensors < n_tensors) status = read_tensor(&r, g);
  if (status) return status;

  g->header_bytes = r.at;
  g->data_offset = (r.at + alignment - 1) / alignment * alignment;
  return place_tensors(g, alignment, error);
}

/* ---- look-ups ---- */

const gguf_value *gguf_find(const gguf *g, const char *key) {
  for (uint32_t i = 0; i < g->n_keys; i++) {
    if (ls_string_is(g->keys[i].key, key)) return &g->keys[i];
  }
  return NULL;
}

const gguf_tensor *gguf_find_tensor(const gguf *g, const char *name) {
  for (uint32_t i = 0; i < g->n_tensors; i++) {
    if (ls_string_is(g->tensors[i].name, name)) return &g->tensors[i];
  }
  return NULL;
}

double gguf_number(const gguf_value *v, uint64_t i) {
  const unsigned size = fixed_bytes(v->type);
  const uint64_t bits = load(v->data + i * size, size);
  float f;
  double d;
  const uint32_t low = (uint32_t)bits;
  switch (v->type) {
    case GGUF_F32: memcpy(&f, &low, 4); return (double)f;
    case GGUF_F64: memcpy(&d, &bits, 8); return d;
    case GGUF_I8: return (int8_t)bits;
    case GGUF_I16: return (int16_t)bits;
    case GGUF_I32: return (int32_t)bits;
    case GGUF_I64: return (double)(int64_t)bits;
    default: return (double)bits;
  }
}

ls_string gguf_next_string(const uint8_t **cursor) {
  const ls_string s = {*cursor + 8, load(*cursor, 8)};
  *cursor = s.bytes + s.n;
  return s;
}

bool gguf_text(const gguf *g, const char *key, ls_string *text) {
  const gguf_value *v = gguf_find(g, key);
  if (!v || v->is_array || v->type != GGUF_STRING) return false;
  const uint8_t *cursor = v->data;
  *text = gguf_next_string(&cursor);
  return true;
}
