/* The WebAssembly exports: the public interface, flattened for JavaScript.
 * Where the C core ends and web/engine/ begins; the native twin of this file is cli.c.
 * Holds no logic: it keeps one model or a sampler without one, copies arguments in and results out through
 * `port`.
 *
 * JavaScript learns the layout of `port` from `port_fields()` and every name and number from the
 * functions below, so nothing is mirrored by hand. Every export that can fail returns an ls_status
 * and leaves the message at port.message. */
#include <stddef.h>

#include "bandwidth.h"
#include "logitscope.h"

#define EXPORT(name) __attribute__((export_name(#name))) export_##name /* libc has an open() of its own */

extern uint8_t __heap_base; /* set by the linker: the first byte that nothing static uses */

static ls_model model;
static ls_sampler sampler;
static ls_error error;
static ls_draw drawn;
static uint64_t hash = LS_HASH_START;
static bool started; /* the sampler knows the logits */
static ls_stage stages[LS_MAX_STAGES];
static uint32_t stage_kinds[LS_MAX_STAGES];
static double stage_values[LS_MAX_STAGES][LS_MAX_PARAMETERS];
static ls_bias biases[LS_MAX_BIASES];
static uint32_t bias_stages[LS_MAX_BIASES], bias_ids[LS_MAX_BIASES];
static double bias_values[LS_MAX_BIASES];

/* clang-format off */
/* Every field of the port, in one place: the struct and its description are both made from this list. */
#define PORT(U32, F64)                                                                              \
  U32(heap)    /* first free address; the caller puts file and workspace behind it */               \
  U32(message) /* NUL-terminated, why the last call failed */                                       \
  /* inspect and plan */                                                                            \
  F64(header_bytes) F64(file_bytes) F64(workspace_bytes) F64(parameters)                            \
  F64(weight_bytes) /* of the matrices that every token is multiplied with */                       \
  U32(vocab) U32(dim) U32(ffn_dim) U32(n_layers) U32(n_heads) U32(n_kv_heads) U32(head_dim)         \
  U32(context) U32(has_weights) U32(gguf_version) U32(weight_type)                                  \
  U32(architecture) U32(architecture_bytes) U32(name) U32(name_bytes) U32(license) U32(license_bytes) \
  /* open: addresses of buffers, and what the text may be */                                        \
  U32(text) U32(text_capacity)         /* u8: text to tokenize; bytes of a decoded token */         \
  U32(ids)                             /* u32: out of tokenize, into forward; the text of sample */ \
  U32(logits)                          /* f32 (vocab) */                                            \
  U32(stage_kinds) U32(stage_values)   /* u32 (max_stages), f64 (max_stages, max_parameters) */     \
  U32(bias_stages) U32(bias_ids) U32(bias_values) /* u32, u32 and f64 (max_biases) */               \
  U32(listed_ids) U32(listed_probs) U32(listed_logits) /* u32, f32, f64 (vocab): the row last listed */ \
  U32(max_stages) U32(max_parameters) U32(max_biases) F64(max_bias) U32(bos) U32(eos) U32(no_token)               \
  /* arrive */                                                                                      \
  U32(file_hash_low) U32(file_hash_high)                                                            \
  /* tokenize and token_bytes */                                                                    \
  U32(count) U32(piece) U32(piece_bytes) U32(token_type)                                            \
  /* sample */                                                                                      \
  U32(token) U32(n_rows) F64(u) F64(logprob) F64(entropy) F64(mu)                                   \
  /* row and row_token */                                                                           \
  U32(row_kept) U32(row_listed)                                                                     \
  F64(row_kept_mass) F64(row_entropy) F64(row_limit) F64(row_listed_mass)                           \
  U32(token_rank) F64(token_prob) F64(token_logit)                                                  \
  /* parameter */                                                                                   \
  F64(minimum) F64(maximum) F64(off) F64(usual)                                                     \
  U32(above_minimum) U32(below_maximum) U32(whole)                                                  \
  /* hash_logits */                                                                                 \
  U32(hash_low) U32(hash_high)

#define U32_MEMBER(name) uint32_t name;
#define F64_MEMBER(name) double name;
static struct {
  PORT(U32_MEMBER, F64_MEMBER)
} port;

typedef struct field {
  const char *name;
  uint32_t offset, is_double;
} field;

#define U32_FIELD(name) {#name, offsetof(__typeof__(port), name), 0},
#define F64_FIELD(name) {#name, offsetof(__typeof__(port), name), 1},
static const field fields[] = {PORT(U32_FIELD, F64_FIELD){NULL, 0, 0}};

