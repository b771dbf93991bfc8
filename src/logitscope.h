/* Logitscope's C core: the public interface. Read this first.
 * A token's way: ls_model_inspect/open -> ls_tokenize -> ls_forward -> ls_logits -> ls_sampler_start,
 * ls_sample. Knows no files, no terminal, no browser; allocates nothing, prints nothing, never exits.
 *
 * The caller owns all memory. It hands over the bytes of a GGUF file and one workspace; both must
 * stay where they are, unchanged, for as long as the model is used. Every function that can fail
 * returns a status and, where it is not LS_OK, fills `error` with one printable line that names the
 * thing, says what was expected and what to do. After a failure nothing needs to be released; what was
 * to be inspected, planned, opened or completed holds no usable state then, all else is as it was.
 *
 * Dimensions used throughout, in the shapes of every pointer:
 *   V vocab, D dim (embedding length), F ffn_dim, L n_layers, H n_heads, K n_kv_heads,
 *   E head_dim, C context (positions in the KV cache), B batch (prompt tokens a call). */
#ifndef LOGITSCOPE_H
#define LOGITSCOPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gguf.h"
#include "ranking.h"
#include "team.h"

/* ---- hyper-parameters, from the file's metadata ---- */

typedef struct ls_config {
  uint32_t vocab;      /* V */
  uint32_t dim;        /* D */
  uint32_t ffn_dim;    /* F */
  uint32_t n_layers;   /* L */
  uint32_t n_heads;    /* H */
  uint32_t n_kv_heads; /* K, divides H */
  uint32_t head_dim;   /* E, even */
  uint32_t rope_dim;   /* leading dimensions of a head that are rotated, even, <= E */
  uint32_t context;    /* positions the model was trained for */
  float rms_eps;
  float rope_base;
} ls_config;

/* ---- tokenizer ---- */

typedef enum ls_tokenizer_kind { LS_TOKENIZER_SPM, LS_TOKENIZER_BPE } ls_tokenizer_kind;

/* The token types of GGUF's tokenizer.ggml.token_type. */
typedef enum ls_token_type {
  LS_TOKEN_NORMAL = 1,
  LS_TOKEN_UNKNOWN = 2,
  LS_TOKEN_CONTROL = 3,
  LS_TOKEN_USER_DEFINED = 4,
  LS_TOKEN_UNUSED = 5,
  LS_TOKEN_BYTE = 6
} ls_token_type;

#define LS_NO_TOKEN UINT32_MAX

typedef struct ls_tokenizer {
  ls_tokenizer_kind kind;
  uint32_t n_tokens;          /* V */
  uint32_t bos, eos, unknown; /* ids, or LS_NO_TOKEN */
  bool add_bos;               /* text is encoded with BOS before it */
  bool add_space_prefix;      /* SPM: a space is put before the text, and taken off when decoding */
  bool spaces_lead;           /* SPM: every piece has its spaces, if any, at its front */
  uint32_t pre_tokenizer;     /* BPE: how a text is cut into words */
  const ls_string *pieces;    /* (V) as spelled in the file */
  const float *scores;        /* (V) SPM only */
  const uint8_t *types;       /* (V) ls_token_type */
  const uint8_t *texts;       /* the bytes that tokens stand for, one token's after the other's */
  const uint32_t *text_at;    /* (V + 1) where in texts a token's bytes begin */
  uint32_t *slots;            /* (n_slots) hash table over texts: id + 1, or 0 */
  uint32_t n_slots;           /* a power of two */
  struct ls_merge *merges;    /* (n_merges) BPE only: by rank */
  uint32_t n_merges;
  uint32_t *merge_slots;     /* (n_merge_slots) hash table over pairs of ids: rank + 1, or 0 */
  uint32_t n_merge_slots;    /* a power of two, or 0 */
  uint32_t byte_ids[256];    /* token that stands for one byte, or LS_NO_TOKEN */
  uint32_t *specials;        /* (n_specials) control, user-defined and unknown tokens by spelling */
  uint32_t *special_parents; /* (n_specials) index of the longest special that this one begins with */
  uint32_t n_specials;
  uint32_t longest; /* bytes of the longest piece */
} ls_tokenizer;

/* Lays the tokenizer's tables out in `arena` and, unless the arena only counts, fills them.
 * Errors: LS_BAD_MODEL for missing or contradictory vocabulary keys, LS_UNSUPPORTED for another
 * tokenizer kind. */
