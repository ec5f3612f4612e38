// SPDX-License-Identifier: Apache-2.0
// Crops against pictures that are known as formulas, in double precision.
#include <stdlib.h>

#include "base/alloc.h"
#include "face/internal.h"

#include "../check.h"

enum { WIDTH = 322, HEIGHT = 246, SIDE = 96 };

// A smooth picture: every channel 0..255 at any place.
static void paint(double x, double y, double rgb[3])
{
    rgb[0] = 128 + 90 * sin(x / 31) * cos(y / 43);
    rgb[1] = 120 + 80 * cos(x / 37 + y / 53);
    rgb[2] = 130 + 85 * sin(y / 29 - x / 61);
}

struct layout {
    enum bauta_pixel_format format;
    int matrix, full, location;   // code points of H.273; chroma location as in the frame
};

// Kr and Kb as in H.273, table 4.
static void to_yuv(const struct layout *l, const double rgb[3], double yuv[3])
{
    const double kr = l->matrix == 1 ? .2126 : .299, kb = l->matrix == 1 ? .0722 : .114;
    const double y = kr * rgb[0] + (1 - kr - kb) * rgb[1] + kb * rgb[2];
    const double u = (rgb[2] - y) / (2 * (1 - kb)), v = (rgb[0] - y) / (2 * (1 - kr));
    yuv[0] = l->full ? y : 16 + y * 219 / 255;
    yuv[1] = 128 + (l->full ? u : u * 224 / 255);
    yuv[2] = 128 + (l->full ? v : v * 224 / 255);
}

static uint8_t level(double v)
{
    return (uint8_t)(v < 0 ? 0 : v > 255 ? 255 : floor(v + .5));
}

static void fill_rgb(struct bauta_frame *f, const struct bt_pixel_format *p)
{
    for (int y = 0; y < HEIGHT; y++) {
        for (int x = 0; x < WIDTH; x++) {
            double rgb[3];
            paint(x + .5, y + .5, rgb);
            uint8_t *at = f->data[0] + y * f->stride[0] + x * p->step[0];
            at[p->r] = level(rgb[0]);
            at[p->g] = level(rgb[1]);
            at[p->b] = level(rgb[2]);
        }
    }
}

static void fill_yuv(struct bauta_frame *f, const struct bt_pixel_format *p,
                     const struct layout *l)
{
    for (int c = 0; c < (f->format == BAUTA_PIXEL_GRAY8 ? 1 : 3); c++) {
        const int plane = c == 2 && !p->planar_chroma ? 1 : c;
        const int sx = c ? 1 << p->chroma_x : 1, sy = c ? 1 << p->chroma_y : 1;
        int width, height;
        bt_plane_size(f->format, WIDTH, HEIGHT, plane, &width, &height);
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                // Left-sited chroma stands on the left one of its two luma samples.
                double px = (x + .5) * sx, py = (y + .5) * sy;
                px = sx == 2 && l->location != 2 ? 2 * x + .5 : px;
                py = sy == 2 && l->location == 3 ? 2 * y + .5 : py;
                double rgb[3], yuv[3];
                paint(px, py, rgb);
                to_yuv(l, rgb, yuv);
                f->data[plane][y * f->stride[plane] + x * p->step[plane] +
                               (c == 2 && !p->planar_chroma)] = level(yuv[c]);
            }
        }
    }
}

static struct bauta_frame *picture(const struct layout *l)
{
    struct bauta_frame *f = bauta_frame_new(l->format, WIDTH, HEIGHT);
    const struct bt_pixel_format *p = bt_pixel_format(l->format);
    f->colour = (struct bauta_colour){ .matrix = (uint8_t)l->matrix,
                                       .full_range = (uint8_t)l->full,
                                       .chroma_location = (uint8_t)l->location };
    if (p->rgb)
        fill_rgb(f, p);
    else
        fill_yuv(f, p, l);
    return f;
}

static double expected(const struct layout *l, double x, double y, int channel)
{
    double rgb[3], yuv[3];
    paint(x, y, rgb);
    if (l->format != BAUTA_PIXEL_GRAY8)
        return rgb[channel];
    to_yuv(l, rgb, yuv);
    return l->full ? yuv[0] : (yuv[0] - 16) * 255 / 219;
}

// The largest difference of a crop from the formula, in levels.
static double compare(struct bt_crop *crop, const struct layout *l,
                      const struct bauta_frame *f, float size, float angle)
{
    static float out[3 * SIDE * SIDE];
    const float cx = 158.3f, cy = 121.8f;
    const struct bt_affine map = bt_affine_region(cx, cy, size, angle, SIDE);
    CHECK_INT(bt_crop_run(crop, f, map, SIDE, 1.f / 255, 0, out), 0);
    double worst = 0;
    for (int c = 0; c < 3; c++) {
        for (int i = 0; i < SIDE * SIDE; i++) {
            // Centre, angle and size by hand, not through the map.
            const double u = ((i % SIDE + .5) / SIDE - .5) * size;
            const double v = ((i / SIDE + .5) / SIDE - .5) * size;
            const double x = cx + u * cos(angle) - v * sin(angle);
            const double y = cy + u * sin(angle) + v * cos(angle);
            if (x < 3 || y < 3 || x > WIDTH - 3 || y > HEIGHT - 3)
                continue;
            const double d = fabs(out[c * SIDE * SIDE + i] * 255 - expected(l, x, y, c));
            worst = d > worst ? d : worst;
        }
    }
    return worst;
}

