// The model's shape and where in one array of floats each of its tensors lies.
// Below all that touches parameters: transformer.c, adamw.c, checkpoint.c, export.c.
// Must not know what is computed with them.
#include "shape.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "random.h"

long head_dim(const Shape *s) { return s->dim / s->n_heads; }
long kv_dim(const Shape *s) { return head_dim(s) * s->n_kv_heads; }
long qkv_dim(const Shape *s) { return s->dim + 2 * kv_dim(s); }

const char *shape_error(const Shape *s) {
  if (s->vocab < 2 || s->dim < 1 || s->n_layers < 1 || s->n_heads < 1 || s->n_kv_heads < 1 || s->hidden < 1 ||
      s->context < 1)
    return "every dimension must be at least 1, the vocabulary at least 2";
  if (s->dim % s->n_heads) return "the width must be a multiple of the number of heads";
  if (head_dim(s) % 2) return "the width of a head must be even";
  if (s->n_heads % s->n_kv_heads) return "the heads must be a multiple of the key-value heads";
  return NULL;
}

long tensor_count(const Shape *s) { return 2 + (long)LAYER_TENSORS * s->n_layers; }

Tensor tensor_at(const Shape *s, long index) {
  const struct {
    const char *name;
    long rows, cols;
  } in_layer[LAYER_TENSORS] = {
      {"attn_norm", 1, s->dim},        {"attn_q", s->dim, s->dim},      {"attn_k", kv_dim(s), s->dim},
      {"attn_v", kv_dim(s), s->dim},   {"attn_output", s->dim, s->dim}, {"ffn_norm", 1, s->dim},
      {"ffn_gate", s->hidden, s->dim}, {"ffn_up", s->hidden, s->dim},   {"ffn_down", s->dim, s->hidden},
  };
  Tensor tensor = {.name = "token_embd", .rows = s->vocab, .cols = s->dim};
  if (index == 0) return tensor;

  long layer_size = 0;
  for (int i = 0; i < LAYER_TENSORS; i++) layer_size += in_layer[i].rows * in_layer[i].cols;
  const long layer = (index - 1) / LAYER_TENSORS, kind = (index - 1) % LAYER_TENSORS;
  tensor.offset = (long)s->vocab * s->dim + layer * layer_size;
  if (layer == s->n_layers) {
    snprintf(tensor.name, sizeof tensor.name, "output_norm");
    tensor.rows = 1;
  } else {
    for (long i = 0; i < kind; i++) tensor.offset += in_layer[i].rows * in_layer[i].cols;
    snprintf(tensor.name, sizeof tensor.name, "blk.%ld.%s", layer, in_layer[kind].name);
    tensor.rows = in_layer[kind].rows;
    tensor.cols = in_layer[kind].cols;
  }
  tensor.is_norm = tensor.rows == 1;
  return tensor;
}

long tensor_size(Tensor tensor) { return tensor.rows * tensor.cols; }

long parameter_count(const Shape *s) {
  const Tensor last = tensor_at(s, tensor_count(s) - 1);
  return last.offset + tensor_size(last);
}

void parameters_init(const Shape *s, float *params, uint64_t seed) {
  Random random = random_new(seed);
  // 2 * n_layers branches add up in the residual stream; this keeps its variance near 1 branch's.
  const double branch_scale = 1.0 / sqrt(2.0 * s->n_layers);
  for (long t = 0; t < tensor_count(s); t++) {
    const Tensor tensor = tensor_at(s, t);
    const bool adds = strstr(tensor.name, "attn_output") || strstr(tensor.name, "ffn_down");
    const double deviation = 0.02 * (adds ? branch_scale : 1.0);
    for (long i = 0; i < tensor_size(tensor); i++)
      params[tensor.offset + i] = tensor.is_norm ? 1.0f : (float)(deviation * random_normal(&random));
  }
}
