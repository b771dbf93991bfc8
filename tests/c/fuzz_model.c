/* One untrusted file through the whole core: header, tables, tokenizer, forward passes and draws.
 * The entry point of libFuzzer (make fuzz) and of tests/c/mutate.c; run under the sanitizers.
 * Must hold for any bytes: a status and a printable message, or tokens inside the vocabulary. */
#include <sanitizer/asan_interface.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../src/logitscope.h"

#define MAX_WORKSPACE (UINT64_C(64) << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static ls_model model;
static ls_error error;

static void require(int holds, const char *what) {
  if (holds) return;
  fprintf(stderr, "violated: %s\n", what);
  abort();
}

/* A status other than LS_OK must come with one printable line. */
static int failed(ls_status status) {
  if (!status) return 0;
  const size_t n = strlen(error.message);
  require(n > 10 && n < sizeof error.message && error.status == status, "an error has a message");
  for (size_t i = 0; i < n; i++) require(error.message[i] >= ' ' && error.message[i] <= '~', "printable");
  memset(&error, 0, sizeof error);
  return 1;
}

static void generate(ls_sampler *sampler, const uint32_t *ids, uint32_t n) {
  static const ls_stage stages[] = {{LS_STAGE_PENALTIES, {1.3, 0.1, 0.1, 0}},
                                    {LS_STAGE_DRY, {1, 1.5, 1, 0}},
                                    {LS_STAGE_TEMPERATURE, {0.7}},
                                    {LS_STAGE_TYPICAL, {0.9}},
                                    {LS_STAGE_TOP_P, {0.9}}};
  ls_draw draw;
  const uint32_t batch = n < model.batch ? n : model.batch;
  if (failed(ls_forward(&model, ids, batch, 0, &error))) return;
  if (failed(ls_logits(&model, batch - 1, &error))) return;
  if (failed(ls_sampler_start(sampler, model.logits, &error))) return;
  const ls_turn turn = {.seed = 1, .position = batch, .text = ids, .n_text = batch, .force = LS_NO_TOKEN};
  if (failed(ls_sample(sampler, stages, 5, &turn, &draw, &error))) return;
  require(draw.token < model.config.vocab, "a token inside the vocabulary");
}

static void run(uint8_t *file, const uint8_t *data, size_t size, uint32_t kernels) {
  static const uint8_t text[] = "Once upon \xe2\x82\xac a time\n</s><s> \xff\xc3 12'll";
  memcpy(file, data, size);
  if (failed(ls_model_inspect(&model, file, size, &error))) return;
  const uint32_t context = model.config.context && model.config.context < 16 ? model.config.context : 16;
  const ls_settings settings = {model.has_weights ? context : 0, 4, 1, kernels};
  if (failed(ls_model_plan(&model, &settings, &error))) return;
  const uint64_t planned = model.workspace_bytes;
  ls_sampler sampler;
  ls_arena counting = {NULL, 0, planned};
  ls_sampler_open(&sampler, model.tokenizer.n_tokens, &counting);
  if (counting.used > MAX_WORKSPACE) return;
  uint8_t *workspace = aligned_alloc(64, counting.used + 64);
  if (!workspace) abort();
  if (!failed(ls_model_open(&model, file, size, workspace, planned, &settings, &error)) &&
      !failed(ls_model_arrive(&model, size / 2, &error)) && !failed(ls_model_arrive(&model, size, &error))) {
    ls_arena arena = {workspace, counting.used, planned};
    ls_sampler_open(&sampler, model.tokenizer.n_tokens, &arena);
    ls_sampler_take_breakers(&sampler, &model.tokenizer);
    const uint64_t n = sizeof text - 1, scratch_bytes = ls_tokenize_scratch(&model.tokenizer, n);
    void *scratch = malloc(scratch_bytes ? scratch_bytes : 1);
    uint8_t *bytes = malloc(model.tokenizer.longest + 1u);
    uint32_t ids[2 * sizeof text], count;
    if (!scratch || !bytes) abort();
    for (uint32_t flags = 0; flags < 8; flags++) {
      if (failed(
              ls_tokenize(&model.tokenizer, text, n, flags, ids, &count, scratch, scratch_bytes, &error))) {
        continue;
      }
      require(count <= 2 * n + 2, "at most 2 n + 2 tokens");
      for (uint32_t i = 0; i < count; i++) {
        require(ids[i] < model.tokenizer.n_tokens, "ids inside the vocabulary");
        require(ls_token_bytes(&model.tokenizer, ids[i], bytes) <= model.tokenizer.longest, "bytes fit");
      }
      if (model.has_weights && count > 0) generate(&sampler, ids, count);
    }
    free(bytes);
    free(scratch);
  }
  free(workspace);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  /* The file's last byte is the allocation's last: a read past it is seen. */
  const size_t slack = (64 - size % 64) % 64;
  uint8_t *file = aligned_alloc(64, size + slack + 64);
  if (!file) abort();
  ASAN_POISON_MEMORY_REGION(file + size, slack + 64);
  for (uint32_t kernels = 0; ls_kernels_name(kernels); kernels++) run(file, data, size, kernels);
  free(file);
  return 0;
}
