/* UTF-8 and the three character classes that pre-tokenizers ask for.
 * Stands at the start of a token's way: bytes of a text -> code points and their classes.
 * Knows no tokens. The table comes from src/unicode-tables.js. */
#include "unicode.h"

#include "unicode-tables.h"

uint32_t unicode_next(const uint8_t *bytes, uint64_t n, uint32_t *code_point) {
  /* The least code point that needs so many bytes: anything below is an overlong form. */
  static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
  const uint8_t lead = bytes[0];
  if (lead < 0x80) {
    *code_point = lead;
    return 1;
  }
  *code_point = UNICODE_INVALID;
  const uint32_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || length > n) return 1;
  uint32_t value = lead & (0x7Fu >> length);
  for (uint32_t i = 1; i < length; i++) {
    if ((bytes[i] & 0xC0) != 0x80) return 1;
    value = value << 6 | (bytes[i] & 0x3Fu);
  }
  if (value < least[length] || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF)) return 1;
  *code_point = value;
  return length;
}

unicode_class unicode_class_of(uint32_t code_point) {
  if (code_point == UNICODE_INVALID) return UNICODE_OTHER;
  /* The last run that begins at or before the code point. */
  uint32_t low = 0, high = sizeof boundaries / sizeof boundaries[0];
  while (high - low > 1) {
    const uint32_t middle = low + (high - low) / 2;
    if (boundaries[middle] >> 2 <= code_point)
      low = middle;
    else
      high = middle;
  }
  return (unicode_class)(boundaries[low] & 3);
}
