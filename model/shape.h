// The model's shape and where in one array of floats each of its tensors lies.
// Below all that touches parameters: transformer.c, adamw.c, checkpoint.c, export.c.
// Must not know what is computed with them.
#ifndef MODEL_SHAPE_H
#define MODEL_SHAPE_H

#include <stdbool.h>
#include <stdint.h>

#define NORM_EPSILON 1e-5f
#define ROPE_BASE 10000.0f

typedef struct {
  int32_t vocab; // tokens; the last one begins a document
  int32_t dim;   // width of the residual stream, n_heads * head_dim
  int32_t n_layers;
  int32_t n_heads;    // query heads
  int32_t n_kv_heads; // key and value heads, a divisor of n_heads
  int32_t hidden;     // width of the feed-forward layer
  int32_t context;    // tokens in a sequence
} Shape;

long head_dim(const Shape *shape); // of one head
long kv_dim(const Shape *shape);   // of all key heads, or all value heads
long qkv_dim(const Shape *shape);  // of queries, keys and values together

// NULL when the shape can be built, otherwise what is wrong with it.
const char *shape_error(const Shape *shape);

// All parameters are one array of floats; so are gradients and optimiser state, in the same
// order. A tensor is a stretch of it: rows (output width) by columns (input width), row-major.
// In every layer wq, wk, wv follow one another and act as one matrix, and so do gate and up.
typedef struct {
  char name[32]; // as GGUF names it, without ".weight"
  long offset, rows, cols;
  bool is_norm;
} Tensor;

enum { LAYER_TENSORS = 9 };
long tensor_count(const Shape *shape); // embedding, LAYER_TENSORS a layer, output norm
Tensor tensor_at(const Shape *shape, long index);
long tensor_size(Tensor tensor); // rows * cols
long parameter_count(const Shape *shape);

// Normal with deviation 0.02, narrower where a layer adds to the residual stream; norms are 1.
void parameters_init(const Shape *shape, float *params, uint64_t seed);

#endif
