// Tests of the trainer's parts: gradients, optimiser, vocabulary, checkpoints, number formats.
// Compiled and run by tests/model.test.js, with sanitizers; prints what fails, exits 1.
// Must not know of real data: every input is made here.
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../model/adamw.h"
#include "../../model/attention.h"
#include "../../model/checkpoint.h"
#include "../../model/data.h"
#include "../../model/divergence.h"
#include "../../model/evaluate.h"
#include "../../model/gemm.h"
#include "../../model/quantise.h"
#include "../../model/random.h"
#include "../../model/trainer.h"
#include "train_reference.h"

static int failures = 0;

static void check(bool ok, const char *what) {
  if (ok) return;
  failures++;
  fprintf(stderr, "FAILED: %s\n", what);
}

static float *random_array(Random *random, long n, double deviation) {
  float *array = malloc((size_t)n * sizeof *array);
  if (!array) abort();
  for (long i = 0; i < n; i++) array[i] = (float)(deviation * random_normal(random));
  return array;
}

static float *zeros(long n) {
  float *array = calloc((size_t)n, sizeof *array);
  if (!array) abort();
  return array;
}

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

static void test_divergence(void) {
  Divergence d = divergence_new(1), never = divergence_new(0);
  for (int i = 0; i < 20; i++) divergence_add(&d, 1);
  divergence_add(&d, 100);
  check(!is_suspect(&d) && !has_diverged(&d), "one row alone, however high, is nothing");
  divergence_add(&d, 100);
  check(is_suspect(&d) && !has_diverged(&d), "two make it suspect");
  divergence_add(&d, 100);
  check(has_diverged(&d), "three are a divergence");
  for (int i = 0; i < 20; i++) divergence_add(&never, i);
  check(!is_suspect(&never) && !has_diverged(&never), "without a limit nothing is");
}

static void test_bf16(void) {
  Gemm *state = gemm_new(BF16);
  if (state)
    test_bf16_products(state);
  else
    puts("skipped: no bfloat16 products on this processor");
  gemm_free(state);
}

// ---------------------------------------------------------------------------------------------
// Optimiser

static void test_adamw(void) {
  // One weight and one norm: vocab 2, dim 1 is no valid model, but a valid layout. Computed by
  // hand: m = 0.1 g, v = 0.05 g^2, both corrected to g and g^2, so each moves by lr against the
  // sign of g; the weight also shrinks by lr * decay.
  const Shape shape = {2, 2, 1, 1, 1, 1, 2};
  const AdamW adamw = {0.9f, 0.95f, 0, 0.1f};
  const long n = parameter_count(&shape), norm = tensor_at(&shape, tensor_count(&shape) - 1).offset;
  float *params = zeros(n), *grads = zeros(n), *mean = zeros(n), *square = zeros(n);
  for (long i = 0; i < n; i++) {
    params[i] = 2;
    grads[i] = i % 2 ? -4.0f : 0.5f;
  }
  for (long t = 0; t < tensor_count(&shape); t++) {
    const Tensor tensor = tensor_at(&shape, t);
    const long at = tensor.offset;
    adamw_step(&adamw, &tensor, params + at, grads + at, mean + at, square + at, 0.01f, 1, 1);
  }
  check(fabs((double)params[0] - (2 * 0.999 - 0.01)) < 1e-6, "AdamW moves and decays a weight");
  check(fabs((double)params[1] - (2 * 0.999 + 0.01)) < 1e-6, "AdamW moves against the sign");
  check(fabs((double)params[norm] - (norm % 2 ? 2.01 : 1.99)) < 1e-6, "AdamW decays no norm");

  // Second step, g = 1 for the first weight: m = 0.9 * 0.05 + 0.1 = 0.145, over 1 - 0.81;
  // v = 0.95 * 0.0125 + 0.05 = 0.061875, over 1 - 0.9025. The gradient comes as 2 * 0.5.
  const double before = (double)params[0];
  grads[0] = 2;
  const Tensor embedding = tensor_at(&shape, 0);
  adamw_step(&adamw, &embedding, params, grads, mean, square, 0.01f, 0.5f, 2);
  const double expected = before * 0.999 - 0.01 * (0.145 / 0.19) / sqrt(0.061875 / 0.0975);
  check(fabs((double)params[0] - expected) < 1e-6, "AdamW's second step is as by hand");
  free(params);
  free(grads);
  free(mean);
  free(square);

  check(clip_factor(5, 1) == 0.2f, "a long gradient is clipped");
  check(clip_factor(5, 6) == 1.0f, "a short gradient is left as it is");
  check(learning_rate_at(0, 10, 100, 1, 0.1f) == 0.1f, "warm-up begins above 0");
  check(learning_rate_at(10, 10, 100, 1, 0.1f) == 1, "warm-up reaches the peak");
  check(fabsf(learning_rate_at(55, 10, 100, 1, 0.1f) - 0.55f) < 1e-6f, "half-way is the middle");
  check(fabsf(learning_rate_at(100, 10, 100, 1, 0.1f) - 0.1f) < 1e-6f, "the end is the share");
}

