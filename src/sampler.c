/* The sampler: logits through stages to a token, with every distribution on the way ready for show.
 * After forward.c; the last hop. Rows and epochs are here, what stages do with them in stages.c and
 * rewrites.c. Knows no model and no text but ids. Semantics: ls_row and its neighbours in logitscope.h.
 *
 * The tokens a row keeps are a range of one ranking (ranking.h), so a row is a few numbers. Every one of them
 * is computed when it is first asked for: a trace asks for more than the draw does and changes nothing.
 * Weights and their sums are double: over the whole vocabulary as ls_softmax_sums says, else in rank order. A
 * probability is weight / sum rounded to float, and so are the thresholds that probabilities are compared
 * with; what is compared or added up are those floats, in double: the numbers shown are the numbers that
 * decided. */
#include "sampler.h"

#include <string.h>

#include "numerics.h"

/* ---- rows ---- */

double ls_token_x(const ls_sampler *s, const ls_row *row, uint32_t id) {
  return ((double)s->epochs[row->epoch].logits[id] - row->highest) / row->temperature;
}

uint32_t ls_row_id(ls_sampler *s, const ls_row *row, uint32_t i) {
  return ls_ranked(&s->epochs[row->epoch].ranking, row->first + i);
}

double ls_row_x(ls_sampler *s, const ls_row *row, uint32_t i) {
  return ls_token_x(s, row, ls_row_id(s, row, i));
}

/* The weight of the i-th kept token. */
static double weight(ls_sampler *s, const ls_row *row, uint32_t i) {
  if (i == 0) return 1; /* e^0 */
  if (s->weighed_epoch != row->epoch || s->weighed_first != row->first ||
      s->weighed_temperature != row->temperature) {
    s->weighed_epoch = row->epoch;
    s->weighed_first = row->first;
    s->weighed_temperature = row->temperature;
    s->n_weighed = 0;
  }
  for (; s->n_weighed <= i; s->n_weighed++) s->weights[s->n_weighed] = ls_exp(ls_row_x(s, row, s->n_weighed));
  return s->weights[i];
}

static bool same_distribution(const ls_row *a, const ls_row *b) {
  return a->epoch == b->epoch && a->first == b->first && a->kept == b->kept &&
         a->temperature == b->temperature;
}

void ls_row_sum_up(ls_sampler *s, ls_row *row) {
  if (row->sum > 0) return; /* it is at least the first token's 1 */
  if (row > s->rows && same_distribution(row - 1, row)) {
    ls_row_sum_up(s, row - 1);
    row->sum = row[-1].sum;
    row->moment = row[-1].moment;
  } else if (same_distribution(&s->summed, row)) {
    row->sum = s->summed.sum;
    row->moment = s->summed.moment;
  } else if (row->kept == s->vocab) {
    ls_softmax_sums(s->epochs[row->epoch].logits, s->vocab, row->highest, row->temperature, &row->sum,
                    &row->moment);
    if (row->epoch == 0) s->summed = *row;
  } else {
    row->sum = 1; /* the first token, whose x is 0 */
    for (uint32_t i = 1; i < row->kept; i++) {
      const double w = weight(s, row, i);
      row->sum += w;
      if (w > 0) row->moment += w * ls_row_x(s, row, i);
    }
  }
}

double ls_row_entropy(const ls_row *row) {
  const double nats = ls_log(row->sum) - row->moment / row->sum;
  return nats > 0 ? nats : 0;
}

float ls_row_probability(ls_sampler *s, const ls_row *row, uint32_t i) {
  return (float)(weight(s, row, i) / row->sum);
}

void ls_row_keep(ls_sampler *s, ls_row *row, uint32_t from, uint32_t kept) {
  if (from > 0) row->highest = (double)s->epochs[row->epoch].logits[ls_row_id(s, row, from)];
  row->first += from;
  row->kept = kept;
}

