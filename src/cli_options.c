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
    "  --typical P          keep the tokens of mass P that are nearest to the entropy\n"
    "  --epsilon E          keep tokens of probability E or more\n"
    "  --eta E              the same, but less where the entropy is high\n"
    "  --top-n-sigma N      keep logits within N standard deviations of the highest\n"
    "  --xtc P:T            at chance P drop all but the last of the tokens of probability T or more\n"
    "  --mirostat TAU:ETA   mirostat 2: bound the surprise so that it comes to TAU bits; ETA: how fast "
    "(default 0.1)\n"
    "  --penalties R:F:P:N  repetition, frequency, presence, over the last N tokens (default 1:0:0:64)\n"
    "  --dry M:B:L:N        multiplier, base, allowed length, last N tokens; 0: all (default 0:1.75:2:0)\n"
    "  --bias ID:B:…        add B to token ID's logit, -100 to 100, and so on\n"
    "  --stages LIST        explicit order, e.g. dry=0.8:1.75,top-k=40,temperature=0.8\n"
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
  char names[256] = "";
  for (uint32_t kind = LS_STAGE_LOGITS + 1; kind < LS_STAGE_KINDS; kind++) {
    const char *known = ls_stage_spec_of(kind)->name;
    if (strlen(known) == n && memcmp(known, name, n) == 0) return kind;
    const char *between = kind == LS_STAGE_LOGITS + 1 ? "" : kind + 1 < LS_STAGE_KINDS ? ", " : " or ";
    const size_t used = strlen(names);
    snprintf(names + used, sizeof names - used, "%s%s", between, known);
  }
  cli_fail(EXIT_USAGE, "unknown stage \"%.*s\", expected %s", (int)n, name, names);
}

/* Adds a stage with the numbers in `text` (n bytes), separated by colons; those left out have their usual
 * values, without a text all of them. */
static void add_stage(cli_options *o, const char *flag, uint32_t kind, const char *text, size_t n) {
  if (o->n_stages == LS_MAX_STAGES) cli_fail(EXIT_USAGE, "--stages has more than %d stages", LS_MAX_STAGES);
  const ls_stage_spec *spec = ls_stage_spec_of(kind);
  ls_stage *stage = &o->stages[o->n_stages++];
  stage->kind = kind;
  for (uint32_t i = 0; i < spec->n_parameters; i++) stage->values[i] = spec->parameters[i].usual;
  uint32_t count = 0;
  for (const char *end = text ? text + n : NULL; text && text <= end; count++) {
    char number[64] = "";
    const char *colon = memchr(text, ':', (size_t)(end - text));
    const size_t length = (size_t)((colon ? colon : end) - text);
    if (length < sizeof number) memcpy(number, text, length); /* a longer one is none */
    text += length + 1;
    if (kind != LS_STAGE_BIAS) {
      const double value = parse_number(flag, number);
      if (count < spec->n_parameters) stage->values[count] = value;
    } else if (o->n_biases == LS_MAX_BIASES) {
      cli_fail(EXIT_USAGE, "--%s has more than %d biases", flag, LS_MAX_BIASES);
    } else if (count % 2 == 0) {
      o->biases[o->n_biases] =
          (ls_bias){o->n_stages - 1, (uint32_t)parse_count(flag, number, 0, UINT32_MAX), 0};
    } else {
      o->biases[o->n_biases++].value = parse_number(flag, number);
    }
  }
  if (kind == LS_STAGE_BIAS && count % 2) {
    cli_fail(EXIT_USAGE, "--%s: bias has %u numbers, expected pairs of id and value", flag, count);
  }
  if (kind != LS_STAGE_BIAS && count > spec->n_parameters) {
    cli_fail(EXIT_USAGE, "--%s: %s has %u numbers, expected at most %u", flag, spec->name, count,
             spec->n_parameters);
  }
}

static void parse_stages(const char *list, cli_options *o) {
  while (*list) {
    const size_t n = strcspn(list, ",");
    const char *equals = memchr(list, '=', n);
    if (!equals) cli_fail(EXIT_USAGE, "--stages has \"%.*s\", expected name=value", (int)n, list);
    const uint32_t kind = stage_kind(list, (size_t)(equals - list));
    add_stage(o, "stages", kind, equals + 1, (size_t)(list + n - equals - 1));
    list += n;
    if (*list && !*++list) cli_fail(EXIT_USAGE, "--stages ends with a comma, expected name=value");
  }
}

/* The stages of single flags, in the order of their kinds; four are there whether named or not. */
static void take_single_stages(const char *const single[LS_STAGE_KINDS], cli_options *o) {
  for (uint32_t kind = LS_STAGE_LOGITS + 1; kind < LS_STAGE_KINDS; kind++) {
    const bool is_always_there = kind == LS_STAGE_TEMPERATURE || kind == LS_STAGE_TOP_K ||
                                 kind == LS_STAGE_TOP_P || kind == LS_STAGE_MIN_P;
    const char *text = single[kind];
    if (text || is_always_there) {
      add_stage(o, ls_stage_spec_of(kind)->name, kind, text, text ? strlen(text) : 0);
    }
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
                                      {"penalties", 1, NULL, LS_STAGE_PENALTIES},
                                      {"bias", 1, NULL, LS_STAGE_BIAS},
                                      {"dry", 1, NULL, LS_STAGE_DRY},
                                      {"top-n-sigma", 1, NULL, LS_STAGE_TOP_N_SIGMA},
                                      {"temperature", 1, NULL, LS_STAGE_TEMPERATURE},
                                      {"top-k", 1, NULL, LS_STAGE_TOP_K},
                                      {"typical", 1, NULL, LS_STAGE_TYPICAL},
                                      {"top-p", 1, NULL, LS_STAGE_TOP_P},
                                      {"min-p", 1, NULL, LS_STAGE_MIN_P},
                                      {"epsilon", 1, NULL, LS_STAGE_EPSILON},
                                      {"eta", 1, NULL, LS_STAGE_ETA},
                                      {"xtc", 1, NULL, LS_STAGE_XTC},
                                      {"mirostat", 1, NULL, LS_STAGE_MIROSTAT},
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
  const char *single[LS_STAGE_KINDS] = {NULL};
  const char *stages = NULL, *single_flag = NULL, *prompt = NULL, *text_file = NULL;
  int index = 0, flag;
  opterr = 0;
  for (int at = optind; (flag = getopt_long(argc, argv, "+", flags, &index)) != -1; at = optind) {
    const size_t typed = strcspn(argv[at], "=");
    if (flag != '?' && strlen(flags[index].name) + 2 != typed) flag = '?'; /* no abbreviations */
    if (flag > LS_STAGE_LOGITS && flag < LS_STAGE_KINDS) {
      single_flag = flags[index].name;
      single[flag] = optarg;
      continue;
    }
    switch (flag) {
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
    take_single_stages(single, o);
  }
  ls_error error = {.status = LS_OK};
  if (ls_check_stages(o->stages, o->n_stages, o->biases, o->n_biases, &error)) {
    cli_fail(EXIT_USAGE, "%s", error.message);
  }
  o->prompt = prompt ? prompt : "";
  o->prompt_bytes = strlen(o->prompt);
  if (text_file) o->prompt = (const char *)cli_map_file(text_file, &o->prompt_bytes);
}
