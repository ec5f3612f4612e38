// SPDX-License-Identifier: Apache-2.0
#ifndef BT_SWAP_SHAPE_H
#define BT_SWAP_SHAPE_H

#include "face/face.h"

// The neutral shape of one person in the stream, learnt while it runs.
struct bt_shape_state {
    bool started;
    double seconds;                    // of frames that went in
    float neutral[BAUTA_LANDMARKS][3]; // pose-free
};

// How far each vertex may follow the photo's shape: 0 at the oval, the lids and the inner
// lips, 1 on cheeks, nose and brows.
void bt_shape_weights(float weight[BAUTA_LANDMARKS]);

// The vertices to draw in samples of the frame: the target's own, moved by amount (0..1)
// of the difference between the two neutral shapes. Bounded by size and by the head's turn.
void bt_shape_run(struct bt_shape_state *state, const struct bauta_face *at,
                  const float source[BAUTA_LANDMARKS][3],
                  const float weight[BAUTA_LANDMARKS], float amount, double dt,
                  float out[BAUTA_LANDMARKS][3]);

#endif
