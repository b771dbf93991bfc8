// The transformer: forward and backward, by hand.
// The middle of training: data.c -> transformer.c -> adamw.c.
// Must not know of text, files, optimisers or threads.
#include "transformer.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "attention.h"

// The head takes this many rows at a time, forth and back together, so that the logits of a
// whole batch, the largest array of all, never exist.
enum { HEAD_ROWS = 128 };

// ---------------------------------------------------------------------------------------------
// Parameters

// One layer's matrices; the same for its parameters and for their gradients.
typedef struct {
  float *attn_norm; // (dim)
  float *wqkv;      // (dim + 2 * kv_dim, dim)
  float *wo;        // (dim, dim)
  float *ffn_norm;  // (dim)
  float *gate_up;   // (2 * hidden, dim)
  float *down;      // (dim, hidden)
} Layer;

static Layer layer_at(const Shape *s, const float *array, long layer) {
  float *base = (float *)array; // the caller's const holds: only gradients are written through it
  long at[LAYER_TENSORS];
  for (long i = 0; i < LAYER_TENSORS; i++) at[i] = tensor_at(s, 1 + layer * LAYER_TENSORS + i).offset;
  return (Layer){base + at[0], base + at[1], base + at[4], base + at[5], base + at[6], base + at[8]};
}

static long final_norm_offset(const Shape *s) { return tensor_at(s, tensor_count(s) - 1).offset; }

// ---------------------------------------------------------------------------------------------
// Workspace

// Hands out `count` floats of memory; while memory is NULL it only adds up what is needed.
static float *carve(float *memory, long *used, long count) {
  float *piece = memory ? memory + *used : NULL;
  *used += (count + 15) / 16 * 16; // each begins on a cache line
  return piece;
}

static long workspace_layout(Workspace *ws, float *memory) {
  const Shape *s = &ws->shape;
  const long n = ws->sequences * s->context, dim = s->dim;
  long used = 0;
  for (long l = 0; l < s->n_layers; l++)
    ws->layers[l] = (LayerState){
        .x = carve(memory, &used, n * dim),
        .attn_norm = carve(memory, &used, n * dim),
        .attn_rstd = carve(memory, &used, n),
        .qkv = carve(memory, &used, n * qkv_dim(s)),
        .probs = carve(memory, &used, n * s->context * s->n_heads),
        .attn = carve(memory, &used, n * dim),
        .x_mid = carve(memory, &used, n * dim),
        .ffn_norm = carve(memory, &used, n * dim),
        .ffn_rstd = carve(memory, &used, n),
        .gate_up = carve(memory, &used, n * 2 * s->hidden),
        .ffn = carve(memory, &used, n * s->hidden),
    };
  ws->x_out = carve(memory, &used, n * dim);
  ws->final_norm = carve(memory, &used, n * dim);
  ws->final_rstd = carve(memory, &used, n);
  ws->rope_table = carve(memory, &used, s->context * head_dim(s));
  ws->logits = carve(memory, &used, (long)HEAD_ROWS * s->vocab);
  ws->dx = carve(memory, &used, n * dim);
  ws->dnorm = carve(memory, &used, n * dim);
  ws->dbranch = carve(memory, &used, n * dim);
  ws->dqkv = carve(memory, &used, n * qkv_dim(s));
  ws->dgate_up = carve(memory, &used, n * 2 * s->hidden);
  ws->dffn = carve(memory, &used, n * s->hidden);
  ws->scratch = carve(memory, &used, attention_scratch(s->context));
  return used;
}

static void fill_rope_table(const Shape *s, float *table) {
  const long width = head_dim(s);
  for (long position = 0; position < s->context; position++)
    for (long i = 0; i < width; i += 2) {
      const double angle = (double)position * pow((double)ROPE_BASE, -(double)i / (double)width);
      table[position * width + i] = (float)cos(angle);
      table[position * width + i + 1] = (float)sin(angle);
    }
}

