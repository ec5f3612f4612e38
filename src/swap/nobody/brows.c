// SPDX-License-Identifier: Apache-2.0
#include <math.h>

#include "swap/nobody/nobody.h"
#include "swap/ramp.h"

enum { SIZE = BT_ATLAS_SIZE, POINTS = 5, HAIRS = 330 };

// From the inner end to the outer one.
static const uint16_t above[2][POINTS] = {{107, 66, 105, 63, 70},
                                          {336, 296, 334, 293, 300}};
static const uint16_t below[2][POINTS] = {{55, 65, 52, 53, 46},
                                          {285, 295, 282, 283, 276}};

static void point(const uint16_t vertex[POINTS], float t, float out[2])
{
    const float at = fminf(t, .9999f) * (POINTS - 1);
    const int k = (int)at;
    const float *a = bt_canon_uv[vertex[k]], *b = bt_canon_uv[vertex[k + 1]];
    for (int i = 0; i < 2; i++)
        out[i] = SIZE * (a[i] + (at - (float)k) * (b[i] - a[i]));
}

// A stroke that thins out towards its tip; rgb holds logarithms.
static void stroke(float x, float y, float dx, float dy, float width, float depth,
                   const float hair[3], float (*rgb)[3])
{
    const float length = hypotf(dx, dy), reach = width + 1;
    const int x0 = (int)(fminf(x, x + dx) - reach), x1 = (int)(fmaxf(x, x + dx) + reach);
    const int y0 = (int)(fminf(y, y + dy) - reach), y1 = (int)(fmaxf(y, y + dy) + reach);
    for (int j = y0; j <= y1; j++)
        for (int i = x0; i <= x1; i++) {
            if (i < 0 || j < 0 || i >= SIZE || j >= SIZE)
                continue;
            const float px = (float)i + .5f - x, py = (float)j + .5f - y;
            const float along = (px * dx + py * dy) / (length * length);
            const float t = fminf(fmaxf(along, 0), 1);
            const float far = hypotf(px - t * dx, py - t * dy);
            const float part = depth * (1 - .75f * t) *
                               bt_ramp(far, .5f * width + .5f, .5f * width - .5f);
            float *to = rgb[j * SIZE + i];
            for (int c = 0; c < 3; c++)
                to[c] += part * fminf(hair[c] - to[c], 0);
        }
}

void bt_nobody_brows(const struct bt_traits *t, float (*rgb)[3])
{
    float hair[3];
    for (int c = 0; c < 3; c++)
        hair[c] = logf(t->hair[c] / 255);
    for (int side = 0; side < 2; side++) {
        struct bt_draw draw = bt_draw_start(t->seed, 6 + (uint64_t)side);
        const float out = side ? 1 : -1;
        const int count = (int)(HAIRS * (.45f + .55f * t->brow));
        for (int n = 0; n < count; n++) {
            float a[2], b[2];
            // Fewer towards the outer end.
            const float u = bt_draw_even(&draw, 0, 1);
            const float at = .02f + .9f * (.7f * u + .3f * u * u);
            // Hairs grow in the middle of the band above all, which narrows outwards.
            const float across = .5f + .2f * bt_draw_bell(&draw) * (1 - .45f * at);
            point(above[side], at, a);
            point(below[side], at, b);
            const float x = a[0] + across * (b[0] - a[0]);
            const float y = a[1] + across * (b[1] - a[1]);
            // Upright at the inner end, along the brow at the outer one, the upper ones
            // pointing down and the lower ones up.
            const float rise =
                1.3f - 1.6f * at + (across - .5f) * 1.6f + .2f * bt_draw_bell(&draw);
            const float length = bt_draw_even(&draw, 7, 13) * (.7f + .3f * t->brow);
            const float norm = length / hypotf(1, rise);
            const float edge = bt_ramp(at, 0, .15f) * bt_ramp(at, 1, .55f);
            stroke(x, y, out * norm, -rise * norm, bt_draw_even(&draw, .9f, 1.5f),
                   (.13f + .22f * t->brow) * (.25f + .75f * edge), hair, rgb);
        }
    }
}
