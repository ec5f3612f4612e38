// SPDX-License-Identifier: Apache-2.0
#include "swap/texture.h"

#include <math.h>

#include <bauta/error.h>

#include "base/alloc.h"
#include "dsp/dsp.h"
#include "swap/ramp.h"

float bt_log_luma(const float rgb[3])
{
    return logf(fmaxf(.3f * rgb[0] + .6f * rgb[1] + .1f * rgb[2], 3));
}

int bt_texture_soft(int size, const float *value, const float *weight, int radius,
                    float *out)
{
    const size_t count = (size_t)size * (size_t)size;
    float(*soft)[2] = bt_alloc_array(count, sizeof *soft);
    float *scratch = bt_alloc_array(count, sizeof *soft);
    const int error = soft && scratch ? 0 : BAUTA_E_NO_MEMORY;
    for (size_t i = 0; i < count && !error; i++) {
        const float w = weight[i] + 1e-5f;
        soft[i][0] = w * value[i];
        soft[i][1] = w;
    }
    if (!error)
        bt_blur(soft[0], size, size, 2, radius, scratch);
    for (size_t i = 0; i < count && !error; i++)
        out[i] = soft[i][0] / fmaxf(soft[i][1], 1e-6f);
    bt_free(soft);
    bt_free(scratch);
    return error;
}

int bt_texture_guided(int size, const float *guide, const float *value,
                      const float *weight, int radius, float eps, float *out)
{
    const size_t count = (size_t)size * (size_t)size;
    float(*sum)[5] = bt_alloc_array(count, sizeof *sum);
    float(*line)[3] = bt_alloc_array(count, sizeof *line);
    float *scratch = bt_alloc_array(count, sizeof *sum);
    const int error = sum && line && scratch ? 0 : BAUTA_E_NO_MEMORY;
    for (size_t i = 0; i < count && !error; i++) {
        const float w = weight[i] + 1e-5f, g = guide[i], v = value[i];
        sum[i][0] = w;
        sum[i][1] = w * g;
        sum[i][2] = w * v;
        sum[i][3] = w * g * v;
        sum[i][4] = w * g * g;
    }
    if (!error)
        bt_blur(sum[0], size, size, 5, radius, scratch);
    for (size_t i = 0; i < count && !error; i++) {
        const float w = fmaxf(sum[i][0], 1e-6f), g = sum[i][1] / w, v = sum[i][2] / w;
        const float slope =
            (sum[i][3] / w - g * v) / (fmaxf(sum[i][4] / w - g * g, 0) + eps);
        line[i][0] = w * slope;
        line[i][1] = w * (v - slope * g);
        line[i][2] = w;
    }
    if (!error)
        bt_blur(line[0], size, size, 3, radius, scratch);
    for (size_t i = 0; i < count && !error; i++)
        out[i] = (line[i][0] * guide[i] + line[i][1]) / fmaxf(line[i][2], 1e-6f);
    bt_free(sum);
    bt_free(line);
    bt_free(scratch);
    return error;
}

void bt_texture_lines(int size, const float *value, int step, float *line, float *spot)
{
    for (int i = 0; i < size * size; i++) {
        const int x = i % size, y = i / size;
        const int l = x >= step ? step : x, r = x + step < size ? step : size - 1 - x;
        const int u = (y >= step ? step : y) * size;
        const int d = (y + step < size ? step : size - 1 - y) * size;
        const float *p = value + i;
        const float xx = p[-l] + p[r] - 2 * p[0], yy = p[-u] + p[d] - 2 * p[0];
        const float xy = (p[-u - l] + p[d + r] - p[-u + r] - p[d - l]) / 4;
        const float mean = (xx + yy) / 2;
        const float spread = sqrtf((xx - yy) * (xx - yy) / 4 + xy * xy);
        // The curvature across is large on a line, that along it small.
        const float across = mean >= 0 ? mean + spread : mean - spread;
        const float along = mean >= 0 ? mean - spread : mean + spread;
        const float ratio = along / (fabsf(across) + 1e-6f) * (mean >= 0 ? 1 : -1);
        if (line)
            line[i] = across * bt_ramp(ratio, .6f, .25f);
        if (spot)
            spot[i] =
                mean > 0 ? bt_ramp(ratio, .4f, .65f) * bt_ramp(across, .02f, .06f) : 0;
    }
}
