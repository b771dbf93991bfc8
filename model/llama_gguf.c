// A model of the llama architecture as a GGUF file: its shape as metadata, its tensors in the type asked for.
// export.c, import.c -> llama_gguf.c -> gguf_write.c, quantise.c
// Must not know where weights and vocabulary come from.
#include "llama_gguf.h"

#include <stdlib.h>
#include <string.h>

// Blocks do not reach over the end of a row.
static const Format *format_of_rows(const Format *format, long cols) {
  return (size_t)cols % format->block ? format_named("f16") : format;
}

// Norms stay f32: they are small, and everything passes through them.
static const Format *format_of(const LlamaModel *m, const Tensor *tensor) {
  return tensor->is_norm ? format_named("f32") : format_of_rows(m->format, tensor->cols);
}

static void tell_of_exceptions(const LlamaModel *m) {
  const long widths[2] = {m->shape->dim, m->shape->hidden};
  for (int i = 0; i < 2; i++) {
    const Format *format = format_of_rows(m->format, widths[i]);
    if (format != m->format && (i == 0 || widths[1] != widths[0]))
      fprintf(stderr, "note: rows of %ld values are no multiple of %zu; their tensors become %s, not %s\n",
              widths[i], m->format->block, format->name, m->format->name);
  }
}

static void put_metadata(GgufWriter *w, const LlamaModel *m) {
  const Shape *s = m->shape;
  gguf_string(w, "general.architecture", "llama");
  card_write(m->card, w);
  gguf_u32(w, "general.alignment", GGUF_ALIGNMENT);
  gguf_u32(w, "general.file_type", format_of_rows(m->format, s->dim)->file_type); // of most tensors
  gguf_u32(w, "general.quantization_version", 2);
  gguf_u32(w, "llama.context_length", s->context);
  gguf_u32(w, "llama.embedding_length", s->dim);
  gguf_u32(w, "llama.block_count", s->n_layers);
  gguf_u32(w, "llama.feed_forward_length", s->hidden);
  gguf_u32(w, "llama.attention.head_count", s->n_heads);
  gguf_u32(w, "llama.attention.head_count_kv", s->n_kv_heads);
  gguf_f32(w, "llama.attention.layer_norm_rms_epsilon", NORM_EPSILON);
  gguf_u32(w, "llama.rope.dimension_count", head_dim(s));
  gguf_f32(w, "llama.rope.freq_base", ROPE_BASE);
  gguf_u32(w, "llama.vocab_size", s->vocab);
  m->put_vocabulary(w, m->vocabulary);
}

static long count_of_tensors(const LlamaModel *m) { return tensor_count(m->shape) + m->own_head; }

static Tensor tensor_of(const LlamaModel *m, long index) {
  if (index < tensor_count(m->shape)) return tensor_at(m->shape, index);
  return (Tensor){.name = "output", .rows = m->shape->vocab, .cols = m->shape->dim};
}

static void put_tensor_info(GgufWriter *w, const LlamaModel *m, long index) {
  const Tensor tensor = tensor_of(m, index);
  const Format *format = format_of(m, &tensor);
  const uint64_t bytes = (uint64_t)tensor.rows * format_row_bytes(format, (size_t)tensor.cols);
  char name[sizeof tensor.name + sizeof ".weight"];
  snprintf(name, sizeof name, "%s.weight", tensor.name);
  gguf_tensor(w, name, tensor.cols, tensor.is_norm ? 0 : tensor.rows, format->ggml_type, bytes);
}

static bool put_tensor(GgufWriter *w, const LlamaModel *m, long index) {
  const Tensor tensor = tensor_of(m, index);
  const Format *format = format_of(m, &tensor);
  const size_t cols = (size_t)tensor.cols, row_bytes = format_row_bytes(format, cols);
  float *row = malloc(cols * sizeof *row);
  uint8_t *encoded = malloc(row_bytes);
  bool ok = row && encoded;
  if (!ok) fprintf(stderr, "there is not enough memory for a row of %s\n", tensor.name);
  gguf_align(w);
  for (long r = 0; ok && r < tensor.rows; r++) {
    ok = m->read_row(m->weights, index, &tensor, r, row);
    if (ok) format->encode(encoded, row, cols);
    if (ok) ok = gguf_put(w, encoded, row_bytes);
  }
  free(row);
  free(encoded);
  return ok;
}

bool llama_gguf_write(const LlamaModel *m, const char *path) {
  GgufWriter w;
  if (!gguf_begin(&w, path)) return false;
  tell_of_exceptions(m);
  put_metadata(&w, m);
  const long n = count_of_tensors(m);
  for (long i = 0; i < n; i++) put_tensor_info(&w, m, i);
  bool ok = true;
  for (long i = 0; ok && i < n; i++) ok = put_tensor(&w, m, i);
  return gguf_end(&w, ok);
}
