// SPDX-License-Identifier: Apache-2.0
#include <math.h>
#include <string.h>

#include <bauta/error.h>

#include "base/alloc.h"
#include "dsp/dsp.h"
#include "swap/ramp.h"
#include "swap/source.h"

struct strands {
    int n;
    size_t count;
    float *luma, *rest, *line, *weight, *scratch;
    uint8_t *kind; // 0: skin, 1: may be a strand, 2: is one or hangs together with one
    int *queue;
};

static int strands_init(struct strands *s, int n)
{
    const size_t count = (size_t)n * (size_t)n;
    *s = (struct strands){.n = n, .count = count};
    s->luma = bt_alloc_array(count, sizeof(float));
    s->rest = bt_alloc_array(count, sizeof(float));
    s->line = bt_alloc_array(count, sizeof(float));
    s->weight = bt_alloc_array(count, sizeof(float));
    s->scratch = bt_alloc_array(count, sizeof(float));
    s->kind = bt_alloc_array(count, 1);
    s->queue = bt_alloc_array(count, sizeof *s->queue);
    return s->luma && s->rest && s->line && s->weight && s->scratch && s->kind && s->queue
               ? 0
               : BAUTA_E_NO_MEMORY;
}

static void strands_finish(struct strands *s)
{
    bt_freep(&s->luma);
    bt_freep(&s->rest);
    bt_freep(&s->line);
    bt_freep(&s->weight);
    bt_freep(&s->scratch);
    bt_freep(&s->kind);
    bt_freep(&s->queue);
}

// 0..1: where hair may hang: not the middle of the face, nor where a beard grows.
static float outer(int at, int n)
{
    const float u = ((float)(at % n) + .5f) / (float)n, v = (float)(at / n) / (float)n;
    const float x = (u - .5f) / .17f, y = (v - .58f) / .27f;
    return bt_ramp(x * x + y * y, 1, 1.3f);
}

// Of the lines where hardly any hair hangs, the chin or the rest of the face's middle:
// wrinkles, pores, stubble.
static float roughness(const struct strands *s, const struct bt_regions *regions,
                       const float *weight)
{
    double sum[2] = {0}, total[2] = {1e-9, 1e-9};
    for (size_t i = 0; i < s->count; i++) {
        const float u = (float)(i % (size_t)s->n) / (float)s->n;
        const float v = (float)(i / (size_t)s->n) / (float)s->n;
        const int chin = v > .76f && v < .92f && fabsf(u - .5f) < .12f;
        const double inner = chin ? 1 : 1 - outer((int)i, s->n);
        const double w = inner * (double)(regions->skin[i] * weight[i]);
        sum[chin] += w * (double)fabsf(s->line[i]);
        total[chin] += w;
    }
    return (float)fmax(sum[0] / total[0], sum[1] / total[1]);
}

// Lines, and what is darker than the skin around it.
static int suspects(struct strands *s, const struct bt_regions *regions,
                    const float (*rgb)[3], const float *weight)
{
    const int n = s->n;
    for (size_t i = 0; i < s->count; i++) {
        s->luma[i] = bt_log_luma(rgb[i]);
        s->weight[i] = weight[i] * regions->skin[i];
    }
    int error = bt_texture_soft(n, s->luma, s->weight, n / 12, s->rest);
    if (!error)
        error = bt_texture_soft(n, s->luma, s->weight, n / 400, s->luma);
    if (error)
        return error;
    for (int pass = 0; pass < 3; pass++) {
        bt_texture_lines(n, s->luma, n / 170 * (1 + pass), s->line, NULL);
        const float usual = roughness(s, regions, weight);
        for (size_t i = 0; i < s->count; i++) {
            const float place = outer((int)i, n) * (1 - regions->feature[i]);
            // Beside a line lies no line: its own brightness is the skin's.
            const float off = s->rest[i] - s->luma[i];
            if (place > .5f && weight[i] > .02f && off * s->line[i] > 0 &&
                fabsf(off) > .03f && fabsf(s->line[i]) > fmaxf(.07f, 3.5f * usual))
                s->kind[i] = 1;
        }
    }
    for (size_t i = 0; i < s->count; i++) {
        const float v = (float)(i / (size_t)n) / (float)n;
        const float place = outer((int)i, n) * (1 - regions->feature[i]);
        if (place > .5f && v < .5f && s->rest[i] - s->luma[i] > .28f)
            s->kind[i] = 1;
        if (weight[i] < .08f && regions->feature[i] < .5f)
            s->kind[i] = 2;
    }
    return 0;
}

// Suspects around a texel become kind and go into the queue; its new end.
static int neighbours(struct strands *s, int at, int reach, uint8_t kind, int tail)
{
    const int n = s->n, x = at % n, y = at / n;
    for (int j = y - reach; j <= y + reach; j++) {
        for (int i = x - reach; i <= x + reach; i++) {
            const int k = j * n + i;
            if (i < 0 || j < 0 || i >= n || j >= n || s->kind[k] != 1)
                continue;
            s->kind[k] = kind;
            s->queue[tail++] = k;
        }
    }
    return tail;
}

// From what was rejected on through what may be strands (hysteresis as in Canny 1986).
static void grow(struct strands *s)
{
    const int n = s->n, reach = n / 128;
    int head = 0, tail = 0;
    for (int i = 0; i < n * n; i++)
        if (s->kind[i] == 2)
            s->queue[tail++] = i;
    while (head < tail) {
        const int at = s->queue[head++];
        tail = neighbours(s, at, reach, 2, tail);
    }
}

// A line that is long enough is a strand wherever it begins.
static void longest(struct strands *s)
{
    const int n = s->n, reach = n / 256, enough = n / 10;
    for (int start = 0; start < n * n; start++) {
        if (s->kind[start] != 1)
            continue;
        int head = 0, tail = 0, x0 = n, x1 = 0, y0 = n, y1 = 0;
        s->queue[tail++] = start;
        s->kind[start] = 3;
        while (head < tail) {
            const int at = s->queue[head++], x = at % n, y = at / n;
            x0 = x < x0 ? x : x0, x1 = x > x1 ? x : x1;
            y0 = y < y0 ? y : y0, y1 = y > y1 ? y : y1;
            tail = neighbours(s, at, reach, 3, tail);
        }
        const int wide = x1 - x0, high = y1 - y0;
        // Long, and thin for its length.
        const bool is =
            wide * wide + high * high > enough * enough && tail < (wide + high) * n / 64;
        for (int k = 0; k < tail && is; k++)
            s->kind[s->queue[k]] = 2;
    }
}

int bt_atlas_strands(const struct bt_regions *regions, const float (*rgb)[3], float blur,
                     float *weight)
{
    const int n = regions->size, margin = n / 100 + (int)fminf(blur, (float)n / 100);
    struct strands s;
    int error = strands_init(&s, n);
    if (!error)
        error = suspects(&s, regions, rgb, weight);
    if (!error) {
        grow(&s);
        longest(&s);
        // Only what was found here is widened; the rest has its margin.
        for (size_t i = 0; i < s.count; i++)
            s.line[i] = s.kind[i] == 2 && weight[i] >= .08f ? 1 : 0;
        bt_blur(s.line, n, n, 1, margin, s.scratch);
        for (size_t i = 0; i < s.count; i++)
            weight[i] *= bt_ramp(s.line[i], .12f, .03f);
    }
    strands_finish(&s);
    return error;
}
