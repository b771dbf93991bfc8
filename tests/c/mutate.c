/* Damages a sound file in every way a test has time for and feeds each to tests/c/fuzz_model.c.
 * mutate FILE SEED ROUNDS: every truncation of the header (and some behind it), then ROUNDS random files with
 * bits flipped, bytes replaced or numbers made huge. Prints how many files were tried. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../src/logitscope.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint64_t state;

static uint64_t random_below(uint64_t n) {
  state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
  return (state >> 33) % n;
}

static void damage(uint8_t *file, size_t n) {
  static const uint64_t numbers[] = {0,
                                     1,
                                     31,
                                     127,
                                     255,
                                     0x7fffffff,
                                     0xffffffff,
                                     UINT64_C(1) << 32,
                                     UINT64_C(1) << 40,
                                     UINT64_MAX / 2,
                                     UINT64_MAX};
  const size_t at = random_below(n);
  const uint64_t number = numbers[random_below(sizeof numbers / sizeof *numbers)];
  switch (random_below(4)) {
    case 0: file[at] ^= (uint8_t)(1 << random_below(8)); break;
    case 1: file[at] = (uint8_t)random_below(256); break;
    case 2: memcpy(file + at, &number, n - at < 8 ? n - at : 8); break;
    default: memcpy(file + at, &number, n - at < 4 ? n - at : 4); break;
  }
}

int main(int argc, char **argv) {
  if (argc != 4) return 2;
  FILE *f = fopen(argv[1], "rb");
  if (!f) return 2;
  static uint8_t sound[1 << 22], file[1 << 22];
  const size_t n = fread(sound, 1, sizeof sound, f);
  fclose(f);
  state = strtoull(argv[2], NULL, 10);
  const long rounds = strtol(argv[3], NULL, 10);

  static gguf g;
  ls_error error;
  if (gguf_parse(&g, sound, n, &error)) return 2;
  long tried = 0;
  LLVMFuzzerTestOneInput(sound, n);
  for (size_t cut = 0; cut < n; cut += cut < g.header_bytes ? 1 : 1 + n / 64, tried++) {
    LLVMFuzzerTestOneInput(sound, cut);
  }
  for (long i = 0; i < rounds; i++, tried++) {
    memcpy(file, sound, n);
    /* Mostly the header: that is what is parsed. */
    const size_t reach = i % 4 ? g.header_bytes : n;
    for (uint64_t k = 1 + random_below(3); k > 0; k--) damage(file, reach);
    LLVMFuzzerTestOneInput(file, n);
  }
  printf("%ld\n", tried);
  return 0;
}
