// SPDX-License-Identifier: Apache-2.0
#include "swap/behind.h"

#include <math.h>
#include <string.h>

#include "base/alloc.h"

// The share of the oval's movement at the ring's middle line.
static const float MIDDLE = .35f;

static bool is_inner(uint16_t vertex)
{
    for (int k = 0; k < BT_CANON_RING; k++)
        if (bt_canon_lips[k] == vertex)
            return true;
    return false;
}

static void add(struct bt_behind *b, int x, int y, int z)
{
    uint16_t *t = b->triangle[b->all++];
    t[0] = (uint16_t)x, t[1] = (uint16_t)y, t[2] = (uint16_t)z;
}

void bt_behind_init(struct bt_behind *behind)
{
    behind->all = 0;
    for (int pass = 0; pass < 2; pass++) {
        for (int i = 0; i < BT_CANON_TRIANGLES; i++) {
            const uint16_t *t = bt_canon_triangle[i];
            const bool mouth = is_inner(t[0]) || is_inner(t[1]) || is_inner(t[2]);
            if (mouth == !pass)
                add(behind, t[0], t[1], t[2]);
        }
        if (!pass)
            behind->mouth = behind->all;
    }
    for (int k = 0; k < BT_CANON_OVAL; k++) {
        const int next = (k + 1) % BT_CANON_OVAL, middle = BT_CANON_VERTICES,
                  outer = middle + BT_CANON_OVAL;
        add(behind, bt_canon_oval[k], bt_canon_oval[next], middle + k);
        add(behind, bt_canon_oval[next], middle + next, middle + k);
        add(behind, middle + k, middle + next, outer + k);
        add(behind, middle + next, outer + next, outer + k);
    }
}

void bt_behind_finish(struct bt_behind *behind)
{
    bt_freep(&behind->picture);
    behind->size = 0;
}

static int make_room(struct bt_behind *behind, const struct bt_patch *patch)
{
    if (patch->size <= behind->size)
        return 0;
    bt_behind_finish(behind);
    behind->picture = bt_alloc(patch->size);
    if (!behind->picture)
        return BAUTA_E_NO_MEMORY;
    behind->size = patch->size;
    return 0;
}

static void place(struct bt_behind *b, const struct bt_patch *patch, int v,
                  const float at[2], const float to[2])
{
    const float ox = (float)patch->rect.x0, oy = (float)patch->rect.y0;
    b->vertex[v] =
        (struct bt_raster_vertex){to[0] - ox, to[1] - oy, at[0] - ox, at[1] - oy, {0}};
}

// The ring's two lines, outward from the middle of the face.
static void place_ring(struct bt_behind *b, const struct bt_patch *patch,
                       const float (*at)[3], const float (*shape)[3])
{
    float x = 0, y = 0, left = 1e9f, right = -1e9f;
    for (int k = 0; k < BT_CANON_OVAL; k++) {
        const float *p = at[bt_canon_oval[k]];
        x += p[0] / BT_CANON_OVAL, y += p[1] / BT_CANON_OVAL;
        left = fminf(left, p[0]), right = fmaxf(right, p[0]);
    }
    for (int k = 0; k < BT_CANON_OVAL; k++) {
        const float *p = at[bt_canon_oval[k]], *q = shape[bt_canon_oval[k]];
        const float dx = p[0] - x, dy = p[1] - y, length = hypotf(dx, dy) + 1e-3f;
        for (int line = 0; line < 2; line++) {
            const float out = BT_BEHIND_RING * (right - left) * (line ? 1 : .5f) / length;
            const float moves = line ? 0 : MIDDLE;
            const float from[2] = {p[0] + out * dx, p[1] + out * dy};
            const float to[2] = {from[0] + moves * (q[0] - p[0]),
                                 from[1] + moves * (q[1] - p[1])};
            place(b, patch, BT_CANON_VERTICES + line * BT_CANON_OVAL + k, from, to);
        }
    }
}

static struct bt_rect bounds(const struct bt_behind *b, const struct bt_patch *patch,
                             int count)
{
    float x0 = 1e6f, y0 = 1e6f, x1 = -1e6f, y1 = -1e6f;
    for (int i = 0; i < count; i++) {
        for (int k = 0; k < 3; k++) {
            const struct bt_raster_vertex *p = &b->vertex[b->triangle[i][k]];
            x0 = fminf(x0, p->x), x1 = fmaxf(x1, p->x);
            y0 = fminf(y0, p->y), y1 = fmaxf(y1, p->y);
        }
    }
    const struct bt_rect all = {0, 0, patch->width, patch->height};
    if (!(x0 < (float)all.x1 && y0 < (float)all.y1 && x1 > 0 && y1 > 0))
        return (struct bt_rect){0, 0, 0, 0};
    const struct bt_rect r = {(int)fmaxf(x0, 0), (int)fmaxf(y0, 0),
                              (int)fminf(x1, 32767) + 1, (int)fminf(y1, 32767) + 1};
    return bt_rect_intersect(r, all);
}

static void put_behind(struct bt_patch *patch, const uint8_t *behind, struct bt_rect r)
{
    for (int y = r.y0; y < r.y1; y++) {
        const size_t row = (size_t)y * (size_t)patch->stride;
        for (int x = r.x0; x < r.x1; x++) {
            const uint8_t *b = behind + row + (size_t)x * 4;
            uint8_t *p = patch->drawn + row + (size_t)x * 4;
            const int a = p[3];
            if (!b[3] || a == 255)
                continue;
            for (int c = 0; c < 3; c++)
                p[c] = (uint8_t)((p[c] * a + b[c] * (255 - a) + 127) / 255);
            p[3] = 255;
        }
    }
}

int bt_behind_draw(struct bt_behind *behind, struct bt_patch *patch, const float (*at)[3],
                   const float (*shape)[3], bool ring)
{
    const int error = make_room(behind, patch);
    if (error)
        return error;
    const int count = ring ? behind->all : behind->mouth;
    for (int v = 0; v < BT_CANON_VERTICES; v++)
        place(behind, patch, v, at[v], shape[v]);
    if (ring)
        place_ring(behind, patch, at, shape);
    const struct bt_rect r = bounds(behind, patch, count);
    for (int y = r.y0; y < r.y1; y++)
        memset(behind->picture + (size_t)y * (size_t)patch->stride + (size_t)r.x0 * 4, 0,
               (size_t)(r.x1 - r.x0) * 4);
    const struct bt_texture texture = {.rgba = patch->seen,
                                       .width = patch->width,
                                       .height = patch->height,
                                       .stride = patch->stride};
    bt_raster_textured(behind->picture, patch->width, patch->height, patch->stride,
                       &texture, behind->vertex, (const uint16_t(*)[3])behind->triangle,
                       count);
    put_behind(patch, behind->picture, r);
    return 0;
}
