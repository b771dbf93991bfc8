// The optimiser: AdamW (Loshchilov and Hutter, 2019) with clipping by global norm.
// After the gradients: transformer.c -> adamw.c -> parameters.
// Must not know of data, threads or files.
#include "adamw.h"

#include <math.h>

float clip_factor(double norm, float max_norm) {
  return norm > (double)max_norm ? (float)((double)max_norm / norm) : 1.0f;
}

void adamw_step(const AdamW *adamw, const Tensor *tensor, float *params, const float *grads, float *mean,
                float *square, float learning_rate, float grad_scale, long step) {
  const long n = tensor_size(*tensor);
  const float beta1 = adamw->beta1, beta2 = adamw->beta2;
  // Both moments begin at 0 and are too small at first by these factors.
  const float mean_bias = (float)(1.0 - pow((double)beta1, (double)step));
  const float square_bias = (float)(1.0 - pow((double)beta2, (double)step));
  const float keep = tensor->is_norm ? 1.0f : 1.0f - learning_rate * adamw->weight_decay;
#pragma omp simd
  for (long i = 0; i < n; i++) {
    const float g = grads[i] * grad_scale;
    mean[i] = beta1 * mean[i] + (1.0f - beta1) * g;
    square[i] = beta2 * square[i] + (1.0f - beta2) * g * g;
    const float denominator = sqrtf(square[i] / square_bias) + adamw->epsilon;
    params[i] = keep * params[i] - learning_rate * (mean[i] / mean_bias) / denominator;
  }
}

float learning_rate_at(long step, long warmup, long steps, float peak, float final_share) {
  if (step < warmup) return peak * (float)(step + 1) / (float)warmup;
  if (step >= steps) return peak * final_share;
  const double progress = (double)(step - warmup) / (double)(steps - warmup);
  const double cosine = 0.5 * (1.0 + cos(3.141592653589793 * progress));
  return peak * (float)((double)final_share + (1.0 - (double)final_share) * cosine);
}
