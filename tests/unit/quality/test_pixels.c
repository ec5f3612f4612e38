// SPDX-License-Identifier: Apache-2.0
// Figures from pixels and a mask, fed with drawn pictures.
#include <stdlib.h>

#include "../check.h"
#include "quality/film.h"
#include "quality/pixels.h"

enum { SIDE = 96, FROM = 24, TO = 72 };

static struct bauta_frame *grey(int value)
{
    struct bauta_frame *f = bauta_frame_new(BAUTA_PIXEL_YUV420P, SIDE, SIDE);
    if (!f)
        abort();
    for (int p = 0; p < 3; p++)
        memset(f->data[p], p ? 128 : value, (size_t)f->stride[p] * (p ? SIDE / 2 : SIDE));
    return f;
}

static struct bauta_frame *ramp(int per_sample)
{
    struct bauta_frame *f = grey(0);
    for (int y = 0; y < SIDE; y++) {
        for (int x = 0; x < SIDE; x++)
            f->data[0][y * f->stride[0] + x] = (uint8_t)(20 + per_sample * x);
    }
    return f;
}

// A square mask in the middle of the picture, with an opening where hole is set.
static struct bt_mask square(bool hole)
{
    struct bt_mask mask = {0};
    if (bt_mask_resize(&mask, (struct bt_rect){FROM - 4, FROM - 4, TO + 4, TO + 4}) < 0)
        abort();
    for (int y = FROM; y < TO; y++) {
        for (int x = FROM; x < TO; x++)
            mask.value[(y - FROM + 4) * mask.stride + x - FROM + 4] =
                !(hole && x >= 40 && x < 56 && y >= 40 && y < 56);
    }
    return mask;
}

static void check_edges(void)
{
    struct bauta_frame *one = ramp(1), *two = ramp(2);
    struct bt_mask mask = square(false);
    struct bt_q_edges e = {0};
    CHECK_INT(bt_q_edges_add(&e, one, one, &mask, 4), 0);
    CHECK(e.rim_in > 0 && e.inside_in > 0);
    CHECK_NEAR(e.rim_out / e.rim_in, 1, 0);
    CHECK_NEAR(e.inside_out / e.inside_in, 1, 0);
    // Twice the slope is twice the gradient and four times its energy.
    e = (struct bt_q_edges){0};
    CHECK_INT(bt_q_edges_add(&e, one, two, &mask, 4), 0);
    CHECK_NEAR(e.rim_out / e.rim_in, 2, 1e-6);
    CHECK_NEAR(e.inside_out / e.inside_in, 4, 1e-6);
    // A step along the rim, one sample inside it, is across it; the ramp counts at two of
    // the four sides only.
    struct bauta_frame *stepped = ramp(1);
    for (int y = FROM + 1; y < TO - 1; y++) {
        for (int x = FROM + 1; x < TO - 1; x++)
            stepped->data[0][y * stepped->stride[0] + x] += 30;
    }
    e = (struct bt_q_edges){0};
    CHECK_INT(bt_q_edges_add(&e, one, stepped, &mask, 4), 0);
    CHECK(e.rim_out / e.rim_in > 5);
    // A step around the opening is none at the rim.
    struct bt_mask holed = square(true);
    struct bauta_frame *inner = ramp(1);
    for (int y = 40; y < 56; y++) {
        for (int x = 40; x < 56; x++)
            inner->data[0][y * inner->stride[0] + x] += 60;
    }
    e = (struct bt_q_edges){0};
    CHECK_INT(bt_q_edges_add(&e, one, inner, &holed, 4), 0);
    CHECK_NEAR(e.rim_out / e.rim_in, 1, 0);
    // A mask over the picture's corner stays inside of the picture.
    struct bt_mask corner = {0};
    CHECK_INT(bt_mask_resize(&corner, (struct bt_rect){0, 0, SIDE, 20}), 0);
    memset(corner.value, 1, (size_t)corner.stride * 20);
    CHECK_INT(bt_q_edges_add(&e, one, two, &corner, 4), 0);
    const struct bt_mask none = {0};
    CHECK_INT(bt_q_edges_add(&e, one, two, &none, 4), 0);
    bt_mask_finish(&mask);
    bt_mask_finish(&holed);
    bt_mask_finish(&corner);
    bauta_frame_unref(&one);
    bauta_frame_unref(&two);
    bauta_frame_unref(&stepped);
    bauta_frame_unref(&inner);
}

static void check_likeness(void)
{
    struct bauta_frame *a = ramp(1), *b = ramp(1), *noisy = ramp(1);
    struct bt_mask mask = square(true);
    struct bt_q_likeness sum = {0};
    CHECK(isnan(bt_q_psnr(&sum)) && isnan(bt_q_ssim(&sum)));
    bt_q_likeness_add(&sum, a, b, &mask);
    CHECK_INT(sum.samples, 48 * 48 - 16 * 16);
    CHECK(isinf(bt_q_psnr(&sum)));
    CHECK_NEAR(bt_q_ssim(&sum), 1, 1e-12);
    // A difference of 10 everywhere inside; what lies outside does not matter.
    for (int y = 0; y < SIDE; y++) {
        for (int x = 0; x < SIDE; x++)
            b->data[0][y * b->stride[0] + x] += bt_q_masked(&mask, x, y) ? 10 : 90;
    }
    sum = (struct bt_q_likeness){0};
    bt_q_likeness_add(&sum, a, b, &mask);
    CHECK_NEAR(bt_q_psnr(&sum), 20 * log10(25.5), 1e-9);
    CHECK(bt_q_ssim(&sum) > .9 && bt_q_ssim(&sum) < 1);
    bt_q_noise(noisy, 12, 7);
    sum = (struct bt_q_likeness){0};
    bt_q_likeness_add(&sum, a, noisy, &mask);
    CHECK_NEAR(bt_q_psnr(&sum), 20 * log10(255 / 12.), .5);
    CHECK(bt_q_ssim(&sum) < .5);
    bt_mask_finish(&mask);
    bauta_frame_unref(&a);
    bauta_frame_unref(&b);
    bauta_frame_unref(&noisy);
}

static void check_outside(void)
{
    struct bauta_frame *a = grey(90), *b = grey(90);
    struct bt_mask mask = square(false);
    CHECK_INT(bt_q_outside(a, b, &mask), 0);
    b->data[0][30 * b->stride[0] + 30] = 0;    // inside
    b->data[1][15 * b->stride[1] + 15] = 0;    // chroma of the same place
    CHECK_INT(bt_q_outside(a, b, &mask), 0);
    b->data[0][30 * b->stride[0] + TO] = 0;    // one beyond the mask, in its rectangle
    b->data[0][0] = 0;
    b->data[2][2 * b->stride[2] + 2] = 0;
    CHECK_INT(bt_q_outside(a, b, &mask), 3);
    bt_mask_finish(&mask);
    bauta_frame_unref(&a);
    bauta_frame_unref(&b);
}

static void check_polygon(void)
{
    static const float arrow[][2] = {{0, 0}, {10, 5}, {0, 10}, {4, 5}};
    CHECK(bt_in_polygon(arrow, 4, 6, 5));
    CHECK(!bt_in_polygon(arrow, 4, 2, 5));
    CHECK(!bt_in_polygon(arrow, 4, 11, 5));
    CHECK(bt_in_polygon(arrow, 4, 1.5f, 1));
}

int main(void)
{
    check_edges();
    check_likeness();
    check_outside();
    check_polygon();
    return check_end();
}
