/* The forward pass: token ids in, logits out, one function read top to bottom like the paper.
 * After tokenizer.c, before sampler.c. Architecture: Llama (Touvron et al. 2023), pre-norm
 * transformer blocks with grouped-query attention over a KV cache.
 * Knows shapes and order; the arithmetic is in kernels/. Shapes: see the legend in logitscope.h. */
#include <string.h>

#include "kernels/kernels.h"
#include "logitscope.h"

static void add(float *x, const float *y, uint64_t n) {
  for (uint64_t i = 0; i < n; i++) x[i] += y[i];
}

/* A batch of `n` vectors as the kernels want it: quantised too where the weights are. */
static ls_activations activations(ls_model *m, const float *x, uint64_t n, uint64_t cols) {
  if (m->quantized && cols % LS_BLOCK == 0) {
    m->kernels->quantize(m->act_q, m->act_scale, x, n * cols);
  }
  return (ls_activations){x, m->act_q, m->act_scale};
}

static ls_status check(const ls_model *m, const uint32_t *tokens, uint32_t n, uint32_t position,
                       ls_error *error) {
  if (!m->has_weights) {
    return ls_fail(error, LS_UNSUPPORTED, "this file holds a vocabulary only; choose a model with weights");
  }
  if (n < 1 || n > m->batch) {
    return ls_fail(error, LS_OUT_OF_RANGE, "%u tokens in a batch, expected 1 to %u", n, m->batch);
  }
  if (position > m->context || n > m->context - position) {
    return ls_fail(error, LS_OUT_OF_RANGE,
                   "%u tokens at position %u do not fit the context of %u positions; shorten the text or "
                   "load the model with a longer context",
                   n, position, m->context);
  }
  for (uint32_t t = 0; t < n; t++) {
    if (tokens[t] >= m->config.vocab) {
      return ls_fail(error, LS_OUT_OF_RANGE, "token id %u at position %u, expected 0 to %u", tokens[t],
                     position + t, m->config.vocab - 1);
    }
  }
  return LS_OK;
}

ls_status ls_forward(ls_model *m, const uint32_t *tokens, uint32_t n, uint32_t position, ls_error *error) {
  const ls_status status = check(m, tokens, n, position, error);
  m->rows_ready = 0;
  if (status) return status;
  const ls_config *c = &m->config;
  const ls_kernels *k = m->kernels;
  const uint64_t dim = c->dim, ffn_dim = c->ffn_dim, head_dim = c->head_dim;
  const uint64_t q_dim = c->n_heads * head_dim, kv_dim = c->n_kv_heads * head_dim;
  const uint32_t heads_per_kv = c->n_heads / c->n_kv_heads;
  ls_activations in;

  for (uint32_t t = 0; t < n; t++) ls_dequantize_row(m->x + t * dim, &m->embedding, tokens[t]);

  for (uint32_t l = 0; l < c->n_layers; l++) {
    const ls_layer *w = &m->layers[l];
    float *keys = m->key_cache + (uint64_t)l * m->context * kv_dim;     /* (C, K*E) */
    float *values = m->value_cache + (uint64_t)l * m->context * kv_dim; /* (C, K*E) */

    /* attention: queries, keys and values of the batch; keys and values go straight to the cache */
    for (uint32_t t = 0; t < n; t++) {
      k->rmsnorm(m->normed + t * dim, m->x + t * dim, w->attn_norm, c->dim, c->rms_eps);
    }
    in = activations(m, m->normed, n, dim);
    k->matmul(m->q, &w->wq, &in, n);
    k->matmul(keys + position * kv_dim, &w->wk, &in, n);
    k->matmul(values + position * kv_dim, &w->wv, &in, n);

    for (uint32_t t = 0; t < n; t++) {
      const uint32_t p = position + t;
      const float *angles = m->rope + (uint64_t)p * c->rope_dim;
      for (uint32_t h = 0; h < c->n_heads; h++) {
        k->rope(m->q + t * q_dim + h * head_dim, angles, c->rope_dim);
      }
      for (uint32_t h = 0; h < c->n_kv_heads; h++) {
        k->rope(keys + p * kv_dim + h * head_dim, angles, c->rope_dim);
      }
      for (uint32_t h = 0; h < c->n_heads; h++) { /* each head sees positions 0 to p */
        const uint64_t kv_head = h / heads_per_kv * head_dim;
        k->attention(m->attended + t * q_dim + h * head_dim, m->scores, m->q + t * q_dim + h * head_dim,
                     keys + kv_head, values + kv_head, p + 1, (uint32_t)kv_dim, c->head_dim);
      }
    }
    in = activations(m, m->attended, n, q_dim);
    k->matmul(m->normed, &w->wo, &in, n);
    add(m->x, m->normed, n * dim);

    /* feed-forward: SwiGLU */
    for (uint32_t t = 0; t < n; t++) {
      k->rmsnorm(m->normed + t * dim, m->x + t * dim, w->ffn_norm, c->dim, c->rms_eps);
    }
    in = activations(m, m->normed, n, dim);
    k->matmul(m->gate, &w->gate, &in, n);
    k->matmul(m->up, &w->up, &in, n);
    k->swiglu(m->gate, m->up, n * ffn_dim);
    in = activations(m, m->gate, n, ffn_dim);
    k->matmul(m->normed, &w->down, &in, n);
    add(m->x, m->normed, n * dim);
  }

  for (uint32_t t = 0; t < n; t++) {
    k->rmsnorm(m->x + t * dim, m->x + t * dim, m->output_norm, c->dim, c->rms_eps);
  }
  m->rows_ready = n;
  return LS_OK;
}

ls_status ls_logits(ls_model *m, uint32_t row, ls_error *error) {
  if (row >= m->rows_ready) {
    return ls_fail(error, LS_OUT_OF_RANGE,
                   "logits of row %u, but the last forward pass left %u rows; run it first", row,
                   m->rows_ready);
  }
  const ls_activations in = activations(m, m->x + (uint64_t)row * m->config.dim, 1, m->config.dim);
  m->kernels->matmul(m->logits, &m->head, &in, 1);
  return LS_OK;
}

uint64_t ls_hash(uint64_t hash, const void *bytes, uint64_t n) {
  const uint8_t *p = bytes;
  for (uint64_t i = 0; i < n; i++) hash = (hash ^ p[i]) * UINT64_C(0x100000001b3);
  return hash;
}
