// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "dsp/kernels.h"

// Loops that the compiler vectorises. This file is built once for every instruction set,
// under another suffix; nothing in it may depend on which.
#ifndef BT_LOOPS
#define BT_LOOPS(name) name##_c
#endif

int BT_LOOPS(bt_alpha_row)(uint8_t *restrict alpha, const uint8_t *restrict rgba, int n)
{
    uint8_t any = 0;
    for (int i = 0; i < n; i++) {
        alpha[i] = rgba[4 * i + 3];
        any |= rgba[4 * i + 3];
    }
    return any;
}

void BT_LOOPS(bt_twice_row)(uint8_t *restrict out, const uint8_t *restrict in, int n)
{
    for (int i = 0; i < n / 2; i++)
        out[2 * i] = out[2 * i + 1] = in[i];
    if (n & 1)
        out[n - 1] = in[n / 2];
}

void BT_LOOPS(bt_blend_half)(uint8_t *restrict dst, const uint8_t *const src[2],
                             const uint8_t *const alpha[2], int n)
{
    const uint8_t *restrict s0 = src[0], *restrict s1 = src[1];
    const uint8_t *restrict a0 = alpha[0], *restrict a1 = alpha[1];
    for (int i = 0; i < n; i++) {
        const uint32_t part = (uint32_t)a0[2 * i] + a0[2 * i + 1] + a1[2 * i] +
                              a1[2 * i + 1];
        const uint32_t sum = (uint32_t)a0[2 * i] * s0[2 * i] +
                             (uint32_t)a0[2 * i + 1] * s0[2 * i + 1] +
                             (uint32_t)a1[2 * i] * s1[2 * i] +
                             (uint32_t)a1[2 * i + 1] * s1[2 * i + 1];
        // A quarter of at most 255 * 1020 + 510, divided by 255.
        const uint32_t q = (sum + (1020 - part) * dst[i] + 510) >> 2;
        dst[i] = (uint8_t)((q + 1 + (q >> 8)) >> 8);
    }
}

void BT_LOOPS(bt_half_rgbx)(uint8_t *restrict out, const uint8_t *restrict a,
                            const uint8_t *restrict b, int n)
{
    for (int i = 0; i < n; i++)
        for (int c = 0; c < 4; c++)
            out[4 * i + c] = (uint8_t)((a[8 * i + c] + a[8 * i + 4 + c] + b[8 * i + c] +
                                        b[8 * i + 4 + c] + 2) >>
                                       2);
}

static inline uint8_t softened(int in, int mid_near, int mid_far, int side_near,
                               int side_far, int part)
{
    const int soft = (9 * mid_near + 3 * mid_far + 3 * side_near + side_far + 8) >> 4;
    return (uint8_t)((in * (256 - part) + soft * part + 128) >> 8);
}

// One pixel; side: bytes from its texel to the neighbour's.
static inline void soften_one(uint8_t *out, const uint8_t *in, const uint8_t *near,
                              const uint8_t *far, int side, int part)
{
    for (int c = 0; c < 4; c++)
        out[c] = softened(in[c], near[c], far[c], near[c + side], far[c + side], part);
}

void BT_LOOPS(bt_soften_row)(uint8_t *restrict out, const uint8_t *restrict in,
                             const uint8_t *restrict near, const uint8_t *restrict far,
                             int part, int n)
{
    const int last = n / 2 - 1;
    if (n < 2)
        return;
    soften_one(out, in, near, far, 0, part);
    soften_one(out + 8 * last + 4, in + 8 * last + 4, near + 4 * last, far + 4 * last, 0,
               part);
    // From one middle of the half picture's texels to the next lie two pixels.
    for (int k = 0; k < last; k++) {
        soften_one(out + 8 * k + 4, in + 8 * k + 4, near + 4 * k, far + 4 * k, 4, part);
        soften_one(out + 8 * k + 8, in + 8 * k + 8, near + 4 * k + 4, far + 4 * k + 4, -4,
                   part);
    }
}

