// What a GGUF file says of itself: general.name, license and so on, as given on the command line.
// Read by export.c and import.c; llama_gguf.c writes it.
// Must not know what kind of model it describes.
#ifndef MODEL_CARD_H
#define MODEL_CARD_H

#include "gguf_write.h"

#define CARD_USAGE "[--name N] [--author A] [--license L] [--description D] [--url U]"

enum { CARD_FIELDS = 5 };

typedef struct {
  const char *text[CARD_FIELDS]; // NULL where nothing is said
  char base_name[256];
} Card;

// Reads the card's options, wherever they stand, and moves the other arguments to the front.
// Returns how many these are, argv[0] among them, or -1 after a message on stderr.
int card_options(Card *card, int argc, char **argv);

// A model without a name is called as its file is, without ".gguf". False after a message on stderr.
bool card_name_after(Card *card, const char *path);

void card_write(const Card *card, GgufWriter *writer);

#endif
