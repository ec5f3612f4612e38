// SPDX-License-Identifier: Apache-2.0
#include <math.h>

#include <bauta/error.h>

#include "base/alloc.h"
#include "swap/ramp.h"
#include "swap/source.h"

// As natural logarithms. Halves of a face differ by a little by themselves; from SURE on it
// is a shadow; what lies deeper than DEEP is noise and comes off in part only.
static const float SHALLOW = .11f, SURE = .38f, DEEP = 1;
// So much of what is left of light from one side is evened out.
static const float SIDE = .4f;

struct even {
    int n;
    size_t count;
    float most; // brightness of skin that does not shine
    const struct bt_uvmap *map;
    const float *skin, *weight;
    float *pair;  // weight of a texel together with its mirror image
    float *luma;  // the guide
    float *other; // the mirror image, softened
    float *value;
    float *colour;   // a channel against brightness, this half against the other
    float *noise;    // its detail, which a deep shadow hides in noise
    float (*off)[3]; // what comes off, as a logarithm
};

static int even_init(struct even *e, const struct bt_uvmap *map,
                     const struct bt_regions *regions)
{
    const int n = map->size;
    const size_t count = (size_t)n * (size_t)n;
    *e = (struct even){.n = n, .count = count, .map = map, .skin = regions->skin};
    e->pair = bt_alloc_array(count, sizeof(float));
    e->luma = bt_alloc_array(count, sizeof(float));
    e->other = bt_alloc_array(count, sizeof(float));
    e->value = bt_alloc_array(count, sizeof(float));
    e->colour = bt_alloc_array(count, sizeof(float));
    e->noise = bt_alloc_array(count, sizeof(float));
    e->off = bt_alloc_array(count, sizeof *e->off);
    return e->pair && e->luma && e->other && e->value && e->colour && e->noise && e->off
               ? 0
               : BAUTA_E_NO_MEMORY;
}

static void even_finish(struct even *e)
{
    bt_freep(&e->pair);
    bt_freep(&e->luma);
    bt_freep(&e->other);
    bt_freep(&e->value);
    bt_freep(&e->colour);
    bt_freep(&e->noise);
    bt_freep(&e->off);
}

static size_t mirrored(const struct even *e, size_t i)
{
    const size_t n = (size_t)e->n;
    return i - i % n + n - 1 - i % n;
}

// Skin that is much brighter than most shines: as a measure of the other half it counts
// only so far.
static float ceiling(const struct even *e)
{
    double sum = 0, square = 0, total = 1e-9;
    for (size_t i = 0; i < e->count; i += 3) {
        const double w = e->pair[i];
        sum += w * (double)e->luma[i];
        square += w * (double)e->luma[i] * (double)e->luma[i];
        total += w;
    }
    sum /= total;
    return (float)(sum + .8 * sqrt(fmax(square / total - sum * sum, .01)));
}

static float channel(const float rgb[3], int c)
{
    return logf(fmaxf(rgb[c], 3));
}

static void take(struct even *e, float (*rgb)[3], float (*shade)[3])
{
    for (size_t i = 0; i < e->count; i++) {
        for (int c = 0; c < 3 && e->map->triangle[i] != BT_UV_NONE; c++) {
            const float factor = expf(e->off[i][c]);
            rgb[i][c] /= factor;
            shade[i][c] *= factor;
        }
    }
}

static int measure(struct even *e, const float (*rgb)[3])
{
    for (size_t i = 0; i < e->count; i++)
        e->luma[i] = bt_log_luma(rgb[i]);
    const float most = e->most = ceiling(e);
    for (size_t i = 0; i < e->count; i++)
        e->value[i] = fminf(e->luma[mirrored(e, i)], most);
    int error = bt_texture_soft(e->n, e->value, e->pair, e->n / 100, e->other);
    if (!error)
        error = bt_texture_soft(e->n, e->luma, e->pair, e->n / 200, e->luma);
    return error;
}

