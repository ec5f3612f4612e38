// SPDX-License-Identifier: Apache-2.0
#include "quality/front.h"

#include <math.h>
#include <stdlib.h>

enum { SURE = 191, QUARTER = 64, HALF = 128, ALL = 240, NONE = 8, LEVELS = 6, NEAR = 3 };

double bt_q_percent(double part, double whole)
{
    return whole > 0 ? 100 * part / whole : NAN;
}

void bt_q_front_add(struct bt_q_front *sum, const struct bt_q_scene *s)
{
    for (int y = 0; y < s->in->height; y++) {
        const uint8_t *in = s->in->data[0] + y * s->in->stride[0];
        const uint8_t *out = s->out->data[0] + y * s->out->stride[0];
        for (int x = 0; x < s->in->width; x++) {
            const int i = y * s->in->width + x;
            if (s->would[i] < SURE)
                continue;
            const int replaced = bt_q_replaced(s->mask, x, y);
            if (s->cover[i] >= ALL) {
                sum->covered++;
                sum->kept += replaced <= QUARTER || abs(in[x] - out[x]) <= LEVELS;
            } else if (s->cover[i] <= NONE) {
                sum->bare++;
                sum->left += replaced <= QUARTER;
            }
        }
    }
}

// 1 where the thing covers all around, 0 where none of it is near, -1 at its edge.
static int side(const uint8_t *cover, int x, int y, int width, int height)
{
    int low = 255, high = 0;
    for (int j = y - NEAR; j <= y + NEAR; j += NEAR) {
        for (int i = x - NEAR; i <= x + NEAR; i += NEAR) {
            if (i < 0 || j < 0 || i >= width || j >= height)
                continue;
            const int c = cover[j * width + i];
            low = c < low ? c : low;
            high = c > high ? c : high;
        }
    }
    return low >= ALL ? 1 : high <= NONE ? 0 : -1;
}

void bt_q_front_turn(struct bt_q_front *sum, const struct bt_q_scene *s,
                     const uint8_t *mask_before, const uint8_t *cover_before,
                     const uint8_t *would_before)
{
    const int width = s->in->width, height = s->in->height;
    for (int y = 0; y < height; y++) {
        for (int x = 0; x < width; x++) {
            const int i = y * width + x;
            if (s->would[i] < SURE || would_before[i] < SURE)
                continue;
            const int now = side(s->cover, x, y, width, height);
            if (now < 0 || now != side(cover_before, x, y, width, height))
                continue;
            sum->watched++;
            sum->turned +=
                (bt_q_replaced(s->mask, x, y) < HALF) != (mask_before[i] < HALF);
        }
    }
}

void bt_q_open_add(struct bt_q_open *sum, const uint8_t *off, const struct bt_mask *on,
                   int width, int height)
{
    for (int y = 0; y < height; y++) {
        for (int x = 0; x < width; x++) {
            const int i = y * width + x, now = bt_q_replaced(on, x, y);
            if (off[i] < SURE)
                continue;
            sum->off += off[i];
            sum->lost += now < off[i] ? off[i] - now : 0;
        }
    }
}
