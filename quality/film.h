// SPDX-License-Identifier: Apache-2.0
#ifndef BT_QUALITY_FILM_H
#define BT_QUALITY_FILM_H

#include "engine/seam.h"
#include "frame/frame.h"

// A clip in memory, planar YUV. Frame number i has number i.
struct bt_q_film {
    struct bauta_frame **frame;
    int count;
    double ms_a_frame;
};
// Reads at most limit frames (0: all), 1 GB at most.
int bt_q_film_open(struct bt_q_film *film, const char *path, int limit);
void bt_q_film_close(struct bt_q_film *film);

// Makes a film of count frames: each is a copy of from's (the first one for a still),
// changed by change(opaque, frame, number).
typedef void bt_q_change(void *opaque, struct bauta_frame *frame, int number);
int bt_q_film_make(struct bt_q_film *film, const struct bt_q_film *from, int count,
                   bool still, bt_q_change *change, void *opaque);

// Light: luma above black and chroma off grey times a gain that goes evenly from left at
// x0 to right at x1.
void bt_q_relight(struct bauta_frame *frame, float x0, float x1, float left, float right);
// Grain of about that standard deviation on luma, from a seed.
void bt_q_noise(struct bauta_frame *frame, float deviation, uint32_t seed);

// Runs a film through a new engine, as a file with look-ahead, and shows each frame
// right before it is marked. Errors of the engine, or what seen returns below 0.
typedef int bt_q_seen(void *opaque, int number, const struct bt_tap_info *info);
int bt_q_film_run(const struct bt_q_film *film, struct bauta_identity *who,
                  bt_q_seen *seen, void *opaque);
// As above, with an option set for the engine.
int bt_q_film_run_with(const struct bt_q_film *film, struct bauta_identity *who,
                       const char *option, const char *value, bt_q_seen *seen,
                       void *opaque);

// The largest face that was swapped, or else the largest one that could be; -1: none.
// *swapped says which.
int bt_q_main_face(const struct bt_tap_info *info, int *swapped);

#endif
