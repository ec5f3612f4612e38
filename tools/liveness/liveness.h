// SPDX-License-Identifier: Apache-2.0
#ifndef BT_TOOLS_LIVENESS_H
#define BT_TOOLS_LIVENESS_H

#include <stdbool.h>

#include "canon/canon.h"
#include "face/embed.h"
#include "frame/frame.h"
#include "verify/liveness/liveness.h"

// The tool that measures what bauta liveness lets through and whom it refuses. Films are
// tracked once each and kept as measurements (bank.c); hundreds of sessions are then put
// together from those and judged (streams.c). The performer (head.c) warps a photo of the
// test media. It always does what a seed of this tool asks for, takes none from outside,
// and its pictures are measured in memory and go nowhere: it is no help to pass a check.

enum {
    RATE = 20,                // frames a second of what is rendered
    SIDE = 400,               // of the square pictures
    PEOPLE = 16,              // portraits that perform
    PHOTOS = 10,              // of them that are shown as photos
    ATOM = (int)(3.4 * RATE), // frames of one action with its return, after ATOM_LEAD
    ATOM_LEAD = RATE / 2,     // of rest before its onset
    REST_FIRST = 6 * RATE,
    REST_EACH = (int)(1.6 * RATE),
};

// A film as measurements.
struct film {
    struct bauta_liveness_sample *sample;
    int count;
};
void film_finish(struct film *f);
bool film_load(const char *path, struct film *f);
int film_keep(const char *path, const struct film *f);

// A number 0..1 that follows from *state.
double chance(uint64_t *state);

// The performer (head.c) ----------------------------------------------------------------

struct pose {
    float weight[BT_CANON_MODES];
    float yaw, pitch, roll, closer, x, y; // degrees; 0: as it is; widths of the face
    float blink, cover, open;             // 0..1
    bool left;                            // the eye that is covered
    float gain[3];                        // of linear light; 0: 1
};
struct head;
int head_open(struct head **out, const char *photo);
void head_close(struct head **head);
// The frame stays the head's. seed: of the noise.
const struct bauta_frame *head_draw(struct head *h, const struct pose *p, uint64_t seed);
// The photo itself, moved before the camera: turned by an affine map and bent like a
// cylinder. t: seconds.
const struct bauta_frame *head_photo(struct head *h, double t, double amount,
                                     uint64_t seed);
// The pose of an action at a time since its onset; natural sway and blinks are added.
void pose_of(int action, double since, const uint64_t *who, struct pose *out);
void pose_sway(double t, const uint64_t *who, bool blinks, struct pose *out);

// Films (bank.c) ------------------------------------------------------------------------

struct bank {
    struct film person[PEOPLE], still[PHOTOS], moved[PHOTOS];
    struct film clip[3];
    double cross[PEOPLE][PEOPLE]; // cosines of the people
};
// Reads them from folder, or makes and keeps them there.
int bank_open(struct bank *b, const char *media, const char *folder);
void bank_finish(struct bank *b);
extern const int bank_portraits[PEOPLE];
extern const char *const bank_clips[3];
// Performs a whole challenge before the measuring code.
int bank_perform(const char *media, int person, const struct bt_challenge *c,
                 uint64_t seed, double ambient, struct film *out);

// The face at rest while the colours are shown, from BT_LIGHT_QUIET on.
int bank_light(const char *media, int person, const struct bt_challenge *c,
               double ambient, struct film *out);

// Sessions (streams.c) ------------------------------------------------------------------

struct session {
    struct bauta_liveness_sample sample[BT_SAMPLES_MAX];
    int count;
};
enum timing { IN_TIME, TOO_EARLY, TOO_LATE, OTHER_ORDER };
// A performance of a person for a challenge, put together of recorded actions.
void compose(const struct bank *b, int person, const struct bt_challenge *c, bool retry,
             enum timing timing, uint64_t *state, struct session *out);
void replay(const struct film *f, double from, double seconds, bool loop, double length,
            struct session *out);
void freeze(struct session *s, double at, double seconds);
void swap_people(const struct bank *b, struct session *s, const struct session *other,
                 int a, int other_person, const struct bt_challenge *c);
// As the program does: with a retry where one is due.
void judge(const struct bt_challenge *c, const struct session *s, bool virtual_camera,
           struct bauta_liveness_result *out);

#endif