/* clang-format on */

static uint32_t address(const void *p) { return (uint32_t)(uintptr_t)p; }

/* ---- names and layouts ---- */

/* Address of the port; also fills the fields that are known from the start. */
uint32_t EXPORT(port_open)(void) {
  port.heap = address(&__heap_base);
  port.message = address(error.message);
  port.max_stages = LS_MAX_STAGES;
  port.max_parameters = LS_MAX_PARAMETERS;
  port.max_biases = LS_MAX_BIASES;
  port.max_bias = LS_MAX_BIAS;
  port.no_token = LS_NO_TOKEN;
  port.stage_kinds = address(stage_kinds);
  port.stage_values = address(stage_values);
  port.bias_stages = address(bias_stages);
  port.bias_ids = address(bias_ids);
  port.bias_values = address(bias_values);
  return address(&port);
}

/* Address of {name, offset, is_double} entries, u32 each; the last has name 0. */
uint32_t EXPORT(port_fields)(void) { return address(fields); }

/* Address of the name of a status ("OK", "BadModel", …), or 0 past the last. */
uint32_t EXPORT(status_name)(uint32_t status) {
  static const char *const names[LS_STATUSES] = {"OK",          "NeedMore",   "BadModel",
                                                 "Unsupported", "RangeError", "OutOfMemory"};
  return status < LS_STATUSES ? address(names[status]) : 0;
}

/* Address of the name of a kernel set, or 0 past the last. */
uint32_t EXPORT(kernels_name)(uint32_t index) { return address(ls_kernels_name(index)); }

/* Address of the name of a stage kind, or 0 past the last. */
uint32_t EXPORT(stage_name)(uint32_t kind) {
  const ls_stage_spec *spec = ls_stage_spec_of(kind);
  return spec ? address(spec->name) : 0;
}

/* Address of the name of a stage's parameter, or 0 past the last; fills port.minimum and those after it. */
uint32_t EXPORT(parameter)(uint32_t kind, uint32_t index) {
  const ls_stage_spec *spec = ls_stage_spec_of(kind);
  if (!spec || index >= spec->n_parameters) return 0;
  const ls_parameter *p = &spec->parameters[index];
  port.minimum = p->minimum;
  port.maximum = p->maximum;
  port.off = p->off;
  port.usual = p->usual;
  port.above_minimum = p->above_minimum;
  port.below_maximum = p->below_maximum;
  port.whole = p->whole;
  return address(p->name);
}

/* Address of the name of a tensor type ("Q8_0"), or 0 for one that is not computed with. */
uint32_t EXPORT(tensor_type_name)(uint32_t type) {
  switch (type) {
    case GGUF_TYPE_F32: return address("F32");
    case GGUF_TYPE_F16: return address("F16");
    case GGUF_TYPE_Q4_0: return address("Q4_0");
    case GGUF_TYPE_Q8_0: return address("Q8_0");
    default: return 0;
  }
}

/* Address of the name of a token type ("control"), or 0 for an unknown one. */
uint32_t EXPORT(token_type_name)(uint32_t type) {
  static const char *const names[] = {
      [LS_TOKEN_NORMAL] = "normal",   [LS_TOKEN_UNKNOWN] = "unknown",
      [LS_TOKEN_CONTROL] = "control", [LS_TOKEN_USER_DEFINED] = "user-defined",
      [LS_TOKEN_UNUSED] = "unused",   [LS_TOKEN_BYTE] = "byte"};
  return type <= LS_TOKEN_BYTE ? address(names[type]) : 0;
}

/* Version of the draw's generator. */
uint32_t EXPORT(draw_version)(void) { return LS_DRAW_VERSION; }

/* ---- loading ---- */

static void copy_string(const char *key, uint32_t *at, uint32_t *bytes) {
  ls_string s;
  *at = *bytes = 0;
  if (!gguf_text(&model.file, key, &s)) return;
  *at = address(s.bytes);
  *bytes = (uint32_t)s.n;
}

/* The embedding, where it is not the head too: a token takes one row of it. */
static bool is_only_looked_up(const gguf_tensor *t) {
  return t == gguf_find_tensor(&model.file, "token_embd.weight") &&
         gguf_find_tensor(&model.file, "output.weight");
}

