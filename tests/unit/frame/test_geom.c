// SPDX-License-Identifier: Apache-2.0
#include <limits.h>
#include <stdint.h>

#include "../check.h"
#include "frame/geom.h"

static int same(struct bt_rect a, int x0, int y0, int x1, int y1)
{
    return a.x0 == x0 && a.y0 == y0 && a.x1 == x1 && a.y1 == y1;
}

static void test_rects(void)
{
    const struct bt_rect a = {2, 3, 10, 12}, b = {5, 1, 20, 8}, none = {4, 4, 4, 9};
    CHECK(!bt_rect_empty(a) && bt_rect_empty(none));
    CHECK(bt_rect_empty((struct bt_rect){3, 3, 2, 9}));
    CHECK(same(bt_rect_intersect(a, b), 5, 3, 10, 8));
    CHECK(bt_rect_empty(bt_rect_intersect(a, (struct bt_rect){10, 3, 12, 12})));
    CHECK(bt_rect_empty(bt_rect_intersect(a, none)));
    CHECK(same(bt_rect_union(a, b), 2, 1, 20, 12));
    CHECK(same(bt_rect_union(a, none), 2, 3, 10, 12));
    CHECK(same(bt_rect_union(none, b), 5, 1, 20, 8));
    CHECK(bt_rect_empty(bt_rect_union(none, none)));

    CHECK(same(bt_rect_align((struct bt_rect){3, 5, 9, 7}, 2, 4, 100, 100), 2, 4, 10, 8));
    CHECK(same(bt_rect_align((struct bt_rect){4, 4, 8, 8}, 2, 4, 100, 100), 4, 4, 8, 8));
    CHECK(same(bt_rect_align((struct bt_rect){-7, -7, 9, 9}, 2, 2, 9, 9), 0, 0, 9, 9));
    CHECK(same(bt_rect_align((struct bt_rect){7, 8, 8, 9}, 8, 3, 9, 9), 0, 6, 8, 9));
    CHECK(same(bt_rect_align((struct bt_rect){INT_MIN, INT_MIN, INT_MAX, INT_MAX}, 64, 64,
                             33, 17), 0, 0, 33, 17));
    CHECK(bt_rect_empty(bt_rect_align((struct bt_rect){40, 0, 50, 9}, 2, 2, 33, 17)));
    CHECK(bt_rect_empty(bt_rect_align(none, 2, 2, 33, 17)));
}

static void test_boxes(void)
{
    const float a[4] = {0, 0, 10, 10}, b[4] = {5, 0, 15, 10}, c[4] = {10, 0, 20, 10};
    const float point[4] = {3, 3, 3, 3}, inside_out[4] = {10, 10, 0, 0};
    CHECK_NEAR(bt_box_iou(a, a), 1, 0);
    CHECK_NEAR(bt_box_iou(a, b), 50.0 / 150, 1e-6);
    CHECK_NEAR(bt_box_iou(b, a), 50.0 / 150, 1e-6);
    CHECK_NEAR(bt_box_iou(a, c), 0, 0);
    CHECK_NEAR(bt_box_iou(a, point), 0, 0);
    CHECK_NEAR(bt_box_iou(point, point), 0, 0);
    CHECK_NEAR(bt_box_iou(a, inside_out), 0, 0);
}

static void check_point(struct bt_affine map, float x, float y, double wx, double wy,
                        double tolerance)
{
    float ox = 0, oy = 0;
    bt_affine_apply(map, x, y, &ox, &oy);
    CHECK_NEAR(ox, wx, tolerance);
    CHECK_NEAR(oy, wy, tolerance);
}

static void test_affine(void)
{
    const struct bt_affine a = {{2, 1, 5, -1, 3, 7}}, b = {{0, -1, 4, 1, 0, -2}};
    check_point(bt_affine_identity(), 3, 4, 3, 4, 0);
    check_point(a, 3, 4, 15, 16, 0);
    // b first: (3, 4) -> (0, 1) -> (6, 10).
    check_point(bt_affine_multiply(a, b), 3, 4, 6, 10, 0);
    const struct bt_affine round = bt_affine_multiply(bt_affine_invert(a), a);
    const struct bt_affine still = bt_affine_identity();
    for (int i = 0; i < 6; i++)
        CHECK_NEAR(round.m[i], still.m[i], 1e-6);
    // Small is not singular, flat is.
    const struct bt_affine tiny = {{1e-5f, 0, 3, 0, 1e-5f, 4}};
    check_point(bt_affine_invert(tiny), 3.5f, 4.25f, 50000, 25000, 0.1);
    const struct bt_affine flat = {{1, 2, 3, 2, 4, 5}}, zero = {{0}};
    CHECK(!memcmp(bt_affine_invert(flat).m, still.m, sizeof(still.m)));
    CHECK(!memcmp(bt_affine_invert(zero).m, still.m, sizeof(still.m)));
}

static void test_region(void)
{
    const float half_pi = 1.57079632679f;
    const struct bt_affine upright = bt_affine_region(100, 50, 64, 0, 128);
    check_point(upright, 64, 64, 100, 50, 1e-4);
    check_point(upright, 0, 0, 68, 18, 1e-4);
    check_point(upright, 128, 0, 132, 18, 1e-4);
    // A quarter turn clockwise on a screen takes the crop's right to the frame's down.
    const struct bt_affine turned = bt_affine_region(100, 50, 64, half_pi, 128);
    check_point(turned, 64, 64, 100, 50, 1e-4);
    check_point(turned, 128, 64, 100, 82, 1e-4);
    check_point(turned, 64, 128, 68, 50, 1e-4);
}

int main(void)
{
    test_rects();
    test_boxes();
    test_affine();
    test_region();
    return check_end();
}