// ---------------------------------------------------------------------------------------------
// Vocabulary and data

static Text text_of(const char *string) { return (Text){(const uint8_t *)string, strlen(string)}; }

static void test_words(void) {
  static const struct {
    const char *text, *words; // words joined by |
  } cases[] = {
      {"Hello world", "Hello| world"},
      {"I'll don't 's", "I|'ll| don|'t| '|s"},
      {"a  b", "a| | b"},
      {"a \n\n b  ", "a| \n\n| b|  "},
      {"in 1999, x2", "in| 1999|,| x|2"},
      {"\"Hi!\" --", "\"|Hi|!\"| --"},
      {"caf\xC3\xA9 \xE2\x80\x9Cup\xE2\x80\x9D", "caf\xC3\xA9| \xE2\x80\x9C|up|\xE2\x80\x9D"},
      {"\n\nThe", "\n|\n|The"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char joined[128];
    size_t n = 0;
    for (Text rest = text_of(cases[i].text); rest.length;) {
      const size_t length = bpe_first_word(rest);
      if (n) joined[n++] = '|';
      memcpy(joined + n, rest.bytes, length);
      n += length;
      rest = (Text){rest.bytes + length, rest.length - length};
    }
    joined[n] = '\0';
    check(strcmp(joined, cases[i].words) == 0, cases[i].words);
  }
}

static void test_bpe(void) {
  const Text documents[] = {text_of("the cat sat on the mat. the cat ate."),
                            text_of("aaaa aaaa the hat; the bat"), text_of("\xFF\xFE\x00")};
  Bpe bpe, again;
  check(bpe_train(&bpe, documents, 3, 20) && bpe_train(&again, documents, 3, 20), "BPE learns");
  check(bpe.n_merges == again.n_merges &&
            memcmp(bpe.merges, again.merges, (size_t)bpe.n_merges * sizeof *bpe.merges) == 0,
        "BPE learns the same twice");
  // "at" stands 6 times, "th" and "he" 4 times.
  check(bpe.merges[0].left == 'a' && bpe.merges[0].right == 't', "the most frequent pair is first");
  check(bpe_vocab_size(&bpe) == 257 + bpe.n_merges, "the vocabulary has bytes, merges, one special");

  Random random = random_new(1);
  uint8_t bytes[400], decoded[400];
  int32_t tokens[400];
  for (int round = 0; round < 300; round++) {
    const size_t length = round == 0 ? 0 : (size_t)(random_next(&random) % sizeof bytes);
    const char *common = "the cat aa ";
    for (size_t i = 0; i < length; i++)
      bytes[i] = round % 2 ? (uint8_t)random_next(&random) : (uint8_t)common[random_next(&random) % 11];
    const size_t n = bpe_encode(&bpe, (Text){bytes, length}, tokens);
    size_t back = 0;
    for (size_t i = 0; i < n; i++) back += bpe_decode(&bpe, tokens[i], decoded + back, sizeof decoded - back);
    check(back == length && memcmp(bytes, decoded, length) == 0, "any bytes come back");
    if (length > 50 && round % 2 == 0) check(n < length, "merges shorten known text");
  }
  check(bpe_decode(&bpe, bpe_end_of_text(&bpe), decoded, sizeof decoded) == 0,
        "the special token has no bytes");

  const BpeMerge impossible = {256, 'a'};
  Bpe broken;
  check(!bpe_from_merges(&broken, &impossible, 1), "a merge of what does not exist yet is refused");
  bpe_free(&bpe);
  bpe_free(&again);

  bool seen[512] = {false};
  for (int b = 0; b < 256; b++) {
    const uint32_t c = bpe_byte_codepoint((uint8_t)b);
    check(c < 512 && !seen[c & 511], "every byte has a character of its own");
    seen[c & 511] = true;
  }
  check(bpe_byte_codepoint(' ') == 0x120 && bpe_byte_codepoint('\n') == 0x10A &&
            bpe_byte_codepoint('A') == 'A' && bpe_byte_codepoint(0xAD) == 0x143,
        "bytes are spelt as GPT-2 spells them");
}

static void test_data(void) {
  size_t n;
  Text *documents = split_documents(
      text_of("one\ntwo\n<|endoftext|>\n\n<|endoftext|>\nthree <|endoftext|>\r\n<|endoftext|>\nrest"), &n);
  check(n == 3 && documents[0].length == 7 && documents[1].length == 19 && documents[2].length == 4,
        "documents end at separator lines only");

  Bpe bpe;
  Dataset data;
  check(bpe_train(&bpe, documents, n, 0) && dataset_new(&data, &bpe, documents, n, 4), "data loads");
  check(data.n_tokens == 3 + 7 + 19 + 4 && data.tokens[0] == 256 && data.tokens[8] == 256,
        "each document begins with the special token");
  check(data.n_sequences == 8, "sequences of an epoch");
  int32_t tokens[24 * 4], targets[24 * 4], later[4], later_targets[4];
  dataset_batch(&data, 5, 0, 24, tokens, targets);
  int count[257] = {0}, whole[257] = {0};
  for (int i = 0; i < 24 * 4; i++) {
    if (i % 4 != 3) check(targets[i] == tokens[i + 1], "a target is the next token");
    if (i < 8 * 4) count[tokens[i]]++;
  }
  for (long i = 0; i < data.n_tokens; i++) whole[data.tokens[i]]++;
  int left_out = 0;
  for (int i = 0; i < 257; i++) left_out += abs(whole[i] - count[i]);
  check(left_out == 1, "an epoch takes every token but the last");
  check(memcmp(tokens, tokens + 32, 32 * sizeof *tokens) != 0 ||
            memcmp(tokens, tokens + 64, 32 * sizeof *tokens) != 0,
        "epochs differ in order");
  for (int i = 23; i >= 0; i--) {
    dataset_batch(&data, 5, i, 1, later, later_targets);
    check(memcmp(later, tokens + 4 * i, sizeof later) == 0, "a batch depends on its number alone");
  }
  dataset_free(&data);
  bpe_free(&bpe);
  free(documents);
}

// ---------------------------------------------------------------------------------------------
// Checkpoints, and going on from them

static const char *const PATH = "train_test.ckpt";

static Checkpoint tiny_state(void) {
  const BpeMerge merge = {'a', 't'};
  const Shape shape = {258, 8, 2, 2, 1, 12, 16};
  Checkpoint state;
  if (!checkpoint_new(&state, &shape) || !bpe_from_merges(&state.bpe, &merge, 1)) abort();
  state.seed = 42;
  parameters_init(&shape, state.params, state.seed);
  return state;
}

static void run_steps(Checkpoint *state, Dataset *data, long n) {
  enum { BATCH = 4, CONTEXT_LENGTH = 16 };
  Trainer trainer = {.state = state,
                     .adamw = {0.9f, 0.95f, 1e-8f, 0.1f},
                     .dropout = 0.2f,
                     .max_norm = 1,
                     .batch = BATCH,
                     .threads = 2};
  int32_t tokens[BATCH * CONTEXT_LENGTH], targets[BATCH * CONTEXT_LENGTH];
  check(trainer_start(&trainer, 1), "the trainer starts");
  for (long i = 0; i < n; i++) {
    dataset_batch(data, state->seed, (long)state->step * BATCH, BATCH, tokens, targets);
    trainer_step(&trainer, tokens, targets, 1e-2f);
  }
  trainer_stop(&trainer);
}

static bool same_state(const Checkpoint *a, const Checkpoint *b) {
  const size_t size = (size_t)parameter_count(&a->shape) * sizeof(float);
  return a->step == b->step && memcmp(a->params, b->params, size) == 0 &&
         memcmp(a->mean, b->mean, size) == 0 && memcmp(a->square, b->square, size) == 0;
}

static void test_resume(void) {
  const Text documents[] = {text_of("the cat sat on the mat and then it sat on the hat"),
                            text_of("a bat and a rat sat at home, and that was that"),
                            text_of("what a fat cat! it ate a lot")};
  Checkpoint whole = tiny_state(), part = tiny_state(), loaded;
  Dataset data;
  bool missing;
  check(dataset_new(&data, &whole.bpe, documents, 3, 16), "data loads");
  run_steps(&whole, &data, 9);
  run_steps(&part, &data, 4);
  check(whole.step == 9 && part.step == 4, "steps are counted");
  check(!checkpoint_save(&part, PATH), "a checkpoint is saved");
  check(!checkpoint_load(&loaded, PATH, &missing), "a checkpoint is loaded");
  check(same_state(&part, &loaded) && loaded.seed == 42 && loaded.bpe.n_merges == 1,
        "a checkpoint comes back as it was");
  run_steps(&loaded, &data, 5);
  check(same_state(&whole, &loaded), "resumed training is the uninterrupted one, bit for bit");
  checkpoint_free(&whole);
  checkpoint_free(&part);
  checkpoint_free(&loaded);
  dataset_free(&data);
}

static void test_broken_step(void) {
  const Text document = text_of("the cat sat on the mat and then it sat on the hat again and again");
  Checkpoint state = tiny_state();
  Dataset data;
  check(dataset_new(&data, &state.bpe, &document, 1, 16), "data loads");
  state.params[100] = INFINITY;
  const float other = state.params[101];
  run_steps(&state, &data, 1);
  check(state.step == 0 && state.params[101] == other, "a loss that is no number changes nothing");
  dataset_free(&data);
  checkpoint_free(&state);
}

static void test_damaged_checkpoint(void) {
  Text file;
  Checkpoint loaded;
  bool missing;
  if (!read_file(PATH, &file)) abort();
  uint8_t *bytes = (uint8_t *)file.bytes;
  for (size_t i = 0; i < 12; i++) { // cut short, or with one byte changed, all over the file
    const size_t place = file.length * i / 12, length = i % 2 ? place : file.length;
    bytes[place] ^= 0x40;
    FILE *out = fopen(PATH, "wb");
    if (!out || fwrite(bytes, 1, length, out) != length || fclose(out) != 0) abort();
    bytes[place] ^= 0x40;
    check(checkpoint_load(&loaded, PATH, &missing) && !missing, "a damaged checkpoint is refused");
  }
  remove(PATH);
  check(checkpoint_load(&loaded, PATH, &missing) && missing, "a missing checkpoint is told apart");
  free(bytes);
}

// ---------------------------------------------------------------------------------------------
// Number formats

static void test_halves(void) {
  for (uint32_t h = 0; h < 0x10000; h++) {
    const float value = half_to_float((uint16_t)h);
    if (!isnan(value)) check(half_from_float(value) == h, "every half comes back");
  }
  check(half_from_float(65519.0f) == 0x7BFF && half_from_float(65520.0f) == 0x7C00 &&
            half_from_float(1.0f + 0x1p-11f) == 0x3C00 && half_from_float(1.0f + 3 * 0x1p-11f) == 0x3C02 &&
            half_from_float(0x1p-25f) == 0 && half_from_float(0x1.8p-25f) == 1 &&
            half_from_float(0x1.FFFp-15f) == 0x0400,
        "halves round to nearest, ties to even");
}

static void test_blocks(void) {
  Random random = random_new(2);
  float *values = random_array(&random, 64, 1);
  for (int i = 32; i < 64; i++) values[i] = 0; // a block of zeros has scale 0
  uint8_t out[2 * 34];
  double worst = 0, largest = 0;
  for (int i = 0; i < 32; i++) largest = fmax(largest, fabs((double)values[i]));

  format_named("q8_0")->encode(out, values, 64);
  double d = (double)half_to_float((uint16_t)(out[0] | out[1] << 8));
  for (int i = 0; i < 32; i++) worst = fmax(worst, fabs(d * (int8_t)out[2 + i] - (double)values[i]));
  check(worst < 0.51 * largest / 127 + 0.001 * largest, "Q8_0 is off by half a step at most");
  for (int i = 34; i < 68; i++) check(out[i] == 0, "Q8_0 of zeros is zeros");

  format_named("q4_0")->encode(out, values, 64);
  d = (double)half_to_float((uint16_t)(out[0] | out[1] << 8));
  worst = 0;
  for (int i = 0; i < 32; i++) {
    const int q = i < 16 ? out[2 + i] & 15 : out[2 + i - 16] >> 4;
    worst = fmax(worst, fabs(d * (q - 8) - (double)values[i]));
  }
  check(worst < 1.01 * largest / 8, "Q4_0 is off by a step at most");
  check(format_row_bytes(format_named("q4_0"), 64) == 36 && !format_named("q5"), "formats");
  free(values);
}

int main(void) {
  test_operations();
  test_long_attention();
  test_model(0);
  test_model(0.3f);
  test_rounding();
  test_bf16();
  test_divergence();
  test_adamw();
  test_words();
  test_bpe();
  test_data();
  test_resume();
  test_broken_step();
  test_damaged_checkpoint();
  test_halves();
  test_blocks();
  if (failures == 0) puts("all tests passed");
  return failures != 0;
}
