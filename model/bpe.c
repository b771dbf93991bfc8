// Byte-level byte-pair encoding: the pre-tokeniser, learning merges, encoding, decoding.
// Stands at the head of training: documents -> bpe -> token ids -> data.c.
// Must not know of files, models or tensors.
#include "bpe.h"

#include <stdlib.h>
#include <string.h>

// ---------------------------------------------------------------------------------------------
// Pair map

static uint64_t pair_key(int32_t left, int32_t right) {
  return ((uint64_t)(uint32_t)left << 32 | (uint32_t)right) + 1; // + 1: 0 marks a free slot
}

static size_t hash_bits(uint64_t x) {
  x ^= x >> 32;
  x *= 0x9E3779B97F4A7C15u;
  return (size_t)(x ^ x >> 29);
}

static size_t pair_slot(const PairMap *map, uint64_t key) {
  size_t slot = hash_bits(key) & (map->capacity - 1);
  while (map->keys[slot] && map->keys[slot] != key) slot = (slot + 1) & (map->capacity - 1);
  return slot;
}

static bool pair_map_new(PairMap *map, size_t capacity) {
  *map = (PairMap){.capacity = capacity};
  map->keys = calloc(capacity, sizeof *map->keys);
  map->values = calloc(capacity, sizeof *map->values);
  return map->keys && map->values;
}

static void pair_map_free(PairMap *map) {
  free(map->keys);
  free(map->values);
  *map = (PairMap){0};
}

static bool pair_map_grow(PairMap *map) {
  PairMap larger;
  if (!pair_map_new(&larger, map->capacity * 2)) {
    pair_map_free(&larger);
    return false;
  }
  for (size_t i = 0; i < map->capacity; i++) {
    if (!map->keys[i] || !map->values[i]) continue; // a pair that no longer occurs is dropped
    const size_t slot = pair_slot(&larger, map->keys[i]);
    larger.keys[slot] = map->keys[i];
    larger.values[slot] = map->values[i];
    larger.n_used++;
  }
  pair_map_free(map);
  *map = larger;
  return true;
}

static bool pair_add(PairMap *map, int32_t left, int32_t right, int64_t delta) {
  if (map->n_used * 2 >= map->capacity && !pair_map_grow(map)) return false;
  const uint64_t key = pair_key(left, right);
  const size_t slot = pair_slot(map, key);
  if (!map->keys[slot]) {
    map->keys[slot] = key;
    map->n_used++;
  }
  map->values[slot] += delta;
  return true;
}

// ---------------------------------------------------------------------------------------------
// Pre-tokeniser: 's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+

typedef enum { CLASS_SPACE, CLASS_LETTER, CLASS_NUMBER, CLASS_OTHER } CharClass;

