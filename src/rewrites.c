/* The stages that change logits: penalties, biases, DRY. Each begins an epoch, with a ranking of its own.
 * Between a row and the next one, called by sampler.c; they read the text before and the turn's biases.
 * Knows ids only: which tokens break a sequence the sampler has been told. */
#include <float.h>

#include "numerics.h"
#include "sampler.h"

/* ---- epochs ---- */

/* A changed logit. Those that are minus infinity stay so; others stay finite, however large. */
static float changed(float logit, double value) {
  if (logit == -__builtin_inff()) return logit;
  if (value > (double)FLT_MAX) return FLT_MAX;
  return value < -(double)FLT_MAX ? -FLT_MAX : (float)value;
}

/* Begins the row's epoch with the logits of the row before, as the temperature has left them; what is cut is
 * minus infinity. */
static float *begin(ls_sampler *s, const ls_row *before, ls_row *row) {
  const float *logits = s->epochs[before->epoch].logits;
  const double temperature = before->temperature;
  float *copy = s->epochs[++row->epoch].changed;
  if (before->kept == s->vocab) {
    for (uint32_t id = 0; id < s->vocab; id++) {
      copy[id] = changed(logits[id], (double)logits[id] / temperature);
    }
    return copy;
  }
  for (uint32_t id = 0; id < s->vocab; id++) copy[id] = -__builtin_inff();
  for (uint32_t i = 0; i < before->kept; i++) {
    const uint32_t id = ls_row_id(s, before, i);
    copy[id] = changed(logits[id], (double)logits[id] / temperature);
  }
  return copy;
}

/* Ranks the changed logits: tokens that were kept come first, but for those that cannot follow: they tie with
 * what was cut, and which of them have a place does not matter, for their probability is 0. */
static void end(ls_sampler *s, ls_row *row) {
  ls_epoch *epoch = &s->epochs[row->epoch];
  float highest;
  ls_highest(epoch->changed, s->vocab, &highest);
  epoch->logits = epoch->changed;
  ls_ranking_start(&epoch->ranking, epoch->changed, highest);
  if (s->weighed_epoch == row->epoch) s->n_weighed = 0;
  row->first = 0;
  row->highest = (double)highest;
  row->temperature = 1;
}

/* The last tokens of the text, as many as the window holds (0: all). */
static const uint32_t *last_tokens(const ls_turn *turn, double window, uint32_t *n) {
  *n = window > 0 && window < turn->n_text ? (uint32_t)window : turn->n_text;
  return turn->text + (turn->n_text - *n);
}

/* ---- penalties and biases ---- */

/* Keskar et al. 2019 (CTRL): a logit above 0 is divided by the repetition penalty, another multiplied.
 * OpenAI's API: the frequency penalty for every time that the token stands there, the presence penalty for
 * its standing there. */
void ls_penalties_stage(ls_sampler *s, ls_row *before, ls_row *row) {
  const double repetition = row->stage.values[0], frequency = row->stage.values[1],
               presence = row->stage.values[2];
  float *logits = begin(s, before, row);
  uint32_t n;
  const uint32_t *text = last_tokens(s->turn, row->stage.values[3], &n);
  for (uint32_t i = 0; i < n; i++) s->counts[text[i]]++;
  for (uint32_t i = 0; i < n; i++) {
    const uint32_t id = text[i], count = s->counts[id];
    if (count == 0) continue; /* has had its turn */
    s->counts[id] = 0;
    const double logit = (double)logits[id];
    const double repeated = logit > 0 ? logit / repetition : logit * repetition;
    logits[id] = changed(logits[id], repeated - (count * frequency + presence));
  }
  end(s, row);
}

void ls_bias_stage(ls_sampler *s, ls_row *before, ls_row *row) {
  float *logits = begin(s, before, row);
  const uint32_t stage = (uint32_t)(row - s->rows) - 1;
  for (uint32_t i = 0; i < s->turn->n_biases; i++) {
    const ls_bias *bias = &s->turn->biases[i];
    if (bias->stage != stage) continue;
    logits[bias->id] = changed(logits[bias->id], (double)logits[bias->id] + bias->value);
  }
  end(s, row);
}

/* ---- DRY ---- */

static bool breaks(const ls_sampler *s, uint32_t id) { return s->breakers[id / 8] >> id % 8 & 1; }

/* The longest repetition that counts: not across a breaker, nor farther than the penalty stays finite. */
static uint32_t longest_repetition(const ls_sampler *s, const uint32_t *text, uint32_t n, double base,
                                   uint32_t allowed) {
  uint32_t unbroken = 0, most = allowed;
  while (unbroken < n && !breaks(s, text[n - 1 - unbroken])) unbroken++;
  for (double power = base; base > 1 && power <= (double)FLT_MAX && most < unbroken; power *= base) most++;
  return most < unbroken ? most : unbroken;
}

/* How many tokens, `most` at most, end alike at `end` and at the end of the text. */
static uint32_t repetition_at(const uint32_t *text, uint32_t n, uint32_t end, uint32_t most) {
  uint32_t length = 0;
  while (length < most && length <= end && text[end - length] == text[n - 1 - length]) length++;
  return length;
}

/* DRY ("don't repeat yourself", p-e-w 2024): a token that would continue a repetition of at least the allowed
 * length loses multiplier * base^(length - allowed), for the longest that it would continue. */
void ls_dry_stage(ls_sampler *s, ls_row *before, ls_row *row) {
  const double multiplier = row->stage.values[0], base = row->stage.values[1];
  const uint32_t allowed = (uint32_t)row->stage.values[2];
  float *logits = begin(s, before, row);
  uint32_t n;
  const uint32_t *text = last_tokens(s->turn, row->stage.values[3], &n);
  const uint32_t most = longest_repetition(s, text, n, base, allowed);
  if (n > allowed && most >= allowed) {
    for (uint32_t i = n - 1; i-- > 0;) { /* counts: 1 + the longest repetition before the token */
      const uint32_t next = text[i + 1], longer = s->counts[next];
      if (longer > 0 && (longer > most || longer > i + 1 || text[i + 1 - longer] != text[n - longer]))
        continue;
      const uint32_t length = repetition_at(text, n, i, most);
      if (length >= allowed && length >= longer) s->counts[next] = length + 1;
    }
    for (uint32_t i = 1; i < n; i++) {
      const uint32_t id = text[i], count = s->counts[id];
      s->counts[id] = 0;
      if (count == 0 || breaks(s, id)) continue;
      double penalty = multiplier;
      for (uint32_t length = allowed; length + 1 < count; length++) penalty *= base;
      logits[id] = changed(logits[id], (double)logits[id] - penalty);
    }
  }
  end(s, row);
}
