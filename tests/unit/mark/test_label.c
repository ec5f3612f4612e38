// SPDX-License-Identifier: Apache-2.0
//
// Where the label is, what it leaves alone, and how it looks.

#include "base/log.h"
#include "made.h"
#include "mark/impl.h"

static const struct bt_mark_options plain = {.label_size = 1};

static void quiet(void *opaque, enum bauta_log_level level, const char *line)
{
    (void)opaque, (void)level, (void)line;
}

// Marks a frame of noise and checks that nothing but the plates is written.
static void check_place(const struct bt_format *f, const struct bt_mark_options *o)
{
    struct bt_rect rect[2], all = {0, 0, f->width, f->height};
    int n = made_rects(f, o, rect), in, out;
    struct bt_mark *mark;
    struct bt_marked marked;
    struct bauta_frame *before = made_frame(f, -1, 0);
    if (!CHECK(bt_mark_open(&mark, f, o) == 0))
        return;
    CHECK_INT(bt_mark_frame(mark, made_frame(f, -1, 0), 0, &marked), 0);
    for (int i = 0; i < n; i++) {
        struct bt_rect r = bt_rect_intersect(rect[i], all);
        CHECK(!bt_rect_empty(r) && !memcmp(&r, &rect[i], sizeof(r)));
    }
    made_difference(before, marked.frame, rect, n, &in, &out);
    int good = CHECK_INT(out, 0) && CHECK(in > 0);
    if (!good)
        fprintf(stderr, "  %s %dx%d turned %d corner %d\n",
                bt_pixel_format(f->pixel)->name, f->width, f->height, f->rotation,
                o->label_position);
    bauta_frame_unref(&before);
    bauta_frame_unref(&marked.frame);
    bt_mark_close(&mark);
}

static void test_places(void)
{
    static const int sizes[][2] = {
        {1, 1},   {2, 1},    {1, 2},    {3, 5},    {7, 7},     {16, 9},    {9, 160},
        {41, 31}, {95, 60},  {97, 61},  {161, 91}, {600, 13},  {320, 180}, {641, 361},
        {60, 640}, {720, 576},
    };
    for (size_t s = 0; s < sizeof(sizes) / sizeof(sizes[0]); s++) {
        for (int pixel = 1; pixel < BAUTA_PIXEL_COUNT; pixel++) {
            // Every format meets every rotation and every size two of them.
            for (int turn = 0; turn < 360; turn += 180) {
                struct bt_format f = made_format(pixel, sizes[s][0], sizes[s][1],
                                                 turn + 90 * ((int)s % 2));
                check_place(&f, &plain);
            }
        }
        for (int corner = 0; corner < 4; corner++) {
            struct bt_mark_options o = {corner, 3};
            struct bt_format f = made_format(BAUTA_PIXEL_YUV420P, sizes[s][0],
                                             sizes[s][1], 90);
            f.sample_aspect = (struct bauta_rational){64, 45};
            check_place(&f, &o);
            f.sample_aspect = (struct bauta_rational){1, 2000};
            check_place(&f, &o);
        }
    }
    for (int pixel = 1; pixel < BAUTA_PIXEL_COUNT; pixel++) {
        struct bt_format f = made_format(pixel, 1920, 1080, 0);
        check_place(&f, &plain);
    }
}

// The label stands in the corner asked for, as the picture is displayed, and is large
// enough to be read.
static void test_corners(void)
{
    static const int sizes[][2] = {{160, 120}, {320, 180}, {400, 300}, {1080, 1920},
                                   {1920, 1080}};
    struct bt_text *text;
    if (!CHECK(bt_text_open(&text) == 0))
        return;
    for (size_t s = 0; s < sizeof(sizes) / sizeof(sizes[0]); s++) {
        for (int corner = 0; corner < 4; corner++) {
            struct bt_mark_options o = {corner, 1};
            struct bt_format f = made_format(BAUTA_PIXEL_GRAY8, sizes[s][0], sizes[s][1],
                                             0);
            struct bt_view v = bt_view_of(&f, &o);
            struct bt_plate p;
            CHECK_INT(bt_layout_label(text, &v, 1, &p), 0);
            CHECK_TEXT(p.line[0], "AI MODIFIED");
            CHECK(p.cap >= (sizes[s][0] < 320 ? 9 : 10));
            CHECK(p.cap >= f.height * .032 - 1 || p.rect.x1 - p.rect.x0 > .43 * f.width);
            int right = f.width - p.rect.x1, bottom = f.height - p.rect.y1;
            CHECK(corner & 1 ? p.rect.x0 < .04 * f.width : right < .04 * f.width);
            CHECK(corner & 2 ? bottom < .04 * f.height : p.rect.y0 < .04 * f.height);
        }
    }
    struct bt_format small = made_format(BAUTA_PIXEL_GRAY8, 95, 70, 0);
    struct bt_view v = bt_view_of(&small, &plain);
    struct bt_plate p;
    CHECK_INT(bt_layout_label(text, &v, 1, &p), 0);
    CHECK_TEXT(p.line[0], "AI");
    bt_text_close(&text);
}

static int upright(const struct bauta_frame *f, int u, int v, int byte)
{
    int x = u, y = v;
    if (f->rotation == 90) {
        x = v;
        y = f->height - 1 - u;
    } else if (f->rotation == 180) {
        x = f->width - 1 - u;
        y = f->height - 1 - v;
    } else if (f->rotation == 270) {
        x = f->width - 1 - v;
        y = u;
    }
    return f->data[0][y * f->stride[0] + x * bt_pixel_format(f->format)->step[0] + byte];
}

