// The trainer's program: a session's steps, and what is shown, logged, drawn and saved on the way.
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

#include "clock.h"
#include "curves.h"
#include "divergence.h"
#include "evaluate.h"
#include "log.h"
#include "options.h"
#include "progress.h"
#include "samples.h"
#include "session.h"
#include "trainer.h"

// The measure of the model card, see model/README.md.
static const ScoreRule SCORE_RULE = {.max_bytes = 200000, .piece_bytes = 1000};

static volatile sig_atomic_t stop_requested = 0;

static void request_stop(int signal_number) {
  (void)signal_number;
  stop_requested = 1;
}

typedef struct {
  const Options *options;
  Session *session;
  Trainer trainer;
  int32_t *batch; // (2, batch, context) tokens and targets
  Log log;
  Progress progress;
  Divergence rows;   // over the rows of the log
  Divergence latest; // the same, and over the steps since, as if each were a row: saving looks at these, too
  double seconds;    // that the steps since the last row took
  long steps;        // how many these are
} Run;

// ---------------------------------------------------------------------------------------------
// The parts of a step

static void advise(Run *run) {
  const long saved = run->session->saved_step;
  if (saved >= 0)
    progress_say(&run->progress,
                 "The checkpoint of step %ld is kept: go on from it with a lower --lr or --clip.\n", saved);
  else
    progress_say(&run->progress, "Nothing had been saved: begin again with a lower --lr or --clip.\n");
}

// Trains on the next batch. False when loss or gradient is no number any more.
static bool train_step(Run *run, LogRow *row) {
  const Options *o = run->options;
  Checkpoint *state = &run->session->state;
  if (run->steps == 0) run->latest = run->rows; // not before: finish() looks at both
  const double begin = clock_seconds();
  const long tokens = o->batch * state->shape.context;
  const float lr = learning_rate_at((long)state->step, o->warmup, o->steps, (float)o->lr, (float)o->final_lr);
  dataset_batch(&run->session->train, state->seed, (long)state->step * o->batch, o->batch, run->batch,
                run->batch + tokens);
  const StepResult result = trainer_step(&run->trainer, run->batch, run->batch + tokens, lr);
  if (!isfinite(result.loss) || !isfinite(result.grad_norm)) {
    progress_say(&run->progress, "step %ld: the loss is no longer a number\n", (long)state->step + 1);
    advise(run);
    return false;
  }
  run->seconds += clock_seconds() - begin;
  run->steps++;
  *row = (LogRow){.step = (long)state->step,
                  .loss = result.loss,
                  .validation_loss = (double)NAN,
                  .validation_bpb = (double)NAN,
                  .learning_rate = (double)lr,
                  .grad_norm = result.grad_norm,
                  .tokens_per_second = (double)(run->steps * tokens) / run->seconds};
  divergence_add(&run->latest, row->loss);
  return true;
}

static void validate_step(Run *run, LogRow *row) {
  Session *s = run->session;
  const Validation validation =
      validate(&run->trainer.workers[0].workspace, s->state.params, &s->validation, &s->state.bpe);
  row->validation_loss = validation.nats_per_token;
  row->validation_bpb = validation.bits_per_byte;
}

// False when the log cannot be written or the loss has risen too far.
static bool log_step(Run *run, const LogRow *row) {
  divergence_add(&run->rows, row->loss);
  if (!log_add(&run->log, row)) {
    progress_say(&run->progress, "%s cannot be written; is the disk full?\n", run->session->log_path);
    return false;
  }
  if (!has_diverged(&run->rows)) return true;
  progress_say(&run->progress,
               "step %ld: the loss, smoothed, is %.3f, more than --max-rise %g above its best, %.3f\n",
               row->step, run->rows.smoothed, run->options->max_rise, run->rows.best);
  advise(run);
  return false;
}

static void draw_curves(Run *run) {
  const Session *s = run->session;
  if (!curves_draw(run->log.rows, run->log.n_rows, s->loss_plot_path, s->bpb_plot_path))
    progress_say(&run->progress, "%s: the curves cannot be drawn; is the disk full?\n", run->options->out);
}

static void add_sample(Run *run) {
  const Session *s = run->session;
  if (!samples_add(s->samples_path, &s->state, run->options->prompt, (float)run->options->temperature))
    progress_say(&run->progress, "%s cannot be written, or there is not enough memory\n", s->samples_path);
}

static bool is_rising(const Run *run) { return is_suspect(&run->rows) || is_suspect(&run->latest); }

static bool save(Run *run) {
  const char *error = session_save(run->session);
  if (error) progress_say(&run->progress, "%s was not saved: %s\n", run->session->checkpoint_path, error);
  return !error;
}

// ---------------------------------------------------------------------------------------------
// The loop

static bool train_steps(Run *run) {
  const Options *o = run->options;
  while (run->session->state.step < o->steps && !stop_requested) {
    LogRow row;
    if (!train_step(run, &row)) return false;
    const bool is_last = row.step == o->steps;
    const bool is_validated = is_last || row.step % o->validate_every == 0;
    const bool is_row = is_validated || row.step % o->log_every == 0;
    const bool is_sampled = o->sample_every && (is_last || row.step % o->sample_every == 0);

    if (is_validated) validate_step(run, &row);
    const double seconds_left = (double)(o->steps - row.step) * run->seconds / (double)run->steps;
    progress_step(&run->progress, &row, seconds_left, is_row);
    if (is_row && !log_step(run, &row)) return false;
    if (is_validated) draw_curves(run);
    if (is_sampled) add_sample(run);
    if (!is_last && row.step % o->save_every == 0 && !is_rising(run) && !save(run)) return false;
    if (is_row) {
      run->seconds = 0;
      run->steps = 0;
    }
  }
  return true;
}

