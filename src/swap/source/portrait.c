// SPDX-License-Identifier: Apache-2.0
#include <math.h>

#include "base/alloc.h"
#include "swap/neural/align.h"
#include "swap/source.h"

// Wider than every alignment template, so that each can be cut out of it.
static const float place[5][2] = {{.3892f, .4718f}, {.6106f, .4722f}, {.5011f, .602f},
                                  {.4038f, .7029f}, {.6004f, .7024f}};

// Mean of what one pixel of the portrait covers.
static void take(const struct bauta_frame *photo, const float *m, int x, int y, int fine,
                 uint8_t *out)
{
    float sum[3] = {0};
    for (int k = 0; k < fine * fine; k++) {
        const float fx = (float)x + ((float)(k % fine) + .5f) / (float)fine;
        const float fy = (float)y + ((float)(k / fine) + .5f) / (float)fine;
        const float px = fminf(fmaxf(m[0] * fx + m[1] * fy + m[2] - .5f, 0),
                               (float)photo->width - 1);
        const float py = fminf(fmaxf(m[3] * fx + m[4] * fy + m[5] - .5f, 0),
                               (float)photo->height - 1);
        const int x0 = (int)px, y0 = (int)py;
        const int x1 = x0 + (x0 + 1 < photo->width), y1 = y0 + (y0 + 1 < photo->height);
        const float ax = px - (float)x0, ay = py - (float)y0;
        const uint8_t *a = photo->data[0] + y0 * photo->stride[0];
        const uint8_t *b = photo->data[0] + y1 * photo->stride[0];
        for (int c = 0; c < 3; c++) {
            const float top = (float)a[x0 * 3 + c] * (1 - ax) + (float)a[x1 * 3 + c] * ax;
            const float low = (float)b[x0 * 3 + c] * (1 - ax) + (float)b[x1 * 3 + c] * ax;
            sum[c] += top * (1 - ay) + low * ay;
        }
    }
    for (int c = 0; c < 3; c++)
        out[c] = (uint8_t)(sum[c] / (float)(fine * fine) + .5f);
}

int bt_portrait_cut(struct bt_source_face *face, const struct bauta_frame *photo,
                    const struct bauta_face *found)
{
    const int size = BT_PORTRAIT_SIZE;
    struct bt_affine map;
    float point[5][2];
    bt_align_points(found, point);
    if (!bt_align_map((const float(*)[2])point, place, size, &map))
        return 0;
    uint8_t *portrait = bt_alloc((size_t)size * (size_t)size * 3);
    if (!portrait)
        return BAUTA_E_NO_MEMORY;
    const float scale = hypotf(map.m[0], map.m[3]);
    const int fine = scale <= 1 ? 1 : scale < 16 ? (int)ceilf(scale) : 16;
    for (int y = 0; y < size; y++)
        for (int x = 0; x < size; x++)
            take(photo, map.m, x, y, fine, portrait + (y * size + x) * 3);
    const struct bt_affine back = bt_affine_invert(map);
    for (int i = 0; i < 5; i++)
        bt_affine_apply(back, point[i][0], point[i][1], &face->portrait_point[i][0],
                        &face->portrait_point[i][1]);
    face->portrait = portrait;
    return 0;
}
