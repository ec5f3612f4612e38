// SPDX-License-Identifier: Apache-2.0
#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "swap/behind.h"
#include "swap/eyes.h"
#include "swap/front.h"
#include "swap/grain.h"
#include "swap/relight.h"
#include "swap/shape.h"
#include "swap/lit.h"
#include "swap/order.h"
#include "swap/slots.h"

// One person of the stream.
struct person {
    struct bt_slot slot;
    struct bt_expression_state shape;
    struct bt_eyes_state eyes;
    struct bt_relight_state light;
    struct bt_grain grain;
    uint8_t *texture; // the atlas at this face's size
    float closed[2];  // how far its lids are shut, and what it shows there when they are
    uint8_t open[BT_LIDS_WIDTH * BT_LIDS_HEIGHT * 4]; // not and
    uint8_t shut[BT_LIDS_WIDTH * BT_LIDS_HEIGHT * 4]; // wholly
    float level; // as it was made, in octaves below the atlas
};

struct mesh {
    struct bt_patch patch;
    struct bt_relight relight;
    struct bt_front front;
    struct person *person[BAUTA_FACES_MAX];
    float weight[BAUTA_LANDMARKS];
    struct bt_behind behind;
    struct bt_lit_rows rows;
    uint8_t *lit; // the texture at work in the target's light
    struct bt_order order;
    float normal[BAUTA_LANDMARKS][3], shape[BAUTA_LANDMARKS][3];
    struct bt_raster_vertex vertex[BAUTA_LANDMARKS];
};

// Memory for one more person.
static int prepare(struct person **person)
{
    struct person *p = *person ? *person : bt_zalloc(sizeof *p);
    if (!p)
        return BAUTA_E_NO_MEMORY;
    *person = p;
    p->slot.id = -1;
    if (!p->texture)
        p->texture = bt_zalloc((size_t)BT_ATLAS_SIZE * BT_ATLAS_SIZE * 4);
    return p->texture ? 0 : BAUTA_E_NO_MEMORY;
}

static int mesh_open(struct bt_swap *s, const struct bt_format *format)
{
    struct mesh *m = s->priv;
    (void)format;
    bt_shape_weights(m->weight);
    bt_behind_init(&m->behind);
    bt_order_init(&m->order);
    // Most streams show no more than two faces at once: theirs needs no memory later.
    const int error =
        prepare(&m->person[0]) || prepare(&m->person[1]) ? BAUTA_E_NO_MEMORY : 0;
    if (error)
        return error;
    m->lit = bt_zalloc((size_t)BT_ATLAS_SIZE * BT_ATLAS_SIZE * 4);
    if (!m->lit)
        return BAUTA_E_NO_MEMORY;
    const int failed = bt_relight_init(&m->relight);
    if (!failed)
        bt_lit_rows_init(&m->rows, &m->relight.map);
    return failed;
}

static void forget(struct person **person)
{
    if (*person)
        bt_free((*person)->texture);
    bt_freep(person);
}

// The state of this face, or a fresh one.
static struct person *recall(struct mesh *m, int id, const struct bt_source_face *who,
                             double seconds)
{
    const struct bt_slot *slots[BAUTA_FACES_MAX];
    bool known = false;
    for (int i = 0; i < BAUTA_FACES_MAX; i++)
        slots[i] = m->person[i] ? &m->person[i]->slot : NULL;
    const int slot = bt_slot_choose(slots, id, who, seconds, &known);
    if (known)
        return m->person[slot];
    struct person *p = m->person[slot];
    if ((!p || !p->texture) && prepare(&m->person[slot]))
        return NULL;
    p = m->person[slot];
    p->slot = (struct bt_slot){id, seconds, who};
    p->level = -1;
    p->shape = (struct bt_expression_state){0};
    p->light.started = p->eyes.started = false;
    p->grain = (struct bt_grain){0};
    return p;
}

