// The transformer written out in f64 and as plainly as can be: what model/transformer.c must give.
// Read by gradients_test.c only.
// Must not know how the trainer computes it.
#ifndef TESTS_TRAIN_REFERENCE_H
#define TESTS_TRAIN_REFERENCE_H

#include <math.h>

#include "../../model/shape.h"

// Sum of the losses of one sequence, token after token. Small shapes only: see MAX, ROWS_MAX and
// the four layers of keys and values.
static double reference_loss(const Shape *s, const float *params, const int32_t *tokens,
                             const int32_t *targets) {
  enum { MAX = 64, ROWS_MAX = 16 };
  static double keys[4][ROWS_MAX][MAX], values[4][ROWS_MAX][MAX];
  const long dim = s->dim, size = head_dim(s), group = s->n_heads / s->n_kv_heads;
  double loss = 0;
  long first = 0; // of the document
  for (long t = 0; t < s->context; t++) {
    double x[MAX], norm[MAX], q[MAX], out[MAX], logits[MAX];
    if (tokens[t] == s->vocab - 1) first = t;
    for (long i = 0; i < dim; i++) x[i] = (double)params[tokens[t] * dim + i];
    for (long part = 0; part <= 2 * s->n_layers; part++) { // attention, feed-forward, …, the head
      const long l = part / 2;
      const bool is_head = part == 2 * s->n_layers, is_attention = part % 2 == 0;
      const long base = 1 + l * LAYER_TENSORS + (is_attention ? 0 : 5);
      const float *w[5];
      for (long i = 0; i < (is_head ? 1 : is_attention ? 5 : 4); i++)
        w[i] = params + tensor_at(s, base + i).offset;
      double squares = 0;
      for (long i = 0; i < dim; i++) squares += x[i] * x[i];
      for (long i = 0; i < dim; i++) norm[i] = x[i] / sqrt(squares / (double)dim + 1e-5) * (double)w[0][i];
      if (is_head) break;
      if (is_attention) {
        double *k = keys[l][t], *v = values[l][t];
        for (long o = 0; o < dim; o++) {
          q[o] = out[o] = 0;
          if (o < kv_dim(s)) k[o] = v[o] = 0;
          for (long i = 0; i < dim; i++) {
            q[o] += (double)w[1][o * dim + i] * norm[i];
            if (o < kv_dim(s)) k[o] += (double)w[2][o * dim + i] * norm[i];
            if (o < kv_dim(s)) v[o] += (double)w[3][o * dim + i] * norm[i];
          }
        }
        for (long o = 0; o < dim; o += 2) {
          const double angle = (double)t * pow(10000, -(double)(o % size) / (double)size);
          for (int is_key = 0; is_key <= (o < kv_dim(s)); is_key++) {
            double *pair = is_key ? k + o : q + o, a = pair[0], b = pair[1];
            pair[0] = a * cos(angle) - b * sin(angle);
            pair[1] = a * sin(angle) + b * cos(angle);
          }
        }
        for (long h = 0; h < s->n_heads; h++) {
          const long kv = h / group * size;
          double weights[ROWS_MAX], sum = 0;
          for (long u = first; u <= t; u++) {
            double score = 0;
            for (long i = 0; i < size; i++) score += q[h * size + i] * keys[l][u][kv + i];
            sum += weights[u] = exp(score / sqrt((double)size));
          }
          for (long u = first; u <= t; u++)
            for (long i = 0; i < size; i++) out[h * size + i] += weights[u] / sum * values[l][u][kv + i];
        }
      } else {
        for (long o = 0; o < s->hidden; o++) {
          double gate = 0, up = 0;
          for (long i = 0; i < dim; i++) {
            gate += (double)w[1][o * dim + i] * norm[i];
            up += (double)w[2][o * dim + i] * norm[i];
          }
          out[o] = gate / (1 + exp(-gate)) * up;
        }
      }
      const long width = is_attention ? dim : s->hidden;
      const float *down = is_attention ? w[4] : w[3];
      for (long o = 0; o < dim; o++)
        for (long i = 0; i < width; i++) x[o] += (double)down[o * width + i] * out[i];
    }
    double sum = 0;
    for (long o = 0; o < s->vocab; o++) {
      logits[o] = 0;
      for (long i = 0; i < dim; i++) logits[o] += (double)params[o * dim + i] * norm[i];
      sum += exp(logits[o]);
    }
    if (targets[t] >= 0) loss += log(sum) - logits[targets[t]];
  }
  return loss;
}

#endif
