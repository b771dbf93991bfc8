// What a run works on: its texts, vocabulary and state, new or from the checkpoint, and its files.
// Before the training loop: train.c -> session.c -> data.c, checkpoint.c.
// Must not know how a step is done.
#ifndef MODEL_SESSION_H
#define MODEL_SESSION_H

#include "checkpoint.h"
#include "data.h"
#include "options.h"

enum { PATH_SIZE = 4096 };

typedef struct {
  Text train_text, validation_text;
  Dataset train, validation;
  Checkpoint state;
  long saved_step; // of the checkpoint on the disk, -1 when there is none
  char checkpoint_path[PATH_SIZE], log_path[PATH_SIZE], samples_path[PATH_SIZE];
  char loss_plot_path[PATH_SIZE], bpb_plot_path[PATH_SIZE];
} Session;

// Reads the texts, makes the run's folder, goes on from its checkpoint or learns a vocabulary and draws the
// first weights. False, after a message on stderr, when something is missing or wrong. Always free.
bool session_open(Session *session, const Options *options);
void session_free(Session *session);

// Replaces the checkpoint by the state. NULL, or what went wrong.
const char *session_save(Session *session);

// folder/name, into path (PATH_SIZE). False, after a message on stderr, when that is too long.
bool path_in(char *path, const char *folder, const char *name);

#endif
