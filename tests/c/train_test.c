// Tests of the trainer's other parts: optimiser, vocabulary, data, checkpoints, formats, divergence.
// Compiled and run by tests/model.test.js, with sanitizers; prints what fails, exits 1.
// Must not know of real data: every input is made here.
#include <math.h>
#include <string.h>

#include "../../model/adamw.h"
#include "../../model/checkpoint.h"
#include "../../model/data.h"
#include "../../model/divergence.h"
#include "../../model/evaluate.h"
#include "../../model/quantise.h"
#include "../../model/trainer.h"
#include "check.h"

// ---------------------------------------------------------------------------------------------
// Optimiser

static void test_adamw(void) {
  // One weight and one norm: vocab 2, dim 1 is no valid model, but a valid layout. Computed by
  // hand: m = 0.1 g, v = 0.05 g^2, both corrected to g and g^2, so each moves by lr against the
  // sign of g; the weight also shrinks by lr * decay.
  const Shape shape = {2, 2, 1, 1, 1, 1, 2};
  const AdamW adamw = {0.9f, 0.95f, 0, 0.1f};
  const long n = parameter_count(&shape), norm = tensor_at(&shape, tensor_count(&shape) - 1).offset;
  float *params = zeros(n), *grads = zeros(n), *mean = zeros(n), *square = zeros(n);
  for (long i = 0; i < n; i++) {
    params[i] = 2;
    grads[i] = i % 2 ? -4.0f : 0.5f;
  }
  for (long t = 0; t < tensor_count(&shape); t++) {
    const Tensor tensor = tensor_at(&shape, t);
    const long at = tensor.offset;
    adamw_step(&adamw, &tensor, params + at, grads + at, mean + at, square + at, 0.01f, 1, 1);
  }
  check(fabs((double)params[0] - (2 * 0.999 - 0.01)) < 1e-6, "AdamW moves and decays a weight");
  check(fabs((double)params[1] - (2 * 0.999 + 0.01)) < 1e-6, "AdamW moves against the sign");
  check(fabs((double)params[norm] - (norm % 2 ? 2.01 : 1.99)) < 1e-6, "AdamW decays no norm");

  // Second step, g = 1 for the first weight: m = 0.9 * 0.05 + 0.1 = 0.145, over 1 - 0.81;
  // v = 0.95 * 0.0125 + 0.05 = 0.061875, over 1 - 0.9025. The gradient comes as 2 * 0.5.
  const double before = (double)params[0];
  grads[0] = 2;
  const Tensor embedding = tensor_at(&shape, 0);
  adamw_step(&adamw, &embedding, params, grads, mean, square, 0.01f, 0.5f, 2);
  const double expected = before * 0.999 - 0.01 * (0.145 / 0.19) / sqrt(0.061875 / 0.0975);
  check(fabs((double)params[0] - expected) < 1e-6, "AdamW's second step is as by hand");
  free(params);
  free(grads);
  free(mean);
  free(square);

  check(clip_factor(5, 1) == 0.2f, "a long gradient is clipped");
  check(clip_factor(5, 6) == 1.0f, "a short gradient is left as it is");
  check(learning_rate_at(0, 10, 100, 1, 0.1f) == 0.1f, "warm-up begins above 0");
  check(learning_rate_at(10, 10, 100, 1, 0.1f) == 1, "warm-up reaches the peak");
  check(fabsf(learning_rate_at(55, 10, 100, 1, 0.1f) - 0.55f) < 1e-6f, "half-way is the middle");
  check(fabsf(learning_rate_at(100, 10, 100, 1, 0.1f) - 0.1f) < 1e-6f, "the end is the share");
}

static void test_divergence(void) {
  Divergence d = divergence_new(1), never = divergence_new(0);
  for (int i = 0; i < 20; i++) divergence_add(&d, 1);
  divergence_add(&d, 100);
  check(!is_suspect(&d) && !has_diverged(&d), "one row alone, however high, is nothing");
  divergence_add(&d, 100);
  check(is_suspect(&d) && !has_diverged(&d), "two make it suspect");
  divergence_add(&d, 100);
  check(has_diverged(&d), "three are a divergence");
  for (int i = 0; i < 20; i++) divergence_add(&never, i);
  check(!is_suspect(&never) && !has_diverged(&never), "without a limit nothing is");
}

