// Whether bytes are UTF-8, as GGUF asks of its strings.
// Below card.c and llama2c.c.
// Must not know what the text is for.
#ifndef MODEL_UTF8_H
#define MODEL_UTF8_H

#include <stdbool.h>
#include <stddef.h>

// As Unicode defines it: nothing overlong, no surrogates, nothing above U+10FFFF.
bool is_utf8(const char *text, size_t length);

#endif
