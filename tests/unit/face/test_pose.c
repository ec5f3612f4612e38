// SPDX-License-Identifier: Apache-2.0
#include <stdlib.h>

#include "canon/canon.h"
#include "face/internal.h"

#include "../check.h"

static const double RADIANS = M_PI / 180;

static void multiply(const double a[9], const double b[9], double out[9])
{
    for (int i = 0; i < 9; i++) {
        out[i] = 0;
        for (int k = 0; k < 3; k++)
            out[i] += a[i / 3 * 3 + k] * b[3 * k + i % 3];
    }
}

// A canonical face turned by known angles: the nose to the right and down of the image,
// the head tilted clockwise, in coordinates with y down and z away.
static void make_face(struct bauta_face *face, double yaw, double pitch, double roll,
                      double scale, const double at[3])
{
    yaw *= RADIANS, pitch *= RADIANS, roll *= RADIANS;
    const double turn[9] = { cos(yaw), 0, -sin(yaw), 0, 1, 0, sin(yaw), 0, cos(yaw) };
    const double nod[9] = { 1, 0, 0, 0, cos(pitch), -sin(pitch), 0, sin(pitch), cos(pitch) };
    const double tilt[9] = { cos(roll), -sin(roll), 0, sin(roll), cos(roll), 0, 0, 0, 1 };
    double r[9], all[9];
    multiply(turn, nod, r);
    multiply(r, tilt, all);
    for (int i = 0; i < BAUTA_LANDMARKS; i++) {
        const float *v = bt_canon_vertex[i];
        for (int k = 0; k < 3; k++)
            face->landmark[i][k] = (float)(at[k] + scale * (all[3 * k] * v[0] +
                                                            all[3 * k + 1] * v[1] +
                                                            all[3 * k + 2] * v[2]));
    }
}

static void check_angles(void)
{
    enum { NOSE = 1, CHIN = 152 };
    static struct bauta_face face, front;
    const double at[3] = { 640, 360, 5 };
    make_face(&front, 0, 0, 0, 12, at);
    for (int i = 0; i < 200; i++) {
        const double yaw = rand() % 160 - 80, pitch = rand() % 120 - 60;
        const double roll = rand() % 360 - 179.5, scale = 2 + rand() % 60;
        make_face(&face, yaw, pitch, roll, scale, at);
        bt_pose_fit(&face);
        CHECK_NEAR(face.yaw, yaw, .05);
        CHECK_NEAR(face.pitch, pitch, .05);
        CHECK_NEAR(face.roll, roll, .05);
        CHECK_NEAR(face.scale, scale, scale * 1e-4);
        CHECK_NEAR(face.translation[0], at[0], .05);
        CHECK_NEAR(bt_pose_residual(&face), 0, 1e-3);
    }
    // The signs as the header words them.
    make_face(&face, 20, 0, 0, 12, at);
    CHECK(face.landmark[NOSE][0] > front.landmark[NOSE][0] + 5);
    make_face(&face, 0, 20, 0, 12, at);
    CHECK(face.landmark[NOSE][1] > front.landmark[NOSE][1] + 5);
    make_face(&face, 0, 0, 20, 12, at);
    CHECK(face.landmark[CHIN][0] < front.landmark[CHIN][0] - 5);
}

static void check_round_trip(void)
{
    static struct bauta_face face;
    static float shape[BAUTA_LANDMARKS][3], back[BAUTA_LANDMARKS][3];
    const double at[3] = { 100, 900, -30 };
    make_face(&face, 33, -12, 70, 7, at);
    for (int i = 0; i < BAUTA_LANDMARKS; i++) {
        for (int k = 0; k < 3; k++)
            face.landmark[i][k] += (float)rand() / RAND_MAX * 4 - 2;
    }
    bt_pose_fit(&face);
    bt_pose_free(&face, shape);
    bt_pose_apply(&face, (const float (*)[3])shape, back);
    double worst = 0;
    for (int i = 0; i < BAUTA_LANDMARKS; i++) {
        for (int k = 0; k < 3; k++)
            worst = fmax(worst, fabs(back[i][k] - face.landmark[i][k]));
    }
    CHECK(worst < 1e-3);
    CHECK(bt_pose_residual(&face) > .05);
    // The fit puts the weighted points near their canonical places.
    CHECK(bt_pose_residual(&face) < .5);
    const float *r = face.rotation;
    for (int i = 0; i < 3; i++) {
        for (int j = 0; j < 3; j++)
            CHECK_NEAR(r[3 * i] * r[3 * j] + r[3 * i + 1] * r[3 * j + 1] +
                           r[3 * i + 2] * r[3 * j + 2],
                       i == j, 1e-5);
    }
}

