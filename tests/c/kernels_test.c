/* Every kernel of the simd128 set against the reference, bit for bit, and the numerics against libm.
 * Stands beside src/kernels/ and src/numerics.c; run by tests/kernels.test.js under the sanitizers.
 * Prints what differs first and exits with 1. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "../../src/kernels/kernels.h"
#include "../../src/kernels/scalar.h"
#include "../../src/numerics.h"

static uint64_t state = 0x9E3779B97F4A7C15;

static uint32_t random_bits(void) {
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  return (uint32_t)(state >> 32);
}

/* Mostly ordinary, sometimes large, tiny, zero of either sign. */
static float random_float(void) {
  const float x = (float)random_bits() / 2147483648.0f - 1;
  switch (random_bits() % 50) {
    case 0: return 0;
    case 1: return -0.0f;
    case 2: return x * 1e6f;
    case 3: return x * 1e-38f;
    default: return x;
  }
}

static float *random_floats(uint64_t n) {
  float *x = malloc(n * sizeof *x);
  for (uint64_t i = 0; i < n; i++) x[i] = random_float();
  return x;
}

static void same(const char *what, const float *a, const float *b, uint64_t n) {
  for (uint64_t i = 0; i < n; i++) {
    uint32_t bits_a, bits_b;
    memcpy(&bits_a, a + i, 4);
    memcpy(&bits_b, b + i, 4);
    if (bits_a != bits_b && !(isnan(a[i]) && isnan(b[i]))) {
      printf("%s: item %llu is %a, the reference gives %a\n", what, (unsigned long long)i, (double)b[i],
             (double)a[i]);
      exit(1);
    }
  }
}

static void near(const char *what, double x, double value, long double expected, double tolerance) {
  const long double difference = fabsl((long double)value - expected);
  if (!(difference <= (long double)tolerance)) {
    printf("%s(%.17g) is %.17g, expected %.17Lg\n", what, x, value, expected);
    exit(1);
  }
}

static const ls_kernels *const ref = &ls_kernels_reference, *const simd = &ls_kernels_simd128;

/* Random rows of a type; scales are random halves, now and then infinite or not a number. */
static uint8_t *random_rows(uint32_t type, uint64_t rows, uint32_t cols, bool special) {
  const uint64_t row_bytes = gguf_row_bytes(type, cols);
  uint8_t *data = malloc(rows * row_bytes);
  for (uint64_t i = 0; i < rows * row_bytes; i++) data[i] = (uint8_t)random_bits();
  const uint64_t step = type == GGUF_TYPE_F16 ? 2 : type == GGUF_TYPE_Q8_0 ? Q8_0_BYTES : Q4_0_BYTES;
  for (uint64_t i = 0; i < rows * row_bytes && type != GGUF_TYPE_F32; i += step) {
    uint16_t half = (uint16_t)random_bits();
    if (!special && (half & 0x7c00) == 0x7c00) half &= 0x83ff;
    memcpy(data + i, &half, 2);
  }
  for (uint64_t i = 0; i < rows * cols && type == GGUF_TYPE_F32; i++) {
    const float x = special && random_bits() % 97 == 0 ? INFINITY : random_float();
    memcpy(data + 4 * i, &x, 4);
  }
  return data;
}

/* Every range of whole tiles, and what is behind the last, as threads share them out. */
static void test_matmul(uint32_t type, uint32_t rows, uint32_t cols, uint32_t n, bool special) {
  uint8_t *data = random_rows(type, rows, cols, special);
  const uint32_t row_bytes = (uint32_t)gguf_row_bytes(type, cols);
  ls_matrix plain = {data, type, rows, cols, row_bytes, LS_ROWS}, packed = plain;
  float *x = random_floats((uint64_t)n * cols);
  int8_t *q = malloc((uint64_t)n * cols + 1);
  float *scale = malloc((uint64_t)n * cols);
  int32_t *sum = malloc((uint64_t)n * cols);
  if (cols % LS_BLOCK == 0) ref->quantize(q, scale, sum, x, n, cols);
  const ls_activations a = {x, q, scale, sum};
  float *y1 = malloc((uint64_t)n * rows * sizeof *y1), *y2 = malloc((uint64_t)n * rows * sizeof *y2);
  ref->matmul(y1, &plain, &a, n, 0, rows);

  packed.data = malloc((uint64_t)rows * row_bytes); /* its last byte is the allocation's last */
  uint8_t *scratch = malloc((uint64_t)LS_TILE * row_bytes);
  memcpy(packed.data, data, (uint64_t)rows * row_bytes);
  if (simd->layout(type) != LS_ROWS) ls_pack(&packed, simd->layout(type), scratch);
  for (uint32_t from = 0; from < rows; from += LS_TILE) {
    simd->matmul(y2, &packed, &a, n, from, from + LS_TILE < rows ? from + LS_TILE : rows);
  }
  same("matmul", y1, y2, (uint64_t)n * rows);
  simd->matmul(y2, &packed, &a, n, 0, rows);
  same("matmul of all rows", y1, y2, (uint64_t)n * rows);
  free(data), free(x), free(q), free(scale), free(sum), free(y1), free(y2), free(packed.data), free(scratch);
}

