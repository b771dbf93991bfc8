/* UTF-8 and the three character classes that pre-tokenizers ask for.
 * Stands at the start of a token's way: bytes of a text -> code points and their classes.
 * Knows no tokens. */
#ifndef LS_UNICODE_H
#define LS_UNICODE_H

#include <stdint.h>

typedef enum unicode_class {
  UNICODE_OTHER,
  UNICODE_LETTER, /* \p{L} */
  UNICODE_NUMBER, /* \p{N} */
  UNICODE_SPACE   /* \p{White_Space} */
} unicode_class;

/* What stands for a byte that is not part of well-formed UTF-8; its class is UNICODE_OTHER. */
#define UNICODE_INVALID UINT32_MAX

/* Decodes the code point at the start of `n` (at least 1) bytes and returns how many bytes it takes:
 * 1 to 4. Overlong forms, surrogates, numbers past U+10FFFF and cut sequences are not well-formed: then
 * the first byte alone is taken, as UNICODE_INVALID. */
uint32_t unicode_next(const uint8_t *bytes, uint64_t n, uint32_t *code_point);

unicode_class unicode_class_of(uint32_t code_point);

#endif
