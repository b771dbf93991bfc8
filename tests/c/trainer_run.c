// Runs the trainer's steps on a case from standard input, for tests/trainer-twin.test.js.
// Stands where train.c does: over trainer.c. Numbers in, separated by white space, in the order read below.
// Must not compute anything itself.
//
// For every step, raw floats out: loss, norm, learning rate; the gradients before clipping; what the
// residual branches were multiplied with, sequences one after another; parameters, both moments.
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>

#include "../../model/trainer.h"

static double number(void) {
  double value;
  if (scanf("%lf", &value) == 1) return value;
  fputs("trainer_run: a number is missing\n", stderr);
  exit(1);
}

static long whole(void) { return (long)number(); }
static float real(void) { return (float)number(); }

static float *floats(long n) {
  float *array = calloc((size_t)n, sizeof *array);
  if (!array) abort();
  return array;
}

static void put(const float *array, long n) {
  if (fwrite(array, sizeof *array, (size_t)n, stdout) != (size_t)n) abort();
}

// ---------------------------------------------------------------------------------------------
// The masks of dropout, seen by the linker's --wrap: every call of residual_forward comes here, and
// __real_ is the function itself. A worker of the trainer runs in the thread of its number.

static float *factors, *ones;     // (mask_count), (n_tokens, dim)
static long mask_at[MAX_THREADS]; // where each thread's next mask goes

void __real_residual_forward(float *out, const float *x, const float *branch, Dropout dropout, long count);
void __wrap_residual_forward(float *out, const float *x, const float *branch, Dropout dropout, long count);

void __wrap_residual_forward(float *out, const float *x, const float *branch, Dropout dropout, long count) {
  long *at = &mask_at[omp_get_thread_num()];
  for (long i = 0; i < count; i++) factors[*at + i] = 0;
  __real_residual_forward(factors + *at, factors + *at, ones, dropout, count);
  *at += count;
  __real_residual_forward(out, x, branch, dropout, count);
}

// ---------------------------------------------------------------------------------------------

static Shape read_shape(void) {
  Shape shape;
  int32_t *const fields[] = {&shape.vocab,      &shape.dim,    &shape.n_layers, &shape.n_heads,
                             &shape.n_kv_heads, &shape.hidden, &shape.context};
  for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) *fields[i] = (int32_t)whole();
  return shape;
}

static void read_tokens(int32_t *tokens, long n) {
  for (long i = 0; i < n; i++) tokens[i] = (int32_t)whole();
}

int main(void) {
  omp_set_num_threads(1); // oneDNN's, as in train.c
  Checkpoint state = {.shape = read_shape(), .seed = 5};
  const char *error = shape_error(&state.shape);
  if (error) {
    fprintf(stderr, "trainer_run: %s\n", error);
    return 1;
  }
  Trainer trainer = {.state = &state, .precision = FP32};
  trainer.batch = whole();
  const long micro_batch = whole();
  trainer.threads = whole();
  trainer.dropout = real();
  trainer.max_norm = real();
  trainer.adamw.beta1 = real();
  trainer.adamw.beta2 = real();
  trainer.adamw.epsilon = real();
  trainer.adamw.weight_decay = real();
  const float peak = real();
  const long warmup = whole(), last = whole();
  const float final_share = real();

  const long n_params = parameter_count(&state.shape), n_tokens = trainer.batch * state.shape.context;
  const long mask_count = 2 * state.shape.n_layers * n_tokens * state.shape.dim;
  state.params = floats(n_params);
  state.mean = floats(n_params);
  state.square = floats(n_params);
  factors = floats(mask_count);
  ones = floats(n_tokens * state.shape.dim);
  int32_t *tokens = calloc((size_t)n_tokens * 2, sizeof *tokens);
  for (long i = 0; i < n_tokens * state.shape.dim; i++) ones[i] = 1;
  for (long i = 0; i < n_params; i++) state.params[i] = real();
  if (!tokens || !trainer_start(&trainer, micro_batch)) abort();

  for (long steps = whole(); steps > 0; steps--) {
    read_tokens(tokens, 2 * n_tokens); // then the targets
    for (long i = 0; i < trainer.threads; i++) mask_at[i] = i * (mask_count / trainer.threads);
    const float learning_rate = learning_rate_at((long)state.step, warmup, last, peak, final_share);
    const StepResult result = trainer_step(&trainer, tokens, tokens + n_tokens, learning_rate);
    const float head[] = {(float)result.loss, (float)result.grad_norm, learning_rate};
    put(head, 3);
    put(trainer.workers[0].grads, n_params);
    put(factors, mask_count);
    put(state.params, n_params);
    put(state.mean, n_params);
    put(state.square, n_params);
  }
  trainer_stop(&trainer);
  float *const arrays[] = {state.params, state.mean, state.square, factors, ones};
  for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++) free(arrays[i]);
  free(tokens);
  return 0;
}