// How much the shadow tints a channel, and what is noise in it.
static int tint(struct even *e, const float (*rgb)[3], int c)
{
    for (size_t i = 0; i < e->count; i++) {
        const size_t m = mirrored(e, i);
        const float d = channel(rgb[i], c) - bt_log_luma(rgb[i]) - channel(rgb[m], c) +
                        bt_log_luma(rgb[m]);
        e->colour[i] = fminf(fmaxf(d, -.15f), .15f);
    }
    int error = bt_texture_soft(e->n, e->colour, e->pair, e->n / 80, e->colour);
    for (size_t i = 0; i < e->count; i++)
        e->noise[i] = channel(rgb[i], c) - bt_log_luma(rgb[i]);
    if (!error)
        error = bt_texture_soft(e->n, e->noise, e->pair, e->n / 100, e->noise);
    for (size_t i = 0; i < e->count; i++)
        e->noise[i] = channel(rgb[i], c) - bt_log_luma(rgb[i]) - e->noise[i];
    return error;
}

// No place may come out brighter than its mirror image by more than a little.
static int bound(struct even *e, const float (*rgb)[3])
{
    for (size_t i = 0; i < e->count; i++) {
        e->luma[i] = bt_log_luma(rgb[i]);
        e->colour[i] = 1;
    }
    int error = bt_texture_soft(e->n, e->luma, e->colour, e->n / 150, e->luma);
    for (size_t i = 0; i < e->count && !error; i++) {
        const size_t m = mirrored(e, i);
        // What was rejected there is no measure.
        const float sure = bt_ramp(e->weight[m], .1f, .5f);
        const float other = e->most + sure * (fminf(e->luma[m], e->most) - e->most);
        const float least = fminf(e->luma[i] - other - .05f, 0);
        for (int c = 0; c < 3; c++)
            e->off[i][c] = fmaxf(e->off[i][c], least);
    }
    return error;
}

// One half in shade: it comes up to the other, up to the shadow's edge.
static int shadow(struct even *e, const float (*rgb)[3], int radius, float eps)
{
    int error = measure(e, rgb);
    for (size_t i = 0; i < e->count && !error; i++) {
        const float d = e->luma[i] - e->other[i];
        e->value[i] = d < 0 ? bt_ramp(-d, SHALLOW, SURE) * fmaxf(d, -DEEP) : 0;
    }
    if (!error)
        error =
            bt_texture_guided(e->n, e->luma, e->value, e->pair, radius, eps, e->value);
    for (int c = 0; c < 3 && !error; c++) {
        error = tint(e, rgb, c);
        for (size_t i = 0; i < e->count && !error; i++) {
            const float v = fminf(fmaxf(e->value[i], -DEEP), 0);
            e->off[i][c] = fminf(v + bt_ramp(-v, 0, .3f) * e->colour[i], 0) +
                           .8f * bt_ramp(-v, .2f, .6f) * e->noise[i];
        }
    }
    // Eyes, brows and lips get what the skin around them gets.
    if (!error)
        error = bt_atlas_fill(e->n, e->off, e->pair, e->skin);
    return error ? error : bound(e, rgb);
}

// What is left of light from one side goes half up, half down.
static int side(struct even *e, const float (*rgb)[3], int radius)
{
    int error = 0;
    for (int c = 0; c < 3 && !error; c++) {
        for (size_t i = 0; i < e->count; i++) {
            const float d = channel(rgb[i], c) - channel(rgb[mirrored(e, i)], c);
            e->value[i] = fminf(fmaxf(SIDE * d / 2, -.3f), .3f);
        }
        error = bt_texture_soft(e->n, e->value, e->pair, radius, e->value);
        for (size_t i = 0; i < e->count && !error; i++)
            e->off[i][c] = e->value[i];
    }
    return error ? error : bt_atlas_fill(e->n, e->off, e->pair, e->skin);
}

int bt_atlas_even(const struct bt_uvmap *map, const struct bt_regions *regions,
                  float (*rgb)[3], const float *weight, float (*shade)[3])
{
    struct even e;
    int error = even_init(&e, map, regions);
    e.weight = weight;
    for (size_t i = 0; i < e.count && !error; i++) {
        const size_t m = mirrored(&e, i);
        const float w = sqrtf(fmaxf(weight[i] * weight[m], 0));
        e.pair[i] = w * regions->skin[i] * regions->skin[m];
    }
    for (int pass = 0; pass < 3 && !error; pass++) {
        if (pass < 2)
            error = shadow(&e, (const float(*)[3])rgb, map->size / (pass ? 40 : 14),
                           pass ? .006f : .004f);
        else
            error = side(&e, (const float(*)[3])rgb, map->size / 20);
        if (!error)
            take(&e, rgb, shade);
    }
    even_finish(&e);
    return error;
}
