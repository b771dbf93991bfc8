/* A model from a file's bytes: hyper-parameters, tensors bound to their roles, the workspace laid out.
 * Between gguf.c and forward.c. Planning and opening are one piece of code over an arena that either
 * counts or hands out, so that what was planned is what is needed.
 * Knows no arithmetic but the rotary angles; computes no token. */
#include "logitscope.h"

#include <stdio.h>
#include <string.h>

#include "kernels/kernels.h"
#include "kernels/scalar.h"
#include "numerics.h"

#define MAX_BATCH 65536
#define MAX_CONTEXT (UINT32_C(1) << 24)
#define MAX_WIDTH (UINT32_C(1) << 24) /* of any vector; far above every model there is */
#define MAX_NAME 64

static const ls_kernels *const kernel_sets[] = {
    &ls_kernels_reference,
#ifdef LS_SIMD128
    &ls_kernels_simd128,
#endif
#ifdef __wasm_relaxed_simd__
    &ls_kernels_relaxed,
#endif
};
#define KERNEL_SETS (sizeof kernel_sets / sizeof *kernel_sets)

const char *ls_kernels_name(uint32_t index) { return index < KERNEL_SETS ? kernel_sets[index]->name : NULL; }

/* ---- hyper-parameters ---- */

static bool is_number(const gguf_value *v) {
  return v && !v->is_array && v->type != GGUF_STRING && v->type != GGUF_BOOL;
}

/* Reads llama.<name>, an integer from 1 to `limit`; `fallback` where it is missing, 0 for none. */
static ls_status read_size(const ls_model *m, const char *name, uint64_t limit, uint32_t fallback,
                           uint32_t *value, ls_error *error) {
  char key[MAX_NAME];
  snprintf(key, sizeof key, "llama.%s", name);
  const gguf_value *v = gguf_find(&m->file, key);
  *value = fallback;
  if (!v && fallback) return LS_OK;
  const double number = is_number(v) ? gguf_number(v, 0) : 0;
  if (!(number >= 1 && number <= (double)limit && number == (double)(uint64_t)number)) {
    return ls_fail(error, LS_BAD_MODEL,
                   "key \"%s\" at offset %llu is %s, expected an integer from 1 to %llu; the file is "
                   "damaged: download it again",
                   key, (unsigned long long)(v ? v->offset : 0), v ? "out of range" : "missing",
                   (unsigned long long)limit);
  }
  *value = (uint32_t)number;
  return LS_OK;
}

/* Reads llama.<name>, a positive finite number. */
static ls_status read_positive(const ls_model *m, const char *name, float fallback, float *value,
                               ls_error *error) {
  char key[MAX_NAME];
  snprintf(key, sizeof key, "llama.%s", name);
  const gguf_value *v = gguf_find(&m->file, key);
  const double number = is_number(v) ? gguf_number(v, 0) : v ? 0 : (double)fallback;
  if (!(number > 1e-30 && number < 1e30)) {
    return ls_fail(error, LS_BAD_MODEL,
                   "key \"%s\" at offset %llu is missing or not a positive number; the file is damaged: "
                   "download it again",
                   key, (unsigned long long)(v ? v->offset : 0));
  }
  *value = (float)number;
  return LS_OK;
}

static ls_status check_architecture(const gguf *g, ls_error *error) {
  ls_string name = {(const uint8_t *)"", 0};
  gguf_text(g, "general.architecture", &name);
  if (!ls_string_is(name, "llama")) {
    return ls_fail(error, LS_UNSUPPORTED,
                   "key \"general.architecture\" is \"%.*s\", expected \"llama\"; choose a model of that "
                   "architecture",
                   LS_STRING_ARG(name));
  }
  return LS_OK;
}

