// Writes a checkpoint as a GGUF file (version 3), the form in which a model ships.
// The last step: checkpoint.bin -> export -> stories.gguf, which src/ reads.
// Must not know of training.
//
//   export CHECKPOINT OUT.gguf [f32|f16|q8_0|q4_0]
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "checkpoint.h"
#include "quantise.h"

enum { ALIGNMENT = 32, GGUF_VERSION = 3 };

// Value types of the metadata, numbered as GGUF numbers them.
enum { GGUF_U32 = 4, GGUF_I32 = 5, GGUF_F32 = 6, GGUF_BOOL = 7, GGUF_STRING = 8, GGUF_ARRAY = 9 };

enum { TOKEN_NORMAL = 1, TOKEN_CONTROL = 3 };

// Where bytes go. Without a file they are only counted.
typedef struct {
  FILE *file;
  uint64_t offset;
  uint32_t n_metadata;
  bool ok;
} Writer;

static void put(Writer *w, const void *data, size_t size) {
  if (w->file && w->ok) w->ok = fwrite(data, 1, size, w->file) == size;
  w->offset += size;
}

// GGUF is little-endian, whatever this machine is.
static void put_uint(Writer *w, uint64_t value, size_t size) {
  uint8_t bytes[8];
  for (size_t i = 0; i < size; i++) bytes[i] = (uint8_t)(value >> 8 * i);
  put(w, bytes, size);
}

static void put_u32(Writer *w, uint32_t value) { put_uint(w, value, 4); }
static void put_u64(Writer *w, uint64_t value) { put_uint(w, value, 8); }

static void put_string(Writer *w, const char *text, size_t length) {
  put_u64(w, length);
  put(w, text, length);
}

static void put_padding(Writer *w) {
  static const uint8_t zeros[ALIGNMENT] = {0};
  put(w, zeros, (ALIGNMENT - w->offset % ALIGNMENT) % ALIGNMENT);
}

// ---------------------------------------------------------------------------------------------
// Metadata

static void put_key(Writer *w, const char *key, uint32_t type) {
  put_string(w, key, strlen(key));
  put_u32(w, type);
  w->n_metadata++;
}

static void meta_u32(Writer *w, const char *key, long value) {
  put_key(w, key, GGUF_U32);
  put_u32(w, (uint32_t)value);
}

static void meta_f32(Writer *w, const char *key, float value) {
  uint32_t bits;
  memcpy(&bits, &value, sizeof bits);
  put_key(w, key, GGUF_F32);
  put_u32(w, bits);
}

static void meta_bool(Writer *w, const char *key, bool value) {
  put_key(w, key, GGUF_BOOL);
  put_uint(w, value, 1);
}

static void meta_string(Writer *w, const char *key, const char *value) {
  put_key(w, key, GGUF_STRING);
  put_string(w, value, strlen(value));
}

static void meta_array(Writer *w, const char *key, uint32_t element_type, long count) {
  put_key(w, key, GGUF_ARRAY);
  put_u32(w, element_type);
  put_u64(w, (uint64_t)count);
}

// A token as GPT-2's vocabulary files write it: each byte as a printable character, in UTF-8.
// All such characters are below U+0800. Returns the end of what was written.
static char *spell_token(const Bpe *bpe, int32_t token, char *out) {
  static const char special[] = "<|endoftext|>";
  if (token == bpe_end_of_text(bpe)) {
    memcpy(out, special, sizeof special - 1);
    return out + sizeof special - 1;
  }
  static uint8_t bytes[BPE_MAX_VOCAB];
  const size_t length = bpe_decode(bpe, token, bytes, sizeof bytes);
  for (size_t i = 0; i < length; i++) {
    const uint32_t c = bpe_byte_codepoint(bytes[i]);
    if (c >= 0x80) *out++ = (char)(0xC0 | c >> 6);
    *out++ = (char)(c < 0x80 ? c : 0x80 | (c & 0x3F));
  }
  return out;
}

static void put_vocabulary(Writer *w, const Bpe *bpe) {
  static char text[4 * BPE_MAX_VOCAB + 1];
  const int32_t n = bpe_vocab_size(bpe), end = bpe_end_of_text(bpe);
  meta_string(w, "tokenizer.ggml.model", "gpt2");
  meta_string(w, "tokenizer.ggml.pre", "gpt-2");
  meta_array(w, "tokenizer.ggml.tokens", GGUF_STRING, n);
  for (int32_t t = 0; t < n; t++) put_string(w, text, (size_t)(spell_token(bpe, t, text) - text));
  meta_array(w, "tokenizer.ggml.token_type", GGUF_I32, n);
  for (int32_t t = 0; t < n; t++) put_u32(w, t == end ? TOKEN_CONTROL : TOKEN_NORMAL);
  meta_array(w, "tokenizer.ggml.merges", GGUF_STRING, bpe->n_merges);
  for (int i = 0; i < bpe->n_merges; i++) {
    char *at = spell_token(bpe, bpe->merges[i].left, text);
    *at++ = ' ';
    at = spell_token(bpe, bpe->merges[i].right, at);
    put_string(w, text, (size_t)(at - text));
  }
  meta_u32(w, "tokenizer.ggml.bos_token_id", end);
  meta_u32(w, "tokenizer.ggml.eos_token_id", end);
  meta_bool(w, "tokenizer.ggml.add_bos_token", true);
}

