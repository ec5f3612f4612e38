// SPDX-License-Identifier: Apache-2.0
#ifndef BT_FACE_EXPRESSION_H
#define BT_FACE_EXPRESSION_H

#include <stdbool.h>

#include "canon/canon.h"
#include <bauta/face.h>

// What a face does, apart from whose it is. Shapes are pose-free (bt_pose_free):
// canonical centimetres, x right as seen, y down, z away from the camera. All functions are
// pure, take any finite shape, allocate nothing, and may be called from any thread; states
// belong to one caller at a time.

// Weights of the modes of bt_canon_mode, 1: a strong expression. Least squares with a
// Gaussian prior on the weights; what lies far off is cut (Huber). neutral: the person's
// own face at rest; NULL: unknown, as of a photo, then the difference to the mean face is
// shared out between expression and person by how much of each is usual. Weights lie
// within -2..2.
void bt_expression_fit(const float shape[BAUTA_LANDMARKS][3],
                       const float neutral[BAUTA_LANDMARKS][3],
                       float weight[BT_CANON_MODES]);
// Adds amount times the expression: 1 applies it, -1 takes it off.
void bt_expression_add(const float weight[BT_CANON_MODES], float amount,
                       float shape[BAUTA_LANDMARKS][3]);

// What can be told of a face at once.
struct bt_expression_signs {
    float smile;     // 0: at rest, 1: a strong smile
    float open;      // gap of the inner lips at their middle, centimetres, 0: they touch
    float brows;     // raised, 0..1; frowning is negative
    float lids[2];   // opening of the image-left and the image-right eye, centimetres
    float lift;      // of the mouth's corners over its middle, over its width
};
void bt_expression_signs(const float shape[BAUTA_LANDMARKS][3],
                         const float weight[BT_CANON_MODES],
                         struct bt_expression_signs *signs);

// The face of a photo at rest: mouth closed, lips touching, corners and brows at rest, eyes
// as they are; what is the person's own stays. signs (may be NULL) tells what the photo
// showed. out may be shape.
void bt_expression_neutral(const float shape[BAUTA_LANDMARKS][3],
                           float out[BAUTA_LANDMARKS][3],
                           struct bt_expression_signs *signs);

// Inner lips ---------------------------------------------------------------------------

#define BT_LIP_PAIRS 9
// From each vertex of the upper inner lip to the one that it meets below, image-left first.
void bt_lips_gap(const float shape[BAUTA_LANDMARKS][3], float gap[BT_LIP_PAIRS][3]);
// Moves both lips alike so that the inner lips are that far apart; the rest of the lips
// follows the less the further out it is.
void bt_lips_part(float shape[BAUTA_LANDMARKS][3], const float gap[BT_LIP_PAIRS][3]);

// A stream -----------------------------------------------------------------------------

// What is known of a person who is seen frame by frame. Zeroed memory is a good start.
struct bt_expression_state {
    bool started;
    float seconds;                       // of frames that went in
    float person[BAUTA_LANDMARKS][3];    // the face with every expression taken off
    float rest[BT_CANON_MODES];          // the weights that this person has at rest
    float neutral[BAUTA_LANDMARKS][3];   // both together
};
// Learns from a frame. dt: seconds since the last one; trust 0..1: less for a turned head.
// The first call starts from the prior; after that medians are followed, over about a
// second at first and over about 20 s at last.
void bt_expression_learn(struct bt_expression_state *state,
                         const float shape[BAUTA_LANDMARKS][3], float dt, float trust);

// The source's face doing what the target does:
//   out = source + S E w + rest (target - neutral - E w),
// where w are the target's weights and S scales mouth and jaw by the ratio of their sizes.
// Then the inner lips are parted as the target's are, and touch where those touch; lids
// open in the ratio in which the target's do to their own rest (below 1 its power 1.5, since
// the nets see half-closed eyes wider than they are), so that a blink closes both. neutral: the target's, of bt_expression_state; source: of bt_expression_neutral;
// rest 0..1: how much of what the modes do not explain is carried over. weight (may be
// NULL) takes w. out may be target.
void bt_expression_drive(const float target[BAUTA_LANDMARKS][3],
                         const float neutral[BAUTA_LANDMARKS][3],
                         const float source[BAUTA_LANDMARKS][3], float rest,
                         float out[BAUTA_LANDMARKS][3], float weight[BT_CANON_MODES]);

#endif