static void copy_info(void) {
  const ls_config *c = &model.config;
  port.header_bytes = (double)model.file.header_bytes;
  port.file_bytes = (double)model.file.file_bytes;
  port.vocab = c->vocab;
  port.dim = c->dim;
  port.ffn_dim = c->ffn_dim;
  port.n_layers = c->n_layers;
  port.n_heads = c->n_heads;
  port.n_kv_heads = c->n_kv_heads;
  port.head_dim = c->head_dim;
  port.context = c->context;
  port.has_weights = model.has_weights;
  port.gguf_version = model.file.version;
  port.parameters = port.weight_bytes = 0;
  uint64_t largest = 0;
  for (uint32_t i = 0; i < model.file.n_tensors; i++) {
    const gguf_tensor *t = &model.file.tensors[i];
    port.parameters += (double)t->rows * (double)t->cols;
    if (t->rows > 1 && !is_only_looked_up(t)) port.weight_bytes += (double)t->bytes;
    if (t->bytes > largest) {
      largest = t->bytes;
      port.weight_type = t->type;
    }
  }
  copy_string("general.architecture", &port.architecture, &port.architecture_bytes);
  copy_string("general.name", &port.name, &port.name_bytes);
  copy_string("general.license", &port.license, &port.license_bytes);
}

/* Reads the header from `have` bytes at `bytes`. */
uint32_t EXPORT(inspect)(uint32_t bytes, uint32_t have) {
  const ls_status status = ls_model_inspect(&model, (const uint8_t *)(uintptr_t)bytes, have, &error);
  if (!status) copy_info();
  return status;
}

/* What sampling needs, for texts of `n_text` tokens. */
static void lay_out_sampler(ls_arena *arena, uint32_t vocab, uint64_t n_text) {
  ls_sampler_open(&sampler, vocab, arena);
  port.ids = address(ls_arena_take(arena, n_text, sizeof(uint32_t)));
  port.listed_ids = address(ls_arena_take(arena, vocab, sizeof(uint32_t)));
  port.listed_probs = address(ls_arena_take(arena, vocab, sizeof(float)));
  port.listed_logits = address(ls_arena_take(arena, vocab, sizeof(double)));
}

/* What the exports themselves need behind the model's workspace: sampler, text and lists. */
static uint32_t lay_out_buffers(ls_arena *arena, uint32_t text_capacity) {
  uint64_t ids = 2 * (uint64_t)text_capacity + 2; /* as ls_tokenize asks */
  if (ids < model.batch) ids = model.batch;
  if (ids < model.context) ids = model.context;
  const uint64_t scratch = ls_tokenize_scratch(&model.tokenizer, text_capacity);
  lay_out_sampler(arena, model.tokenizer.n_tokens, ids);
  port.text_capacity = text_capacity;
  const uint32_t longest = model.tokenizer.longest;
  port.text = address(ls_arena_take(arena, text_capacity > longest ? text_capacity : longest, 1));
  return address(ls_arena_take(arena, scratch, 1));
}

/* After inspect: fills port.workspace_bytes for `context` positions (0: the model's own), `batch`
 * prompt tokens a call, `threads`, kernel set `kernels` and texts of up to `text_capacity` bytes. */
uint32_t EXPORT(plan)(uint32_t context, uint32_t batch, uint32_t threads, uint32_t kernels,
                      uint32_t text_capacity) {
  const ls_settings settings = {context, batch, threads, kernels};
  const ls_status status = ls_model_plan(&model, &settings, &error);
  if (status) return status;
  ls_arena arena = {NULL, 0, model.workspace_bytes};
  lay_out_buffers(&arena, text_capacity);
  port.workspace_bytes = (double)arena.used;
  return LS_OK;
}

static void *scratch;
static uint64_t scratch_bytes;

/* Opens a file whose first `have` bytes are at `bytes` (aligned to 64, as is `workspace`); the other
 * arguments are those of plan. */
