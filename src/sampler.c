/* The sampler: logits through stages to a token, with every distribution on the way ready for show.
 * After forward.c; the last hop. A stage is a pure function from the row before to its own row.
 * Knows no model and no text. Semantics: the table below and ls_row in logitscope.h.
 *
 * No stage here changes the rank order (ranking.h), so the tokens a row keeps are a prefix of one ranking,
 * and a row is a few numbers. Every one of them is computed when it is first asked for: a trace asks for more
 * than the draw does and changes nothing. Weights and their sums are double: over the whole vocabulary as
 * ls_softmax_sums says, else in rank order. A probability is weight / sum rounded to float, and so are the
 * thresholds p and m; what is compared with p, m or u are those floats, added up in double: the numbers shown
 * are the numbers that decided. */
#include "logitscope.h"
#include "numerics.h"

#define LN2 0x1.62e42fefa39efp-1

/* ---- rows ---- */

static double scaled(const ls_sampler *s, const ls_row *row, uint32_t id) {
  return ((double)s->logits[id] - s->highest) / row->temperature;
}

/* The weight of the token at a rank below row->kept. */
static double weight(ls_sampler *s, const ls_row *row, uint32_t rank) {
  if (rank == 0) return 1; /* e^0, and greedy's only token */
  if (s->weights_temperature != row->temperature) s->n_weighed = 0;
  s->weights_temperature = row->temperature;
  for (; s->n_weighed <= rank; s->n_weighed++) {
    s->weights[s->n_weighed] = ls_exp(scaled(s, row, ls_ranked(&s->ranking, s->n_weighed)));
  }
  return s->weights[rank];
}

static bool same_distribution(const ls_row *a, const ls_row *b) {
  return a->kept == b->kept && a->temperature == b->temperature;
}

/* Sees that a row has its sums. */
static void sum_up(ls_sampler *s, ls_row *row) {
  if (row->sum > 0) return; /* it is at least the first token's 1 */
  if (row > s->rows && same_distribution(row - 1, row)) {
    sum_up(s, row - 1);
    row->sum = row[-1].sum;
    row->moment = row[-1].moment;
  } else if (row->kept == s->vocab && row->temperature > 0) {
    ls_softmax_sums(s->logits, s->vocab, s->highest, row->temperature, &row->sum, &row->moment);
  } else {
    row->sum = 1; /* the first token, whose x is 0 */
    for (uint32_t r = 1; r < row->kept; r++) {
      const double w = weight(s, row, r);
      row->sum += w;
      if (w > 0) row->moment += w * scaled(s, row, ls_ranked(&s->ranking, r));
    }
  }
}

/* In bits: H = ln sum - moment / sum. */
static double entropy(const ls_row *row) {
  const double bits = (ls_log(row->sum) - row->moment / row->sum) / LN2;
  return bits > 0 ? bits : 0;
}

/* Computes what a row shows besides its tokens. */
static void complete(ls_sampler *s, ls_row *row) {
  sum_up(s, row);
  row->entropy = entropy(row);
  row->kept_mass = 1;
  if (row == s->rows || row->kept == row[-1].kept) return;
  sum_up(s, row - 1); /* a stage that cuts leaves the weights; greedy's one is 1 before and after */
  row->kept_mass = row->sum / row[-1].sum;
}

/* The probability of the token at a rank, of a row with its sums. */
static float probability(ls_sampler *s, const ls_row *row, uint32_t rank) {
  return (float)(weight(s, row, rank) / row->sum);
}

/* ---- stages: each sets what its row keeps ---- */

static void temperature_stage(ls_sampler *s, ls_row *before, ls_row *row) {
  (void)s;
  row->temperature = before->temperature * row->stage.value;
  if (row->temperature == 0) row->kept = 1; /* greedy: the limit of T towards 0, with ties to the lower id */
}

static void top_k_stage(ls_sampler *s, ls_row *before, ls_row *row) {
  (void)s;
  const double k = row->stage.value;
  if (k > 0 && k < before->kept) row->kept = (uint32_t)k;
}

/* Holtzman et al. 2020: the shortest prefix whose mass reaches p; the crossing token is kept. */
static void top_p_stage(ls_sampler *s, ls_row *before, ls_row *row) {
  if (row->stage.value == 1) return;
  sum_up(s, before);
  const double p = (double)(float)row->stage.value;
  double mass = 0;
  uint32_t n = 0;
  do mass += (double)probability(s, before, n++);
  while (n < before->kept && mass < p);
  row->kept = n;
}

/* Nguyen et al. 2024: tokens at least m times as probable as the most probable one. */
static void min_p_stage(ls_sampler *s, ls_row *before, ls_row *row) {
  if (row->stage.value == 0) return;
  sum_up(s, before);
  const double least = (double)(float)row->stage.value * (double)probability(s, before, 0);
  uint32_t n = 1;
  while (n < before->kept && (double)probability(s, before, n) >= least) n++;
  row->kept = n;
}

static const struct {
  ls_stage_spec spec;
  void (*run)(ls_sampler *s, ls_row *before, ls_row *row);
} stages_by_kind[LS_STAGE_KINDS] = {
    [LS_STAGE_LOGITS] = {{"logits", 0, 0, 0, false, false, false}, NULL},
    [LS_STAGE_TEMPERATURE] = {{"temperature", 0, 100, 1, false, false, false}, temperature_stage},
    [LS_STAGE_TOP_K] = {{"top-k", 0, INT32_MAX, 0, false, false, true}, top_k_stage},
    [LS_STAGE_TOP_P] = {{"top-p", 0, 1, 1, true, false, false}, top_p_stage},
    [LS_STAGE_MIN_P] = {{"min-p", 0, 1, 0, false, true, false}, min_p_stage},
};

