// llama.cpp as a peer: `llama LIBRARIES MODEL THREADS SHORT PROMPT DECODE` prints, as a line of JSON, how
// fast it computes as many tokens of the same file as ours. Beside tests/bench.js; build/llama.cpp/llama is
// made of it. Must not know Logitscope.
//
// Declared is what is called of llama.cpp's interface (its include/llama.h), for its libraries come without
// headers.
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

typedef struct llama_model llama_model;
typedef struct llama_context llama_context;
typedef struct llama_batch {
  int32_t n_tokens;
  int32_t *token;
  float *embd;
  int32_t *pos, *n_seq_id, **seq_id;
  int8_t *logits;
} llama_batch;

// Passed in memory, as large structures are on x86-64, so that these may be larger than the libraries' own.
typedef struct model_params {
  uint8_t defaults[1024];
} model_params;
typedef struct context_params {
  uint32_t n_ctx;
  uint8_t defaults[1024];
} context_params;

void ggml_backend_load_all_from_path(const char *folder);
void llama_log_set(void (*log)(int level, const char *text, void *data), void *data);
model_params llama_model_default_params(void);
llama_model *llama_model_load_from_file(const char *path, model_params params);
context_params llama_context_default_params(void);
llama_context *llama_init_from_model(llama_model *model, context_params params);
void llama_set_n_threads(llama_context *context, int32_t decode, int32_t prompt);
const void *llama_model_get_vocab(const llama_model *model);
int32_t llama_vocab_n_tokens(const void *vocab);
void *llama_get_memory(const llama_context *context);
void llama_memory_clear(void *memory, bool data);
llama_batch llama_batch_get_one(int32_t *tokens, int32_t n);
int32_t llama_decode(llama_context *context, llama_batch batch);
const float *llama_get_logits_ith(llama_context *context, int32_t i);

static double seconds(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

static void say_nothing(int level, const char *text, void *data) { (void)level, (void)text, (void)data; }

typedef struct run {
  llama_context *context;
  int32_t vocab, *tokens; // of the prompt
} run;

/* The greedy token after `n` others. */
static int32_t next_token(const run *r, int32_t *tokens, int32_t n) {
  if (llama_decode(r->context, llama_batch_get_one(tokens, n))) {
    fprintf(stderr, "llama.cpp could not compute %d tokens\n", n);
    exit(1);
  }
  const float *logits = llama_get_logits_ith(r->context, -1);
  int32_t best = 0;
  for (int32_t i = 1; i < r->vocab; i++) best = logits[i] > logits[best] ? i : best;
  return best;
}

typedef struct rates {
  double prompt, decode; // tokens per second
} rates;

static rates measure(const run *r, int32_t prompt, int32_t decode) {
  llama_memory_clear(llama_get_memory(r->context), true);
  const double start = seconds();
  int32_t token = next_token(r, r->tokens, prompt);
  const double between = seconds();
  for (int32_t i = 0; i < decode; i++) token = next_token(r, &token, 1);
  return (rates){prompt / (between - start), decode / (seconds() - between)};
}

int main(int argc, char **argv) {
  if (argc != 7) {
    fprintf(stderr, "usage: llama LIBRARIES MODEL THREADS SHORT PROMPT DECODE\n");
    return 2;
  }
  const int32_t threads = atoi(argv[3]), few = atoi(argv[4]), prompt = atoi(argv[5]), decode = atoi(argv[6]);
  llama_log_set(say_nothing, NULL);
  ggml_backend_load_all_from_path(argv[1]);
  const double start = seconds();
  llama_model *model = llama_model_load_from_file(argv[2], llama_model_default_params());
  if (!model) {
    fprintf(stderr, "llama.cpp could not load %s\n", argv[2]);
    return 1;
  }
  context_params params = llama_context_default_params();
  params.n_ctx = (uint32_t)(prompt + decode);
  run r = {llama_init_from_model(model, params), llama_vocab_n_tokens(llama_model_get_vocab(model)),
           calloc((size_t)prompt, sizeof(int32_t))};
  if (!r.context || !r.tokens) {
    fprintf(stderr, "llama.cpp has no memory for %d tokens\n", prompt + decode);
    return 1;
  }
  llama_set_n_threads(r.context, threads, threads);
  const double load = seconds() - start;
  for (int32_t i = 0; i < prompt; i++) r.tokens[i] = 259 + (i * 7919) % (r.vocab - 259);
  for (const double warm = seconds(); seconds() - warm < 1;) measure(&r, prompt, decode);
  const rates at_once = measure(&r, few, decode), later = measure(&r, prompt, decode);
  printf(
      "{\"loadSeconds\": %g, \"promptTokensPerSecond\": %g, \"decodeTokensPerSecond\": %g, "
      "\"decodeAfterPromptTokensPerSecond\": %g}\n",
      load, later.prompt, at_once.decode, later.decode);
  return 0;
}
