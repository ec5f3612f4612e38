// SPDX-License-Identifier: Apache-2.0
//
// What the cover leaves of a face, and what it leaves alone.

#include "guard/cover.h"
#include "made.h"

static const int every_format[] = {
    BAUTA_PIXEL_YUV420P, BAUTA_PIXEL_YUV422P, BAUTA_PIXEL_YUV444P,
    BAUTA_PIXEL_NV12,    BAUTA_PIXEL_RGB24,   BAUTA_PIXEL_BGR24,
    BAUTA_PIXEL_RGBA,    BAUTA_PIXEL_BGRA,    BAUTA_PIXEL_GRAY8,
};
enum { FORMATS = sizeof(every_format) / sizeof(every_format[0]) };

static int is_opacity(const struct bt_pixel_format *f, int byte)
{
    return f->rgb && byte != f->r && byte != f->g && byte != f->b;
}

// The largest second difference along rows and columns inside of the region, and whether
// anything beyond the soft edge, or an opacity, changed.
static void look_at(const struct bauta_frame *a, const struct bauta_frame *before,
                    struct bt_rect core, int edge, int *roughness, int *outside)
{
    const struct bt_pixel_format *f = bt_pixel_format(a->format);
    *roughness = *outside = 0;
    for (int p = 0; p < f->planes; p++) {
        int w, h, sx = p ? f->chroma_x : 0, sy = p ? f->chroma_y : 0, n = f->step[p];
        bt_plane_size(a->format, a->width, a->height, p, &w, &h);
        for (int y = 0; y < h; y++) {
            const uint8_t *row = a->data[p] + y * a->stride[p];
            const uint8_t *old = before->data[p] + y * before->stride[p];
            for (ptrdiff_t i = 0; i < a->stride[p]; i++) {
                int x = (int)(i / n), px = x << sx, py = y << sy;
                int near = x < w && px >= core.x0 - edge && px < core.x1 + edge &&
                           py >= core.y0 - edge && py < core.y1 + edge;
                *outside += row[i] != old[i] && (!near || is_opacity(f, (int)(i % n)));
                int in = px - (2 << sx) >= core.x0 && px + (2 << sx) < core.x1 &&
                         py - (2 << sy) >= core.y0 && py + (2 << sy) < core.y1;
                if (!in || is_opacity(f, (int)(i % n)))
                    continue;
                int d = abs(row[i - n] - 2 * row[i] + row[i + n]);
                int e = abs(row[i - a->stride[p]] - 2 * row[i] + row[i + a->stride[p]]);
                *roughness = d > *roughness ? d : *roughness;
                *roughness = e > *roughness ? e : *roughness;
            }
        }
    }
}

// Noise has second differences of hundreds; what is left has those of a ramp, steeper
// where blocks are small and their means far apart.
static void test_smooth(void)
{
    static const float boxes[][4] = {{100, 80, 180, 170}, {-20, -30, 60, 40},
                                     {250, 150, 330, 260}, {-50, -50, 500, 400},
                                     {150, 100, 151, 101}, {100.7f, 60.2f, 121.9f, 84}};
    static const int sizes[][2] = {{320, 180}, {321, 181}};
    for (int i = 0; i < FORMATS * 2; i++) {
        for (int k = 0; k < 6; k++) {
            struct bt_format f = made_format(every_format[i / 2], sizes[i % 2][0],
                                             sizes[i % 2][1]);
            struct bauta_frame *a = made_frame(&f, 0), *b = made_frame(&f, 0);
            made_noise(a, 7);
            made_noise(b, 7);
            bt_cover_blur(a, boxes[k]);
            struct bt_rect core = bt_cover_region(a, boxes[k]);
            float shorter = fminf(boxes[k][2] - boxes[k][0], boxes[k][3] - boxes[k][1]);
            int roughness, outside;
            look_at(a, b, core, (int)(shorter * .13f) + 4, &roughness, &outside);
            CHECK(!bt_rect_empty(core));
            CHECK_INT(outside, 0);
            if (!CHECK(roughness <= (shorter < 30 ? 60 : 28)))
                fprintf(stderr, "  %s, box %d: %d\n", bt_pixel_format(f.pixel)->name, k,
                        roughness);
            bauta_frame_unref(&a);
            bauta_frame_unref(&b);
        }
    }
}

