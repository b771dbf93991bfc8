// Tests of what the trainer computes: operations and their gradients, the whole model, bfloat16.
// Compiled and run by tests/model.test.js, with sanitizers; prints what fails, exits 1.
// Must not know of real data: every input is made here.
#include <math.h>
#include <stdint.h>
#include <string.h>

#include "../../model/attention.h"
#include "../../model/gemm.h"
#include "../../model/trainer.h"
#include "check.h"
#include "train_reference.h"

// ---------------------------------------------------------------------------------------------
// Finite differences

// A scalar function of everything, in f64.
typedef double (*Loss)(void *context);

// d loss / d *x by a central difference of fourth order, whose error falls with step^4: the step
// can be so large that the rounding of f32 does not matter.
static double slope(Loss loss, void *context, float *x, float step) {
  const float at = *x;
  double value[4];
  const float multiples[4] = {-2, -1, 1, 2};
  for (int i = 0; i < 4; i++) {
    *x = at + multiples[i] * step;
    value[i] = loss(context);
  }
  *x = at;
  return (value[0] - 8 * value[1] + 8 * value[2] - value[3]) / (12.0 * (double)step);
}

// Compares `gradient` of x (n) with finite differences at up to `samples` places, spread over
// all of x. Errors are measured against the largest entry of the gradient, so that a wrong
// factor, sign or place of 1 % anywhere is seen.
static void check_gradient(const char *what, Loss loss, void *context, float *x, const float *gradient,
                           long n, long samples, float step) {
  double largest = 0, worst = 0;
  for (long i = 0; i < n; i++) largest = fmax(largest, fabs((double)gradient[i]));
  const long stride = n > samples ? n / samples : 1;
  for (long i = 0; i < n; i += stride)
    worst = fmax(worst, fabs(slope(loss, context, &x[i], step) - (double)gradient[i]));
  if (largest > 0 && worst <= 3e-3 * largest) return;
  failures++;
  fprintf(stderr, "FAILED: gradient of %s: largest %.3g, worst error %.3g\n", what, largest, worst);
}

// One operation under test: inputs, and a fixed random weight for every output, whose weighted
// sum is the loss and which is thus the gradient handed to the way back.
enum { ROWS = 7, DIM = 12, HEADS = 6, KV_HEADS = 3, HEAD_DIM = 4, CONTEXT = 5 };

typedef struct {
  float *x, *weight, *y, *rstd, *dy, *probs;
  const float *table;
  Attention attention;
  Dropout dropout;
  const int32_t *targets;
  long n_out;
} Operation;

static double weighted_sum(const Operation *op) {
  double sum = 0;
  for (long i = 0; i < op->n_out; i++) sum += (double)op->y[i] * (double)op->dy[i];
  return sum;
}

static double rmsnorm_loss(void *context) {
  Operation *op = context;
  rmsnorm_forward(op->y, op->rstd, op->x, op->weight, NORM_EPSILON, ROWS, DIM);
  return weighted_sum(op);
}

static double swiglu_loss(void *context) {
  Operation *op = context;
  swiglu_forward(op->y, op->x, ROWS, DIM);
  return weighted_sum(op);
}

static double rope_loss(void *context) {
  Operation *op = context;
  memcpy(op->y, op->x, (size_t)op->n_out * sizeof(float));
  rope(op->y, op->table, ROWS, CONTEXT, 2, HEAD_DIM, DIM, 1);
  return weighted_sum(op);
}

static double residual_loss(void *context) {
  Operation *op = context;
  residual_forward(op->y, op->weight, op->x, op->dropout, ROWS * DIM);
  return weighted_sum(op);
}

static double attention_loss(void *context) {
  Operation *op = context;
  attention_forward(op->y, op->probs, op->x, &op->attention);
  return weighted_sum(op);
}

static double cross_entropy_loss(void *context) {
  Operation *op = context;
  memcpy(op->y, op->x, ROWS * DIM * sizeof(float));
  return cross_entropy(op->y, op->targets, 1, ROWS, DIM, NULL);
}

