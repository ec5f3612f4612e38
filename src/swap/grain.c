// SPDX-License-Identifier: Apache-2.0
#include "swap/grain.h"

#include <math.h>
#include <stdlib.h>

// Log of how much more energy the drawn face's edges may have.
static const float RELIEF = .25f;

// Squared differences of luma at one and at three pixels' distance, and a histogram of
// second differences. The quotient of the first two is 1/3 where edges are sharp and 1/9
// where they are wide; the last one tells noise.
struct fineness {
    int64_t near, far;
    int count;
    int bend[64];
};

// luma and alpha: of a row of the picture and of the one that was drawn.
static void measure_row(const uint8_t *luma, const uint8_t *alpha, int width,
                        struct fineness *out)
{
    for (int x = 1; x + 3 < width; x += 2) {
        if (alpha[x - 1] < 250 || alpha[x + 3] < 250)
            continue;
        const int a = luma[x - 1], b = luma[x], c = luma[x + 1], d = luma[x + 3];
        const int bend = abs(a - 2 * b + c);
        out->near += (c - b) * (c - b);
        out->far += (d - b) * (d - b);
        out->bend[bend > 63 ? 63 : bend]++;
        out->count++;
    }
}

static void measure(const struct bt_patch *p, const struct bt_rect *out, int outs,
                    struct fineness *seen, struct fineness *drawn)
{
    const struct bt_dsp *dsp = bt_dsp_get();
    uint8_t *alpha = p->row, *luma = p->row + (1 << 14);
    *seen = *drawn = (struct fineness){0};
    for (int y = 2; y < p->height - 2; y += 4) {
        const size_t row = (size_t)y * (size_t)p->stride;
        if (!dsp->alpha_row(alpha, p->drawn + row, p->width))
            continue;
        for (int k = 0; k < outs; k++)
            for (int x = out[k].x0 > 0 ? out[k].x0 : 0;
                 y >= out[k].y0 && y < out[k].y1 && x < out[k].x1 && x < p->width; x++)
                alpha[x] = 0;
        dsp->luma_row(luma, p->seen + row, p->width);
        measure_row(luma, alpha, p->width, seen);
        dsp->luma_row(luma, p->drawn + row, p->width);
        measure_row(luma, alpha, p->width, drawn);
    }
}

// Standard deviation of white noise with this median of absolute second differences.
static float noise_of(const struct fineness *f)
{
    int sum = 0, k = 0;
    while (k < 63 && (sum += f->bend[k]) * 2 < f->count)
        k++;
    const int below = sum - f->bend[k];
    const float part =
        f->bend[k] ? ((float)f->count / 2 - (float)below) / (float)f->bend[k] : 0;
    return fmaxf((float)k - .5f + part, 0) / (.6745f * 2.449f);
}

static uint32_t scramble(uint32_t x)
{
    x ^= x >> 16;
    x *= 0x7feb352dU;
    x ^= x >> 15;
    x *= 0x846ca68bU;
    return x ^ x >> 16;
}

// Sums of four bytes are near enough to a normal distribution: deviation 147.8.
static void add(struct bt_patch *p, float noise, uint32_t seed)
{
    const struct bt_dsp *dsp = bt_dsp_get();
    const int scale = (int)(noise / 147.8f * 65536);
    for (int y = 0; y < p->height; y++)
        dsp->noise_row(p->drawn + (size_t)y * (size_t)p->stride, p->width, seed,
                       (uint32_t)y * 16384, scale);
}

void bt_grain_match(struct bt_grain *grain, struct bt_patch *patch,
                    const struct bt_rect *out, int outs, int64_t frame, double dt)
{
    struct fineness seen, drawn;
    measure(patch, out, outs, &seen, &drawn);
    if (seen.count > 200) {
        const float a = grain->started ? (float)(1 - exp(-dt / .25)) : 1;
        const float softer = logf(((float)drawn.near + 1) / ((float)drawn.far + 1)) -
                             logf(((float)seen.near + 1) / ((float)seen.far + 1));
        // A photo with more relief than the picture's face stands out of it.
        const float relief = logf(((float)drawn.near + 1) / ((float)seen.near + 1));
        const float step = softer + .4f * fmaxf(relief - RELIEF, 0);
        grain->blur = fminf(fmaxf(grain->blur + .8f * a * step, 0), 1.5f);
        const float t = noise_of(&seen), d = noise_of(&drawn);
        const float missing = fminf(sqrtf(fmaxf(t * t - d * d, 0)), 6);
        grain->noise += a * (missing - grain->noise);
        grain->started = true;
    }
    if (grain->noise > .4f)
        add(patch, grain->noise, scramble((uint32_t)frame + 1));
}
