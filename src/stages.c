/* The stages that leave logits as they are: each cuts the range of tokens that a row keeps, or scales.
 * Between a row and the next one, called by sampler.c; those that change logits are in rewrites.c.
 * Knows rows through sampler.h alone. The table at the end names every stage and says what it takes. */
#include <stdint.h>

#include "numerics.h"
#include "sampler.h"

/* What a probability is compared with is a float, as probabilities are. */
static double as_float(double threshold) { return (double)(float)threshold; }

/* Cuts the tokens less probable than `least`; the first is kept. */
static void keep_likely(ls_sampler *s, ls_row *before, ls_row *row, double least) {
  ls_row_sum_up(s, before);
  uint32_t n = 1;
  while (n < before->kept && (double)ls_row_probability(s, before, n) >= least) n++;
  row->limit = least;
  ls_row_keep(s, row, 0, n);
}

/* The probability of the first token, which no other's exceeds. */
static double most_likely(ls_sampler *s, ls_row *before) {
  ls_row_sum_up(s, before);
  return (double)ls_row_probability(s, before, 0);
}

/* ---- by logits ---- */

static void temperature_stage(ls_sampler *s, ls_row *before, ls_row *row) {
  const double temperature = before->temperature * row->stage.values[0];
  if (temperature > 0)
    row->temperature = temperature;
  else
    ls_row_keep(s, row, 0, 1); /* greedy: the limit of T towards 0, with ties to the lower id */
}

/* The x of one kept token after the other, in no order where all are kept: for that nothing need be ranked.
 */
static double any_x(ls_sampler *s, const ls_row *row, uint32_t i) {
  if (row->kept < s->vocab) return ls_row_x(s, row, i);
  return ls_token_x(s, row, i);
}

/* Tang et al. 2024: logits within n standard deviations of the highest. Those that are minus infinity do not
 * count. The limit is the least logit. */
static void top_n_sigma_stage(ls_sampler *s, ls_row *before, ls_row *row) {
  double sum = 0, squares = 0;
  uint32_t n = 0, kept = 1;
  for (uint32_t i = 0; i < before->kept; i++) {
    const double x = any_x(s, before, i);
    if (x == -__builtin_inf()) continue;
    sum += x;
    n++;
  }
  const double mean = sum / n;
  for (uint32_t i = 0; i < before->kept; i++) {
    const double x = any_x(s, before, i);
    if (x > -__builtin_inf()) squares += (x - mean) * (x - mean);
  }
  const double least = -row->stage.values[0] * __builtin_sqrt(squares / n);
  while (kept < n && ls_row_x(s, before, kept) >= least) kept++;
  row->limit = before->highest / before->temperature + least;
  ls_row_keep(s, row, 0, kept);
}

/* ---- by rank and mass ---- */

static void top_k_stage(ls_sampler *s, ls_row *before, ls_row *row) {
  const double k = row->limit = row->stage.values[0];
  if (k < before->kept) ls_row_keep(s, row, 0, (uint32_t)k);
}

/* Holtzman et al. 2020: the shortest prefix whose mass reaches p; the crossing token is kept. */
static void top_p_stage(ls_sampler *s, ls_row *before, ls_row *row) {
  ls_row_sum_up(s, before);
  const double p = row->limit = as_float(row->stage.values[0]);
  double mass = 0;
  uint32_t n = 0;
  do mass += (double)ls_row_probability(s, before, n++);
  while (n < before->kept && mass < p);
  ls_row_keep(s, row, 0, n);
}

/* Meister et al. 2023: the tokens whose -ln p deviates least from the entropy H, until their mass reaches p,
 * and those that deviate as much as the last. The deviation |-ln p - H| is |x - mean of x|, which falls and
 * then rises along the ranking: so they are a range that grows to either side. The limit is the greatest
 * deviation kept. */
