// Matrix products over oneDNN, f32 or bfloat16.
// Stands below every layer: transformer.c, attention.c -> gemm.h -> gemm.c -> oneDNN.
// Must not know what the matrices mean.
#include "gemm.h"

#include <dnnl.h>
#include <stdlib.h>

void gemm(Op op_a, Op op_b, long m, long n, long k, float alpha, Matrix a, Matrix b, float beta, float *c,
          long c_stride) {
  dnnl_sgemm(op_a == TRANSPOSED ? 'T' : 'N', op_b == TRANSPOSED ? 'T' : 'N', m, n, k, alpha, a.data, a.stride,
             b.data, b.stride, beta, c, c_stride);
}

// ---------------------------------------------------------------------------------------------
// bfloat16

void bf16_from_f32(Bf16 *out, const float *in, long count) {
#pragma omp simd
  for (long i = 0; i < count; i++) {
    const union {
      float value;
      uint32_t bits;
    } x = {.value = in[i]};
    const uint32_t rounded = (x.bits + 0x7FFFu + (x.bits >> 16 & 1u)) >> 16;
    out[i] = (Bf16)((x.bits & 0x7FFFFFFFu) > 0x7F800000u ? x.bits >> 16 | 0x40u : rounded); // NaN stays NaN
  }
}

bool bf16_is_native(void) {
  const dnnl_cpu_isa_t isa = dnnl_get_effective_cpu_isa();
  return (isa & dnnl_cpu_isa_avx512_core_bf16) == dnnl_cpu_isa_avx512_core_bf16;
}

// One product of one shape, made ready once: oneDNN writes its machine code for it.
typedef struct {
  Op op_a, op_b;
  long m, n, k;
  bool accumulate;
  dnnl_primitive_t primitive; // NULL: an empty place
  dnnl_memory_t a, b, c;
} Product;

// More than a model has shapes of linear layers, three products each.
enum { MAX_PRODUCTS = 64 };

typedef struct {
  Bf16 *data;
  long capacity;
} Buffer;

struct Gemm {
  Precision precision;
  const float *kept_first;
  long kept_count;
  const Bf16 *kept;
  dnnl_engine_t engine;
  dnnl_stream_t stream;
  Product products[MAX_PRODUCTS];
  long next_product; // the place that a new product takes
  Buffer rounded_a, rounded_b;
};

static void product_free(Product *p) {
  if (p->primitive) dnnl_primitive_destroy(p->primitive);
  if (p->a) dnnl_memory_destroy(p->a);
  if (p->b) dnnl_memory_destroy(p->b);
  if (p->c) dnnl_memory_destroy(p->c);
  *p = (Product){0};
}

// (rows, cols), contiguous before the operation.
static dnnl_memory_desc_t describe(Op op, long rows, long cols, dnnl_data_type_t type) {
  dnnl_memory_desc_t desc;
  const dnnl_dims_t dims = {rows, cols};
  const dnnl_dims_t strides = {op == TRANSPOSED ? 1 : cols, op == TRANSPOSED ? rows : 1};
  dnnl_memory_desc_init_by_strides(&desc, 2, dims, type, strides);
  return desc;
}

static bool product_new(const Gemm *state, Product *p) {
  const dnnl_memory_desc_t a = describe(p->op_a, p->m, p->k, dnnl_bf16);
  const dnnl_memory_desc_t b = describe(p->op_b, p->k, p->n, dnnl_bf16);
  const dnnl_memory_desc_t c = describe(AS_IS, p->m, p->n, dnnl_f32);
  dnnl_matmul_desc_t matmul;
  dnnl_primitive_attr_t attributes = NULL;
  dnnl_post_ops_t sum = NULL;
  dnnl_primitive_desc_t desc = NULL;
  const bool ok =
      dnnl_matmul_desc_init(&matmul, &a, &b, NULL, &c) == dnnl_success &&
      dnnl_primitive_attr_create(&attributes) == dnnl_success && dnnl_post_ops_create(&sum) == dnnl_success &&
      (!p->accumulate || (dnnl_post_ops_append_sum(sum, 1.0f) == dnnl_success &&
                          dnnl_primitive_attr_set_post_ops(attributes, sum) == dnnl_success)) &&
      dnnl_primitive_desc_create(&desc, &matmul, attributes, state->engine, NULL) == dnnl_success &&
      dnnl_primitive_create(&p->primitive, desc) == dnnl_success &&
      dnnl_memory_create(&p->a, &a, state->engine, DNNL_MEMORY_NONE) == dnnl_success &&
      dnnl_memory_create(&p->b, &b, state->engine, DNNL_MEMORY_NONE) == dnnl_success &&
      dnnl_memory_create(&p->c, &c, state->engine, DNNL_MEMORY_NONE) == dnnl_success;
  if (desc) dnnl_primitive_desc_destroy(desc);
  if (sum) dnnl_post_ops_destroy(sum);
  if (attributes) dnnl_primitive_attr_destroy(attributes);
  if (!ok) product_free(p);
  return ok;
}

