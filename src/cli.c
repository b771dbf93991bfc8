/* The native command line: the same run as web/engine/cli.js, without WebAssembly.
 * Drives a token's way through the public interface, hop by hop, and prints what comes out.
 * Holds no arithmetic; everything numeric is the core's. */
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"

/* Positions of the KV cache unless --context says more: models are trained for up to millions. */
#define DEFAULT_CONTEXT 4096

/* One run's objects. Static: the model's tables of keys and tensors are large for a stack. */
static ls_model model;
static ls_sampler sampler;
static ls_error error;
static uint64_t hash = LS_HASH_START;

static void check(ls_status status) {
  if (status) cli_fail(EXIT_FAILED, "%s", error.message);
}

static void *allocate(uint64_t bytes) {
  const uint64_t rounded = (bytes + 63) / 64 * 64;
  void *p = rounded < SIZE_MAX / 2 ? aligned_alloc(64, rounded ? (size_t)rounded : 64) : NULL;
  if (!p) {
    cli_fail(EXIT_FAILED, "out of memory: %llu bytes are needed; choose a smaller model or --context",
             (unsigned long long)bytes);
  }
  return p;
}

/* ---- text ---- */

static uint32_t *tokenize(const uint8_t *text, uint64_t n, uint32_t flags, uint32_t *count) {
  const uint64_t scratch_bytes = ls_tokenize_scratch(&model.tokenizer, n);
  void *scratch = allocate(scratch_bytes);
  uint32_t *ids = allocate((2 * n + 2) * sizeof *ids);
  check(ls_tokenize(&model.tokenizer, text, n, flags, ids, count, scratch, scratch_bytes, &error));
  free(scratch);
  return ids;
}

/* ---- computing ---- */

static void open_model(const cli_options *o, uint8_t *file, uint64_t bytes) {
  uint32_t context = model.config.context < DEFAULT_CONTEXT ? model.config.context : DEFAULT_CONTEXT;
  if (o->context) context = o->context;
  const ls_settings settings = {context, o->batch, 1, o->kernels};
  check(ls_model_plan(&model, &settings, &error));
  const uint64_t workspace_bytes = model.workspace_bytes;
  void *workspace = allocate(workspace_bytes);
  check(ls_model_open(&model, file, bytes, workspace, workspace_bytes, &settings, &error));
  check(ls_model_arrive(&model, bytes, &error));
  check(ls_model_ready(&model, &error));
  ls_arena counting = {NULL, 0, 0};
  ls_sampler_open(&sampler, model.tokenizer.n_tokens, &counting);
  ls_arena arena = {allocate(counting.used), counting.used, 0};
  ls_sampler_open(&sampler, model.tokenizer.n_tokens, &arena);
  ls_sampler_take_breakers(&sampler, &model.tokenizer);
}

static void compute_logits(const cli_options *o, uint32_t row) {
  check(ls_logits(&model, row, &error));
  if (o->hash) hash = ls_hash(hash, model.logits, model.config.vocab * sizeof(float));
}

/* Runs `n` tokens from `position`. Leaves the last one's logits; with --hash computes every row. */
static void feed(const cli_options *o, const uint32_t *ids, uint32_t n, uint32_t position) {
  for (uint32_t done = 0; done < n;) {
    const uint32_t batch = n - done < model.batch ? n - done : model.batch;
    check(ls_forward(&model, ids + done, batch, position + done, &error));
    done += batch;
    for (uint32_t row = 0; row < batch; row++) {
      if (o->hash || (done == n && row == batch - 1)) compute_logits(o, row);
    }
  }
}

static void print_hash(const cli_options *o) {
  if (o->hash) printf("logits-hash: %016llx\n", (unsigned long long)hash);
}

/* Draws from the logits that were computed last. */
static void sample(const ls_stage *stages, uint32_t n_stages, const ls_turn *turn, ls_draw *draw) {
  check(ls_sampler_start(&sampler, model.logits, &error));
  check(ls_sample(&sampler, stages, n_stages, turn, draw, &error));
}

/* ---- generating ---- */

static void print_text(const uint8_t *bytes, uint32_t n, bool strip_space) {
  if (strip_space && n > 0 && bytes[0] == ' ') {
    bytes++;
    n--;
  }
  fwrite(bytes, 1, n, stdout);
  fflush(stdout);
}

