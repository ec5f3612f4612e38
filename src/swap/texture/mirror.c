// SPDX-License-Identifier: Apache-2.0
#include <math.h>
#include <string.h>

#include <bauta/error.h>

#include "base/alloc.h"
#include "swap/ramp.h"
#include "swap/source.h"

// The other half's detail on this half's light: log (own / mirrored) where both are seen,
// carried on smoothly to where only one is. At the border of what is filled in the two
// agree, as in gradient-domain cloning (Perez et al. 2003), here by push-pull.
static int ratio(const struct bt_uvmap *map, const struct bt_regions *regions,
                 const float (*rgb)[3], const float *weight, float (*out)[3])
{
    const int n = map->size;
    const size_t count = (size_t)n * (size_t)n;
    float *both = bt_alloc_array(count, sizeof *both);
    float *value = bt_alloc_array(count, sizeof *value);
    int error = both && value ? 0 : BAUTA_E_NO_MEMORY;
    for (size_t i = 0; i < count && !error; i++) {
        const size_t m = i - i % (size_t)n + (size_t)n - 1 - i % (size_t)n;
        both[i] = bt_ramp(fminf(weight[i], weight[m]), .1f, .4f) * regions->skin[i] *
                  regions->skin[m];
    }
    for (int c = 0; c < 3 && !error; c++) {
        for (size_t i = 0; i < count; i++) {
            const size_t m = i - i % (size_t)n + (size_t)n - 1 - i % (size_t)n;
            const float d = logf(fmaxf(rgb[i][c], 3) / fmaxf(rgb[m][c], 3));
            value[i] = fminf(fmaxf(d, -.4f), .4f);
        }
        error = bt_texture_soft(n, value, both, n / 60, value);
        for (size_t i = 0; i < count && !error; i++)
            out[i][c] = value[i];
    }
    if (!error)
        error = bt_atlas_fill(n, out, both, regions->skin);
    bt_free(both);
    bt_free(value);
    return error;
}

int bt_atlas_mirror(const struct bt_uvmap *map, const struct bt_regions *regions,
                    float (*rgb)[3], float *weight)
{
    const int n = map->size;
    const size_t count = (size_t)n * (size_t)n;
    float(*from)[3] = bt_alloc_array(count, sizeof *from);
    float(*log_ratio)[3] = bt_alloc_array(count, sizeof *log_ratio);
    float *sure = bt_alloc_array(count, sizeof *sure);
    int error = from && log_ratio && sure ? 0 : BAUTA_E_NO_MEMORY;
    if (!error)
        error = ratio(map, regions, (const float(*)[3])rgb, weight, log_ratio);
    if (error)
        goto done;
    memcpy(from, rgb, count * sizeof *from);
    memcpy(sure, weight, count * sizeof *sure);
    for (size_t i = 0; i < count; i++) {
        const size_t m = i - i % (size_t)n + (size_t)n - 1 - i % (size_t)n;
        if (map->triangle[i] == BT_UV_NONE || map->triangle[m] == BT_UV_NONE)
            continue;
        const float t = bt_ramp(sure[i], .6f, .1f) * bt_ramp(sure[m], .1f, .4f);
        for (int c = 0; c < 3; c++)
            rgb[i][c] += t * (from[m][c] * expf(log_ratio[i][c]) - rgb[i][c]);
        weight[i] = fmaxf(sure[i], t * sure[m]);
    }
done:
    bt_free(from);
    bt_free(log_ratio);
    bt_free(sure);
    return error;
}