// The texel of the next level that lies on the other side of texel i from its own.
static int neighbour(int i, int half)
{
    const int at = i / 2 + ((i & 1) ? 1 : -1);
    return at < 0 ? 0 : at < half ? at : half - 1;
}

// Mixes a picture of w x h texels and its next level; mix 0..256.
static void mix_levels(const uint8_t *fine, const uint8_t *rough, int w, int h, int mix,
                       uint8_t *out)
{
    for (int y = 0; y < h; y++) {
        const int ra = y / 2, rb = neighbour(y, h / 2), half = w / 2;
        for (int x = 0; x < w; x++, fine += 4, out += 4) {
            const int ca = x / 2, cb = neighbour(x, half);
            const uint8_t *q[4] = {
                rough + (ra * half + ca) * 4, rough + (ra * half + cb) * 4,
                rough + (rb * half + ca) * 4, rough + (rb * half + cb) * 4};
            for (int c = 0; c < 4; c++) {
                const int soft =
                    (9 * q[0][c] + 3 * q[1][c] + 3 * q[2][c] + q[3][c] + 8) >> 4;
                out[c] = (uint8_t)((fine[c] * (256 - mix) + soft * mix + 128) >> 8);
            }
        }
    }
}

// Mixes two neighbouring levels of the atlas so that a texel is about a pixel.
static void fit_texture(const struct mesh *m, struct person *p, float level)
{
    level = bt_lit_level(level);
    if (p->level >= 0 && fabsf(level - p->level) < .08f)
        return;
    const int l = (int)level, n = BT_ATLAS_SIZE >> l;
    const int mix = (int)((level - (float)l) * 256), w = BT_LIDS_WIDTH >> l;
    p->level = level;
    p->closed[0] = p->closed[1] = 0;
    const struct bt_source_face *who = p->slot.who;
    bt_lit_fit(p->texture, &m->rows, who, level);
    mix_levels(who->lids[l], who->lids[l + 1], w, BT_LIDS_HEIGHT >> l, mix,
               p->shut);
    for (int y = 0; y < BT_LIDS_HEIGHT >> l; y++)
        memcpy(p->open + y * w * 4,
               p->texture + ((y + (BT_LIDS_TOP >> l)) * n + (BT_LIDS_LEFT >> l)) * 4,
               (size_t)w * 4);
}

// Shows as much of the closed lids as they are.
static void close_lids(struct person *p, const float closed[2])
{
    const int l = (int)p->level, n = BT_ATLAS_SIZE >> l;
    const int w = BT_LIDS_WIDTH >> l, h = BT_LIDS_HEIGHT >> l;
    for (int side = 0; side < 2; side++) {
        if (fabsf(closed[side] - p->closed[side]) < .02f)
            continue;
        p->closed[side] = closed[side];
        const int mix = (int)(closed[side] * 256);
        for (int y = 0; y < h; y++) {
            const size_t from = ((size_t)y * (size_t)w + (size_t)(side * w / 2)) * 4;
            const uint8_t *a = p->open + from, *b = p->shut + from;
            uint8_t *out =
                p->texture +
                ((y + (BT_LIDS_TOP >> l)) * n + (BT_LIDS_LEFT >> l) + side * w / 2) * 4;
            for (int i = 0; i < w / 2 * 4; i++)
                if ((i & 3) != 3)
                    out[i] = (uint8_t)((a[i] * (256 - mix) + b[i] * mix) >> 8);
        }
    }
}

