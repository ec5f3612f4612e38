// SPDX-License-Identifier: Apache-2.0
#include "gate/gate.h"

enum { TIMES = 2 };   // samples across one number

static float within(float value)
{
    return value < 0 ? 0 : value > 255 ? 255 : value;
}

static void sample(const struct bauta_frame *f, const struct bt_pixel_format *p,
                   const struct bt_matrix *k, int x, int y, float rgb[3])
{
    const uint8_t *first = f->data[0] + y * f->stride[0] + (ptrdiff_t)x * p->step[0];
    if (p->rgb) {
        rgb[0] = first[p->r];
        rgb[1] = first[p->g];
        rgb[2] = first[p->b];
        return;
    }
    const float luma = (first[0] - k->yo) * k->ys;
    float u = 0, v = 0;
    if (p->planes > 1) {
        const int cx = x >> p->chroma_x, cy = y >> p->chroma_y;
        const uint8_t *at = f->data[1] + cy * f->stride[1] + (ptrdiff_t)cx * p->step[1];
        u = (float)at[0] - 128;
        v = (float)(p->planar_chroma
                        ? f->data[2][cy * f->stride[2] + (ptrdiff_t)cx * p->step[2]]
                        : at[1]) - 128;
    }
    rgb[0] = within(luma + v * k->rv);
    rgb[1] = within(luma + u * k->gu + v * k->gv);
    rgb[2] = within(luma + u * k->bu);
}

void bt_gate_picture(const struct bauta_frame *f, float *planes)
{
    const struct bt_pixel_format *p = bt_pixel_format(f->format);
    const struct bt_matrix k = bt_matrix_for(&f->colour, f->height);
    const int steps = BT_GATE_SIDE * TIMES, area = BT_GATE_SIDE * BT_GATE_SIDE;
    for (int i = 0; i < 3 * area; i++)
        planes[i] = 0;
    for (int j = 0; j < steps; j++) {
        for (int i = 0; i < steps; i++) {
            // The place as displayed, turned back to where it lies in the frame.
            int a = i, b = j;
            if (f->rotation == 90)
                a = j, b = steps - 1 - i;
            else if (f->rotation == 180)
                a = steps - 1 - i, b = steps - 1 - j;
            else if (f->rotation == 270)
                a = steps - 1 - j, b = i;
            float rgb[3];
            sample(f, p, &k, (int)((2 * a + 1) * (long)f->width / (2 * steps)),
                   (int)((2 * b + 1) * (long)f->height / (2 * steps)), rgb);
            float *to = planes + j / TIMES * BT_GATE_SIDE + i / TIMES;
            for (int c = 0; c < 3; c++)
                to[c * area] += rgb[c] * (1.f / (255 * TIMES * TIMES));
        }
    }
}
