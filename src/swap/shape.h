// SPDX-License-Identifier: Apache-2.0
#ifndef BT_SWAP_SHAPE_H
#define BT_SWAP_SHAPE_H

#include "face/expression.h"
#include "face/face.h"

// How far each vertex may follow the photo's shape: 0 at the oval, 1 well inside.
void bt_shape_weights(float weight[BAUTA_LANDMARKS]);

// The vertices to draw in samples of the frame: the photo's face (source, at rest) doing
// what the target does, by amount (0: the target's own shape, 1: the photo's). Bounded by
// size and by the head's turn. silhouette: the share of that at the oval, less beyond 12
// degrees of turn and none beyond 25. state learns the target's own face; dt in seconds.
// closed: 0..1 how far the image-left and the image-right eye are shut.
void bt_shape_run(struct bt_expression_state *state, const struct bauta_face *at,
                  const float source[BAUTA_LANDMARKS][3],
                  const float weight[BAUTA_LANDMARKS], float amount, float silhouette,
                  double dt, float out[BAUTA_LANDMARKS][3], float closed[2]);

#endif
