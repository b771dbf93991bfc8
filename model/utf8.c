// Whether bytes are UTF-8, as GGUF asks of its strings.
// Below card.c and llama2c.c.
// Must not know what the text is for.
#include "utf8.h"

#include <stdint.h>

bool is_utf8(const char *text, size_t length) {
  static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000}; // that needs so many bytes
  for (size_t i = 0; i < length;) {
    const uint8_t first = (uint8_t)text[i];
    const size_t n = first < 0x80   ? 1
                     : first < 0xC0 ? 0
                     : first < 0xE0 ? 2
                     : first < 0xF0 ? 3
                     : first < 0xF8 ? 4
                                    : 0;
    if (n == 0 || n > length - i) return false;
    uint32_t c = n == 1 ? first : first & (0xFFu >> (n + 1));
    for (size_t k = 1; k < n; k++) {
      const uint8_t next = (uint8_t)text[i + k];
      if ((next & 0xC0) != 0x80) return false;
      c = c << 6 | (next & 0x3F);
    }
    if (c < least[n] || c > 0x10FFFF || (c >= 0xD800 && c < 0xE000)) return false;
    i += n;
  }
  return true;
}
