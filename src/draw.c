/* The uniform numbers: functions of seed and position alone, a stream for each use.
 * Feeds sampler.c and stages.c. Counter-based, so that stepping back, forward or sideways meets the same
 * number. Knows no distribution. Source: Philox 4x32-10, Salmon et al., "Parallel random numbers: as easy as
 * 1, 2, 3", SC 2011. */
#include "logitscope.h"

#define ROUNDS 10

static void philox(uint32_t x[4], uint32_t k0, uint32_t k1) {
  for (int i = 0; i < ROUNDS; i++) {
    const uint64_t p0 = UINT64_C(0xD2511F53) * x[0], p1 = UINT64_C(0xCD9E8D57) * x[2];
    const uint32_t y0 = (uint32_t)(p1 >> 32) ^ x[1] ^ k0, y2 = (uint32_t)(p0 >> 32) ^ x[3] ^ k1;
    x[0] = y0;
    x[1] = (uint32_t)p1;
    x[2] = y2;
    x[3] = (uint32_t)p0;
    k0 += UINT32_C(0x9E3779B9);
    k1 += UINT32_C(0xBB67AE85);
  }
}

double ls_uniform(uint64_t seed, uint64_t position, ls_stream stream) {
  uint32_t x[4] = {(uint32_t)position, (uint32_t)(position >> 32), LS_DRAW_VERSION, stream};
  philox(x, (uint32_t)seed, (uint32_t)(seed >> 32));
  return (double)(((uint64_t)x[0] << 32 | x[1]) >> 11) * 0x1p-53;
}
