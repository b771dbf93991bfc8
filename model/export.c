// Writes a checkpoint as a GGUF file, the form in which a model ships.
// The last step: checkpoint.bin -> export -> stories.gguf, which src/ reads.
// Must not know of training.
#include <stdio.h>
#include <string.h>

#include "checkpoint.h"
#include "llama_gguf.h"

static const char USAGE[] = "usage: export CHECKPOINT OUT.gguf [f32|f16|q8_0|q4_0]\n       " CARD_USAGE "\n";

// A token as GPT-2's vocabulary files write it: each byte as a printable character, in UTF-8.
// All such characters are below U+0800. Returns the end of what was written.
static char *spell_token(const Bpe *bpe, int32_t token, char *out) {
  static const char special[] = "<|endoftext|>";
  if (token == bpe_end_of_text(bpe)) {
    memcpy(out, special, sizeof special - 1);
    return out + sizeof special - 1;
  }
  static uint8_t bytes[BPE_MAX_VOCAB];
  const size_t length = bpe_decode(bpe, token, bytes, sizeof bytes);
  for (size_t i = 0; i < length; i++) {
    const uint32_t c = bpe_byte_codepoint(bytes[i]);
    if (c >= 0x80) *out++ = (char)(0xC0 | c >> 6);
    *out++ = (char)(c < 0x80 ? c : 0x80 | (c & 0x3F));
  }
  return out;
}

static void put_vocabulary(GgufWriter *w, const void *vocabulary) {
  static char text[4 * BPE_MAX_VOCAB + 1];
  const Bpe *bpe = vocabulary;
  const int32_t n = bpe_vocab_size(bpe), end = bpe_end_of_text(bpe);
  gguf_string(w, "tokenizer.ggml.model", "gpt2");
  gguf_string(w, "tokenizer.ggml.pre", "gpt-2");
  gguf_array(w, "tokenizer.ggml.tokens", GGUF_STRING, n);
  for (int32_t t = 0; t < n; t++) gguf_put_string(w, text, (size_t)(spell_token(bpe, t, text) - text));
  gguf_array(w, "tokenizer.ggml.token_type", GGUF_I32, n);
  for (int32_t t = 0; t < n; t++) gguf_put_u32(w, t == end ? TOKEN_CONTROL : TOKEN_NORMAL);
  gguf_array(w, "tokenizer.ggml.merges", GGUF_STRING, bpe->n_merges);
  for (int i = 0; i < bpe->n_merges; i++) {
    char *at = spell_token(bpe, bpe->merges[i].left, text);
    *at++ = ' ';
    at = spell_token(bpe, bpe->merges[i].right, at);
    gguf_put_string(w, text, (size_t)(at - text));
  }
  gguf_u32(w, "tokenizer.ggml.bos_token_id", end);
  gguf_u32(w, "tokenizer.ggml.eos_token_id", end);
  gguf_bool(w, "tokenizer.ggml.add_bos_token", true);
}

static bool read_row(const void *weights, long index, const Tensor *tensor, long row, float *out) {
  (void)index; // tensor tells where it lies
  const float *params = weights;
  memcpy(out, params + tensor->offset + row * tensor->cols, (size_t)tensor->cols * sizeof *out);
  return true;
}

int main(int argc, char **argv) {
  Card card;
  argc = card_options(&card, argc, argv);
  const Format *format = format_named(argc > 3 ? argv[3] : "q8_0");
  if (argc < 3 || argc > 4 || !format) {
    fputs(USAGE, stderr);
    return 2;
  }
  if (!card_name_after(&card, argv[2])) return 2;
  Checkpoint checkpoint;
  bool missing;
  const char *error = checkpoint_load(&checkpoint, argv[1], &missing);
  if (error) {
    fprintf(stderr, "%s: %s\n", argv[1], error);
    return 1;
  }
  const LlamaModel model = {.shape = &checkpoint.shape,
                            .format = format,
                            .card = &card,
                            .weights = checkpoint.params,
                            .read_row = read_row,
                            .vocabulary = &checkpoint.bpe,
                            .put_vocabulary = put_vocabulary};
  const bool ok = llama_gguf_write(&model, argv[2]);
  checkpoint_free(&checkpoint);
  return ok ? 0 : 1;
}
