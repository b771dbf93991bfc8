// The forms in which weights ship: f32, f16, and ggml's blocks of 32, Q8_0 and Q4_0.
// Below llama_gguf.c.
// Must not know of files or of what the numbers mean.
#include "quantise.h"

#include <math.h>
#include <string.h>

enum { BLOCK = 32 };

uint16_t half_from_float(float value) {
  uint32_t bits;
  memcpy(&bits, &value, sizeof bits);
  const uint16_t sign = (uint16_t)(bits >> 16 & 0x8000);
  const float magnitude = fabsf(value);
  if (isnan(value)) return (uint16_t)(sign | 0x7E00);
  if (magnitude >= 65520.0f) return (uint16_t)(sign | 0x7C00); // rounds to infinity
  // Below 2^-14 halves are evenly spaced, 2^-24 apart; above, 2^10 to each power of two.
  int exponent;
  frexpf(magnitude, &exponent); // magnitude = [0.5, 1) * 2^exponent
  if (magnitude < 0x1p-14f) exponent = -13;
  const float steps = rintf(ldexpf(magnitude, 11 - exponent)); // rounds to even
  // A mantissa that rounds up to the next power of two carries into the exponent by itself.
  const int biased = (exponent + 13) << 10;
  return (uint16_t)(sign | (uint16_t)(biased + (int)steps));
}

float half_to_float(uint16_t half) {
  const int exponent = half >> 10 & 0x1F, mantissa = half & 0x3FF;
  float value = exponent == 0x1F ? (mantissa ? NAN : INFINITY)
                : exponent       ? ldexpf((float)(mantissa + 1024), exponent - 25)
                                 : ldexpf((float)mantissa, -24);
  return half & 0x8000 ? -value : value;
}

static uint8_t *put_u16(uint8_t *out, uint16_t value) {
  *out++ = (uint8_t)(value & 0xFF);
  *out++ = (uint8_t)(value >> 8);
  return out;
}

static void encode_f32(uint8_t *out, const float *values, size_t count) {
  for (size_t i = 0; i < count; i++) {
    uint32_t bits;
    memcpy(&bits, &values[i], sizeof bits);
    out = put_u16(out, (uint16_t)(bits & 0xFFFF));
    out = put_u16(out, (uint16_t)(bits >> 16));
  }
}

static void encode_f16(uint8_t *out, const float *values, size_t count) {
  for (size_t i = 0; i < count; i++) out = put_u16(out, half_from_float(values[i]));
}

// The value of largest magnitude; NaN where one is no finite number, which makes the block's scale NaN.
static float extreme_of(const float *block) {
  float extreme = 0;
  for (int i = 0; i < BLOCK; i++) {
    if (!isfinite(block[i])) return NAN;
    if (fabsf(block[i]) > fabsf(extreme)) extreme = block[i];
  }
  return extreme;
}

// 0 where there is none: then the scale, as f16, is 0 or NaN, and what it scales does not matter.
static float inverse_of(float scale) {
  const float inverse = 1.0f / scale;
  return isfinite(inverse) ? inverse : 0.0f;
}

// fmaxf and fminf also make a number of a NaN, which must not be converted to an integer.
static float clamp(float value, float least, float most) { return fminf(fmaxf(value, least), most); }

// A block: the scale d (f16), then 32 signed bytes q; value = d * q.
static void encode_q8_0(uint8_t *out, const float *values, size_t count) {
  for (; count; count -= BLOCK, values += BLOCK) {
    const float d = fabsf(extreme_of(values)) / 127.0f, inverse = inverse_of(d);
    out = put_u16(out, half_from_float(d));
    for (int i = 0; i < BLOCK; i++)
      *out++ = (uint8_t)(int8_t)roundf(clamp(values[i] * inverse, -127.0f, 127.0f));
  }
}

// A block: the scale d (f16), then 32 numbers q of 4 bits, value = d * (q - 8). Byte i holds q of
// value i below, of value i + 16 above. d takes the sign that lets the value of largest
// magnitude be -8, the one end of the range that is not cut.
static void encode_q4_0(uint8_t *out, const float *values, size_t count) {
  for (; count; count -= BLOCK, values += BLOCK) {
    const float d = extreme_of(values) / -8.0f, inverse = inverse_of(d);
    out = put_u16(out, half_from_float(d));
    for (int i = 0; i < BLOCK / 2; i++) {
      const int low = (int)clamp(values[i] * inverse + 8.5f, 0.0f, 15.0f);
      const int high = (int)clamp(values[i + BLOCK / 2] * inverse + 8.5f, 0.0f, 15.0f);
      *out++ = (uint8_t)(low | high << 4);
    }
  }
}

static const Format FORMATS[] = {
    {"f32", 0, 0, 1, 4, encode_f32},
    {"f16", 1, 1, 1, 2, encode_f16},
    {"q8_0", 8, 7, BLOCK, 34, encode_q8_0},
    {"q4_0", 2, 2, BLOCK, 18, encode_q4_0},
};

const Format *format_named(const char *name) {
  for (size_t i = 0; i < sizeof FORMATS / sizeof *FORMATS; i++)
    if (strcmp(FORMATS[i].name, name) == 0) return &FORMATS[i];
  return NULL;
}

size_t format_row_bytes(const Format *format, size_t columns) {
  return columns / format->block * format->block_bytes;
}
