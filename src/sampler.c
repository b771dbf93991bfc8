/* The sampler: logits through stages to a token, with every distribution on the way kept for show.
 * After forward.c; the last hop. A stage is a pure function from the row before to its own row.
 * Knows no model and no text. Semantics: the table below and ls_row in logitscope.h.
 *
 * Rank order is: higher logit first, on a tie the lower id. No stage here changes the order, so the
 * tokens a row keeps are a prefix of one ranking, and a row is a few numbers. The ranking is made
 * only as far as it is read, from a heap; a trace reads further and changes nothing.
 * Weights and their sums are double: in order of id over the whole vocabulary, else in rank order.
 * A probability is weight / sum rounded to float, and so are the thresholds p and m; what is compared
 * with p, m or u are those floats, added up in double: the numbers shown are the numbers that decided. */
#include "logitscope.h"
#include "numerics.h"

#define LN2 0x1.62e42fefa39efp-1

/* ---- ranking ---- */

/* The ids not yet ranked are a heap that lies backwards in ranking[]: node i, counted from the end,
 * is at vocab - 1 - i. Its last node is where the next ranked id goes. */
static uint32_t *node(const ls_sampler *s, uint32_t i) { return &s->ranking[s->vocab - 1 - i]; }

static bool ranks_before(const float *logits, uint32_t a, uint32_t b) {
  return logits[a] != logits[b] ? logits[a] > logits[b] : a < b;
}

/* Sinks `id` from node `at` of a heap of `size` nodes to where it belongs. */
static void sink(const ls_sampler *s, uint32_t id, uint32_t at, uint32_t size) {
  for (uint32_t child; (child = 2 * at + 1) < size; at = child) {
    if (child + 1 < size && ranks_before(s->logits, *node(s, child + 1), *node(s, child))) child++;
    if (!ranks_before(s->logits, *node(s, child), id)) break;
    *node(s, at) = *node(s, child);
  }
  *node(s, at) = id;
}

static void start_ranking(ls_sampler *s) {
  s->n_ranked = 0;
  for (uint32_t i = 0; i < s->vocab; i++) s->ranking[i] = i;
  for (uint32_t i = s->vocab / 2; i-- > 0;) sink(s, *node(s, i), i, s->vocab);
}

/* The id at rank `rank` (0 is the first). */
static uint32_t ranked(ls_sampler *s, uint32_t rank) {
  while (s->n_ranked <= rank) {
    const uint32_t first = *node(s, 0), last = s->ranking[s->n_ranked];
    s->ranking[s->n_ranked++] = first;
    if (s->n_ranked < s->vocab) sink(s, last, 0, s->vocab - s->n_ranked);
  }
  return s->ranking[rank];
}

/* ---- rows ---- */

static double scaled(const ls_sampler *s, const ls_row *row, uint32_t id) {
  return ((double)s->logits[id] - s->highest) / row->temperature;
}

static double weight(ls_sampler *s, const ls_row *row, uint32_t id) {
  if (row->temperature == 0) return id == ranked(s, 0) ? 1 : 0;
  return ls_exp(scaled(s, row, id));
}

/* The probability of the token at a rank, from the weights of the row in hand. */
static float probability(ls_sampler *s, const ls_row *row, uint32_t rank) {
  return (float)(s->weights[ranked(s, rank)] / row->sum);
}

/* Fills weights[] for the tokens a row keeps. */
static void weigh(ls_sampler *s, const ls_row *row) {
  const bool whole = row->kept == s->vocab;
  for (uint32_t i = 0; i < row->kept; i++) {
    const uint32_t id = whole ? i : ranked(s, i);
    s->weights[id] = weight(s, row, id);
  }
}

/* Completes a row whose kept tokens are known: sum, kept mass, entropy. H = ln sum - sum(w x) / sum
 * with w = e^x, in bits. */
static void measure(ls_sampler *s, const ls_row *before, ls_row *row) {
  const bool whole = row->kept == s->vocab;
  double sum = 0, moment = 0;
  for (uint32_t i = 0; i < row->kept; i++) {
    const uint32_t id = whole ? i : ranked(s, i);
    const double w = s->weights[id];
    sum += w;
    if (w > 0 && row->temperature > 0) moment += w * scaled(s, row, id);
  }
  const double entropy = (ls_log(sum) - moment / sum) / LN2;
  row->entropy = entropy > 0 ? entropy : 0;
  row->kept_mass = row->kept == before->kept ? 1 : sum / before->sum;
  row->sum = sum;
}

/* ---- stages: each sets what its row keeps ---- */

static void logits_stage(ls_sampler *s, const ls_row *before, ls_row *row) {
  weigh(s, row);
  measure(s, before, row);
}

static void temperature_stage(ls_sampler *s, const ls_row *before, ls_row *row) {
  row->temperature = before->temperature * row->stage.value;
  if (row->temperature == before->temperature) return;
  if (row->temperature == 0) { /* greedy: the limit of T towards 0, with ties to the lower id */
    row->kept = 1;
    row->kept_mass = before->kept == 1 ? 1 : (double)probability(s, before, 0);
    row->entropy = 0;
    row->sum = 1;
    weigh(s, row);
    return;
  }
  weigh(s, row);
  measure(s, before, row);
}

static void top_k_stage(ls_sampler *s, const ls_row *before, ls_row *row) {
  const double k = row->stage.value;
  if (k == 0 || k >= before->kept) return;
  row->kept = (uint32_t)k;
  measure(s, before, row);
}

