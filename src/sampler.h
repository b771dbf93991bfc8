/* What the sampler's own files share: the numbers of a row, and what stages do with it.
 * Between sampler.c, which knows rows and epochs, and stages.c and rewrites.c, which make the next row.
 * Not part of the public interface. */
#ifndef LS_SAMPLER_H
#define LS_SAMPLER_H

#include "logitscope.h"

#define LS_LN2 0x1.62e42fefa39efp-1

/* ---- rows: sampler.c ---- */

/* The i-th kept token, i below row->kept. */
uint32_t ls_row_id(ls_sampler *s, const ls_row *row, uint32_t i);

/* The x = (logit - highest) / temperature of any token of the row's epoch. */
double ls_token_x(const ls_sampler *s, const ls_row *row, uint32_t id);

/* The same of the i-th kept token. */
double ls_row_x(ls_sampler *s, const ls_row *row, uint32_t i);

/* Sees that a row has its sums: before anything below is asked. */
void ls_row_sum_up(ls_sampler *s, ls_row *row);

/* The i-th kept token's probability, as it is shown and compared. */
float ls_row_probability(ls_sampler *s, const ls_row *row, uint32_t i);

/* -ln p of any token, however small p is; infinite if it is cut. */
double ls_row_surprise(ls_sampler *s, const ls_row *row, uint32_t id);

/* In nats. */
double ls_row_entropy(const ls_row *row);

/* Cuts a row that is like the one before to the kept tokens from the `from`-th on, `kept` of them. */
void ls_row_keep(ls_sampler *s, ls_row *row, uint32_t from, uint32_t kept);

/* ---- stages: stages.c and rewrites.c ---- */

/* Whether a stage, its values in range, does nothing. */
bool ls_stage_is_off(const ls_stage *stage);

/* Whether a stage's kind changes logits. */
bool ls_stage_rewrites(const ls_stage *stage);

/* What a stage makes of the row before: `row` comes as its copy, without sums. */
typedef void ls_stage_function(ls_sampler *s, ls_row *before, ls_row *row);
ls_stage_function *ls_stage_function_of(uint32_t kind);
ls_stage_function ls_penalties_stage, ls_bias_stage, ls_dry_stage;

/* What a turn's mirostat bound becomes when `token` is taken; NaN where no mirostat stage is on. */
double ls_next_mu(ls_sampler *s, uint32_t token);

#endif
