// SPDX-License-Identifier: Apache-2.0
#include <math.h>
#include <string.h>

#include "swap/hybrid/hybrid.h"

// What the picture shows just inside the oval less what would be drawn there.
static bool differ(const struct bt_hybrid *h, int k, float out[3])
{
    const struct bt_relight *r = &h->relight;
    const int step = h->size / BT_MAP_SIZE;
    float sum[3] = {0}, weight = 0;
    for (int j = -2; j <= 2; j++)
        for (int i = -2; i <= 2; i++) {
            const int at = r->rim[k] + j * BT_MAP_SIZE + i;
            const int x = at % BT_MAP_SIZE * step + step / 2;
            const int y = at / BT_MAP_SIZE * step + step / 2;
            const uint8_t *drawn = h->lit + 4 * ((size_t)y * (size_t)h->size + (size_t)x);
            const float w = r->facing[at] * r->open[at];
            for (int c = 0; c < 3; c++)
                sum[c] += w * (r->seen[at][c] - (float)drawn[c]);
            weight += w;
        }
    for (int c = 0; c < 3; c++)
        out[c] = sum[c] / (weight + 1e-3f);
    return weight > 2;
}

static void follow_border(struct bt_hybrid *h, struct bt_hybrid_person *p, double dt)
{
    float raw[BT_CANON_OVAL][3];
    bool there[BT_CANON_OVAL];
    for (int k = 0; k < BT_CANON_OVAL; k++)
        there[k] = differ(h, k, raw[k]);
    bt_paste_follow(&p->rim, (const float(*)[3])raw, there, dt);
}

// Towards the silhouette the mask fades as engine mesh's.
static void cover(struct bt_hybrid *h, bool eyes, float shown)
{
    struct bt_relight *r = &h->relight;
    for (int i = 0; i < BT_MAP_TEXELS; i++) {
        const float share = r->regions.paste[i] * (eyes ? 1 : r->regions.lids[i]) *
                            (1 - r->regions.rim[i] * (1 - r->facing[i]));
        r->gain[i][3] = (uint16_t)(256 * share * shown + .5f);
    }
}

// Halves the texture while a pixel covers more than two of its texels.
static const uint8_t *reduce(struct bt_hybrid *h, float scale, int *size)
{
    const struct bt_dsp *dsp = bt_dsp_get();
    uint8_t *from = h->lit, *to = h->half;
    int n = h->size;
    for (; scale > 2 && n > 32; scale /= 2, n /= 2) {
        for (int y = 0; y < n / 2; y++) {
            const uint8_t *a = from + (size_t)y * 2 * (size_t)n * 4;
            dsp->half_rgbx(to + (size_t)y * (size_t)n * 2, a, a + n * 4, n / 2);
        }
        uint8_t *other = from;
        from = to;
        to = other;
    }
    *size = n;
    return from;
}

int bt_hybrid_draw(struct bt_hybrid *h, struct bt_hybrid_person *p,
                   const struct bt_swap_options *options, struct bauta_frame *frame,
                   const struct bauta_face *at, double dt, struct bt_mask *touched)
{
    const bool eyes = options->eyes == BT_EYES_PHOTO;
    int n;
    bt_mix_draw(&p->mix, &h->mixer, &h->parts, &h->cache);
    bt_mix_gain(&p->mix, &h->mixer, &h->view, h->relight.gain);
    cover(h, eyes, p->shown);
    bt_lit_run(h->lit, p->mix.texture, h->size, &h->rows,
               (const uint16_t(*)[4])h->relight.gain);
    follow_border(h, p, dt);
    const float across = .9f * (float)h->size / fmaxf(15.3f * at->scale, 1);
    const uint8_t *rgba = reduce(h, across, &n);
    const struct bt_texture texture = {.rgba = rgba, .width = n, .height = n, .stride = n * 4};
    for (int v = 0; v < BAUTA_LANDMARKS; v++) {
        struct bt_raster_vertex *out = &h->vertex[v];
        *out = (struct bt_raster_vertex){at->landmark[v][0] - (float)h->patch.rect.x0,
                                         at->landmark[v][1] - (float)h->patch.rect.y0,
                                         bt_canon_uv[v][0] * (float)n,
                                         bt_canon_uv[v][1] * (float)n, {0}};
        for (int k = 0; k < BT_CANON_OVAL; k++)
            for (int c = 0; c < 3; c++)
                out->add[c] += bt_canon_border[v][k] * p->rim.border[k][c];
    }
    const int count = bt_order_run(&h->order, at->landmark, true);
    bt_raster_textured(h->patch.drawn, h->patch.width, h->patch.height, h->patch.stride,
                       &texture, h->vertex, (const uint16_t(*)[3])h->order.triangle, count);
    int error = bt_front_cut(&h->front, &h->patch, at, &h->relight.map,
                             p->light.occlude.mask, h->relight.facing, options->occlusion);
    if (!error)
        error = bt_patch_write(&h->patch, frame, touched);
    return error ? error : 1;
}