static void test_operations(void) {
  enum { QKV = (HEADS + 2 * KV_HEADS) * HEAD_DIM, LARGEST = ROWS * QKV };
  Random random = random_new(7);
  float *x = random_array(&random, LARGEST, 1), *weight = random_array(&random, LARGEST, 1);
  float *dy = random_array(&random, LARGEST, 1), *table = random_array(&random, 64, 1);
  float *y = zeros(LARGEST), *dx = zeros(LARGEST), *dweight = zeros(LARGEST);
  float *rstd = zeros(ROWS), *probs = zeros(ROWS * ROWS * HEADS);
  float *scratch = zeros(attention_scratch(ROWS));
  Operation op = {.x = x,
                  .weight = weight,
                  .y = y,
                  .rstd = rstd,
                  .dy = dy,
                  .probs = probs,
                  .table = table,
                  .n_out = ROWS * DIM};

  rmsnorm_loss(&op);
  rmsnorm_backward(dx, dweight, dy, x, weight, rstd, ROWS, DIM);
  check_gradient("rmsnorm, input", rmsnorm_loss, &op, x, dx, ROWS * DIM, 1000, 0.01f);
  check_gradient("rmsnorm, weight", rmsnorm_loss, &op, weight, dweight, DIM, 1000, 0.01f);

  swiglu_backward(dx, dy, x, ROWS, DIM);
  check_gradient("swiglu", swiglu_loss, &op, x, dx, ROWS * 2 * DIM, 1000, 0.01f);

  memcpy(dx, dy, ROWS * DIM * sizeof *dx);
  rope(dx, table, ROWS, CONTEXT, 2, HEAD_DIM, DIM, -1);
  check_gradient("rope", rope_loss, &op, x, dx, ROWS * DIM, 1000, 0.01f);

  op.dropout = (Dropout){.rate = 0.4f, .key = 99};
  residual_backward(dx, dy, op.dropout, ROWS * DIM);
  check_gradient("residual with dropout", residual_loss, &op, x, dx, ROWS * DIM, 1000, 0.01f);
  long dropped = 0;
  for (long i = 0; i < ROWS * DIM; i++) dropped += dx[i] == 0;
  check(dropped > ROWS * DIM / 5 && dropped < ROWS * DIM * 3 / 5, "dropout drops about its rate");

  // Three documents, one of a single token.
  const long starts[] = {0, 4, 5, ROWS};
  op.attention = (Attention){HEADS, KV_HEADS, HEAD_DIM, starts, 3};
  op.n_out = ROWS * HEADS * HEAD_DIM;
  attention_loss(&op);
  attention_backward(dx, dy, x, probs, &op.attention, scratch);
  check_gradient("attention", attention_loss, &op, x, dx, LARGEST, 1000, 0.01f);

  const int32_t targets[ROWS] = {3, 0, 11, -1, 5, 5, 7};
  op.targets = targets;
  cross_entropy_loss(&op);
  memcpy(dx, y, ROWS * DIM * sizeof *dx);
  check_gradient("cross-entropy", cross_entropy_loss, &op, x, dx, ROWS * DIM, 1000, 0.01f);

  float *const arrays[] = {x, weight, dy, table, y, dx, dweight, rstd, probs, scratch};
  for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++) free(arrays[i]);
}

