// Reads the files of llama2.c: checkpoints of versions 0 and 1, and tokenizer.bin.
// Behind import.c: MODEL.bin, TOKENIZER.bin -> llama2c.c -> llama_gguf.c.
// Must not trust a byte of them, and must not know GGUF.
#define _POSIX_C_SOURCE 200809L
#include "llama2c.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "utf8.h"

// "ak42", read as a little-endian number. Files of version 0 have no magic: theirs begin with dim.
enum { MAGIC = 0x616B3432, N_FIELDS = 7, SHARED_OFFSET = 36, LONGEST_HEADER = 256 };

// The first and the second format, as legacy_export and version1_export in llama2.c's export.py write them.
typedef struct {
  size_t header_bytes, fields_offset;
  int n_sections;
  uint8_t sections[LLAMA2C_SECTIONS];
} Layout;

// As in shape.h.
enum { ATTN_NORM, Q, K, V, ATTN_OUTPUT, FFN_NORM, GATE, UP, DOWN };

static const Layout LAYOUTS[] = {
    {.header_bytes = 28,
     .fields_offset = 0,
     .n_sections = 13,
     .sections = {LLAMA2C_EMBEDDING, ATTN_NORM, Q, K, V, ATTN_OUTPUT, FFN_NORM, GATE, DOWN, UP,
                  LLAMA2C_OUTPUT_NORM, LLAMA2C_ROPE, LLAMA2C_HEAD}},
    {.header_bytes = LONGEST_HEADER,
     .fields_offset = 8,
     .n_sections = 12,
     .sections = {ATTN_NORM, FFN_NORM, LLAMA2C_OUTPUT_NORM, LLAMA2C_EMBEDDING, Q, K, V, ATTN_OUTPUT, GATE,
                  DOWN, UP, LLAMA2C_HEAD}},
};

__attribute__((format(printf, 2, 3))) static bool refuse(const char *path, const char *format, ...) {
  va_list args;
  va_start(args, format);
  fprintf(stderr, "%s: ", path);
  vfprintf(stderr, format, args);
  fputc('\n', stderr);
  va_end(args);
  return false;
}