// After the last step, or the last before a signal.
static bool finish(Run *run) {
  const long step = (long)run->session->state.step;
  if (step != run->session->saved_step && is_rising(run)) {
    progress_say(&run->progress, "step %ld is not saved, for the loss had been rising\n", step);
    advise(run);
    return false;
  }
  if (step != run->session->saved_step && !save(run)) return false;
  if (step < run->options->steps)
    progress_say(&run->progress, "stopped at step %ld and saved: the same command goes on from there\n",
                 step);
  return true;
}

// ---------------------------------------------------------------------------------------------
// Before and after

static Precision choose_precision(const char *name) {
  if (strcmp(name, "auto") == 0) return bf16_is_native() ? BF16 : FP32;
  return strcmp(name, "bf16") == 0 ? BF16 : FP32;
}

// As many as there are cores, or the next smaller number that shares the batch out evenly.
static long choose_threads(const Options *o) {
  if (o->threads) return o->threads;
  const long runs = o->batch / o->micro;
  long threads = omp_get_num_procs() < MAX_THREADS ? omp_get_num_procs() : MAX_THREADS;
  while (threads > 1 && runs % threads) threads--;
  return threads;
}

static void announce(const Run *run) {
  const Options *o = run->options;
  const Session *s = run->session;
  const long at_once = run->trainer.threads * o->micro;
  fprintf(stderr,
          "%ld parameters, %ld documents, %ld tokens (%.2f bytes each), %.1f epochs, %s at step "
          "%ld\n",
          parameter_count(&s->state.shape), s->train.n_documents, s->train.n_tokens,
          (double)s->train_text.length / (double)s->train.n_tokens,
          (double)(o->steps * o->batch * s->state.shape.context) / (double)s->train.n_tokens,
          s->state.step ? "resuming" : "beginning", (long)s->state.step);
  fprintf(stderr, "products in %s, %ld %s, %ld %s of %d tokens at once, %ld such in a step\n",
          run->trainer.precision == BF16 ? "bf16" : "fp32", run->trainer.threads,
          run->trainer.threads == 1 ? "thread" : "threads", at_once, at_once == 1 ? "sequence" : "sequences",
          s->state.shape.context, o->batch / at_once);
  if (s->state.step >= o->steps)
    fprintf(stderr, "all %ld steps are done; more of them, with --steps, would go on\n", o->steps);
}

// What the log knows of the steps before the checkpoint.
static void remember(Run *run) {
  for (size_t i = 0; i < run->log.n_rows; i++) {
    const LogRow *row = &run->log.rows[i];
    divergence_add(&run->rows, row->loss);
    if (isfinite(row->validation_bpb)) run->progress.bits_per_byte = row->validation_bpb;
  }
}

// Cuts the run's files back to the step it goes on from. A run that begins anew removes an older one's
// checkpoint, which would otherwise be resumed if this one were killed before it saved.
static bool open_files(Run *run) {
  const Session *s = run->session;
  if (s->saved_step < 0) remove(s->checkpoint_path);
  if (!log_open(&run->log, s->log_path, (long)s->state.step)) return false;
  if (samples_cut(s->samples_path, (long)s->state.step)) return true;
  fprintf(stderr, "%s: %s\n", s->samples_path, strerror(errno));
  return false;
}

static bool train(Session *s, const Options *o) {
  static Run run;
  run = (Run){
      .options = o, .session = s, .progress = progress_new(o->steps), .rows = divergence_new(o->max_rise)};
  run.trainer = (Trainer){.state = &s->state,
                          .precision = choose_precision(o->precision),
                          .adamw = {0.9f, (float)o->beta2, 1e-8f, (float)o->decay},
                          .dropout = (float)o->dropout,
                          .max_norm = (float)o->clip,
                          .batch = o->batch,
                          .threads = choose_threads(o)};
  announce(&run);
  run.batch = malloc((size_t)(2 * o->batch * s->state.shape.context) * sizeof *run.batch);
  bool ok = run.batch && trainer_start(&run.trainer, o->micro);
  if (!ok)
    fprintf(stderr, "training cannot begin: no memory, or no %s products on this processor\n",
            run.trainer.precision == BF16 ? "bf16" : "fp32");
  if (ok && (ok = open_files(&run))) {
    remember(&run);
    const struct sigaction action = {.sa_handler = request_stop, .sa_flags = SA_RESTART};
    sigaction(SIGINT, &action, NULL); // only now: before, there is nothing that would have to be saved
    sigaction(SIGTERM, &action, NULL);
    ok = train_steps(&run) && finish(&run);
    draw_curves(&run);
    progress_end(&run.progress);
  }
  log_close(&run.log);
  trainer_stop(&run.trainer);
  free(run.batch);
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
  if (ok && o->sample) {
    ok = write_sample(&state.shape, state.params, &state.bpe, o->sample, state.shape.context,
                      (float)o->temperature, (uint64_t)o->seed, stdout);
    putchar('\n');
  }
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
  if (options.help) return 0;
  if (options.score || options.sample) return evaluate(&options) ? 0 : 1;

  static Session session;
  const bool ok = session_open(&session, &options) && train(&session, &options);
  session_free(&session);
  return ok ? 0 : 1;
}