// A frame with the label alone, without the watermark's few levels.
static struct bauta_frame *mark_one(const struct bt_format *f, int grey)
{
    const struct bt_mark_moment first = {0, true, true};
    struct bauta_frame *frame = made_frame(f, grey, 0);
    void *label = NULL;
    if (CHECK(bt_mark_label.open(&label, f, &plain) == 0))
        CHECK_INT(bt_mark_label.apply(label, frame, &first), 0);
    bt_mark_label.close(&label);
    return frame;
}

// However a picture is stored, on the display it is the same one.
static void test_turned(void)
{
    static const int formats[] = {BAUTA_PIXEL_GRAY8, BAUTA_PIXEL_RGB24,
                                  BAUTA_PIXEL_YUV420P, BAUTA_PIXEL_NV12};
    for (int i = 0; i < 4; i++) {
        struct bt_format f = made_format(formats[i], 402, 226, 0);
        struct bauta_frame *straight = mark_one(&f, 90);
        int step = bt_pixel_format(f.pixel)->step[0];
        for (int turn = 90; turn < 360; turn += 90) {
            int side = turn % 180 != 0;
            struct bt_format t = made_format(formats[i], side ? 226 : 402,
                                             side ? 402 : 226, turn);
            struct bauta_frame *turned = mark_one(&t, 90);
            int wrong = 0;
            for (int v = 0; v < 226; v++) {
                for (int u = 0; u < 402 * step; u++)
                    wrong += upright(turned, u / step, v, u % step) !=
                             straight->data[0][v * straight->stride[0] + u];
            }
            CHECK_INT(wrong, 0);
            bauta_frame_unref(&turned);
        }
        bauta_frame_unref(&straight);
    }
}

// A picture with samples half as wide carries the same label, drawn half as wide.
static void test_aspect(void)
{
    struct bt_format square = made_format(BAUTA_PIXEL_GRAY8, 640, 360, 0);
    struct bt_format wide = made_format(BAUTA_PIXEL_GRAY8, 320, 360, 0);
    wide.sample_aspect = (struct bauta_rational){2, 1};
    struct bauta_frame *a = mark_one(&square, 90), *b = mark_one(&wide, 90);
    double sum = 0, worst = 0;
    for (int y = 0; y < 360; y++) {
        for (int x = 0; x < 320; x++) {
            const uint8_t *p = a->data[0] + y * a->stride[0] + 2 * x;
            double d = fabs((p[0] + p[1]) / 2. - b->data[0][y * b->stride[0] + x]);
            sum += d;
            worst = fmax(worst, d);
        }
    }
    CHECK(sum / (320 * 360) < .25);
    CHECK(worst < 64);
    bauta_frame_unref(&a);
    bauta_frame_unref(&b);
}

// White letters on a plate that stays dark on any ground: 130 of 255 steps at least.
static void test_contrast(void)
{
    static const int greys[] = {0, 128, 255};
    struct bt_format f = made_format(BAUTA_PIXEL_GRAY8, 640, 360, 0);
    f.colour.full_range = 1;
    struct bt_rect rect[2];
    made_rects(&f, &plain, rect);
    for (int i = 0; i < 3; i++) {
        struct bauta_frame *m = mark_one(&f, greys[i]);
        double letters = 0, plate = 0;
        int letter_count = 0, plate_count = 0;
        for (int y = rect[0].y0 + 3; y < rect[0].y1 - 3; y++) {
            for (int x = rect[0].x0 + 3; x < rect[0].x1 - 3; x++) {
                int v = m->data[0][y * m->stride[0] + x];
                if (v > 240) {
                    letters += v;
                    letter_count++;
                } else if (v < 120) {
                    plate += v;
                    plate_count++;
                }
            }
        }
        CHECK(letter_count > 300 && plate_count > 1000);
        CHECK(letters / letter_count - plate / plate_count >= 130);
        bauta_frame_unref(&m);
    }
}

// Limited range: letters at 235, nothing beyond, no colour cast.
static void test_range(void)
{
    struct bt_format f = made_format(BAUTA_PIXEL_YUV444P, 640, 360, 0);
    struct bauta_frame *m = mark_one(&f, 100);
    int top = 0, cast = 0;
    for (int y = 0; y < 360; y++) {
        for (int x = 0; x < 640; x++) {
            int v = m->data[0][y * m->stride[0] + x];
            top = v > top ? v : top;
            cast += m->data[1][y * m->stride[1] + x] != 128 ||
                    m->data[2][y * m->stride[2] + x] != 128;
        }
    }
    CHECK_INT(top, 235);
    CHECK_INT(cast, 0);
    bauta_frame_unref(&m);
}

// A transparent picture shows the label as well.
static void test_transparent(void)
{
    for (int pixel = BAUTA_PIXEL_RGBA; pixel <= BAUTA_PIXEL_BGRA; pixel++) {
        struct bt_format f = made_format(pixel, 320, 180, 0);
        struct bauta_frame *m = mark_one(&f, 0);
        int opaque = 0, clear = 0;
        for (int y = 0; y < 180; y++) {
            for (int x = 0; x < 320; x++) {
                const uint8_t *p = m->data[0] + y * m->stride[0] + x * 4;
                opaque += p[3] == 255 && p[0] == 255;
                clear += p[3] == 0;
            }
        }
        CHECK(opaque > 100);
        CHECK(clear > 320 * 180 / 2);
        bauta_frame_unref(&m);
    }
}

int main(void)
{
    bauta_log_set(quiet, NULL);
    test_places();
    test_corners();
    test_turned();
    test_aspect();
    test_contrast();
    test_range();
    test_transparent();
    return check_end();
}
