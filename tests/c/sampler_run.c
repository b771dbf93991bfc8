/* Runs the C sampler on cases from standard input, for tests/sampler.test.js and its neighbours.
 * A case, all separated by white space: vocab, seed, position, force (-1: none), mu (nan: none); then lists,
 * each after its length: stages (name or kind, and a list of values; those left out are the usual ones),
 * tokens of the text before, biases (stage, id, value), breakers, tokens to watch; then the logits. One JSON
 * line out: the draw, every row in full and the watched tokens in it. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../src/logitscope.h"

#define MOST_STAGES (LS_MAX_STAGES + 1)

typedef struct ids {
  uint32_t n, *items;
} ids;

static void need(int read, int expected) {
  if (read == expected) return;
  fputs("a case is cut short\n", stderr);
  exit(1);
}

static uint32_t read_count(void) {
  uint32_t n;
  need(scanf("%" SCNu32, &n), 1);
  return n;
}

static double read_number(void) {
  double value;
  need(scanf("%lf", &value), 1);
  return value;
}

static ids read_ids(void) {
  ids list = {.n = read_count()};
  list.items = malloc((list.n + 1) * sizeof *list.items);
  for (uint32_t i = 0; i < list.n; i++) list.items[i] = read_count();
  return list;
}

static ls_stage read_stage(void) {
  char name[32];
  need(scanf("%31s", name), 1);
  ls_stage stage = {.kind = (uint32_t)strtoul(name, NULL, 10)};
  for (uint32_t kind = 0; ls_stage_spec_of(kind); kind++) {
    if (strcmp(name, ls_stage_spec_of(kind)->name) == 0) stage.kind = kind;
  }
  const ls_stage_spec *spec = ls_stage_spec_of(stage.kind);
  const uint32_t n = read_count();
  for (uint32_t i = 0; i < LS_MAX_PARAMETERS; i++) {
    if (spec) stage.values[i] = spec->parameters[i].usual;
    if (i < n) stage.values[i] = read_number();
  }
  return stage;
}

/* JSON has no infinities, but numbers that read as such. */
static void print_number(const char *before, double value) {
  fputs(before, stdout);
  if (isnan(value))
    fputs("null", stdout);
  else if (isinf(value))
    fputs(value > 0 ? "1e999" : "-1e999", stdout);
  else
    printf("%.17g", value);
}

static void print_row(ls_sampler *s, uint32_t index, const ids *watch) {
  const ls_row *row = &s->rows[index];
  uint32_t *listed = malloc(s->vocab * sizeof *listed);
  float *probs = malloc(s->vocab * sizeof *probs);
  double *logits = malloc(s->vocab * sizeof *logits), mass;
  const uint32_t n = ls_row_list(s, index, s->vocab, listed, probs, logits, &mass);
  printf("%s{\"name\":\"%s\",\"kept\":%u", index ? "," : "", ls_stage_spec_of(row->stage.kind)->name,
         row->kept);
  print_number(",\"keptMass\":", row->kept_mass);
  print_number(",\"entropy\":", row->entropy);
  print_number(",\"limit\":", row->limit);
  fputs(",\"ids\":[", stdout);
  for (uint32_t i = 0; i < n; i++) printf(i ? ",%u" : "%u", listed[i]);
  fputs("],\"probs\":[", stdout);
  for (uint32_t i = 0; i < n; i++) print_number(i ? "," : "", (double)probs[i]);
  fputs("],\"logits\":[", stdout);
  for (uint32_t i = 0; i < n; i++) print_number(i ? "," : "", logits[i]);
  fputs("],\"watched\":[", stdout);
  for (uint32_t i = 0; i < watch->n; i++) {
    uint32_t rank;
    ls_row_token(s, index, watch->items[i], &rank, &probs[0], &logits[0]);
    printf("%s[%u", i ? "," : "", rank);
    print_number(",", (double)probs[0]);
    print_number(",", logits[0]);
    putchar(']');
  }
  fputs("]}", stdout);
  free(listed), free(probs), free(logits);
}

static void run(ls_sampler *s, const float *logits, const ls_stage *stages, uint32_t n, const ls_turn *turn,
                const ids *watch) {
  ls_draw draw;
  ls_error error;
  if (ls_sampler_start(s, logits, &error) || ls_sample(s, stages, n, turn, &draw, &error)) {
    printf("{\"status\":%d,\"error\":\"%s\"}\n", (int)error.status, error.message);
    return;
  }
  printf("{\"token\":%u", draw.token);
  print_number(",\"u\":", draw.u);
  print_number(",\"logprob\":", draw.logprob);
  print_number(",\"entropy\":", draw.entropy);
  print_number(",\"mu\":", draw.mu);
  fputs(",\"rows\":[", stdout);
  for (uint32_t i = 0; i < s->n_rows; i++) print_row(s, i, watch);
  puts("]}");
}

int main(void) {
  uint32_t vocab;
  ls_turn turn;
  int64_t force;
  while (scanf("%" SCNu32 " %" SCNu64 " %" SCNu64 " %" SCNd64 " %lf", &vocab, &turn.seed, &turn.position,
               &force, &turn.mu) == 5) {
    turn.force = force < 0 ? LS_NO_TOKEN : (uint32_t)force;
    ls_stage stages[MOST_STAGES];
    const uint32_t n_stages = read_count();
    need(n_stages <= MOST_STAGES, 1);
    for (uint32_t i = 0; i < n_stages; i++) stages[i] = read_stage();
    const ids text = read_ids();
    turn.text = text.items, turn.n_text = text.n;
    turn.n_biases = read_count();
    ls_bias *biases = malloc((turn.n_biases + 1) * sizeof *biases);
    for (uint32_t i = 0; i < turn.n_biases; i++) {
      biases[i].stage = read_count();
      biases[i].id = read_count();
      biases[i].value = read_number();
    }
    turn.biases = biases;
    const ids breakers = read_ids(), watch = read_ids();
    float *logits = malloc(vocab * sizeof *logits);
    for (uint32_t i = 0; i < vocab; i++) logits[i] = (float)read_number();

    ls_sampler sampler;
    ls_arena arena = {NULL, 0, 0};
    ls_sampler_open(&sampler, vocab, &arena);
    arena = (ls_arena){aligned_alloc(64, arena.used), arena.used, 0};
    ls_sampler_open(&sampler, vocab, &arena);
    for (uint32_t i = 0; i < breakers.n; i++) {
      sampler.breakers[breakers.items[i] / 8] |= (uint8_t)(1 << breakers.items[i] % 8);
    }
    run(&sampler, logits, stages, n_stages, &turn, &watch);
    free(arena.base), free(logits), free(biases), free(text.items), free(breakers.items), free(watch.items);
  }
  return 0;
}
