/* Compares the lazy sampler with one that computes everything, bit for bit, on many logits and pipelines.
 * Run by tests/sampler.test.js, under the sanitizers. Argument: how many cases.
 * Knows the sampler's definition from logitscope.h alone. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../src/logitscope.h"
#include "../../src/numerics.h"

#define MOST_TOKENS 6000

static uint64_t state = 1;

static double unit(void) {
  state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
  return (double)(state >> 11) * 0x1p-53;
}

static float logits[MOST_TOKENS];
static uint32_t order[MOST_TOKENS], ids[MOST_TOKENS];
static float probs[MOST_TOKENS];
static double shown[MOST_TOKENS];

static int by_rank(const void *a, const void *b) {
  const uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
  if (logits[x] != logits[y]) return logits[x] > logits[y] ? -1 : 1;
  return x < y ? -1 : 1;
}

/* ---- the naive sampler ---- */

typedef struct naive_row {
  uint32_t kept;
  double temperature, sum, moment, kept_mass;
} naive_row;

static double scaled(const naive_row *row, uint32_t id) {
  return ((double)logits[id] - (double)logits[order[0]]) / row->temperature;
}

static double weight(const naive_row *row, uint32_t rank) { return ls_exp(scaled(row, order[rank])); }

static void measure(naive_row *row, const naive_row *before, uint32_t vocab) {
  double sum[4] = {0}, moment[4] = {0};
  const bool whole = row->kept == vocab;
  for (uint32_t i = 0; i < row->kept; i++) {
    const uint32_t id = whole ? i : order[i];
    const double w = ls_exp(scaled(row, id));
    sum[whole ? i % 4 : 0] += w;
    if (w > 0) moment[whole ? i % 4 : 0] += w * scaled(row, id);
  }
  row->sum = (sum[0] + sum[2]) + (sum[1] + sum[3]);
  row->moment = (moment[0] + moment[2]) + (moment[1] + moment[3]);
  row->kept_mass = row->kept == before->kept ? 1 : row->sum / before->sum;
}

static naive_row after(const naive_row *before, ls_stage stage, uint32_t vocab) {
  naive_row row = *before;
  double mass = 0;
  uint32_t n = 0;
  switch (stage.kind) {
    case LS_STAGE_TEMPERATURE:
      if (row.temperature * stage.values[0] == 0)
        row.kept = 1;
      else
        row.temperature *= stage.values[0];
      break;
    case LS_STAGE_TOP_K:
      if (stage.values[0] > 0 && stage.values[0] < row.kept) row.kept = (uint32_t)stage.values[0];
      break;
    case LS_STAGE_TOP_P:
      if (stage.values[0] == 1) break;
      while (n == 0 || (n < before->kept && mass < (double)(float)stage.values[0])) {
        mass += (double)(float)(weight(before, n++) / before->sum);
      }
      row.kept = n;
      break;
    default:
      if (stage.values[0] == 0) break;
      mass = (double)(float)stage.values[0] * (double)(float)(1 / before->sum);
      while (n < before->kept && (n == 0 || (double)(float)(weight(before, n) / before->sum) >= mass)) n++;
      row.kept = n;
  }
  measure(&row, before, vocab);
  return row;
}

static uint32_t draw_token(const naive_row *row, double u) {
  uint32_t drawn = 0;
  double cumulative = 0;
  for (uint32_t r = 0; r < row->kept && cumulative <= u; r++) {
    const float p = (float)(weight(row, r) / row->sum);
    if (p > 0) drawn = r;
    cumulative += (double)p;
  }
  return order[drawn];
}

/* ---- cases ---- */

/* Normal logits of many deviations, with ties, minus infinities and zeros of both signs. */
static void make_logits(uint32_t vocab) {
  static const double deviations[] = {0, 1e-6, 0.3, 1.5, 4, 30, 1e4, 1e30};
  const double deviation = deviations[(int)(8 * unit())], step = unit() < 0.4 ? deviation / 4 : 0;
  const double hidden = unit() < 0.3 ? unit() : 0, offset = unit() < 0.3 ? 100 * unit() - 50 : -0.0;
  for (uint32_t i = 0; i < vocab; i++) {
    double x = deviation * sqrt(-2 * log(1 - unit())) * cos(6.283185307179586 * unit());
    if (step > 0) x = step * round(x / step);
    logits[i] = unit() < hidden ? -INFINITY : (float)(x + offset);
  }
  logits[(uint32_t)(vocab * unit())] = (float)offset;
}

