// One training step, shared out over threads.
// The heart of the training loop: train.c -> trainer.c -> transformer.c, adamw.c.
// Must not know of text, files or options.
#include "trainer.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "random.h"

bool trainer_start(Trainer *trainer, long micro_batch) {
  const Shape *shape = &trainer->state->shape;
  bool ok = true;
  for (long i = 0; i < trainer->threads; i++) {
    Worker *worker = &trainer->workers[i];
    *worker = (Worker){.trainer = trainer, .first = i * (trainer->batch / trainer->threads)};
    worker->grads = malloc((size_t)parameter_count(shape) * sizeof *worker->grads);
    ok = workspace_new(&worker->workspace, shape, micro_batch) && worker->grads && ok;
  }
  if (!ok) trainer_stop(trainer);
  return ok;
}

void trainer_stop(Trainer *trainer) {
  for (long i = 0; i < trainer->threads; i++) {
    workspace_free(&trainer->workers[i].workspace);
    free(trainer->workers[i].grads);
    trainer->workers[i].grads = NULL;
  }
}

// Differs for every sequence of every step, whatever the number of threads.
static uint32_t dropout_key(const Checkpoint *state, long sequence) {
  Random random = random_new(state->seed ^ (uint64_t)state->step << 24 ^ (uint64_t)sequence);
  return (uint32_t)random_next(&random);
}

static void *run_worker(void *argument) {
  Worker *worker = argument;
  const Trainer *trainer = worker->trainer;
  const Checkpoint *state = trainer->state;
  Workspace *ws = &worker->workspace;
  const long context = state->shape.context, share = trainer->batch / trainer->threads;
  const float scale = 1.0f / (float)(trainer->batch * context);

  memset(worker->grads, 0, (size_t)parameter_count(&state->shape) * sizeof *worker->grads);
  worker->loss = 0;
  for (long i = worker->first; i < worker->first + share; i += ws->sequences)
    worker->loss += transformer_gradient(ws, state->params, worker->grads, trainer->tokens + i * context,
                                         trainer->targets + i * context, scale,
                                         (Dropout){trainer->dropout, dropout_key(state, i)});
  return NULL;
}

// All workers' shares; sums are taken in the workers' order, so that a step can be repeated bit
// for bit. The total is left in the first worker's gradients.
static double batch_gradient(Trainer *trainer) {
  pthread_t threads[MAX_THREADS];
  bool started[MAX_THREADS] = {false};
  for (long i = 1; i < trainer->threads; i++)
    started[i] = pthread_create(&threads[i], NULL, run_worker, &trainer->workers[i]) == 0;
  for (long i = 0; i < trainer->threads; i++)
    if (!started[i]) run_worker(&trainer->workers[i]); // the first is this thread's own share

  Worker *total = &trainer->workers[0];
  const long n = parameter_count(&trainer->state->shape);
  double loss = total->loss;
  for (long w = 1; w < trainer->threads; w++) {
    const Worker *other = &trainer->workers[w];
    if (started[w]) pthread_join(threads[w], NULL);
    loss += other->loss;
    for (long i = 0; i < n; i++) total->grads[i] += other->grads[i];
  }
  return loss;
}

StepResult trainer_step(Trainer *trainer, const int32_t *tokens, const int32_t *targets,
                        float learning_rate) {
  Checkpoint *state = trainer->state;
  trainer->tokens = tokens;
  trainer->targets = targets;
  StepResult result = {.loss = batch_gradient(trainer) / (double)(trainer->batch * state->shape.context)};
  const float *grads = trainer->workers[0].grads;
  const float clip = clip_factor(grads, parameter_count(&state->shape), trainer->max_norm, &result.grad_norm);
  if (!isfinite(result.loss) || !isfinite(result.grad_norm)) return result;
  state->step++;
  adamw_step(&trainer->adamw, &state->shape, state->params, grads, state->mean, state->square, learning_rate,
             clip, (long)state->step);
  return result;
}
