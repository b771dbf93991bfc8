// Causal grouped-query attention over packed documents, forward and backward.
// Stands below transformer.c; uses gemm.h.
// Must not know of projections, rotary positions or residuals.
//
// Documents lie behind one another in the rows, and no token sees another document: attention
// runs over one segment (a document, or the part of it in this sequence) at a time. A model so
// trained starts from an empty context as it will when it is used, and short documents cost
// little, since the work grows with the square of a segment, not of the context.
#ifndef MODEL_ATTENTION_H
#define MODEL_ATTENTION_H

#include <stdbool.h>

typedef struct {
  long n_heads, n_kv_heads, head_dim;
  const long *starts; // (n_segments + 1): first row of each segment, then the end
  long n_segments;
} Attention;

// qkv (n, (n_heads + 2 * n_kv_heads) * head_dim): queries, keys, values of each row, one head
// after another. out (n, n_heads * head_dim).
// probs keeps, for each segment and head, a (length, length) matrix of attention weights.
void attention_forward(float *out, float *probs, const float *qkv, const Attention *attention);

// dqkv = . dout (n, n_heads * head_dim). scratch: attention_scratch(longest segment) floats.
void attention_backward(float *dqkv, const float *dout, const float *qkv, const float *probs,
                        const Attention *attention, float *scratch);

long attention_scratch(long longest_segment);

#endif
