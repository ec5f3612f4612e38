// SPDX-License-Identifier: Apache-2.0
#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "dsp/dsp.h"
#include "swap/ramp.h"
#include "swap/source.h"

// Two differences of logarithms (colour) and the brightness with the light taken out.
static void coordinates(const float rgb[3], const float shade[3], float out[3])
{
    float l[3];
    for (int c = 0; c < 3; c++)
        l[c] = logf(fmaxf(rgb[c], 4) / fmaxf(shade[c], .1f));
    out[0] = l[0] - l[1];
    out[1] = l[2] - l[1];
    out[2] = .3f * l[0] + .6f * l[1] + .1f * l[2];
}

struct model {
    float mean[3], inverse[3][3];
};

static float mahalanobis(const struct model *m, const float x[3])
{
    float d[3], sum = 0;
    for (int k = 0; k < 3; k++)
        d[k] = x[k] - m->mean[k];
    for (int k = 0; k < 3; k++)
        for (int l = 0; l < 3; l++)
            sum += d[k] * m->inverse[k][l] * d[l];
    return sum;
}

static void invert(double a[3][3], float out[3][3])
{
    const double c0 = a[1][1] * a[2][2] - a[1][2] * a[2][1];
    const double c1 = a[1][2] * a[2][0] - a[1][0] * a[2][2];
    const double c2 = a[1][0] * a[2][1] - a[1][1] * a[2][0];
    const double det = a[0][0] * c0 + a[0][1] * c1 + a[0][2] * c2;
    for (int i = 0; i < 3; i++) {
        for (int j = 0; j < 3; j++) {
            const int r0 = (j + 1) % 3, r1 = (j + 2) % 3, s0 = (i + 1) % 3,
                      s1 = (i + 2) % 3;
            out[i][j] = (float)((a[r0][s0] * a[r1][s1] - a[r0][s1] * a[r1][s0]) / det);
        }
    }
}

// The skin's colours as a Gaussian over the surest places, trimmed twice.
static void learn(struct model *m, const struct bt_regions *regions,
                  const float (*rgb)[3], const float (*shade)[3], const float *weight)
{
    const int count = regions->size * regions->size;
    for (int pass = 0; pass < 3; pass++) {
        double total = 1e-9, mean[3] = {0}, cov[3][3] = {{0}};
        for (int i = 0; i < count; i += 3) {
            double w = (double)weight[i] * regions->core[i];
            if (w < .05)
                continue;
            float x[3];
            coordinates(rgb[i], shade[i], x);
            if (pass > 0)
                w *= 1 / (1 + exp((mahalanobis(m, x) - 9) / 1.5));
            total += w;
            for (int k = 0; k < 3; k++) {
                mean[k] += w * x[k];
                for (int l = 0; l < 3; l++)
                    cov[k][l] += w * x[k] * x[l];
            }
        }
        for (int k = 0; k < 3; k++)
            mean[k] /= total;
        for (int k = 0; k < 3; k++)
            for (int l = 0; l < 3; l++)
                cov[k][l] = cov[k][l] / total - mean[k] * mean[l];
        // No narrower than what noise and pores make.
        cov[0][0] += 4e-4, cov[1][1] += 6e-4, cov[2][2] += 4e-3;
        for (int k = 0; k < 3; k++)
            m->mean[k] = (float)mean[k];
        invert(cov, m->inverse);
    }
}

// 0..1: how bearded the chin is, where nothing but the person's own can be.
static float beard(const float *skin, int n)
{
    double sum = 0;
    int count = 0;
    for (int y = n * 77 / 100; y < n * 90 / 100; y++) {
        for (int x = n * 40 / 100; x < n * 60 / 100; x++) {
            sum += 1 - skin[y * n + x];
            count++;
        }
    }
    return bt_ramp((float)(sum / count), .2f, .45f);
}