const ls_stage_spec *ls_stage_spec_of(uint32_t kind) {
  return kind < LS_STAGE_KINDS ? &stages_by_kind[kind].spec : NULL;
}

static void run(ls_sampler *s, ls_stage stage) {
  ls_row *row = &s->rows[s->n_rows++], *before = row - 1;
  *row = (ls_row){.stage = stage, .kept = before->kept, .temperature = before->temperature};
  stages_by_kind[stage.kind].run(s, before, row);
}

/* ---- checks ---- */

static ls_status check_stage(const ls_stage *stage, uint32_t index, ls_error *error) {
  if (stage->kind == LS_STAGE_LOGITS || stage->kind >= LS_STAGE_KINDS) {
    return ls_fail(error, LS_OUT_OF_RANGE, "stage %u has kind %u, expected 1 to %d", index, stage->kind,
                   LS_STAGE_KINDS - 1);
  }
  const ls_stage_spec *spec = &stages_by_kind[stage->kind].spec;
  const double v = stage->value;
  const bool inside = spec->above_minimum ? v > spec->minimum : v >= spec->minimum;
  if (inside && (spec->below_maximum ? v < spec->maximum : v <= spec->maximum) &&
      (!spec->whole || v == (double)(int64_t)v)) {
    return LS_OK;
  }
  return ls_fail(error, LS_OUT_OF_RANGE, "%s is %.10g, expected %s %s %.10g %s %.10g; %.10g switches it off",
                 spec->name, v, spec->whole ? "an integer" : "a number",
                 spec->above_minimum ? "above" : "from", spec->minimum,
                 spec->below_maximum ? "to below" : "to", spec->maximum, spec->off);
}

static ls_status check_logits(const float *logits, uint32_t n, float *highest, ls_error *error) {
  if (ls_highest(logits, n, highest)) {
    if (*highest > -__builtin_inff()) return LS_OK;
    return ls_fail(error, LS_BAD_MODEL,
                   "every logit is minus infinity, no token can follow; the model's weights are damaged");
  }
  uint32_t bad = 0;
  while (logits[bad] < __builtin_inff()) bad++;
  return ls_fail(error, LS_BAD_MODEL,
                 "the logit of token %u is not a number or infinite; the model's weights are damaged: "
                 "download it again",
                 bad);
}

/* ---- the public way ---- */

ls_status ls_check_stages(const ls_stage *stages, uint32_t n, ls_error *error) {
  if (n > LS_MAX_STAGES) {
    return ls_fail(error, LS_OUT_OF_RANGE, "%u stages, expected at most %d", n, LS_MAX_STAGES);
  }
  ls_status status = LS_OK;
  for (uint32_t i = 0; !status && i < n; i++) status = check_stage(&stages[i], i, error);
  return status;
}

void ls_sampler_open(ls_sampler *s, uint32_t vocab, ls_arena *arena) {
  s->vocab = vocab;
  s->n_rows = 0;
  ls_ranking_open(&s->ranking, vocab, arena);
  s->weights = ls_arena_take(arena, vocab, sizeof *s->weights);
}

/* The first token in rank order whose cumulative probability exceeds u. Rounding may leave the total
 * just below u: then the last token with a probability. One of probability 0 is never drawn. */
static uint32_t draw_token(ls_sampler *s, ls_row *row, double u) {
  sum_up(s, row);
  double cumulative = 0;
  uint32_t drawn = 0;
  for (uint32_t r = 0; r < row->kept && cumulative <= u; r++) {
    const float p = probability(s, row, r);
    if (p > 0) drawn = r;
    cumulative += (double)p;
  }
  return ls_ranked(&s->ranking, drawn);
}

ls_status ls_sample(ls_sampler *s, const float *logits, const ls_stage *stages, uint32_t n_stages,
                    uint64_t seed, uint64_t position, uint32_t force, ls_draw *draw, ls_error *error) {
  s->logits = logits;
  s->n_rows = 0;
  if (force != LS_NO_TOKEN && force >= s->vocab) {
    return ls_fail(error, LS_OUT_OF_RANGE, "forced token id %u, expected 0 to %u", force, s->vocab - 1);
  }
  ls_status status = ls_check_stages(stages, n_stages, error);
  float highest;
  if (!status) status = check_logits(logits, s->vocab, &highest, error);
  if (status) return status;

  s->highest = (double)highest;
  s->n_weighed = 0;
  ls_ranking_start(&s->ranking, logits, highest);
  s->rows[s->n_rows++] = (ls_row){.stage = {LS_STAGE_LOGITS, 0}, .kept = s->vocab, .temperature = 1};
  for (uint32_t i = 0; i < n_stages; i++) run(s, stages[i]);

  draw->u = ls_uniform(seed, position);
  draw->token = force != LS_NO_TOKEN ? force : draw_token(s, &s->rows[s->n_rows - 1], draw->u);
  sum_up(s, s->rows);
  draw->logprob = scaled(s, s->rows, draw->token) - ls_log(s->rows->sum);
  draw->entropy = entropy(s->rows);
  return LS_OK;
}

uint32_t ls_row_list(ls_sampler *s, uint32_t row_index, uint32_t n, uint32_t *ids, float *probs,
                     double *listed_mass) {
  ls_row *row = &s->rows[row_index];
  complete(s, row);
  if (n > row->kept) n = row->kept;
  *listed_mass = 0;
  for (uint32_t i = 0; i < n; i++) {
    ids[i] = ls_ranked(&s->ranking, i);
    const double p = weight(s, row, i) / row->sum;
    probs[i] = (float)p;
    *listed_mass += p;
  }
  return n;
}