/* Packing loses nothing, in either layout. */
static void test_pack(uint32_t type, uint32_t rows, uint32_t cols) {
  uint8_t *data = random_rows(type, rows, cols, false);
  const uint32_t row_bytes = (uint32_t)gguf_row_bytes(type, cols);
  uint8_t *scratch = malloc((uint64_t)LS_TILE * row_bytes);
  float *x1 = malloc(cols * sizeof *x1), *x2 = malloc(cols * sizeof *x2);
  for (ls_layout layout = LS_TILES; layout <= LS_TILES_OFFSET; layout++) {
    ls_matrix plain = {data, type, rows, cols, row_bytes, LS_ROWS}, packed = plain;
    packed.data = malloc((uint64_t)rows * row_bytes);
    memcpy(packed.data, data, (uint64_t)rows * row_bytes);
    ls_pack(&packed, layout, scratch);
    for (uint32_t r = 0; r < rows; r++) {
      ls_unpack_row(x1, &plain, r);
      ls_unpack_row(x2, &packed, r);
      same("a row that was packed", x1, x2, cols);
    }
    free(packed.data);
  }
  free(data), free(scratch), free(x1), free(x2);
}

static void test_quantize(void) {
  enum { COLS = 64, MOST = 9 };
  float x[MOST * COLS], scale1[MOST * 2], scale2[MOST * 2];
  int8_t q1[MOST * COLS], q2[MOST * COLS];
  int32_t sum1[MOST * 2], sum2[MOST * 2];
  for (uint32_t round = 0; round < 300; round++) {
    const uint32_t n = 1 + round % MOST;
    for (uint32_t i = 0; i < n * COLS; i++) x[i] = random_float();
    if (round % 5 == 1) x[random_bits() % (n * COLS)] = INFINITY;
    if (round % 5 == 2) x[random_bits() % (n * COLS)] = NAN;
    if (round % 5 == 3)
      for (int i = 0; i < 32; i++) x[i] *= 1e-33f;
    ref->quantize(q1, scale1, sum1, x, n, COLS);
    simd->quantize(q2, scale2, sum2, x, n, COLS);
    same("scale of quantize", scale1, scale2, n * 2);
    for (uint32_t i = 0; i < n * 2; i++) {
      if (sum1[i] != sum2[i]) {
        printf("quantize: sum %u is %d, the reference gives %d\n", i, sum2[i], sum1[i]);
        exit(1);
      }
    }
    for (uint32_t i = 0; i < n * COLS; i++) {
      if (q1[i] != q2[i] || q1[i] < -127) {
        printf("quantize: item %u is %d, the reference gives %d\n", i, q2[i], q1[i]);
        exit(1);
      }
    }
  }
}

static void test_vectors(uint32_t n) {
  float *x = random_floats(n), *weight = random_floats(n), *y1 = malloc(n * sizeof *y1),
        *y2 = malloc(n * sizeof *y2);
  ref->rmsnorm(y1, x, weight, n, 1e-5f);
  simd->rmsnorm(y2, x, weight, n, 1e-5f);
  same("rmsnorm", y1, y2, n);
  memcpy(y1, x, n * sizeof *x), memcpy(y2, x, n * sizeof *x);
  ref->swiglu(y1, weight, n);
  simd->swiglu(y2, weight, n);
  same("swiglu", y1, y2, n);
  memcpy(y1, x, n * sizeof *x), memcpy(y2, x, n * sizeof *x);
  ref->rope(y1, weight, n / 2 * 2);
  simd->rope(y2, weight, n / 2 * 2);
  same("rope", y1, y2, n);
  free(x), free(weight), free(y1), free(y2);
}

/* A cache of two heads; what no position has written stays garbage, and must not matter. */
static ls_cache new_cache(uint32_t head_dim, uint32_t positions, bool floats) {
  const uint64_t vectors = 2 * (uint64_t)positions, items = vectors * head_dim;
  ls_cache c = {.positions = positions, .head_dim = head_dim};
  if (floats) {
    c.keys = malloc(items * sizeof *c.keys), c.values = malloc(items * sizeof *c.values);
    return c;
  }
  c.keys16 = malloc(items * sizeof *c.keys16), c.values16 = malloc(items * sizeof *c.values16);
  c.key_scale = malloc(vectors * sizeof *c.key_scale),
  c.value_scale = malloc(vectors * sizeof *c.value_scale);
  memset(c.keys16, 0x55, items * sizeof *c.keys16), memset(c.values16, 0x55, items * sizeof *c.values16);
  memset(c.key_scale, 0xff, vectors * sizeof *c.key_scale),
      memset(c.value_scale, 0xff, vectors * sizeof *c.value_scale);
  return c;
}

static void free_cache(ls_cache c) {
  free(c.keys), free(c.values), free(c.keys16), free(c.values16), free(c.key_scale), free(c.value_scale);
}

