// The curves of a run as pictures: loss.svg and bpb.svg, drawn anew from the rows of its log.
// Beside the training loop: train.c -> curves.c -> plot.c.
// Must not know how a picture is drawn.
#ifndef MODEL_CURVES_H
#define MODEL_CURVES_H

#include "log.h"

// Draws the losses in nats a token to one file, the validation in bits per byte to the other. False when
// memory runs out or a file cannot be written.
bool curves_draw(const LogRow *rows, size_t n_rows, const char *loss_path, const char *bpb_path);

#endif
