// SPDX-License-Identifier: Apache-2.0
#include <math.h>
#include <string.h>

#include <bauta/error.h>

#include "base/alloc.h"
#include "dsp/dsp.h"
#include "swap/ramp.h"
#include "swap/source.h"

// The largest (sign 1) or smallest (sign -1) value within radius, rows, then columns.
static void extreme(float *value, float *scratch, int n, int radius, float sign)
{
    for (int pass = 0; pass < 2; pass++) {
        const int step = pass ? n : 1, across = pass ? 1 : n;
        memcpy(scratch, value, (size_t)n * (size_t)n * sizeof *value);
        for (int i = 0; i < n * n; i++) {
            const int line = i / n * across, at = i % n;
            const int from = at < radius ? 0 : at - radius;
            const int to = at + radius >= n ? n - 1 : at + radius;
            float most = sign * scratch[line + at * step];
            for (int k = from; k <= to; k++)
                most = fmaxf(most, sign * scratch[line + k * step]);
            value[line + at * step] = sign * most;
        }
    }
}

// How surely a dark bar crosses the bridge of the nose: in most columns between the eyes
// something is far darker than what lies above and below.
static float bridge(const float *hat, int n)
{
    int crossed = 0, columns = 0;
    for (int x = n * 46 / 100; x < n * 54 / 100; x++, columns++) {
        float most = 0;
        for (int y = n * 29 / 100; y < n * 42 / 100; y++)
            most = fmaxf(most, hat[y * n + x]);
        crossed += most > .45f;
    }
    return bt_ramp((float)crossed / (float)columns, .75f, .95f);
}

// 0..1: where rims lie. Brows and what the lids enclose are the face's own.
static float zone(const struct bt_regions *regions, int at)
{
    const int n = regions->size;
    const float u = ((float)(at % n) + .5f) / (float)n, v = (float)(at / n) / (float)n;
    const float inside = bt_ramp(v, .24f, .27f) * bt_ramp(v, .56f, .52f) *
                         bt_ramp(fabsf(u - .5f), .46f, .42f);
    return inside * regions->lids[at];
}

// Along a brow only what is far thinner than a brow, dark or bright, and long: hairs are
// averaged away along the rim.
static void thin(const float *luma, float *out, float *scratch, int n)
{
    const int along = n / 40, across = n / 85;
    for (int i = 0; i < n * n; i++) {
        float sum = 0;
        const int x = i % n, from = x < along ? 0 : x - along;
        const int to = x + along >= n ? n - 1 : x + along;
        for (int k = from; k <= to; k++)
            sum += luma[i - x + k];
        scratch[i] = sum / (float)(to - from + 1);
    }
    for (int i = 0; i < n * n; i++) {
        const int y = i / n, up = (y < across ? y : across) * n;
        const int down = (y + across < n ? across : n - 1 - y) * n;
        const float a = scratch[i - up], b = scratch[i + down], c = scratch[i];
        out[i] = fmaxf(fminf(a, b) - c, c - fmaxf(a, b));
    }
}

int bt_atlas_rims(const struct bt_regions *regions, const float (*rgb)[3], float *weight,
                  float *seen)
{
    const int n = regions->size;
    const size_t count = (size_t)n * (size_t)n;
    float *luma = bt_alloc_array(count, sizeof *luma);
    float *hat = bt_alloc_array(count, sizeof *hat);
    float *fine = bt_alloc_array(count, sizeof *fine);
    float *scratch = bt_alloc_array(count, sizeof *scratch);
    const int error = luma && hat && fine && scratch ? 0 : BAUTA_E_NO_MEMORY;
    if (error)
        goto done;
    for (size_t i = 0; i < count; i++)
        hat[i] = luma[i] = bt_log_luma(rgb[i]);
    // Black top-hat: what a closing fills up is dark and thin.
    extreme(hat, scratch, n, n / 40, 1);
    extreme(hat, scratch, n, n / 40, -1);
    for (size_t i = 0; i < count; i++)
        hat[i] -= luma[i];
    const float sure = bridge(hat, n);
    if (seen)
        *seen = sure;
    if (sure > 0) {
        thin(luma, fine, scratch, n);
        for (size_t i = 0; i < count; i++) {
            const float rim = bt_ramp(hat[i], .2f, .35f) *
                              (1 - .9f * bt_ramp(regions->brow[i], .5f, 1));
            const float line =
                bt_ramp(fine[i], .15f, .3f) * bt_ramp(regions->brow[i], 0, .5f);
            hat[i] = fmaxf(rim, line) * zone(regions, (int)i);
        }
        extreme(hat, scratch, n, n / 128, 1);
        bt_blur(hat, n, n, 1, n / 200, scratch);
        for (size_t i = 0; i < count; i++)
            weight[i] *= 1 - sure * fminf(fmaxf(hat[i], 0), 1);
    }
done:
    bt_free(luma);
    bt_free(hat);
    bt_free(fine);
    bt_free(scratch);
    return error;
}
