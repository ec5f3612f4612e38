// SPDX-License-Identifier: Apache-2.0
#ifndef BT_FRAME_GEOM_H
#define BT_FRAME_GEOM_H

#include <stdbool.h>

// Half-open: x0 <= x < x1. Empty where x1 <= x0 or y1 <= y0.
struct bt_rect {
    int x0, y0, x1, y1;
};

struct bt_rect bt_rect_intersect(struct bt_rect a, struct bt_rect b);
struct bt_rect bt_rect_union(struct bt_rect a, struct bt_rect b);   // empty ones ignored
bool bt_rect_empty(struct bt_rect r);
// Grown outward so that every edge is a multiple of x_step and y_step, then clipped to
// width and height.
struct bt_rect bt_rect_align(struct bt_rect r, int x_step, int y_step, int width,
                             int height);
float bt_box_iou(const float a[4], const float b[4]);   // boxes x0 y0 x1 y1
// A polygon of n corners covers the point (even-odd).
bool bt_in_polygon(const float (*corner)[2], int n, float x, float y);

// A 2x3 affine map: x' = m[0]*x + m[1]*y + m[2], y' = m[3]*x + m[4]*y + m[5].
struct bt_affine {
    float m[6];
};
struct bt_affine bt_affine_identity(void);
struct bt_affine bt_affine_multiply(struct bt_affine a, struct bt_affine b);  // b first
struct bt_affine bt_affine_invert(struct bt_affine a);  // identity where singular
void bt_affine_apply(struct bt_affine a, float x, float y, float *ox, float *oy);

// The rotated square of side size with centre cx, cy and clockwise angle (radians) as the
// map from crop pixels (0..n) to frame samples.
struct bt_affine bt_affine_region(float cx, float cy, float size, float angle, int n);

// Least-squares similarity from n points a to b, Umeyama 1991 without reflection.
// False where all points of a coincide.
bool bt_similarity_fit(const float (*a)[2], const float (*b)[2], int n,
                       struct bt_affine *out);

// Weighted least-squares similarity in 3D: b = scale * R * a + t; R row-major, proper
// rotation (Kabsch/Umeyama; the symmetric 4x4 quaternion form of Horn 1987).
// weight may be NULL. False where degenerate.
bool bt_similarity_fit3(const float (*a)[3], const float (*b)[3], const float *weight,
                        int n, float rotation[9], float translation[3], float *scale);

#endif