bool workspace_new(Workspace *ws, const Shape *shape, long sequences, Precision precision) {
  *ws = (Workspace){.shape = *shape, .sequences = sequences, .gemm = gemm_new(precision)};
  ws->layers = calloc((size_t)shape->n_layers, sizeof *ws->layers);
  ws->starts = malloc(((size_t)(sequences * shape->context) + 1) * sizeof *ws->starts);
  if (ws->layers) {
    const size_t bytes = (size_t)workspace_layout(ws, NULL) * sizeof(float);
    ws->memory = aligned_alloc(64, bytes);
  }
  if (!ws->gemm || !ws->layers || !ws->starts || !ws->memory) {
    workspace_free(ws);
    return false;
  }
  workspace_layout(ws, ws->memory);
  fill_rope_table(shape, ws->rope_table);
  return true;
}

void workspace_free(Workspace *ws) {
  gemm_free(ws->gemm);
  free(ws->memory);
  free(ws->layers);
  free(ws->starts);
  *ws = (Workspace){0};
}

// ---------------------------------------------------------------------------------------------
// Forward

// A segment begins with every sequence and with every document in it.
static void find_segments(Workspace *ws, const int32_t *tokens) {
  const long n = ws->sequences * ws->shape.context;
  ws->n_segments = 0;
  for (long t = 0; t < n; t++)
    if (t % ws->shape.context == 0 || tokens[t] == ws->shape.vocab - 1) ws->starts[ws->n_segments++] = t;
  ws->starts[ws->n_segments] = n;
}

static Attention attention_of(const Workspace *ws) {
  return (Attention){.n_heads = ws->shape.n_heads,
                     .n_kv_heads = ws->shape.n_kv_heads,
                     .head_dim = head_dim(&ws->shape),
                     .starts = ws->starts,
                     .n_segments = ws->n_segments};
}

// The mask of one residual branch: layer l has number 2l for attention, 2l + 1 for feed-forward.
static Dropout branch_dropout(Dropout dropout, long branch) {
  dropout.key += (uint32_t)(branch + 1) * 0x9E3779B9u;
  return dropout;
}

// tokens (n) -> ws->final_norm (n, dim), all that the head needs.
static void forward(Workspace *ws, const float *params, const int32_t *tokens, Dropout dropout) {
  const Shape *s = &ws->shape;
  const long n = ws->sequences * s->context, dim = s->dim, hidden = s->hidden;
  float *branch = ws->dbranch; // free on the way forward
  find_segments(ws, tokens);
  const Attention attention = attention_of(ws);

  embedding_forward(ws->layers[0].x, tokens, params, n, dim);
  for (long l = 0; l < s->n_layers; l++) {
    const Layer w = layer_at(s, params, l);
    const LayerState *a = &ws->layers[l];
    float *x_next = l + 1 < s->n_layers ? ws->layers[l + 1].x : ws->x_out;

    rmsnorm_forward(a->attn_norm, a->attn_rstd, a->x, w.attn_norm, NORM_EPSILON, n, dim);
    linear_forward(ws->gemm, a->qkv, a->attn_norm, w.wqkv, n, dim, qkv_dim(s));
    rope(a->qkv, ws->rope_table, n, s->context, s->n_heads + s->n_kv_heads, head_dim(s), qkv_dim(s), 1);
    attention_forward(a->attn, a->probs, a->qkv, &attention);
    linear_forward(ws->gemm, branch, a->attn, w.wo, n, dim, dim);
    residual_forward(a->x_mid, a->x, branch, branch_dropout(dropout, 2 * l), n * dim);

    rmsnorm_forward(a->ffn_norm, a->ffn_rstd, a->x_mid, w.ffn_norm, NORM_EPSILON, n, dim);
    linear_forward(ws->gemm, a->gate_up, a->ffn_norm, w.gate_up, n, dim, 2 * hidden);
    swiglu_forward(a->ffn, a->gate_up, n, hidden);
    linear_forward(ws->gemm, branch, a->ffn, w.down, n, hidden, dim);
    residual_forward(x_next, a->x_mid, branch, branch_dropout(dropout, 2 * l + 1), n * dim);
  }
  rmsnorm_forward(ws->final_norm, ws->final_rstd, ws->x_out, params + final_norm_offset(s), NORM_EPSILON, n,
                  dim);
}

// ---------------------------------------------------------------------------------------------
// Head and backward

