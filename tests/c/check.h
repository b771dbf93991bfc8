// What the trainer's tests share: a check that is counted, and arrays that are there or end the test.
// Read by gradients_test.c and train_test.c only.
// Must not know what is tested.
#ifndef TESTS_CHECK_H
#define TESTS_CHECK_H

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "../../model/random.h"

static int failures = 0;

static void check(bool ok, const char *what) {
  if (ok) return;
  failures++;
  fprintf(stderr, "FAILED: %s\n", what);
}

static float *random_array(Random *random, long n, double deviation) {
  float *array = malloc((size_t)n * sizeof *array);
  if (!array) abort();
  for (long i = 0; i < n; i++) array[i] = (float)(deviation * random_normal(random));
  return array;
}

static float *zeros(long n) {
  float *array = calloc((size_t)n, sizeof *array);
  if (!array) abort();
  return array;
}

// The exit status of a test program.
static int verdict(void) {
  if (failures == 0) puts("all tests passed");
  return failures != 0;
}

#endif
