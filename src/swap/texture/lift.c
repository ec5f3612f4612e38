// SPDX-License-Identifier: Apache-2.0
#include <math.h>

#include <bauta/error.h>

#include "base/alloc.h"
#include "swap/ramp.h"
#include "swap/source.h"

// Below the skin's mean by this much is taken for shade, as a natural logarithm; so much of
// the rest comes off, and no more than that.
static const float FREE = .18f, SHARE = .45f, MOST = .4f;

// A channel against brightness.
static float colour(const float rgb[3], int c)
{
    return logf(fmaxf(rgb[c], 3)) - bt_log_luma(rgb);
}

int bt_atlas_lift(const struct bt_regions *regions, float (*rgb)[3])
{
    const int n = regions->size;
    const size_t count = (size_t)n * (size_t)n;
    float *weight = bt_alloc_array(count, sizeof *weight);
    float *luma = bt_alloc_array(count, sizeof *luma);
    float *value = bt_alloc_array(count, sizeof *value);
    float(*up)[3] = bt_alloc_array(count, sizeof *up);
    int error = weight && luma && value && up ? 0 : BAUTA_E_NO_MEMORY;
    if (error)
        goto done;
    double sum = 0, total = 1e-9, tint[3] = {0};
    for (size_t i = 0; i < count; i++) {
        const float v = (float)(i / (size_t)n) / (float)n;
        // Further down a beard may be dark by itself.
        const float above = bt_ramp(v, .64f, .54f);
        luma[i] = bt_log_luma(rgb[i]);
        weight[i] = regions->skin[i] * (1 - regions->brow[i]) * above;
        sum += (double)(regions->core[i] * above * luma[i]);
        for (int c = 0; c < 3; c++)
            tint[c] += (double)(regions->core[i] * above * colour(rgb[i], c));
        total += (double)(regions->core[i] * above);
    }
    const float rest = (float)(sum / total) - FREE;
    for (size_t i = 0; i < count; i++)
        value[i] = fminf(luma[i] - rest, 0);
    error = bt_texture_guided(n, luma, value, weight, n / 30, .02f, value);
    for (size_t i = 0; i < count && !error; i++)
        up[i][0] = fminf(fmaxf(-SHARE * value[i], 0), MOST);
    // Lashes and brows get what the skin beside them gets.
    if (!error)
        error = bt_atlas_fill(n, up, weight, weight);
    for (size_t i = 0; i < count && !error; i++) {
        const float v = (float)(i / (size_t)n) / (float)n;
        float gain[3];
        const float own = 1 - .5f * regions->brow[i];
        const float factor =
            expf(up[i][0] * own * regions->lids[i] * bt_ramp(v, .64f, .54f));
        // Light that comes from skin to skin makes deep shade redder.
        const float pale = .3f * bt_ramp(factor, 1.05f, 1.35f) * regions->lids[i];
        for (int c = 0; c < 3; c++) {
            const float off = colour(rgb[i], c) - (float)(tint[c] / total);
            gain[c] = factor * expf(-pale * fminf(fmaxf(off, -.4f), .4f));
        }
        for (int c = 0; c < 3; c++)
            rgb[i][c] *= gain[c];
    }
done:
    bt_free(weight);
    bt_free(luma);
    bt_free(value);
    bt_free(up);
    return error;
}
