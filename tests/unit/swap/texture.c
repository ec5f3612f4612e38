// SPDX-License-Identifier: Apache-2.0
// What is planted into a plain texture and is not the face's own goes; what is, stays.
#include "made.h"

#include "base/alloc.h"

enum { N = BT_ATLAS_SIZE, COUNT = N * N };
static struct bt_uvmap map;
static struct bt_regions regions;
static float rgb[COUNT][3], shade[COUNT][3], weight[COUNT];

static void plain(void)
{
    for (int i = 0; i < COUNT; i++) {
        rgb[i][0] = 200, rgb[i][1] = 150, rgb[i][2] = 125;
        shade[i][0] = shade[i][1] = shade[i][2] = 1;
        weight[i] = map.triangle[i] != BT_UV_NONE;
    }
}

static void darken(int i, float depth)
{
    for (int c = 0; c < 3; c++)
        rgb[i][c] *= expf(-depth);
}

// A Gaussian spot.
static void spot(int x, int y, float sigma, float depth)
{
    for (int i = 0; i < COUNT; i++) {
        const float dx = (float)(i % N - x), dy = (float)(i / N - y);
        darken(i, depth * expf(-(dx * dx + dy * dy) / (2 * sigma * sigma)));
    }
}

// A line with a Gaussian across.
static void stroke(float x0, float y0, float x1, float y1, float sigma, float depth)
{
    for (int i = 0; i < COUNT; i++) {
        const float px = (float)(i % N) - x0, py = (float)(i / N) - y0;
        const float dx = x1 - x0, dy = y1 - y0;
        float t = (px * dx + py * dy) / (dx * dx + dy * dy);
        t = t < 0 ? 0 : t > 1 ? 1 : t;
        const float ex = px - t * dx, ey = py - t * dy;
        darken(i, depth * expf(-(ex * ex + ey * ey) / (2 * sigma * sigma)));
    }
}

static float luma(int x, int y)
{
    return bt_log_luma(rgb[y * N + x]);
}

static float depth(int x, int y, int away)
{
    return (luma(x - away, y) + luma(x + away, y)) / 2 - luma(x, y);
}

static void strands(void)
{
    plain();
    // Hair was rejected at the left rim; a strand hangs out of it, a freckle lies apart.
    for (int i = 0; i < COUNT; i++)
        if (i % N < 70)
            weight[i] = 0;
    stroke(60, 200, 120, 290, 2, .5f);
    spot(110, 220, 1.5f, .4f);
    const float before = weight[350 * N + 256];
    EXPECT(bt_atlas_strands(&regions, (const float(*)[3])rgb, 1, weight) == 0, "memory");
    for (int k = 0; k <= 8; k++) {
        const int x = 78 + 5 * k, y = 227 + 15 * k / 2;
        EXPECT(weight[y * N + x] < .2f, "strand at %d %d: %.2f", x, y,
               (double)weight[y * N + x]);
    }
    EXPECT(weight[220 * N + 110] > .9f, "freckle: %.2f", (double)weight[220 * N + 110]);
    EXPECT(weight[350 * N + 256] == before, "the middle: %.2f",
           (double)weight[350 * N + 256]);
}

static void shadow(void)
{
    plain();
    spot(180, 260, 2, .3f);
    for (int i = 0; i < COUNT; i++)
        if (i % N < 205)
            darken(i, .7f);
    const float freckle = depth(180, 260, 8);
    EXPECT(bt_atlas_even(&map, &regions, rgb, weight, shade) == 0, "memory");
    for (int x = 110; x < 256; x += 3) {
        // The edge itself may keep a little.
        const float limit = abs(x - 205) < 4 ? .4f : .22f, off = luma(511 - x, 250) - luma(x, 250);
        EXPECT(fabsf(off) < limit, "shade left at %d: %.2f", x, (double)off);
    }
    EXPECT(depth(180, 260, 8) > .6f * freckle, "freckle: %.2f of %.2f",
           (double)depth(180, 260, 8), (double)freckle);
    EXPECT(shade[260 * N + 150][1] < .7f, "the shadow is not told: %.2f",
           (double)shade[260 * N + 150][1]);
}

static void own_sides(void)
{
    plain();
    spot(160, 260, 3, .3f);
    const float mole = depth(160, 260, 12);
    EXPECT(bt_atlas_even(&map, &regions, rgb, weight, shade) == 0, "memory");
    EXPECT(depth(160, 260, 12) > .8f * mole, "mole: %.2f of %.2f",
           (double)depth(160, 260, 12), (double)mole);
    EXPECT(fabsf(luma(351, 260) - luma(351, 200)) < .05f, "a mole's ghost: %.2f",
           (double)(luma(351, 260) - luma(351, 200)));
}

static void folds(float smile, float least, float most)
{
    plain();
    stroke(190, 290, 168, 345, 5, .5f);
    spot(150, 290, 1.5f, .3f);
    spot(196, 330, 3, .5f);
    const float fold = depth(179, 317, 20), freckle = depth(150, 290, 8);
    const float mole = depth(196, 330, 9);
    EXPECT(bt_atlas_folds(&regions, smile, rgb) == 0, "memory");
    const float left = depth(179, 317, 20) / fold;
    EXPECT(left > least && left < most, "smile %.1f: %.2f of the fold", (double)smile,
           (double)left);
    EXPECT(depth(150, 290, 8) > .7f * freckle, "smile %.1f: freckle %.2f of %.2f",
           (double)smile, (double)depth(150, 290, 8), (double)freckle);
    EXPECT(depth(196, 330, 9) > .6f * mole, "smile %.1f: mole %.2f of %.2f", (double)smile,
           (double)depth(196, 330, 9), (double)mole);
}