static void put_metadata(Writer *w, const Checkpoint *c, const Format *format) {
  const Shape *s = &c->shape;
  meta_string(w, "general.architecture", "llama");
  meta_string(w, "general.name", "Logitscope Stories");
  meta_string(w, "general.license", "apache-2.0");
  meta_string(w, "general.description",
              "Writes short stories for children. Trained on TinyStories (CDLA-Sharing-1.0), "
              "picture books (CC-BY, see CREDITS.md) and fairy tales (public domain).");
  meta_u32(w, "general.alignment", ALIGNMENT);
  meta_u32(w, "general.file_type", format->file_type);
  meta_u32(w, "general.quantization_version", 2);
  meta_u32(w, "llama.context_length", s->context);
  meta_u32(w, "llama.embedding_length", s->dim);
  meta_u32(w, "llama.block_count", s->n_layers);
  meta_u32(w, "llama.feed_forward_length", s->hidden);
  meta_u32(w, "llama.attention.head_count", s->n_heads);
  meta_u32(w, "llama.attention.head_count_kv", s->n_kv_heads);
  meta_f32(w, "llama.attention.layer_norm_rms_epsilon", NORM_EPSILON);
  meta_u32(w, "llama.rope.dimension_count", s->dim / s->n_heads);
  meta_f32(w, "llama.rope.freq_base", ROPE_BASE);
  meta_u32(w, "llama.vocab_size", s->vocab);
  put_vocabulary(w, &c->bpe);
}

// ---------------------------------------------------------------------------------------------
// Tensors

// Norms stay f32: they are small, and everything passes through them.
static const Format *format_of(const Tensor *tensor, const Format *format) {
  return tensor->is_norm ? format_named("f32") : format;
}

static size_t tensor_bytes(const Tensor *tensor, const Format *format) {
  return format_row_bytes(format_of(tensor, format), (size_t)tensor->cols) * (size_t)tensor->rows;
}

static void put_tensor_infos(Writer *w, const Shape *shape, const Format *format) {
  uint64_t offset = 0; // from the beginning of the data
  for (long i = 0; i < tensor_count(shape); i++) {
    const Tensor tensor = tensor_at(shape, i);
    char name[sizeof tensor.name + sizeof ".weight"];
    snprintf(name, sizeof name, "%s.weight", tensor.name);
    put_string(w, name, strlen(name));
    put_u32(w, tensor.is_norm ? 1 : 2);
    put_u64(w, (uint64_t)tensor.cols); // GGUF names the contiguous dimension first
    if (!tensor.is_norm) put_u64(w, (uint64_t)tensor.rows);
    put_u32(w, format_of(&tensor, format)->ggml_type);
    put_u64(w, offset);
    offset += (tensor_bytes(&tensor, format) + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
  }
}

static bool put_tensors(Writer *w, const Checkpoint *c, const Format *format) {
  for (long i = 0; i < tensor_count(&c->shape); i++) {
    const Tensor tensor = tensor_at(&c->shape, i);
    const size_t size = tensor_bytes(&tensor, format);
    uint8_t *data = malloc(size);
    if (!data) return false;
    format_of(&tensor, format)->encode(data, c->params + tensor.offset, (size_t)(tensor.rows * tensor.cols));
    put(w, data, size);
    put_padding(w);
    free(data);
  }
  return true;
}

static bool write_gguf(const Checkpoint *c, const Format *format, const char *path) {
  Writer count = {0}; // the header states how many entries follow
  put_metadata(&count, c, format);
  Writer w = {.file = fopen(path, "wb"), .ok = true};
  if (!w.file) return false;
  put(&w, "GGUF", 4);
  put_u32(&w, GGUF_VERSION);
  put_u64(&w, (uint64_t)tensor_count(&c->shape));
  put_u64(&w, count.n_metadata);
  put_metadata(&w, c, format);
  put_tensor_infos(&w, &c->shape, format);
  put_padding(&w);
  const bool ok = put_tensors(&w, c, format) && w.ok;
  return fclose(w.file) == 0 && ok;
}

int main(int argc, char **argv) {
  const Format *format = format_named(argc > 3 ? argv[3] : "q8_0");
  if (argc < 3 || argc > 4 || !format) {
    fprintf(stderr, "usage: export CHECKPOINT OUT.gguf [f32|f16|q8_0|q4_0]\n");
    return 2;
  }
  Checkpoint checkpoint;
  bool missing;
  const char *error = checkpoint_load(&checkpoint, argv[1], &missing);
  if (error) {
    fprintf(stderr, "%s: %s\n", argv[1], error);
    return 1;
  }
  const Shape *s = &checkpoint.shape;
  bool ok = s->dim % (long)format->block == 0 && s->hidden % (long)format->block == 0;
  if (!ok) {
    fprintf(stderr, "%s needs a width and a hidden width that are multiples of %zu\n", format->name,
            format->block);
  } else {
    ok = write_gguf(&checkpoint, format, argv[2]);
    if (!ok) fprintf(stderr, "%s: %s\n", argv[2], strerror(errno));
  }
  checkpoint_free(&checkpoint);
  return ok ? 0 : 1;
}
