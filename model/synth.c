// Makes a model of a known shape with random weights, the same from the same seed: for measuring speed.
// Beside export.c: a shape's name -> llama_gguf.c -> OUT.gguf, which src/ and other programs read.
// Must not be taken for a model: what it writes means nothing.
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "llama_gguf.h"
#include "random.h"

static const char USAGE[] =
    "usage: logitscope-synth --shape 15m|smollm2-135m|qwen2.5-0.5b|llama3.2-1b\n"
    "                        --type f32|f16|q8_0|q4_0 --out FILE\n";

// Vocabulary, width, layers, query heads, key-value heads, feed-forward width, context. Of models with other
// details (biases, another rotary base) the shape alone; all use the embedding as the head.
static const struct {
  const char *name;
  Shape shape;
} SHAPES[] = {
    {"15m", {32000, 288, 6, 6, 6, 768, 2048}}, // llama2.c's stories15M
    {"smollm2-135m", {49152, 576, 30, 9, 3, 1536, 2048}},
    {"qwen2.5-0.5b", {151936, 896, 24, 14, 2, 4864, 2048}},
    {"llama3.2-1b", {128256, 2048, 16, 32, 8, 8192, 2048}},
};
enum { N_SHAPES = sizeof SHAPES / sizeof *SHAPES };

// As SentencePiece begins: <unk>, <s>, </s>, then the bytes.
enum { SPECIAL = 3, PIECES = SPECIAL + 256 };

// Uniform, as wide as keeps a product's deviation near 1; every row from a seed of its own. Tokens that are
// no text have no weights: they must not win, for some programs refuse half a character.
static bool read_row(const void *weights, long index, const Tensor *tensor, long row, float *out) {
  (void)weights;
  Random random = random_new((uint64_t)index << 40 ^ (uint64_t)row);
  const bool silent = index == 0 && row < PIECES;
  const double width = silent ? 0 : sqrt(3.0 / (double)tensor->cols);
  for (long i = 0; i < tensor->cols; i++) {
    out[i] = tensor->is_norm ? 1 : (float)(width * (2 * random_uniform(&random) - 1));
  }
  return true;
}

// Every token that is text is one character, of four bytes in UTF-8: so any program makes of n such
// characters n tokens.
static void put_piece(GgufWriter *w, long id) {
  static const char *const special[SPECIAL] = {"<unk>", "<s>", "</s>"};
  char text[8];
  if (id < SPECIAL) {
    snprintf(text, sizeof text, "%s", special[id]);
  } else if (id < PIECES) {
    snprintf(text, sizeof text, "<0x%02X>", (unsigned)(id - SPECIAL) & 0xFF);
  } else {
    const long c = 0x10000 + id;
    const char bytes[] = {(char)(0xF0 | c >> 18), (char)(0x80 | (c >> 12 & 0x3F)),
                          (char)(0x80 | (c >> 6 & 0x3F)), (char)(0x80 | (c & 0x3F)), '\0'};
    memcpy(text, bytes, sizeof bytes);
  }
  gguf_put_string(w, text, strlen(text));
}

static uint32_t type_of(long id) {
  if (id == 0) return TOKEN_UNKNOWN;
  return id < SPECIAL ? TOKEN_CONTROL : id < PIECES ? TOKEN_BYTE : TOKEN_NORMAL;
}

static void put_vocabulary(GgufWriter *w, const void *vocabulary) {
  const long n = *(const int32_t *)vocabulary;
  gguf_string(w, "tokenizer.ggml.model", "llama");
  gguf_array(w, "tokenizer.ggml.tokens", GGUF_STRING, n);
  for (long id = 0; id < n; id++) put_piece(w, id);
  gguf_array(w, "tokenizer.ggml.scores", GGUF_F32, n);
  for (long id = 0; id < n; id++) gguf_put_f32(w, 0);
  gguf_array(w, "tokenizer.ggml.token_type", GGUF_I32, n);
  for (long id = 0; id < n; id++) gguf_put_u32(w, type_of(id));
  gguf_u32(w, "tokenizer.ggml.unknown_token_id", 0);
  gguf_u32(w, "tokenizer.ggml.bos_token_id", 1);
  gguf_u32(w, "tokenizer.ggml.eos_token_id", 2);
  gguf_bool(w, "tokenizer.ggml.add_bos_token", true);
  gguf_bool(w, "tokenizer.ggml.add_space_prefix", false);
}

static int refuse(const char *flag, const char *value) {
  if (value)
    fprintf(stderr, "logitscope-synth: %s is \"%s\", which is none of those below\n", flag, value);
  else
    fprintf(stderr, "logitscope-synth: %s is unknown, missing or lacks its value\n", flag);
  fputs(USAGE, stderr);
  return 2;
}

int main(int argc, char **argv) {
  enum { SHAPE, TYPE, OUT, FLAGS };
  static const char *const flags[FLAGS] = {"--shape", "--type", "--out"};
  const char *values[FLAGS] = {0};
  for (int i = 1; i < argc; i += 2) {
    int f = 0;
    while (f < FLAGS && strcmp(argv[i], flags[f]) != 0) f++;
    if (f == FLAGS || i + 1 == argc) return refuse(argv[i], NULL);
    values[f] = argv[i + 1];
  }
  for (int f = 0; f < FLAGS; f++)
    if (!values[f]) return refuse(flags[f], NULL);
  size_t s = 0;
  while (s < N_SHAPES && strcmp(values[SHAPE], SHAPES[s].name) != 0) s++;
  if (s == N_SHAPES) return refuse(flags[SHAPE], values[SHAPE]);
  const Format *format = format_named(values[TYPE]);
  if (!format) return refuse(flags[TYPE], values[TYPE]);

  const Card card = {.text = {values[SHAPE]}};
  const LlamaModel model = {.shape = &SHAPES[s].shape,
                            .format = format,
                            .card = &card,
                            .read_row = read_row,
                            .vocabulary = &SHAPES[s].shape.vocab,
                            .put_vocabulary = put_vocabulary};
  return llama_gguf_write(&model, values[OUT]) ? 0 : 1;
}
