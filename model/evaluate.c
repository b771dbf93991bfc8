// What a model is worth: validation loss, bits per byte on a text, a sample of its writing.
// Beside the training loop: train.c, samples.c -> evaluate.c -> transformer.c.
// Must not know of gradients or optimisers.
#include "evaluate.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "random.h"

Validation validate(Workspace *ws, const float *params, Dataset *dataset, const Bpe *bpe) {
  const long context = ws->shape.context, n = ws->sequences * context, total = dataset->n_sequences;
  int32_t *tokens = malloc((size_t)n * sizeof *tokens), *targets = malloc((size_t)n * sizeof *targets);
  double nats = 0;
  long n_targets = 0, n_bytes = 0;
  for (long first = 0; tokens && targets && first < total; first += ws->sequences) {
    const long here = total - first < ws->sequences ? total - first : ws->sequences;
    dataset_batch(dataset, 0, first, here, tokens, targets);
    for (long i = here * context; i < n; i++) { // the room of sequences that are not there
      tokens[i] = bpe_end_of_text(bpe);
      targets[i] = -1;
    }
    nats += transformer_loss(ws, params, tokens, targets);
    n_targets += here * context;
    for (long i = 0; i < here * context; i++) n_bytes += (long)bpe_decode(bpe, targets[i], NULL, 0);
  }
  free(tokens);
  free(targets);
  if (!n_targets) return (Validation){(double)NAN, (double)NAN};
  return (Validation){nats / (double)n_targets, nats / log(2.0) / (double)n_bytes};
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

bool write_sample(const Shape *shape, const float *params, const Bpe *bpe, const char *prompt,
                  long max_tokens, float temperature, uint64_t seed, FILE *out) {
  const int32_t bos = bpe_end_of_text(bpe);
  const Text text = {(const uint8_t *)prompt, strlen(prompt)};
  int32_t *tokens = malloc(((size_t)shape->context + text.length + 1) * sizeof *tokens);
  if (!tokens) return false;
  Random random = random_new(seed);
  tokens[0] = bos;
  long n = 1 + (long)bpe_encode(bpe, text, tokens + 1);
  const long end = max_tokens < shape->context - n ? n + max_tokens : shape->context;
  for (long i = n; i < end; i++) tokens[i] = bos;
  fputs(prompt, out);
  // All tokens are computed again for every new one: slow, and needs nothing but forward(). A workspace that
  // grows with the text spares most of the places that are still empty.
  Workspace ws = {0};
  bool ok = true;
  while (n < end) {
    if (n > ws.shape.context) {
      Shape longer = *shape;
      longer.context = (int32_t)(2 * n < end ? 2 * n : end);
      workspace_free(&ws);
      ok = workspace_new(&ws, &longer, 1, FP32);
      if (!ok) break;
    }
    const float *logits = transformer_logits(&ws, params, tokens, n - 1);
    const int32_t token = draw(logits, shape->vocab, temperature, &random);
    if (token == bos) break;
    tokens[n++] = token;
    uint8_t bytes[BPE_MAX_VOCAB];
    const size_t length = bpe_decode(bpe, token, bytes, sizeof bytes);
    fwrite(bytes, 1, length, out);
    fflush(out);
  }
  workspace_free(&ws);
  free(tokens);
  return ok;
}
