// SPDX-License-Identifier: Apache-2.0
#include "swap/neural/paste.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "dsp/dsp.h"

static const float RIM_SECONDS = .08f; // in which the oval's colours are followed
static const float RIM_MOST = 48;      // display values
enum { RIM_REACH = 4 };                // neighbours along the oval, on each side

int bt_paste_init(struct bt_paste *paste, const struct bt_regions *regions, int size)
{
    const size_t texels = (size_t)regions->size * (size_t)regions->size;
    const size_t pixels = (size_t)size * (size_t)size;
    bt_order_init(&paste->order);
    paste->size = size;
    paste->texture_size = regions->size;
    paste->texture[0] = bt_alloc(texels * 4);
    paste->texture[1] = bt_alloc(texels * 4);
    paste->cover = bt_alloc(pixels * 4);
    paste->square = bt_alloc(pixels * 4);
    paste->half = bt_alloc(pixels * 2);
    if (!paste->texture[0] || !paste->texture[1] || !paste->cover || !paste->square ||
        !paste->half)
        return BAUTA_E_NO_MEMORY;
    for (size_t i = 0; i < texels; i++)
        for (int without = 0; without < 2; without++) {
            const float share = without ? regions->lids[i] : 1;
            memset(paste->texture[without] + 4 * i, 128, 3);
            paste->texture[without][4 * i + 3] =
                (uint8_t)(255 * regions->paste[i] * share + .5f);
        }
    return 0;
}

void bt_paste_finish(struct bt_paste *paste)
{
    bt_freep(&paste->texture[0]);
    bt_freep(&paste->texture[1]);
    bt_freep(&paste->cover);
    bt_freep(&paste->square);
    bt_freep(&paste->half);
}

// Mean of seen less made around a place; false outside of the square.
static bool differ(const struct bt_paste *p, const float (*seen)[3],
                   const float (*made)[3], float x, float y, float out[3])
{
    const int r = p->size / 40 + 1, n = p->size;
    if (!(x >= (float)r && y >= (float)r && x < (float)(n - r) && y < (float)(n - r)))
        return false;
    float sum[3] = {0};
    for (int j = (int)y - r; j <= (int)y + r && j < n; j++)
        for (int i = (int)x - r; i <= (int)x + r && i < n; i++)
            for (int c = 0; c < 3; c++)
                sum[c] += seen[j * n + i][c] - made[j * n + i][c];
    for (int c = 0; c < 3; c++)
        out[c] = sum[c] / (float)((2 * r + 1) * (2 * r + 1));
    return true;
}

void bt_paste_follow(struct bt_paste_state *state, const float raw[BT_CANON_OVAL][3],
                     const bool there[BT_CANON_OVAL], double dt)
{
    const float follow = state->started ? 1 - expf(-(float)dt / RIM_SECONDS) : 1;
    for (int k = 0; k < BT_CANON_OVAL; k++) {
        float sum[3] = {0}, weight = 0;
        for (int d = -RIM_REACH; d <= RIM_REACH; d++) {
            const int j = (k + d + BT_CANON_OVAL) % BT_CANON_OVAL;
            const float w = there[j] ? (float)(RIM_REACH + 1 - abs(d)) : 0;
            weight += w;
            for (int c = 0; c < 3 && w > 0; c++)
                sum[c] += w * fminf(fmaxf(raw[j][c], -RIM_MOST), RIM_MOST);
        }
        for (int c = 0; c < 3; c++) {
            const float now = weight > 0 ? sum[c] / weight : 0;
            state->border[k][c] += follow * (now - state->border[k][c]);
        }
    }
    state->started = true;
}

// What the colours lack just inside the oval.
static void follow_border(struct bt_paste *p, struct bt_paste_state *state,
                          const float (*seen)[3], const float (*made)[3], double dt)
{
    float raw[BT_CANON_OVAL][3], middle[2] = {0};
    bool there[BT_CANON_OVAL];
    for (int k = 0; k < BT_CANON_OVAL; k++)
        for (int c = 0; c < 2; c++)
            middle[c] += p->shape[bt_canon_oval[k]][c] / BT_CANON_OVAL;
    for (int k = 0; k < BT_CANON_OVAL; k++) {
        const float *at = p->shape[bt_canon_oval[k]];
        there[k] = differ(p, seen, made, at[0] + .1f * (middle[0] - at[0]),
                          at[1] + .1f * (middle[1] - at[1]), raw[k]);
    }
    bt_paste_follow(state, (const float(*)[3])raw, there, dt);
}

