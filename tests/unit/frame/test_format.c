// SPDX-License-Identifier: Apache-2.0
#include "../check.h"
#include "frame/format.h"

static void test_table(void)
{
    // Names as libav writes them, and bits a pixel, which the layout has to add up to.
    static const struct {
        enum bauta_pixel_format format;
        const char *name;
        int bits;
    } known[] = {
        {BAUTA_PIXEL_YUV420P, "yuv420p", 12}, {BAUTA_PIXEL_YUV422P, "yuv422p", 16},
        {BAUTA_PIXEL_YUV444P, "yuv444p", 24}, {BAUTA_PIXEL_NV12, "nv12", 12},
        {BAUTA_PIXEL_RGB24, "rgb24", 24},     {BAUTA_PIXEL_BGR24, "bgr24", 24},
        {BAUTA_PIXEL_RGBA, "rgba", 32},       {BAUTA_PIXEL_BGRA, "bgra", 32},
        {BAUTA_PIXEL_GRAY8, "gray", 8},
    };
    CHECK_INT(sizeof(known) / sizeof(known[0]), BAUTA_PIXEL_COUNT - 1);
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        const struct bt_pixel_format *f = bt_pixel_format(known[i].format);
        if (!CHECK(f))
            continue;
        CHECK_TEXT(f->name, known[i].name);
        int bits = 0;
        for (int plane = 0; plane < 4; plane++) {
            int w = -1, h = -1;
            bt_plane_size(known[i].format, 64, 32, plane, &w, &h);
            CHECK_INT(w > 0, plane < f->planes);
            bits += w * h * f->step[plane] * 8;
        }
        CHECK_INT(bits, known[i].bits * 64 * 32);
        CHECK_INT(f->rgb, f->step[0] > 1);
        CHECK_INT(f->planar_chroma, f->planes == 3);
        if (f->rgb)
            CHECK(f->g == 1 && f->r + f->b == 2 && f->r != f->b);
    }
    CHECK_INT(bt_pixel_format(BAUTA_PIXEL_BGRA)->r, 2);
    CHECK_INT(bt_pixel_format(BAUTA_PIXEL_RGB24)->r, 0);
    CHECK(!bt_pixel_format(BAUTA_PIXEL_NONE));
    CHECK(!bt_pixel_format(BAUTA_PIXEL_COUNT));
    CHECK(!bt_pixel_format((enum bauta_pixel_format)-1));
}

static void test_odd_sizes(void)
{
    int w = 0, h = 0;
    bt_plane_size(BAUTA_PIXEL_YUV420P, 641, 361, 0, &w, &h);
    CHECK(w == 641 && h == 361);
    bt_plane_size(BAUTA_PIXEL_YUV420P, 641, 361, 2, &w, &h);
    CHECK(w == 321 && h == 181);
    bt_plane_size(BAUTA_PIXEL_NV12, 1, 1, 1, &w, &h);
    CHECK(w == 1 && h == 1);
    bt_plane_size(BAUTA_PIXEL_YUV422P, 641, 361, 1, &w, &h);
    CHECK(w == 321 && h == 361);
    bt_plane_size(BAUTA_PIXEL_NV12, 64, 64, 2, &w, &h);
    CHECK(w == 0 && h == 0);
    bt_plane_size(BAUTA_PIXEL_NV12, 64, 64, -1, &w, &h);
    CHECK(w == 0 && h == 0);
}

static void forth(const struct bt_matrix *m, const float rgb[3], float yuv[3])
{
    yuv[0] = m->yo + m->yr * rgb[0] + m->yg * rgb[1] + m->yb * rgb[2];
    yuv[1] = 128 + m->ur * rgb[0] + m->ug * rgb[1] + m->ub * rgb[2];
    yuv[2] = 128 + m->vr * rgb[0] + m->vg * rgb[1] + m->vb * rgb[2];
}

static void back(const struct bt_matrix *m, const float yuv[3], float rgb[3])
{
    const float y = (yuv[0] - m->yo) * m->ys, u = yuv[1] - 128, v = yuv[2] - 128;
    rgb[0] = y + v * m->rv;
    rgb[1] = y + u * m->gu + v * m->gv;
    rgb[2] = y + u * m->bu;
}

static void test_round_trip(void)
{
    for (int matrix = 0; matrix < 16; matrix++) {
        for (int full = 0; full < 2; full++) {
            const struct bauta_colour colour = {.matrix = (uint8_t)matrix,
                                                .full_range = (uint8_t)full};
            const struct bt_matrix m = bt_matrix_for(&colour, 480);
            for (int i = 0; i < 27; i++) {
                const float rgb[3] = {127.5f * (float)(i % 3),
                                      127.5f * (float)(i / 3 % 3),
                                      127.5f * (float)(i / 9)};
                float yuv[3], again[3];
                forth(&m, rgb, yuv);
                back(&m, yuv, again);
                for (int k = 0; k < 3; k++)
                    CHECK_NEAR(again[k], rgb[k], 1e-3);
            }
        }
    }
}

// Colour bars at full amplitude as the recommendations print them, rounded to codes.
static void test_known_codes(void)
{
    static const struct {
        uint8_t matrix, full;
        float rgb[3];
        int yuv[3];
    } known[] = {
        {6, 0, {255, 255, 255}, {235, 128, 128}}, {6, 0, {0, 0, 0}, {16, 128, 128}},
        {6, 0, {255, 0, 0}, {81, 90, 240}},       {6, 0, {0, 255, 0}, {145, 54, 34}},
        {6, 0, {0, 0, 255}, {41, 240, 110}},      {1, 0, {255, 0, 0}, {63, 102, 240}},
        {1, 0, {0, 255, 0}, {173, 42, 26}},       {1, 0, {0, 0, 255}, {32, 240, 118}},
        {5, 1, {255, 0, 0}, {76, 85, 255}},
        {5, 1, {255, 255, 255}, {255, 128, 128}},
    };
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        const struct bauta_colour colour = {.matrix = known[i].matrix,
                                            .full_range = known[i].full};
        const struct bt_matrix m = bt_matrix_for(&colour, 480);
        float yuv[3];
        forth(&m, known[i].rgb, yuv);
        for (int k = 0; k < 3; k++)
            CHECK_NEAR(fminf(yuv[k], 255), known[i].yuv[k], 0.5);
    }
}

static void test_unspecified(void)
{
    const struct bauta_colour unknown = {2, 2, 2, 0, 0}, odd = {2, 2, 200, 0, 0};
    const struct bauta_colour hd = {.matrix = 1}, sd = {.matrix = 6};
    const struct bt_matrix m719 = bt_matrix_for(&unknown, 719);
    const struct bt_matrix m720 = bt_matrix_for(&unknown, 720);
    const struct bt_matrix odd720 = bt_matrix_for(&odd, 720);
    const struct bt_matrix want709 = bt_matrix_for(&hd, 100);
    const struct bt_matrix want601 = bt_matrix_for(&sd, 2000);
    CHECK(!memcmp(&m719, &want601, sizeof(m719)));
    CHECK(!memcmp(&m720, &want709, sizeof(m720)));
    CHECK(!memcmp(&odd720, &want709, sizeof(m720)));
    CHECK(memcmp(&want601, &want709, sizeof(m720)));
}

int main(void)
{
    test_table();
    test_odd_sizes();
    test_round_trip();
    test_known_codes();
    test_unspecified();
    return check_end();
}
