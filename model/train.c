// The trainer's program: options, the loop, its log, its checkpoints.
// The end of training's way: build/train/ -> train -> checkpoint.bin -> export.c.
// Must not know how a gradient is computed.
#define _POSIX_C_SOURCE 200809L
#include <errno.h>
#include <math.h>
#include <omp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "data.h"
#include "divergence.h"
#include "evaluate.h"
#include "options.h"
#include "trainer.h"

enum { PATH_SIZE = 4096 };

// The measure of the model card, see model/README.md.
static const ScoreRule SCORE_RULE = {.max_bytes = 200000, .piece_bytes = 1000};

static volatile sig_atomic_t stop_requested = 0;

static void request_stop(int signal_number) {
  (void)signal_number;
  stop_requested = 1;
}

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static bool path_in(char *path, const char *folder, const char *name) {
  if (snprintf(path, PATH_SIZE, "%s/%s", folder, name) < PATH_SIZE) return true;
  fprintf(stderr, "%s: the path is too long\n", folder);
  return false;
}

// ---------------------------------------------------------------------------------------------
// Text, vocabulary, state

typedef struct {
  Text train_text, validation_text;
  Dataset train, validation;
  Checkpoint state;
  char checkpoint_path[PATH_SIZE], log_path[PATH_SIZE];
} Session;

static void session_free(Session *s) {
  free((void *)s->train_text.bytes);
  free((void *)s->validation_text.bytes);
  dataset_free(&s->train);
  dataset_free(&s->validation);
  checkpoint_free(&s->state);
}

static bool load_text(const Options *o, const char *name, Text *text, Text **documents, size_t *n_documents) {
  char path[PATH_SIZE];
  if (!path_in(path, o->data, name)) return false;
  if (!read_file(path, text)) {
    fprintf(stderr, "%s: %s. Run model/prepare.js first, or name a folder with --data.\n", path,
            strerror(errno));
    return false;
  }
  *documents = split_documents(*text, n_documents);
  return *documents != NULL;
}

static Shape shape_of(const Options *o) {
  return (Shape){.vocab = (int32_t)o->vocab,
                 .dim = (int32_t)o->dim,
                 .n_layers = (int32_t)o->layers,
                 .n_heads = (int32_t)o->heads,
                 .n_kv_heads = (int32_t)o->kv_heads,
                 .hidden = (int32_t)o->hidden,
                 .context = (int32_t)o->context};
}

// Learns the vocabulary and draws the first weights.
static bool new_state(Checkpoint *state, const Options *o, const Text *documents, size_t n) {
  Shape shape = shape_of(o);
  const char *error = shape_error(&shape);
  Bpe bpe;
  if (error) {
    fprintf(stderr, "this shape cannot be built: %s\n", error);
    return false;
  }
  fprintf(stderr, "learning %ld merges\n", o->vocab - BPE_BYTES - 1);
  if (!bpe_train(&bpe, documents, n, (int)o->vocab - BPE_BYTES - 1)) return false;
  shape.vocab = bpe_vocab_size(&bpe); // fewer, if the text is too short for so many
  if (!checkpoint_new(state, &shape)) {
    bpe_free(&bpe);
    return false;
  }
  state->bpe = bpe;
  state->seed = (uint64_t)o->seed;
  parameters_init(&shape, state->params, state->seed);
  return true;
}

// Goes on from the checkpoint if there is one. It then holds shape, vocabulary and seed, and the
// options for these are not looked at.
static bool load_or_create_state(Session *s, const Options *o, const Text *documents, size_t n) {
  bool missing = true;
  const char *error = o->fresh ? "" : checkpoint_load(&s->state, s->checkpoint_path, &missing);
  if (!error) return true;
  if (!missing) {
    fprintf(stderr, "%s: %s. Remove it or give --fresh to begin anew.\n", s->checkpoint_path, error);
    return false;
  }
  return new_state(&s->state, o, documents, n);
}

static bool check_corpus(Session *s) {
  const uint64_t corpus = dataset_fingerprint(&s->train);
  if (s->state.step == 0) s->state.corpus = corpus;
  if (s->state.corpus == corpus) return true;
  fprintf(stderr,
          "the training text is not the one this checkpoint was trained on. "
          "Restore it, or give --fresh to begin anew.\n");
  return false;
}

