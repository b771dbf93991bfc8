/* The tokenizer for tests/tokenizer.test.js, behind a command line, compiled with sanitizers.
 * Drives the first hop of a token's way; every buffer has exactly the size that the contract asks for.
 * Must not judge: what is right stands in the JavaScript test. Exits with 2 where the contract breaks.
 *
 *   tokenizer_test open FILE...           a line a file: ok (it can be used), or the status and the
 *                                         message
 *   tokenizer_test encode FILE FLAGS      stdin: texts, each behind its length as u32; a line a text:
 *                                         the ids, a tab, the decoded bytes in hexadecimal
 *   tokenizer_test classes                the unicode_class of every code point, a digit each */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../src/logitscope.h"
#include "../../src/unicode.h"

static gguf header;
static ls_error error;

static void breach(const char *what) {
  fprintf(stderr, "contract broken: %s\n", what);
  exit(2);
}

static void *resized(void *bytes, size_t n) {
  bytes = realloc(bytes, n);
  if (!bytes) breach("no memory");
  return bytes;
}

static uint8_t *read_all(FILE *f, size_t *n) {
  size_t room = 1 << 16;
  uint8_t *bytes = resized(NULL, room);
  *n = 0;
  for (size_t got = 1; got;) {
    if (*n == room) bytes = resized(bytes, room *= 2);
    got = fread(bytes + *n, 1, room - *n, f);
    *n += got;
  }
  return resized(bytes, *n ? *n : 1); /* to the byte, so that a sanitizer sees every overrun */
}

static uint8_t *read_file(const char *path, size_t *n) {
  FILE *f = fopen(path, "rb");
  if (!f) breach(path);
  uint8_t *bytes = read_all(f, n);
  fclose(f);
  return bytes;
}

/* Opens the tokenizer of a file; `*tables` are its workspace. */
static ls_status open_tokenizer(ls_tokenizer *t, const uint8_t *bytes, uint64_t n, void **tables) {
  *tables = NULL;
  ls_status status = gguf_parse(&header, bytes, n, &error);
  if (status) return status;
  ls_arena counting = {0};
  status = ls_tokenizer_open(t, &header, &counting, &error);
  if (status) return status;
  *tables = aligned_alloc(64, (size_t)counting.used);
  ls_arena small = {*tables, counting.used - 64, 0};
  if (ls_tokenizer_open(t, &header, &small, &error) != LS_OUT_OF_MEMORY) breach("small workspace");
  ls_arena arena = {*tables, counting.used, 0};
  status = ls_tokenizer_open(t, &header, &arena, &error);
  if (arena.used != counting.used) breach("planned and used bytes differ");
  return status;
}

static void print_failure(void) {
  for (const char *c = error.message; *c; c++) {
    if (*c < ' ' || *c > '~') breach("message is not printable");
  }
  printf("%d %s\n", error.status, error.message);
}

/* Encodes a text of every byte and decodes every token, for the sanitizers to watch. */
static void use(const ls_tokenizer *t) {
  uint8_t text[512];
  uint32_t ids[2 * sizeof text + 2], count;
  for (uint32_t i = 0; i < sizeof text; i++) text[i] = (uint8_t)i;
  const size_t scratch_bytes = (size_t)ls_tokenize_scratch(t, sizeof text);
  void *scratch = malloc(scratch_bytes);
  for (uint32_t flags = 0; flags < 4; flags++) {
    ls_tokenize(t, text, sizeof text, flags, ids, &count, scratch, scratch_bytes, &error);
  }
  free(scratch);
  uint8_t *out = malloc(t->longest ? t->longest : 1);
  for (uint32_t id = 0; id < t->n_tokens; id++) ls_token_bytes(t, id, out);
  free(out);
}

static void open_files(int n, char **paths) {
  for (int i = 0; i < n; i++) {
    size_t length;
    uint8_t *bytes = read_file(paths[i], &length);
    ls_tokenizer t;
    void *tables;
    if (open_tokenizer(&t, bytes, length, &tables)) {
      print_failure();
    } else {
      use(&t);
      puts("ok");
    }
    free(tables);
    free(bytes);
  }
}

static void encode_text(const ls_tokenizer *t, const uint8_t *text, uint32_t n, uint32_t flags) {
  uint32_t *ids = malloc((2 * (size_t)n + 2) * sizeof *ids), count = 77;
  const size_t scratch_bytes = (size_t)ls_tokenize_scratch(t, n);
  void *scratch = malloc(scratch_bytes);
  if (ls_tokenize(t, text, n, flags, ids, &count, scratch, scratch_bytes - 1, &error) != LS_OUT_OF_MEMORY) {
    breach("small scratch");
  }
  if (ls_tokenize(t, text, n, flags, ids, &count, scratch, scratch_bytes, &error)) {
    print_failure();
  } else {
    for (uint32_t i = 0; i < count; i++) printf(i ? " %u" : "%u", ids[i]);
    printf("\t");
    uint8_t *out = malloc(t->longest ? t->longest : 1);
    for (uint32_t i = 0; i < count; i++) {
      const uint32_t length = ls_token_bytes(t, ids[i], out);
      for (uint32_t j = 0; j < length; j++) printf("%02x", out[j]);
    }
    printf("\n");
    free(out);
  }
  free(scratch);
  free(ids);
}

static void encode(const char *path, uint32_t flags) {
  size_t length, n;
  uint8_t *bytes = read_file(path, &length), *input = read_all(stdin, &n);
  ls_tokenizer t;
  void *tables;
  if (open_tokenizer(&t, bytes, length, &tables)) {
    print_failure();
    exit(1);
  }
  for (size_t at = 0; at < n;) {
    uint32_t text_bytes;
    memcpy(&text_bytes, input + at, 4);
    uint8_t *text = malloc(text_bytes ? text_bytes : 1);
    memcpy(text, input + at + 4, text_bytes);
    encode_text(&t, text, text_bytes, flags);
    free(text);
    at += 4 + text_bytes;
  }
  free(tables);
  free(input);
  free(bytes);
}

int main(int argc, char **argv) {
  const char *command = argc > 1 ? argv[1] : "";
  if (strcmp(command, "open") == 0) {
    open_files(argc - 2, argv + 2);
  } else if (strcmp(command, "encode") == 0 && argc == 4) {
    encode(argv[2], (uint32_t)atoi(argv[3]));
  } else if (strcmp(command, "classes") == 0) {
    for (uint32_t c = 0; c <= 0x10FFFF; c++) putchar('0' + (int)unicode_class_of(c));
  } else {
    fprintf(stderr, "see the head of tests/c/tokenizer_test.c\n");
    return 2;
  }
  return 0;
}
