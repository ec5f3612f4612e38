// SPDX-License-Identifier: Apache-2.0
#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "dsp/dsp.h"
#include "swap/nobody/nobody.h"
#include "swap/ramp.h"

enum { SIZE = BT_ATLAS_SIZE, TEXELS = SIZE * SIZE };

// The four texels of a half table around a texel of the atlas, and their weights.
struct tap {
    int at[4];
    float weight[4];
};

// Around a place in texels of the table, the middle of the first one at 0.
static struct tap tap_of(float u, float v, int width, int height)
{
    u = fmaxf(u, 0);
    v = fmaxf(v, 0);
    const int i = (int)u, j = (int)v;
    // Beyond the middle lies the mirror image.
    const int right = i + 1 < width ? 1 : 0, down = j + 1 < height ? width : 0;
    const float a = u - (float)i, b = v - (float)j;
    const int at = j * width + i;
    return (struct tap){{at, at + right, at + down, at + right + down},
                        {(1 - a) * (1 - b), a * (1 - b), (1 - a) * b, a * b}};
}

static struct tap tap_at(int texel, int width, int height)
{
    const int x = texel % SIZE < SIZE / 2 ? texel % SIZE : SIZE - 1 - texel % SIZE;
    const float scale = (float)height / SIZE;
    return tap_of(((float)x + .5f) * scale - .5f,
                  ((float)(texel / SIZE) + .5f) * scale - .5f, width, height);
}

// The drawn combination of the looks, as logarithms over the tone.
static void combine(const struct bt_traits *t, float (*look)[3])
{
    for (int i = 0; i < BT_CANON_LOOK_HEIGHT * BT_CANON_LOOK_WIDTH; i++)
        for (int c = 0; c < 3; c++) {
            look[i][c] = 0;
            for (int k = 0; k < BT_CANON_LOOKS; k++)
                look[i][c] +=
                    t->look[k] * bt_canon_look_step[k] * (float)bt_canon_look[k][i][c];
        }
}

// Within the limits, and gently towards them.
static float held(float value, float least, float most)
{
    const float limit = fmaxf(value < 0 ? -least : most, .01f), x = fabsf(value) / limit;
    const float y = x < .6f ? x : .6f + .4f * tanhf((x - .6f) / .4f);
    return value < 0 ? -limit * y : limit * y;
}

// Few people's beards are brighter than their skin, though the looks would have it so; and
// what few portraits mix of colours looks dirty on skin, but not on lips. beard takes how
// dark it is where beards grow.
static void hold(const struct bt_regions *r, float (*look)[3], float *beard)
{
    const int scale = BT_CANON_LOOK_WIDTH / BT_CANON_GRAIN_WIDTH;
    for (int i = 0; i < BT_CANON_LOOK_HEIGHT * BT_CANON_LOOK_WIDTH; i++) {
        const int x = i % BT_CANON_LOOK_WIDTH, y = i / BT_CANON_LOOK_WIDTH;
        const struct tap at = tap_of(((float)x + .5f) / (float)scale - .5f,
                                     ((float)y + .5f) / (float)scale - .5f,
                                     BT_CANON_GRAIN_WIDTH, BT_CANON_GRAIN_HEIGHT);
        float *rgb = look[i];
        float of[3] = {.3f * rgb[0] + .6f * rgb[1] + .1f * rgb[2], rgb[0] - rgb[1],
                       rgb[2] - rgb[1]};
        for (int c = 0; c < 3; c++) {
            float limit[2] = {0};
            for (int k = 0; k < 4; k++)
                for (int end = 0; end < 2; end++)
                    limit[end] += at.weight[k] * BT_CANON_LIMIT_UNIT *
                                  (float)bt_canon_limit[end][c][at.at[k]];
            of[c] = held(of[c], limit[0], limit[1]);
        }
        const float part = (float)SIZE / BT_CANON_LOOK_HEIGHT;
        const int texel =
            (int)(((float)y + .5f) * part) * SIZE + (int)(((float)x + .5f) * part);
        const float lips = r->lips[texel];
        of[1] *= .5f + .5f * lips;
        of[2] *= .5f + .5f * lips;
        const float low = bt_ramp((float)y / BT_CANON_LOOK_HEIGHT, .6f, .68f);
        beard[i] = fmaxf(-of[0] - .04f, 0) * low * (1 - lips) * r->skin[texel];
        of[0] += .25f * beard[i];
        rgb[1] = of[0] - .3f * of[1] - .1f * of[2];
        rgb[0] = rgb[1] + of[1];
        rgb[2] = rgb[1] + of[2];
    }
}

