// The trainer's options: their defaults, their names, what they mean.
// Read before training: train.c, session.c -> options.c.
// Must not know what is done with them.
#ifndef MODEL_OPTIONS_H
#define MODEL_OPTIONS_H

#include <stdbool.h>

typedef struct {
  const char *data, *out, *score, *sample, *precision, *prompt;
  long vocab, dim, layers, heads, kv_heads, hidden, context;
  long batch, micro, threads, steps, warmup, seed;
  long save_every, validate_every, log_every, sample_every;
  double lr, final_lr, decay, beta2, clip, dropout, temperature, max_rise;
  bool fresh, help;
} Options;

// Reads "--name value" pairs. False, after a message on stderr, when one is not understood or two do not go
// together. After --help, which it answers on stdout, nothing else is looked at.
bool options_read(Options *options, int argc, char **argv);

#endif