static void check_degenerate(void)
{
    static struct bauta_face face;
    for (int i = 0; i < BAUTA_LANDMARKS; i++)
        face.landmark[i][0] = 5;
    bt_pose_fit(&face);
    CHECK(face.scale == 0 && isfinite(face.yaw) && face.translation[0] == 5);
    static float shape[BAUTA_LANDMARKS][3];
    bt_pose_free(&face, shape);
    CHECK(isfinite(shape[17][0]));
}

static void check_regions(void)
{
    static struct bauta_face face;
    const double at[3] = { 200, 300, 0 };
    make_face(&face, 0, 0, 30, 10, at);
    float centre[2], size, angle, x0 = 1e9f, x1 = -1e9f, y0 = 1e9f, y1 = -1e9f;
    for (int i = 0; i < BAUTA_LANDMARKS; i++) {
        x0 = fminf(x0, face.landmark[i][0]), x1 = fmaxf(x1, face.landmark[i][0]);
        y0 = fminf(y0, face.landmark[i][1]), y1 = fmaxf(y1, face.landmark[i][1]);
    }
    bt_region_from_landmarks(&face, centre, &size, &angle);
    CHECK_NEAR(centre[0], (x0 + x1) / 2, 1e-3);
    CHECK_NEAR(centre[1], (y0 + y1) / 2, 1e-3);
    CHECK_NEAR(size, 1.5 * fmax(x1 - x0, y1 - y0), 1e-3);
    CHECK_NEAR(angle, 30 * RADIANS, .01);
    // Upright it is the canonical face again: the crop's map puts the outer corners of
    // the eyes on one line.
    const struct bt_affine in = bt_affine_invert(
        bt_affine_region(centre[0], centre[1], size, angle, 192));
    float ax, ay, bx, by;
    bt_affine_apply(in, face.landmark[33][0], face.landmark[33][1], &ax, &ay);
    bt_affine_apply(in, face.landmark[263][0], face.landmark[263][1], &bx, &by);
    CHECK_NEAR(ay, by, .01);
    CHECK(ax < bx && ax > 20 && bx < 172);

    const struct bt_detection d = { .box = { 10, 20, 50, 80 },
                                    .key = { { 20, 30 }, { 30, 40 } } };
    bt_region_from_detection(&d, centre, &size, &angle);
    CHECK_NEAR(centre[0], 30, 1e-4);
    CHECK_NEAR(centre[1], 50, 1e-4);
    CHECK_NEAR(size, 90, 1e-4);
    CHECK_NEAR(angle, 45 * RADIANS, 1e-4);
}

static void check_boxes(void)
{
    const float a[4] = { 0, 0, 10, 10 }, b[4] = { 1, 1, 11, 11 }, c[4] = { 9, 9, 19, 19 };
    const float small[4] = { 3, 3, 6, 6 }, far[4] = { 20, 20, 30, 30 };
    CHECK(bt_box_same(a, b, .3f));
    CHECK(!bt_box_same(a, c, .3f));
    CHECK(bt_box_same(a, small, .3f));
    CHECK(bt_box_same(small, a, .3f));
    CHECK(!bt_box_same(a, far, .3f));
}

int main(void)
{
    srand(3);
    check_angles();
    check_round_trip();
    check_degenerate();
    check_regions();
    check_boxes();
    return check_end();
}