static bool session_open(Session *s, const Options *o) {
  Text *documents = NULL, *held = NULL;
  size_t n_documents = 0, n_held = 0;
  bool ok =
      path_in(s->checkpoint_path, o->out, "checkpoint.bin") && path_in(s->log_path, o->out, "log.csv") &&
      load_text(o, "train.txt", &s->train_text, &documents, &n_documents) &&
      load_text(o, "validation.txt", &s->validation_text, &held, &n_held) &&
      load_or_create_state(s, o, documents, n_documents) &&
      dataset_new(&s->train, &s->state.bpe, documents, n_documents, s->state.shape.context) &&
      dataset_new(&s->validation, &s->state.bpe, held, n_held, s->state.shape.context) && check_corpus(s);
  free(documents);
  free(held);
  if (ok && s->train.n_sequences < 1) {
    fprintf(stderr, "the training text is shorter than one sequence of %d tokens\n", s->state.shape.context);
    ok = false;
  }
  return ok;
}

// ---------------------------------------------------------------------------------------------
// Log

// Opens the log to go on after `step`: lines of steps that were lost with a kill are dropped.
static FILE *open_log(const char *path, long step) {
  Text old = {0};
  const bool had_log = step > 0 && read_file(path, &old);
  FILE *log = fopen(path, "w");
  if (log) {
    fprintf(log, "step,loss,validation_loss,learning_rate,grad_norm,tokens_per_second\n");
    const char *line = had_log ? memchr(old.bytes, '\n', old.length) : NULL;
    const char *end = (const char *)old.bytes + old.length;
    while (line && ++line < end) {
      const char *next = memchr(line, '\n', (size_t)(end - line));
      if (next && strtol(line, NULL, 10) <= step) fwrite(line, 1, (size_t)(next + 1 - line), log);
      line = next;
    }
    fflush(log);
  }
  free((void *)old.bytes);
  return log;
}

static void report(FILE *log, const Checkpoint *state, long steps, StepResult result, double validation,
                   double lr, double tokens_per_second, double eta) {
  const long step = (long)state->step;
  fprintf(stderr, "step %ld/%ld  loss %.4f  lr %.2e  norm %.2f  %.0f tokens/s  ETA %d min", step, steps,
          result.loss, lr, result.grad_norm, tokens_per_second, (int)(eta / 60));
  fprintf(log, "%ld,%.9g,", step, result.loss);
  if (isfinite(validation)) {
    fprintf(stderr, "  validation %.4f", validation);
    fprintf(log, "%.9g", validation);
  }
  fprintf(stderr, "\n");
  fprintf(log, ",%.6g,%.6g,%.0f\n", lr, result.grad_norm, tokens_per_second);
  fflush(log);
}

static bool save(const Session *s) {
  const char *error = checkpoint_save(&s->state, s->checkpoint_path);
  if (error) fprintf(stderr, "%s was not saved: %s\n", s->checkpoint_path, error);
  return !error;
}

// ---------------------------------------------------------------------------------------------
// The loop

static bool train_steps(Session *s, const Options *o, Trainer *trainer, int32_t *batch, FILE *log) {
  Checkpoint *state = &s->state;
  const long tokens = o->batch * state->shape.context;
  double since = now(), rate = 0;
  long steps_since = 0;
  Divergence divergence = divergence_new(o->max_rise);
  while (state->step < o->steps && !stop_requested) {
    const float lr =
        learning_rate_at((long)state->step, o->warmup, o->steps, (float)o->lr, (float)o->final_lr);
    dataset_batch(&s->train, state->seed, (long)state->step * o->batch, o->batch, batch, batch + tokens);
    const StepResult result = trainer_step(trainer, batch, batch + tokens, lr);
    if (!isfinite(result.loss) || !isfinite(result.grad_norm)) {
      fprintf(stderr,
              "step %ld: the loss is no longer a number. The last checkpoint is kept; go on from "
              "it with a lower --lr or --clip.\n",
              (long)state->step + 1);
      return false;
    }
    steps_since++;
    const bool last = state->step == o->steps;
    const bool validate = last || state->step % o->validate_every == 0;
    if (validate || state->step % o->log_every == 0) {
      rate = (double)(steps_since * tokens) / (now() - since);
      const double eta = (double)((o->steps - state->step) * tokens) / rate;
      const double validation =
          validate ? validation_loss(&trainer->workers[0].workspace, state->params, &s->validation)
                   : (double)NAN;
      report(log, state, o->steps, result, validation, (double)lr, rate, eta);
      since = now();
      steps_since = 0;
      divergence_add(&divergence, result.loss);
      if (has_diverged(&divergence)) {
        fprintf(
            stderr,
            "step %ld: the loss, smoothed, is %.3f, more than --max-rise %g above its best, %.3f. The last "
            "checkpoint is kept; go on from it with a lower --lr or --clip.\n",
            (long)state->step, divergence.smoothed, o->max_rise, divergence.best);
        return false;
      }
    }
    if (!last && state->step % o->save_every == 0 && !is_suspect(&divergence) && !save(s)) return false;
  }
  if (is_suspect(&divergence)) {
    fprintf(stderr, "step %ld is not saved, for the loss had been rising: the last checkpoint is kept\n",
            (long)state->step);
    return false;
  }
  return save(s);
}

