// SPDX-License-Identifier: Apache-2.0
#include "dsp/kernels.h"

void bt_interpolate_c(float (*restrict out)[4], const float (*restrict value)[4],
                      const uint16_t (*restrict corner)[3],
                      const float (*restrict weight)[3], int n)
{
    for (int i = 0; i < n; i++) {
        const float *a = value[corner[i][0]], *b = value[corner[i][1]];
        const float *c = value[corner[i][2]], *w = weight[i];
        for (int k = 0; k < 4; k++)
            out[i][k] = w[0] * a[k] + w[1] * b[k] + w[2] * c[k];
    }
}

static inline float within(float x, float most)
{
    x = x > 0 ? x : 0;
    return x < most ? x : most;
}

void bt_sample_c(float (*restrict out)[3], const float (*restrict place)[4],
                 const uint8_t *restrict rgbx, int width, int height, int stride, int n)
{
    const float most_x = (float)width - 1.001f, most_y = (float)height - 1.001f;
    for (int i = 0; i < n; i++) {
        const float x = within(place[i][0], most_x), y = within(place[i][1], most_y);
        const int x0 = (int)x, y0 = (int)y;
        const float fx = x - (float)x0, fy = y - (float)y0;
        const uint8_t *a = rgbx + (ptrdiff_t)y0 * stride + 4 * (ptrdiff_t)x0;
        const uint8_t *b = a + stride;
        float sum[4];
        for (int c = 0; c < 4; c++) {
            const float top = (1 - fx) * a[c] + fx * a[4 + c];
            const float bottom = (1 - fx) * b[c] + fx * b[4 + c];
            sum[c] = (1 - fy) * top + fy * bottom;
        }
        for (int c = 0; c < 3; c++)
            out[i][c] = sum[c];
    }
}
