// What a GGUF file says of itself: general.name, license and so on, as given on the command line.
// Read by export.c and import.c; llama_gguf.c writes it.
// Must not know what kind of model it describes.
#include "card.h"

#include <string.h>

#include "utf8.h"

// The option is "--" and the key "general." before the name.
static const char *const FIELDS[CARD_FIELDS] = {"name", "author", "license", "description", "url"};
enum { NAME = 0 };

static bool set(Card *card, int field, const char *value) {
  if (!value || strncmp(value, "--", 2) == 0) {
    fprintf(stderr, "--%s needs a value\n", FIELDS[field]);
    return false;
  }
  if (!*value || !is_utf8(value, strlen(value))) {
    fprintf(stderr, "--%s must be text in UTF-8, and not empty\n", FIELDS[field]);
    return false;
  }
  card->text[field] = value;
  return true;
}

int card_options(Card *card, int argc, char **argv) {
  *card = (Card){0};
  int kept = 1;
  for (int i = 1; i < argc; i++) {
    if (strncmp(argv[i], "--", 2) != 0) {
      argv[kept++] = argv[i];
      continue;
    }
    int field = 0;
    while (field < CARD_FIELDS && strcmp(argv[i] + 2, FIELDS[field]) != 0) field++;
    if (field == CARD_FIELDS) {
      if (strcmp(argv[i], "--help") != 0) fprintf(stderr, "unknown option %s\n", argv[i]);
      return -1;
    }
    if (!set(card, field, argv[++i])) return -1; // argv ends in NULL
  }
  return kept;
}

bool card_name_after(Card *card, const char *path) {
  static const char ending[] = ".gguf";
  if (card->text[NAME]) return true;
  const char *slash = strrchr(path, '/');
  snprintf(card->base_name, sizeof card->base_name, "%s", slash ? slash + 1 : path);
  const size_t length = strlen(card->base_name);
  if (length >= sizeof ending && strcmp(card->base_name + length - (sizeof ending - 1), ending) == 0)
    card->base_name[length - (sizeof ending - 1)] = '\0';
  return set(card, NAME, card->base_name);
}

void card_write(const Card *card, GgufWriter *writer) {
  for (int i = 0; i < CARD_FIELDS; i++) {
    char key[32];
    snprintf(key, sizeof key, "general.%s", FIELDS[i]);
    if (card->text[i]) gguf_string(writer, key, card->text[i]);
  }
}
