// The transformer: forward and backward, by hand.
// The middle of training: data.c -> transformer.c -> adamw.c.
// Must not know of text, files, optimisers or threads.
//
// The architecture is llama's: RMSNorm, rotary positions on pairs (2i, 2i + 1), grouped-query
// attention, SwiGLU, no biases; the output head shares the embedding's weights.
#ifndef MODEL_TRANSFORMER_H
#define MODEL_TRANSFORMER_H

#include "gemm.h"
#include "ops.h"
#include "shape.h"

// What one layer keeps from the way forward for the way back. n = sequences * context.
typedef struct {
  float *x;         // (n, dim) what enters
  float *attn_norm; // (n, dim)
  float *attn_rstd; // (n)
  float *qkv;       // (n, dim + 2 * kv_dim) after the rotation
  float *probs;     // attention weights, see attention.h
  float *attn;      // (n, dim) the heads' outputs
  float *x_mid;     // (n, dim) after attention was added
  float *ffn_norm;  // (n, dim)
  float *ffn_rstd;  // (n)
  float *gate_up;   // (n, 2 * hidden)
  float *ffn;       // (n, hidden) silu(gate) * up
} LayerState;

// Room for one thread to run `sequences` sequences at once.
typedef struct {
  Shape shape;
  long sequences;
  Gemm *gemm;    // how the linear layers multiply
  float *memory; // one allocation, which all pointers below lead into
  LayerState *layers;
  float *x_out, *final_norm, *final_rstd; // (n, dim), (n, dim), (n)
  float *rope_table;                      // (context, head_dim)
  float *logits;                          // (HEAD_ROWS, vocab)
  float *dx, *dnorm, *dbranch;            // (n, dim) each
  float *dqkv, *dgate_up, *dffn;          // as qkv, gate_up, ffn
  float *scratch;                         // for attention_backward
  long *starts;                           // (n + 1) segments, see attention.h
  long n_segments;
} Workspace;

// False when memory runs out or the processor cannot multiply in this precision. Free with workspace_free.
bool workspace_new(Workspace *ws, const Shape *shape, long sequences, Precision precision);
void workspace_free(Workspace *ws);

// Forward only. tokens, targets (sequences, context); a target below 0 is not counted.
// Returns the sum of the losses in nats.
double transformer_loss(Workspace *ws, const float *params, const int32_t *tokens, const int32_t *targets);

// The same, and grads += scale * the gradient of that sum. All sequences of the workspace are
// used. Dropout is on both residual branches of every layer; its key must differ for every call.
double transformer_gradient(Workspace *ws, const float *params, float *grads, const int32_t *tokens,
                            const int32_t *targets, float scale, Dropout dropout);

// Forward only: logits (vocab) of one row of the first sequence.
const float *transformer_logits(Workspace *ws, const float *params, const int32_t *tokens, long row);

#endif
