// SPDX-License-Identifier: Apache-2.0
#include "dsp/dsp.h"

#define TILE 512 // columns at once
#define ROWS 4 // rows at once, to hide the latency of the running sums

static int least(int a, int b)
{
    return a < b ? a : b;
}

// The sum of the window around the first of count samples, step floats apart: the edge is
// repeated to the left, and to the right where the window is wider than the row.
static float first_sum(const float *in, int count, int step, int radius)
{
    float sum = in[0] * (float)(radius + 1);
    const int inside = least(radius, count - 1);
    for (int i = 1; i <= inside; i++)
        sum += in[(ptrdiff_t)i * step];
    return sum + in[(ptrdiff_t)(count - 1) * step] * (float)(radius - inside);
}

// One channel of rows <= ROWS rows, pitch floats apart.
static void box_rows(float *out, const float *in, int width, int channels, int radius,
                     int rows, ptrdiff_t pitch)
{
    const float scale = 1 / (float)(2 * radius + 1);
    float acc[ROWS] = {0};
    for (int r = 0; r < rows; r++) {
        acc[r] = first_sum(in + r * pitch, width, channels, radius);
        out[r * pitch] = acc[r] * scale;
    }
    for (int x = 1; x < width; x++) {
        const float *add = in + (ptrdiff_t)least(x + radius, width - 1) * channels;
        const float *sub = in + (ptrdiff_t)(x > radius ? x - radius - 1 : 0) * channels;
        float *to = out + (ptrdiff_t)x * channels;
        if (rows == ROWS) {
            for (int r = 0; r < ROWS; r++) {
                acc[r] += add[r * pitch] - sub[r * pitch];
                to[r * pitch] = acc[r] * scale;
            }
            continue;
        }
        for (int r = 0; r < rows; r++) {
            acc[r] += add[r * pitch] - sub[r * pitch];
            to[r * pitch] = acc[r] * scale;
        }
    }
}

static void box_horizontal(float *out, const float *in, int width, int height,
                           int channels, int radius)
{
    const ptrdiff_t pitch = (ptrdiff_t)width * channels;
    for (int y = 0; y < height; y += ROWS)
        for (int c = 0; c < channels; c++)
            box_rows(out + y * pitch + c, in + y * pitch + c, width, channels, radius,
                     least(ROWS, height - y), pitch);
}

static void box_vertical(const struct bt_dsp *dsp, float *out, const float *in, int pitch,
                         int height, int radius)
{
    const float scale = 1 / (float)(2 * radius + 1);
    float acc[TILE];
    for (int x = 0; x < pitch; x += TILE) {
        const int n = least(TILE, pitch - x);
        for (int i = 0; i < n; i++) {
            acc[i] = first_sum(in + x + i, height, pitch, radius);
            out[x + i] = acc[i] * scale;
        }
        for (int y = 1; y < height; y++) {
            const ptrdiff_t add = least(y + radius, height - 1);
            const ptrdiff_t sub = y > radius ? y - radius - 1 : 0;
            dsp->box_step(acc, out + (ptrdiff_t)y * pitch + x, in + add * pitch + x,
                          in + sub * pitch + x, scale, n);
        }
    }
}

void bt_blur(float *picture, int width, int height, int channels, int radius,
             float *scratch)
{
    if (radius < 1 || width < 1 || height < 1 || channels < 1)
        return;
    const struct bt_dsp *dsp = bt_dsp_get();
    const int pitch = width * channels;
    radius = least(radius, 1 << 20);
    box_horizontal(scratch, picture, width, height, channels, radius);
    box_horizontal(picture, scratch, width, height, channels, radius);
    box_horizontal(scratch, picture, width, height, channels, radius);
    box_vertical(dsp, picture, scratch, pitch, height, radius);
    box_vertical(dsp, scratch, picture, pitch, height, radius);
    box_vertical(dsp, picture, scratch, pitch, height, radius);
}