/* Rotary scaling changes every angle; a file that asks for it in whatever way is refused, not misread. */
static ls_status check_rope_scaling(const gguf *g, ls_error *error) {
  const char *const type = "llama.rope.scaling.type";
  ls_string how;
  const bool none = gguf_text(g, type, &how) && ls_string_is(how, "none");
  const char *const factors[] = {"llama.rope.scaling.factor", "llama.rope.scale_linear"};
  const char *found = gguf_find(g, type) && !none ? type : NULL;
  for (int i = 0; i < 2 && !none && !found; i++) {
    const gguf_value *v = gguf_find(g, factors[i]);
    const double factor = is_number(v) ? gguf_number(v, 0) : 1;
    if (factor != 0 && factor != 1) found = factors[i];
  }
  /* It holds for every type, and 0 would be one, too. */
  const gguf_value *length = gguf_find(g, "llama.rope.scaling.attn_factor");
  if (!found && is_number(length) && gguf_number(length, 0) != 1) found = "llama.rope.scaling.attn_factor";
  if (!found) return LS_OK;
  return ls_fail(error, LS_UNSUPPORTED,
                 "key \"%s\" asks for rotary scaling, expected none; choose a model with plain rotary "
                 "embeddings",
                 found);
}

static ls_status read_config(ls_model *m, ls_error *error) {
  ls_config *c = &m->config;
  ls_status s = check_architecture(&m->file, error);
  if (!s) s = check_rope_scaling(&m->file, error);
  if (!s) s = read_size(m, "embedding_length", MAX_WIDTH, 0, &c->dim, error);
  if (!s) s = read_size(m, "block_count", m->file.n_tensors, 0, &c->n_layers, error);
  if (!s) s = read_size(m, "feed_forward_length", MAX_WIDTH, 0, &c->ffn_dim, error);
  if (!s) s = read_size(m, "attention.head_count", c->dim, 0, &c->n_heads, error);
  if (!s) s = read_size(m, "attention.head_count_kv", c->n_heads, c->n_heads, &c->n_kv_heads, error);
  if (!s) {
    s = read_size(m, "attention.key_length", MAX_WIDTH / c->n_heads, c->dim / c->n_heads, &c->head_dim,
                  error);
  }
  if (!s) s = read_size(m, "rope.dimension_count", c->head_dim, c->head_dim, &c->rope_dim, error);
  if (!s) s = read_size(m, "context_length", MAX_CONTEXT, 0, &c->context, error);
  if (!s) s = read_positive(m, "attention.layer_norm_rms_epsilon", 0, &c->rms_eps, error);
  if (!s) s = read_positive(m, "rope.freq_base", 10000, &c->rope_base, error);
  if (s) return s;
  if (c->rope_base < 1) { /* angles would grow without bounds */
    return ls_fail(error, LS_BAD_MODEL,
                   "key \"llama.rope.freq_base\" is %g, expected a number from 1 on; the file is damaged: "
                   "download it again",
                   (double)c->rope_base);
  }
  if (c->n_heads % c->n_kv_heads || c->head_dim % 2 || c->rope_dim % 2) {
    return ls_fail(error, LS_BAD_MODEL,
                   "%u heads, %u key-value heads, head length %u, %u rotated: expected key-value heads to "
                   "divide heads and even lengths; the file is damaged: download it again",
                   c->n_heads, c->n_kv_heads, c->head_dim, c->rope_dim);
  }
  return LS_OK;
}

/* ---- tensors ---- */

typedef struct binder {
  ls_model *m;
  uint8_t *bytes; /* of the whole file; NULL: only check names, shapes and types */
  uint32_t n_bound;
  ls_error *error;
} binder;

static ls_status bind(binder *b, const char *name, uint64_t rows, uint64_t cols, const gguf_tensor **tensor) {
  const gguf_tensor *t = gguf_find_tensor(&b->m->file, name);
  *tensor = t;
  if (t && t->rows == rows && t->cols == cols) {
    b->n_bound++;
    return LS_OK;
  }
  return ls_fail(b->error, LS_BAD_MODEL,
                 "tensor \"%s\" is (%u, %u), expected (%llu, %llu) rows and columns%s; the file is damaged "
                 "or of another architecture",
                 name, t ? t->rows : 0, t ? t->cols : 0, (unsigned long long)rows, (unsigned long long)cols,
                 t ? "" : ", but it is missing");
}