static void test_attention(uint32_t head_dim, uint32_t n, bool floats) {
  const uint32_t positions = (n + LS_CHUNK - 1) / LS_CHUNK * LS_CHUNK, heads = 1 + n % LS_HEADS,
                 head = n / 2 % 2;
  ls_cache a = new_cache(head_dim, positions, floats), b = new_cache(head_dim, positions, floats);
  float *q = random_floats((uint64_t)heads * head_dim), *y1 = malloc(heads * head_dim * sizeof *y1),
        *y2 = malloc(heads * head_dim * sizeof *y2),
        *scratch = malloc(LS_ATTEND_SCRATCH(n, head_dim) * sizeof *scratch);
  for (uint32_t t = 0; t < n; t++) {
    float *key = random_floats(head_dim), *value = random_floats(head_dim);
    ref->store(&a, head, t, key, value);
    simd->store(&b, head, t, key, value);
    free(key), free(value);
  }
  ref->attend(y1, scratch, q, heads, &a, head, n);
  simd->attend(y2, scratch, q, heads, &b, head, n);
  same(floats ? "attention" : "attention over integers", y1, y2, (uint64_t)heads * head_dim);
  free_cache(a), free_cache(b), free(q), free(y1), free(y2), free(scratch);
}

/* The integers are fine enough: close to attention over floats, with ordinary numbers. */
static void test_precision(uint32_t head_dim, uint32_t n) {
  const uint32_t positions = (n + LS_CHUNK - 1) / LS_CHUNK * LS_CHUNK;
  ls_cache f = new_cache(head_dim, positions, true), i = new_cache(head_dim, positions, false);
  float q[256], y1[256], y2[256], *scratch = malloc(LS_ATTEND_SCRATCH(n, head_dim) * sizeof *scratch);
  for (uint32_t t = 0; t < n; t++) {
    float key[256], value[256];
    for (uint32_t j = 0; j < head_dim; j++) {
      key[j] = (float)random_bits() / 2147483648.0f - 1;
      value[j] = (float)random_bits() / 2147483648.0f - 1;
      q[j] = (float)random_bits() / 536870912.0f - 4;
    }
    ref->store(&f, 0, t, key, value);
    ref->store(&i, 0, t, key, value);
  }
  ref->attend(y1, scratch, q, 1, &f, 0, n);
  ref->attend(y2, scratch, q, 1, &i, 0, n);
  for (uint32_t j = 0; j < head_dim; j++)
    near("attention over integers", j, (double)y2[j], (long double)y1[j], 1e-3);
  free_cache(f), free_cache(i), free(scratch);
}

static void test_numerics(void) {
  for (int i = 0; i < 20000; i++) {
    const double unit = random_bits() / 4294967296.0;
    double x = 1400 * unit - 700, sine, cosine;
    near("ls_exp", x, ls_exp(x), expl(x), 4e-16 * exp(x));
    x = exp(x);
    near("ls_log", x, ls_log(x), logl(x), 1e-15 * fmax(1, fabs(log(x))));
    x = i % 2 ? 20 * unit : 1e6 * unit;
    ls_sin_cos(x, &sine, &cosine);
    near("sine", x, sine, sinl(x), x < 100 ? 1e-15 : 1e-12);
    near("cosine", x, cosine, cosl(x), x < 100 ? 1e-15 : 1e-12);
    const float f = (float)(170 * unit - 85);
    near("exp_float", (double)f, (double)exp_float(f), expl((long double)f), 3e-7 * exp((double)f));
  }
  if (ls_exp(-INFINITY) != 0 || ls_exp(INFINITY) != (double)INFINITY || !isnan(ls_exp(NAN)) ||
      ls_exp(0) != 1) {
    puts("ls_exp: wrong at its ends");
    exit(1);
  }
}

int main(void) {
  static const uint32_t types[] = {GGUF_TYPE_F32, GGUF_TYPE_F16, GGUF_TYPE_Q4_0, GGUF_TYPE_Q8_0};
  for (int t = 0; t < 4; t++) {
    const bool blocks = types[t] == GGUF_TYPE_Q4_0 || types[t] == GGUF_TYPE_Q8_0;
    for (uint32_t rows = 1; rows < 20; rows++) {
      for (uint32_t cols = 1; cols < 12; cols++) {
        test_matmul(types[t], rows, blocks ? 32 * cols : 7 * cols, 1 + (rows + cols) % 9,
                    !blocks && cols % 4 == 0);
        if (blocks) test_pack(types[t], rows, 32 * cols);
      }
    }
  }
  test_quantize();
  for (uint32_t n = 1; n < 70; n++) test_vectors(n);
  for (uint32_t n = 1; n < 200; n += n < 40 ? 1 : 13) {
    test_attention(2 * (1 + n % 37), n, true);
    test_attention(2 * (1 + n % 37), n, false);
    test_attention(8 * (1 + n % 9), n, false);
  }
  test_precision(64, 512);
  test_precision(128, 64);
  test_precision(256, 8);
  test_numerics();
  puts("ok");
  return 0;
}