// ASCII is classed exactly. Above it, only what English text is likely to hold: the Unicode
// spaces and the blocks of punctuation; every other character counts as a letter. A wrong class
// can only make a merge less useful, never wrong: any encoder may use the merges learnt.
static CharClass classify(uint32_t c) {
  if (c < 0x80) {
    if (c == ' ' || (c >= '\t' && c <= '\r')) return CLASS_SPACE;
    if ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') return CLASS_LETTER;
    return c >= '0' && c <= '9' ? CLASS_NUMBER : CLASS_OTHER;
  }
  if (c == 0x85 || c == 0xA0 || c == 0x1680 || c == 0x202F || c == 0x205F || c == 0x3000 ||
      (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029)
    return CLASS_SPACE;
  if (c == 0xB2 || c == 0xB3 || c == 0xB9 || (c >= 0xBC && c <= 0xBE)) return CLASS_NUMBER;
  if (c == 0xAA || c == 0xB5 || c == 0xBA) return CLASS_LETTER;
  if (c < 0xC0 || c == 0xD7 || c == 0xF7) return CLASS_OTHER;
  if ((c >= 0x200B && c <= 0x206F) || (c >= 0x20A0 && c <= 0x20CF)) return CLASS_OTHER;
  if (c >= 0x2100 && c <= 0x2BFF) return CLASS_OTHER; // symbols, arrows, dingbats
  if ((c >= 0x3001 && c <= 0x3003) || (c >= 0x3008 && c <= 0x3011)) return CLASS_OTHER;
  return CLASS_LETTER;
}

// Decodes the character at the start of text and returns its class; a byte that begins no valid
// sequence is one character of CLASS_OTHER (what U+FFFD is).
static CharClass next_char(Text text, size_t *length) {
  const uint8_t *b = text.bytes;
  *length = 1;
  if (b[0] < 0x80) return classify(b[0]);
  const size_t n = b[0] >= 0xF0 && b[0] <= 0xF4  ? 4
                   : b[0] >= 0xE0 && b[0] < 0xF0 ? 3
                   : b[0] >= 0xC2 && b[0] < 0xE0 ? 2
                                                 : 1;
  if (n == 1 || n > text.length) return CLASS_OTHER;
  uint32_t c = b[0] & (0xFFu >> (n + 1));
  for (size_t i = 1; i < n; i++) {
    if ((b[i] & 0xC0) != 0x80) return CLASS_OTHER;
    c = c << 6 | (b[i] & 0x3F);
  }
  *length = n;
  return classify(c);
}

static Text text_from(Text text, size_t offset) { return (Text){text.bytes + offset, text.length - offset}; }

static size_t contraction_length(Text text) {
  static const char *const endings[] = {"'s", "'t", "'re", "'ve", "'m", "'ll", "'d"};
  for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
    const size_t n = strlen(endings[i]);
    if (text.length >= n && memcmp(text.bytes, endings[i], n) == 0) return n;
  }
  return 0;
}

size_t bpe_first_word(Text text) {
  const size_t contraction = contraction_length(text);
  if (contraction) return contraction;

  size_t length, end = text.bytes[0] == ' ' ? 1 : 0;
  if (end < text.length) {
    const CharClass first = next_char(text_from(text, end), &length);
    if (first != CLASS_SPACE) {
      do end += length;
      while (end < text.length && next_char(text_from(text, end), &length) == first);
      return end;
    }
  }
  // White space. Its last character is left to the word after it, unless it is the only one or
  // nothing follows.
  size_t last = 0;
  for (end = 0; end < text.length; end += length) {
    if (next_char(text_from(text, end), &length) != CLASS_SPACE) return last ? last : end;
    last = end;
  }
  return end;
}

// ---------------------------------------------------------------------------------------------
// Learning merges

// A distinct pre-token and how often it occurs. Its symbols shrink in place as merges apply.
typedef struct {
  Text text; // its first occurrence
  int64_t count;
  size_t n_symbols;
  int32_t *symbols;
} Word;

typedef struct {
  Word *words; // (n_words) in order of first occurrence
  size_t n_words, capacity;
  size_t *slots; // (2 * capacity), index + 1 into words, 0 = free
  int32_t *symbols;
} WordList;

static size_t hash_text(Text text) {
  uint64_t h = 0xCBF29CE484222325u; // FNV-1a
  for (size_t i = 0; i < text.length; i++) h = (h ^ text.bytes[i]) * 0x100000001B3u;
  return hash_bits(h);
}

static size_t word_slot(const WordList *list, Text text) {
  const size_t mask = 2 * list->capacity - 1;
  size_t slot = hash_text(text) & mask;
  for (; list->slots[slot]; slot = (slot + 1) & mask) {
    const Text other = list->words[list->slots[slot] - 1].text;
    if (other.length == text.length && memcmp(other.bytes, text.bytes, text.length) == 0) break;
  }
  return slot;
}

static bool word_list_grow(WordList *list) {
  const size_t capacity = list->capacity ? list->capacity * 2 : 4096;
  Word *words = realloc(list->words, capacity * sizeof *words);
  if (!words) return false;
  list->words = words;
  free(list->slots);
  list->slots = calloc(2 * capacity, sizeof *list->slots);
  list->capacity = capacity;
  if (!list->slots) return false;
  for (size_t i = 0; i < list->n_words; i++) list->slots[word_slot(list, words[i].text)] = i + 1;
  return true;
}