static uint32_t make_stages(ls_stage stages[LS_MAX_STAGES]) {
  static const double temperatures[] = {0, 1e-320, 0.05, 0.8, 1, 1.7, 100};
  const uint32_t n = (uint32_t)(6 * unit());
  for (uint32_t i = 0; i < n; i++) {
    static const uint32_t kinds[] = {LS_STAGE_TEMPERATURE, LS_STAGE_TOP_K, LS_STAGE_TOP_P, LS_STAGE_MIN_P};
    const uint32_t one = (uint32_t)(4 * unit());
    const double value[] = {temperatures[(int)(7 * unit())], floor(80 * unit()), 1 - unit() * unit(),
                            0.3 * unit() * unit()};
    stages[i].kind = kinds[one];
    stages[i].values[0] = unit() < 0.1 ? ls_stage_spec_of(kinds[one])->parameters[0].off : value[one];
  }
  return n;
}

static void same(const char *what, double actual, double expected) {
  if (memcmp(&actual, &expected, sizeof actual) == 0) return;
  printf("%s is %.17g, expected %.17g\n", what, actual, expected);
  exit(1);
}

static double bits_of_entropy(const naive_row *row) {
  const double bits = (ls_log(row->sum) - row->moment / row->sum) / 0x1.62e42fefa39efp-1;
  return bits > 0 ? bits : 0;
}

static void test_case(ls_sampler *s, uint64_t number) {
  ls_stage stages[LS_MAX_STAGES];
  make_logits(s->vocab);
  const uint32_t n = make_stages(stages);
  const uint32_t force = unit() < 0.2 ? (uint32_t)(s->vocab * unit()) : LS_NO_TOKEN;
  for (uint32_t i = 0; i < s->vocab; i++) order[i] = i;
  qsort(order, s->vocab, sizeof *order, by_rank);

  naive_row rows[LS_MAX_STAGES + 1] = {{.kept = s->vocab, .temperature = 1}};
  measure(&rows[0], &rows[0], s->vocab);
  for (uint32_t i = 0; i < n; i++) rows[i + 1] = after(&rows[i], stages[i], s->vocab);
  const double u = ls_uniform(number, 7, LS_STREAM_DRAW);
  const uint32_t token = force != LS_NO_TOKEN ? force : draw_token(&rows[n], u);

  ls_draw draw;
  ls_error error;
  const ls_turn turn = {.seed = number, .position = 7, .force = force};
  if (unit() < 0.5) { /* what an earlier sample has found out changes nothing */
    ls_stage other[LS_MAX_STAGES];
    const uint32_t n_other = make_stages(other);
    if (ls_sampler_start(s, logits, &error) || ls_sample(s, other, n_other, &turn, &draw, &error)) exit(1);
  } else if (ls_sampler_start(s, logits, &error)) {
    exit(1);
  }
  if (ls_sample(s, stages, n, &turn, &draw, &error)) puts(error.message), exit(1);
  same("the token", draw.token, token);
  same("u", draw.u, u);
  same("logprob", draw.logprob, scaled(&rows[0], token) - ls_log(rows[0].sum));
  same("entropy", draw.entropy, bits_of_entropy(&rows[0]));

  for (uint32_t look = 0; look < 2 * (n + 1); look++) { /* rows in any order, some twice, some never */
    const uint32_t index = (uint32_t)((n + 1) * unit());
    double listed;
    const uint32_t most = (uint32_t)(s->vocab * unit()) + 1;
    const uint32_t count = ls_row_list(s, index, most, ids, probs, shown, &listed);
    same("kept", s->rows[index].kept, rows[index].kept);
    same("kept mass", s->rows[index].kept_mass, rows[index].kept_mass);
    same("a row's entropy", s->rows[index].entropy, bits_of_entropy(&rows[index]));
    for (uint32_t r = 0; r < count; r++) {
      same("a listed id", ids[r], order[r]);
      same("a logit", shown[r], (double)logits[order[r]] / rows[index].temperature);
      same("a probability", (double)probs[r], (double)(float)(weight(&rows[index], r) / rows[index].sum));
    }
  }
}

int main(int argc, char **argv) {
  const int cases = argc > 1 ? atoi(argv[1]) : 100;
  for (int i = 0; i < cases; i++) {
    const uint32_t vocab = i % 20 == 0 ? MOST_TOKENS : 1 + (uint32_t)((i % 2 ? 40 : 900) * unit());
    ls_sampler s;
    ls_arena arena = {NULL, 0, 0};
    ls_sampler_open(&s, vocab, &arena);
    arena = (ls_arena){aligned_alloc(64, arena.used), arena.used, 0};
    ls_sampler_open(&s, vocab, &arena);
    for (int again = 0; again < 2; again++) test_case(&s, (uint64_t)i);
    free(arena.base);
  }
  return 0;
}
