// SPDX-License-Identifier: Apache-2.0
#include "swap/mouth.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "base/alloc.h"

static bool is_inner(uint16_t vertex)
{
    for (int k = 0; k < BT_CANON_RING; k++)
        if (bt_canon_lips[k] == vertex)
            return true;
    return false;
}

void bt_mouth_init(struct bt_mouth *mouth)
{
    mouth->count = 0;
    for (int i = 0; i < BT_CANON_TRIANGLES; i++) {
        const uint16_t *t = bt_canon_triangle[i];
        if ((is_inner(t[0]) || is_inner(t[1]) || is_inner(t[2])) &&
            mouth->count < BT_MOUTH_TRIANGLES)
            memcpy(mouth->triangle[mouth->count++], t, sizeof mouth->triangle[0]);
    }
}

void bt_mouth_finish(struct bt_mouth *mouth)
{
    bt_freep(&mouth->behind);
    mouth->size = 0;
}

static struct bt_rect bounds(const struct bt_mouth *mouth, const struct bt_patch *patch,
                             const float (*shape)[3])
{
    float x0 = 1e6f, y0 = 1e6f, x1 = -1e6f, y1 = -1e6f;
    for (int i = 0; i < mouth->count; i++) {
        for (int k = 0; k < 3; k++) {
            const float *p = shape[mouth->triangle[i][k]];
            x0 = fminf(x0, p[0]), x1 = fmaxf(x1, p[0]);
            y0 = fminf(y0, p[1]), y1 = fmaxf(y1, p[1]);
        }
    }
    const struct bt_rect r = {(int)floorf(x0) - patch->rect.x0,
                              (int)floorf(y0) - patch->rect.y0,
                              (int)ceilf(x1) - patch->rect.x0 + 1,
                              (int)ceilf(y1) - patch->rect.y0 + 1};
    return bt_rect_intersect(r, (struct bt_rect){0, 0, patch->width, patch->height});
}

static int make_room(struct bt_mouth *mouth, const struct bt_patch *patch)
{
    if (patch->size <= mouth->size)
        return 0;
    bt_mouth_finish(mouth);
    mouth->behind = bt_alloc(patch->size);
    if (!mouth->behind)
        return BAUTA_E_NO_MEMORY;
    mouth->size = patch->size;
    return 0;
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

int bt_mouth_draw(struct bt_mouth *mouth, struct bt_patch *patch,
                  const float (*at)[3], const float (*shape)[3])
{
    const int error = make_room(mouth, patch);
    if (error)
        return error;
    const struct bt_rect r = bounds(mouth, patch, shape);
    if (bt_rect_empty(r))
        return 0;
    for (int y = r.y0; y < r.y1; y++)
        memset(mouth->behind + (size_t)y * (size_t)patch->stride + (size_t)r.x0 * 4, 0,
               (size_t)(r.x1 - r.x0) * 4);
    const struct bt_texture texture = {.rgba = patch->seen,
                                       .width = patch->width,
                                       .height = patch->height,
                                       .stride = patch->stride};
    struct bt_raster_vertex vertex[BT_CANON_VERTICES];
    memset(vertex, 0, sizeof vertex);
    const float ox = (float)patch->rect.x0, oy = (float)patch->rect.y0;
    for (int i = 0; i < mouth->count; i++) {
        for (int k = 0; k < 3; k++) {
            const int v = mouth->triangle[i][k];
            vertex[v] = (struct bt_raster_vertex){shape[v][0] - ox, shape[v][1] - oy,
                                                  at[v][0] - ox, at[v][1] - oy, {0}};
        }
    }
    bt_raster_textured(mouth->behind, patch->width, patch->height, patch->stride,
                       &texture, vertex, (const uint16_t(*)[3])mouth->triangle,
                       mouth->count);
    put_behind(patch, mouth->behind, r);
    return 0;
}
