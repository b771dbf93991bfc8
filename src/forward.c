/* The forward pass: token ids in, logits out, one function read top to bottom like the paper.
 * After tokenizer.c, before sampler.c. Architecture: Llama (Touvron et al. 2023), pre-norm
 * transformer blocks with grouped-query attention over a KV cache.
 * Knows shapes and order; the arithmetic is in kernels/. Shapes: see the legend in logitscope.h.
 *
 * Every thread of the team runs all of it, each on its share of tokens, rows or heads; they meet where one
 * reads what another wrote. */
#include "kernels/kernels.h"
#include "logitscope.h"
#include "team.h"

/* One token's norms and roundings take less time than a meeting: then every thread does them all, and writes
 * what the others write. Of more tokens each does its share, in whole groups. */
static ls_range tokens_of(const ls_model *m, uint32_t thread, uint32_t n) {
  return n == 1 ? (ls_range){0, 1} : ls_share(&m->team, thread, n, LS_GROUP);
}

static void meet_over(ls_model *m, uint32_t n) {
  if (n > 1) ls_team_meet(&m->team);
}

/* Vectors x (n, cols) as the kernels want them: where the weights are quantised, so are these. */
static ls_activations activations(ls_model *m, uint32_t thread, const float *x, uint32_t cols, uint32_t n) {
  if (m->quantized && cols % LS_BLOCK == 0) {
    const ls_range t = tokens_of(m, thread, n);
    const uint64_t at = (uint64_t)t.from * cols, block = at / LS_BLOCK;
    m->kernels->quantize(m->act_q + at, m->act_scale + block, m->act_sum + block, x + at, t.to - t.from,
                         cols);
  }
  meet_over(m, n);
  return (ls_activations){x, m->act_q, m->act_scale, m->act_sum};
}

/* The same of x (n, D), normalised. */
static ls_activations normalised(ls_model *m, uint32_t thread, const float *x, const float *weight,
                                 uint32_t n) {
  const uint32_t dim = m->config.dim;
  const ls_range tokens = tokens_of(m, thread, n);
  for (uint32_t t = tokens.from; t < tokens.to; t++) {
    const uint64_t at = (uint64_t)t * dim;
    m->kernels->rmsnorm(m->normed + at, x + at, weight, dim, m->config.rms_eps);
  }
  return activations(m, thread, m->normed, dim, n);
}

/* The thread's rows of y (n, rows) = x W^T. */
static ls_range multiply(const ls_model *m, uint32_t thread, float *y, const ls_matrix *w,
                         const ls_activations *x, uint32_t n) {
  const ls_range rows = ls_share(&m->team, thread, w->rows, LS_TILE);
  m->kernels->matmul(y, w, x, n, rows.from, rows.to);
  return rows;
}

/* The thread's rows of x (n, D) += y W^T, by way of m->added. */
static void multiply_add(ls_model *m, uint32_t thread, const ls_matrix *w, const ls_activations *y,
                         uint32_t n) {
  const ls_range rows = multiply(m, thread, m->added, w, y, n);
  for (uint32_t t = 0; t < n; t++) {
    const uint64_t at = (uint64_t)t * w->rows;
    for (uint32_t r = rows.from; r < rows.to; r++) m->x[at + r] += m->added[at + r];
  }
}