static void draw(struct mesh *m, const struct person *p, bool eyes)
{
    const int n = bt_lit_size(p->level);
    bt_lit_run(m->lit, p->texture, n, &m->rows, (const uint16_t(*)[4])m->relight.gain);
    const struct bt_texture texture = {
        .rgba = m->lit, .width = n, .height = n, .stride = n * 4};
    for (int v = 0; v < BAUTA_LANDMARKS; v++) {
        struct bt_raster_vertex *out = &m->vertex[v];
        out->x = m->shape[v][0] - (float)m->patch.rect.x0;
        out->y = m->shape[v][1] - (float)m->patch.rect.y0;
        out->u = bt_canon_uv[v][0] * (float)n;
        out->v = bt_canon_uv[v][1] * (float)n;
        memcpy(out->add, m->relight.add[v], sizeof out->add);
    }
    const int count = bt_order_run(&m->order, (const float(*)[3])m->shape, eyes);
    bt_raster_textured(m->patch.drawn, m->patch.width, m->patch.height, m->patch.stride,
                       &texture, m->vertex, (const uint16_t(*)[3])m->order.triangle, count);
}

static int texel_of(const float uv[2])
{
    const int x = (int)fminf(uv[0] * BT_MAP_SIZE, BT_MAP_SIZE - 1);
    const int y = (int)fminf(uv[1] * BT_MAP_SIZE, BT_MAP_SIZE - 1);
    return y * BT_MAP_SIZE + x;
}

// Draws the irises in the light of the eyes.
static void look(struct mesh *m, struct person *p, const struct bauta_face *at, double dt)
{
    const struct bt_source_face *who = p->slot.who;
    float gain[2][3] = {{0}}, add[2][3] = {{0}};
    for (int side = 0; side < 2; side++) {
        float uv[2] = {0};
        for (int k = 0; k < BT_CANON_LID; k++) {
            const int v = bt_canon_lid[side][k];
            for (int c = 0; c < 2; c++)
                uv[c] += bt_canon_uv[v][c] / BT_CANON_LID;
            for (int c = 0; c < 3; c++)
                add[side][c] += m->relight.add[v][c] / BT_CANON_LID;
        }
        for (int c = 0; c < 3; c++)
            gain[side][c] = (float)m->relight.gain[texel_of(uv)][c] / 256;
    }
    bt_eyes_draw(&who->eyes, &p->eyes, &m->patch, at, (const float(*)[3])m->shape,
                 &p->light.light, (const float(*)[3])gain, (const float(*)[3])add,
                 exp2f(p->grain.blur), dt);
}

static struct bt_rect bounds(const float (*point)[3])
{
    float x0 = 1e9f, y0 = 1e9f, x1 = -1e9f, y1 = -1e9f;
    for (int v = 0; v < BAUTA_LANDMARKS; v++) {
        x0 = fminf(x0, point[v][0]), x1 = fmaxf(x1, point[v][0]);
        y0 = fminf(y0, point[v][1]), y1 = fmaxf(y1, point[v][1]);
    }
    const float far = 32768;
    return (struct bt_rect){
        (int)floorf(fmaxf(x0 - 2, -far)), (int)floorf(fmaxf(y0 - 2, -far)),
        (int)ceilf(fminf(x1 + 2, far)), (int)ceilf(fminf(y1 + 2, far))};
}

static struct bt_rect widen(struct bt_rect r, float share)
{
    const int by = (int)((float)(r.x1 - r.x0) * share) + 1;
    return (struct bt_rect){r.x0 - by, r.y0 - by, r.x1 + by, r.y1 + by};
}

// The rectangle of the patch around some vertices as drawn, with a margin.
static struct bt_rect around(const struct mesh *m, const uint16_t *vertex, int count)
{
    float x0 = 1e6f, y0 = 1e6f, x1 = -1e6f, y1 = -1e6f;
    for (int k = 0; k < count; k++) {
        const float *p = m->shape[vertex[k]];
        x0 = fminf(x0, p[0]), x1 = fmaxf(x1, p[0]);
        y0 = fminf(y0, p[1]), y1 = fmaxf(y1, p[1]);
    }
    const float by = .35f * (x1 - x0) + 1;
    const float ox = (float)m->patch.rect.x0, oy = (float)m->patch.rect.y0;
    const float far = 32767; // positions outside of the frame may be anywhere
    return (struct bt_rect){(int)fminf(fmaxf(x0 - ox - by, -far), far),
                            (int)fminf(fmaxf(y0 - oy - by, -far), far),
                            (int)fminf(fmaxf(x1 - ox + by, -far), far),
                            (int)fminf(fmaxf(y1 - oy + by, -far), far)};
}

