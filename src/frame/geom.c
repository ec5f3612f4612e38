// SPDX-License-Identifier: Apache-2.0
#include "frame/geom.h"

#include <math.h>

static int least(int a, int b) { return a < b ? a : b; }
static int most(int a, int b) { return a > b ? a : b; }

bool bt_rect_empty(struct bt_rect r)
{
    return r.x1 <= r.x0 || r.y1 <= r.y0;
}

struct bt_rect bt_rect_intersect(struct bt_rect a, struct bt_rect b)
{
    const struct bt_rect r = {most(a.x0, b.x0), most(a.y0, b.y0), least(a.x1, b.x1),
                              least(a.y1, b.y1)};
    return bt_rect_empty(r) ? (struct bt_rect){0} : r;
}

struct bt_rect bt_rect_union(struct bt_rect a, struct bt_rect b)
{
    if (bt_rect_empty(a))
        return bt_rect_empty(b) ? (struct bt_rect){0} : b;
    if (bt_rect_empty(b))
        return a;
    return (struct bt_rect){least(a.x0, b.x0), least(a.y0, b.y0), most(a.x1, b.x1),
                            most(a.y1, b.y1)};
}

struct bt_rect bt_rect_align(struct bt_rect r, int x_step, int y_step, int width,
                             int height)
{
    // Clipped first, so that nothing is negative or overflows.
    r = bt_rect_intersect(r, (struct bt_rect){0, 0, width, height});
    if (bt_rect_empty(r))
        return r;
    r.x0 -= r.x0 % x_step;
    r.y0 -= r.y0 % y_step;
    r.x1 += (x_step - r.x1 % x_step) % x_step;
    r.y1 += (y_step - r.y1 % y_step) % y_step;
    r.x1 = least(r.x1, width);
    r.y1 = least(r.y1, height);
    return r;
}

static float area(float x0, float y0, float x1, float y1)
{
    return fmaxf(x1 - x0, 0) * fmaxf(y1 - y0, 0);
}

float bt_box_iou(const float a[4], const float b[4])
{
    const float both = area(fmaxf(a[0], b[0]), fmaxf(a[1], b[1]), fminf(a[2], b[2]),
                            fminf(a[3], b[3]));
    const float all = area(a[0], a[1], a[2], a[3]) + area(b[0], b[1], b[2], b[3]) - both;
    return all > 0 ? both / all : 0;
}

struct bt_affine bt_affine_identity(void)
{
    return (struct bt_affine){{1, 0, 0, 0, 1, 0}};
}

struct bt_affine bt_affine_multiply(struct bt_affine a, struct bt_affine b)
{
    struct bt_affine r;
    for (int i = 0; i < 6; i += 3) {
        r.m[i] = a.m[i] * b.m[0] + a.m[i + 1] * b.m[3];
        r.m[i + 1] = a.m[i] * b.m[1] + a.m[i + 1] * b.m[4];
        r.m[i + 2] = a.m[i] * b.m[2] + a.m[i + 1] * b.m[5] + a.m[i + 2];
    }
    return r;
}

struct bt_affine bt_affine_invert(struct bt_affine a)
{
    const double xx = a.m[0], xy = a.m[1], yx = a.m[3], yy = a.m[4];
    const double determinant = xx * yy - xy * yx;
    // Singular is judged against the products it is made of, not against 1.
    if (!(fabs(determinant) > 1e-12 * (fabs(xx * yy) + fabs(xy * yx))))
        return bt_affine_identity();
    const double ixx = yy / determinant, ixy = -xy / determinant;
    const double iyx = -yx / determinant, iyy = xx / determinant;
    return (struct bt_affine){{
        (float)ixx, (float)ixy, (float)-(ixx * a.m[2] + ixy * a.m[5]),
        (float)iyx, (float)iyy, (float)-(iyx * a.m[2] + iyy * a.m[5]),
    }};
}

void bt_affine_apply(struct bt_affine a, float x, float y, float *ox, float *oy)
{
    *ox = a.m[0] * x + a.m[1] * y + a.m[2];
    *oy = a.m[3] * x + a.m[4] * y + a.m[5];
}

struct bt_affine bt_affine_region(float cx, float cy, float size, float angle, int n)
{
    const float c = cosf(angle) * size / (float)n, s = sinf(angle) * size / (float)n;
    const float half = (float)n / 2;
    return (struct bt_affine){{
        c, -s, cx - c * half + s * half,
        s, c, cy - s * half - c * half,
    }};
}

bool bt_in_polygon(const float (*corner)[2], int n, float x, float y)
{
    bool in = false;
    for (int i = 0, j = n - 1; i < n; j = i++) {
        const float *a = corner[i], *b = corner[j];
        if ((a[1] > y) != (b[1] > y) &&
            x < (b[0] - a[0]) * (y - a[1]) / (b[1] - a[1]) + a[0])
            in = !in;
    }
    return in;
}