ls_status ls_tokenizer_open(ls_tokenizer *t, const gguf *g, ls_arena *arena, ls_error *error);

/* Bytes of scratch memory that ls_tokenize needs for `n` bytes of text, aligned to 8. */
uint64_t ls_tokenize_scratch(const ls_tokenizer *t, uint64_t n);

/* What ls_tokenize does differently; NO_SPACE: SPM's space before the text is left out. */
enum { LS_TOKENIZE_NO_BOS = 1, LS_TOKENIZE_SPECIAL = 2, LS_TOKENIZE_NO_SPACE = 4 };

/* Encodes `n` bytes of text. `ids` has room for at least 2 * n + 2: one-byte special tokens with a space
 * prefix behind each need that many, any text without special tokens n + 2. `*count` is set to how
 * many were written. With LS_TOKENIZE_SPECIAL control, user-defined and unknown tokens are found where
 * they are spelled out, the longest at each place; without it their text, user-defined tokens'
 * included, is encoded like any other. Invalid UTF-8 is encoded byte by byte, so that decoding gives
 * the same bytes back. Errors: LS_OUT_OF_RANGE for a text over 1 GiB, LS_OUT_OF_MEMORY for less scratch
 * memory than said, LS_BAD_MODEL for a byte that the vocabulary cannot express. */
ls_status ls_tokenize(const ls_tokenizer *t, const uint8_t *text, uint64_t n, uint32_t flags, uint32_t *ids,
                      uint32_t *count, void *scratch, uint64_t scratch_bytes, ls_error *error);

/* Decodes one token (id < V): writes its raw bytes (at most t->longest) to `out` and returns their number.
 * Control and unknown tokens are 0 bytes; every other token keeps its leading space. */
uint32_t ls_token_bytes(const ls_tokenizer *t, uint32_t id, uint8_t *out);

/* True if a drawn token ends the text: EOS, or BOS, which would begin another one (the models of
 * llama2.c were trained on texts that BOS alone separates). */
bool ls_ends_text(const ls_tokenizer *t, uint32_t id);

/* ---- model ---- */

/* How a matrix lies in memory: see kernels/pack.h. */
typedef enum ls_layout {
  LS_ROWS,        /* row-major as in the file */
  LS_TILES,       /* rows interleaved by eights */
  LS_TILES_OFFSET /* the same, 8-bit weights with 128 added to them */
} ls_layout;

/* A weight matrix: y (rows) = W (rows, cols) x (cols). */
typedef struct ls_matrix {
  uint8_t *data;
  uint32_t type; /* a gguf_type */
  uint32_t rows, cols;
  uint32_t row_bytes; /* of a row, on average where rows are interleaved */
  ls_layout layout;
} ls_matrix;

typedef struct ls_layer {
  const float *attn_norm; /* (D) */
  ls_matrix wq;           /* (H*E, D) */
  ls_matrix wk, wv;       /* (K*E, D) */
  ls_matrix wo;           /* (D, H*E) */
  const float *ffn_norm;  /* (D) */
  ls_matrix gate, up;     /* (F, D) */
  ls_matrix down;         /* (D, F) */
} ls_layer;

/* Everything that lives as long as the model: weights in place, vocabulary, the KV cache and the
 * buffers of the forward pass. One model computes one sequence at a time; because positions are
 * recomputed to the same bits, a caller shares it between texts by re-feeding what differs. */
