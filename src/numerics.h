/* Elementary functions with the same bits on every machine, for the sampler and the rotary angles.
 * Beside a token's way: used wherever a libm would differ from another libm in the last digit.
 * Knows nothing of models; plain double arithmetic, no fused multiply-add, no table, no libm. */
#ifndef LS_NUMERICS_H
#define LS_NUMERICS_H

/* e^x for any x; 0 below -708, infinity above 709. Relative error under 4e-16. */
double ls_exp(double x);

/* Natural logarithm of a positive, finite, normal x. Relative error under 1e-15. */
double ls_log(double x);

/* Sine and cosine of 0 <= x <= 2^30 radians. Absolute error under 1e-15 near 0, growing to 1e-12. */
void ls_sin_cos(double x, double *sine, double *cosine);

#endif