static void typical_stage(ls_sampler *s, ls_row *before, ls_row *row) {
  ls_row_sum_up(s, before);
  const double p = as_float(row->stage.values[0]), mean = before->moment / before->sum;
  uint32_t start = 0;
  while (start < before->kept && ls_row_x(s, before, start) > mean) start++;
  uint32_t end = start; /* kept so far: from start up to, not including, end */
  double mass = 0;
  for (;;) {
    const double above = start > 0 ? ls_row_x(s, before, start - 1) - mean : __builtin_inf();
    const double below = end < before->kept ? mean - ls_row_x(s, before, end) : __builtin_inf();
    const bool upwards = start > 0 && (end == before->kept || above <= below);
    if (!upwards && end == before->kept) break;
    const double deviation = upwards ? above : below;
    if (end > start && mass >= p && deviation > row->limit) break; /* p may be 0 as a float */
    row->limit = deviation;
    mass += (double)ls_row_probability(s, before, upwards ? --start : end++);
  }
  ls_row_keep(s, row, start, end - start);
}

/* ---- by probability: the limit is the least one ---- */

/* Nguyen et al. 2024: tokens at least m times as probable as the most probable one. */
static void min_p_stage(ls_sampler *s, ls_row *before, ls_row *row) {
  keep_likely(s, before, row, as_float(row->stage.values[0]) * most_likely(s, before));
}

/* Hewitt et al. 2022, epsilon sampling. Where none is that probable, the most probable ones are kept. */
static void epsilon_stage(ls_sampler *s, ls_row *before, ls_row *row) {
  const double least = as_float(row->stage.values[0]), most = most_likely(s, before);
  keep_likely(s, before, row, least < most ? least : most);
}

/* Hewitt et al. 2022, eta sampling: where the entropy is high, less is asked of a token. */
static void eta_stage(ls_sampler *s, ls_row *before, ls_row *row) {
  const double epsilon = as_float(row->stage.values[0]), most = most_likely(s, before);
  const double adapted = __builtin_sqrt(epsilon) * ls_exp(-ls_row_entropy(before));
  const double least = adapted < epsilon ? adapted : epsilon;
  keep_likely(s, before, row, least < most ? least : most);
}

/* ---- by chance ---- */

/* XTC ("exclude top choices", p-e-w 2024): with the given probability, of the tokens that reach the threshold
 * all but the least probable go. The limit is the uniform number that decides whether. */
static void xtc_stage(ls_sampler *s, ls_row *before, ls_row *row) {
  row->limit = ls_uniform(s->turn->seed, s->turn->position, LS_STREAM_XTC);
  if (row->limit >= row->stage.values[0]) return;
  ls_row_sum_up(s, before);
  const double threshold = as_float(row->stage.values[1]);
  uint32_t n = 0; /* that reach it */
  for (float p; n < before->kept && (p = ls_row_probability(s, before, n)) > 0; n++) {
    if ((double)p < threshold) break;
  }
  if (n > 1) ls_row_keep(s, row, n - 1, before->kept - (n - 1));
}

/* Basu et al. 2021, mirostat 2: tokens with a surprise of at most mu bits. The limit is mu. */
static void mirostat_stage(ls_sampler *s, ls_row *before, ls_row *row) {
  const double mu = s->turn->mu, tau = row->stage.values[0], bits = mu == mu ? mu : 2 * tau;
  const double least = ls_exp(-bits * LS_LN2), any = 0x1p-149; /* probability 0 is beyond every bound */
  keep_likely(s, before, row, least > any ? least : any);
  row->limit = bits;
}

double ls_next_mu(ls_sampler *s, uint32_t token) {
  for (uint32_t i = s->n_rows; i-- > 1;) {
    ls_row *row = &s->rows[i], *before = row - 1;
    if (row->stage.kind != LS_STAGE_MIROSTAT || ls_stage_is_off(&row->stage)) continue;
    const double tau = row->stage.values[0], eta = row->stage.values[1];
    ls_row_sum_up(s, row);
    ls_row_sum_up(s, before);
    double surprise = ls_row_surprise(s, row, token);
    if (surprise == __builtin_inf()) surprise = ls_row_surprise(s, before, token);
    if (surprise == __builtin_inf()) return row->limit; /* forced, and no stage's to judge */
    return row->limit - eta * (surprise / LS_LN2 - tau);
  }
  return __builtin_nan("");
}

