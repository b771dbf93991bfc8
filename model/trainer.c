// One training step, shared out over threads.
// The heart of the training loop: train.c -> trainer.c -> transformer.c, adamw.c.
// Must not know of text, files or options.
#include "trainer.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "random.h"

// What the products see of the parameters follows what the optimiser has made of them.
static void round_tensor(const Trainer *trainer, Tensor tensor) {
  if (trainer->rounded)
    bf16_from_f32(trainer->rounded + tensor.offset, trainer->state->params + tensor.offset,
                  tensor_size(tensor));
}

bool trainer_start(Trainer *trainer, long micro_batch) {
  const Shape *shape = &trainer->state->shape;
  const long n = parameter_count(shape);
  bool ok = (trainer->squares = malloc((size_t)tensor_count(shape) * sizeof *trainer->squares)) != NULL;
  if (trainer->precision == BF16) ok = (trainer->rounded = malloc((size_t)n * sizeof(Bf16))) != NULL && ok;
  for (long i = 0; i < trainer->threads; i++) {
    Worker *worker = &trainer->workers[i];
    *worker = (Worker){.first = i * (trainer->batch / trainer->threads)};
    worker->grads = malloc((size_t)n * sizeof *worker->grads);
    ok = workspace_new(&worker->workspace, shape, micro_batch, trainer->precision) && worker->grads && ok;
    if (ok && trainer->rounded)
      gemm_keep(worker->workspace.gemm, trainer->state->params, n, trainer->rounded);
  }
  if (ok && trainer->rounded) bf16_from_f32(trainer->rounded, trainer->state->params, n);
  if (!ok) trainer_stop(trainer);
  return ok;
}

void trainer_stop(Trainer *trainer) {
  for (long i = 0; i < trainer->threads; i++) {
    workspace_free(&trainer->workers[i].workspace);
    free(trainer->workers[i].grads);
    trainer->workers[i].grads = NULL;
  }
  free(trainer->rounded);
  free(trainer->squares);
  trainer->rounded = NULL;
  trainer->squares = NULL;
}

// Differs for every sequence of every step, whatever the number of threads.
static uint32_t dropout_key(const Checkpoint *state, long sequence) {
  Random random = random_new(state->seed ^ (uint64_t)state->step << 24 ^ (uint64_t)sequence);
  return (uint32_t)random_next(&random);
}

static void share_gradient(const Trainer *trainer, Worker *worker, const int32_t *tokens,
                           const int32_t *targets) {
  const Checkpoint *state = trainer->state;
  Workspace *ws = &worker->workspace;
  const long context = state->shape.context, share = trainer->batch / trainer->threads;
  const float scale = 1.0f / (float)(trainer->batch * context);

  memset(worker->grads, 0, (size_t)parameter_count(&state->shape) * sizeof *worker->grads);
  worker->loss = 0;
  for (long i = worker->first; i < worker->first + share; i += ws->sequences)
    worker->loss +=
        transformer_gradient(ws, state->params, worker->grads, tokens + i * context, targets + i * context,
                             scale, (Dropout){trainer->dropout, dropout_key(state, i)});
}

// The workers' gradients of one tensor, summed into the first worker's in the workers' order, so that
// a step can be repeated bit for bit. Returns the sum of their squares.
static double collect(Trainer *trainer, Tensor tensor) {
  const long n = tensor_size(tensor);
  float *total = trainer->workers[0].grads + tensor.offset;
  for (long w = 1; w < trainer->threads; w++) {
    const float *other = trainer->workers[w].grads + tensor.offset;
    for (long i = 0; i < n; i++) total[i] += other[i];
  }
  double squares = 0;
#pragma omp simd reduction(+ : squares)
  for (long i = 0; i < n; i++) squares += (double)total[i] * (double)total[i];
  return squares;
}

// Leaves the whole batch's gradients in the first worker's.
static StepResult batch_gradient(Trainer *trainer, const int32_t *tokens, const int32_t *targets) {
  const Shape *shape = &trainer->state->shape;
  double loss = 0, squares = 0;
#pragma omp parallel for num_threads(trainer->threads) schedule(static, 1)
  for (long w = 0; w < trainer->threads; w++) share_gradient(trainer, &trainer->workers[w], tokens, targets);
  for (long w = 0; w < trainer->threads; w++) loss += trainer->workers[w].loss;
#pragma omp parallel for num_threads(trainer->threads) schedule(dynamic)
  for (long t = 0; t < tensor_count(shape); t++) trainer->squares[t] = collect(trainer, tensor_at(shape, t));
  for (long t = 0; t < tensor_count(shape); t++) squares += trainer->squares[t];
  return (StepResult){.loss = loss / (double)(trainer->batch * shape->context), .grad_norm = sqrt(squares)};
}

StepResult trainer_step(Trainer *trainer, const int32_t *tokens, const int32_t *targets,
                        float learning_rate) {
  Checkpoint *state = trainer->state;
  const StepResult result = batch_gradient(trainer, tokens, targets);
  if (!isfinite(result.loss) || !isfinite(result.grad_norm)) return result;
  const float clip = clip_factor(result.grad_norm, trainer->max_norm);
  state->step++;
#pragma omp parallel for num_threads(trainer->threads) schedule(dynamic)
  for (long t = 0; t < tensor_count(&state->shape); t++) {
    const Tensor tensor = tensor_at(&state->shape, t);
    const long at = tensor.offset;
    adamw_step(&trainer->adamw, &tensor, state->params + at, trainer->workers[0].grads + at, state->mean + at,
               state->square + at, learning_rate, clip, (long)state->step);
    round_tensor(trainer, tensor);
  }
  return result;
}