static void generate(const cli_options *o, const uint32_t *prompt, uint32_t n_prompt) {
  const uint64_t vocab = model.tokenizer.n_tokens;
  const cli_list list = {allocate(vocab * sizeof *list.ids), allocate(vocab * sizeof *list.probs),
                         allocate(vocab * sizeof *list.logits)};
  uint32_t *text = allocate(model.context * sizeof *text);
  uint8_t *bytes = allocate(model.tokenizer.longest);
  const bool bars = o->show && isatty(STDOUT_FILENO);
  bool text_begins =
      o->prompt_bytes == 0 && model.tokenizer.kind == LS_TOKENIZER_SPM && model.tokenizer.add_space_prefix;
  if (o->json)
    cli_json_header(&model, o->model, prompt, n_prompt);
  else if (!bars)
    fwrite(o->prompt, 1, (size_t)o->prompt_bytes, stdout);

  memcpy(text, prompt, n_prompt * sizeof *text);
  feed(o, prompt, n_prompt, 0);
  ls_turn turn = {.seed = o->seed,
                  .text = text,
                  .biases = o->biases,
                  .n_biases = o->n_biases,
                  .mu = (double)NAN,
                  .force = LS_NO_TOKEN};
  for (uint32_t i = 0; i < o->n_tokens && n_prompt + i < model.context; i++) {
    ls_draw draw;
    const uint32_t position = n_prompt + i;
    turn.position = turn.n_text = position;
    sample(o->stages, o->n_stages, &turn, &draw);
    turn.mu = draw.mu;
    const uint32_t n = ls_token_bytes(&model.tokenizer, draw.token, bytes);
    const cli_step step = {position, &draw, bytes, n};
    const bool end = ls_ends_text(&model.tokenizer, draw.token);
    if (o->json)
      cli_json_step(o, &model, &sampler, &step, &list);
    else if (bars)
      cli_show_step(&model, &sampler, &step, &list);
    else if (!end)
      print_text(bytes, n, text_begins);
    fflush(stdout);
    text_begins = false;
    if (end) break;
    text[position] = draw.token;
    if (i + 1 < o->n_tokens && position + 1 < model.context) feed(o, &draw.token, 1, position);
  }
  if (!o->json) putchar('\n');
  print_hash(o);
  free(bytes);
  free(text);
  free(list.logits);
  free(list.probs);
  free(list.ids);
}

/* ---- scoring ---- */

/* Bits of ids[1 …] given what stands before each. What lies past the context is not scored: the
 * published figures of this measure leave it out. */
static double score_piece(const cli_options *o, const uint32_t *ids, uint32_t n) {
  double bits = 0;
  for (uint32_t i = 0; i + 1 < n; i++) {
    ls_draw draw;
    feed(o, ids + i, 1, i);
    sample(NULL, 0, &(ls_turn){.position = i + 1, .force = ids[i + 1]}, &draw);
    bits -= draw.logprob * 0x1.71547652b82fep0;
  }
  return bits;
}

static void score(const cli_options *o) {
  uint64_t total;
  const uint8_t *text = cli_map_file(o->score, &total);
  if (total > o->score_bytes) total = o->score_bytes;
  if (total == 0) cli_fail(EXIT_FAILED, "\"%s\" is empty, expected a text to score", o->score);
  const bool progress = isatty(STDERR_FILENO);
  double bits = 0;
  uint64_t n_tokens = 0, n_unscored = 0;
  for (uint64_t at = 0; at < total;) {
    uint64_t end = at + o->score_piece < total ? at + o->score_piece : total;
    while (end < total && text[end] != ' ' && text[end] != '\n') end++;
    uint32_t n;
    uint32_t *ids = tokenize(text + at, end - at, LS_TOKENIZE_NO_BOS, &n);
    uint32_t *piece = allocate((n + 1) * sizeof *piece);
    const uint32_t has_bos = model.tokenizer.bos != LS_NO_TOKEN;
    if (has_bos) piece[0] = model.tokenizer.bos;
    memcpy(piece + has_bos, ids, n * sizeof *ids);
    const uint32_t n_piece = n + has_bos < model.context ? n + has_bos : model.context;
    bits += score_piece(o, piece, n_piece);
    n_tokens += n_piece - has_bos;
    n_unscored += n + has_bos - n_piece;
    free(piece);
    free(ids);
    at = end;
    if (progress) {
      const int filled = (int)(30 * at / total);
      fprintf(stderr, "\r[%.*s%*s] %3d %%", filled, "##############################", 30 - filled, "",
              (int)(100 * at / total));
    }
  }
  if (progress) fputs("\r\033[K", stderr);
  if (n_unscored > 0) {
    fprintf(stderr, "logitscope: %llu of %llu tokens lie past the context and are not scored\n",
            (unsigned long long)n_unscored, (unsigned long long)(n_tokens + n_unscored));
  }
  printf("{\"bytes\":%llu,\"tokens\":%llu,\"bitsPerByte\":", (unsigned long long)total,
         (unsigned long long)n_tokens);
  cli_print_number(bits / (double)total);
  puts("}");
  print_hash(o);
}

static void end_quietly(int signal_number) {
  (void)signal_number;
  _exit(0); /* nobody reads on: `| head` */
}

int main(int argc, char **argv) {
  signal(SIGPIPE, end_quietly);
  cli_options o;
  cli_parse(argc, argv, &o);
  uint64_t bytes;
  uint8_t *file = cli_map_file(o.model, &bytes);
  check(ls_model_inspect(&model, file, bytes, &error));
  open_model(&o, file, bytes);
  if (!o.tokenize && !model.has_weights) {
    cli_fail(EXIT_FAILED, "\"%s\" holds a vocabulary only; choose a model with weights", o.model);
  }
  if (o.score) {
    score(&o);
    cli_finish();
  }
  uint32_t n;
  uint32_t *ids = tokenize((const uint8_t *)o.prompt, o.prompt_bytes, o.tokenize_flags, &n);
  if (o.tokenize) {
    for (uint32_t i = 0; i < n; i++) printf(i ? " %u" : "%u", ids[i]);
    putchar('\n');
    cli_finish();
  }
  if (n == 0) {
    cli_fail(EXIT_USAGE, "the prompt has no token and the model no BOS; give --prompt a text");
  }
  if (n > model.context) {
    cli_fail(EXIT_FAILED, "the prompt has %u tokens, the context holds %u; shorten the prompt", n,
             model.context);
  }
  generate(&o, ids, n);
  cli_finish();
}
