// SPDX-License-Identifier: Apache-2.0
#ifndef TEST_SWAP_AGAIN_H
#define TEST_SWAP_AGAIN_H

#include <math.h>
#include <string.h>

#include "nn/manifest.h"

// What the engine and the made-up generators (write_generators.py) compute,
// computed again in doubles and without a line of theirs.

// x' = a x - b y + tx, y' = b x + a y + ty
struct similar {
    double a, b, tx, ty;
};

// Least squares over five pairs, as complex numbers.
static inline struct similar similar_fit(const float (*from)[2], const float (*to)[2],
                                         double scale)
{
    double fx = 0, fy = 0, gx = 0, gy = 0, re = 0, im = 0, square = 0;
    for (int i = 0; i < 5; i++) {
        fx += from[i][0] * scale / 5, fy += from[i][1] * scale / 5;
        gx += to[i][0] / 5., gy += to[i][1] / 5.;
    }
    for (int i = 0; i < 5; i++) {
        const double x = from[i][0] * scale - fx, y = from[i][1] * scale - fy;
        const double u = to[i][0] - gx, v = to[i][1] - gy;
        re += x * u + y * v, im += x * v - y * u, square += x * x + y * y;
    }
    const double a = re / square, b = im / square;
    return (struct similar){a, b, gx - a * fx + b * fy, gy - b * fx - a * fy};
}

// Bilinear, pixel k centred at k + .5, edges go on. step: samples from pixel to pixel.
static inline double sample_of(const float *p, int w, int h, int step, double x, double y)
{
    x = fmin(fmax(x - .5, 0), w - 1), y = fmin(fmax(y - .5, 0), h - 1);
    const int x0 = (int)x, y0 = (int)y;
    const int x1 = x0 + 1 < w ? x0 + 1 : x0, y1 = y0 + 1 < h ? y0 + 1 : y0;
    const double ax = x - x0, ay = y - y0;
    const double top = p[(y0 * w + x0) * step] * (1 - ax) + p[(y0 * w + x1) * step] * ax;
    const double low = p[(y1 * w + x0) * step] * (1 - ax) + p[(y1 * w + x1) * step] * ax;
    return top * (1 - ay) + low * ay;
}

// The square of n pixels that the similarity takes into a picture of three channels, each
// pixel a mean of 8x8 samples.
static inline void square_of(const float (*rgb)[3], int w, int h, struct similar s, int n,
                             float (*out)[3])
{
    for (int i = 0; i < n * n; i++)
        for (int c = 0; c < 3; c++) {
            double sum = 0;
            for (int k = 0; k < 64; k++) {
                const double x = i % n + (k % 8 + .5) / 8, y = i / n + (k / 8 + .5) / 8;
                sum += sample_of(&rgb[0][c], w, h, 3, s.a * x - s.b * y + s.tx,
                                 s.b * x + s.a * y + s.ty);
            }
            out[i][c] = (float)(sum / 64);
        }
}

static inline double wave_at(const double k[4], int i, int j)
{
    return k[3] * sin(k[0] * i + k[1] * j + k[2] * i * j);
}
static const double wave_embed[4] = {.3, .9, .02, .05}, wave_emap[4] = {.7, 1.3, .01, 1},
                    wave_drive[4] = {.5, 2.1, .03, 1}, wave_vector[4] = {1.7, 2.9, .05, 5};

// vector (length) times a matrix of that many rows.
static inline void times_wave(const double *vector, int length, const double k[4],
                              double *out, int columns)
{
    for (int j = 0; j < columns; j++) {
        out[j] = 0;
        for (int i = 0; i < length; i++)
            out[j] += vector[i] * wave_at(k, i, j);
    }
}

static inline void unit_length(double *vector, int length)
{
    double square = 0;
    for (int i = 0; i < length; i++)
        square += vector[i] * vector[i];
    for (int i = 0; i < length; i++)
        vector[i] /= sqrt(square);
}

// The made-up embedder on its input of 112 pixels, display values.
static inline void embed_again(const float (*rgb)[3], double out[512])
{
    double field[192] = {0};
    for (int i = 0; i < 112 * 112; i++)
        for (int c = 0; c < 3; c++)
            field[c * 64 + i / 112 / 14 * 8 + i % 112 / 14] +=
                (rgb[i][c] - 127.5) / 127.5 / 196;
    times_wave(field, 192, wave_embed, out, 512);
}

// The eight numbers that drive a generator.
static inline void drive_again(const double *vector, int length, double p[8])
{
    times_wave(vector, length, length == 512 ? wave_vector : wave_drive, p, 8);
    for (int i = 0; i < 8; i++)
        p[i] = tanh(p[i]);
}

// And what it makes of a target, both display values.
static inline void transform_again(const float (*target)[3], int n, const double p[8],
                                   float (*out)[3])
{
    for (int i = 0; i < n * n; i++)
        for (int c = 0; c < 3; c++) {
            const double t = sample_of(&target[0][c], n, n, 3, i % n + .5 + .03 * n * p[6],
                                       i / n + .5 + .03 * n * p[7]);
            out[i][c] = (float)((1 + .3 * p[c]) * t + 255 * .1 * p[3 + c]);
        }
}

#endif
