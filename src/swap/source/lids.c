// SPDX-License-Identifier: Apache-2.0
#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "swap/ramp.h"
#include "swap/source.h"

// How far above the opening lashes reach, and the line that stays dark on a closed lid.
static const float REACH = .034f, LINE = .0015f;

// 1 where the upper lid lies when the eye is closed, 0 on the lash line and elsewhere.
static float lid_at(const float (*uv)[3], float x, float y)
{
    float upper[2];
    const float left = bt_eye_inside(uv, 0, x, y, &upper[0]);
    const float right = bt_eye_inside(uv, 1, x, y, &upper[1]);
    const int side = x > .5f;
    const float in = side ? right : left, above = upper[side];
    // Outside of the opening, and nearer to the upper lid than to the lower one.
    if (in > 0 || above > -in + 1e-6f)
        return 0;
    return bt_ramp(above, LINE, 3 * LINE) * bt_ramp(above, REACH, .7f * REACH);
}

int bt_atlas_lids(const struct bt_regions *regions, const float (*rgb)[3], uint8_t *out)
{
    const size_t count = (size_t)BT_ATLAS_SIZE * BT_ATLAS_SIZE;
    float(*skin)[3] = bt_alloc_array(count, sizeof *skin);
    float *weight = bt_alloc_array(count, sizeof *weight);
    float uv[BT_CANON_VERTICES][3] = {{0}};
    int error = skin && weight ? 0 : BAUTA_E_NO_MEMORY;
    if (error)
        goto done;
    for (int v = 0; v < BT_CANON_VERTICES; v++)
        memcpy(uv[v], bt_canon_uv[v], sizeof bt_canon_uv[v]);
    for (size_t i = 0; i < count; i++)
        weight[i] = regions->skin[i];
    memcpy(skin, rgb, count * sizeof *skin);
    error = bt_atlas_fill(BT_ATLAS_SIZE, skin, weight, regions->skin);
    for (int y = 0; y < BT_LIDS_HEIGHT && !error; y++) {
        for (int x = 0; x < BT_LIDS_WIDTH; x++, out += 4) {
            const int i = (y + BT_LIDS_TOP) * BT_ATLAS_SIZE + x + BT_LIDS_LEFT;
            const float u = ((float)(x + BT_LIDS_LEFT) + .5f) / BT_ATLAS_SIZE;
            const float v = ((float)(y + BT_LIDS_TOP) + .5f) / BT_ATLAS_SIZE;
            const float w = lid_at((const float(*)[3])uv, u, v) * (1 - regions->brow[i]);
            for (int c = 0; c < 3; c++)
                out[c] =
                    (uint8_t)(fminf(fmaxf(rgb[i][c] + w * (skin[i][c] - rgb[i][c]), 0),
                                    255) +
                              .5f);
            out[3] = 255;
        }
    }
done:
    bt_free(skin);
    bt_free(weight);
    return error;
}