static void mirror(void)
{
    plain();
    // The right cheek is hidden and was green; the left one is spotted, and lit less.
    for (int i = 0; i < COUNT; i++) {
        const int x = i % N;
        if (x < 256)
            darken(i, .2f);
        if (x > 340) {
            weight[i] = 0;
            rgb[i][0] = 20;
        }
    }
    spot(120, 250, 3, .4f);
    EXPECT(bt_atlas_mirror(&map, &regions, rgb, weight) == 0, "memory");
    EXPECT(fabsf(luma(338, 300) - luma(344, 300)) < .03f, "an edge: %.3f",
           (double)(luma(338, 300) - luma(344, 300)));
    EXPECT(depth(391, 250, 12) > .3f, "no detail: %.2f", (double)depth(391, 250, 12));
    EXPECT(rgb[300 * N + 400][0] > 180, "green: %.0f", (double)rgb[300 * N + 400][0]);
}

static void lips(float open, float pale, int kept)
{
    plain();
    for (int i = 0; i < COUNT; i++) {
        if (regions.lips[i] <= 0)
            continue;
        const float teeth = regions.line[i] > .75f ? pale : 0;
        rgb[i][0] = 180 + 40 * teeth, rgb[i][1] = 80 + 130 * teeth;
        rgb[i][2] = 90 + 110 * teeth;
    }
    const int at = 351 * N + 256;
    const float before = rgb[at][1];
    EXPECT(bt_atlas_lips(&regions, open, rgb) == 0, "memory");
    const float now = rgb[at][1];
    EXPECT(kept ? fabsf(now - before) < 1 : now < 110, "open %.1f: green %.0f, was %.0f",
           (double)open, (double)now, (double)before);
    EXPECT(fabsf(rgb[339 * N + 256][1] - 80) < 4, "the lip itself: %.0f",
           (double)rgb[339 * N + 256][1]);
}

static void rims(bool worn)
{
    plain();
    for (int i = 0; i < COUNT; i++)
        if (regions.brow[i] > .5f)
            darken(i, .6f);
    if (worn) {
        stroke(225, 185, 287, 185, 3, 1.2f);
        stroke(225, 185, 200, 235, 3, 1.2f);
        stroke(200, 235, 120, 235, 3, 1.2f);
    }
    float seen = -1;
    EXPECT(bt_atlas_rims(&regions, (const float(*)[3])rgb, weight, &seen) == 0, "memory");
    EXPECT(worn ? seen > .9f : seen == 0, "worn %d: seen %.2f", worn, (double)seen);
    for (int x = 130; x < 195; x += 8)
        EXPECT(worn ? weight[235 * N + x] < .1f : weight[235 * N + x] > .9f,
               "worn %d: weight %.2f at %d", worn, (double)weight[235 * N + x], x);
    EXPECT(weight[300 * N + 150] > .99f, "cheek %.2f", (double)weight[300 * N + 150]);
}

static void sockets(void)
{
    plain();
    spot(216, 178, 14, .7f);
    spot(295, 178, 14, .7f);
    spot(150, 285, 1.5f, .3f);
    const float before = luma(256, 250) - luma(222, 180), freckle = depth(150, 285, 8);
    EXPECT(bt_atlas_lift(&regions, rgb) == 0, "memory");
    const float now = luma(256, 250) - luma(222, 180);
    EXPECT(now < before - .08f && now > 0, "socket %.2f, was %.2f", (double)now,
           (double)before);
    EXPECT(depth(150, 285, 8) > .8f * freckle, "freckle");
}

static void memory(void)
{
    for (int64_t k = 1; k < 3; k++) {
        plain();
        bt_alloc_fail_after(k);
        EXPECT(bt_atlas_strands(&regions, (const float(*)[3])rgb, 1, weight) < 0, "strands");
        bt_alloc_fail_after(k);
        EXPECT(bt_atlas_rims(&regions, (const float(*)[3])rgb, weight, NULL) < 0, "rims");
        bt_alloc_fail_after(k);
        EXPECT(bt_atlas_even(&map, &regions, rgb, weight, shade) < 0, "even");
        bt_alloc_fail_after(k);
        EXPECT(bt_atlas_mirror(&map, &regions, rgb, weight) < 0, "mirror");
        bt_alloc_fail_after(k);
        EXPECT(bt_atlas_lift(&regions, rgb) < 0, "lift");
        bt_alloc_fail_after(k);
        EXPECT(bt_atlas_folds(&regions, 1, rgb) < 0, "folds");
        bt_alloc_fail_after(k);
        EXPECT(bt_atlas_lips(&regions, 1, rgb) < 0, "lips");
        bt_alloc_fail_after(0);
    }
}

int main(void)
{
    if (bt_uvmap_init(&map, N) < 0 || bt_regions_init(&regions, N) < 0)
        return 1;
    strands();
    shadow();
    own_sides();
    folds(0, .7f, 1.01f);
    folds(1, -.2f, .5f);
    mirror();
    lips(.6f, 1, 0);
    lips(0, 1, 0);
    lips(0, 0, 1);
    rims(true);
    rims(false);
    sockets();
    memory();
    bt_uvmap_finish(&map);
    bt_regions_finish(&regions);
    return check_end();
}
