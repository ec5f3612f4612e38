// SPDX-License-Identifier: Apache-2.0
#include <math.h>
#include <string.h>

#include <bauta/error.h>

#include "base/alloc.h"
#include "swap/ramp.h"
#include "swap/source.h"

// Brightness and redness of the lips away from their inner edge, by weight.
struct tone {
    float mean[2], spread[2];
};

static void coordinates(const float rgb[3], float out[2])
{
    out[0] = bt_log_luma(rgb);
    out[1] = logf(fmaxf(rgb[0], 3)) - logf(fmaxf(rgb[1], 3));
}

// Of one lip: the upper one lies above the inner edge.
static void learn(struct tone *t, const struct bt_regions *regions, const float (*rgb)[3],
                  bool upper)
{
    const int n = regions->size;
    double total = 1e-9, sum[2] = {0}, square[2] = {0};
    const int middle = (int)(.694f * (float)n);
    for (int i = 0; i < n * n; i++) {
        const double w = regions->lips[i] * (1 - regions->line[i]);
        if (w <= 0 || (i / n < middle) != upper)
            continue;
        float x[2];
        coordinates(rgb[i], x);
        for (int k = 0; k < 2; k++) {
            sum[k] += w * x[k];
            square[k] += w * x[k] * x[k];
        }
        total += w;
    }
    for (int k = 0; k < 2; k++) {
        const double mean = sum[k] / total;
        t->mean[k] = (float)mean;
        t->spread[k] = (float)sqrt(fmax(square[k] / total - mean * mean, .003));
    }
}

// 0..1: whether teeth are seen, whose brightness no lip has.
static float teeth(const struct bt_regions *regions, const float (*rgb)[3],
                   const struct tone tone[2])
{
    const int n = regions->size;
    double seen = 0, total = 1e-9;
    for (int i = 0; i < n * n; i++) {
        const double w = regions->lips[i] * bt_ramp(regions->line[i], .6f, .9f);
        if (w <= 0)
            continue;
        float x[2];
        coordinates(rgb[i], x);
        const float pale = fminf(tone[0].mean[1], tone[1].mean[1]) - x[1];
        seen += w * (double)bt_ramp(pale, .15f, .4f);
        total += w;
    }
    return bt_ramp((float)(seen / total), .04f, .15f);
}

// Corners of the mouth: the dark pit that a smile leaves, and teeth there, turn into
// what is around them.
static int corners(const struct bt_regions *regions, float parted, float (*rgb)[3])
{
    const int n = regions->size;
    const size_t count = (size_t)n * (size_t)n;
    float *value = bt_alloc_array(count, sizeof *value);
    float *plain = bt_alloc_array(count, sizeof *plain);
    float(*around)[3] = bt_alloc_array(count, sizeof *around);
    int error = value && plain && around ? 0 : BAUTA_E_NO_MEMORY;
    for (size_t i = 0; i < count && !error; i++)
        plain[i] = 1 - regions->line[i] * regions->line[i];
    for (int c = 0; c < 3 && !error; c++) {
        for (size_t i = 0; i < count; i++)
            value[i] = rgb[i][c];
        error = bt_texture_soft(n, value, plain, n / 40, value);
        for (size_t i = 0; i < count && !error; i++)
            around[i][c] = value[i];
    }
    for (size_t i = 0; i < count && !error; i++) {
        float u = ((float)(i % (size_t)n) + .5f) / (float)n;
        const float v = ((float)(i / (size_t)n) + .5f) / (float)n;
        u = fminf(u, 1 - u);
        const float x = (u - .382f) / .045f, y = (v - .696f) / .03f;
        const float dark = bt_log_luma(around[i]) - bt_log_luma(rgb[i]);
        const float share = .7f * parted * bt_ramp(x * x + y * y, 1, .3f) *
                            fmaxf(bt_ramp(dark, .1f, .5f), bt_ramp(-dark, .08f, .25f));
        for (int c = 0; c < 3; c++)
            rgb[i][c] += share * (around[i][c] - rgb[i][c]);
    }
    bt_free(value);
    bt_free(plain);
    bt_free(around);
    return error;
}

int bt_atlas_lips(const struct bt_regions *regions, float open, float (*rgb)[3])
{
    const int n = regions->size;
    const size_t count = (size_t)n * (size_t)n;
    const int middle = (int)(.694f * (float)n);
    float(*fill)[3] = bt_alloc_array(count, sizeof *fill);
    float *sure = bt_alloc_array(count, sizeof *sure);
    int error = fill && sure ? 0 : BAUTA_E_NO_MEMORY;
    struct tone tone[2];
    for (int k = 0; k < 2; k++)
        learn(&tone[k], regions, (const float(*)[3])rgb, k == 0);
    // Lips that touch keep the shade between them.
    const float parted =
        fmaxf(bt_ramp(open, .05f, .25f), teeth(regions, (const float(*)[3])rgb, tone));
    for (size_t i = 0; i < count && !error; i++) {
        const struct tone *t = &tone[(int)(i / (size_t)n) >= middle];
        float x[2], off = 0;
        coordinates(rgb[i], x);
        for (int k = 0; k < 2; k++)
            off = fmaxf(off, fabsf(x[k] - t->mean[k]) / t->spread[k]);
        // The nearer to the edge, the less it takes not to be lip.
        const float edge = regions->line[i];
        const float odd = bt_ramp(off, 2.6f - 1.4f * edge, 3.6f - 1.4f * edge);
        const float near = bt_ramp(edge, 0, .3f);
        sure[i] = 1 - parted * near * fmaxf(odd, bt_ramp(edge, .7f, .9f));
    }
    if (!error) {
        memcpy(fill, rgb, count * sizeof *fill);
        error = bt_texture_soft(n, sure, regions->lips, n / 250, sure);
    }
    // The border of what is no lip is none either.
    for (size_t i = 0; i < count && !error; i++)
        sure[i] = bt_ramp(sure[i], .5f, 1);
    if (!error)
        error = bt_atlas_fill(n, fill, sure, regions->lips);
    for (size_t i = 0; i < count && !error; i++)
        for (int c = 0; c < 3; c++)
            rgb[i][c] += regions->lips[i] * (fill[i][c] - rgb[i][c]);
    if (!error)
        error = corners(regions, parted, rgb);
    bt_free(fill);
    bt_free(sure);
    return error;
}