uint32_t EXPORT(open)(uint32_t bytes, uint32_t have, uint32_t workspace, uint32_t workspace_bytes,
                      uint32_t context, uint32_t batch, uint32_t threads, uint32_t kernels,
                      uint32_t text_capacity) {
  const ls_settings settings = {context, batch, threads, kernels};
  const ls_status status = ls_model_open(&model, (uint8_t *)(uintptr_t)bytes, have,
                                         (void *)(uintptr_t)workspace, workspace_bytes, &settings, &error);
  if (status) return status;
  ls_arena arena = {(uint8_t *)(uintptr_t)workspace, workspace_bytes, model.workspace_bytes};
  scratch = (void *)(uintptr_t)lay_out_buffers(&arena, text_capacity);
  if (arena.used > workspace_bytes) {
    return ls_fail(&error, LS_OUT_OF_MEMORY, "the workspace has %u bytes, expected %llu; plan it first",
                   workspace_bytes, (unsigned long long)arena.used);
  }
  scratch_bytes = ls_tokenize_scratch(&model.tokenizer, text_capacity);
  copy_info();
  ls_sampler_take_breakers(&sampler, &model.tokenizer);
  started = false;
  port.context = model.context;
  port.logits = address(model.logits);
  port.bos = model.tokenizer.bos;
  port.eos = model.tokenizer.eos;
  return LS_OK;
}

/* After open: of the file's bytes the first `have` are there now. With the last ones comes port.file_hash_*.
 */
uint32_t EXPORT(arrive)(uint32_t have) {
  const ls_status status = ls_model_arrive(&model, have, &error);
  port.file_hash_low = (uint32_t)model.hash;
  port.file_hash_high = (uint32_t)(model.hash >> 32);
  return status;
}

/* Without a model: fills port.workspace_bytes for sampling from `vocab` logits after `n_text` tokens. */
void EXPORT(plan_sampler)(uint32_t vocab, uint32_t n_text) {
  ls_arena arena = {NULL, 0, 0};
  lay_out_sampler(&arena, vocab, n_text);
  ls_arena_take(&arena, vocab, sizeof(float));
  port.workspace_bytes = (double)arena.used;
}

/* Lays that out at `workspace` (aligned to 64), as planned; the logits are to be written to port.logits. */
void EXPORT(open_sampler)(uint32_t vocab, uint32_t n_text, uint32_t workspace, uint32_t workspace_bytes) {
  ls_arena arena = {(uint8_t *)(uintptr_t)workspace, workspace_bytes, 0};
  lay_out_sampler(&arena, vocab, n_text);
  port.logits = address(ls_arena_take(&arena, vocab, sizeof(float)));
  port.vocab = vocab;
}

/* How many threads compute from now on, at most as many as planned; the caller has started the others. */
void EXPORT(use_threads)(uint32_t threads) { model.team.count = threads; }

/* Reads `n` bytes at `from` once, all threads together, and returns how many these were: for measuring. */
uint32_t EXPORT(read)(uint32_t from, uint32_t n) {
  return ls_read(&model.team, (const uint8_t *)(uintptr_t)from, n);
}

#ifdef __wasm_atomics__
/* Runs on another thread, 1 to planned - 1, with a stack of its own: helps for ever. */
void EXPORT(help)(uint32_t thread) { ls_team_help(&model.team, thread); }
#endif

/* ---- tokens ---- */

/* Encodes `n` bytes at port.text; the ids come to port.ids, their number to port.count. Where `bos`
 * is 0 no BOS is put before the text, where `prefix` is 0 no space, even if the model wants them;
 * `special` parses special tokens. */
uint32_t EXPORT(tokenize)(uint32_t n, uint32_t bos, uint32_t special, uint32_t prefix) {
  if (n > port.text_capacity) {
    return ls_fail(&error, LS_OUT_OF_RANGE,
                   "the text has %u bytes, expected at most %u; load the model with a larger textBytes", n,
                   port.text_capacity);
  }
  const uint32_t flags = (bos ? 0 : LS_TOKENIZE_NO_BOS) | (special ? LS_TOKENIZE_SPECIAL : 0) |
                         (prefix ? 0 : LS_TOKENIZE_NO_SPACE);
  return ls_tokenize(&model.tokenizer, (const uint8_t *)(uintptr_t)port.text, n, flags,
                     (uint32_t *)(uintptr_t)port.ids, &port.count, scratch, scratch_bytes, &error);
}

/* Decodes one token to port.text; its length in bytes comes to port.count. Fills port.piece (the
 * spelling in the vocabulary) and port.token_type too. */
uint32_t EXPORT(token_bytes)(uint32_t id) {
  if (id >= model.tokenizer.n_tokens) {
    return ls_fail(&error, LS_OUT_OF_RANGE, "token id %u, expected 0 to %u", id,
                   model.tokenizer.n_tokens - 1);
  }
  port.count = ls_token_bytes(&model.tokenizer, id, (uint8_t *)(uintptr_t)port.text);
  port.piece = address(model.tokenizer.pieces[id].bytes);
  port.piece_bytes = (uint32_t)model.tokenizer.pieces[id].n;
  port.token_type = model.tokenizer.types[id];
  return LS_OK;
}