// ---------------------------------------------------------------------------------------------
// Vocabulary and data

static Text text_of(const char *string) { return (Text){(const uint8_t *)string, strlen(string)}; }

static void test_words(void) {
  static const struct {
    const char *text, *words; // words joined by |
  } cases[] = {
      {"Hello world", "Hello| world"},
      {"I'll don't 's", "I|'ll| don|'t| '|s"},
      {"a  b", "a| | b"},
      {"a \n\n b  ", "a| \n\n| b|  "},
      {"in 1999, x2", "in| 1999|,| x|2"},
      {"\"Hi!\" --", "\"|Hi|!\"| --"},
      {"caf\xC3\xA9 \xE2\x80\x9Cup\xE2\x80\x9D", "caf\xC3\xA9| \xE2\x80\x9C|up|\xE2\x80\x9D"},
      {"\n\nThe", "\n|\n|The"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char joined[128];
    size_t n = 0;
    for (Text rest = text_of(cases[i].text); rest.length;) {
      const size_t length = bpe_first_word(rest);
      if (n) joined[n++] = '|';
      memcpy(joined + n, rest.bytes, length);
      n += length;
      rest = (Text){rest.bytes + length, rest.length - length};
    }
    joined[n] = '\0';
    check(strcmp(joined, cases[i].words) == 0, cases[i].words);
  }
}

static void test_bpe(void) {
  const Text documents[] = {text_of("the cat sat on the mat. the cat ate."),
                            text_of("aaaa aaaa the hat; the bat"), text_of("\xFF\xFE\x00")};
  Bpe bpe, again;
  check(bpe_train(&bpe, documents, 3, 20) && bpe_train(&again, documents, 3, 20), "BPE learns");
  check(bpe.n_merges == again.n_merges &&
            memcmp(bpe.merges, again.merges, (size_t)bpe.n_merges * sizeof *bpe.merges) == 0,
        "BPE learns the same twice");
  // "at" stands 6 times, "th" and "he" 4 times.
  check(bpe.merges[0].left == 'a' && bpe.merges[0].right == 't', "the most frequent pair is first");
  check(bpe_vocab_size(&bpe) == 257 + bpe.n_merges, "the vocabulary has bytes, merges, one special");

  Random random = random_new(1);
  uint8_t bytes[400], decoded[400];
  int32_t tokens[400];
  for (int round = 0; round < 300; round++) {
    const size_t length = round == 0 ? 0 : (size_t)(random_next(&random) % sizeof bytes);
    const char *common = "the cat aa ";
    for (size_t i = 0; i < length; i++)
      bytes[i] = round % 2 ? (uint8_t)random_next(&random) : (uint8_t)common[random_next(&random) % 11];
    const size_t n = bpe_encode(&bpe, (Text){bytes, length}, tokens);
    size_t back = 0;
    for (size_t i = 0; i < n; i++) back += bpe_decode(&bpe, tokens[i], decoded + back, sizeof decoded - back);
    check(back == length && memcmp(bytes, decoded, length) == 0, "any bytes come back");
    if (length > 50 && round % 2 == 0) check(n < length, "merges shorten known text");
  }
  check(bpe_decode(&bpe, bpe_end_of_text(&bpe), decoded, sizeof decoded) == 0,
        "the special token has no bytes");

  const BpeMerge impossible = {256, 'a'};
  Bpe broken;
  check(!bpe_from_merges(&broken, &impossible, 1), "a merge of what does not exist yet is refused");
  bpe_free(&bpe);
  bpe_free(&again);

  bool seen[512] = {false};
  for (int b = 0; b < 256; b++) {
    const uint32_t c = bpe_byte_codepoint((uint8_t)b);
    check(c < 512 && !seen[c & 511], "every byte has a character of its own");
    seen[c & 511] = true;
  }
  check(bpe_byte_codepoint(' ') == 0x120 && bpe_byte_codepoint('\n') == 0x10A &&
            bpe_byte_codepoint('A') == 'A' && bpe_byte_codepoint(0xAD) == 0x143,
        "bytes are spelt as GPT-2 spells them");
}

static void test_data(void) {
  size_t n;
  Text *documents = split_documents(
      text_of("one\ntwo\n<|endoftext|>\n\n<|endoftext|>\nthree <|endoftext|>\r\n<|endoftext|>\nrest"), &n);
  check(n == 3 && documents[0].length == 7 && documents[1].length == 19 && documents[2].length == 4,
        "documents end at separator lines only");

  Bpe bpe;
  Dataset data;
  check(bpe_train(&bpe, documents, n, 0) && dataset_new(&data, &bpe, documents, n, 4), "data loads");
  check(data.n_tokens == 3 + 7 + 19 + 4 && data.tokens[0] == 256 && data.tokens[8] == 256,
        "each document begins with the special token");
  check(data.n_sequences == 8, "sequences of an epoch");
  int32_t tokens[24 * 4], targets[24 * 4], later[4], later_targets[4];
  dataset_batch(&data, 5, 0, 24, tokens, targets);
  int count[257] = {0}, whole[257] = {0};
  for (int i = 0; i < 24 * 4; i++) {
    if (i % 4 != 3) check(targets[i] == tokens[i + 1], "a target is the next token");
    if (i < 8 * 4) count[tokens[i]]++;
  }
  for (long i = 0; i < data.n_tokens; i++) whole[data.tokens[i]]++;
  int left_out = 0;
  for (int i = 0; i < 257; i++) left_out += abs(whole[i] - count[i]);
  check(left_out == 1, "an epoch takes every token but the last");
  check(memcmp(tokens, tokens + 32, 32 * sizeof *tokens) != 0 ||
            memcmp(tokens, tokens + 64, 32 * sizeof *tokens) != 0,
        "epochs differ in order");
  for (int i = 23; i >= 0; i--) {
    dataset_batch(&data, 5, i, 1, later, later_targets);
    check(memcmp(later, tokens + 4 * i, sizeof later) == 0, "a batch depends on its number alone");
  }
  dataset_free(&data);
  bpe_free(&bpe);
  free(documents);
}

// ---------------------------------------------------------------------------------------------
// Checkpoints, and going on from them

static const char *const PATH = "train_test.ckpt";

static Checkpoint tiny_state(void) {
  const BpeMerge merge = {'a', 't'};
  const Shape shape = {258, 8, 2, 2, 1, 12, 16};
  Checkpoint state;
  if (!checkpoint_new(&state, &shape) || !bpe_from_merges(&state.bpe, &merge, 1)) abort();
  state.seed = 42;
  parameters_init(&shape, state.params, state.seed);
  return state;
}

static void run_steps(Checkpoint *state, Dataset *data, long n) {
  enum { BATCH = 4, CONTEXT_LENGTH = 16 };
  Trainer trainer = {.state = state,
                     .adamw = {0.9f, 0.95f, 1e-8f, 0.1f},
                     .dropout = 0.2f,
                     .max_norm = 1,
                     .batch = BATCH,
                     .threads = 2};
  int32_t tokens[BATCH * CONTEXT_LENGTH], targets[BATCH * CONTEXT_LENGTH];
  check(trainer_start(&trainer, 1), "the trainer starts");
  for (long i = 0; i < n; i++) {
    dataset_batch(data, state->seed, (long)state->step * BATCH, BATCH, tokens, targets);
    trainer_step(&trainer, tokens, targets, 1e-2f);
  }
  trainer_stop(&trainer);
}

static bool same_state(const Checkpoint *a, const Checkpoint *b) {
  const size_t size = (size_t)parameter_count(&a->shape) * sizeof(float);
  return a->step == b->step && memcmp(a->params, b->params, size) == 0 &&
         memcmp(a->mean, b->mean, size) == 0 && memcmp(a->square, b->square, size) == 0;
}

static void test_resume(void) {
  const Text documents[] = {text_of("the cat sat on the mat and then it sat on the hat"),
                            text_of("a bat and a rat sat at home, and that was that"),
                            text_of("what a fat cat! it ate a lot")};
  Checkpoint whole = tiny_state(), part = tiny_state(), loaded;
  Dataset data;
  bool missing;
  check(dataset_new(&data, &whole.bpe, documents, 3, 16), "data loads");
  run_steps(&whole, &data, 9);
  run_steps(&part, &data, 4);
  check(whole.step == 9 && part.step == 4, "steps are counted");
  check(!checkpoint_save(&part, PATH), "a checkpoint is saved");
  check(!checkpoint_load(&loaded, PATH, &missing), "a checkpoint is loaded");
  check(same_state(&part, &loaded) && loaded.seed == 42 && loaded.bpe.n_merges == 1,
        "a checkpoint comes back as it was");
  run_steps(&loaded, &data, 5);
  check(same_state(&whole, &loaded), "resumed training is the uninterrupted one, bit for bit");
  checkpoint_free(&whole);
  checkpoint_free(&part);
  checkpoint_free(&loaded);
  dataset_free(&data);
}

static void test_broken_step(void) {
  const Text document = text_of("the cat sat on the mat and then it sat on the hat again and again");
  Checkpoint state = tiny_state();
  Dataset data;
  check(dataset_new(&data, &state.bpe, &document, 1, 16), "data loads");
  state.params[100] = INFINITY;
  const float other = state.params[101];
  run_steps(&state, &data, 1);
  check(state.step == 0 && state.params[101] == other, "a loss that is no number changes nothing");
  dataset_free(&data);
  checkpoint_free(&state);
}

static void test_damaged_checkpoint(void) {
  Text file;
  Checkpoint loaded;
  bool missing;
  if (!read_file(PATH, &file)) abort();
  uint8_t *bytes = (uint8_t *)file.bytes;
  for (size_t i = 0; i < 12; i++) { // cut short, or with one byte changed, all over the file
    const size_t place = file.length * i / 12, length = i % 2 ? place : file.length;
    bytes[place] ^= 0x40;
    FILE *out = fopen(PATH, "wb");
    if (!out || fwrite(bytes, 1, length, out) != length || fclose(out) != 0) abort();
    bytes[place] ^= 0x40;
    check(checkpoint_load(&loaded, PATH, &missing) && !missing, "a damaged checkpoint is refused");
  }
  remove(PATH);
  check(checkpoint_load(&loaded, PATH, &missing) && missing, "a missing checkpoint is told apart");
  free(bytes);
}

// ---------------------------------------------------------------------------------------------
// Number formats

static void test_halves(void) {
  for (uint32_t h = 0; h < 0x10000; h++) {
    const float value = half_to_float((uint16_t)h);
    if (!isnan(value)) check(half_from_float(value) == h, "every half comes back");
  }
  check(half_from_float(65519.0f) == 0x7BFF && half_from_float(65520.0f) == 0x7C00 &&
            half_from_float(1.0f + 0x1p-11f) == 0x3C00 && half_from_float(1.0f + 3 * 0x1p-11f) == 0x3C02 &&
            half_from_float(0x1p-25f) == 0 && half_from_float(0x1.8p-25f) == 1 &&
            half_from_float(0x1.FFFp-15f) == 0x0400,
        "halves round to nearest, ties to even");
}

static void test_blocks(void) {
  Random random = random_new(2);
  float *values = random_array(&random, 64, 1);
  for (int i = 32; i < 64; i++) values[i] = 0; // a block of zeros has scale 0
  uint8_t out[2 * 34];
  double worst = 0, largest = 0;
  for (int i = 0; i < 32; i++) largest = fmax(largest, fabs((double)values[i]));

  format_named("q8_0")->encode(out, values, 64);
  double d = (double)half_to_float((uint16_t)(out[0] | out[1] << 8));
  for (int i = 0; i < 32; i++) worst = fmax(worst, fabs(d * (int8_t)out[2 + i] - (double)values[i]));
  check(worst < 0.51 * largest / 127 + 0.001 * largest, "Q8_0 is off by half a step at most");
  for (int i = 34; i < 68; i++) check(out[i] == 0, "Q8_0 of zeros is zeros");

  format_named("q4_0")->encode(out, values, 64);
  d = (double)half_to_float((uint16_t)(out[0] | out[1] << 8));
  worst = 0;
  for (int i = 0; i < 32; i++) {
    const int q = i < 16 ? out[2 + i] & 15 : out[2 + i - 16] >> 4;
    worst = fmax(worst, fabs(d * (q - 8) - (double)values[i]));
  }
  check(worst < 1.01 * largest / 8, "Q4_0 is off by a step at most");
  check(format_row_bytes(format_named("q4_0"), 64) == 36 && !format_named("q5"), "formats");
  free(values);
}

int main(void) {
  test_divergence();
  test_adamw();
  test_words();
  test_bpe();
  test_data();
  test_resume();
  test_broken_step();
  test_damaged_checkpoint();
  test_halves();
  test_blocks();
  return verdict();
}