static int mesh_face(struct bt_swap *s, struct bauta_frame *frame,
                     const struct bauta_face *at, const struct bt_source_face *who,
                     double seconds, struct bt_mask *touched)
{
    struct mesh *m = s->priv;
    struct person *p = recall(m, at->id, who, seconds);
    if (!p)
        return BAUTA_E_NO_MEMORY;
    const double dt = fmin(fmax(seconds - p->slot.last, 1. / 240), .5);
    p->slot.last = seconds;
    float closed[2];
    bt_shape_run(&p->shape, at, who->vertex, m->weight, s->options->shape,
                 s->options->silhouette, dt, m->shape, closed);
    struct bt_rect rect =
        bt_rect_union(bounds((const float(*)[3])m->shape), bounds(at->landmark));
    if (s->options->silhouette > 0)
        rect = widen(rect, BT_BEHIND_RING);
    int error = bt_patch_read(&m->patch, frame, rect, BT_MAP_SIZE * 3 / 2);
    if (error)
        return error == BAUTA_E_AGAIN ? 1 : error; // Wholly outside: nothing shows.
    bt_normals(at->landmark, m->normal);
    bt_relight_run(&m->relight, &p->light, &m->patch, at, (const float(*)[3])m->normal,
                   who, s->options, dt);
    // The face fills about nine tenths of the texture's width.
    fit_texture(m, p,
                p->grain.blur + log2f(.9f * BT_ATLAS_SIZE / fmaxf(15.3f * at->scale, 1)));
    close_lids(p, closed);
    bt_relight_eyes(&m->relight, closed);
    const bool eyes =
        who->eyes.usable && at->has_iris && s->options->eyes == BT_EYES_PHOTO;
    draw(m, p, eyes);
    if (eyes)
        look(m, p, at, dt);
    error = bt_behind_draw(&m->behind, &m->patch, at->landmark,
                           (const float(*)[3])m->shape, s->options->silhouette > 0);
    if (!error)
        error =
            bt_front_cut(&m->front, &m->patch, at, &m->relight.map, p->light.occlude.mask,
                         m->relight.facing, s->options->occlusion);
    if (error)
        return error;
    const struct bt_rect out[] = {around(m, bt_canon_lid[0], BT_CANON_LID),
                                  around(m, bt_canon_lid[1], BT_CANON_LID),
                                  around(m, bt_canon_lips, BT_CANON_RING)};
    bt_grain_match(&p->grain, &m->patch, out, 3, frame->number, dt);
    const int wrote = bt_patch_write(&m->patch, frame, touched);
    return wrote ? wrote : 1;
}

static void mesh_reset(struct bt_swap *s)
{
    struct mesh *m = s->priv;
    for (int i = 0; i < BAUTA_FACES_MAX; i++)
        if (m->person[i])
            m->person[i]->slot.id = -1;
}

static void mesh_close(struct bt_swap *s)
{
    struct mesh *m = s->priv;
    for (int i = 0; i < BAUTA_FACES_MAX; i++)
        forget(&m->person[i]);
    bt_relight_finish(&m->relight);
    bt_front_finish(&m->front);
    bt_patch_finish(&m->patch);
    bt_behind_finish(&m->behind);
    bt_free(m->lit);
}

extern const struct bt_swap_impl bt_swap_mesh;
const struct bt_swap_impl bt_swap_mesh = {
    .name = "mesh",
    .desc = "draws the photo's face in the shape, light and expression of the picture's",
    .priv_size = sizeof(struct mesh),
    .open = mesh_open,
    .face = mesh_face,
    .reset = mesh_reset,
    .close = mesh_close,
};