static Product *find_product(Gemm *state, Product wanted) {
  for (long i = 0; i < MAX_PRODUCTS; i++) {
    Product *p = &state->products[i];
    if (p->primitive && p->op_a == wanted.op_a && p->op_b == wanted.op_b && p->m == wanted.m &&
        p->n == wanted.n && p->k == wanted.k && p->accumulate == wanted.accumulate)
      return p;
  }
  Product *place = &state->products[state->next_product++ % MAX_PRODUCTS];
  product_free(place);
  *place = wanted;
  return product_new(state, place) ? place : NULL;
}

// Out of memory in the middle of a step: nothing can be gone on with, and the last checkpoint is whole.
static void *or_abort(void *pointer) {
  if (!pointer) abort();
  return pointer;
}

static const Bf16 *rounded(const Gemm *state, Buffer *buffer, const float *data, long count) {
  if (data >= state->kept_first && data < state->kept_first + state->kept_count)
    return state->kept + (data - state->kept_first);
  if (buffer->capacity < count) {
    free(buffer->data);
    buffer->data = or_abort(aligned_alloc(64, ((size_t)count * sizeof(Bf16) + 63) / 64 * 64));
    buffer->capacity = count;
  }
  bf16_from_f32(buffer->data, data, count);
  return buffer->data;
}

// c = op(a) op(b), or c += that; all contiguous.
static void multiply(Gemm *state, Op op_a, Op op_b, long m, long n, long k, const float *a, const float *b,
                     bool accumulate, float *c) {
  if (state->precision == FP32) {
    gemm(op_a, op_b, m, n, k, 1, matrix(a, op_a == TRANSPOSED ? m : k), matrix(b, op_b == TRANSPOSED ? k : n),
         accumulate ? 1 : 0, c, n);
    return;
  }
  const Product *p = or_abort(find_product(
      state, (Product){.op_a = op_a, .op_b = op_b, .m = m, .n = n, .k = k, .accumulate = accumulate}));
  // oneDNN's handles are not const, though it only reads the operands.
  dnnl_memory_set_data_handle(p->a, (void *)rounded(state, &state->rounded_a, a, m * k));
  dnnl_memory_set_data_handle(p->b, (void *)rounded(state, &state->rounded_b, b, k * n));
  dnnl_memory_set_data_handle(p->c, c);
  const dnnl_exec_arg_t arguments[] = {{DNNL_ARG_SRC, p->a}, {DNNL_ARG_WEIGHTS, p->b}, {DNNL_ARG_DST, p->c}};
  if (dnnl_primitive_execute(p->primitive, state->stream, 3, arguments) != dnnl_success) abort();
}

void linear_forward(Gemm *state, float *y, const float *x, const float *w, long n, long in, long out) {
  multiply(state, AS_IS, TRANSPOSED, n, out, in, x, w, false, y);
}

void linear_backward(Gemm *state, float *dx, float *dw, const float *dy, const float *x, const float *w,
                     long n, long in, long out) {
  multiply(state, AS_IS, AS_IS, n, in, out, dy, w, false, dx);
  multiply(state, TRANSPOSED, AS_IS, out, in, n, dy, x, true, dw);
}

// ---------------------------------------------------------------------------------------------

// Not every processor has a bfloat16 product in oneDNN: one is made to see.
static bool can_multiply(Gemm *state) {
  return state->precision == FP32 || find_product(state, (Product){.m = 32, .n = 32, .k = 32}) != NULL;
}

Gemm *gemm_new(Precision precision) {
  Gemm *state = calloc(1, sizeof *state);
  if (!state) return NULL;
  state->precision = precision;
  if (dnnl_engine_create(&state->engine, dnnl_cpu, 0) == dnnl_success &&
      dnnl_stream_create(&state->stream, state->engine, dnnl_stream_default_flags) == dnnl_success &&
      can_multiply(state))
    return state;
  gemm_free(state);
  return NULL;
}

void gemm_free(Gemm *state) {
  if (!state) return;
  for (long i = 0; i < MAX_PRODUCTS; i++) product_free(&state->products[i]);
  if (state->stream) dnnl_stream_destroy(state->stream);
  if (state->engine) dnnl_engine_destroy(state->engine);
  free(state->rounded_a.data);
  free(state->rounded_b.data);
  free(state);
}

void gemm_keep(Gemm *state, const float *first, long count, const Bf16 *copy) {
  state->kept_first = first;
  state->kept_count = count;
  state->kept = copy;
}
