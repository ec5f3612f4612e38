// SPDX-License-Identifier: Apache-2.0
#include <math.h>

#include <bauta/error.h>

#include "base/alloc.h"
#include "swap/ramp.h"
#include "swap/source.h"

// Where a smile folds the skin: polylines in texture units on the image-left half, with
// the width within which a fold may lie, and how much of it goes: what lies around the
// eyes tells more of the person.
struct crease {
    int count;
    float width, share;
    float point[6][2];
};
static const struct crease creases[] = {
    // From the wing of the nose past the mouth's corner to the chin.
    {6,
     .075f,
     1,
     {{.40f, .535f},
      {.375f, .575f},
      {.35f, .615f},
      {.33f, .66f},
      {.325f, .71f},
      {.36f, .76f}}},
    // The cheek's edge beside it.
    {4, .07f, 1, {{.29f, .58f}, {.275f, .64f}, {.27f, .71f}, {.29f, .76f}}},
    // Below the eye.
    {4, .045f, .5f, {{.42f, .435f}, {.345f, .455f}, {.26f, .44f}, {.20f, .42f}}},
    // Beside its outer corner.
    {2, .055f, .5f, {{.235f, .39f}, {.165f, .405f}}},
};

static float crease_distance(const struct crease *c, float u, float v)
{
    float best = 1e9f;
    for (int i = 0; i + 1 < c->count; i++) {
        const float *a = c->point[i], *b = c->point[i + 1];
        const float dx = b[0] - a[0], dy = b[1] - a[1];
        float t = ((u - a[0]) * dx + (v - a[1]) * dy) / (dx * dx + dy * dy);
        t = t < 0 ? 0 : t > 1 ? 1 : t;
        const float ex = u - a[0] - t * dx, ey = v - a[1] - t * dy;
        best = fminf(best, ex * ex + ey * ey);
    }
    return sqrtf(best);
}

// 0..1: how near to a place where folds lie.
static float place(int at, int n)
{
    float u = ((float)(at % n) + .5f) / (float)n;
    const float v = ((float)(at / n) + .5f) / (float)n;
    u = fminf(u, 1 - u);
    float most = 0;
    for (size_t i = 0; i < sizeof creases / sizeof *creases; i++) {
        const struct crease *c = &creases[i];
        const float far = crease_distance(c, u, v);
        most = fmaxf(most, c->share * bt_ramp(far, c->width, .5f * c->width));
    }
    return most;
}

struct folds {
    int n;
    size_t count;
    float *luma, *fine, *wide, *line, *spot, *weight;
    float *tint[2]; // red and blue against green, softened, less their mean around
};

static float **planes(struct folds *f, int i)
{
    float **const plane[] = {&f->luma, &f->fine,   &f->wide,    &f->line,
                             &f->spot, &f->weight, &f->tint[0], &f->tint[1]};
    return i < (int)(sizeof plane / sizeof *plane) ? plane[i] : NULL;
}

// Brightness in two widths, and lines and spots in between.
static int split(struct folds *f, const float *skin, const float (*rgb)[3])
{
    const int n = f->n;
    for (size_t i = 0; i < f->count; i++) {
        f->luma[i] = bt_log_luma(rgb[i]);
        f->weight[i] = skin[i];
    }
    int error = bt_texture_soft(n, f->luma, f->weight, n / 300, f->fine);
    if (!error)
        error = bt_texture_soft(n, f->luma, f->weight, n / 16, f->wide);
    if (error)
        return error;
    bt_texture_lines(n, f->fine, n / 128, f->line, NULL);
    bt_texture_lines(n, f->fine, n / 100, NULL, f->spot);
    for (size_t i = 0; i < f->count; i++)
        f->line[i] = bt_ramp(f->line[i], .02f, .08f);
    error = bt_texture_soft(n, f->line, f->weight, n / 250, f->line);
    if (!error)
        error = bt_texture_soft(n, f->spot, f->weight, n / 200, f->spot);
    return error;
}

// Shade in a crease is redder than skin: its colour over the same widths.
static int tint(struct folds *f, const float (*rgb)[3], int k)
{
    float *fine = f->tint[k], *wide = f->luma;
    for (size_t i = 0; i < f->count; i++)
        fine[i] = logf(fmaxf(rgb[i][2 * k], 3) / fmaxf(rgb[i][1], 3));
    int error = bt_texture_soft(f->n, fine, f->weight, f->n / 16, wide);
    if (!error)
        error = bt_texture_soft(f->n, fine, f->weight, f->n / 250, fine);
    for (size_t i = 0; i < f->count && !error; i++)
        fine[i] -= wide[i];
    return error;
}

int bt_atlas_folds(const struct bt_regions *regions, float smile, float (*rgb)[3])
{
    const int n = regions->size;
    struct folds f = {.n = n, .count = (size_t)n * (size_t)n};
    int error = 0;
    for (int k = 0; planes(&f, k) && !error; k++) {
        *planes(&f, k) = bt_alloc_array(f.count, sizeof(float));
        error = *planes(&f, k) ? 0 : BAUTA_E_NO_MEMORY;
    }
    if (!error)
        error = split(&f, regions->skin, (const float(*)[3])rgb);
    // The bottom of a crease is finer than the band.
    for (size_t i = 0; i < f.count && !error; i++)
        f.line[i] = fminf(f.luma[i] - f.fine[i], 0) * fminf(2 * f.line[i], 1);
    for (int k = 0; k < 2 && !error; k++)
        error = tint(&f, (const float(*)[3])rgb, k);
    double sum = 0, total = 1e-9;
    for (size_t i = 0; i < f.count && !error; i++) {
        sum += (double)(regions->core[i] * f.wide[i]);
        total += (double)regions->core[i];
    }
    const float mean = (float)(sum / total);
    const float strength = .62f * bt_ramp(smile, 0, .7f);
    for (size_t i = 0; i < f.count && !error; i++) {
        const float where = regions->skin[i] * place((int)i, n);
        if (where <= 0)
            continue;
        // Hair of a beard is no fold.
        const float v = (float)(i / (size_t)n) / (float)n;
        const float hairy = bt_ramp(mean - f.wide[i], .3f, .6f) * bt_ramp(v, .58f, .64f);
        const float band = f.fine[i] - f.wide[i];
        const float deep = .45f * bt_ramp(-band, .2f, .6f);
        // A mole lies on one side, a dimple on both.
        const size_t m = i - i % (size_t)n + (size_t)n - 1 - i % (size_t)n;
        const float mole = fminf(fmaxf(1.5f * f.spot[i] - 3 * f.spot[m], 0), 1);
        const float share =
            where * (1 - .8f * hairy) * (1 - .9f * mole) * fmaxf(strength, deep);
        const float off = share * (band + f.line[i]);
        for (int c = 0; c < 3; c++)
            rgb[i][c] *= expf(-off - (c == 1 ? 0 : share * f.tint[c / 2][i]));
    }
    for (int k = 0; planes(&f, k); k++)
        bt_freep(planes(&f, k));
    return error;
}