/* Computes what a row shows besides its tokens. */
static void complete(ls_sampler *s, ls_row *row) {
  ls_row_sum_up(s, row);
  row->entropy = ls_row_entropy(row) / LS_LN2;
  row->kept_mass = 1;
  if (row == s->rows || row->kept == row[-1].kept) return;
  /* A stage that cuts leaves the weights, but for what they are measured by. */
  ls_row_sum_up(s, row - 1);
  row->kept_mass = row->sum * weight(s, row - 1, row->first - row[-1].first) / row[-1].sum;
}

/* ---- any token ---- */

static uint32_t rank_of(const ls_epoch *epoch, uint32_t vocab, uint32_t id) {
  const float *logits = epoch->logits, logit = logits[id];
  uint32_t rank = 0;
  for (uint32_t i = 0; i < id; i++) rank += logits[i] >= logit;
  for (uint32_t i = id + 1; i < vocab; i++) rank += logits[i] > logit;
  return rank;
}

static bool keeps(const ls_row *row, uint32_t rank) {
  return rank >= row->first && rank - row->first < row->kept;
}

static double shown_logit(const ls_sampler *s, const ls_row *row, uint32_t id) {
  return (double)s->epochs[row->epoch].logits[id] / row->temperature;
}

double ls_row_surprise(ls_sampler *s, const ls_row *row, uint32_t id) {
  if (!keeps(row, rank_of(&s->epochs[row->epoch], s->vocab, id))) return __builtin_inf();
  return ls_log(row->sum) - ls_token_x(s, row, id);
}

void ls_row_token(ls_sampler *s, uint32_t row_index, uint32_t id, uint32_t *rank, float *prob,
                  double *logit) {
  ls_row *row = &s->rows[row_index];
  ls_row_sum_up(s, row);
  *rank = rank_of(&s->epochs[row->epoch], s->vocab, id);
  *logit = shown_logit(s, row, id);
  *prob = 0;
  if (!keeps(row, *rank)) return;
  *rank -= row->first;
  *prob = (float)((*rank == 0 ? 1 : ls_exp(ls_token_x(s, row, id))) / row->sum);
}

uint32_t ls_row_list(ls_sampler *s, uint32_t row_index, uint32_t n, uint32_t *ids, float *probs,
                     double *logits, double *listed_mass) {
  ls_row *row = &s->rows[row_index];
  complete(s, row);
  if (n > row->kept) n = row->kept;
  *listed_mass = 0;
  for (uint32_t i = 0; i < n; i++) {
    ids[i] = ls_row_id(s, row, i);
    logits[i] = shown_logit(s, row, ids[i]);
    const double p = weight(s, row, i) / row->sum;
    probs[i] = (float)p;
    *listed_mass += p;
  }
  return n;
}

/* ---- checks ---- */

static ls_status check_value(const ls_stage_spec *spec, const ls_parameter *p, double v, ls_error *error) {
  const bool inside = p->above_minimum ? v > p->minimum : v >= p->minimum;
  if (inside && (p->below_maximum ? v < p->maximum : v <= p->maximum) &&
      (!p->whole || v == (double)(int64_t)v)) {
    return LS_OK;
  }
  const bool is_only = strcmp(p->name, "value") == 0;
  ls_fail(error, LS_OUT_OF_RANGE, "%s%s%s is %.10g, expected %s %s %.10g %s %.10g", spec->name,
          is_only ? "" : " ", is_only ? "" : p->name, v, p->whole ? "an integer" : "a number",
          p->above_minimum ? "above" : "from", p->minimum, p->below_maximum ? "to below" : "to", p->maximum);
  if (p->off != p->off) return LS_OUT_OF_RANGE;
  const ls_error range = *error;
  return ls_fail(error, LS_OUT_OF_RANGE, "%s; %.10g switches it off", range.message, p->off);
}