static ls_status check(const ls_model *m, const uint32_t *tokens, uint32_t n, uint32_t position,
                       ls_error *error) {
  if (!m->has_weights) {
    return ls_fail(error, LS_UNSUPPORTED, "this file holds a vocabulary only; choose a model with weights");
  }
  const ls_status status = ls_model_ready(m, error);
  if (status) return status;
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

static void forward(void *with, uint32_t thread) {
  ls_model *m = with;
  const ls_config *c = &m->config;
  const ls_kernels *k = m->kernels;
  const uint32_t n = m->n_tokens, position = m->position, head_dim = c->head_dim;
  const uint32_t heads_per_kv = c->n_heads / c->n_kv_heads;
  const ls_range tokens = tokens_of(m, thread, n);
  const ls_range kv_heads = ls_share(&m->team, thread, n * c->n_kv_heads, 1); /* of all tokens */
  const ls_range ffn = ls_share(&m->team, thread, c->ffn_dim, LS_BLOCK);
  float *scratch = m->attend_scratch + thread * LS_ATTEND_SCRATCH(m->context, head_dim);
  ls_activations in;

  for (uint32_t t = tokens.from; t < tokens.to; t++) {
    ls_unpack_row(m->x + (uint64_t)t * c->dim, &m->embedding, m->tokens[t]);
  }

  for (uint32_t l = 0; l < c->n_layers; l++) {
    const ls_layer *w = &m->layers[l];
    const ls_cache *cache = &m->caches[l];

    /* attention: token t's key-value head h, and the query heads that share it */
    in = normalised(m, thread, m->x, w->attn_norm, n);
    multiply(m, thread, m->q, &w->wq, &in, n);
    multiply(m, thread, m->k, &w->wk, &in, n);
    multiply(m, thread, m->v, &w->wv, &in, n);
    ls_team_meet(&m->team);
    for (uint32_t i = kv_heads.from; i < kv_heads.to; i++) {
      const uint32_t t = i / c->n_kv_heads, h = i % c->n_kv_heads;
      const float *angles = m->rope + (uint64_t)(position + t) * c->rope_dim;
      float *q = m->q + (uint64_t)i * heads_per_kv * head_dim, *key = m->k + (uint64_t)i * head_dim;
      for (uint32_t j = 0; j < heads_per_kv; j++) k->rope(q + (uint64_t)j * head_dim, angles, c->rope_dim);
      k->rope(key, angles, c->rope_dim);
      k->store(cache, h, position + t, key, m->v + (uint64_t)i * head_dim);
    }
    meet_over(m, n); /* one token attends to what this very thread has stored */
    for (uint32_t i = kv_heads.from; i < kv_heads.to; i++) { /* each query sees positions 0 to its own */
      const uint32_t t = i / c->n_kv_heads, h = i % c->n_kv_heads;
      for (uint32_t j = 0; j < heads_per_kv; j += LS_HEADS) {
        const uint64_t at = ((uint64_t)i * heads_per_kv + j) * head_dim;
        const uint32_t heads = heads_per_kv - j < LS_HEADS ? heads_per_kv - j : LS_HEADS;
        k->attend(m->attended + at, scratch, m->q + at, heads, cache, h, position + t + 1);
      }
    }
    ls_team_meet(&m->team);
    in = activations(m, thread, m->attended, c->n_heads * head_dim, n);
    multiply_add(m, thread, &w->wo, &in, n);
    ls_team_meet(&m->team);

    /* feed-forward: SwiGLU */
    in = normalised(m, thread, m->x, w->ffn_norm, n);
    k->matmul(m->gate, &w->gate, &in, n, ffn.from, ffn.to);
    k->matmul(m->up, &w->up, &in, n, ffn.from, ffn.to);
    for (uint32_t t = 0; t < n; t++) {
      const uint64_t at = (uint64_t)t * c->ffn_dim + ffn.from;
      k->swiglu(m->gate + at, m->up + at, ffn.to - ffn.from);
    }
    ls_team_meet(&m->team);
    in = activations(m, thread, m->gate, c->ffn_dim, n);
    multiply_add(m, thread, &w->down, &in, n);
    ls_team_meet(&m->team);
  }
}

ls_status ls_forward(ls_model *m, const uint32_t *tokens, uint32_t n, uint32_t position, ls_error *error) {
  const ls_status status = check(m, tokens, n, position, error);
  m->rows_ready = 0;
  if (status) return status;
  m->tokens = tokens;
  m->n_tokens = n;
  m->position = position;
  ls_team_run(&m->team, forward, m);
  m->rows_ready = n;
  return LS_OK;
}

static void head(void *with, uint32_t thread) {
  ls_model *m = with;
  const float *x = m->x + (uint64_t)m->row * m->config.dim;
  const ls_activations in = normalised(m, thread, x, m->output_norm, 1);
  multiply(m, thread, m->logits, &m->head, &in, 1);
  ls_team_meet(&m->team);
}

ls_status ls_logits(ls_model *m, uint32_t row, ls_error *error) {
  if (row >= m->rows_ready) {
    return ls_fail(error, LS_OUT_OF_RANGE,
                   "logits of row %u, but the last forward pass left %u rows; run it first", row,
                   m->rows_ready);
  }
  m->row = row;
  ls_team_run(&m->team, head, m);
  return LS_OK;
}

uint64_t ls_hash(uint64_t hash, const void *bytes, uint64_t n) {
  const uint8_t *p = bytes;
  for (uint64_t i = 0; i < n; i++) hash = (hash ^ p[i]) * LS_HASH_PRIME;
  return hash;
}