static ls_status bind_matrix(binder *b, const char *name, uint64_t rows, uint64_t cols, ls_matrix *matrix) {
  const gguf_tensor *t;
  const ls_status status = bind(b, name, rows, cols, &t);
  if (status) return status;
  const uint32_t row_bytes = (uint32_t)gguf_row_bytes(t->type, t->cols);
  *matrix =
      (ls_matrix){b->bytes ? b->bytes + t->offset : NULL, t->type, t->rows, t->cols, row_bytes, LS_ROWS};
  if (t->type == GGUF_TYPE_Q4_0 || t->type == GGUF_TYPE_Q8_0) b->m->quantized = true;
  return LS_OK;
}

static ls_status bind_vector(binder *b, const char *name, uint64_t cols, const float **vector) {
  const gguf_tensor *t;
  const ls_status status = bind(b, name, 1, cols, &t);
  if (status) return status;
  if (t->type != GGUF_TYPE_F32) {
    return ls_fail(b->error, LS_UNSUPPORTED,
                   "tensor \"%s\" has type %u, expected F32 (0); convert the model again", name, t->type);
  }
  *vector = b->bytes ? (const float *)(const void *)(b->bytes + t->offset) : NULL;
  return LS_OK;
}

static ls_status bind_layer(binder *b, uint32_t index, ls_layer *l) {
  const ls_config *c = &b->m->config;
  const uint64_t dim = c->dim, q_dim = (uint64_t)c->n_heads * c->head_dim,
                 kv_dim = (uint64_t)c->n_kv_heads * c->head_dim;
  const struct {
    const char *name;
    ls_matrix *matrix;
    uint64_t rows, cols;
  } matrices[] = {
      {"attn_q", &l->wq, q_dim, dim},          {"attn_k", &l->wk, kv_dim, dim},
      {"attn_v", &l->wv, kv_dim, dim},         {"attn_output", &l->wo, dim, q_dim},
      {"ffn_gate", &l->gate, c->ffn_dim, dim}, {"ffn_up", &l->up, c->ffn_dim, dim},
      {"ffn_down", &l->down, dim, c->ffn_dim},
  };
  char name[MAX_NAME];
  snprintf(name, sizeof name, "blk.%u.attn_norm.weight", index);
  ls_status s = bind_vector(b, name, dim, &l->attn_norm);
  snprintf(name, sizeof name, "blk.%u.ffn_norm.weight", index);
  if (!s) s = bind_vector(b, name, dim, &l->ffn_norm);
  for (size_t i = 0; !s && i < sizeof matrices / sizeof *matrices; i++) {
    snprintf(name, sizeof name, "blk.%u.%s.weight", index, matrices[i].name);
    s = bind_matrix(b, name, matrices[i].rows, matrices[i].cols, matrices[i].matrix);
  }
  return s;
}

/* Binds every tensor; `layers` (L) may be NULL when only checking. */
static ls_status bind_tensors(ls_model *m, uint8_t *bytes, ls_layer *layers, ls_error *error) {
  binder b = {m, bytes, 0, error};
  const ls_config *c = &m->config;
  m->quantized = false;
  ls_status s = bind_matrix(&b, "token_embd.weight", c->vocab, c->dim, &m->embedding);
  if (!s) s = bind_vector(&b, "output_norm.weight", c->dim, &m->output_norm);
  m->head = m->embedding;
  if (!s && gguf_find_tensor(&m->file, "output.weight")) {
    s = bind_matrix(&b, "output.weight", c->vocab, c->dim, &m->head);
  }
  for (uint32_t i = 0; !s && i < c->n_layers; i++) {
    ls_layer checked;
    s = bind_layer(&b, i, layers ? &layers[i] : &checked);
  }
  if (!s && b.n_bound != m->file.n_tensors) {
    /* A weight left out would give other numbers than the model's: refuse rather than ignore. */
    s = ls_fail(error, LS_UNSUPPORTED,
                "the file has %u tensors, expected %u: a plain llama model has no biases, experts or "
                "adapters; choose another model",
                m->file.n_tensors, b.n_bound);
  }
  return s;
}