/* Holtzman et al. 2020: the shortest prefix whose mass reaches p; the crossing token is kept. */
static void top_p_stage(ls_sampler *s, const ls_row *before, ls_row *row) {
  if (row->stage.value == 1) return;
  const double p = (double)(float)row->stage.value;
  double mass = 0;
  uint32_t n = 0;
  do mass += (double)probability(s, before, n++);
  while (n < before->kept && mass < p);
  row->kept = n;
  measure(s, before, row);
}

/* Nguyen et al. 2024: tokens at least m times as probable as the most probable one. */
static void min_p_stage(ls_sampler *s, const ls_row *before, ls_row *row) {
  if (row->stage.value == 0) return;
  const double least = (double)(float)row->stage.value * (double)probability(s, before, 0);
  uint32_t n = 1;
  while (n < before->kept && (double)probability(s, before, n) >= least) n++;
  row->kept = n;
  measure(s, before, row);
}

static const struct {
  ls_stage_spec spec;
  void (*run)(ls_sampler *s, const ls_row *before, ls_row *row);
} stages_by_kind[LS_STAGE_KINDS] = {
    [LS_STAGE_LOGITS] = {{"logits", 0, 0, 0, false, false, false}, logits_stage},
    [LS_STAGE_TEMPERATURE] = {{"temperature", 0, 100, 1, false, false, false}, temperature_stage},
    [LS_STAGE_TOP_K] = {{"top-k", 0, INT32_MAX, 0, false, false, true}, top_k_stage},
    [LS_STAGE_TOP_P] = {{"top-p", 0, 1, 1, true, false, false}, top_p_stage},
    [LS_STAGE_MIN_P] = {{"min-p", 0, 1, 0, false, true, false}, min_p_stage},
};

const ls_stage_spec *ls_stage_spec_of(uint32_t kind) {
  return kind < LS_STAGE_KINDS ? &stages_by_kind[kind].spec : NULL;
}

static void run(ls_sampler *s, const ls_row *before, ls_stage stage) {
  ls_row *row = &s->rows[s->n_rows++];
  *row = *before;
  row->stage = stage;
  row->kept_mass = 1; /* unless the stage cuts */
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

static ls_status check_logits(ls_sampler *s, ls_error *error) {
  float highest = -__builtin_inff();
  for (uint32_t i = 0; i < s->vocab; i++) {
    if (!(s->logits[i] < __builtin_inff())) {
      return ls_fail(error, LS_BAD_MODEL,
                     "the logit of token %u is not a number or infinite; the model's weights are damaged: "
                     "download it again",
                     i);
    }
    if (s->logits[i] > highest) highest = s->logits[i];
  }
  s->highest = (double)highest;
  if (highest == -__builtin_inff()) {
    return ls_fail(error, LS_BAD_MODEL,
                   "every logit is minus infinity, no token can follow; the model's weights are damaged");
  }
  return LS_OK;
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
  s->ranking = ls_arena_take(arena, vocab, sizeof *s->ranking);
  s->weights = ls_arena_take(arena, vocab, sizeof *s->weights);
}

/* The first token in rank order whose cumulative probability exceeds u. Rounding may leave the total
 * just below u: then the last token with a probability. One of probability 0 is never drawn. */
static uint32_t draw_token(ls_sampler *s, const ls_row *row, double u) {
  double cumulative = 0;
  uint32_t token = ranked(s, 0);
  for (uint32_t r = 0; r < row->kept && cumulative <= u; r++) {
    const float p = probability(s, row, r);
    if (p > 0) token = ranked(s, r);
    cumulative += (double)p;
  }
  return token;
}

ls_status ls_sample(ls_sampler *s, const float *logits, const ls_stage *stages, uint32_t n_stages,
                    uint64_t seed, uint64_t position, uint32_t force, ls_draw *draw, ls_error *error) {
  s->logits = logits;
  s->n_rows = 0;
  if (force != LS_NO_TOKEN && force >= s->vocab) {
    return ls_fail(error, LS_OUT_OF_RANGE, "forced token id %u, expected 0 to %u", force, s->vocab - 1);
  }
  ls_status status = ls_check_stages(stages, n_stages, error);
  if (!status) status = check_logits(s, error);
  if (status) return status;

  start_ranking(s);
  const ls_row everything = {.kept = s->vocab, .temperature = 1};
  run(s, &everything, (ls_stage){LS_STAGE_LOGITS, 0});
  for (uint32_t i = 0; i < n_stages; i++) run(s, &s->rows[s->n_rows - 1], stages[i]);

  draw->u = ls_uniform(seed, position);
  draw->token = force != LS_NO_TOKEN ? force : draw_token(s, &s->rows[s->n_rows - 1], draw->u);
  draw->logprob = scaled(s, &s->rows[0], draw->token) - ls_log(s->rows[0].sum);
  draw->entropy = s->rows[0].entropy;
  return LS_OK;
}

uint32_t ls_row_list(ls_sampler *s, uint32_t row_index, uint32_t n, uint32_t *ids, float *probs,
                     double *listed_mass) {
  const ls_row *row = &s->rows[row_index];
  if (n > row->kept) n = row->kept;
  *listed_mass = 0;
  for (uint32_t i = 0; i < n; i++) {
    ids[i] = ranked(s, i);
    const double p = weight(s, row, ids[i]) / row->sum;
    probs[i] = (float)p;
    *listed_mass += p;
  }
  return n;
}