// The smallest value within radius, over rows and then over columns.
static void shrink(float *value, float *scratch, int n, int radius)
{
    for (int pass = 0; pass < 2; pass++) {
        const int step = pass ? n : 1, across = pass ? 1 : n;
        memcpy(scratch, value, (size_t)n * (size_t)n * sizeof *value);
        for (int line = 0; line < n; line++) {
            for (int i = 0; i < n; i++) {
                const int from = i < radius ? 0 : i - radius;
                const int to = i + radius >= n ? n - 1 : i + radius;
                float least = 1;
                for (int k = from; k <= to; k++)
                    least = fminf(least, scratch[line * across + k * step]);
                value[line * across + i * step] = least;
            }
        }
    }
}

int bt_atlas_skin(const struct bt_regions *regions, const float (*rgb)[3],
                  const float (*shade)[3], float blur, float *weight)
{
    const int n = regions->size;
    const int margin = n / 44 + (int)fminf(2 * blur, (float)n / 16);
    const size_t count = (size_t)n * (size_t)n;
    float *skin = bt_alloc_array(count, sizeof *skin);
    float *near = bt_alloc_array(count, 2 * sizeof *near);
    float *scratch = bt_alloc_array(count, 2 * sizeof *scratch);
    struct model model;
    if (!skin || !near || !scratch)
        goto done;
    learn(&model, regions, rgb, shade, weight);
    for (size_t i = 0; i < count; i++) {
        float place[3];
        coordinates(rgb[i], shade[i], place);
        skin[i] = weight[i] > 0 ? bt_ramp(mahalanobis(&model, place), 24, 9) : 0;
        near[2 * i] = skin[i] * regions->skin[i];
        near[2 * i + 1] = regions->skin[i] + 1e-4f;
    }
    // A brow is the face's own where skin is seen above it; where hair hangs down, what
    // looks like a brow may be hair too.
    bt_blur(near, n, n, 2, n / 100, scratch);
    const float bearded = beard(skin, n);
    const size_t up = (size_t)(n / 20) * (size_t)n;
    for (size_t i = 0; i < count; i++) {
        const size_t above = i >= up ? i - up : i;
        const float trust = bt_ramp(near[2 * above] / near[2 * above + 1], .35f, .7f);
        const float own = regions->feature[i] * (1 - regions->brow[i] * (1 - trust));
        // A beard or a moustache is the person's own, also along the jaw.
        const float u = (float)(i % (size_t)n) / (float)n,
                    v = (float)(i / (size_t)n) / (float)n;
        const float chin =
            bt_ramp(v, .62f, .68f) * fmaxf(bearded, bt_ramp(fabsf(u - .5f), .26f, .18f));
        // In the middle of the face a dark place is shade, hardly ever hair.
        const float x = (u - .5f) / .19f, y = (v - .55f) / .27f;
        const float middle = bt_ramp(x * x + y * y, 1.15f, .8f);
        skin[i] = fmaxf(fmaxf(skin[i], middle), fmaxf(own, chin));
    }
    for (size_t i = 0; i < count; i++)
        near[i] = skin[i];
    shrink(skin, scratch, n, margin);
    bt_blur(skin, n, n, 1, margin * 2 / 3, scratch);
    for (size_t i = 0; i < count; i++)
        weight[i] *= fmaxf(skin[i], 0) * near[i];
done:;
    const int error = skin && near && scratch ? 0 : BAUTA_E_NO_MEMORY;
    bt_free(skin);
    bt_free(near);
    bt_free(scratch);
    return error;
}