// Loss of all rows. With grads: ws->dnorm = the gradient of final_norm, grads' embedding += .
static double head(Workspace *ws, const float *params, float *grads, const int32_t *targets, float scale) {
  const Shape *s = &ws->shape;
  const long n = ws->sequences * s->context, dim = s->dim;
  double loss = 0;
  for (long row = 0; row < n; row += HEAD_ROWS) {
    const long rows = n - row < HEAD_ROWS ? n - row : HEAD_ROWS;
    const float *x = ws->final_norm + row * dim;
    linear_forward(ws->gemm, ws->logits, x, params, rows, dim, s->vocab);
    loss += cross_entropy(ws->logits, targets + row, scale, rows, s->vocab, NULL);
    if (grads)
      linear_backward(ws->gemm, ws->dnorm + row * dim, grads, ws->logits, x, params, rows, dim, s->vocab);
  }
  return loss;
}

// From ws->dnorm back to the embedding; what forward() left in the workspace is used.
static void backward(Workspace *ws, const float *params, float *grads, const int32_t *tokens,
                     Dropout dropout) {
  const Shape *s = &ws->shape;
  const long n = ws->sequences * s->context, dim = s->dim, hidden = s->hidden;
  const Attention attention = attention_of(ws);
  float *dx = ws->dx; // the gradient of the residual stream, on its way down

  memset(dx, 0, (size_t)(n * dim) * sizeof *dx);
  rmsnorm_backward(dx, grads + final_norm_offset(s), ws->dnorm, ws->x_out, params + final_norm_offset(s),
                   ws->final_rstd, n, dim);
  for (long l = s->n_layers - 1; l >= 0; l--) {
    const Layer w = layer_at(s, params, l), dw = layer_at(s, grads, l);
    const LayerState *a = &ws->layers[l];

    residual_backward(ws->dbranch, dx, branch_dropout(dropout, 2 * l + 1), n * dim);
    linear_backward(ws->gemm, ws->dffn, dw.down, ws->dbranch, a->ffn, w.down, n, hidden, dim);
    swiglu_backward(ws->dgate_up, ws->dffn, a->gate_up, n, hidden);
    linear_backward(ws->gemm, ws->dnorm, dw.gate_up, ws->dgate_up, a->ffn_norm, w.gate_up, n, dim,
                    2 * hidden);
    rmsnorm_backward(dx, dw.ffn_norm, ws->dnorm, a->x_mid, w.ffn_norm, a->ffn_rstd, n, dim);

    residual_backward(ws->dbranch, dx, branch_dropout(dropout, 2 * l), n * dim);
    linear_backward(ws->gemm, ws->dnorm, dw.wo, ws->dbranch, a->attn, w.wo, n, dim, dim);
    attention_backward(ws->dqkv, ws->dnorm, a->qkv, a->probs, &attention, ws->scratch);
    rope(ws->dqkv, ws->rope_table, n, s->context, s->n_heads + s->n_kv_heads, head_dim(s), qkv_dim(s), -1);
    linear_backward(ws->gemm, ws->dnorm, dw.wqkv, ws->dqkv, a->attn_norm, w.wqkv, n, dim, qkv_dim(s));
    rmsnorm_backward(dx, dw.attn_norm, ws->dnorm, a->x, w.attn_norm, a->attn_rstd, n, dim);
  }
  embedding_backward(grads, tokens, dx, n, dim);
}

double transformer_loss(Workspace *ws, const float *params, const int32_t *tokens, const int32_t *targets) {
  forward(ws, params, tokens, (Dropout){0});
  return head(ws, params, NULL, targets, 1);
}

double transformer_gradient(Workspace *ws, const float *params, float *grads, const int32_t *tokens,
                            const int32_t *targets, float scale, Dropout dropout) {
  forward(ws, params, tokens, dropout);
  const double loss = head(ws, params, grads, targets, scale);
  backward(ws, params, grads, tokens, dropout);
  return loss;
}

const float *transformer_logits(Workspace *ws, const float *params, const int32_t *tokens, long row) {
  const Shape *s = &ws->shape;
  forward(ws, params, tokens, (Dropout){0});
  linear_forward(ws->gemm, ws->logits, ws->final_norm + row * s->dim, params, 1, s->dim, s->vocab);
  return ws->logits;
}