static void check_formats(void)
{
    static const struct layout layouts[] = {
        { BAUTA_PIXEL_YUV420P, 1, 0, 1 }, { BAUTA_PIXEL_YUV420P, 6, 0, 2 },
        { BAUTA_PIXEL_YUV420P, 5, 1, 3 }, { BAUTA_PIXEL_YUV420P, 6, 0, 0 },
        { BAUTA_PIXEL_YUV422P, 1, 1, 1 }, { BAUTA_PIXEL_YUV444P, 6, 0, 1 },
        { BAUTA_PIXEL_NV12, 1, 0, 1 },    { BAUTA_PIXEL_RGB24, 0, 1, 0 },
        { BAUTA_PIXEL_BGR24, 0, 1, 0 },   { BAUTA_PIXEL_RGBA, 0, 1, 0 },
        { BAUTA_PIXEL_BGRA, 0, 1, 0 },    { BAUTA_PIXEL_GRAY8, 6, 0, 0 },
        { BAUTA_PIXEL_GRAY8, 1, 1, 0 },
    };
    static const struct {
        float size, angle, tolerance;
    } cases[] = {
        { 40, 0, 1.7f },    { 96, .3f, 1.7f },   { 130, -1.2f, 1.7f },
        { 150, .7f, 2.6f }, { 230, 2.5f, 2.6f }, { 600, .1f, 5 },
    };
    for (size_t i = 0; i < sizeof(layouts) / sizeof(layouts[0]); i++) {
        struct bt_crop crop = { 0 };
        struct bauta_frame *f = picture(&layouts[i]);
        for (size_t k = 0; k < sizeof(cases) / sizeof(cases[0]); k++) {
            const double d = compare(&crop, &layouts[i], f, cases[k].size, cases[k].angle);
            if (!CHECK(d < cases[k].tolerance))
                fprintf(stderr, "  format %d, case %zu: off by %.2f\n",
                        (int)layouts[i].format, k, d);
        }
        bauta_frame_unref(&f);
        bt_crop_finish(&crop);
    }
}

// A crop of the picture's own scale and place is the picture.
static void check_exact(void)
{
    struct bt_crop crop = { 0 };
    const struct layout l = { BAUTA_PIXEL_RGB24, 0, 1, 0 };
    struct bauta_frame *f = picture(&l);
    for (int y = 0; y < HEIGHT; y++) {
        for (int x = 0; x < 3 * WIDTH; x++)
            f->data[0][y * f->stride[0] + x] = (uint8_t)rand();
    }
    static float out[3 * SIDE * SIDE];
    const struct bt_affine map = bt_affine_region(20 + SIDE / 2.f, 30 + SIDE / 2.f, SIDE, 0,
                                                  SIDE);
    CHECK_INT(bt_crop_run(&crop, f, map, SIDE, 1, 0, out), 0);
    int wrong = 0;
    for (int i = 0; i < 3 * SIDE * SIDE; i++) {
        const int c = i / (SIDE * SIDE), y = i / SIDE % SIDE, x = i % SIDE;
        wrong += out[i] != f->data[0][(30 + y) * f->stride[0] + 3 * (20 + x) + c];
    }
    CHECK_INT(wrong, 0);
    bauta_frame_unref(&f);
    bt_crop_finish(&crop);
}

// Stripes and noise finer than a crop pixel become grey instead of a pattern.
static void check_fine_detail(void)
{
    for (int kind = 0; kind < 3; kind++) {
        struct bt_crop crop = { 0 };
        const struct layout l = { kind == 2 ? BAUTA_PIXEL_NV12 : BAUTA_PIXEL_GRAY8, 6, 1, 0 };
        struct bauta_frame *f = picture(&l);
        for (int y = 0; y < HEIGHT; y++) {
            for (int x = 0; x < WIDTH; x++)
                f->data[0][y * f->stride[0] + x] =
                    kind == 1 ? (uint8_t)rand() : (uint8_t)((x + y) % 2 * 255);
        }
        for (int y = 0; kind == 2 && y < HEIGHT / 2; y++)
            memset(f->data[1] + y * f->stride[1], 128, WIDTH);
        float out[3 * 32 * 32];
        const struct bt_affine map = bt_affine_region(160, 122, 200, .4f, 32);
        CHECK_INT(bt_crop_run(&crop, f, map, 32, 1, 0, out), 0);
        double sum = 0, squares = 0;
        int n = 0;
        for (int i = 0; i < 32 * 32; i++) {
            if (i % 32 < 8 || i % 32 >= 24 || i / 32 < 8 || i / 32 >= 24)
                continue;
            n++, sum += out[i], squares += out[i] * out[i];
        }
        const double mean = sum / n, deviation = sqrt(fmax(squares / n - mean * mean, 0));
        CHECK_NEAR(mean, 127.5, 3);
        // White noise has a deviation of 74; a mean over six by six leaves a sixth.
        CHECK(deviation < (kind == 1 ? 16 : 1));
        bauta_frame_unref(&f);
        bt_crop_finish(&crop);
    }
}