void BT_LOOPS(bt_luma_row)(uint8_t *restrict out, const uint8_t *restrict rgbx, int n)
{
    for (int i = 0; i < n; i++)
        out[i] = (uint8_t)((77 * rgbx[4 * i] + 150 * rgbx[4 * i + 1] +
                            29 * rgbx[4 * i + 2] + 128) >>
                           8);
}

// Wellons' lowbias32.
static inline uint32_t scramble(uint32_t x)
{
    x ^= x >> 16;
    x *= 0x7feb352dU;
    x ^= x >> 15;
    x *= 0x846ca68bU;
    return x ^ x >> 16;
}

void BT_LOOPS(bt_noise_row)(uint8_t *restrict rgba, int n, uint32_t seed, uint32_t first,
                            int scale)
{
    enum { CHUNK = 64 };
    int16_t noise[CHUNK], spread[4 * CHUNK];
    for (int from = 0; from < n; from += CHUNK) {
        const int count = n - from < CHUNK ? n - from : CHUNK;
        uint8_t *restrict p = rgba + 4 * (ptrdiff_t)from;
        for (int i = 0; i < CHUNK; i++) {
            const uint32_t r = scramble(seed ^ (first + (uint32_t)(from + i)));
            const int sum =
                (int)((r & 255) + (r >> 8 & 255) + (r >> 16 & 255) + (r >> 24));
            noise[i] = (int16_t)(((sum - 510) * scale + 32768) >> 16);
        }
        for (int i = 0; i < count; i++) {
            const int16_t value = p[4 * i + 3] ? noise[i] : 0;
            const int16_t four[4] = {value, value, value, 0};
            memcpy(&spread[4 * i], four, sizeof four);
        }
        for (int i = 0; i < 4 * count; i++) {
            const int16_t v = (int16_t)(p[i] + spread[i]);
            p[i] = (uint8_t)(v < 0 ? 0 : v > 255 ? 255 : v);
        }
    }
}

// The polynomials are those of Cephes (Moshier 1992), logf.c and expf.c.
static inline float log_of(float x)
{
    static const int32_t root_half = 0x3f3504f3;
    int32_t bits;
    float m;
    memcpy(&bits, &x, sizeof bits);
    const int32_t e = (bits - root_half) >> 23;
    bits -= e * (1 << 23);
    memcpy(&m, &bits, sizeof m);
    const float f = m - 1, z = f * f, power = (float)e;
    float y = 7.0376836292e-2f;
    y = y * f - 1.1514610310e-1f;
    y = y * f + 1.1676998740e-1f;
    y = y * f - 1.2420140846e-1f;
    y = y * f + 1.4249322787e-1f;
    y = y * f - 1.6668057665e-1f;
    y = y * f + 2.0000714765e-1f;
    y = y * f - 2.4999993993e-1f;
    y = y * f + 3.3333331174e-1f;
    y = y * f * z - 2.12194440e-4f * power - .5f * z;
    return f + y + .693359375f * power;
}

static inline float exp_of(float x)
{
    const float t = x * 1.44269504088896341f;
    const int32_t e = (int32_t)(t + (t < 0 ? -.5f : .5f));
    const float power = (float)e;
    const float r = x - power * .693359375f + power * 2.12194440e-4f;
    float y = 1.9875691500e-4f;
    y = y * r + 1.3981999507e-3f;
    y = y * r + 8.3334519073e-3f;
    y = y * r + 4.1665795894e-2f;
    y = y * r + 1.6666665459e-1f;
    y = y * r + 5.0000001201e-1f;
    y = y * r * r + r + 1;
    int32_t bits;
    memcpy(&bits, &y, sizeof bits);
    bits += e * (1 << 23);
    memcpy(&y, &bits, sizeof y);
    return y;
}

void BT_LOOPS(bt_log_row)(float *out, const float *in, int n)
{
    for (int i = 0; i < n; i++)
        out[i] = log_of(in[i]);
}

void BT_LOOPS(bt_exp_row)(float *out, const float *in, int n)
{
    for (int i = 0; i < n; i++)
        out[i] = exp_of(in[i]);
}