typedef struct ls_model {
  gguf file;
  ls_config config;
  bool has_weights; /* false for a vocabulary-only file: tokenizing works, ls_forward does not */
  bool quantized;   /* some matrix has 8- or 4-bit weights: activations are quantised too */
  ls_tokenizer tokenizer;

  ls_matrix embedding;      /* (V, D) */
  ls_matrix head;           /* (V, D), the embedding itself where the file ties them */
  const float *output_norm; /* (D) */
  ls_layer *layers;         /* (L) */

  uint8_t *bytes;   /* of the file */
  uint64_t arrived; /* how many of them are there */
  uint64_t hash,
      hashed; /* FNV-1a over their first `hashed`, by little-endian words; the last ends with zeros */
  uint32_t context, batch;  /* C and B as planned or opened */
  uint64_t workspace_bytes; /* that these take */
  const struct ls_kernels *kernels;
  ls_team team;
  float *rope;             /* (C, rope_dim / 2, 2) cosine and sine */
  struct ls_cache *caches; /* (L) keys and values */
  float *x;                /* (B, D) residual stream */
  float *normed;           /* (B, D) */
  float *added;            /* (B, D) what a matrix adds to the residual stream */
  float *q;                /* (B, H*E) */
  float *k, *v;            /* (B, K*E) */
  float *attended;         /* (B, H*E) */
  float *gate, *up;        /* (B, F) */
  float *attend_scratch;   /* (threads, LS_ATTEND_SCRATCH) */
  int8_t *act_q;           /* (B, widest) quantised activations, see ls_activations */
  float *act_scale;        /* (B, widest / 32) */
  int32_t *act_sum;        /* (B, widest / 32) */
  uint8_t *pack_scratch;   /* eight rows of the widest matrix */
  float *logits;           /* (V) written by ls_logits */
  uint32_t rows_ready;     /* rows of x that ls_logits may ask for */

  /* what the team computes just now */
  const uint32_t *tokens; /* (n_tokens) */
  uint32_t n_tokens, position, row;
} ls_model;

/* What a caller chooses. */
typedef struct ls_settings {
  uint32_t context; /* positions of the KV cache, 1 to config.context; 0: all of them */
  uint32_t batch;   /* prompt tokens a call, 1 to 65536 */
  uint32_t threads; /* that compute together, 1 to LS_MAX_THREADS */
  uint32_t kernels; /* index of a kernel set; past the end: the fastest */
} ls_settings;

#ifdef __wasm_atomics__
#define LS_MAX_THREADS 64
#else
#define LS_MAX_THREADS 1 /* builds without shared memory have no team */
#endif

/* Reads the header from the first `have` bytes of a file. LS_NEED_MORE: the header is sound so far
 * and longer; call again with more. After LS_OK `m->file.file_bytes` says how many bytes the whole
 * file must have and `m->config` what the model is.
 * Errors: LS_BAD_MODEL (not a GGUF file, or contradicts itself), LS_UNSUPPORTED (version,
 * architecture, tensor type). */
ls_status ls_model_inspect(ls_model *m, const uint8_t *bytes, uint64_t have, ls_error *error);

/* After inspect: sets m->workspace_bytes, to be aligned to 64.
 * Errors: LS_OUT_OF_RANGE, LS_OUT_OF_MEMORY (no computer has that much). */
ls_status ls_model_plan(ls_model *m, const ls_settings *settings, ls_error *error);

/* Lays out the workspace and binds the tensors of a file whose first `have` bytes, the whole header among
 * them, are at `bytes` (aligned to 64), with room for all m->file.file_bytes. The settings are those planned.
 * Errors: LS_BAD_MODEL (a tensor missing or of the wrong shape), LS_UNSUPPORTED, LS_OUT_OF_RANGE,
 * LS_OUT_OF_MEMORY (workspace smaller than planned). */
ls_status ls_model_open(ls_model *m, uint8_t *bytes, uint64_t have, void *workspace, uint64_t workspace_bytes,
                        const ls_settings *settings, ls_error *error);

/* After open, as bytes arrive, the first `have` being there now: lays each matrix that is complete out for
 * the kernels, in its place. To be called a last time with all of the file. Errors: LS_BAD_MODEL (a scale
 * that is no finite number). */
ls_status ls_model_arrive(ls_model *m, uint64_t have, ls_error *error);

/* LS_OK once all weights have arrived. Error: LS_BAD_MODEL. */
ls_status ls_model_ready(const ls_model *m, ls_error *error);

/* The kernel sets this build has: "reference" first, the fastest last; NULL past the end. */
const char *ls_kernels_name(uint32_t index);

/* ---- forward pass ---- */

/* Computes `n` tokens (1 to B) at positions position .. position + n - 1, attending to everything
 * before them in the KV cache, and writes their keys and values there.
 * Errors: LS_OUT_OF_RANGE (a token >= V, n, or a position >= C), LS_UNSUPPORTED (vocabulary only). */
ls_status ls_forward(ls_model *m, const uint32_t *tokens, uint32_t n, uint32_t position, ls_error *error);

