// SPDX-License-Identifier: Apache-2.0
#include <math.h>

#include "face/internal.h"

// A mesh and the detector's box of one face overlap by .6 and more, those of two by less
// than .3.
static const float CONFIRM_IOU = .4f;
static const float CONFIRM_WINDOW = 1.2f;

struct bt_region bt_region_of(const struct bauta_face *face)
{
    struct bt_region r;
    bt_region_from_landmarks(face, r.centre, &r.size, &r.angle);
    return r;
}

int bt_face_confirm(struct bt_face_nets *nets, const struct bauta_frame *frame,
                    const struct bauta_face *face, float score,
                    struct bt_detection *other)
{
    struct bt_detection found[8];
    const struct bt_region r = bt_region_of(face);
    const int count = bt_detect_square(nets, frame, r.centre, CONFIRM_WINDOW * r.size,
                                       r.angle, score, found, 8);
    if (count < 0)
        return count;
    if (other)
        other->score = 0;
    for (int i = 0; i < count; i++) {
        if (bt_box_iou(found[i].box, face->box) > CONFIRM_IOU)
            return 1;
    }
    if (other && count > 0)
        *other = found[0];
    return 0;
}

static int try_region(struct bt_face_nets *nets, const struct bauta_frame *frame,
                      struct bt_region r, float presence, struct bauta_face *face)
{
    return bt_mesh_settle(nets, frame, r.centre, r.size, r.angle, presence, face);
}

static int try_detector(struct bt_face_nets *nets, const struct bauta_frame *frame,
                        struct bt_region r, float window, float presence, float detector,
                        struct bauta_face *face)
{
    struct bt_detection found[4];
    const int count = bt_detect_square(nets, frame, r.centre, window * r.size, r.angle,
                                       detector, found, 4);
    for (int i = 0; i < count && i < 2; i++) {
        struct bt_region at;
        bt_region_from_detection(&found[i], at.centre, &at.size, &at.angle);
        const int result = try_region(nets, frame, at, presence, face);
        if (result)
            return result;
    }
    return count < 0 ? count : 0;
}

int bt_second_look(struct bt_face_nets *nets, const struct bauta_frame *frame,
                   struct bt_region was, struct bt_region expected, float presence,
                   float detector, struct bauta_face *face)
{
    static const struct {
        float size, angle;
        bool expected;
    } tries[] = {
        { 1, 0, false },
        { 1.35f, 0, true },
        { 1.2f, .45f, true },
        { 1.2f, -.45f, true },
    };
    for (size_t i = 0; i < sizeof(tries) / sizeof(tries[0]); i++) {
        struct bt_region r = tries[i].expected ? expected : was;
        r.size *= tries[i].size;
        r.angle += tries[i].angle;
        const int result = try_region(nets, frame, r, presence, face);
        if (result)
            return result;
    }
    for (int i = 0; i < 2; i++) {
        const int result = try_detector(nets, frame, expected, i ? 2.4f : 1.4f, presence,
                                        detector, face);
        if (result)
            return result;
    }
    return 0;
}