static void base(const struct bt_traits *t, const float (*look)[3], float (*rgb)[3])
{
    float tone[3];
    for (int c = 0; c < 3; c++) {
        tone[c] = bt_canon_tone[c];
        for (int k = 0; k < BT_CANON_TONES; k++)
            tone[c] += t->tone[k] * bt_canon_tones[k][c];
    }
    for (int i = 0; i < TEXELS; i++) {
        const struct tap fine = tap_at(i, BT_CANON_FINE_WIDTH, BT_CANON_FINE_HEIGHT);
        const struct tap rough = tap_at(i, BT_CANON_LOOK_WIDTH, BT_CANON_LOOK_HEIGHT);
        for (int c = 0; c < 3; c++) {
            float mean = 0, other = 0;
            for (int k = 0; k < 4; k++) {
                mean += fine.weight[k] * (float)bt_canon_fine[fine.at[k]][c];
                other += rough.weight[k] * look[rough.at[k]][c];
            }
            rgb[i][c] = logf(fmaxf(mean, 4) / BT_CANON_FINE_UNIT) + other + tone[c];
        }
    }
}

static void noise(struct bt_draw *draw, float *out)
{
    for (int i = 0; i < TEXELS; i++)
        out[i] = bt_draw_even(draw, -1.7320508f, 1.7320508f);
}

// To deviation 1.
static void even_out(float *value)
{
    double square = 1e-9;
    for (int i = 0; i < TEXELS; i++)
        square += (double)(value[i] * value[i]) / TEXELS;
    const float scale = (float)(1 / sqrt(square));
    for (int i = 0; i < TEXELS; i++)
        value[i] *= scale;
}

struct paper {
    float *one, *two, *scratch;
};

// Pores and fine lines: noise of each band, as strong as usual at each place.
static void pores(const struct bt_traits *t, const struct bt_regions *r, struct paper *p,
                  float (*rgb)[3])
{
    struct bt_draw draw = bt_draw_start(t->seed, 2);
    for (int band = 0; band < BT_CANON_GRAINS; band++) {
        noise(&draw, p->one);
        if (band)
            bt_blur(p->one, SIZE, SIZE, 1, 1 << (band - 1), p->scratch);
        memcpy(p->two, p->one, TEXELS * sizeof *p->two);
        bt_blur(p->two, SIZE, SIZE, 1, 1 << band, p->scratch);
        for (int i = 0; i < TEXELS; i++)
            p->one[i] -= p->two[i];
        even_out(p->one);
        for (int i = 0; i < TEXELS; i++) {
            const struct tap at = tap_at(i, BT_CANON_GRAIN_WIDTH, BT_CANON_GRAIN_HEIGHT);
            float strength = 0;
            for (int k = 0; k < 4; k++)
                strength += at.weight[k] * BT_CANON_GRAIN_UNIT *
                            (float)bt_canon_grain[band][at.at[k]];
            const float where = .25f + .75f * fmaxf(r->skin[i], .7f * r->nose[i]);
            for (int c = 0; c < 3; c++)
                rgb[i][c] += fminf(strength, .05f) * where * p->one[i];
        }
    }
}

// A beard is many short hairs rather than a shadow.
static void stubble(const struct bt_traits *t, const float *beard, struct paper *p,
                    float (*rgb)[3])
{
    struct bt_draw draw = bt_draw_start(t->seed, 10);
    noise(&draw, p->one);
    bt_blur(p->one, SIZE, SIZE, 1, 1, p->scratch);
    even_out(p->one);
    for (int i = 0; i < TEXELS; i++) {
        const struct tap at = tap_at(i, BT_CANON_LOOK_WIDTH, BT_CANON_LOOK_HEIGHT);
        float dark = 0;
        for (int k = 0; k < 4; k++)
            dark += at.weight[k] * beard[at.at[k]];
        for (int c = 0; c < 3; c++)
            rgb[i][c] -= fminf(dark, .4f) * .55f * fminf(fmaxf(p->one[i], 0), 2);
    }
}

