/* The native command line's options: what was typed, checked and made numbers.
 * Outside a token's way. The same flags, defaults and refusals as web/engine/cli.js.
 * Knows the public interface's stage table; opens no model. */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli.h"

static const char usage[] =
    "usage: logitscope --model FILE [--prompt TEXT | --text-file FILE] [options]\n"
    "\n"
    "  --model FILE         a GGUF model\n"
    "  --prompt TEXT        the text to go on from (default: empty)\n"
    "  --text-file FILE     the prompt from a file, every byte of it\n"
    "  --tokens N           tokens to generate (default 128)\n"
    "  --temperature X      0 to 100; 0 is greedy (default 1)\n"
    "  --top-k K            keep the K most probable tokens; 0: all (default 0)\n"
    "  --top-p P            keep the nucleus of mass P, above 0 to 1 (default 1)\n"
    "  --min-p M            keep tokens at least M times as probable as the first (default 0)\n"
    "  --stages LIST        explicit order, e.g. top-k=40,top-p=0.95,temperature=0.8\n"
    "  --seed S             0 to 2^64 - 1 (default 1)\n"
    "  --kernels NAME       auto, reference or simd (default auto)\n"
    "  --batch N            prompt tokens computed together (default 64)\n"
    "  --context N          positions of the KV cache (default: the model's own, up to 4096)\n"
    "  --tokenize           print the prompt's token ids and stop\n"
    "  --no-bos             leave the BOS token out\n"
    "  --special            parse special tokens in the prompt\n"
    "  --score FILE         bits per byte of a text, as one JSON line\n"
    "  --bytes N            bytes of it to score (default 200000)\n"
    "  --piece N            bytes in a piece (default 1000)\n"
    "  --hash               print a hash over every row of logits\n"
    "  --json               one JSON object a line\n"
    "  --trace top|full     with --json: how many ids a stage lists, 50 (default) or all kept\n"
    "  --logits             with --json: add all logits to each line\n"
    "  --show               draw each step's top candidates as bars (in a terminal)\n"
    "  --help               this text\n";

void cli_fail(int exit_code, const char *format, ...) {
  char message[1024];
  va_list args;
  va_start(args, format);
  vsnprintf(message, sizeof message, format, args);
  va_end(args);
  for (char *c = message; *c; c++) {
    if ((unsigned char)*c < ' ' || *c == 127) *c = '?';
  }
  fflush(stdout);
  fprintf(stderr, "logitscope: %s\n", message);
  exit(exit_code);
}

void cli_finish(void) {
  if (fflush(stdout) || ferror(stdout)) cli_fail(EXIT_FAILED, "cannot write the output: %s", strerror(errno));
  exit(0);
}