static void check_outside(void)
{
    struct bt_crop crop = { 0 };
    const struct layout l = { BAUTA_PIXEL_YUV420P, 6, 0, 1 };
    struct bauta_frame *f = picture(&l);
    static float out[3 * SIDE * SIDE];
    // The picture's upper left corner stands in the middle of the crop.
    struct bt_affine map = bt_affine_region(0, 0, SIDE, 0, SIDE);
    CHECK_INT(bt_crop_run(&crop, f, map, SIDE, 2.f / 255, -1, out), 0);
    int wrong = 0, black = 0;
    for (int i = 0; i < 3 * SIDE * SIDE; i++) {
        const bool in = i % SIDE >= SIDE / 2 && i / SIDE % SIDE >= SIDE / 2;
        black += in && out[i] == -1;
        wrong += !in && out[i] != -1;
    }
    CHECK_INT(wrong, 0);
    CHECK_INT(black, 0);
    // Far away, and beside the picture at every size.
    map = bt_affine_region(-4000, 9000, 300, 1, SIDE);
    CHECK_INT(bt_crop_run(&crop, f, map, SIDE, 2.f / 255, -1, out), 0);
    wrong = 0;
    for (int i = 0; i < 3 * SIDE * SIDE; i++)
        wrong += out[i] != -1;
    CHECK_INT(wrong, 0);
    CHECK(bt_crop_run(&crop, f, map, BT_CROP_MAX + 1, 1, 0, out) == BAUTA_E_USAGE);
    bauta_frame_unref(&f);
    bt_crop_finish(&crop);
}

// Every place and size of a region, on pictures of odd sizes: a sanitizer looks on.
static void check_everywhere(void)
{
    static const int sizes[][2] = { { 1, 1 }, { 2, 1 }, { 1, 7 }, { 17, 3 }, { 33, 65 } };
    float out[3 * 16 * 16];
    int bad = 0;
    for (int format = BAUTA_PIXEL_YUV420P; format < BAUTA_PIXEL_COUNT; format++) {
        for (size_t s = 0; s < sizeof(sizes) / sizeof(sizes[0]); s++) {
            struct bt_crop crop = { 0 };
            struct bauta_frame *f = bauta_frame_new(format, sizes[s][0], sizes[s][1]);
            for (int p = 0; p < bt_pixel_format(format)->planes; p++) {
                int width, height;
                bt_plane_size(format, f->width, f->height, p, &width, &height);
                for (int y = 0; y < height; y++)
                    memset(f->data[p] + y * f->stride[p], 128,
                           (size_t)width * bt_pixel_format(format)->step[p]);
            }
            for (int i = 0; i < 300; i++) {
                const float size = expf((float)rand() / RAND_MAX * 7 - 1);
                const struct bt_affine map =
                    bt_affine_region((float)(rand() % 90 - 20), (float)(rand() % 90 - 20),
                                     size, (float)(rand() % 628) / 100, 16);
                bad += bt_crop_run(&crop, f, map, 16, 1, 0, out) != 0;
                for (int k = 0; k < 3 * 16 * 16; k++)
                    bad += !(out[k] == 0 || fabsf(out[k] - 130) < 4);
            }
            bauta_frame_unref(&f);
            bt_crop_finish(&crop);
        }
    }
    CHECK_INT(bad, 0);
}

static void check_memory(void)
{
    struct bt_crop crop = { 0 };
    const struct layout l = { BAUTA_PIXEL_YUV420P, 6, 0, 1 };
    struct bauta_frame *f = picture(&l);
    static float out[3 * SIDE * SIDE];
    const struct bt_affine small = bt_affine_region(100, 100, 300, 0, SIDE);
    const struct bt_affine large = bt_affine_region(100, 100, 3000, 1, SIDE);
    bt_alloc_fail_after(1);
    CHECK_INT(bt_crop_run(&crop, f, small, SIDE, 1, 0, out), BAUTA_E_NO_MEMORY);
    bt_alloc_fail_after(0);
    CHECK_INT(bt_crop_run(&crop, f, small, SIDE, 1, 0, out), 0);
    CHECK_INT(bt_crop_run(&crop, f, large, SIDE, 1, 0, out), 0);
    const int64_t before = bt_alloc_count();
    for (int i = 0; i < 50; i++) {
        const struct bt_affine map = bt_affine_region(100, 100, 10.f + 40 * i, (float)i, SIDE);
        CHECK_INT(bt_crop_run(&crop, f, map, SIDE, 1, 0, out), 0);
    }
    CHECK_INT(bt_alloc_count(), before);
    bauta_frame_unref(&f);
    bt_crop_finish(&crop);
}

int main(void)
{
    srand(7);
    check_formats();
    check_exact();
    check_fine_detail();
    check_outside();
    check_everywhere();
    check_memory();
    return check_end();
}
