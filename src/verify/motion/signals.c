// SPDX-License-Identifier: Apache-2.0
#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "verify/motion/motion.h"

enum { FRAMES_MAX = 1 << 21 };
// Seconds.
static const double GAP = .5;          // without the face, that ends a part
static const float WARM = 1;           // until the face at rest is known
static const double BETWEEN_FILMS = 1000;

static float distance(const float a[3], const float b[3])
{
    return hypotf(hypotf(a[0] - b[0], a[1] - b[1]), a[2] - b[2]);
}

void bt_motion_signals(const struct bauta_face *face,
                       const float neutral[BAUTA_LANDMARKS][3],
                       float out[BT_MOTION_SIGNALS])
{
    float shape[BAUTA_LANDMARKS][3];
    bt_pose_free(face, shape);
    bt_expression_fit((const float(*)[3])shape, neutral, out);
    out[BT_CANON_MODES] = face->pitch;
    out[BT_CANON_MODES + 1] = face->roll;
    out[BT_CANON_MODES + 2] = distance(shape[61], shape[291]);
    out[BT_CANON_MODES + 3] = distance(shape[0], shape[17]);
}

static int add(struct bt_motion_track *track, const struct bt_motion_frame *frame)
{
    if (track->count == FRAMES_MAX)
        return BAUTA_E_TOO_LARGE;
    if (track->count == track->room) {
        const int room = track->room ? 2 * track->room : 1024;
        struct bt_motion_frame *more = bt_alloc_array((size_t)room, sizeof *more);
        if (!more)
            return BAUTA_E_NO_MEMORY;
        if (track->count)
            memcpy(more, track->frame, (size_t)track->count * sizeof *more);
        bt_free(track->frame);
        track->frame = more;
        track->room = room;
    }
    track->frame[track->count++] = *frame;
    return 0;
}

int bt_motion_take(struct bt_motion_track *track, const struct bt_watched *seen)
{
    float shape[BAUTA_LANDMARKS][3];
    if (!track->state && !(track->state = bt_zalloc(sizeof *track->state)))
        return BAUTA_E_NO_MEMORY;
    if (!seen->smooth)
        return 0;
    const bool other = !track->any || seen->cut || seen->smooth->id != track->id;
    const double gap = seen->seconds - track->last;
    if (other)
        memset(track->state, 0, sizeof *track->state);
    if (other || gap > GAP)
        track->part++;
    track->any = track->seen = true;
    track->id = seen->smooth->id;
    track->last = seen->seconds;
    bt_pose_free(seen->smooth, shape);
    const float turned = fabsf(seen->smooth->yaw) / 40;
    bt_expression_learn(track->state, (const float(*)[3])shape,
                        other ? 0 : (float)fmin(gap, GAP), fmaxf(1 - turned, 0));
    if (track->state->seconds < WARM)
        return 0;
    struct bt_motion_frame frame = {.seconds = track->base + seen->seconds,
                                    .part = track->part};
    bt_motion_signals(seen->smooth, (const float(*)[3])track->state->neutral, frame.value);
    return add(track, &frame);
}

void bt_motion_next_film(struct bt_motion_track *track)
{
    track->base += track->last + BETWEEN_FILMS;
    track->last = 0;
    track->any = false;
}

void bt_motion_track_finish(struct bt_motion_track *track)
{
    bt_free(track->frame);
    bt_free(track->state);
    *track = (struct bt_motion_track){0};
}
