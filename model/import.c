// Makes a GGUF file of a model trained with llama2.c, of its checkpoint and its tokenizer.bin.
// Beside export.c: MODEL.bin, TOKENIZER.bin -> llama2c.c -> llama_gguf.c -> OUT.gguf, which src/ reads.
// Must not know how either format lays out its bytes.
#include <stdio.h>
#include <string.h>

#include "llama2c.h"
#include "llama_gguf.h"

static const char USAGE[] =
    "usage: import MODEL.bin TOKENIZER.bin OUT.gguf [f32|f16|q8_0|q4_0]\n       " CARD_USAGE "\n";

// SentencePiece spells a space as U+2581; llama2.c has undone that, and has put line ends around <s> and
// </s>.
static void put_piece(GgufWriter *w, int32_t id, const Llama2cPiece *piece) {
  static const char *const special[LLAMA2C_BYTES] = {"<unk>", "<s>", "</s>"};
  char text[3 * LLAMA2C_LONGEST_PIECE];
  size_t length = 0;
  if (id < LLAMA2C_BYTES) {
    gguf_put_string(w, special[id], strlen(special[id]));
    return;
  }
  for (int32_t i = 0; i < piece->length; i++) {
    const bool space = piece->text[i] == ' ';
    memcpy(text + length, space ? "\xE2\x96\x81" : &piece->text[i], space ? 3 : 1);
    length += space ? 3 : 1;
  }
  gguf_put_string(w, text, length);
}

static uint32_t type_of(int32_t id) {
  if (id == LLAMA2C_UNKNOWN) return TOKEN_UNKNOWN;
  if (id == LLAMA2C_BOS || id == LLAMA2C_EOS) return TOKEN_CONTROL;
  return id < LLAMA2C_PIECES ? TOKEN_BYTE : TOKEN_NORMAL;
}

static void put_vocabulary(GgufWriter *w, const void *vocabulary) {
  const Llama2cTokenizer *t = vocabulary;
  Llama2cPiece piece;
  gguf_string(w, "tokenizer.ggml.model", "llama");
  gguf_array(w, "tokenizer.ggml.tokens", GGUF_STRING, t->n_tokens);
  const uint8_t *at = llama2c_first_piece(t);
  for (int32_t id = 0; id < t->n_tokens; id++) {
    at = llama2c_piece(at, &piece);
    put_piece(w, id, &piece);
  }
  gguf_array(w, "tokenizer.ggml.scores", GGUF_F32, t->n_tokens);
  at = llama2c_first_piece(t);
  for (int32_t id = 0; id < t->n_tokens; id++) {
    at = llama2c_piece(at, &piece);
    gguf_put_f32(w, piece.score);
  }
  gguf_array(w, "tokenizer.ggml.token_type", GGUF_I32, t->n_tokens);
  for (int32_t id = 0; id < t->n_tokens; id++) gguf_put_u32(w, type_of(id));
  gguf_u32(w, "tokenizer.ggml.bos_token_id", LLAMA2C_BOS);
  gguf_u32(w, "tokenizer.ggml.eos_token_id", LLAMA2C_EOS);
  gguf_u32(w, "tokenizer.ggml.unknown_token_id", LLAMA2C_UNKNOWN);
  gguf_bool(w, "tokenizer.ggml.add_bos_token", true);
  gguf_bool(w, "tokenizer.ggml.add_eos_token", false);
  gguf_bool(w, "tokenizer.ggml.add_space_prefix", true);
}

int main(int argc, char **argv) {
  Card card;
  argc = card_options(&card, argc, argv);
  const Format *format = format_named(argc > 4 ? argv[4] : "q8_0");
  if (argc < 4 || argc > 5 || !format) {
    fputs(USAGE, stderr);
    return 2;
  }
  const char *out = argv[3];
  if (!card_name_after(&card, out)) return 2;
  Llama2c checkpoint;
  Llama2cTokenizer tokenizer;
  if (!llama2c_open(&checkpoint, argv[1])) return 1;
  bool ok = llama2c_tokenizer_read(&tokenizer, argv[2], checkpoint.shape.vocab);
  if (ok) {
    // Neither file says the norm's epsilon and the rotary base: llama2.c's run.c has those of shape.h.
    // llama2.c rotates queries and keys by pairs (2i, 2i + 1), and so does GGUF's llama: the rows of wq
    // and wk stay where they are. Only Hugging Face's order has to be undone, and export.py has done that.
    const LlamaModel model = {.shape = &checkpoint.shape,
                              .own_head = checkpoint.own_head,
                              .format = format,
                              .card = &card,
                              .weights = &checkpoint,
                              .read_row = llama2c_read_row,
                              .vocabulary = &tokenizer,
                              .put_vocabulary = put_vocabulary};
    ok = llama_gguf_write(&model, out);
    llama2c_tokenizer_free(&tokenizer);
  }
  llama2c_close(&checkpoint);
  return ok ? 0 : 1;
}