int bt_atlas_fill(int size, float (*rgb)[3], const float *weight, const float *plain)
{
    // A pyramid of premultiplied colours and weights, then back down.
    float(*level[12])[4] = {NULL};
    int error = 0, levels = 0;
    for (int n = size; n >= 1 && levels < 12; n /= 2, levels++) {
        level[levels] = bt_alloc_array((size_t)n * (size_t)n, sizeof **level);
        if (!level[levels]) {
            error = BAUTA_E_NO_MEMORY;
            goto done;
        }
        for (int i = 0; i < n * n; i++) {
            float *out = level[levels][i];
            if (levels == 0) {
                const float w = bt_ramp(weight[i], .2f, .7f) * plain[i];
                for (int c = 0; c < 3; c++)
                    out[c] = rgb[i][c] * w;
                out[3] = w;
                continue;
            }
            const float(*up)[4] =
                (const float(*)[4])level[levels - 1] + i / n * 2 * (n * 2) + i % n * 2;
            float sum[4];
            for (int c = 0; c < 4; c++)
                sum[c] = up[0][c] + up[1][c] + up[n * 2][c] + up[n * 2 + 1][c];
            const float scale = sum[3] > 1 ? 1 / sum[3] : 1;
            for (int c = 0; c < 4; c++)
                out[c] = sum[c] * scale;
        }
    }
    for (int l = levels - 2; l >= 0; l--) {
        const int n = size >> l, m = n / 2;
        for (int i = 0; i < n * n; i++) {
            float *out = level[l][i];
            if (out[3] >= 1)
                continue;
            const float x = fminf(fmaxf((float)(i % n) / 2 - .25f, 0), (float)m - 1);
            const float y = fminf(fmaxf((float)(i / n) / 2 - .25f, 0), (float)m - 1);
            const int x0 = (int)x, y0 = (int)y, x1 = x0 + (x0 + 1 < m),
                      y1 = y0 + (y0 + 1 < m);
            const float fx = x - (float)x0, fy = y - (float)y0, w = out[3];
            const float(*c)[4] = (const float(*)[4])level[l + 1];
            for (int k = 0; k < 4; k++) {
                const float v =
                    (1 - fy) * ((1 - fx) * c[y0 * m + x0][k] + fx * c[y0 * m + x1][k]) +
                    fy * ((1 - fx) * c[y1 * m + x0][k] + fx * c[y1 * m + x1][k]);
                out[k] += (1 - w) * v;
            }
        }
    }
    for (int i = 0; i < size * size; i++) {
        const float keep = bt_ramp(weight[i], .12f, .6f), *fill = level[0][i];
        for (int c = 0; c < 3; c++)
            rgb[i][c] = keep * rgb[i][c] + (1 - keep) * fill[c] / fmaxf(fill[3], 1e-6f);
    }
done:
    for (int l = 0; l < 12; l++)
        bt_free(level[l]);
    return error;
}

int bt_atlas_highlights(const struct bt_regions *regions, float (*rgb)[3])
{
    const int n = regions->size;
    const size_t count = (size_t)n * (size_t)n;
    float *soft = bt_alloc_array(count, 2 * sizeof(float));
    float *scratch = bt_alloc_array(count, 2 * sizeof(float));
    if (!soft || !scratch) {
        bt_free(soft);
        bt_free(scratch);
        return BAUTA_E_NO_MEMORY;
    }
    for (size_t i = 0; i < count; i++) {
        const float w = regions->skin[i] + 1e-4f;
        soft[2 * i] = w * (.3f * rgb[i][0] + .6f * rgb[i][1] + .1f * rgb[i][2]);
        soft[2 * i + 1] = w;
    }
    bt_blur(soft, n, n, 2, n / 24, scratch);
    for (size_t i = 0; i < count; i++) {
        const float y = .3f * rgb[i][0] + .6f * rgb[i][1] + .1f * rgb[i][2];
        const float base = soft[2 * i] / soft[2 * i + 1] * 1.1f;
        if (y <= base)
            continue;
        // Shine is white: the same amount comes off every channel.
        const float where = fmaxf(regions->skin[i], .5f * regions->nose[i]);
        const float off = .65f * (y - base) * where;
        for (int c = 0; c < 3; c++)
            rgb[i][c] = fmaxf(rgb[i][c] - off, 0);
    }
    bt_free(soft);
    bt_free(scratch);
    return 0;
}
