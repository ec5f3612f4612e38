// SPDX-License-Identifier: Apache-2.0
#include <math.h>

#include "swap/nobody/nobody.h"
#include "swap/ramp.h"

enum { SIZE = BT_IRIS_SIZE, FIBRES = 64 };

static const float RADIUS = .585f; // of a human iris, centimetres

// Noise around the circle, smooth between its values.
static float around(const float value[FIBRES], float turn, float times)
{
    const float at = (turn - floorf(turn)) * FIBRES * times;
    const int k = (int)at;
    const float t = at - (float)k;
    return (1 - t) * value[k % FIBRES] + t * value[(k + 1) % FIBRES];
}

static void disc(const struct bt_traits *t, int side, uint8_t (*out)[4])
{
    struct bt_draw draw = bt_draw_start(t->seed, 8 + (uint64_t)side);
    float fine[FIBRES], rough[FIBRES];
    for (int k = 0; k < FIBRES; k++) {
        fine[k] = bt_draw_bell(&draw);
        rough[k] = bt_draw_bell(&draw);
    }
    for (int i = 0; i < SIZE * SIZE; i++) {
        const float a = (((float)(i % SIZE) + .5f) / SIZE * 2 - 1) * BT_IRIS_SPAN;
        const float b = (((float)(i / SIZE) + .5f) / SIZE * 2 - 1) * BT_IRIS_SPAN;
        const float rho = sqrtf(a * a + b * b);
        const float turn = atan2f(b, a) / 6.2831853f + .5f + .02f * rho;
        const float fibre =
            .13f * around(fine, turn, 1) + .1f * around(rough, turn, .25f);
        // Brighter around the pupil, dark at the rim, shaded by the lid above.
        const float ring = .8f + .12f * bt_ramp(rho, .85f, .5f);
        const float rim = 1 - .55f * bt_ramp(rho, .78f, 1);
        const float lid = 1 - .3f * bt_ramp(b, .1f, -.9f);
        const float pupil = bt_ramp(rho, .4f, .54f);
        for (int c = 0; c < 3; c++) {
            const float warm = c == 0 ? 1 + .12f * bt_ramp(rho, .7f, .45f) : 1;
            const float iris = t->iris[c] * warm * (1 + fibre) * ring * rim * lid;
            out[i][c] = (uint8_t)fminf(fmaxf(14 + pupil * (iris - 14) + .5f, 0), 255);
        }
        out[i][3] = (uint8_t)(255 * bt_ramp(rho, 1.08f, .88f) + .5f);
    }
}

void bt_nobody_eyes(const struct bt_traits *t, struct bt_source_eyes *eyes)
{
    eyes->usable = true;
    eyes->radius = RADIUS;
    for (int side = 0; side < 2; side++) {
        disc(t, side, eyes->iris[side]);
        bt_eyes_levels(eyes->iris[side]);
    }
}
