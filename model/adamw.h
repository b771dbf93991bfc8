// The optimiser: AdamW (Loshchilov and Hutter, 2019) with clipping by global norm.
// After the gradients: transformer.c -> adamw.c -> parameters.
// Must not know of data, threads or files.
#ifndef MODEL_ADAMW_H
#define MODEL_ADAMW_H

#include "shape.h"

typedef struct {
  float beta1, beta2, epsilon, weight_decay;
} AdamW;

// The factor that brings a gradient of this norm down to max_norm, or 1 when it is below.
float clip_factor(double norm, float max_norm);

// One step on one tensor, where all four arrays begin; `step` counts from 1. mean, square: the running
// moments. Each gradient is multiplied with grad_scale first. Norms are not decayed.
void adamw_step(const AdamW *adamw, const Tensor *tensor, float *params, const float *grads, float *mean,
                float *square, float learning_rate, float grad_scale, long step);

// Linear warm-up to `peak`, then a cosine down to `final_share` of it at the last step.
float learning_rate_at(long step, long warmup, long steps, float peak, float final_share);

#endif
