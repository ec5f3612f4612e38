// SPDX-License-Identifier: Apache-2.0
#include "swap/neural/align.h"

#include <math.h>
#include <string.h>

#include "dsp/dsp.h"

void bt_align_points(const struct bauta_face *face, float point[5][2])
{
    static const int parts[5][2] = {{33, 133}, {263, 362}, {1, 1}, {61, 61}, {291, 291}};
    for (int i = 0; i < 5; i++)
        for (int c = 0; c < 2; c++)
            point[i][c] = (face->landmark[parts[i][0]][c] + face->landmark[parts[i][1]][c]) / 2;
}

bool bt_align_map(const float point[5][2], const float template[5][2], int size,
                  struct bt_affine *map)
{
    float at[5][2];
    for (int i = 0; i < 5; i++)
        for (int c = 0; c < 2; c++)
            at[i][c] = template[i][c] * (float)size;
    return bt_similarity_fit((const float(*)[2])at, point, 5, map);
}

void bt_align_sample(const uint8_t *rgbx, int width, int height, int stride,
                     struct bt_affine map, int size, float (*out)[3])
{
    enum { RUN = 64, FINE_MAX = 8 };
    const struct bt_dsp *dsp = bt_dsp_get();
    const float *m = map.m, side = hypotf(m[0], m[3]);
    const int fine = side <= 1 ? 1 : side < FINE_MAX ? (int)ceilf(side) : FINE_MAX;
    const float share = 1 / (float)(fine * fine);
    float place[RUN][4], got[RUN][3];
    memset(place, 0, sizeof place);
    memset(out, 0, (size_t)size * (size_t)size * sizeof *out);
    for (int y = 0; y < size; y++)
        for (int x0 = 0; x0 < size; x0 += RUN) {
            const int n = size - x0 < RUN ? size - x0 : RUN;
            float(*to)[3] = out + (size_t)y * (size_t)size + x0;
            for (int k = 0; k < fine * fine; k++) {
                const float fx = ((float)(k % fine) + .5f) / (float)fine + (float)x0;
                const float fy = ((float)(k / fine) + .5f) / (float)fine + (float)y;
                for (int i = 0; i < n; i++) {
                    place[i][0] = m[0] * (fx + (float)i) + m[1] * fy + m[2] - .5f;
                    place[i][1] = m[3] * (fx + (float)i) + m[4] * fy + m[5] - .5f;
                }
                dsp->sample(got, (const float(*)[4])place, rgbx, width, height, stride, n);
                for (int i = 0; i < n; i++)
                    for (int c = 0; c < 3; c++)
                        to[i][c] += share * got[i][c];
            }
        }
}

static void extend(struct bt_rect *r, float x, float y)
{
    const float far = 32767;
    const int px = (int)fminf(fmaxf(x, -far), far), py = (int)fminf(fmaxf(y, -far), far);
    r->x0 = px - 2 < r->x0 ? px - 2 : r->x0;
    r->y0 = py - 2 < r->y0 ? py - 2 : r->y0;
    r->x1 = px + 3 > r->x1 ? px + 3 : r->x1;
    r->y1 = py + 3 > r->y1 ? py + 3 : r->y1;
}

struct bt_rect bt_align_bounds(const struct bauta_face *face, struct bt_affine map, int size,
                               int *width)
{
    struct bt_rect r = {1 << 20, 1 << 20, -(1 << 20), -(1 << 20)};
    for (int v = 0; v < BAUTA_LANDMARKS; v++)
        extend(&r, face->landmark[v][0], face->landmark[v][1]);
    *width = r.x1 - r.x0;
    for (int i = 0; i < 4 && size; i++) {
        float x, y;
        bt_affine_apply(map, i & 1 ? (float)size : 0, i & 2 ? (float)size : 0, &x, &y);
        extend(&r, x, y);
    }
    return r;
}
