// SPDX-License-Identifier: Apache-2.0
// Samples outside of the mask keep their bytes in every format, and every change is noted.
#include "made.h"
#include "swap/patch.h"

static void noise(struct bauta_frame *f)
{
    for (int p = 0; p < 4 && f->data[p]; p++) {
        int w, h;
        bt_plane_size(f->format, f->width, f->height, p, &w, &h);
        const int bytes = w * bt_pixel_format(f->format)->step[p];
        for (int y = 0; y < h; y++)
            for (int x = 0; x < bytes; x++)
                f->data[p][y * f->stride[p] + x] = (uint8_t)rand();
    }
}

static int masked(const struct bt_mask *m, int x, int y)
{
    if (x < m->rect.x0 || y < m->rect.y0 || x >= m->rect.x1 || y >= m->rect.y1)
        return 0;
    return m->value[(y - m->rect.y0) * m->stride + x - m->rect.x0];
}

static void compare(const struct bauta_frame *a, const struct bauta_frame *b,
                    const struct bt_mask *mask)
{
    const struct bt_pixel_format *f = bt_pixel_format(a->format);
    int changed = 0;
    for (int p = 0; p < f->planes; p++) {
        int w, h;
        bt_plane_size(a->format, a->width, a->height, p, &w, &h);
        for (int y = 0; y < h; y++) {
            for (int x = 0; x < w * f->step[p]; x++) {
                if (a->data[p][y * a->stride[p] + x] == b->data[p][y * b->stride[p] + x])
                    continue;
                changed++;
                const int sx = x / f->step[p] << (p ? f->chroma_x : 0);
                const int sy = y << (p ? f->chroma_y : 0);
                EXPECT(masked(mask, sx, sy), "%s plane %d: %d,%d changed outside of the mask",
                      f->name, p, x, y);
            }
        }
    }
    EXPECT(changed > 1000, "%s: only %d samples changed", f->name, changed);
}

static void try(enum bauta_pixel_format format, int width, int height)
{
    struct bauta_frame *a = bauta_frame_new(format, width, height);
    struct bauta_frame *b = bauta_frame_new(format, width, height);
    struct bt_patch patch = {0};
    struct bt_mask mask = {0};
    a->colour.matrix = b->colour.matrix = 6;
    noise(a);
    bt_frame_copy_pixels(b, a);
    EXPECT(bt_patch_read(&patch, b, (struct bt_rect){-9, 13, 71, 90}, 32) == 0, "no patch");
    EXPECT(patch.small_width <= 32, "reduced to %d", patch.small_width);
    for (int y = 10; y < 50; y++)
        for (int x = 5; x < 61; x++) {
            uint8_t *p = patch.drawn + y * patch.stride + x * 4;
            p[0] = 200, p[1] = 30, p[2] = 90;
            p[3] = (x + y) % 7 ? (uint8_t)(x * 4) : 0;
        }
    EXPECT(bt_patch_write(&patch, b, &mask) == 0, "not written");
    compare(a, b, &mask);
    EXPECT(bt_patch_read(&patch, b, (struct bt_rect){900, 900, 950, 950}, 32) == BAUTA_E_AGAIN,
          "a patch outside of the frame");
    bt_patch_finish(&patch);
    bt_mask_finish(&mask);
    bauta_frame_unref(&a);
    bauta_frame_unref(&b);
}

int main(void)
{
    for (int f = 1; f < BAUTA_PIXEL_COUNT; f++) {
        try((enum bauta_pixel_format)f, 128, 96);
        try((enum bauta_pixel_format)f, 75, 93);
    }
    return check_end();
}