static bool word_list_add(WordList *list, Text text) {
  if (list->n_words == list->capacity && !word_list_grow(list)) return false;
  const size_t slot = word_slot(list, text);
  if (!list->slots[slot]) {
    list->words[list->n_words++] = (Word){.text = text, .n_symbols = text.length};
    list->slots[slot] = list->n_words;
  }
  list->words[list->slots[slot] - 1].count++;
  return true;
}

// Splits every word into its bytes.
static bool word_list_split(WordList *list) {
  size_t total = 0;
  for (size_t i = 0; i < list->n_words; i++) total += list->words[i].text.length;
  int32_t *symbols = list->symbols = malloc((total + 1) * sizeof *symbols);
  if (!symbols) return false;
  for (size_t i = 0; i < list->n_words; i++) {
    Word *word = &list->words[i];
    word->symbols = symbols;
    for (size_t j = 0; j < word->n_symbols; j++) *symbols++ = word->text.bytes[j];
  }
  return true;
}

static void word_list_free(WordList *list) {
  free(list->words);
  free(list->slots);
  free(list->symbols);
}

static bool count_pairs(PairMap *counts, const Word *word, int64_t weight) {
  for (size_t i = 0; i + 1 < word->n_symbols; i++)
    if (!pair_add(counts, word->symbols[i], word->symbols[i + 1], weight)) return false;
  return true;
}

static bool most_frequent(const PairMap *counts, BpeMerge *best) {
  uint64_t best_key = 0;
  int64_t best_count = 1; // a pair that occurs once teaches nothing
  for (size_t i = 0; i < counts->capacity; i++) {
    if (counts->values[i] < best_count) continue;
    if (counts->values[i] == best_count && counts->keys[i] >= best_key) continue;
    best_count = counts->values[i];
    best_key = counts->keys[i];
  }
  if (!best_key) return false;
  *best = (BpeMerge){(int32_t)((best_key - 1) >> 32), (int32_t)((best_key - 1) & 0xFFFFFFFF)};
  return true;
}

static bool has_pair(const int32_t *symbols, size_t n, BpeMerge merge) {
  for (size_t i = 0; i + 1 < n; i++)
    if (symbols[i] == merge.left && symbols[i + 1] == merge.right) return true;
  return false;
}

// Replaces every (left, right) by token, in place; returns the new length.
static size_t apply_merge(int32_t *symbols, size_t n, BpeMerge merge, int32_t token) {
  size_t out = 0;
  for (size_t i = 0; i < n; i++) {
    const bool pair = i + 1 < n && symbols[i] == merge.left && symbols[i + 1] == merge.right;
    symbols[out++] = pair ? token : symbols[i];
    if (pair) i++;
  }
  return out;
}

static bool learn_merges(WordList *list, PairMap *counts, BpeMerge *merges, int *n_merges) {
  for (size_t i = 0; i < list->n_words; i++)
    if (!count_pairs(counts, &list->words[i], list->words[i].count)) return false;

  for (int m = 0; m < *n_merges; m++) {
    if (!most_frequent(counts, &merges[m])) {
      *n_merges = m;
      return true;
    }
    // Only words that hold the pair change any count: take their old pairs out, put the new in.
    for (size_t i = 0; i < list->n_words; i++) {
      Word *word = &list->words[i];
      if (!has_pair(word->symbols, word->n_symbols, merges[m])) continue;
      if (!count_pairs(counts, word, -word->count)) return false;
      word->n_symbols = apply_merge(word->symbols, word->n_symbols, merges[m], BPE_BYTES + m);
      if (!count_pairs(counts, word, word->count)) return false;
    }
  }
  return true;
}