/* Computes m->logits (V) for token `row` (0 to n - 1) of the last ls_forward. */
ls_status ls_logits(ls_model *m, uint32_t row, ls_error *error);

/* Folds `n` bytes into a 64-bit FNV-1a hash (start from LS_HASH_START). */
#define LS_HASH_START UINT64_C(0xcbf29ce484222325)
#define LS_HASH_PRIME UINT64_C(0x100000001b3)
uint64_t ls_hash(uint64_t hash, const void *bytes, uint64_t n);

/* ---- sampler ---- */

/* A pipeline is a list of stages in the caller's order; a kind may stand in it more than once. */
typedef enum ls_stage_kind {
  LS_STAGE_LOGITS, /* the model's own distribution: row 0 of every trace, never in a pipeline */
  LS_STAGE_PENALTIES,
  LS_STAGE_BIAS,
  LS_STAGE_DRY,
  LS_STAGE_TOP_N_SIGMA,
  LS_STAGE_TEMPERATURE,
  LS_STAGE_TOP_K,
  LS_STAGE_TYPICAL,
  LS_STAGE_TOP_P,
  LS_STAGE_MIN_P,
  LS_STAGE_EPSILON,
  LS_STAGE_ETA,
  LS_STAGE_XTC,
  LS_STAGE_MIROSTAT,
  LS_STAGE_KINDS
} ls_stage_kind;

#define LS_MAX_PARAMETERS 4
#define LS_MAX_STAGES 16
#define LS_MAX_EPOCHS 4    /* the model's logits, and so many less one times changed ones */
#define LS_MAX_BIASES 1024 /* of a pipeline */
#define LS_MAX_BIAS 100    /* up or down, as in OpenAI's API */

typedef struct ls_stage {
  uint32_t kind;                    /* ls_stage_kind */
  double values[LS_MAX_PARAMETERS]; /* in the order of its spec's parameters */
} ls_stage;

/* A parameter's permitted values. */
typedef struct ls_parameter {
  const char *name; /* "value" where a stage has only one */
  double minimum, maximum;
  double off;                        /* NaN: it has none */
  double usual;                      /* its value where a caller names none */
  bool above_minimum, below_maximum; /* the bound itself is not permitted */
  bool whole;                        /* integers only */
} ls_parameter;

/* What a stage is called ("top-p") and takes. It does nothing if every parameter that has an `off` is at it.
 */
typedef struct ls_stage_spec {
  const char *name;
  ls_parameter parameters[LS_MAX_PARAMETERS];
  uint32_t n_parameters; /* 0: the bias stage, which takes a list */
} ls_stage_spec;

/* The spec of a kind; NULL past the end. */
const ls_stage_spec *ls_stage_spec_of(uint32_t kind);

/* What a bias stage adds to a token's logit. */
typedef struct ls_bias {
  uint32_t stage; /* index in the pipeline */
  uint32_t id;
  double value; /* -LS_MAX_BIAS to LS_MAX_BIAS */
} ls_bias;

/* What a token is drawn with besides logits and pipeline. */
typedef struct ls_turn {
  uint64_t seed, position;
  const uint32_t *text; /* (n_text) the tokens before, which penalties and DRY read */
  uint32_t n_text;
  const ls_bias *biases; /* (n_biases) of all bias stages */
  uint32_t n_biases;
  double mu;      /* mirostat's bound, from the draw before; NaN: the first, 2 tau */
  uint32_t force; /* this token instead of the drawn one; LS_NO_TOKEN: none */
} ls_turn;

/* The distribution after one stage: a range of a ranking. Probabilities are weight(id) / sum over the kept
 * tokens, with weight(id) = exp((logit(id) - highest) / temperature). What only a reader of the trace needs
 * is computed when ls_row_list is asked for the row. */
typedef struct ls_row {
  ls_stage stage;
  uint32_t epoch;     /* whose logits and ranking these are */
  uint32_t first;     /* rank of the first token with a place in the distribution */
  uint32_t kept;      /* how many there are; of those that cannot follow see rewrites.c */
  double highest;     /* logit of the first */
  double temperature; /* product of the temperatures since the epoch began; a 0 keeps one token instead */
  double sum, moment; /* of the kept weights w = e^x, and of w x; 0 as long as nobody asked */
  double limit;       /* what decided, in the stage's own measure; 0 where it is off (stages.c) */
  double kept_mass;   /* after ls_row_list: the probability they had before this stage renormalised them */
  double entropy;     /* after ls_row_list: bits */
} ls_row;

