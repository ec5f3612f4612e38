// SPDX-License-Identifier: Apache-2.0
#ifndef BT_VERIFY_MOTION_MOTION_H
#define BT_VERIFY_MOTION_MOTION_H

#include <stddef.h>

#include <bauta/motion.h>

#include "face/expression.h"
#include "verify/watch.h"

enum {
    BT_MOTION_SIGNALS = BT_CANON_MODES + 4,
    BT_MOTION_FEATURES = BT_MOTION_SIGNALS * (BT_MOTION_SIGNALS - 1) / 2,
    BT_MOTION_PACKED = BT_MOTION_FEATURES * (BT_MOTION_FEATURES + 1) / 2,
    BT_MOTION_WINDOWS_MAX = 8192,   // that a signature is learnt from
};
#define BT_MOTION_STEP 1.           // seconds from one window's beginning to the next

// Signals ------------------------------------------------------------------------------

// The weights of the modes, pitch, roll, distance of the mouth's corners, and that of the
// lips' middles; degrees and canonical centimetres. neutral: the face at rest, or NULL.
void bt_motion_signals(const struct bauta_face *face,
                       const float neutral[BAUTA_LANDMARKS][3],
                       float out[BT_MOTION_SIGNALS]);

// One frame of the person. Frames of one part are of one face without cut or gap.
struct bt_motion_frame {
    double seconds;
    int part;
    float value[BT_MOTION_SIGNALS];
};
struct bt_motion_track {
    struct bt_motion_frame *frame;
    int count, room;
    // While a film is watched.
    struct bt_expression_state *state;
    int id, part;
    double last, base;        // seconds; films follow each other with a gap between
    bool any;                 // frames of this film
    bool seen;                // a face, in any
};
// Takes what was watched; the first second of a face only tells what it is like at rest.
int bt_motion_take(struct bt_motion_track *track, const struct bt_watched *seen);
// The next frames are of another film.
void bt_motion_next_film(struct bt_motion_track *track);
void bt_motion_track_finish(struct bt_motion_track *track);

// Windows ------------------------------------------------------------------------------

struct bt_motion_windows {
    float (*feature)[BT_MOTION_FEATURES];   // Fisher transforms of the correlations
    double *start;            // seconds
    int count, room;
    double length;            // of a window, seconds
    double seconds;           // that lie in a window at least
};
// Windows of that length inside of parts, a step apart. Those with too few frames, below
// 8 a second, are left out.
int bt_motion_cut(const struct bt_motion_track *track, double length, double step,
                  struct bt_motion_windows *out);
void bt_motion_windows_finish(struct bt_motion_windows *windows);

// The model ----------------------------------------------------------------------------

struct bauta_motion {
    int films, windows;
    double length, seconds;
    int64_t made;
    double mean[BT_MOTION_FEATURES];
    double covariance[BT_MOTION_PACKED];    // lower triangle, row by row
    double root[BT_MOTION_PACKED];          // its Cholesky factor
    double *own;              // windows scores, ascending
};
// Needs two windows that do not overlap, or is BAUTA_E_TOO_SMALL without a line in the log.
int bt_motion_learn(const struct bt_motion_windows *windows, struct bauta_motion **out);
double bt_motion_score(const struct bauta_motion *motion,
                       const float feature[BT_MOTION_FEATURES]);
double bt_motion_limit(const struct bauta_motion *motion);
// Fills root; false where the covariance is not positive definite.
bool bt_motion_factor(struct bauta_motion *motion);
// Without regard to how little there is.
void bt_motion_judge(const struct bauta_motion *motion,
                     const struct bt_motion_windows *windows,
                     struct bauta_motion_result *out);
// The result of what was watched; too little is a result.
int bt_motion_compare(const struct bauta_motion *motion,
                      const struct bt_motion_track *track,
                      struct bauta_motion_result *out);

// Its file -----------------------------------------------------------------------------

int bt_motion_pack(const struct bauta_motion *motion, uint8_t **data, size_t *size);
// name is for messages.
int bt_motion_unpack(const uint8_t *data, size_t size, const char *name,
                     struct bauta_motion **out);

#endif