static ls_status check_stage(const ls_stage *stage, uint32_t index, ls_error *error) {
  if (stage->kind == LS_STAGE_LOGITS || stage->kind >= LS_STAGE_KINDS) {
    return ls_fail(error, LS_OUT_OF_RANGE, "stage %u has kind %u, expected 1 to %d", index, stage->kind,
                   LS_STAGE_KINDS - 1);
  }
  const ls_stage_spec *spec = ls_stage_spec_of(stage->kind);
  ls_status status = LS_OK;
  for (uint32_t i = 0; !status && i < spec->n_parameters; i++) {
    status = check_value(spec, &spec->parameters[i], stage->values[i], error);
  }
  return status;
}

static ls_status check_bias(const ls_bias *bias, const ls_stage *stages, uint32_t n, ls_error *error) {
  if (bias->stage >= n || stages[bias->stage].kind != LS_STAGE_BIAS) {
    return ls_fail(error, LS_OUT_OF_RANGE, "a bias belongs to stage %u, expected a bias stage", bias->stage);
  }
  if (bias->value >= -LS_MAX_BIAS && bias->value <= LS_MAX_BIAS) return LS_OK;
  return ls_fail(error, LS_OUT_OF_RANGE, "bias of token %u is %.10g, expected a number from %d to %d",
                 bias->id, bias->value, -LS_MAX_BIAS, LS_MAX_BIAS);
}

ls_status ls_check_stages(const ls_stage *stages, uint32_t n, const ls_bias *biases, uint32_t n_biases,
                          ls_error *error) {
  if (n > LS_MAX_STAGES) {
    return ls_fail(error, LS_OUT_OF_RANGE, "%u stages, expected at most %d", n, LS_MAX_STAGES);
  }
  if (n_biases > LS_MAX_BIASES) {
    return ls_fail(error, LS_OUT_OF_RANGE, "%u biases, expected at most %d", n_biases, LS_MAX_BIASES);
  }
  ls_status status = LS_OK;
  uint32_t epochs = 1;
  for (uint32_t i = 0; !status && i < n; i++) {
    status = check_stage(&stages[i], i, error);
    if (!status) epochs += ls_stage_rewrites(&stages[i]) && !ls_stage_is_off(&stages[i]);
  }
  for (uint32_t i = 0; !status && i < n_biases; i++) status = check_bias(&biases[i], stages, n, error);
  if (status || epochs <= LS_MAX_EPOCHS) return status;
  return ls_fail(error, LS_OUT_OF_RANGE,
                 "%u stages change logits (penalties, bias, dry), expected at most %d; leave one out",
                 epochs - 1, LS_MAX_EPOCHS - 1);
}

static ls_status check_id(const ls_sampler *s, const char *what, uint32_t id, ls_error *error) {
  if (id < s->vocab) return LS_OK;
  return ls_fail(error, LS_OUT_OF_RANGE, "%s token id %u, expected 0 to %u", what, id, s->vocab - 1);
}

static ls_status check_ids(const ls_sampler *s, const ls_turn *turn, ls_error *error) {
  ls_status status = turn->force == LS_NO_TOKEN ? LS_OK : check_id(s, "forced", turn->force, error);
  for (uint32_t i = 0; !status && i < turn->n_text; i++) {
    status = check_id(s, "the text has", turn->text[i], error);
  }
  for (uint32_t i = 0; !status && i < turn->n_biases; i++) {
    status = check_id(s, "bias of", turn->biases[i].id, error);
  }
  return status;
}

/* ---- the public way ---- */

void ls_sampler_open(ls_sampler *s, uint32_t vocab, ls_arena *arena) {
  s->vocab = vocab;
  s->n_rows = 0;
  for (uint32_t i = 0; i < LS_MAX_EPOCHS; i++) {
    ls_ranking_open(&s->epochs[i].ranking, vocab, arena);
    if (i > 0) s->epochs[i].changed = ls_arena_take(arena, vocab, sizeof(float));
  }
  s->weights = ls_arena_take(arena, vocab, sizeof *s->weights);
  s->counts = ls_arena_take(arena, vocab, sizeof *s->counts);
  s->breakers = ls_arena_take(arena, (vocab + 7) / 8, 1);
  if (s->counts) memset(s->counts, 0, vocab * sizeof *s->counts);
  if (s->breakers) memset(s->breakers, 0, (vocab + 7) / 8);
}

