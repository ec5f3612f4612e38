// SPDX-License-Identifier: Apache-2.0
#ifndef BT_ENGINE_SELECT_WEARER_H
#define BT_ENGINE_SELECT_WEARER_H

#include <stdbool.h>

#include "face/embed.h"

// Who is in front of the camera: each track is compared with the photos of the people that
// a target "photo:PATH" names. What is known of them stays in memory.

#define BT_WEARERS_MAX 9

// What to think of one track (decide.c) -------------------------------------------------

enum {
    BT_WHO_OPEN = -2,     // not decided: it may be any of them
    BT_WHO_NONE = -1,     // none of them
};
struct bt_who {
    int person;           // BT_WHO_OPEN, BT_WHO_NONE, or the wearer's number
    int looks;            // at this track
    float weight;         // of those before in the mean
    float likeness[BT_WEARERS_MAX];   // mean cosine
    double looked;        // seconds, when last
};
void bt_who_begin(struct bt_who *who);
// A track that may be a new one of the same person: what is known counts as one look.
void bt_who_inherit(struct bt_who *who);
void bt_who_add(struct bt_who *who, const float cosine[BT_WEARERS_MAX], int wearers,
                double seconds);
// Decides for the faces of one frame together: nobody is there twice, and a name is taken
// away only for good reason.
void bt_who_settle(struct bt_who *const who[], int count, int wearers);
// The time for another look has come.
bool bt_who_due(const struct bt_who *who, double seconds);
// From this view a face can be recognised.
bool bt_who_seen(const struct bauta_face *face);

// The photo of a wearer (photo.c) -------------------------------------------------------

struct bt_wearer {
    char *path;
    float vector[BT_EMBEDDING];
};
// Reads the photo and finds its largest face; takes about a second. Errors, with a log
// line, as bauta_identity_open has, and BAUTA_E_MODEL where FaceRes was not fetched.
int bt_wearer_read(struct bt_wearer **out, const char *path, const char *models);
void bt_wearer_free(struct bt_wearer **wearer);

// One look at a time (looker.c) ---------------------------------------------------------

struct bt_looker;
// own_thread: loads and runs the net on a thread of its own, so that no call waits for it;
// what fails there is said in the log, and then nothing is ever found.
int bt_looker_open(struct bt_looker **out, const char *models, bool own_thread);
// Whether a face may be offered.
bool bt_looker_idle(struct bt_looker *looker);
// Cuts the face out; the frame is not needed any more when it returns. Only when idle.
int bt_looker_offer(struct bt_looker *looker, const struct bauta_frame *frame,
                    const struct bauta_face *face);
// The answer to what was offered, once: the face's id and its vector, valid until the next
// offer. NULL: not there yet.
const float *bt_looker_answer(struct bt_looker *looker, int *id);
// Waits for the thread.
void bt_looker_close(struct bt_looker **looker);

// The faces of a stream (watch.c) -------------------------------------------------------

struct bt_select;
struct bt_faces;

struct bt_wearers {
    const struct bt_wearer *wearer[BT_WEARERS_MAX];
    int count;
    struct bt_looker *looker;   // NULL until there is a wearer
    bool live;
    char *models;
};
// live: looks never hold a frame up; else every face that is due is looked at at once.
// models is copied.
int bt_wearers_init(struct bt_wearers *wearers, const char *models, bool live);
// Those to tell apart from now on; they outlive this.
int bt_wearers_set(struct bt_wearers *wearers, const struct bt_wearer *const *wearer,
                   int count);
// Between bt_select_meet and bt_select_rows: looks at faces and tells select who they are.
// index as bt_select_meet gave it.
int bt_wearers_look(struct bt_wearers *wearers, struct bt_select *select,
                    const struct bauta_frame *frame, const struct bt_faces *faces,
                    const int *index, double seconds);
void bt_wearers_finish(struct bt_wearers *wearers);

#endif