// Patches of redder and paler skin, and what keeps both halves from being alike.
static void patches(const struct bt_traits *t, struct paper *p, float (*rgb)[3])
{
    static const float red[3] = {.3f, -1, -.8f};
    struct bt_draw draw = bt_draw_start(t->seed, 3);
    for (int k = 0; k < 4; k++) {
        const float amount = k < 2 ? .018f : .014f;
        noise(&draw, p->one);
        bt_blur(p->one, SIZE, SIZE, 1, k % 2 ? 24 : 7, p->scratch);
        even_out(p->one);
        for (int i = 0; i < TEXELS; i++)
            for (int c = 0; c < 3; c++)
                rgb[i][c] += amount * p->one[i] * (k < 2 ? 1 : red[c]);
    }
}

// Creases of the lips run across them.
static void creases(const struct bt_traits *t, const struct bt_regions *r,
                    struct paper *p, float (*rgb)[3])
{
    struct bt_draw draw = bt_draw_start(t->seed, 4);
    for (int x = 0; x < SIZE; x++)
        p->two[x] = bt_draw_even(&draw, -1, 1);
    noise(&draw, p->one);
    bt_blur(p->one, SIZE, SIZE, 1, 1, p->scratch);
    for (int i = 0; i < TEXELS; i++) {
        const int x = i % SIZE;
        // A line wanders a little from row to row.
        const int at = x + (int)lroundf(1.5f * sinf((float)(i / SIZE) * .35f + (float)x));
        const float line = p->two[at < 0 ? 0 : at >= SIZE ? SIZE - 1 : at];
        for (int c = 0; c < 3; c++)
            rgb[i][c] += r->lips[i] * (.03f * line + .05f * p->one[i]);
    }
}

static void spot(float x, float y, float radius, float depth, float (*rgb)[3])
{
    static const float brown[3] = {.75f, 1, 1.15f};
    for (int j = (int)(y - 2 * radius); j <= (int)(y + 2 * radius) + 1; j++)
        for (int i = (int)(x - 2 * radius); i <= (int)(x + 2 * radius) + 1; i++) {
            if (i < 0 || j < 0 || i >= SIZE || j >= SIZE)
                continue;
            const float far = hypotf((float)i - x, (float)j - y) / radius;
            for (int c = 0; c < 3; c++)
                rgb[j * SIZE + i][c] -= depth * brown[c] * bt_ramp(far, 1.7f, .2f);
        }
}

static void spots(const struct bt_traits *t, const struct bt_regions *r, float (*rgb)[3])
{
    struct bt_draw draw = bt_draw_start(t->seed, 5);
    const int freckles = (int)(220 * t->freckles);
    for (int n = 0; n < freckles + t->moles; n++) {
        const bool mole = n >= freckles;
        const float x = SIZE * bt_draw_even(&draw, .15f, .85f);
        const float y = SIZE * (mole ? bt_draw_even(&draw, .2f, .85f)
                                     : .5f + .07f * bt_draw_bell(&draw));
        const float radius = bt_draw_even(&draw, 1.1f, mole ? 2 : 2.4f);
        const float depth = mole ? .3f : bt_draw_even(&draw, .03f, .1f);
        spot(x, y, radius, depth * r->skin[(int)y * SIZE + (int)x], rgb);
    }
}

int bt_nobody_skin(const struct bt_traits *t, const struct bt_regions *r, float (*rgb)[3])
{
    const size_t half = (size_t)BT_CANON_LOOK_HEIGHT * BT_CANON_LOOK_WIDTH;
    float(*look)[3] = bt_alloc_array(half, sizeof *look);
    float *beard = bt_alloc_array(half, sizeof *beard);
    struct paper p = {bt_alloc_array(TEXELS, sizeof(float)),
                      bt_alloc_array(TEXELS, sizeof(float)),
                      bt_alloc_array(TEXELS, sizeof(float))};
    const int error =
        look && beard && p.one && p.two && p.scratch ? 0 : BAUTA_E_NO_MEMORY;
    if (!error) {
        combine(t, look);
        hold(r, look, beard);
        base(t, (const float(*)[3])look, rgb);
        pores(t, r, &p, rgb);
        stubble(t, beard, &p, rgb);
        patches(t, &p, rgb);
        creases(t, r, &p, rgb);
        spots(t, r, rgb);
        bt_nobody_brows(t, rgb);
        for (int i = 0; i < TEXELS; i++)
            for (int c = 0; c < 3; c++)
                rgb[i][c] = 255 * expf(fminf(rgb[i][c], 0));
    }
    bt_free(look);
    bt_free(beard);
    bt_free(p.one);
    bt_free(p.two);
    bt_free(p.scratch);
    return error;
}