// Longer than a tile of queries, so that every edge of the tiling is crossed, and with heads that
// share keys: against the plain definition, in f64.
static void test_long_attention(void) {
  enum { N = 300, N_HEADS = 4, N_KV = 2, SIZE = 4, WIDTH = (N_HEADS + 2 * N_KV) * SIZE };
  Random random = random_new(3);
  float *qkv = random_array(&random, N * WIDTH, 1), *out = zeros(N * N_HEADS * SIZE);
  float *probs = zeros(N_HEADS * N * N);
  const long starts[] = {0, N};
  const Attention attention = {N_HEADS, N_KV, SIZE, starts, 1};
  attention_forward(out, probs, qkv, &attention);
  double worst = 0;
  for (long h = 0; h < N_HEADS; h++)
    for (long t = 0; t < N; t++) {
      const float *q = qkv + t * WIDTH + h * SIZE;
      const float *k = qkv + (N_HEADS + h / 2) * SIZE, *v = k + N_KV * SIZE;
      double weights[N], sum = 0;
      for (long u = 0; u <= t; u++) {
        double score = 0;
        for (long i = 0; i < SIZE; i++) score += (double)q[i] * (double)k[u * WIDTH + i];
        sum += weights[u] = exp(score / sqrt(SIZE));
      }
      for (long i = 0; i < SIZE; i++) {
        double expected = 0;
        for (long u = 0; u <= t; u++) expected += weights[u] / sum * (double)v[u * WIDTH + i];
        worst = fmax(worst, fabs(expected - (double)out[(t * N_HEADS + h) * SIZE + i]));
      }
    }
  check(worst < 1e-5, "attention over several tiles is the definition's");
  free(qkv);
  free(out);
  free(probs);
}

// ---------------------------------------------------------------------------------------------
// The whole model

static const Shape TINY = {
    .vocab = 23, .dim = 16, .n_layers = 2, .n_heads = 4, .n_kv_heads = 2, .hidden = 20, .context = 9};

typedef struct {
  Workspace ws;
  float *params, *spare;
  int32_t tokens[2 * 9], targets[2 * 9];
  Dropout dropout;
} Model;

static double model_loss(void *context) {
  Model *m = context;
  return transformer_gradient(&m->ws, m->params, m->spare, m->tokens, m->targets, 1, m->dropout);
}

static void test_model(float dropout_rate) {
  Model m = {.dropout = {dropout_rate, 5}};
  Random random = random_new(11);
  const long n = parameter_count(&TINY);
  check(workspace_new(&m.ws, &TINY, 2, FP32), "a workspace can be made");
  m.params = random_array(&random, n, 0.3); // far from its start, where gradients are small
  m.spare = zeros(n);
  float *grads = zeros(n);
  for (int i = 0; i < 18; i++) {
    m.tokens[i] = i % 7 == 0 ? TINY.vocab - 1 : (int32_t)(random_next(&random) % 22);
    m.targets[i] = i == 4 ? -1 : (int32_t)(random_next(&random) % 23);
  }
  transformer_gradient(&m.ws, m.params, grads, m.tokens, m.targets, 1, m.dropout);
  for (long t = 0; t < tensor_count(&TINY); t++) {
    const Tensor tensor = tensor_at(&TINY, t);
    check_gradient(tensor.name, model_loss, &m, m.params + tensor.offset, grads + tensor.offset,
                   tensor_size(tensor), 60, 0.02f);
  }
  if (dropout_rate == 0) {
    const double with = model_loss(&m);
    const double without = transformer_loss(&m.ws, m.params, m.tokens, m.targets);
    check(with == without, "loss is the same with and without gradient");
    const double expected = reference_loss(&TINY, m.params, m.tokens, m.targets) +
                            reference_loss(&TINY, m.params, m.tokens + 9, m.targets + 9);
    check(fabs(without - expected) < 1e-4, "loss is the reference's");

    float *twice = zeros(n);
    for (int i = 0; i < 2; i++)
      transformer_gradient(&m.ws, m.params, twice, m.tokens, m.targets, 1, m.dropout);
    double worst = 0;
    for (long i = 0; i < n; i++) worst = fmax(worst, fabs((double)(twice[i] - 2 * grads[i])));
    check(worst < 1e-4, "gradients of several passes add up");
    free(twice);
  }
  workspace_free(&m.ws);
  free(m.params);
  free(m.spare);
  free(grads);
}

// ---------------------------------------------------------------------------------------------
// Mixed precision

static float bf16_value(Bf16 half) {
  const union {
    uint32_t bits;
    float value;
  } x = {.bits = (uint32_t)half << 16};
  return x.value;
}

