// SPDX-License-Identifier: Apache-2.0
#include <math.h>

#include "face/internal.h"

// MediaPipe's rule: the long side of the box, enlarged by half.
static const float ENLARGE = 1.5f;
enum { EYE_LEFT_OF_IMAGE = 33, EYE_RIGHT_OF_IMAGE = 263 };

static void region_of_box(const float box[4], float centre[2], float *size)
{
    const float width = box[2] - box[0], height = box[3] - box[1];
    centre[0] = (box[0] + box[2]) / 2;
    centre[1] = (box[1] + box[3]) / 2;
    *size = ENLARGE * fmaxf(width, height);
}

void bt_region_from_detection(const struct bt_detection *d, float centre[2], float *size,
                              float *angle)
{
    region_of_box(d->box, centre, size);
    *angle = atan2f(d->key[1][1] - d->key[0][1], d->key[1][0] - d->key[0][0]);
}

void bt_region_from_landmarks(const struct bauta_face *face, float centre[2], float *size,
                              float *angle)
{
    float box[4] = { INFINITY, INFINITY, -INFINITY, -INFINITY };
    for (int i = 0; i < BAUTA_LANDMARKS; i++) {
        const float *p = face->landmark[i];
        box[0] = fminf(box[0], p[0]), box[1] = fminf(box[1], p[1]);
        box[2] = fmaxf(box[2], p[0]), box[3] = fmaxf(box[3], p[1]);
    }
    region_of_box(box, centre, size);
    const float *a = face->landmark[EYE_LEFT_OF_IMAGE],
                *b = face->landmark[EYE_RIGHT_OF_IMAGE];
    *angle = atan2f(b[1] - a[1], b[0] - a[0]);
}

float bt_upright_angle(const struct bauta_frame *frame)
{
    switch (frame->rotation) {
    case 90:
        return (float)-M_PI_2;
    case 180:
        return (float)M_PI;
    case 270:
        return (float)M_PI_2;
    default:
        return 0;
    }
}

float bt_upright_x(const struct bauta_frame *frame, float x, float y)
{
    switch (frame->rotation) {
    case 90:
        return (float)frame->height - y;
    case 180:
        return (float)frame->width - x;
    case 270:
        return y;
    default:
        return x;
    }
}

bool bt_box_same(const float a[4], const float b[4], float iou)
{
    if (bt_box_iou(a, b) > iou)
        return true;
    const float width = fminf(a[2], b[2]) - fmaxf(a[0], b[0]);
    const float height = fminf(a[3], b[3]) - fmaxf(a[1], b[1]);
    if (width <= 0 || height <= 0)
        return false;
    const float area_a = (a[2] - a[0]) * (a[3] - a[1]),
                area_b = (b[2] - b[0]) * (b[3] - b[1]);
    return width * height > .6f * fminf(area_a, area_b);
}
