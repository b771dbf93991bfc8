/* GGUF v2 and v3: the header of a model file, parsed in place from untrusted bytes.
 * First hop of a model's way: bytes -> keys and tensor places; model.c binds them to roles.
 * Knows nothing of architectures or tokenizers. Source: the GGUF specification in ggml's docs. */
#ifndef LS_GGUF_H
#define LS_GGUF_H

#include <stdbool.h>
#include <stdint.h>

/* ---- status and error, shared by the whole core ---- */

typedef enum ls_status {
  LS_OK,
  LS_NEED_MORE,     /* the bytes end before the header does */
  LS_BAD_MODEL,     /* the file contradicts the format or itself */
  LS_UNSUPPORTED,   /* sound, but of a kind this program does not compute */
  LS_OUT_OF_RANGE,  /* an argument outside its range */
  LS_OUT_OF_MEMORY, /* a buffer smaller than promised */
  LS_STATUSES
} ls_status;

typedef struct ls_error {
  ls_status status;
  char message[256]; /* one line of printable ASCII, NUL-terminated */
} ls_error;

/* Writes a printf-like message, made printable, and returns `status`. */
ls_status ls_fail(ls_error *error, ls_status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* ---- the caller's memory, handed out from front to back ---- */

typedef struct ls_arena {
  uint8_t *base; /* NULL: only counts, so that planning and opening are the same code */
  uint64_t size; /* bytes at base */
  uint64_t used; /* bytes handed out, or asked for so far when counting; UINT64_MAX on overflow */
} ls_arena;

/* `count` items of `item_bytes`, aligned to 64, not cleared; NULL when counting or when the arena
 * is too small (then used > size). */
void *ls_arena_take(ls_arena *arena, uint64_t count, uint64_t item_bytes);

/* ---- values ---- */

typedef struct ls_string {
  const uint8_t *bytes; /* not NUL-terminated, any bytes */
  uint64_t n;
} ls_string;

/* True if `s` spells the C string `text`. */
bool ls_string_is(ls_string s, const char *text);

/* printf arguments for "%.*s", cut to a length that leaves room in a message. */
#define LS_STRING_ARG(s) (int)((s).n < 64 ? (s).n : 64), (const char *)(s).bytes

typedef enum gguf_value_type {
  GGUF_U8,
  GGUF_I8,
  GGUF_U16,
  GGUF_I16,
  GGUF_U32,
  GGUF_I32,
  GGUF_F32,
  GGUF_BOOL,
  GGUF_STRING,
  GGUF_ARRAY,
  GGUF_U64,
  GGUF_I64,
  GGUF_F64,
  GGUF_VALUE_TYPES
} gguf_value_type;

typedef struct gguf_value {
  ls_string key;
  uint32_t type; /* a gguf_value_type; of the items where `is_array` */
  bool is_array;
  uint64_t count;      /* items; 1 for a scalar */
  const uint8_t *data; /* items one after the other, unaligned; strings as u64 length, then bytes */
  uint64_t offset;     /* of the key in the file, for messages */
} gguf_value;

/* Tensor types this program computes with, by their number in the file. */
typedef enum gguf_type {
  GGUF_TYPE_F32 = 0,
  GGUF_TYPE_F16 = 1,
  GGUF_TYPE_Q4_0 = 2,
  GGUF_TYPE_Q8_0 = 8
} gguf_type;

typedef struct gguf_tensor {
  ls_string name;
  uint32_t type;   /* a gguf_type */
  uint32_t cols;   /* ne[0], contiguous */
  uint32_t rows;   /* product of the other dimensions */
  uint64_t offset; /* of the data in the file */
  uint64_t bytes;
} gguf_tensor;

#define GGUF_MAX_KEYS 512
#define GGUF_MAX_TENSORS 2048

typedef struct gguf {
  uint32_t version;
  uint32_t n_keys, n_tensors;
  uint64_t header_bytes; /* up to the end of the tensor list */
  uint64_t data_offset;  /* where tensor data begin: header_bytes rounded up to the alignment */
  uint64_t file_bytes;   /* where the last tensor ends: the least a whole file must have */
  gguf_value keys[GGUF_MAX_KEYS];
  gguf_tensor tensors[GGUF_MAX_TENSORS];
} gguf;

/* Parses the header at the start of `have` bytes. Checked: magic, version, counts, lengths, types,
 * products, duplicates, alignment, overlaps; not checked here: whether the file is as long as its
 * tensors need (`file_bytes`). Errors: LS_NEED_MORE, LS_BAD_MODEL, LS_UNSUPPORTED. */
ls_status gguf_parse(gguf *g, const uint8_t *bytes, uint64_t have, ls_error *error);

/* The value of a key, or NULL. */
const gguf_value *gguf_find(const gguf *g, const char *key);

/* The tensor of a name, or NULL. */
const gguf_tensor *gguf_find_tensor(const gguf *g, const char *name);

/* Bytes of one row of `cols` items of a tensor type. */
uint64_t gguf_row_bytes(uint32_t type, uint64_t cols);

/* Item `i` of a numeric or boolean value as a double (exact for all but large 64-bit integers). */
double gguf_number(const gguf_value *v, uint64_t i);

/* The string under a key, where there is one: false, and `text` as it was, where the key is missing or holds
 * something else. */
bool gguf_text(const gguf *g, const char *key, ls_string *text);

/* Reads the string at `*cursor` (start from value->data) and moves the cursor behind it. */
ls_string gguf_next_string(const uint8_t **cursor);

#endif