void ls_sampler_take_breakers(ls_sampler *s, const ls_tokenizer *t) {
  for (uint32_t id = 0; id < s->vocab; id++) {
    for (uint32_t i = t->text_at[id]; i < t->text_at[id + 1]; i++) {
      if (memchr("\n:\"*", t->texts[i], 4)) s->breakers[id / 8] |= (uint8_t)(1u << id % 8);
    }
  }
}

ls_status ls_sampler_start(ls_sampler *s, const float *logits, ls_error *error) {
  float highest;
  s->n_rows = 0;
  if (!ls_highest(logits, s->vocab, &highest)) {
    uint32_t bad = 0;
    while (logits[bad] < __builtin_inff()) bad++;
    return ls_fail(error, LS_BAD_MODEL,
                   "the logit of token %u is not a number or infinite; the model's weights are damaged: "
                   "download it again",
                   bad);
  }
  if (highest == -__builtin_inff()) {
    return ls_fail(error, LS_BAD_MODEL,
                   "every logit is minus infinity, no token can follow; the model's weights are damaged");
  }
  s->epochs[0].logits = logits;
  ls_ranking_start(&s->epochs[0].ranking, logits, highest);
  s->rows[0] = (ls_row){
      .stage = {.kind = LS_STAGE_LOGITS}, .kept = s->vocab, .highest = (double)highest, .temperature = 1};
  s->n_rows = 1;
  s->n_weighed = 0;
  s->summed.kept = 0; /* no row's */
  return LS_OK;
}

static void run(ls_sampler *s, const ls_stage *stage) {
  ls_row *row = &s->rows[s->n_rows++], *before = row - 1;
  *row = *before;
  row->stage = *stage;
  row->sum = row->moment = row->limit = 0;
  if (!ls_stage_is_off(stage)) ls_stage_function_of(stage->kind)(s, before, row);
}

/* The first token in rank order whose cumulative probability exceeds u. Rounding may leave the total
 * just below u: then the last token with a probability. One of probability 0 is never drawn. */
static uint32_t draw_token(ls_sampler *s, ls_row *row, double u) {
  ls_row_sum_up(s, row);
  double cumulative = 0;
  uint32_t drawn = 0;
  for (uint32_t i = 0; i < row->kept && cumulative <= u; i++) {
    const float p = ls_row_probability(s, row, i);
    if (p > 0) drawn = i;
    cumulative += (double)p;
  }
  return ls_row_id(s, row, drawn);
}

ls_status ls_sample(ls_sampler *s, const ls_stage *stages, uint32_t n_stages, const ls_turn *turn,
                    ls_draw *draw, ls_error *error) {
  ls_status status = ls_check_stages(stages, n_stages, turn->biases, turn->n_biases, error);
  if (!status) status = check_ids(s, turn, error);
  if (status) return status;

  s->turn = turn;
  s->n_rows = 1;
  for (uint32_t i = 0; i < n_stages; i++) run(s, &stages[i]);

  draw->u = ls_uniform(turn->seed, turn->position, LS_STREAM_DRAW);
  draw->token = turn->force != LS_NO_TOKEN ? turn->force : draw_token(s, &s->rows[s->n_rows - 1], draw->u);
  draw->mu = ls_next_mu(s, draw->token);
  ls_row_sum_up(s, s->rows);
  draw->logprob = ls_token_x(s, s->rows, draw->token) - ls_log(s->rows->sum);
  draw->entropy = ls_row_entropy(s->rows) / LS_LN2;
  s->turn = NULL;
  return LS_OK;
}
