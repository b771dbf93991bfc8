// A small random number generator (SplitMix64): same seed, same numbers, on every machine.
// Used for initial weights, the order of documents, and dropout keys.
// Must not know what it is used for.
#ifndef MODEL_RANDOM_H
#define MODEL_RANDOM_H

#include <math.h>
#include <stdint.h>

typedef struct {
  uint64_t state;
} Random;

static inline uint64_t random_next(Random *random) {
  uint64_t z = random->state += 0x9E3779B97F4A7C15u;
  z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
  z = (z ^ z >> 27) * 0x94D049BB133111EBu;
  return z ^ z >> 31;
}

// Seeds that differ in one bit give unrelated sequences.
static inline Random random_new(uint64_t seed) {
  Random random = {seed};
  random.state = random_next(&random);
  return random;
}

// Uniform in [0, 1).
static inline double random_uniform(Random *random) { return (double)(random_next(random) >> 11) * 0x1p-53; }

// Normal with mean 0 and deviation 1 (Box and Muller).
static inline double random_normal(Random *random) {
  const double radius = sqrt(-2.0 * log(1.0 - random_uniform(random)));
  return radius * cos(6.283185307179586 * random_uniform(random));
}

#endif