// Where the face's triangles lie in aligned space: the mask, and what the border spreads.
static void cover(struct bt_paste *p, const struct bt_paste_state *state, bool eyes)
{
    const int n = p->size, t = p->texture_size;
    const struct bt_texture texture = {
        .rgba = p->texture[!eyes], .width = t, .height = t, .stride = t * 4};
    for (int v = 0; v < BAUTA_LANDMARKS; v++) {
        struct bt_raster_vertex *out = &p->vertex[v];
        *out = (struct bt_raster_vertex){p->shape[v][0], p->shape[v][1],
                                         bt_canon_uv[v][0] * (float)t,
                                         bt_canon_uv[v][1] * (float)t, {0}};
        for (int k = 0; k < BT_CANON_OVAL; k++)
            for (int c = 0; c < 3; c++)
                out->add[c] += bt_canon_border[v][k] * state->border[k][c];
    }
    memset(p->cover, 0, (size_t)n * (size_t)n * 4);
    const int count = bt_order_run(&p->order, (const float(*)[3])p->shape, true);
    bt_raster_textured(p->cover, n, n, n * 4, &texture, p->vertex,
                       (const uint16_t(*)[3])p->order.triangle, count);
}

static uint8_t byte_of(float value)
{
    return (uint8_t)(value < 0 ? 0 : value > 255 ? 255 : value + .5f);
}

static void fill(struct bt_paste *p, const float (*made)[3], const float *mask)
{
    const int n = p->size;
    const float wide = .04f * (float)n;
    for (int y = 0; y < n; y++)
        for (int x = 0; x < n; x++) {
            const int i = y * n + x, ex = x < n - 1 - x ? x : n - 1 - x;
            const int ey = y < n - 1 - y ? y : n - 1 - y, edge = ex < ey ? ex : ey;
            const uint8_t *c = p->cover + 4 * i;
            uint8_t *out = p->square + 4 * i;
            // Where no triangle lies nothing is added.
            for (int k = 0; k < 3; k++)
                out[k] = byte_of(made[i][k] + (c[3] ? (float)c[k] - 128 : 0));
            const float share = (float)edge < wide ? (float)edge / wide : 1;
            out[3] = (uint8_t)((float)c[3] * mask[i] * share + .5f);
        }
}

// Halves the square while a sample of the frame covers more than two of its pixels.
static int reduce(struct bt_paste *p, float scale)
{
    const struct bt_dsp *dsp = bt_dsp_get();
    int n = p->size;
    for (; scale < .5f && n > 8 && n % 2 == 0; scale *= 2, n /= 2) {
        for (int y = 0; y < n / 2; y++) {
            const uint8_t *a = p->square + (size_t)y * 2 * (size_t)n * 4;
            dsp->half_rgbx(p->half + (size_t)y * (size_t)n * 2, a, a + n * 4, n / 2);
        }
        memcpy(p->square, p->half, (size_t)n * (size_t)n);
    }
    return n;
}

void bt_paste_run(struct bt_paste *p, struct bt_paste_state *state,
                  struct bt_patch *patch, const struct bauta_face *at,
                  struct bt_affine map, const float (*seen)[3], const float (*made)[3],
                  const float *mask, bool eyes, double dt)
{
    static const uint16_t quad[2][3] = {{0, 1, 2}, {0, 2, 3}};
    static const float corner[4][2] = {{0, 0}, {1, 0}, {1, 1}, {0, 1}};
    const struct bt_affine back = bt_affine_invert(map);
    for (int v = 0; v < BAUTA_LANDMARKS; v++) {
        const float *l = at->landmark[v];
        bt_affine_apply(back, l[0], l[1], &p->shape[v][0], &p->shape[v][1]);
        p->shape[v][2] = l[2];
    }
    follow_border(p, state, seen, made, dt);
    cover(p, state, eyes);
    fill(p, made, mask);
    const int n = reduce(p, hypotf(map.m[0], map.m[3]));
    struct bt_raster_vertex vertex[4];
    for (int i = 0; i < 4; i++) {
        float x, y;
        bt_affine_apply(map, corner[i][0] * (float)p->size, corner[i][1] * (float)p->size,
                        &x, &y);
        vertex[i] = (struct bt_raster_vertex){
            x - (float)patch->rect.x0, y - (float)patch->rect.y0,
            corner[i][0] * (float)n, corner[i][1] * (float)n, {0}};
    }
    const struct bt_texture texture = {
        .rgba = p->square, .width = n, .height = n, .stride = n * 4};
    bt_raster_textured(patch->drawn, patch->width, patch->height, patch->stride, &texture,
                       vertex, quad, 2);
}
