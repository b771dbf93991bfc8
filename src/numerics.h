/* Elementary functions with the same bits on every machine, for the sampler and the rotary angles.
 * Beside a token's way: used wherever a libm would differ from another libm in the last digit.
 * Knows nothing of models; plain double arithmetic, no fused multiply-add, no libm. */
#ifndef LS_NUMERICS_H
#define LS_NUMERICS_H

#include <stdbool.h>
#include <stdint.h>

/* e^x for any x; 0 below -708, infinity above 709. Relative error under 4e-16. */
double ls_exp(double x);

/* The greatest of n numbers; minus infinity for none. False if one is NaN or infinite upwards. */
bool ls_highest(const float *x, uint32_t n, float *highest);

/* Over x = (logit - highest) / temperature of n logits, none above the highest: the sum of e^x and of x e^x,
 * bit for bit with the weights of ls_exp. Each sum keeps four partial sums; logit i goes to partial sum i %
 * 4, in order of i; the total is (s0 + s2) + (s1 + s3). The temperature is above 0. */
void ls_softmax_sums(const float *logits, uint32_t n, double highest, double temperature, double *sum,
                     double *moment);

/* Natural logarithm of a positive, finite, normal x. Relative error under 1e-15. */
double ls_log(double x);

/* Sine and cosine of 0 <= x <= 2^30 radians. Absolute error under 1e-15 near 0, growing to 1e-12. */
void ls_sin_cos(double x, double *sine, double *cosine);

#endif
