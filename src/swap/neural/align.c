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
