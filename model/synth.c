// Makes a model of a known shape with random weights, the same from the same seed: for measuring speed.
// Beside export.c: a shape's name -> llama_gguf.c -> OUT.gguf, which src/ and other programs read.
// Must not be taken for a model: what it writes means nothing.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "llama_gguf.h"
#include "random.h"

static const char USAGE[] =
    "usage: logitscope-synth --shape 15m|smollm2-135m|qwen2.5-0.5b|llama3.2-1b --type f32|f16|q8_0|q4_0 "
    "--out FILE\n"
    "       [--seed N]\n";

// Vocabulary, width, layers, query heads, key-value heads, feed-forward width, context. Of models with other
// details (biases, another rotary base) the shape alone.
static const struct {
  const char *name;
  Shape shape;
  bool own_head;
} SHAPES[] = {
    {"15m", {32000, 288, 6, 6, 6, 768, 2048}, false},            // llama2.c's stories15M
    {"smollm2-135m", {49152, 576, 30, 9, 3, 1536, 2048}, false}, // Hugging Face, 2024
    {"qwen2.5-0.5b", {151936, 896, 24, 14, 2, 4864, 2048}, false},
    {"llama3.2-1b", {128256, 2048, 16, 32, 8, 8192, 2048}, false},
};
enum { N_SHAPES = sizeof SHAPES / sizeof *SHAPES };

// As SentencePiece begins: <unk>, <s>, </s>, then the bytes.
enum { SPECIAL = 3, PIECES = SPECIAL + 256 };

typedef struct {
  uint64_t seed;
} Source;

// Uniform, as wide as keeps a product's deviation near 1. Tokens that are no text have no weights: they must
// not win, for some programs refuse half a character.
static bool read_row(const void *weights, long index, const Tensor *tensor, long row, float *out) {
  const Source *source = weights;
  Random random = random_new(source->seed ^ (uint64_t)index << 40 ^ (uint64_t)row);
  const bool silent = index == 0 && row < PIECES;
  const double width = silent ? 0 : sqrt(3.0 / (double)tensor->cols);
  for (long i = 0; i < tensor->cols; i++) {
    out[i] = tensor->is_norm ? 1 : (float)(width * (2 * random_uniform(&random) - 1));
  }
  return true;
}

static void put_piece(GgufWriter *w, long id) {
  static const char *const special[SPECIAL] = {"<unk>", "<s>", "</s>"};
  char text[32];
  if (id < SPECIAL) {
    snprintf(text, sizeof text, "%s", special[id]);
  } else if (id < PIECES) {
    snprintf(text, sizeof text, "<0x%02lX>", id - SPECIAL);
  } else {
    snprintf(text, sizeof text, "\xE2\x96\x81w%ld", id); // a word of its own, with a space before it
  }
  gguf_put_string(w, text, strlen(text));
}

static void put_vocabulary(GgufWriter *w, const void *vocabulary) {
  const long n = *(const int32_t *)vocabulary;
  gguf_string(w, "tokenizer.ggml.model", "llama");
  gguf_array(w, "tokenizer.ggml.tokens", GGUF_STRING, n);
  for (long id = 0; id < n; id++) put_piece(w, id);
  gguf_array(w, "tokenizer.ggml.scores", GGUF_F32, n);
  for (long id = 0; id < n; id++) gguf_put_f32(w, id < PIECES ? 0 : -(float)id);
  gguf_array(w, "tokenizer.ggml.token_type", GGUF_I32, n);
  for (long id = 0; id < n; id++) {
    gguf_put_u32(w, id == 0        ? TOKEN_UNKNOWN
                    : id < SPECIAL ? TOKEN_CONTROL
                    : id < PIECES  ? TOKEN_BYTE
                                   : TOKEN_NORMAL);
  }
  gguf_u32(w, "tokenizer.ggml.bos_token_id", 1);
  gguf_u32(w, "tokenizer.ggml.eos_token_id", 2);
  gguf_u32(w, "tokenizer.ggml.unknown_token_id", 0);
  gguf_bool(w, "tokenizer.ggml.add_bos_token", true);
}

static int usage(const char *wrong) {
  if (wrong) fprintf(stderr, "logitscope-synth: %s\n", wrong);
  fputs(USAGE, stderr);
  return 2;
}

int main(int argc, char **argv) {
  const char *shape_name = NULL, *type = NULL, *out = NULL, *seed = "1";
  const struct {
    const char *flag;
    const char **value;
  } flags[] = {{"--shape", &shape_name}, {"--type", &type}, {"--out", &out}, {"--seed", &seed}};
  for (int i = 1; i < argc; i += 2) {
    size_t f = 0;
    while (f < sizeof flags / sizeof *flags && strcmp(argv[i], flags[f].flag) != 0) f++;
    if (f == sizeof flags / sizeof *flags || i + 1 == argc)
      return usage("a flag is unknown or lacks its value");
    *flags[f].value = argv[i + 1];
  }
  if (!shape_name || !type || !out) return usage("--shape, --type and --out are needed");
  const Format *format = format_named(type);
  size_t s = 0;
  while (s < N_SHAPES && strcmp(shape_name, SHAPES[s].name) != 0) s++;
  if (s == N_SHAPES) return usage("there is no such --shape");
  if (!format) return usage("there is no such --type");
  char *end;
  const Source source = {strtoull(seed, &end, 10)};
  if (*end || end == seed) return usage("--seed must be a whole number");

  Card card = {0};
  card.text[0] = shape_name;
  const LlamaModel model = {.shape = &SHAPES[s].shape,
                            .own_head = SHAPES[s].own_head,
                            .format = format,
                            .card = &card,
                            .weights = &source,
                            .read_row = read_row,
                            .vocabulary = &SHAPES[s].shape.vocab,
                            .put_vocabulary = put_vocabulary};
  return llama_gguf_write(&model, out) ? 0 : 1;
}
