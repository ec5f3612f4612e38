// SPDX-License-Identifier: Apache-2.0
#ifndef BT_FACE_TRACKER_H
#define BT_FACE_TRACKER_H

#include "face/internal.h"

// The tracker's state, shared by its two halves: track.c follows the faces it knows,
// search.c looks for others.

#define BT_SUSPECTS_MAX 8

struct bt_track {
    struct bauta_face face;
    struct bt_region region; // in which the mesh was run last
    float velocity[2];       // samples a second
    float residual;          // of the last mesh
    double check_at;
    int doubts;
};

struct bt_lost {
    struct bt_region region;
    float velocity[2];
    double seconds; // when it was seen last
    int id, order;
};

struct bt_suspect {
    struct bauta_face face; // box, score, id
    struct bt_detection detection;
    double seconds; // when it was confirmed last
    int times;      // how often it was confirmed
};

struct bt_tracker {
    struct bt_format format;
    struct bt_face_options options;
    struct bt_face_nets *nets;
    struct bt_cut cut;
    struct bt_window window[BT_WINDOWS_MAX];
    int windows, next_window;
    double credit; // windows that are due
    bool scan;     // the next update looks everywhere
    bool started;
    double seconds; // of the last frame
    int64_t frames;
    int next_id, next_order;
    int tracks, losts, suspects;
    struct bt_track track[BAUTA_FACES_MAX];
    struct bt_lost lost[BAUTA_FACES_MAX];
    struct bt_suspect suspect[BT_SUSPECTS_MAX];
};

// Of the detector's threshold: what is looked at at all.
#define BT_DETECTOR_LOW .6f

// Frames in which windows are searched for more faces while some are followed: what can
// wait is done in others, so that no frame takes long.
static inline bool bt_tracker_searches(const struct bt_tracker *t)
{
    return t->frames % 5 == 0 || t->frames % 5 == 2;
}

// Where a region that moves with velocity (samples a second) is after dt seconds.
struct bt_region bt_region_moved(struct bt_region r, const float velocity[2], double dt);
// Whether a followed face has that box.
bool bt_tracker_knows(const struct bt_tracker *t, const float box[4]);
// Whether a suspicion is firm enough to be told.
bool bt_suspect_shown(const struct bt_tracker *t, const struct bt_suspect *s);
// Finds faces and suspicions beside those that are followed.
int bt_tracker_search(struct bt_tracker *t, const struct bauta_frame *frame,
                      double seconds, double dt);

#endif
