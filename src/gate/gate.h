// SPDX-License-Identifier: Apache-2.0
#ifndef BT_GATE_GATE_H
#define BT_GATE_GATE_H

#include <stdbool.h>
#include <stddef.h>

#include "frame/format.h"
#include "frame/frame.h"

// The content gate: intimate pictures get no other face. It looks at the input about once
// a second with nsfwjs' net (classes drawing, hentai, neutral, porn, sexy) and has no
// switch and no setting; without its net nothing is replaced.
enum { BT_GATE_SIDE = 224, BT_GATE_CLASSES = 5 };

// What is counted against a picture: the probabilities of hentai and porn, added.
float bt_gate_score(const float classes[BT_GATE_CLASSES]);

// Whether the stream is covered. One look at .9 or two in a row at .7 close the gate, three
// in a row under .4 open it again. Zeroed: nothing is known, which counts as closed.
struct bt_gate_state {
    bool known, closed;
    int over, under;
};
void bt_gate_judge(struct bt_gate_state *state, float score);

// The whole picture as displayed, as planes R G B of BT_GATE_SIDE squared numbers in 0..1;
// each is the mean of 2x2 samples. The frame passed bt_frame_check.
void bt_gate_picture(const struct bauta_frame *frame, float *planes);

struct bt_gate;
// models: the folder of the models or NULL. live: after its first look the net runs on a
// thread of its own and holds nobody; what it says counts from the next frame on.
// BAUTA_E_MODEL and BAUTA_E_RUNTIME with a log line.
int bt_gate_create(struct bt_gate **out, const char *models, bool live);
// For tests: a net of the same input and output.
int bt_gate_create_with(struct bt_gate **out, const void *net, size_t size, bool live);
// 1: the frame must not be shown, and no face replaced in it. 0: nothing against it.
// Pictures without a stream's time (a folder, a still) are each looked at: every. An error
// is to be taken as 1.
int bt_gate_frame(struct bt_gate *gate, const struct bauta_frame *frame, double seconds,
                  bool every);
void bt_gate_destroy(struct bt_gate **gate);   // accepts NULL inside

#endif