typedef struct ls_draw {
  uint32_t token;
  double u;       /* the uniform number in [0, 1) that chose it, a function of seed and position */
  double logprob; /* natural logarithm of the model's own probability of the token (row 0) */
  double entropy; /* bits, of row 0 */
  double mu;      /* what the next turn takes; NaN where no mirostat stage is on */
} ls_draw;

/* Logits and their ranking. Penalties, biases and DRY change logits, and so begin an epoch of their own. */
typedef struct ls_epoch {
  const float *logits; /* (V) the model's, or those below */
  float *changed;      /* (V), but not of the model's epoch */
  ls_ranking ranking;
} ls_epoch;

typedef struct ls_sampler {
  uint32_t vocab;
  uint8_t *breakers; /* (V + 7) / 8 bytes, a bit a token: those over which DRY sees no repetition */
  ls_epoch epochs[LS_MAX_EPOCHS];
  double *weights; /* (V) of the first n_weighed tokens from `first` on, of this epoch at this temperature */
  uint32_t n_weighed, weighed_epoch, weighed_first;
  double weighed_temperature;
  uint32_t *counts;               /* (V) all 0 between stages: what penalties and DRY count of each token */
  const ls_turn *turn;            /* during ls_sample */
  ls_row rows[LS_MAX_STAGES + 1]; /* the trace: row 0, then one a stage */
  uint32_t n_rows;
  ls_row summed; /* the last row over all of the model's logits that has its sums, of any trace since start */
} ls_sampler;

/* Lays a sampler for `vocab` tokens out in `arena`. No token is a breaker. */
void ls_sampler_open(ls_sampler *s, uint32_t vocab, ls_arena *arena);

/* Makes those tokens breakers whose text has a byte of llama.cpp's default list. */
void ls_sampler_take_breakers(ls_sampler *s, const ls_tokenizer *t);

/* LS_OK if a pipeline can be run. Errors: LS_OUT_OF_RANGE (a kind, a value, more than LS_MAX_STAGES, more
 * than LS_MAX_EPOCHS - 1 that change logits, where a bias stage counts as one, whatever its list; a bias). */
ls_status ls_check_stages(const ls_stage *stages, uint32_t n, const ls_bias *biases, uint32_t n_biases,
                          ls_error *error);

/* Takes `logits` (V), which must stay as they are until the last trace has been read. What one ls_sample
 * finds out about them the next one knows. Error: LS_BAD_MODEL (one is NaN or infinite upwards, or none is
 * finite). */
ls_status ls_sampler_start(ls_sampler *s, const float *logits, ls_error *error);

/* After start, any number of times: runs the pipeline and draws a token. s->rows is the trace.
 * Errors: LS_OUT_OF_RANGE (as ls_check_stages; a token of the turn or a bias >= V). */
ls_status ls_sample(ls_sampler *s, const ls_stage *stages, uint32_t n_stages, const ls_turn *turn,
                    ls_draw *draw, ls_error *error);

/* Lists the first `n` tokens of a trace row in rank order: ids (n), probs (n) and logits (n), as they are at
 * that stage: divided by the temperature. Returns how many were listed, at most row.kept,
 * and completes the row. `*listed_mass` is the sum of their probabilities, before these were rounded to
 * floats, so that what is left for the others is true to the last digits. */
uint32_t ls_row_list(ls_sampler *s, uint32_t row, uint32_t n, uint32_t *ids, float *probs, double *logits,
                     double *listed_mass);

/* One token in a trace row: its rank, from 0, among those that are left, or where it is cut among all V; its
 * probability, 0 if cut; its logit. */
void ls_row_token(ls_sampler *s, uint32_t row, uint32_t id, uint32_t *rank, float *prob, double *logit);

/* The uniform number in [0, 1) of a seed and a position: Philox 4x32-10 (Salmon et al. 2011), the upper 53
 * bits of its first two words. LS_DRAW_VERSION and the stream are part of the counter. */
#define LS_DRAW_VERSION 1
typedef enum ls_stream { LS_STREAM_DRAW, LS_STREAM_XTC } ls_stream;
double ls_uniform(uint64_t seed, uint64_t position, ls_stream stream);

#endif
