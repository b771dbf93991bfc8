/* What the native command line's files share: its options and its output.
 * Outside a token's way: cli.c drives the public interface just as web/engine/cli.js does.
 * Only these files know of a terminal, of files and of malloc. */
#ifndef LS_CLI_H
#define LS_CLI_H

#include "logitscope.h"

enum { EXIT_FAILED = 1, EXIT_USAGE = 2 };

typedef enum cli_trace { CLI_TRACE_TOP, CLI_TRACE_FULL } cli_trace;

typedef struct cli_options {
  const char *model;
  const char *prompt;
  uint64_t prompt_bytes;
  const char *score; /* path of the text to score, or NULL */
  uint64_t score_bytes, score_piece;
  uint32_t n_tokens, batch, context;
  ls_stage stages[LS_MAX_STAGES];
  uint32_t n_stages;
  ls_bias biases[LS_MAX_BIASES];
  uint32_t n_biases;
  uint64_t seed;
  uint32_t kernels; /* index of a kernel set; past the last for the fastest */
  uint32_t tokenize_flags;
  cli_trace trace;
  bool tokenize, hash, json, logits, show;
} cli_options;

/* Parses the command line; ends the program with a message on bad usage, or after --help. */
void cli_parse(int argc, char **argv, cli_options *o);

/* Prints "logitscope: " and the message as one line on stderr and ends the program. */
_Noreturn void cli_fail(int exit_code, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Ends the program: 0 if everything could be written. */
_Noreturn void cli_finish(void);

/* The whole of a file, page-aligned; what is written there stays there; ends the program where it cannot be
 * read. */
uint8_t *cli_map_file(const char *path, uint64_t *bytes);

/* A generated token with what belongs to it. */
typedef struct cli_step {
  uint32_t position;
  const ls_draw *draw;
  const uint8_t *bytes;
  uint32_t n_bytes;
} cli_step;

/* Prints the JSON line that begins a run. */
void cli_json_header(const ls_model *m, const char *model_path, const uint32_t *ids, uint32_t n);

/* Where rows are listed to. */
typedef struct cli_list {
  uint32_t *ids;  /* (V) */
  float *probs;   /* (V) */
  double *logits; /* (V) */
} cli_list;

/* Prints the JSON line of a step. */
void cli_json_step(const cli_options *o, const ls_model *m, ls_sampler *s, const cli_step *step,
                   const cli_list *list);

/* Prints a number so that it reads back to the same double, as short as that allows. */
void cli_print_number(double value);

/* Draws the step's last row as bars. */
void cli_show_step(const ls_model *m, ls_sampler *s, const cli_step *step, const cli_list *list);

#endif