// Both formats are written as the machine holds numbers, which is little-endian everywhere they come from.
static uint32_t load_u32(const uint8_t *p) {
  return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static int32_t load_i32(const uint8_t *p) { return (int32_t)load_u32(p); }

static float load_f32(const uint8_t *p) {
  const uint32_t bits = load_u32(p);
  float value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

static FILE *open_sized(const char *path, uint64_t *bytes) {
  struct stat status;
  FILE *file = fopen(path, "rb");
  const bool opened = file && fstat(fileno(file), &status) == 0;
  if (opened && S_ISREG(status.st_mode)) {
    *bytes = (uint64_t)status.st_size;
    return file;
  }
  refuse(path, "it cannot be read: %s", opened ? "it is no file" : strerror(errno));
  if (file) fclose(file);
  return NULL;
}

static bool read_bytes(const char *path, FILE *file, void *out, size_t size) {
  errno = 0;
  if (fread(out, 1, size, file) == size) return true;
  return refuse(path, "it cannot be read: %s", errno ? strerror(errno) : "it became shorter meanwhile");
}

// ---------------------------------------------------------------------------------------------
// Checkpoints

static const char ADVICE[] = "download it again, or export it again with llama2.c's export.py --version 1";

// In version 0 a negative vocab_size says that the head is the model's own.
static bool read_fields(Llama2c *m, const uint8_t *fields, int32_t version) {
  Shape *s = &m->shape;
  const struct {
    const char *name;
    int32_t *into, most;
  } all[N_FIELDS] = {{"dim", &s->dim, 1 << 16},
                     {"hidden_dim", &s->hidden, 1 << 18},
                     {"n_layers", &s->n_layers, 1 << 10},
                     {"n_heads", &s->n_heads, 1 << 16},
                     {"n_kv_heads", &s->n_kv_heads, 1 << 16},
                     {"vocab_size", &s->vocab, 1 << 20},
                     {"seq_len", &s->context, 1 << 24}};
  for (int i = 0; i < N_FIELDS; i++) {
    int64_t value = load_i32(fields + 4 * i);
    if (version == 0 && all[i].into == &s->vocab) {
      m->own_head = value < 0;
      value = m->own_head ? -value : value;
    }
    if (value < 1 || value > all[i].most)
      return refuse(m->path, "its %s is %lld, expected 1 to %d; it is no llama2.c checkpoint, or damaged: %s",
                    all[i].name, (long long)value, all[i].most, ADVICE);
    *all[i].into = (int32_t)value;
  }
  const char *error = s->vocab < LLAMA2C_PIECES
                          ? "its vocabulary has no room for <unk>, <s>, </s> and 256 bytes"
                          : shape_error(s);
  return !error || refuse(m->path, "%s; it is no llama2.c checkpoint, or damaged: %s", error, ADVICE);
}

static bool read_header(Llama2c *m, uint64_t file_bytes, const Layout **layout) {
  uint8_t header[LONGEST_HEADER] = {0};
  const size_t have = file_bytes < sizeof header ? (size_t)file_bytes : sizeof header;
  if (!read_bytes(m->path, m->file, header, have)) return false;
  const bool has_magic = load_u32(header) == MAGIC;
  *layout = &LAYOUTS[has_magic];
  if (have < (*layout)->header_bytes)
    return refuse(m->path, "it ends inside its header, after %zu bytes of %zu; it is cut short: %s", have,
                  (*layout)->header_bytes, ADVICE);
  const int32_t version = has_magic ? load_i32(header + 4) : 0;
  if (version != has_magic)
    return refuse(m->path, "it is a checkpoint of version %d%s: %s", version,
                  version == 2 ? ", whose weights have lost their precision (int8)" : "", ADVICE);
  const uint8_t shared = header[SHARED_OFFSET];
  if (version == 1 && shared > 1)
    return refuse(m->path, "its shared_classifier is %d, expected 0 or 1; it is damaged: %s", shared, ADVICE);
  m->own_head = !shared; // version 0 says it by the sign of vocab_size instead
  return read_fields(m, header + (*layout)->fields_offset, version);
}

static uint64_t section_bytes(const Llama2c *m, int section) {
  const Shape *s = &m->shape;
  const long embedding = (long)s->vocab * s->dim;
  switch (section) {
    case LLAMA2C_EMBEDDING: return sizeof(float) * (uint64_t)embedding;
    case LLAMA2C_HEAD: return m->own_head ? sizeof(float) * (uint64_t)embedding : 0;
    case LLAMA2C_OUTPUT_NORM: return sizeof(float) * (uint64_t)s->dim;
    // The angles' cosines, then their sines: whoever runs the model computes them anew.
    case LLAMA2C_ROPE: return sizeof(float) * (uint64_t)(s->context * head_dim(s));
    default: return sizeof(float) * (uint64_t)(s->n_layers * tensor_size(tensor_at(s, 1 + section)));
  }
}

bool llama2c_open(Llama2c *m, const char *path) {
  uint64_t file_bytes, expected;
  const Layout *layout;
  *m = (Llama2c){.path = path, .file = open_sized(path, &file_bytes)};
  if (!m->file) return false;
  bool ok = read_header(m, file_bytes, &layout);
  if (ok) {
    expected = layout->header_bytes;
    for (int i = 0; i < layout->n_sections; i++) {
      m->begin[layout->sections[i]] = expected;
      expected += section_bytes(m, layout->sections[i]);
    }
    if (file_bytes != expected)
      ok = refuse(path, "it has %llu bytes, expected %llu by its header; it is cut short or damaged: %s",
                  (unsigned long long)file_bytes, (unsigned long long)expected, ADVICE);
  }
  if (!ok) llama2c_close(m);
  return ok;
}

void llama2c_close(Llama2c *m) { fclose(m->file); }

static uint64_t begin_of(const Llama2c *m, long index, const Tensor *tensor) {
  if (index == 0) return m->begin[LLAMA2C_EMBEDDING];
  if (index == tensor_count(&m->shape)) return m->begin[LLAMA2C_HEAD];
  const long layer = (index - 1) / LAYER_TENSORS, section = (index - 1) % LAYER_TENSORS;
  if (layer == m->shape.n_layers) return m->begin[LLAMA2C_OUTPUT_NORM];
  return m->begin[section] + sizeof(float) * (uint64_t)(layer * tensor_size(*tensor));
}

bool llama2c_read_row(const void *model, long index, const Tensor *tensor, long row, float *out) {
  const Llama2c *m = model;
  if (row == 0 && fseeko(m->file, (off_t)begin_of(m, index, tensor), SEEK_SET) != 0)
    return refuse(m->path, "it cannot be read: %s", strerror(errno));
  if (!read_bytes(m->path, m->file, out, (size_t)tensor->cols * sizeof *out)) return false;
  for (long i = 0; i < tensor->cols; i++) out[i] = load_f32((const uint8_t *)&out[i]);
  return true;
}

// ---------------------------------------------------------------------------------------------
// Tokenizers: the length of the longest token, then of each token its score, its length, its bytes

enum { LENGTH_HEADER = 4, PIECE_HEADER = 8 };

const uint8_t *llama2c_first_piece(const Llama2cTokenizer *t) { return t->bytes + LENGTH_HEADER; }

const uint8_t *llama2c_piece(const uint8_t *at, Llama2cPiece *piece) {
  *piece = (Llama2cPiece){load_f32(at), load_i32(at + 4), (const char *)at + PIECE_HEADER};
  return at + PIECE_HEADER + piece->length;
}

// What is wrong with a token, or NULL.
static const char *piece_error(const Llama2cPiece *piece, int32_t id) {
  if (!isfinite(piece->score)) return "its score is no finite number";
  if (!is_utf8(piece->text, (size_t)piece->length)) return "it is not UTF-8";
  if (id < LLAMA2C_BYTES || id >= LLAMA2C_PIECES) return NULL;
  char byte[8];
  snprintf(byte, sizeof byte, "<0x%02X>", (unsigned)(id - LLAMA2C_BYTES) & 0xFF);
  const bool named = piece->length == 6 && memcmp(piece->text, byte, 6) == 0;
  return named ? NULL : "tokens 3 to 258 must be the bytes, <0x00> to <0xFF>";
}

static bool check_tokens(const Llama2cTokenizer *t, const char *path, uint64_t file_bytes) {
  static const char advice[] =
      "it is damaged or another model's: write it again with llama2.c's tokenizer.py";
  const uint8_t *at = llama2c_first_piece(t), *const end = t->bytes + file_bytes;
  const int32_t longest = load_i32(t->bytes);
  if (longest < 1 || longest > LLAMA2C_LONGEST_PIECE)
    return refuse(path, "its max_token_length is %d, expected 1 to %d; %s", longest, LLAMA2C_LONGEST_PIECE,
                  advice);
  for (int32_t id = 0; id < t->n_tokens; id++) {
    const int32_t length = end - at >= PIECE_HEADER ? load_i32(at + 4) : 1;
    if (length < 1 || length > longest)
      return refuse(path, "token %d has %d bytes, expected 1 to %d; %s", id, length, longest, advice);
    if (end - at < PIECE_HEADER + length)
      return refuse(path, "it ends inside token %d, the model has %d; %s", id, t->n_tokens, advice);
    Llama2cPiece piece;
    at = llama2c_piece(at, &piece);
    const char *error = piece_error(&piece, id);
    if (error) return refuse(path, "token %d: %s; %s", id, error, advice);
  }
  if (at == end) return true;
  return refuse(path, "it goes on after the model's %d tokens; %s", t->n_tokens, advice);
}

bool llama2c_tokenizer_read(Llama2cTokenizer *t, const char *path, int32_t n_tokens) {
  uint64_t bytes;
  *t = (Llama2cTokenizer){.n_tokens = n_tokens};
  FILE *file = open_sized(path, &bytes);
  if (!file) return false;
  const uint64_t most = LENGTH_HEADER + (uint64_t)n_tokens * (PIECE_HEADER + LLAMA2C_LONGEST_PIECE);
  bool ok = bytes >= LENGTH_HEADER && bytes <= most;
  if (!ok)
    refuse(path, "it has %llu bytes, expected %d to %llu for a tokenizer.bin of %d tokens",
           (unsigned long long)bytes, LENGTH_HEADER, (unsigned long long)most, n_tokens);
  if (ok) {
    t->bytes = malloc(bytes);
    ok = t->bytes || refuse(path, "there is not enough memory for its %llu bytes", (unsigned long long)bytes);
  }
  ok = ok && read_bytes(path, file, t->bytes, bytes) && check_tokens(t, path, bytes);
  fclose(file);
  if (!ok) llama2c_tokenizer_free(t);
  return ok;
}

void llama2c_tokenizer_free(Llama2cTokenizer *t) {
  free(t->bytes);
  t->bytes = NULL;
}
