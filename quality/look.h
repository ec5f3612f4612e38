// SPDX-License-Identifier: Apache-2.0
#ifndef BT_QUALITY_LOOK_H
#define BT_QUALITY_LOOK_H

#include "face/face.h"

// What landmarks say about an expression; lengths are three-dimensional.
struct bt_q_expression {
    double lips;    // gap of the inner lips over the distance of the eyes
    double eyes;    // opening over width, mean of both eyes
    double lift;    // of the mouth's corners above its middle, over its width
};
struct bt_q_expression bt_q_expression(const struct bauta_face *face);

// Below this gap of the lips a mouth counts as closed.
#define BT_Q_CLOSED .04

// Runs the mesh net on a frame in the region of a known face, so that input and output
// are measured alike, and fits the pose. 0, BAUTA_E_NO_FACE where the presence is below
// .5, or another error.
int bt_q_look(struct bt_face_nets *nets, const struct bauta_frame *frame,
              const struct bauta_face *at, struct bauta_face *out);

#endif