/* 1 if a drawn token ends the text. */
uint32_t EXPORT(ends_text)(uint32_t id) { return ls_ends_text(&model.tokenizer, id); }

/* 1 if decoding a text takes one leading space off. */
uint32_t EXPORT(strips_space)(void) {
  return model.tokenizer.kind == LS_TOKENIZER_SPM && model.tokenizer.add_space_prefix;
}

/* ---- a step ---- */

/* Runs `n` tokens from port.ids at `position` and after. */
uint32_t EXPORT(forward)(uint32_t n, uint32_t position) {
  return ls_forward(&model, (const uint32_t *)(uintptr_t)port.ids, n, position, &error);
}

/* Fills port.logits for token `row` of the last forward. */
uint32_t EXPORT(logits)(uint32_t row) {
  started = false;
  return ls_logits(&model, row, &error);
}

/* Takes note that the caller has filled port.logits. */
void EXPORT(logits_written)(void) { started = false; }

/* Folds port.logits into the hash; port.hash_high and hash_low are its value so far. */
void EXPORT(hash_logits)(void) {
  hash = ls_hash(hash, model.logits, (uint64_t)model.config.vocab * sizeof(float));
  port.hash_low = (uint32_t)hash;
  port.hash_high = (uint32_t)(hash >> 32);
}

static void read_stages(uint32_t n, uint32_t n_biases) {
  for (uint32_t i = 0; i < n && i < LS_MAX_STAGES; i++) {
    stages[i].kind = stage_kinds[i];
    for (uint32_t j = 0; j < LS_MAX_PARAMETERS; j++) stages[i].values[j] = stage_values[i][j];
  }
  for (uint32_t i = 0; i < n_biases && i < LS_MAX_BIASES; i++) {
    biases[i] = (ls_bias){bias_stages[i], bias_ids[i], bias_values[i]};
  }
}

/* Checks `n` stages of port.stage_* with `n_biases` of port.bias_*, with or without a model. */
uint32_t EXPORT(check_stages)(uint32_t n, uint32_t n_biases) {
  read_stages(n, n_biases);
  return ls_check_stages(stages, n, biases, n_biases, &error);
}

/* Samples from port.logits through `n_stages` of port.stage_*, with `n_biases` of port.bias_*, behind the
 * `n_text` tokens at port.ids. */
uint32_t EXPORT(sample)(uint32_t n_stages, uint32_t n_biases, uint32_t n_text, uint32_t seed_low,
                        uint32_t seed_high, uint32_t position, double mu, uint32_t force) {
  if (!started) {
    const ls_status status = ls_sampler_start(&sampler, (const float *)(uintptr_t)port.logits, &error);
    if (status) return status;
    started = true;
  }
  read_stages(n_stages, n_biases);
  const ls_turn turn = {.seed = (uint64_t)seed_high << 32 | seed_low,
                        .position = position,
                        .text = (const uint32_t *)(uintptr_t)port.ids,
                        .n_text = n_text,
                        .biases = biases,
                        .n_biases = n_biases,
                        .mu = mu,
                        .force = force};
  const ls_status status = ls_sample(&sampler, stages, n_stages, &turn, &drawn, &error);
  port.token = drawn.token;
  port.u = drawn.u;
  port.logprob = drawn.logprob;
  port.entropy = drawn.entropy;
  port.mu = drawn.mu;
  port.n_rows = sampler.n_rows;
  return status;
}

/* Row `index` of the last sample: fills port.row_* and lists its first `n` tokens. */
void EXPORT(row)(uint32_t index, uint32_t n) {
  const ls_row *row = &sampler.rows[index];
  port.row_listed = ls_row_list(&sampler, index, n, (uint32_t *)(uintptr_t)port.listed_ids,
                                (float *)(uintptr_t)port.listed_probs,
                                (double *)(uintptr_t)port.listed_logits, &port.row_listed_mass);
  port.row_kept = row->kept;
  port.row_kept_mass = row->kept_mass;
  port.row_entropy = row->entropy;
  port.row_limit = row->limit;
}

/* One token (id < vocab) in row `index` of the last sample: fills port.token_rank, token_prob and
 * token_logit. */
void EXPORT(row_token)(uint32_t index, uint32_t id) {
  float prob;
  ls_row_token(&sampler, index, id, &port.token_rank, &prob, &port.token_logit);
  port.token_prob = (double)prob;
}
