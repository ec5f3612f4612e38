// SPDX-License-Identifier: Apache-2.0
#include "mark/overlay.h"

#include <string.h>

#include <bauta/error.h>

#include "base/alloc.h"
#include "dsp/dsp.h"

// A component that some byte of a plane carries.
enum component { LUMA, CHROMA_U, CHROMA_V, RED, GREEN, BLUE, OPACITY };

// The picture in the order of the stored samples.
struct stored {
    const uint8_t *rgba;
    struct bt_rect at;
    struct bt_matrix matrix;
};

struct bt_rect bt_overlay_stored(struct bt_rect u, int rotation, int width, int height)
{
    switch (rotation) {
    case 90:
        return (struct bt_rect){u.y0, height - u.x1, u.y1, height - u.x0};
    case 180:
        return (struct bt_rect){width - u.x1, height - u.y1, width - u.x0,
                                height - u.y0};
    case 270:
        return (struct bt_rect){width - u.y1, u.x0, width - u.y0, u.x1};
    default:
        return u;
    }
}

// Turns rgba counter to the rotation, which is what the display will undo.
static void turn(uint8_t *to, const uint8_t *from, int w, int h, int rotation)
{
    int stored_w = rotation % 180 ? h : w, stored_h = rotation % 180 ? w : h;
    for (int y = 0; y < stored_h; y++) {
        for (int x = 0; x < stored_w; x++) {
            int u = x, v = y;
            if (rotation == 90) {
                u = w - 1 - y;
                v = x;
            } else if (rotation == 180) {
                u = w - 1 - x;
                v = h - 1 - y;
            } else if (rotation == 270) {
                u = y;
                v = h - 1 - x;
            }
            memcpy(to, from + ((size_t)v * (size_t)w + (size_t)u) * 4, 4);
            to += 4;
        }
    }
}

static float component_of(const struct bt_matrix *m, const uint8_t *p, enum component c)
{
    switch (c) {
    case LUMA:
        return m->yo + m->yr * p[0] + m->yg * p[1] + m->yb * p[2];
    case CHROMA_U:
        return 128 + m->ur * p[0] + m->ug * p[1] + m->ub * p[2];
    case CHROMA_V:
        return 128 + m->vr * p[0] + m->vg * p[1] + m->vb * p[2];
    case OPACITY:
        return 255;
    default:
        return p[c - RED];
    }
}

static uint8_t to_byte(float v)
{
    return v <= 0 ? 0 : v >= 255 ? 255 : (uint8_t)(v + .5f);
}

// Alpha and colour of one component over a block of samples, the colour weighted by the
// alphas. Samples beside the picture count as clear.
static void block(const struct stored *s, enum component c, struct bt_rect b,
                  uint8_t *colour, uint8_t *alpha)
{
    struct bt_rect in = bt_rect_intersect(b, s->at);
    float sum = 0, weighted = 0;
    for (int y = in.y0; y < in.y1; y++) {
        const uint8_t *row = s->rgba + (size_t)(y - s->at.y0) *
                                           (size_t)(s->at.x1 - s->at.x0) * 4;
        for (int x = in.x0; x < in.x1; x++) {
            const uint8_t *p = row + (x - s->at.x0) * 4;
            sum += p[3];
            weighted += p[3] * component_of(&s->matrix, p, c);
        }
    }
    *alpha = to_byte(sum / (float)((b.x1 - b.x0) * (b.y1 - b.y0)));
    *colour = sum > 0 ? to_byte(weighted / sum) : 128;
}

// Which component byte i of a sample of plane p carries.
static enum component carried(const struct bt_pixel_format *f, int plane, int i)
{
    if (f->rgb)
        return i == f->r ? RED : i == f->g ? GREEN : i == f->b ? BLUE : OPACITY;
    if (plane == 0)
        return LUMA;
    return plane + i == 1 ? CHROMA_U : CHROMA_V;
}

static int make_plane(struct bt_overlay_plane *p, const struct bt_format *format,
                      const struct stored *s, int plane)
{
    const struct bt_pixel_format *f = bt_pixel_format(format->pixel);
    int sx = plane ? f->chroma_x : 0, sy = plane ? f->chroma_y : 0, step = f->step[plane];
    int x0 = s->at.x0 >> sx, x1 = ((s->at.x1 - 1) >> sx) + 1;
    int y0 = s->at.y0 >> sy, y1 = ((s->at.y1 - 1) >> sy) + 1;
    struct bt_rect picture = {0, 0, format->width, format->height};
    p->x = x0 * step;
    p->y = y0;
    p->bytes = (x1 - x0) * step;
    p->rows = y1 - y0;
    p->colour = bt_alloc_array((size_t)p->rows, (size_t)p->bytes);
    p->alpha = bt_alloc_array((size_t)p->rows, (size_t)p->bytes);
    if (!p->colour || !p->alpha)
        return BAUTA_E_NO_MEMORY;
    size_t o = 0;
    for (int y = y0; y < y1; y++) {
        for (int x = x0; x < x1; x++) {
            struct bt_rect b = {x << sx, y << sy, (x + 1) << sx, (y + 1) << sy};
            b = bt_rect_intersect(b, picture);
            for (int i = 0; i < step; i++, o++)
                block(s, carried(f, plane, i), b, p->colour + o, p->alpha + o);
        }
    }
    return 0;
}

int bt_overlay_make(struct bt_overlay *overlay, const struct bt_format *format,
                    const uint8_t *rgba, struct bt_rect at)
{
    int w = at.x1 - at.x0, h = at.y1 - at.y0;
    uint8_t *turned = bt_alloc_array((size_t)w * (size_t)h, 4);
    int r = BAUTA_E_NO_MEMORY;
    if (!turned)
        goto fail;
    turn(turned, rgba, w, h, format->rotation);
    struct stored s = {
        turned, bt_overlay_stored(at, format->rotation, format->width, format->height),
        bt_matrix_for(&format->colour, format->height)};
    overlay->planes = bt_pixel_format(format->pixel)->planes;
    for (int i = 0; i < overlay->planes; i++) {
        r = make_plane(&overlay->plane[i], format, &s, i);
        if (r < 0)
            goto fail;
    }
    bt_free(turned);
    return 0;
fail:
    bt_free(turned);
    bt_overlay_finish(overlay);
    return r;
}

void bt_overlay_blend(const struct bt_overlay *overlay, struct bauta_frame *frame)
{
    const struct bt_dsp *dsp = bt_dsp_get();
    for (int i = 0; i < overlay->planes; i++) {
        const struct bt_overlay_plane *p = &overlay->plane[i];
        for (int y = 0; y < p->rows; y++) {
            size_t o = (size_t)y * (size_t)p->bytes;
            dsp->blend_row(frame->data[i] + (p->y + y) * frame->stride[i] + p->x,
                           p->colour + o, p->alpha + o, p->bytes);
        }
    }
}

void bt_overlay_finish(struct bt_overlay *overlay)
{
    for (int i = 0; i < 4; i++) {
        bt_free(overlay->plane[i].colour);
        bt_free(overlay->plane[i].alpha);
    }
    *overlay = (struct bt_overlay){0};
}
