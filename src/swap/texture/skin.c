// SPDX-License-Identifier: Apache-2.0
#include <math.h>

#include "base/alloc.h"
#include "dsp/dsp.h"
#include "swap/ramp.h"
#include "swap/source.h"

// 0..1: whether a colour can be skin of anybody in common light. Skin is redder than
// green and hardly ever bluer, however dark; what is grey, green or blue is something
// else.
static float likely(const float rgb[3])
{
    const float green = fmaxf(rgb[1], 4);
    const float red = logf(fmaxf(rgb[0], 4) / green),
                blue = logf(fmaxf(rgb[2], 4) / green);
    return bt_ramp(red, .01f, .06f) * bt_ramp(blue, .16f, .07f);
}

// Where a large area was thrown out, what is as unlikely beside it goes with it, up to
// the edge. share: of likely colours, wide; fine: the same of the texel and its
// neighbours.
static int throw_out(int n, float (*share)[2], float (*fine)[2], float *weight,
                     float *scratch)
{
    const int count = n * n;
    float *gone = bt_alloc_array((size_t)count, sizeof *gone);
    if (!gone)
        return BAUTA_E_NO_MEMORY;
    for (int i = 0; i < count; i++)
        gone[i] =
            share[i][1] > 1e-5f ? bt_ramp(share[i][0] / share[i][1], .35f, .12f) : 0;
    float *near = share[0];
    for (int i = 0; i < count; i++)
        near[i] = gone[i];
    bt_blur(near, n, n, 1, n / 16, scratch);
    for (int i = 0; i < count; i++) {
        const float own = fine[i][1] > 1e-5f ? fine[i][0] / fine[i][1] : 1;
        const float edge = bt_ramp(near[i], .01f, .06f) * bt_ramp(own, .9f, .6f);
        weight[i] *= (1 - gone[i]) * (1 - edge);
    }
    bt_free(gone);
    return 0;
}

int bt_atlas_colours(const struct bt_regions *regions, const float (*rgb)[3],
                     float *weight)
{
    const int n = regions->size;
    const size_t count = (size_t)n * (size_t)n;
    float(*share)[2] = bt_alloc_array(count, sizeof *share);
    float(*fine)[2] = bt_alloc_array(count, sizeof *fine);
    float *scratch = bt_alloc_array(count, sizeof *share);
    double skin = 0, all = 1e-9;
    int error = share && fine && scratch ? 0 : BAUTA_E_NO_MEMORY;
    for (size_t i = 0; i < count && !error; i++) {
        fine[i][0] = share[i][0] = weight[i] > 0 ? weight[i] * likely(rgb[i]) : 0;
        fine[i][1] = share[i][1] = weight[i];
        skin += (double)(share[i][0] * regions->core[i]);
        all += (double)(share[i][1] * regions->core[i]);
    }
    // A photo in black and white, or in coloured light, tells nothing by its colours.
    if (!error && skin / all >= .2) {
        bt_blur(share[0], n, n, 2, n / 24, scratch);
        bt_blur(fine[0], n, n, 2, n / 128, scratch);
        error = throw_out(n, share, fine, weight, scratch);
    }
    bt_free(share);
    bt_free(fine);
    bt_free(scratch);
    return error;
}
