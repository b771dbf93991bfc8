/* The native command line's output: JSON lines and bars.
 * After the last hop of a token's way; the same objects as web/engine/cli.js prints.
 * Knows rows and draws; decides nothing. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"

#define TOP 50
#define SHOWN 10
#define BAR 40

void cli_print_number(double value) {
  char text[32];
  if (!isfinite(value)) { /* JSON has no infinities; a token of probability 0 has this logprob */
    fputs("null", stdout);
    return;
  }
  if (value == 0) value = 0; /* JSON in JavaScript has no negative zero */
  for (int digits = 15; digits <= 17; digits++) {
    snprintf(text, sizeof text, "%.*g", digits, value);
    if (strtod(text, NULL) == value) break;
  }
  fputs(text, stdout);
}

static void print_ids(const uint32_t *ids, uint32_t n) {
  putchar('[');
  for (uint32_t i = 0; i < n; i++) printf(i ? ",%u" : "%u", ids[i]);
  putchar(']');
}

static void print_floats(const float *values, uint32_t n) {
  putchar('[');
  for (uint32_t i = 0; i < n; i++) {
    if (i) putchar(',');
    cli_print_number((double)values[i]);
  }
  putchar(']');
}

static void print_doubles(const double *values, uint32_t n) {
  putchar('[');
  for (uint32_t i = 0; i < n; i++) {
    if (i) putchar(',');
    cli_print_number(values[i]);
  }
  putchar(']');
}

/* ---- text ---- */

/* How many bytes the UTF-8 character at the start of s has: 0 if it is cut short; if there is none, minus
 * the bytes that one U+FFFD stands for (RFC 3629; the maximal subparts of the Encoding Standard). */
static int character_bytes(const uint8_t *s, uint32_t n) {
  if (s[0] < 0x80) return 1;
  const int length = s[0] >= 0xc2 && s[0] < 0xe0   ? 2
                     : s[0] >= 0xe0 && s[0] < 0xf0 ? 3
                     : s[0] >= 0xf0 && s[0] < 0xf5 ? 4
                                                   : -1;
  for (int i = 1; i < length; i++) {
    if ((uint32_t)i >= n) return 0;
    uint8_t low = 0x80, high = 0xbf;
    if (i == 1 && s[0] == 0xe0) low = 0xa0;
    if (i == 1 && s[0] == 0xed) high = 0x9f;
    if (i == 1 && s[0] == 0xf0) low = 0x90;
    if (i == 1 && s[0] == 0xf4) high = 0x8f;
    if (s[i] < low || s[i] > high) return -i;
  }
  return length;
}

/* Prints the whole characters of a stream as the inside of a JSON string and returns how many bytes at
 * the end wait for the rest of their character. */
static uint32_t print_characters(const uint8_t *s, uint32_t n) {
  while (n > 0) {
    const int length = character_bytes(s, n);
    if (length == 0) break;
    if (length < 0)
      fputs("\xef\xbf\xbd", stdout);
    else if (*s == '"' || *s == '\\')
      printf("\\%c", *s);
    else if (*s == '\n')
      fputs("\\n", stdout);
    else if (*s < ' ')
      printf("\\u%04x", *s);
    else
      fwrite(s, 1, (size_t)length, stdout);
    const uint32_t used = (uint32_t)(length < 0 ? -length : length);
    s += used;
    n -= used;
  }
  return n;
}

/* The text that a token completes, after what earlier tokens left unfinished. */
static void print_stream(const uint8_t *bytes, uint32_t n) {
  static uint8_t pending[4];
  static uint32_t n_pending;
  uint8_t *joined = malloc(n_pending + n + 1);
  if (!joined) cli_fail(EXIT_FAILED, "out of memory");
  memcpy(joined, pending, n_pending);
  if (n) memcpy(joined + n_pending, bytes, n);
  const uint32_t all = n_pending + n;
  putchar('"');
  n_pending = print_characters(joined, all);
  putchar('"');
  memcpy(pending, joined + all - n_pending, n_pending);
  free(joined);
}

static void print_string(const uint8_t *bytes, uint64_t n) {
  putchar('"');
  const uint32_t rest = print_characters(bytes, (uint32_t)n);
  if (rest) fputs("\xef\xbf\xbd", stdout);
  putchar('"');
}

/* A token's text, or its spelling in the vocabulary where it stands for none. */
static void print_token(const ls_tokenizer *t, uint32_t id) {
  const uint32_t at = t->text_at[id], n = t->text_at[id + 1] - at;
  if (n > 0)
    print_string(t->texts + at, n);
  else
    print_string(t->pieces[id].bytes, t->pieces[id].n);
}

/* ---- lines ---- */

