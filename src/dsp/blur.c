// SPDX-License-Identifier: Apache-2.0
#include "dsp/dsp.h"

#define TILE 512 // columns at once
#define BLOCK 8  // pixels on each side of what is turned at once

static int least(int a, int b)
{
    return a < b ? a : b;
}

// Lets columns become rows, of pixels of the given number of floats. The number is known
// to the compiler at each call.
static inline void turn_pixels(float *out, const float *in, int width, int height,
                               int channels)
{
    for (int y0 = 0; y0 < height; y0 += BLOCK) {
        for (int x0 = 0; x0 < width; x0 += BLOCK) {
            const int y1 = least(y0 + BLOCK, height), x1 = least(x0 + BLOCK, width);
            for (int x = x0; x < x1; x++)
                for (int y = y0; y < y1; y++)
                    for (int c = 0; c < channels; c++)
                        out[((ptrdiff_t)x * height + y) * channels + c] =
                            in[((ptrdiff_t)y * width + x) * channels + c];
        }
    }
}

static void turn(float *out, const float *in, int width, int height, int channels)
{
    switch (channels) {
    case 1:
        turn_pixels(out, in, width, height, 1);
        break;
    case 2:
        turn_pixels(out, in, width, height, 2);
        break;
    case 3:
        turn_pixels(out, in, width, height, 3);
        break;
    case 4:
        turn_pixels(out, in, width, height, 4);
        break;
    default:
        turn_pixels(out, in, width, height, channels);
    }
}

// The sums of the windows around the first of count rows: the edge is repeated upwards,
// and downwards where the window is higher than the picture.
static void first_sums(float *acc, const float *in, int n, int count, ptrdiff_t pitch,
                       int radius)
{
    const int inside = least(radius, count - 1);
    const float *last = in + (count - 1) * pitch;
    for (int i = 0; i < n; i++)
        acc[i] = in[i] * (float)(radius + 1);
    for (int y = 1; y <= inside; y++)
        for (int i = 0; i < n; i++)
            acc[i] += in[y * pitch + i];
    for (int i = 0; i < n; i++)
        acc[i] += last[i] * (float)(radius - inside);
}

static void box_vertical(const struct bt_dsp *dsp, float *out, const float *in, int pitch,
                         int height, int radius)
{
    const float scale = 1 / (float)(2 * radius + 1);
    float acc[TILE];
    for (int x = 0; x < pitch; x += TILE) {
        const int n = least(TILE, pitch - x);
        first_sums(acc, in + x, n, height, pitch, radius);
        for (int i = 0; i < n; i++)
            out[x + i] = acc[i] * scale;
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
    radius = least(radius, 1 << 20);
    // Columns go faster than rows, so rows are made columns.
    turn(scratch, picture, width, height, channels);
    box_vertical(dsp, picture, scratch, height * channels, width, radius);
    box_vertical(dsp, scratch, picture, height * channels, width, radius);
    box_vertical(dsp, picture, scratch, height * channels, width, radius);
    turn(scratch, picture, height, width, channels);
    box_vertical(dsp, picture, scratch, width * channels, height, radius);
    box_vertical(dsp, scratch, picture, width * channels, height, radius);
    box_vertical(dsp, picture, scratch, width * channels, height, radius);
}
