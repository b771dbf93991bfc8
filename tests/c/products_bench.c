// Measures matrix products as the trainer makes them, every core its own: oneDNN in f32 and bf16, OpenBLAS in
// f32. Beside training's way, for tests/bench-train.js: large ones give the machine's peak, the model's own
// what pays. Must not time anything but products: the operands of bf16 are rounded beforehand.
#include <dlfcn.h>
#include <dnnl.h>
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../model/gemm.h"
#include "../../model/random.h"

enum { ROUNDS = 5 };
static const double ROUND_SECONDS = 0.02;

// ---- OpenBLAS, loaded when it is there: the project builds without it ----

enum { ROW_MAJOR = 101, NO_TRANS = 111, TRANS = 112 };
typedef void (*Sgemm)(int order, int trans_a, int trans_b, int m, int n, int k, float alpha, const float *a,
                      int lda, const float *b, int ldb, float beta, float *c, int ldc);
static Sgemm sgemm;
static char openblas_name[64]; // with its version

// ISO C knows no conversion from a pointer to data to one to a function.
static void find(void *library, const char *name, void *function) {
  void *found = dlsym(library, name);
  memcpy(function, &found, sizeof found);
}

static void open_openblas(void) {
  void *library = dlopen("libopenblas.so.0", RTLD_NOW);
  void (*set_threads)(int) = NULL;
  const char *(*config)(void) = NULL;
  if (!library) return;
  find(library, "openblas_set_num_threads", &set_threads);
  find(library, "openblas_get_config", &config);
  find(library, "cblas_sgemm", &sgemm);
  if (!set_threads || !config || !sgemm) {
    sgemm = NULL;
    return;
  }
  set_threads(1);
  const char *version = config() + strlen("OpenBLAS "); // "OpenBLAS 0.3.21 NO_LAPACKE ..."
  snprintf(openblas_name, sizeof openblas_name, "OpenBLAS %.*s", (int)strcspn(version, " "), version);
}

// ---- one product and its two gradients ----

typedef enum { ONEDNN_F32, ONEDNN_BF16, OPENBLAS_F32, N_KINDS } Kind;
typedef enum { FORWARD, BACKWARD, N_DIRECTIONS } Direction;

typedef struct {
  int n, in, out;
} Size;

// Operands and results of one core: x (n, in), w (out, in), dy (n, out) and their like.
typedef struct {
  float *memory, *x, *w, *dy, *y, *dx, *dw;
  Bf16 *rounded; // of x, w and dy
  Gemm *gemm;
} Operands;

static void *or_exit(void *pointer) {
  if (pointer) return pointer;
  fprintf(stderr, "there is not enough memory, or no such product on this processor\n");
  exit(1);
}

static Operands operands_new(Size s, Kind kind) {
  const long x = (long)s.n * s.in, w = (long)s.out * s.in, y = (long)s.n * s.out, count = x + w + y;
  Operands o = {.memory = or_exit(aligned_alloc(64, ((size_t)(2 * count) * sizeof(float) + 63) / 64 * 64)),
                .rounded = or_exit(malloc((size_t)count * sizeof(Bf16))),
                .gemm = or_exit(gemm_new(kind == ONEDNN_BF16 ? BF16 : FP32))};
  Random random = random_new(1);
  for (long i = 0; i < 2 * count; i++) o.memory[i] = (float)random_uniform(&random) - 0.5f;
  bf16_from_f32(o.rounded, o.memory, count);
  gemm_keep(o.gemm, o.memory, count, o.rounded);
  o.x = o.memory;
  o.w = o.x + x;
  o.dy = o.w + w;
  o.y = o.dy + y;
  o.dx = o.y + y;
  o.dw = o.dx + x;
  return o;
}

static void operands_free(Operands *o) {
  gemm_free(o->gemm);
  free(o->rounded);
  free(o->memory);
}

static void multiply(const Operands *o, Size s, Kind kind, Direction direction) {
  const int n = s.n, in = s.in, out = s.out;
  if (kind != OPENBLAS_F32) {
    if (direction == FORWARD)
      linear_forward(o->gemm, o->y, o->x, o->w, n, in, out);
    else
      linear_backward(o->gemm, o->dx, o->dw, o->dy, o->x, o->w, n, in, out);
  } else if (direction == FORWARD) {
    sgemm(ROW_MAJOR, NO_TRANS, TRANS, n, out, in, 1, o->x, in, o->w, in, 0, o->y, out);
  } else {
    sgemm(ROW_MAJOR, NO_TRANS, NO_TRANS, n, in, out, 1, o->dy, out, o->w, in, 0, o->dx, in);
    sgemm(ROW_MAJOR, TRANS, NO_TRANS, out, in, n, 1, o->dy, out, o->x, in, 1, o->dw, in);
  }
}

// GFLOP/s of all cores together: the best round, for whatever else runs here only takes away.
static void measure(Size s, Kind kind, int cores, double best[N_DIRECTIONS]) {
  const double flop = 2.0 * s.n * s.in * s.out;
  double sum;
  for (Direction d = FORWARD; d < N_DIRECTIONS; d++) best[d] = 0;
#pragma omp parallel num_threads(cores)
  {
    Operands o = operands_new(s, kind);
    for (Direction d = FORWARD; d < N_DIRECTIONS; d++) multiply(&o, s, kind, d); // warms up
    for (int round = 0; round < ROUNDS; round++)
      for (Direction d = FORWARD; d < N_DIRECTIONS; d++) {
        long times = 0;
        double seconds;
#pragma omp barrier
        const double start = omp_get_wtime();
        do {
          multiply(&o, s, kind, d);
          times++;
          seconds = omp_get_wtime() - start;
        } while (seconds < ROUND_SECONDS);
        const double mine = 1e-9 * flop * (d == FORWARD ? 1 : 2) * (double)times / seconds;
#pragma omp single
        sum = 0;
#pragma omp atomic
        sum += mine;
#pragma omp barrier
#pragma omp single
        best[d] = sum > best[d] ? sum : best[d];
      }
    operands_free(&o);
  }
}

static bool is_there(Kind kind) {
  return kind == OPENBLAS_F32 ? sgemm != NULL : kind == ONEDNN_F32 || bf16_is_native();
}

int main(int argc, char **argv) {
  if (argc < 3) {
    fprintf(stderr, "usage: products_bench cores n,in,out ...\n");
    return 2;
  }
  const int cores = (int)strtol(argv[1], NULL, 10);
  const dnnl_version_t *version = dnnl_version();
  char onednn_name[64];
  snprintf(onednn_name, sizeof onednn_name, "oneDNN %d.%d.%d", version->major, version->minor,
           version->patch);
  omp_set_num_threads(1); // oneDNN's, as in train.c
  open_openblas();
  for (int i = 2; i < argc; i++) {
    Size s;
    if (sscanf(argv[i], "%d,%d,%d", &s.n, &s.in, &s.out) != 3 || s.n < 1 || s.in < 1 || s.out < 1) {
      fprintf(stderr, "a size is three whole numbers, n,in,out, not \"%s\"\n", argv[i]);
      return 2;
    }
    for (Kind kind = ONEDNN_F32; kind < N_KINDS; kind++) {
      double best[N_DIRECTIONS];
      if (!is_there(kind)) continue;
      measure(s, kind, cores, best);
      printf("%s\t%s\t%s\t%.1f\t%.1f\n", argv[i], kind == OPENBLAS_F32 ? openblas_name : onednn_name,
             kind == ONEDNN_BF16 ? "bf16" : "fp32", best[FORWARD], best[BACKWARD]);
    }
  }
  return 0;
}