/* ---- the table ---- */

#define NONE __builtin_nan("") /* has no value that switches the stage off */
#define WINDOW "window", 0, INT32_MAX, NONE

static const struct {
  ls_stage_spec spec;
  ls_stage_function *run;
} kinds[LS_STAGE_KINDS] = {
    [LS_STAGE_LOGITS] = {{"logits", {{0}}, 0}, NULL},
    [LS_STAGE_PENALTIES] = {{"penalties",
                             {{"repetition", 0, 100, 1, 1, true, false, false},
                              {"frequency", -100, 100, 0, 0, false, false, false},
                              {"presence", -100, 100, 0, 0, false, false, false},
                              {WINDOW, 64, false, false, true}},
                             4},
                            ls_penalties_stage},
    [LS_STAGE_BIAS] = {{"bias", {{0}}, 0}, ls_bias_stage},
    [LS_STAGE_DRY] = {{"dry",
                       {{"multiplier", 0, 100, 0, 0, false, false, false},
                        {"base", 1, 100, NONE, 1.75, false, false, false},
                        {"allowed-length", 0, INT32_MAX, NONE, 2, false, false, true},
                        {WINDOW, 0, false, false, true}},
                       4},
                      ls_dry_stage},
    [LS_STAGE_TOP_N_SIGMA] = {{"top-n-sigma", {{"value", 0, 100, 0, 0, false, false, false}}, 1},
                              top_n_sigma_stage},
    [LS_STAGE_TEMPERATURE] = {{"temperature", {{"value", 0, 100, 1, 1, false, false, false}}, 1},
                              temperature_stage},
    [LS_STAGE_TOP_K] = {{"top-k", {{"value", 0, INT32_MAX, 0, 0, false, false, true}}, 1}, top_k_stage},
    [LS_STAGE_TYPICAL] = {{"typical", {{"value", 0, 1, 1, 1, true, false, false}}, 1}, typical_stage},
    [LS_STAGE_TOP_P] = {{"top-p", {{"value", 0, 1, 1, 1, true, false, false}}, 1}, top_p_stage},
    [LS_STAGE_MIN_P] = {{"min-p", {{"value", 0, 1, 0, 0, false, true, false}}, 1}, min_p_stage},
    [LS_STAGE_EPSILON] = {{"epsilon", {{"value", 0, 1, 0, 0, false, true, false}}, 1}, epsilon_stage},
    [LS_STAGE_ETA] = {{"eta", {{"value", 0, 1, 0, 0, false, true, false}}, 1}, eta_stage},
    [LS_STAGE_XTC] = {{"xtc",
                       {{"probability", 0, 1, 0, 0, false, false, false},
                        {"threshold", 0, 1, NONE, 0.1, true, false, false}},
                       2},
                      xtc_stage},
    [LS_STAGE_MIROSTAT] = {{"mirostat",
                            {{"tau", 0, 100, 0, 0, false, false, false},
                             {"eta", 0, 1, NONE, 0.1, false, false, false}},
                            2},
                           mirostat_stage},
};

const ls_stage_spec *ls_stage_spec_of(uint32_t kind) {
  return kind < LS_STAGE_KINDS ? &kinds[kind].spec : NULL;
}

ls_stage_function *ls_stage_function_of(uint32_t kind) { return kinds[kind].run; }

bool ls_stage_is_off(const ls_stage *stage) {
  const ls_stage_spec *spec = &kinds[stage->kind].spec;
  for (uint32_t i = 0; i < spec->n_parameters; i++) {
    const double off = spec->parameters[i].off;
    if (off == off && stage->values[i] != off) return false;
  }
  return spec->n_parameters > 0; /* whose list of biases is empty, that adds nothing */
}

bool ls_stage_rewrites(const ls_stage *stage) {
  return stage->kind == LS_STAGE_PENALTIES || stage->kind == LS_STAGE_BIAS || stage->kind == LS_STAGE_DRY;
}