/* ---- workspace ---- */

static void *take(ls_arena *a, uint64_t outer, uint64_t inner, uint64_t item_bytes) {
  uint64_t count;
  if (__builtin_mul_overflow(outer, inner, &count)) count = UINT64_MAX;
  return ls_arena_take(a, count, item_bytes);
}

static void lay_out_caches(ls_model *m, ls_arena *a) {
  const ls_config *c = &m->config;
  const uint64_t positions = ((uint64_t)m->context + LS_CHUNK - 1) / LS_CHUNK * LS_CHUNK,
                 vectors = positions * c->n_kv_heads;
  m->caches = take(a, c->n_layers, 1, sizeof *m->caches);
  for (uint32_t l = 0; l < c->n_layers; l++) {
    ls_cache cache = {.positions = (uint32_t)positions, .head_dim = c->head_dim};
    if (m->quantized) {
      cache.keys16 = take(a, vectors, c->head_dim, sizeof *cache.keys16);
      cache.values16 = take(a, vectors, c->head_dim, sizeof *cache.values16);
      cache.key_scale = take(a, vectors, 1, sizeof *cache.key_scale);
      cache.value_scale = take(a, vectors, 1, sizeof *cache.value_scale);
    } else {
      cache.keys = take(a, vectors, c->head_dim, sizeof *cache.keys);
      cache.values = take(a, vectors, c->head_dim, sizeof *cache.values);
    }
    if (m->caches) m->caches[l] = cache;
  }
}

static void lay_out(ls_model *m, ls_arena *a) {
  const ls_config *c = &m->config;
  const uint64_t b = m->batch, q_dim = (uint64_t)c->n_heads * c->head_dim,
                 kv_dim = (uint64_t)c->n_kv_heads * c->head_dim, positions = m->context;
  uint64_t widest = c->dim > c->ffn_dim ? c->dim : c->ffn_dim;
  if (q_dim > widest) widest = q_dim;
  m->layers = take(a, c->n_layers, 1, sizeof *m->layers);
  m->rope = take(a, positions, c->rope_dim, sizeof *m->rope);
  lay_out_caches(m, a);
  m->x = take(a, b, c->dim, sizeof *m->x);
  m->normed = take(a, b, c->dim, sizeof *m->normed);
  m->added = take(a, b, c->dim, sizeof *m->added);
  m->q = take(a, b, q_dim, sizeof *m->q);
  m->k = take(a, b, kv_dim, sizeof *m->k);
  m->v = take(a, b, kv_dim, sizeof *m->v);
  m->attended = take(a, b, q_dim, sizeof *m->attended);
  m->gate = take(a, b, c->ffn_dim, sizeof *m->gate);
  m->up = take(a, b, c->ffn_dim, sizeof *m->up);
  m->attend_scratch =
      take(a, m->team.count, LS_ATTEND_SCRATCH(positions, c->head_dim), sizeof *m->attend_scratch);
  m->act_q = take(a, b, widest, sizeof *m->act_q);
  m->act_scale = take(a, b, widest / LS_BLOCK, sizeof *m->act_scale);
  m->act_sum = take(a, b, widest / LS_BLOCK, sizeof *m->act_sum);
  m->pack_scratch = take(a, LS_TILE, gguf_row_bytes(GGUF_TYPE_Q8_0, widest / LS_BLOCK * LS_BLOCK), 1);
  m->logits = take(a, c->vocab, 1, sizeof *m->logits);
}

static void fill_rope(ls_model *m) {
  const uint32_t n = m->config.rope_dim;
  const double log_base = ls_log((double)m->config.rope_base);
  for (uint32_t i = 0; i < n; i += 2) {
    const double frequency = ls_exp(-log_base * (double)i / (double)n);
    for (uint32_t p = 0; p < m->context; p++) {
      double sine, cosine;
      ls_sin_cos((double)p * frequency, &sine, &cosine);
      m->rope[(uint64_t)p * n + i] = (float)cosine;
      m->rope[(uint64_t)p * n + i + 1] = (float)sine;
    }
  }
}