void cli_json_header(const ls_model *m, const char *model_path, const uint32_t *ids, uint32_t n) {
  const char *slash = strrchr(model_path, '/');
  const char *file = slash ? slash + 1 : model_path;
  ls_string name = {(const uint8_t *)file, strlen(file)};
  gguf_text(&m->file, "general.name", &name);
  fputs("{\"model\":", stdout);
  print_string(name.bytes, name.n);
  printf(",\"hash\":\"%016llx\",\"promptIds\":", (unsigned long long)m->hash);
  print_ids(ids, n);
  puts("}");
}

/* "allowedLength" of "allowed-length". */
static void print_camel_case(const char *name) {
  for (; *name; name++) putchar(*name == '-' ? *++name - 'a' + 'A' : *name);
}

/* The parameters of a stage, or its biases, as members of an object. */
static void print_setting(const cli_options *o, const ls_stage *stage, uint32_t index) {
  const ls_stage_spec *spec = ls_stage_spec_of(stage->kind);
  for (uint32_t i = 0; i < spec->n_parameters; i++) {
    fputs(",\"", stdout);
    print_camel_case(spec->parameters[i].name);
    fputs("\":", stdout);
    cli_print_number(stage->values[i]);
  }
  if (stage->kind != LS_STAGE_BIAS) return;
  fputs(",\"biases\":[", stdout);
  bool first = true;
  for (uint32_t i = 0; i < o->n_biases; i++) {
    if (o->biases[i].stage != index) continue;
    printf("%s[%u,", first ? "" : ",", o->biases[i].id);
    cli_print_number(o->biases[i].value);
    putchar(']');
    first = false;
  }
  putchar(']');
}

static void print_row(const cli_options *o, ls_sampler *s, uint32_t index, const cli_list *list) {
  const ls_row *row = &s->rows[index];
  double listed_mass;
  const uint32_t most = o->trace == CLI_TRACE_FULL ? s->vocab : TOP;
  const uint32_t n = ls_row_list(s, index, most, list->ids, list->probs, list->logits, &listed_mass);
  const double other_mass = row->kept == n || listed_mass > 1 ? 0 : 1 - listed_mass;
  printf("{\"name\":\"%s\"", ls_stage_spec_of(row->stage.kind)->name);
  print_setting(o, &row->stage, index - 1);
  printf(",\"kept\":%u,\"keptMass\":", row->kept);
  cli_print_number(row->kept_mass);
  fputs(",\"entropy\":", stdout);
  cli_print_number(row->entropy);
  fputs(",\"limit\":", stdout);
  cli_print_number(row->limit);
  fputs(",\"ids\":", stdout);
  print_ids(list->ids, n);
  fputs(",\"probs\":", stdout);
  print_floats(list->probs, n);
  fputs(",\"logits\":", stdout);
  print_doubles(list->logits, n);
  printf(",\"otherCount\":%u,\"otherMass\":", row->kept - n);
  cli_print_number(other_mass);
  putchar('}');
}

void cli_json_step(const cli_options *o, const ls_model *m, ls_sampler *s, const cli_step *step,
                   const cli_list *list) {
  printf("{\"position\":%u,\"id\":%u,\"text\":", step->position, step->draw->token);
  print_stream(step->bytes, step->n_bytes);
  fputs(",\"bytes\":[", stdout);
  for (uint32_t i = 0; i < step->n_bytes; i++) printf(i ? ",%u" : "%u", step->bytes[i]);
  fputs("],\"logprob\":", stdout);
  cli_print_number(step->draw->logprob);
  fputs(",\"entropy\":", stdout);
  cli_print_number(step->draw->entropy);
  fputs(",\"u\":", stdout);
  cli_print_number(step->draw->u);
  fputs(",\"mu\":", stdout);
  cli_print_number(step->draw->mu);
  fputs(",\"stages\":[", stdout);
  for (uint32_t i = 0; i < s->n_rows; i++) {
    if (i) putchar(',');
    print_row(o, s, i, list);
  }
  putchar(']');
  if (o->logits) {
    fputs(",\"logits\":", stdout);
    print_floats(m->logits, m->config.vocab);
  }
  puts("}");
}

void cli_show_step(const ls_model *m, ls_sampler *s, const cli_step *step, const cli_list *list) {
  const uint32_t *ids = list->ids;
  const float *probs = list->probs;
  double listed_mass;
  const uint32_t n = ls_row_list(s, s->n_rows - 1, SHOWN, list->ids, list->probs, list->logits, &listed_mass);
  printf("\nposition %u, u = %.6f\n", step->position, step->draw->u);
  for (uint32_t i = 0; i < n; i++) {
    const int length = (int)lrintf(probs[i] * BAR);
    char bar[BAR + 1];
    memset(bar, '#', BAR);
    bar[length] = 0;
    printf("%c %-*s %6.2f %%  ", ids[i] == step->draw->token ? '>' : ' ', BAR, bar, 100 * (double)probs[i]);
    print_token(&m->tokenizer, ids[i]);
    putchar('\n');
  }
}
