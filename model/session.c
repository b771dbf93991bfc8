// What a run works on: its texts, vocabulary and state, new or from the checkpoint, and its files.
// Before the training loop: train.c -> session.c -> data.c, checkpoint.c.
// Must not know how a step is done.
#define _POSIX_C_SOURCE 200809L
#include "session.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

bool path_in(char *path, const char *folder, const char *name) {
  if (snprintf(path, PATH_SIZE, "%s/%s", folder, name) < PATH_SIZE) return true;
  fprintf(stderr, "%s: the path is too long\n", folder);
  return false;
}

static bool find_files(Session *s, const Options *o) {
  return path_in(s->checkpoint_path, o->out, "checkpoint.bin") && path_in(s->log_path, o->out, "log.csv") &&
         path_in(s->samples_path, o->out, "samples.txt") && path_in(s->loss_plot_path, o->out, "loss.svg") &&
         path_in(s->bpb_plot_path, o->out, "bpb.svg");
}

static bool make_folder(const char *path) {
  if (mkdir(path, 0777) == 0 || errno == EEXIST) return true;
  fprintf(stderr, "%s: %s\n", path, strerror(errno));
  return false;
}

static bool enough_memory(bool ok) {
  if (!ok) fprintf(stderr, "there is not enough memory\n");
  return ok;
}

// ---------------------------------------------------------------------------------------------
// Texts

static bool load_text(const Options *o, const char *name, Text *text, Text **documents, size_t *n_documents) {
  char path[PATH_SIZE];
  if (!path_in(path, o->data, name)) return false;
  if (!read_file(path, text)) {
    fprintf(stderr, "%s: %s. Run model/prepare.js first, or name a folder with --data.\n", path,
            strerror(errno));
    return false;
  }
  *documents = split_documents(*text, n_documents);
  return enough_memory(*documents != NULL);
}

static bool make_dataset(const Session *s, Dataset *dataset, const Text *documents, size_t n) {
  return enough_memory(dataset_new(dataset, &s->state.bpe, documents, n, s->state.shape.context));
}

static bool check_lengths(const Session *s) {
  const int context = s->state.shape.context;
  if (s->train.n_sequences < 1) {
    fprintf(stderr, "the training text is shorter than one sequence of %d tokens\n", context);
    return false;
  }
  if (s->validation.n_sequences < 1)
    fprintf(stderr, "the validation text is shorter than one sequence of %d tokens: nothing is validated\n",
            context);
  return true;
}

// ---------------------------------------------------------------------------------------------
// State

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
  if (!enough_memory(bpe_train(&bpe, documents, n, (int)o->vocab - BPE_BYTES - 1))) return false;
  shape.vocab = bpe_vocab_size(&bpe); // fewer, if the text is too short for so many
  if (!enough_memory(checkpoint_new(state, &shape))) {
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
  s->saved_step = error ? -1 : (long)s->state.step;
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

static bool check_prompt(const Session *s, const char *prompt) {
  const Text text = {(const uint8_t *)prompt, strlen(prompt)};
  int32_t *tokens = malloc((text.length + 1) * sizeof *tokens);
  if (!tokens) return enough_memory(false);
  const long n = (long)bpe_encode(&s->state.bpe, text, tokens), most = s->state.shape.context - 2;
  free(tokens);
  if (n <= most) return true;
  fprintf(stderr, "--prompt has %ld tokens: the context holds %ld and one to continue them\n", n, most);
  return false;
}

// ---------------------------------------------------------------------------------------------

bool session_open(Session *s, const Options *o) {
  Text *documents = NULL, *held = NULL;
  size_t n_documents = 0, n_held = 0;
  *s = (Session){.saved_step = -1};
  const bool ok = find_files(s, o) && load_text(o, "train.txt", &s->train_text, &documents, &n_documents) &&
                  load_text(o, "validation.txt", &s->validation_text, &held, &n_held) &&
                  make_folder(o->out) && load_or_create_state(s, o, documents, n_documents) &&
                  check_prompt(s, o->prompt) && make_dataset(s, &s->train, documents, n_documents) &&
                  make_dataset(s, &s->validation, held, n_held) && check_corpus(s) && check_lengths(s);
  free(documents);
  free(held);
  return ok;
}

void session_free(Session *s) {
  free((void *)s->train_text.bytes);
  free((void *)s->validation_text.bytes);
  dataset_free(&s->train);
  dataset_free(&s->validation);
  checkpoint_free(&s->state);
}

const char *session_save(Session *s) {
  const char *error = checkpoint_save(&s->state, s->checkpoint_path);
  if (!error) s->saved_step = (long)s->state.step;
  return error;
}