// Two faces whose blocks have equal means are one face afterwards. The second differs
// from the first by checkers whose sum in any even block is zero.
static void test_equal_means(void)
{
    // The head of this box is 420 x 420 samples at 60, 60: six blocks of 70 each way.
    static const float box[4] = {120, 154.83871f, 420, 425.80646f};
    struct bt_format f = made_format(BAUTA_PIXEL_GRAY8, 640, 640);
    struct bauta_frame *a = made_frame(&f, 0), *b = made_frame(&f, 0);
    struct bt_rect core = bt_cover_region(a, box);
    CHECK_INT(core.x0, 60);
    CHECK_INT(core.x1, 480);
    CHECK_INT(core.y0, 60);
    CHECK_INT(core.y1, 480);
    for (int y = 0; y < 640; y++) {
        for (int x = 0; x < 640; x++) {
            int v = 60 + x / 5 % 40 + y / 9 % 30;
            int inside = x >= 60 && x < 480 && y >= 60 && y < 480;
            a->data[0][y * a->stride[0] + x] = (uint8_t)v;
            b->data[0][y * b->stride[0] + x] =
                (uint8_t)(v + (inside ? ((x ^ y) & 1 ? 50 : -50) : 0));
        }
    }
    bt_cover_blur(a, box);
    bt_cover_blur(b, box);
    int different = 0;
    for (int y = 0; y < 640; y++)
        different += memcmp(a->data[0] + y * a->stride[0], b->data[0] + y * b->stride[0],
                            640) != 0;
    CHECK_INT(different, 0);
    bauta_frame_unref(&a);
    bauta_frame_unref(&b);
}

// The head reaches higher above the box than below, on the display.
static void test_turned(void)
{
    static const float box[4] = {100, 100, 200, 200};
    static const int want[4][4] = {{80, 65, 220, 220}, {65, 80, 220, 220},
                                   {80, 80, 220, 235}, {80, 80, 235, 220}};
    for (int i = 0; i < 4; i++) {
        struct bt_format f = made_format(BAUTA_PIXEL_GRAY8, 320, 320);
        f.rotation = i * 90;
        struct bauta_frame *a = made_frame(&f, 0);
        struct bt_rect r = bt_cover_region(a, box);
        CHECK(abs(r.x0 - want[i][0]) <= 1 && abs(r.y0 - want[i][1]) <= 1);
        CHECK(abs(r.x1 - want[i][2]) <= 1 && abs(r.y1 - want[i][3]) <= 1);
        bauta_frame_unref(&a);
    }
}

static int is_card(const struct bauta_frame *a)
{
    const struct bt_pixel_format *f = bt_pixel_format(a->format);
    for (int p = 0; p < f->planes; p++) {
        int w, h;
        bt_plane_size(a->format, a->width, a->height, p, &w, &h);
        // 38 of 255 is 16 + 38 * 219 / 255 = 48.6 in limited range.
        int want = f->rgb ? 38 : p ? 128 : a->colour.full_range ? 38 : 49;
        for (int y = 0; y < h; y++) {
            for (int i = 0; i < w * f->step[p]; i++) {
                if (!is_opacity(f, i % f->step[p]) &&
                    a->data[p][y * a->stride[p] + i] != want)
                    return 0;
            }
        }
    }
    return 1;
}

static void test_card(void)
{
    for (int i = 0; i < FORMATS * 2; i++) {
        struct bt_format f = made_format(every_format[i / 2], 33, 17);
        f.colour.full_range = i & 1;
        struct bauta_frame *a = made_frame(&f, 0), *b = made_frame(&f, 0);
        int roughness, outside;
        made_noise(a, 3);
        made_noise(b, 3);
        CHECK(!is_card(a));
        bt_cover_card(a);
        CHECK(is_card(a));
        look_at(a, b, (struct bt_rect){0, 0, 33, 17}, 0, &roughness, &outside);
        CHECK_INT(outside, 0);
        bauta_frame_unref(&a);
        bauta_frame_unref(&b);
    }
}

// A box that is none covers everything; one beside the picture nothing.
static void test_odd_boxes(void)
{
    static const float nowhere[][4] = {{400, 400, 480, 480}, {-200, -200, -150, -150},
                                       {1e30f, 0, 2e30f, 10}};
    static const float nonsense[][4] = {{NAN, 0, 10, 10}, {0, 0, INFINITY, 10}};
    struct bt_format f = made_format(BAUTA_PIXEL_YUV420P, 320, 180);
    struct bauta_frame *b = made_frame(&f, 0);
    made_noise(b, 3);
    for (int i = 0; i < 3; i++) {
        struct bauta_frame *a = made_frame(&f, 0);
        int roughness, outside;
        made_noise(a, 3);
        bt_cover_blur(a, nowhere[i]);
        look_at(a, b, (struct bt_rect){0}, 0, &roughness, &outside);
        CHECK_INT(outside, 0);
        if (i < 2)
            bt_cover_blur(a, nonsense[i]);
        CHECK_INT(is_card(a), i < 2);
        bauta_frame_unref(&a);
    }
    struct bauta_frame *a = made_frame(&f, 0);
    bt_cover_blur(a, (float[4]){-1e30f, -1e30f, 1e30f, 1e30f});
    bauta_frame_unref(&a);
    bauta_frame_unref(&b);
    for (int i = 0; i < FORMATS; i++) {
        struct bt_format one = made_format(every_format[i], 1, 1);
        a = made_frame(&one, 0);
        bt_cover_blur(a, (float[4]){0, 0, 1, 1});
        CHECK(bt_cover_region(a, (float[4]){0, 0, 1, 1}).x1 == 1);
        bauta_frame_unref(&a);
    }
}

int main(void)
{
    test_smooth();
    test_equal_means();
    test_turned();
    test_card();
    test_odd_boxes();
    return check_end();
}
