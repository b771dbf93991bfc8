// What a model is worth: validation loss, bits per byte on a text, a sample of its writing.
// Beside the training loop: train.c -> evaluate.c -> transformer.c.
// Must not know of gradients or optimisers.
#include "evaluate.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "random.h"

double validation_loss(Workspace *ws, const float *params, Dataset *dataset) {
  const long context = ws->shape.context, n = ws->sequences * context;
  const long batches = dataset->n_sequences / ws->sequences;
  int32_t *tokens = malloc((size_t)n * 2 * sizeof *tokens);
  double loss = 0;
  for (long b = 0; tokens && b < batches; b++) {
    dataset_batch(dataset, 0, b * ws->sequences, ws->sequences, tokens, tokens + n);
    loss += transformer_loss(ws, params, tokens, tokens + n);
  }
  free(tokens);
  return loss / (double)(batches * n);
}

static long piece_end(Text text, long start, ScoreRule rule) {
  const long length = (long)text.length;
  long end = start + rule.piece_bytes;
  while (end < length && text.bytes[end] != ' ' && text.bytes[end] != '\n') end++;
  return end < length ? end : length;
}

double bits_per_byte(Workspace *ws, const float *params, const Bpe *bpe, Text text, ScoreRule rule) {
  if ((long)text.length > rule.max_bytes) text.length = (size_t)rule.max_bytes;
  const long context = ws->shape.context, n = ws->sequences * context;
  const int32_t bos = bpe_end_of_text(bpe);
  int32_t *piece = malloc((text.length + 1) * sizeof *piece);
  int32_t *tokens = malloc((size_t)n * sizeof *tokens), *targets = malloc((size_t)n * sizeof *targets);
  if (!piece || !tokens || !targets || !text.length) {
    free(piece);
    free(tokens);
    free(targets);
    return -1;
  }
  double nats = 0;
  for (long start = 0, end; start < (long)text.length; start = end) {
    end = piece_end(text, start, rule);
    const Text bytes = {text.bytes + start, (size_t)(end - start)};
    const long n_piece = (long)bpe_encode(bpe, bytes, piece);
    for (long first = 0; first < n_piece; first += context) {
      for (long i = 0; i < n; i++) { // what the piece does not fill is left out by its targets
        tokens[i] = bos;
        targets[i] = -1;
      }
      for (long i = 0; i < context && first + i < n_piece; i++) {
        if (i) tokens[i] = piece[first + i - 1];
        targets[i] = piece[first + i];
      }
      nats += transformer_loss(ws, params, tokens, targets);
    }
  }
  free(piece);
  free(tokens);
  free(targets);
  return nats / log(2.0) / (double)text.length;
}

static int32_t draw(const float *logits, long vocab, float temperature, Random *random) {
  const float max = row_max(logits, vocab);
  double sum = 0;
  for (long i = 0; i < vocab; i++) sum += exp((double)((logits[i] - max) / temperature));
  double rest = random_uniform(random) * sum;
  for (long i = 0; i < vocab; i++) {
    rest -= exp((double)((logits[i] - max) / temperature));
    if (rest < 0) return (int32_t)i;
  }
  return (int32_t)vocab - 1;
}

void write_sample(Workspace *ws, const float *params, const Bpe *bpe, const char *prompt, float temperature,
                  uint64_t seed, FILE *out) {
  const long context = ws->shape.context, vocab = ws->shape.vocab;
  const int32_t bos = bpe_end_of_text(bpe);
  const Text text = {(const uint8_t *)prompt, strlen(prompt)};
  const size_t room = (size_t)(ws->sequences * context);
  int32_t *tokens = malloc((room + text.length + 1) * sizeof *tokens);
  if (!tokens) return;
  Random random = random_new(seed);
  long n = 1 + (long)bpe_encode(bpe, text, tokens + 1);
  tokens[0] = bos;
  for (size_t i = (size_t)n; i < room; i++) tokens[i] = bos;
  fputs(prompt, out);
  // The whole context is computed again for every token: slow, and needs nothing but forward().
  while (n < context) {
    const int32_t token = draw(transformer_logits(ws, params, tokens, n - 1), vocab, temperature, &random);
    if (token == bos) break;
    tokens[n++] = token;
    uint8_t bytes[BPE_MAX_VOCAB];
    const size_t length = bpe_decode(bpe, token, bytes, sizeof bytes);
    fwrite(bytes, 1, length, out);
    fflush(out);
  }
  fputc('\n', out);
  free(tokens);
}
