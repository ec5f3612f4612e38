// SPDX-License-Identifier: Apache-2.0
#include "quality/oracle.h"

#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "canon/canon.h"
#include "dsp/dsp.h"

int bt_q_oracle_init(struct bt_q_oracle *o, const struct bauta_frame *first,
                     const struct bauta_face *face)
{
    *o = (struct bt_q_oracle){.width = first->width, .height = first->height,
                              .first = *face};
    const size_t count = (size_t)first->width * (size_t)first->height;
    o->texture = bt_alloc(4 * count);
    o->drawn = bt_alloc(4 * count);
    o->blurred = bt_alloc_array(3 * count, sizeof *o->blurred);
    o->scratch = bt_alloc_array(3 * count, sizeof *o->scratch);
    if (!o->texture || !o->drawn || !o->blurred || !o->scratch) {
        bt_q_oracle_finish(o);
        return BAUTA_E_NO_MEMORY;
    }
    for (size_t i = 0; i < count; i++) {
        const size_t x = i % (size_t)o->width, y = i / (size_t)o->width;
        memset(o->texture + 4 * i, first->data[0][(ptrdiff_t)y * first->stride[0]
                                                  + (ptrdiff_t)x], 3);
        o->texture[4 * i + 3] = 255;
    }
    return 0;
}

void bt_q_oracle_finish(struct bt_q_oracle *o)
{
    bt_freep(&o->texture);
    bt_freep(&o->drawn);
    bt_freep(&o->blurred);
    bt_freep(&o->scratch);
}

static bool same(const uint16_t a[3], const uint16_t b[3])
{
    for (int turn = 0; turn < 3; turn++) {
        const uint16_t x = b[turn], y = b[(turn + 1) % 3], z = b[(turn + 2) % 3];
        if (a[0] == x && ((a[1] == y && a[2] == z) || (a[1] == z && a[2] == y)))
            return true;
    }
    return false;
}

static bool is_opening(const uint16_t t[3])
{
    for (int i = 0; i < BT_CANON_MOUTH; i++) {
        if (same(t, bt_canon_mouth[i]))
            return true;
    }
    for (int i = 0; i < 2 * BT_CANON_EYE; i++) {
        if (same(t, bt_canon_eye[i / BT_CANON_EYE][i % BT_CANON_EYE]))
            return true;
    }
    return false;
}

static void draw_mesh(struct bt_q_oracle *o, const struct bauta_face *face)
{
    struct bt_raster_vertex vertex[BT_CANON_VERTICES];
    uint16_t triangle[BT_CANON_TRIANGLES][3];
    int count = 0;
    for (int i = 0; i < BT_CANON_TRIANGLES; i++) {
        if (is_opening(bt_canon_triangle[i]))
            continue;
        memcpy(triangle[count++], bt_canon_triangle[i], sizeof triangle[0]);
    }
    for (int i = 0; i < BT_CANON_VERTICES; i++) {
        vertex[i] = (struct bt_raster_vertex){
            face->landmark[i][0], face->landmark[i][1], o->first.landmark[i][0],
            o->first.landmark[i][1], {0}};
    }
    const struct bt_texture texture = {.rgba = o->texture, .width = o->width,
                                       .height = o->height, .stride = 4 * o->width};
    memset(o->drawn, 0, (size_t)o->width * (size_t)o->height * 4);
    bt_raster_textured(o->drawn, o->width, o->height, 4 * o->width, &texture, vertex,
                       (const uint16_t (*)[3])triangle, count);
}

void bt_q_oracle_draw(struct bt_q_oracle *o, struct bauta_frame *frame,
                      const struct bauta_face *face, struct bt_mask *mask)
{
    draw_mesh(o, face);
    const int w = o->width, h = o->height;
    for (int i = 0; i < w * h; i++) {
        const float alpha = o->drawn[4 * i + 3] ? 1 : 0;
        const uint8_t target = frame->data[0][i / w * frame->stride[0] + i % w];
        o->blurred[3 * i] = alpha * (float)target;
        o->blurred[3 * i + 1] = alpha * (float)o->drawn[4 * i];
        o->blurred[3 * i + 2] = alpha;
    }
    const int radius = (int)((face->box[2] - face->box[0]) / 16);
    bt_blur(o->blurred, w, h, 3, radius, o->scratch);
    for (int y = 0; y < h; y++) {
        for (int x = 0; x < w; x++) {
            const int i = y * w + x;
            const float *b = o->blurred + 3 * i;
            if (o->drawn[4 * i + 3]) {
                const float gain = b[1] > 1e-3f ? b[0] / b[1] : 1;
                const float value = (float)o->drawn[4 * i] * gain + .5f;
                frame->data[0][y * frame->stride[0] + x] = (uint8_t)fminf(value, 255);
            } else if (x >= mask->rect.x0 && x < mask->rect.x1 && y >= mask->rect.y0
                       && y < mask->rect.y1) {
                mask->value[(y - mask->rect.y0) * mask->stride + x - mask->rect.x0] = 0;
            }
        }
    }
}
