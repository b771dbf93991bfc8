// The trainer's options: their defaults, their names, what they mean.
// Read before training: train.c, session.c -> options.c.
// Must not know what is done with them.
#include "options.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef enum { WHOLE, REAL, STRING, SWITCH } Kind;

typedef struct {
  const char *name;
  Kind kind;
  size_t offset;
  double least, most;
  const char *meaning;
} Option;

#define FIELD(name) offsetof(Options, name)

static const Option OPTIONS[] = {
    {"data", STRING, FIELD(data), 0, 0, "folder of train.txt and validation.txt"},
    {"out", STRING, FIELD(out), 0, 0, "folder for checkpoint, log, curves and samples; made if missing"},
    {"fresh", SWITCH, FIELD(fresh), 0, 0, "begin anew instead of resuming the checkpoint"},
    {"vocab", WHOLE, FIELD(vocab), 257, 65536, "tokens in the vocabulary"},
    {"dim", WHOLE, FIELD(dim), 2, 65536, "width of the residual stream"},
    {"layers", WHOLE, FIELD(layers), 1, 1024, "transformer blocks"},
    {"heads", WHOLE, FIELD(heads), 1, 1024, "query heads"},
    {"kv-heads", WHOLE, FIELD(kv_heads), 1, 1024, "key and value heads"},
    {"hidden", WHOLE, FIELD(hidden), 1, 262144, "width of the feed-forward layer"},
    {"context", WHOLE, FIELD(context), 2, 65536, "tokens in a sequence"},
    {"batch", WHOLE, FIELD(batch), 1, 65536, "sequences a step"},
    {"micro", WHOLE, FIELD(micro), 1, 4096, "sequences a thread runs at once; the batch's gradients add up"},
    {"threads", WHOLE, FIELD(threads), 0, 64, "worker threads; 0 takes as many as there are cores"},
    {"precision", STRING, FIELD(precision), 0, 0,
     "of products: fp32, bf16, or auto (bf16 if the processor has it)"},
    {"steps", WHOLE, FIELD(steps), 0, 1e9, "steps in all; the learning rate ends there"},
    {"lr", REAL, FIELD(lr), 0, 10, "highest learning rate"},
    {"final-lr", REAL, FIELD(final_lr), 0, 1, "last learning rate, as a share of the highest"},
    {"warmup", WHOLE, FIELD(warmup), 0, 1e9, "steps until the highest learning rate"},
    {"decay", REAL, FIELD(decay), 0, 10, "weight decay"},
    {"beta2", REAL, FIELD(beta2), 0, 0.99999, "memory of the squared gradients"},
    {"clip", REAL, FIELD(clip), 0, 1e9, "largest norm of a step's gradient"},
    {"dropout", REAL, FIELD(dropout), 0, 0.9, "share dropped of each residual branch"},
    {"seed", WHOLE, FIELD(seed), 1, 2147483647, "of weights, order and dropout"},
    {"save-every", WHOLE, FIELD(save_every), 1, 1e9, "steps between checkpoints"},
    {"validate-every", WHOLE, FIELD(validate_every), 1, 1e9, "steps between validations"},
    {"log-every", WHOLE, FIELD(log_every), 1, 1e9, "steps between lines of the log"},
    {"sample-every", WHOLE, FIELD(sample_every), 0, 1e9,
     "steps between samples, and one at the end; 0 = never"},
    {"prompt", STRING, FIELD(prompt), 0, 0, "what these samples continue"},
    {"max-rise", REAL, FIELD(max_rise), 0, 1e9,
     "stop when the smoothed loss is so many nats above its best; 0 = never"},
    {"score", STRING, FIELD(score), 0, 0, "do not train: print bits per byte on this text file"},
    {"sample", STRING, FIELD(sample), 0, 0, "do not train: continue this text (may be empty)"},
    {"temperature", REAL, FIELD(temperature), 0.01, 10, "of samples"},
};
enum { N_OPTIONS = sizeof OPTIONS / sizeof *OPTIONS };

static const Options DEFAULTS = {
    .data = "build/train",
    .out = "build/train/run",
    .vocab = 4096,
    .dim = 256,
    .layers = 5,
    .heads = 8,
    .kv_heads = 4,
    .hidden = 704,
    .context = 512,
    .batch = 16,
    .micro = 1,
    .precision = "auto",
    .steps = 3000,
    .warmup = 100,
    .seed = 1,
    .save_every = 100,
    .validate_every = 250,
    .log_every = 10,
    .sample_every = 500,
    .prompt = "",
    .max_rise = 1,
    .lr = 2e-3,
    .final_lr = 0.05,
    .decay = 0.1,
    .beta2 = 0.95,
    .clip = 1,
    .dropout = 0.05,
    .temperature = 0.8,
};

static void print_help(FILE *out) {
  fprintf(out, "Trains a small llama-architecture language model.\n\n");
  for (size_t i = 0; i < N_OPTIONS; i++) {
    const Option *o = &OPTIONS[i];
    const char *field = (const char *)&DEFAULTS + o->offset;
    fprintf(out, "  --%-15s %s", o->name, o->meaning);
    if (o->kind == WHOLE) fprintf(out, " (%ld)", *(const long *)(const void *)field);
    if (o->kind == REAL) fprintf(out, " (%g)", *(const double *)(const void *)field);
    fputc('\n', out);
  }
}

static const Option *find(const char *argument) {
  for (size_t i = 0; i < N_OPTIONS; i++)
    if (strncmp(argument, "--", 2) == 0 && strcmp(argument + 2, OPTIONS[i].name) == 0) return &OPTIONS[i];
  return NULL;
}

static bool set(const Option *option, void *field, const char *value) {
  if (option->kind == STRING) {
    *(const char **)field = value;
    return true;
  }
  char *end;
  errno = 0;
  const double number = option->kind == WHOLE ? (double)strtol(value, &end, 10) : strtod(value, &end);
  if (errno || end == value || *end || !(number >= option->least && number <= option->most)) {
    fprintf(stderr, "--%s must be a %s from %g to %g, not \"%s\"\n", option->name,
            option->kind == WHOLE ? "whole number" : "number", option->least, option->most, value);
    return false;
  }
  if (option->kind == WHOLE)
    *(long *)field = (long)number;
  else
    *(double *)field = number;
  return true;
}

static bool go_together(const Options *o) {
  if (strcmp(o->precision, "auto") != 0 && strcmp(o->precision, "fp32") != 0 &&
      strcmp(o->precision, "bf16") != 0) {
    fprintf(stderr, "--precision must be auto, fp32 or bf16, not \"%s\"\n", o->precision);
    return false;
  }
  const long at_once = (o->threads ? o->threads : 1) * o->micro;
  if (o->batch % at_once == 0) return true;
  fprintf(stderr, "--batch must be a multiple of --threads times --micro: %ld is none of %ld\n", o->batch,
          at_once);
  return false;
}

bool options_read(Options *options, int argc, char **argv) {
  *options = DEFAULTS;
  for (int i = 1; i < argc; i++) {
    const Option *option = find(argv[i]);
    if (strcmp(argv[i], "--help") == 0) {
      print_help(stdout);
      return options->help = true;
    }
    if (!option) {
      fprintf(stderr, "unknown option %s\n\n", argv[i]);
      print_help(stderr);
      return false;
    }
    void *field = (char *)options + option->offset;
    if (option->kind == SWITCH) {
      *(bool *)field = true;
    } else if (++i == argc) {
      fprintf(stderr, "--%s needs a value\n", option->name);
      return false;
    } else if (!set(option, field, argv[i])) {
      return false;
    }
  }
  return go_together(options);
}