bool bpe_train(Bpe *bpe, const Text *documents, size_t n_documents, int n_merges) {
  *bpe = (Bpe){0};
  WordList list = {0};
  PairMap counts = {0};
  BpeMerge *merges = malloc(((size_t)n_merges + 1) * sizeof *merges);
  bool ok = merges && pair_map_new(&counts, 1 << 16);
  for (size_t d = 0; ok && d < n_documents; d++)
    for (Text rest = documents[d]; ok && rest.length;) {
      const size_t length = bpe_first_word(rest);
      ok = word_list_add(&list, (Text){rest.bytes, length});
      rest = text_from(rest, length);
    }
  ok = ok && word_list_split(&list) && learn_merges(&list, &counts, merges, &n_merges) &&
       bpe_from_merges(bpe, merges, n_merges);
  pair_map_free(&counts);
  word_list_free(&list);
  free(merges);
  return ok;
}

// ---------------------------------------------------------------------------------------------
// Using merges

bool bpe_from_merges(Bpe *bpe, const BpeMerge *merges, int n_merges) {
  *bpe = (Bpe){.n_merges = n_merges};
  bpe->merges = malloc(((size_t)n_merges + 1) * sizeof *merges);
  bool ok = bpe->merges && pair_map_new(&bpe->ranks, 1 << 12);
  for (int i = 0; ok && i < n_merges; i++) {
    const BpeMerge merge = bpe->merges[i] = merges[i];
    ok = merge.left >= 0 && merge.left < BPE_BYTES + i && merge.right >= 0 && merge.right < BPE_BYTES + i &&
         pair_add(&bpe->ranks, merge.left, merge.right, i + 1);
  }
  if (!ok) bpe_free(bpe);
  return ok;
}

void bpe_free(Bpe *bpe) {
  free(bpe->merges);
  pair_map_free(&bpe->ranks);
  *bpe = (Bpe){0};
}

int bpe_vocab_size(const Bpe *bpe) { return BPE_BYTES + bpe->n_merges + 1; }

int32_t bpe_end_of_text(const Bpe *bpe) { return BPE_BYTES + bpe->n_merges; }

// Applies the merge of lowest rank until none applies; returns the new length.
static size_t encode_word(const Bpe *bpe, int32_t *symbols, size_t n) {
  for (;;) {
    int64_t best = INT64_MAX;
    for (size_t i = 0; i + 1 < n; i++) {
      const size_t slot = pair_slot(&bpe->ranks, pair_key(symbols[i], symbols[i + 1]));
      if (bpe->ranks.keys[slot] && bpe->ranks.values[slot] < best) best = bpe->ranks.values[slot];
    }
    if (best == INT64_MAX) return n;
    const int32_t rank = (int32_t)(best - 1); // stored + 1: 0 marks what is not in the map
    n = apply_merge(symbols, n, bpe->merges[rank], BPE_BYTES + rank);
  }
}

size_t bpe_encode(const Bpe *bpe, Text text, int32_t *tokens) {
  size_t n = 0;
  while (text.length) {
    const size_t length = bpe_first_word(text);
    for (size_t i = 0; i < length; i++) tokens[n + i] = text.bytes[i];
    n += encode_word(bpe, tokens + n, length);
    text = text_from(text, length);
  }
  return n;
}

size_t bpe_decode(const Bpe *bpe, int32_t token, uint8_t *out, size_t capacity) {
  if (token < BPE_BYTES) {
    if (capacity) out[0] = (uint8_t)token;
    return 1;
  }
  if (token >= bpe_end_of_text(bpe)) return 0;
  const BpeMerge merge = bpe->merges[token - BPE_BYTES];
  const size_t left = bpe_decode(bpe, merge.left, out, capacity);
  const size_t room = capacity > left ? capacity - left : 0;
  return left + bpe_decode(bpe, merge.right, room ? out + left : out, room);
}

static bool is_printable(uint32_t byte) {
  return (byte >= '!' && byte <= '~') || (byte >= 0xA1 && byte <= 0xAC) || byte >= 0xAE;
}

uint32_t bpe_byte_codepoint(uint8_t byte) {
  if (is_printable(byte)) return byte;
  uint32_t codepoint = 256; // the others take the code points from 256 on, in their order
  for (uint32_t b = 0; b < byte; b++)
    if (!is_printable(b)) codepoint++;
  return codepoint;
}