/* ---- the public way ---- */

ls_status ls_model_inspect(ls_model *m, const uint8_t *bytes, uint64_t have, ls_error *error) {
  m->has_weights = m->quantized = false;
  m->rows_ready = 0;
  memset(&m->config, 0, sizeof m->config);
  ls_status status = gguf_parse(&m->file, bytes, have, error);
  if (status) return status;
  ls_arena counting = {NULL, 0, 0};
  status = ls_tokenizer_open(&m->tokenizer, &m->file, &counting, error);
  if (status) return status;
  m->config.vocab = m->tokenizer.n_tokens;
  m->has_weights = m->file.n_tensors > 0;
  if (m->has_weights) {
    status = read_config(m, error);
    if (!status) status = bind_tensors(m, NULL, NULL, error);
  }
  return status;
}

static ls_status apply(ls_model *m, const ls_settings *chosen, ls_error *error) {
  const uint32_t longest = m->config.context;
  if (m->has_weights && chosen->context > longest) {
    return ls_fail(error, LS_OUT_OF_RANGE,
                   "context %u, expected 1 to %u, the length the model was trained for", chosen->context,
                   longest);
  }
  if (chosen->batch < 1 || chosen->batch > MAX_BATCH) {
    return ls_fail(error, LS_OUT_OF_RANGE, "batch %u, expected 1 to %u", chosen->batch, MAX_BATCH);
  }
  if (m->has_weights && (uint64_t)chosen->batch * m->config.n_kv_heads > UINT32_MAX) {
    return ls_fail(error, LS_OUT_OF_RANGE, "batch %u, expected 1 to %u with %u key-value heads",
                   chosen->batch, UINT32_MAX / m->config.n_kv_heads, m->config.n_kv_heads);
  }
  if (chosen->threads < 1 || chosen->threads > LS_MAX_THREADS) {
    return ls_fail(error, LS_OUT_OF_RANGE, "%u threads, expected 1 to %u", chosen->threads, LS_MAX_THREADS);
  }
  m->context = chosen->context ? chosen->context : longest;
  m->batch = chosen->batch;
  m->team.count = chosen->threads;
  m->kernels = kernel_sets[chosen->kernels < KERNEL_SETS ? chosen->kernels : KERNEL_SETS - 1];
  return LS_OK;
}

/* Lays out everything that an opened model keeps, or counts it. */
static ls_status lay_out_all(ls_model *m, ls_arena *arena, ls_error *error) {
  const ls_status status = ls_tokenizer_open(&m->tokenizer, &m->file, arena, error);
  if (status) return status;
  if (m->has_weights) lay_out(m, arena);
  m->workspace_bytes = arena->used;
  if (arena->used == UINT64_MAX) {
    return ls_fail(error, LS_OUT_OF_MEMORY,
                   "the model needs more memory than a computer can address; choose a shorter context");
  }
  if (arena->base && arena->used > arena->size) {
    return ls_fail(error, LS_OUT_OF_MEMORY, "the workspace has %llu bytes, expected %llu",
                   (unsigned long long)arena->size, (unsigned long long)arena->used);
  }
  return LS_OK;
}

ls_status ls_model_plan(ls_model *m, const ls_settings *settings, ls_error *error) {
  ls_arena counting = {NULL, 0, 0};
  const ls_status status = apply(m, settings, error);
  return status ? status : lay_out_all(m, &counting, error);
}

ls_status ls_model_open(ls_model *m, uint8_t *bytes, uint64_t have, void *workspace, uint64_t workspace_bytes,
                        const ls_settings *settings, ls_error *error) {
  ls_arena arena = {workspace, workspace_bytes, 0};
  ls_status status = ls_model_inspect(m, bytes, have, error);
  if (!status) status = apply(m, settings, error);
  if (!status) status = lay_out_all(m, &arena, error);
  if (status) return status;
  m->bytes = bytes;
  m->arrived = m->hashed = 0;
  m->hash = LS_HASH_START;
  if (!m->has_weights) return LS_OK;
  status = bind_tensors(m, bytes, m->layers, error);
  if (!status) fill_rope(m);
  return status;
}