static void test_rounding(void) {
  const struct {
    float in;
    Bf16 out;
  } cases[] = {{1, 0x3F80},         {-1, 0xBF80},        {1 + 0x1p-8f, 0x3F80},     {1 + 3 * 0x1p-8f, 0x3F82},
               {0x1p-133f, 0x0001}, {0x1p-134f, 0x0000}, {0x1.FFFFFEp127f, 0x7F80}, {INFINITY, 0x7F80},
               {-INFINITY, 0xFF80}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    Bf16 out;
    bf16_from_f32(&out, &cases[i].in, 1);
    check(out == cases[i].out, "bfloat16 rounds to nearest, ties to even");
  }
  const float nan = NAN;
  Bf16 out;
  bf16_from_f32(&out, &nan, 1);
  check(isnan(bf16_value(out)), "NaN stays NaN in bfloat16");
}

static float *rounded_copy(const float *in, long n) {
  Bf16 *halves = malloc((size_t)n * sizeof *halves);
  float *out = zeros(n);
  if (!halves) abort();
  bf16_from_f32(halves, in, n);
  for (long i = 0; i < n; i++) out[i] = bf16_value(halves[i]);
  free(halves);
  return out;
}

// Odd sizes: no product may write past its end or read what is not there.
enum { N = 7, IN = 37, OUT = 19 };

// How far c (rows, cols) is from `times` the sums over i < inner of a[row, i] b[col, i]; of both operands the
// distance from a row (or column) to the next and from one i to the next are given.
static double product_error(const float *c, long rows, long cols, const float *a, long a_row, long a_inner,
                            const float *b, long b_col, long b_inner, long inner, int times) {
  double worst = 0;
  for (long row = 0; row < rows; row++)
    for (long col = 0; col < cols; col++) {
      double sum = 0;
      for (long i = 0; i < inner; i++)
        sum += (double)a[row * a_row + i * a_inner] * (double)b[col * b_col + i * b_inner];
      worst = fmax(worst, fabs(times * sum - (double)c[row * cols + col]));
    }
  return worst;
}

// A product of bfloat16 operands is that of the rounded numbers, whose products f32 holds exactly.
static void test_bf16_products(Gemm *state) {
  Random random = random_new(3);
  float *x = random_array(&random, N * IN, 1), *w = random_array(&random, OUT * IN, 1);
  float *dy = random_array(&random, N * OUT, 1);
  float *rx = rounded_copy(x, N * IN), *rw = rounded_copy(w, OUT * IN), *rdy = rounded_copy(dy, N * OUT);
  float *y = zeros(N * OUT), *dx = zeros(N * IN), *dw = zeros(OUT * IN);
  for (int kept = 0; kept < 2; kept++) {
    Bf16 halves[OUT * IN];
    bf16_from_f32(halves, w, OUT * IN);
    if (kept) gemm_keep(state, w, OUT * IN, halves);
    linear_forward(state, y, x, w, N, IN, OUT);
    linear_backward(state, dx, dw, dy, x, w, N, IN, OUT); // dw adds up over both rounds
    check(product_error(y, N, OUT, rx, IN, 1, rw, IN, 1, IN, 1) < 1e-5, "the forward product in bf16");
    check(product_error(dx, N, IN, rdy, OUT, 1, rw, 1, IN, OUT, 1) < 1e-5, "the input's gradient in bf16");
    check(product_error(dw, OUT, IN, rdy, 1, OUT, rx, 1, IN, N, kept + 1) < 1e-5,
          "the weight's gradient in bf16");
  }
  float *const arrays[] = {x, w, dy, rx, rw, rdy, y, dx, dw};
  for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++) free(arrays[i]);
}

static void test_bf16(void) {
  Gemm *state = gemm_new(BF16);
  if (state)
    test_bf16_products(state);
  else
    puts("skipped: no bfloat16 products on this processor");
  gemm_free(state);
}

int main(void) {
  test_operations();
  test_long_attention();
  test_model(0);
  test_model(0.3f);
  test_rounding();
  test_bf16();
  return verdict();
}
