// One training step, shared out over threads.
// The heart of the training loop: train.c -> trainer.c -> transformer.c, adamw.c.
// Must not know of text, files or options.
#ifndef MODEL_TRAINER_H
#define MODEL_TRAINER_H

#include "adamw.h"
#include "checkpoint.h"
#include "transformer.h"

enum { MAX_THREADS = 64 };

// Each worker takes its own share of the batch, `micro_batch` sequences at a time, and accumulates
// their gradients: a batch may be larger than what memory holds of activations. The workers meet
// once a step, so every product runs on one core, which wastes nothing on waiting.
typedef struct {
  Workspace workspace; // (micro_batch) sequences
  float *grads;        // (parameter_count)
  long first;          // sequence of the batch, where this worker's share begins
  double loss;         // sum over its share, in nats
} Worker;

typedef struct {
  Checkpoint *state; // parameters, moments, step
  AdamW adamw;
  Precision precision; // of the linear layers' products
  float dropout, max_norm;
  long batch;   // sequences a step
  long threads; // divides batch / sequences of a workspace
  Worker workers[MAX_THREADS];
  double *squares; // (tensor_count) of the gradients, summed a tensor
  Bf16 *rounded;   // (parameter_count) the parameters as BF16 products see them; NULL with FP32
} Trainer;

typedef struct {
  double loss;      // mean, in nats a token
  double grad_norm; // before clipping
} StepResult;

// Sets up workers for a batch; the plain fields must be filled in. False when memory runs out or the
// processor cannot multiply in this precision.
bool trainer_start(Trainer *trainer, long micro_batch);
void trainer_stop(Trainer *trainer);

// Gradients, clipping, AdamW. tokens, targets: (batch, context). The parameters stay as they were, and so
// does the step count, if loss or norm is not finite: the caller must look.
StepResult trainer_step(Trainer *trainer, const int32_t *tokens, const int32_t *targets, float learning_rate);

#endif
