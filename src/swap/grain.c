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

static int luma(const uint8_t *p)
{
    return (77 * p[0] + 150 * p[1] + 29 * p[2] + 128) >> 8;
}

static void measure(const struct bt_patch *p, const uint8_t *picture,
                    struct fineness *out)
{
    *out = (struct fineness){0};
    for (int y = 2; y < p->height - 2; y += 4) {
        const uint8_t *row = picture + (size_t)y * (size_t)p->stride;
        const uint8_t *drawn = p->drawn + (size_t)y * (size_t)p->stride;
        for (int x = 1; x + 3 < p->width; x += 2) {
            if (drawn[x * 4 - 1] < 250 || drawn[x * 4 + 15] < 250)
                continue;
            const int a = luma(row + x * 4 - 4), b = luma(row + x * 4);
            const int c = luma(row + x * 4 + 4), d = luma(row + x * 4 + 12);
            const int bend = abs(a - 2 * b + c);
            out->near += (c - b) * (c - b);
            out->far += (d - b) * (d - b);
            out->bend[bend > 63 ? 63 : bend]++;
            out->count++;
        }
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

static uint8_t byte(int v)
{
    return (uint8_t)(v < 0 ? 0 : v > 255 ? 255 : v);
}

// Sums of four bytes are near enough to a normal distribution: deviation 147.8.
static void add(struct bt_patch *p, float noise, uint32_t seed)
{
    const int scale = (int)(noise / 147.8f * 65536);
    for (int y = 0; y < p->height; y++) {
        uint8_t *row = p->drawn + (size_t)y * (size_t)p->stride;
        for (int x = 0; x < p->width; x++) {
            uint8_t *q = row + x * 4;
            if (!q[3])
                continue;
            const uint32_t r = scramble(seed ^ (uint32_t)(y * 16384 + x));
            const int sum =
                (int)((r & 255) + (r >> 8 & 255) + (r >> 16 & 255) + (r >> 24));
            const int n = ((sum - 510) * scale + 32768) >> 16;
            for (int c = 0; c < 3; c++)
                q[c] = byte(q[c] + n);
        }
    }
}

void bt_grain_match(struct bt_grain *grain, struct bt_patch *patch, int64_t frame,
                    double dt)
{
    struct fineness seen, drawn;
    measure(patch, patch->seen, &seen);
    measure(patch, patch->drawn, &drawn);
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