uint8_t *cli_map_file(const char *path, uint64_t *bytes) {
  struct stat st;
  const int fd = open(path, O_RDONLY);
  if (fd < 0 || fstat(fd, &st)) {
    cli_fail(EXIT_FAILED, "cannot read \"%s\": %s; check the path", path, strerror(errno));
  }
  if (!S_ISREG(st.st_mode)) cli_fail(EXIT_FAILED, "cannot read \"%s\": not a regular file", path);
  *bytes = (uint64_t)st.st_size;
  if (*bytes == 0) {
    close(fd);
    static uint8_t nothing[1];
    return nothing;
  }
  void *map = mmap(NULL, (size_t)*bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
  if (map == MAP_FAILED) cli_fail(EXIT_FAILED, "cannot map \"%s\": %s", path, strerror(errno));
  close(fd);
  return map;
}

/* ---- numbers ---- */

static uint64_t parse_count(const char *flag, const char *text, uint64_t low, uint64_t high) {
  char *end;
  errno = 0;
  const unsigned long long value = strtoull(text, &end, 10);
  if (text[0] < '0' || text[0] > '9' || *end || errno || value < low || value > high) {
    cli_fail(EXIT_USAGE, "--%s is \"%s\", expected an integer from %llu to %llu", flag, text,
             (unsigned long long)low, (unsigned long long)high);
  }
  return value;
}

static double parse_number(const char *flag, const char *text) {
  char *end;
  const double value = strtod(text, &end);
  const bool plain = text[strspn(text, "0123456789+-.eE")] == 0; /* strtod takes more: hex, blanks, nan */
  if (!*text || *end || !plain || !(value - value == 0)) {
    cli_fail(EXIT_USAGE, "--%s is \"%s\", expected a number", flag, text);
  }
  return value;
}

/* ---- stages ---- */

static uint32_t stage_kind(const char *name, size_t n) {
  for (uint32_t kind = LS_STAGE_LOGITS + 1; kind < LS_STAGE_KINDS; kind++) {
    const char *known = ls_stage_spec_of(kind)->name;
    if (strlen(known) == n && memcmp(known, name, n) == 0) return kind;
  }
  cli_fail(EXIT_USAGE, "unknown stage \"%.*s\", expected temperature, top-k, top-p or min-p", (int)n, name);
}

static void parse_stages(const char *list, cli_options *o) {
  o->n_stages = 0;
  while (*list) {
    const size_t n = strcspn(list, ",");
    const char *equals = memchr(list, '=', n);
    char value[64];
    if (!equals || (size_t)(list + n - equals) > sizeof value) {
      cli_fail(EXIT_USAGE, "--stages has \"%.*s\", expected name=value", (int)n, list);
    }
    if (o->n_stages == LS_MAX_STAGES) {
      cli_fail(EXIT_USAGE, "--stages has more than %d stages", LS_MAX_STAGES);
    }
    snprintf(value, sizeof value, "%.*s", (int)(list + n - equals - 1), equals + 1);
    const uint32_t kind = stage_kind(list, (size_t)(equals - list));
    o->stages[o->n_stages++] = (ls_stage){kind, parse_number("stages", value)};
    list += n;
    if (*list && !*++list) cli_fail(EXIT_USAGE, "--stages ends with a comma, expected name=value");
  }
}

/* ---- flags ---- */

enum {
  MODEL = 256,
  PROMPT,
  TEXT_FILE,
  TOKENS,
  STAGES,
  SEED,
  KERNELS,
  BATCH,
  CONTEXT,
  TOKENIZE,
  NO_BOS,
  SPECIAL,
  SCORE,
  BYTES,
  PIECE,
  HASH,
  JSON,
  TRACE,
  LOGITS,
  SHOW,
  HELP
};

static const struct option flags[] = {{"model", 1, NULL, MODEL},
                                      {"prompt", 1, NULL, PROMPT},
                                      {"text-file", 1, NULL, TEXT_FILE},
                                      {"tokens", 1, NULL, TOKENS},
                                      {"temperature", 1, NULL, LS_STAGE_TEMPERATURE},
                                      {"top-k", 1, NULL, LS_STAGE_TOP_K},
                                      {"top-p", 1, NULL, LS_STAGE_TOP_P},
                                      {"min-p", 1, NULL, LS_STAGE_MIN_P},
                                      {"stages", 1, NULL, STAGES},
                                      {"seed", 1, NULL, SEED},
                                      {"kernels", 1, NULL, KERNELS},
                                      {"batch", 1, NULL, BATCH},
                                      {"context", 1, NULL, CONTEXT},
                                      {"tokenize", 0, NULL, TOKENIZE},
                                      {"no-bos", 0, NULL, NO_BOS},
                                      {"special", 0, NULL, SPECIAL},
                                      {"score", 1, NULL, SCORE},
                                      {"bytes", 1, NULL, BYTES},
                                      {"piece", 1, NULL, PIECE},
                                      {"hash", 0, NULL, HASH},
                                      {"json", 0, NULL, JSON},
                                      {"trace", 1, NULL, TRACE},
                                      {"logits", 0, NULL, LOGITS},
                                      {"show", 0, NULL, SHOW},
                                      {"help", 0, NULL, HELP},
                                      {NULL, 0, NULL, 0}};

static uint32_t parse_kernels(const char *name) {
  if (strcmp(name, "auto") == 0) return UINT32_MAX;
  for (uint32_t i = 0; ls_kernels_name(i); i++) {
    if (strcmp(name, ls_kernels_name(i)) == 0) return i;
  }
  cli_fail(EXIT_USAGE, "--kernels is \"%s\", expected auto, reference or simd", name);
}

static cli_trace parse_trace(const char *name) {
  if (strcmp(name, "top") == 0) return CLI_TRACE_TOP;
  if (strcmp(name, "full") == 0) return CLI_TRACE_FULL;
  cli_fail(EXIT_USAGE, "--trace is \"%s\", expected top or full", name);
}

void cli_parse(int argc, char **argv, cli_options *o) {
  *o = (cli_options){.prompt = "",
                     .score_bytes = 200000,
                     .score_piece = 1000,
                     .n_tokens = 128,
                     .batch = 64,
                     .seed = 1,
                     .kernels = UINT32_MAX,
                     .trace = CLI_TRACE_TOP};
  double single[LS_STAGE_KINDS];
  for (uint32_t k = 0; k < LS_STAGE_KINDS; k++) single[k] = ls_stage_spec_of(k)->off;
  const char *stages = NULL, *single_flag = NULL, *prompt = NULL, *text_file = NULL;
  int index = 0, flag;
  opterr = 0;
  for (int at = optind; (flag = getopt_long(argc, argv, "+", flags, &index)) != -1; at = optind) {
    const size_t typed = strcspn(argv[at], "=");
    if (flag != '?' && strlen(flags[index].name) + 2 != typed) flag = '?'; /* no abbreviations */
    switch (flag) {
      case LS_STAGE_TEMPERATURE:
      case LS_STAGE_TOP_K:
      case LS_STAGE_TOP_P:
      case LS_STAGE_MIN_P:
        single_flag = flags[index].name;
        single[flag] = parse_number(single_flag, optarg);
        break;
      case MODEL: o->model = optarg; break;
      case PROMPT: prompt = optarg; break;
      case TEXT_FILE: text_file = optarg; break;
      case TOKENS: o->n_tokens = (uint32_t)parse_count("tokens", optarg, 0, UINT32_MAX); break;
      case STAGES: stages = optarg; break;
      case SEED: o->seed = parse_count("seed", optarg, 0, UINT64_MAX); break;
      case KERNELS: o->kernels = parse_kernels(optarg); break;
      case BATCH: o->batch = (uint32_t)parse_count("batch", optarg, 1, 65536); break;
      case CONTEXT: o->context = (uint32_t)parse_count("context", optarg, 1, UINT32_MAX); break;
      case TOKENIZE: o->tokenize = true; break;
      case NO_BOS: o->tokenize_flags |= LS_TOKENIZE_NO_BOS; break;
      case SPECIAL: o->tokenize_flags |= LS_TOKENIZE_SPECIAL; break;
      case SCORE: o->score = optarg; break;
      case BYTES: o->score_bytes = parse_count("bytes", optarg, 1, UINT32_MAX); break;
      case PIECE: o->score_piece = parse_count("piece", optarg, 1, UINT32_MAX); break;
      case HASH: o->hash = true; break;
      case JSON: o->json = true; break;
      case TRACE: o->trace = parse_trace(optarg); break;
      case LOGITS: o->logits = true; break;
      case SHOW: o->show = true; break;
      case HELP: fputs(usage, stdout); cli_finish();
      default: cli_fail(EXIT_USAGE, "%s is unknown or lacks its value; --help lists the flags", argv[at]);
    }
  }
  if (optind < argc) {
    cli_fail(EXIT_USAGE, "\"%s\" is not a flag; --help lists them", argv[optind]);
  }
  if (!o->model) cli_fail(EXIT_USAGE, "--model is missing, expected the path of a GGUF file");
  if (prompt && text_file) cli_fail(EXIT_USAGE, "--prompt and --text-file exclude each other; give one");
  if (stages && single_flag) {
    cli_fail(EXIT_USAGE, "--stages and --%s exclude each other; put every stage into --stages", single_flag);
  }

  if (stages) {
    parse_stages(stages, o);
  } else {
    for (uint32_t k = LS_STAGE_LOGITS + 1; k < LS_STAGE_KINDS; k++) {
      o->stages[o->n_stages++] = (ls_stage){k, single[k]};
    }
  }
  ls_error error = {.status = LS_OK};
  if (ls_check_stages(o->stages, o->n_stages, &error)) cli_fail(EXIT_USAGE, "%s", error.message);
  o->prompt = prompt ? prompt : "";
  o->prompt_bytes = strlen(o->prompt);
  if (text_file) o->prompt = (const char *)cli_map_file(text_file, &o->prompt_bytes);
}