static bool choose_precision(const char *name, Precision *precision) {
  const bool automatic = strcmp(name, "auto") == 0;
  *precision = automatic ? (bf16_is_native() ? BF16 : FP32) : strcmp(name, "bf16") == 0 ? BF16 : FP32;
  if (automatic || *precision == BF16 || strcmp(name, "fp32") == 0) return true;
  fprintf(stderr, "--precision must be auto, fp32 or bf16, not \"%s\"\n", name);
  return false;
}

// As many as there are cores, or the next smaller number that shares the batch out evenly.
static long choose_threads(const Options *o) {
  if (o->threads) return o->threads;
  const long runs = o->batch / o->micro;
  long threads = omp_get_num_procs() < MAX_THREADS ? omp_get_num_procs() : MAX_THREADS;
  while (threads > 1 && runs % threads) threads--;
  return threads;
}

static bool train(Session *s, const Options *o) {
  Precision precision;
  if (!choose_precision(o->precision, &precision)) return false;
  Trainer trainer = {.state = &s->state,
                     .precision = precision,
                     .adamw = {0.9f, (float)o->beta2, 1e-8f, (float)o->decay},
                     .dropout = (float)o->dropout,
                     .max_norm = (float)o->clip,
                     .batch = o->batch,
                     .threads = choose_threads(o)};
  if (o->batch % (trainer.threads * o->micro)) {
    fprintf(stderr, "--batch must be a multiple of --threads times --micro\n");
    return false;
  }
  if (mkdir(o->out, 0777) != 0 && errno != EEXIST) {
    fprintf(stderr, "%s: %s\n", o->out, strerror(errno));
    return false;
  }
  const long context = s->state.shape.context;
  fprintf(stderr,
          "%ld parameters, %ld documents, %ld tokens (%.2f bytes each), %.1f epochs, %s at step "
          "%ld\n",
          parameter_count(&s->state.shape), s->train.n_documents, s->train.n_tokens,
          (double)s->train_text.length / (double)s->train.n_tokens,
          (double)(o->steps * o->batch * context) / (double)s->train.n_tokens,
          s->state.step ? "resuming" : "beginning", (long)s->state.step);
  int32_t *batch = malloc((size_t)(2 * o->batch * context) * sizeof *batch);
  FILE *log = open_log(s->log_path, (long)s->state.step);
  bool ok = batch && log && trainer_start(&trainer, o->micro);
  if (ok) {
    ok = train_steps(s, o, &trainer, batch, log);
    trainer_stop(&trainer);
  } else {
    fprintf(stderr,
            "training cannot begin: no memory, no %s products on this processor, or %s cannot be written\n",
            precision == BF16 ? "bf16" : "fp32", s->log_path);
  }
  if (log) fclose(log);
  free(batch);
  return ok;
}

// --score and --sample need the checkpoint only.
static bool evaluate(const Options *o) {
  char path[PATH_SIZE];
  bool missing;
  Checkpoint state;
  Workspace ws;
  Text text = {0};
  if (!path_in(path, o->out, "checkpoint.bin")) return false;
  const char *error = checkpoint_load(&state, path, &missing);
  if (error) {
    fprintf(stderr, "%s: %s\n", path, error);
    return false;
  }
  bool ok = workspace_new(&ws, &state.shape, 1, FP32);
  if (ok && o->sample)
    write_sample(&ws, state.params, &state.bpe, o->sample, (float)o->temperature, (uint64_t)o->seed, stdout);
  if (ok && o->score) {
    ok = read_file(o->score, &text);
    if (!ok) fprintf(stderr, "%s: %s\n", o->score, strerror(errno));
  }
  if (ok && o->score)
    printf("step %ld: %.4f bits per byte\n", (long)state.step,
           bits_per_byte(&ws, state.params, &state.bpe, text, SCORE_RULE));
  free((void *)text.bytes);
  workspace_free(&ws);
  checkpoint_free(&state);
  return ok;
}

int main(int argc, char **argv) {
  Options options;
  omp_set_num_threads(1); // oneDNN's: the workers are the threads, see trainer.h
  if (!options_read(&options, argc, argv)) return 2;
  if (options.score || options.sample) return evaluate(&options) ? 0 : 1;

  const struct sigaction action = {.sa_handler = request_stop};
  sigaction(SIGINT, &action, NULL);
  sigaction(SIGTERM, &action, NULL);
  static Session session;
  const bool ok = session_open(&session, &options) && train(&session, &options);
  session_free(&session);
  return ok ? 0 : 1;
}