/* A scale that is no finite number would make every logit NaN. */
static ls_status check_scales(const ls_model *m, const ls_matrix *w, ls_error *error) {
  const uint32_t block_bytes = w->type == GGUF_TYPE_Q8_0 ? Q8_0_BYTES : Q4_0_BYTES;
  const uint8_t *block = w->data, *end = w->data + (uint64_t)w->rows * w->row_bytes;
  for (; block < end; block += block_bytes) {
    if ((block[1] & 0x7c) == 0x7c) {
      return ls_fail(
          error, LS_BAD_MODEL,
          "the scale at offset %llu is not a finite number; the file is damaged: download it again",
          (unsigned long long)(block - m->bytes));
    }
  }
  return LS_OK;
}

/* Packs a matrix whose bytes have just arrived: its end lies between what was there before and is now. */
static ls_status pack(ls_model *m, ls_matrix *w, uint64_t before, uint64_t now, ls_error *error) {
  const uint64_t end = (uint64_t)(w->data - m->bytes) + (uint64_t)w->rows * w->row_bytes;
  if (end <= before || end > now || (w->type != GGUF_TYPE_Q8_0 && w->type != GGUF_TYPE_Q4_0)) return LS_OK;
  const ls_status status = check_scales(m, w, error);
  const ls_layout layout = m->kernels->layout(w->type);
  if (!status && layout != LS_ROWS) ls_pack(w, layout, m->pack_scratch);
  return status;
}

/* Folds whole words, and at the end of the file what is left of one; what is not folded yet is not packed
 * either. */
static void hash_bytes(ls_model *m, uint64_t have) {
  const uint64_t file_bytes = m->file.file_bytes, end = have < file_bytes ? have : file_bytes;
  uint64_t word = 0;
  for (; m->hashed + sizeof word <= end; m->hashed += sizeof word) {
    memcpy(&word, m->bytes + m->hashed, sizeof word);
    m->hash = (m->hash ^ word) * LS_HASH_PRIME;
  }
  if (end < file_bytes || m->hashed == file_bytes) return;
  word = 0;
  memcpy(&word, m->bytes + m->hashed, (size_t)(file_bytes - m->hashed));
  m->hash = (m->hash ^ word) * LS_HASH_PRIME;
  m->hashed = file_bytes;
}

ls_status ls_model_arrive(ls_model *m, uint64_t have, ls_error *error) {
  const uint64_t before = m->hashed;
  hash_bytes(m, have);
  if (!m->has_weights) return LS_OK;
  const uint64_t now = m->hashed;
  ls_status s = LS_OK;
  for (uint32_t l = 0; !s && l < m->config.n_layers; l++) {
    ls_layer *w = &m->layers[l];
    ls_matrix *const matrices[] = {&w->wq, &w->wk, &w->wv, &w->wo, &w->gate, &w->up, &w->down};
    for (size_t i = 0; !s && i < sizeof matrices / sizeof *matrices; i++)
      s = pack(m, matrices[i], before, now, error);
  }
  const bool tied = m->head.data == m->embedding.data;
  if (!s) s = pack(m, &m->embedding, before, now, error);
  if (!s && !tied) s = pack(m, &m->head, before, now, error);
  if (tied) m->head = m->embedding;
  if (!s) m->arrived = have;
  return s;
}

ls_status ls_model_ready(const ls_model *m, ls_error *error) {
  if (!m->has_weights || m->arrived >= m->file.file_bytes) return LS_OK;
  return ls_fail(error, LS_BAD_MODEL,
                 "the file has %llu bytes, its tensors need %llu; it is cut short: download it again",
                 (unsigned long long)m->arrived, (unsigned long long)m->file.file_bytes);
}
