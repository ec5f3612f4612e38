// SPDX-License-Identifier: Apache-2.0
// Figures from noted series, fed with what has known answers.
#include <stdlib.h>

#include "../check.h"
#include "quality/look.h"
#include "quality/series.h"

#define RADIANS (3.14159265358979323846 / 180)

static void rotate_y(double degrees, float out[9])
{
    const float c = (float)cos(degrees * RADIANS), s = (float)sin(degrees * RADIANS);
    const float r[9] = {c, 0, s, 0, 1, 0, -s, 0, c};
    memcpy(out, r, sizeof r);
}

static void check_turns(void)
{
    static const double angles[] = {0, 1e-5, .5, 10, -35, 90, 179};
    float a[9], b[9];
    double turn[3];
    for (size_t i = 0; i < sizeof angles / sizeof angles[0]; i++) {
        rotate_y(20, a);
        rotate_y(20 + angles[i], b);
        bt_q_turn(a, b, turn);
        CHECK_NEAR(turn[1], angles[i], .01);
        CHECK_NEAR(turn[0], 0, 1e-6);
        CHECK_NEAR(turn[2], 0, 1e-6);
    }
}

static void check_pose(void)
{
    // Always 3 degrees off, and 2 more or less from frame to frame.
    double turn[40][3], error, bias;
    for (int i = 0; i < 40; i++) {
        turn[i][0] = 0;
        turn[i][1] = 3;
        turn[i][2] = i % 2 ? 2 : -2;
    }
    bt_q_pose_error((const double (*)[3])turn, 40, &error, &bias);
    CHECK_NEAR(bias, 3, 1e-9);
    CHECK_NEAR(error, 2, 1e-9);
    bt_q_pose_error((const double (*)[3])turn, 0, &error, &bias);
    CHECK(isnan(error) && isnan(bias));
}

static void check_blinks(void)
{
    double open[200];
    struct bt_q_event event[10];
    for (int i = 0; i < 200; i++)
        open[i] = .3 + (i % 3) * .005;
    CHECK_INT(bt_q_blinks(open, 200, event, 10), 0);
    for (int i = 60; i < 66; i++)
        open[i] = .15;
    open[59] = open[66] = .235;   // half shut at either side
    open[120] = NAN;             // no face was seen
    open[199] = .1;
    CHECK_INT(bt_q_blinks(open, 200, event, 10), 2);
    CHECK_INT(event[0].first, 59);
    CHECK_INT(event[0].last, 66);
    CHECK_INT(event[1].first, 199);
    CHECK_INT(event[1].last, 199);
    CHECK_INT(bt_q_blinks(open, 200, event, 1), 1);
}

static void check_f1(void)
{
    const struct bt_q_event a[] = {{10, 14}, {50, 53}, {90, 92}};
    const struct bt_q_event same[] = {{11, 15}, {54, 57}, {88, 89}};
    const struct bt_q_event late[] = {{16, 18}, {55, 57}, {200, 201}};
    CHECK_NEAR(bt_q_f1(a, 3, a, 3, 1), 1, 0);
    CHECK_NEAR(bt_q_f1(a, 3, same, 3, 1), 1, 0);
    CHECK_NEAR(bt_q_f1(a, 3, late, 3, 1), 0, 0);
    CHECK_NEAR(bt_q_f1(a, 3, late, 3, 2), 2. / 3, 1e-9);
    CHECK_NEAR(bt_q_f1(a, 3, same, 1, 1), .5, 1e-9);
    CHECK_NEAR(bt_q_f1(a, 3, a, 0, 1), 0, 0);
    CHECK(isnan(bt_q_f1(a, 0, a, 0, 1)));
}

static void check_light(void)
{
    double x[40], y[40];
    for (int i = 0; i < 40; i++) {
        x[i] = sin(i * .3);
        y[i] = .7 * x[i];
    }
    CHECK_NEAR(bt_q_slope(x, y, 40), .7, 1e-9);
    memset(x, 0, sizeof x);
    CHECK(isnan(bt_q_slope(x, y, 40)));
    // Within a tenth of 1 from frame 5 on, since exp(-5 / 2) < .1.
    for (int i = 0; i < 40; i++)
        y[i] = 1 - exp(-i / 2.);
    CHECK_NEAR(bt_q_settled(y, 40, 40), 200, 1e-9);
    for (int i = 0; i < 40; i++)
        y[i] = 1;
    CHECK_NEAR(bt_q_settled(y, 40, 40), 0, 0);
    y[30] = 2;
    CHECK(bt_q_settled(y, 40, 40) > 1000);
}

static void check_tremble(void)
{
    enum { FRAMES = 10 };
    float (*p)[BAUTA_LANDMARKS][3] = calloc(FRAMES, sizeof *p);
    for (int t = 0; t < FRAMES; t++) {
        for (int i = 0; i < BAUTA_LANDMARKS; i++) {
            p[t][i][0] = (float)(i + 3 * t);   // an even motion trembles not at all
            p[t][i][2] = (float)(t % 2) * 9;   // depth does not count
        }
    }
    CHECK_NEAR(bt_q_tremble((const float (*)[BAUTA_LANDMARKS][3])p, FRAMES), 0, 1e-6);
    for (int t = 0; t < FRAMES; t++) {
        for (int i = 0; i < BAUTA_LANDMARKS; i++)
            p[t][i][1] = t % 2 ? .5f : 0;      // second difference 1
    }
    CHECK_NEAR(bt_q_tremble((const float (*)[BAUTA_LANDMARKS][3])p, FRAMES), 1, 1e-6);
    CHECK(isnan(bt_q_tremble((const float (*)[BAUTA_LANDMARKS][3])p, 2)));
    free(p);
}

static void put(struct bauta_face *face, int index, float x, float y)
{
    face->landmark[index][0] = x;
    face->landmark[index][1] = y;
    face->landmark[index][2] = 0;
}

// Eyes 60 apart and 20 wide, 5 open; lips 6 open; a mouth 40 wide, its corners 4 higher
// than its middle.
static void check_expression(void)
{
    struct bauta_face face = {.scale = 2, .rotation = {1, 0, 0, 0, 1, 0, 0, 0, 1}};
    put(&face, 33, 10, 50), put(&face, 133, 30, 50);
    put(&face, 159, 20, 47), put(&face, 145, 20, 52);
    put(&face, 362, 70, 50), put(&face, 263, 90, 50);
    put(&face, 386, 80, 47), put(&face, 374, 80, 52);
    put(&face, 13, 50, 100), put(&face, 14, 50, 106);
    put(&face, 0, 50, 95), put(&face, 17, 50, 111);
    put(&face, 61, 30, 99), put(&face, 291, 70, 99);
    const struct bt_q_expression e = bt_q_expression(&face);
    CHECK_NEAR(e.lips, .1, 1e-6);
    CHECK_NEAR(e.eyes, .25, 1e-6);
    CHECK_NEAR(e.lift, .1, 1e-6);
    // Turned with its pose it is the same expression.
    float r[9];
    rotate_y(30, r);
    struct bauta_face turned = face;
    memcpy(turned.rotation, r, sizeof r);
    for (int i = 0; i < BAUTA_LANDMARKS; i++) {
        for (int k = 0; k < 3; k++)
            turned.landmark[i][k] = r[3 * k] * face.landmark[i][0]
                                    + r[3 * k + 1] * face.landmark[i][1]
                                    + r[3 * k + 2] * face.landmark[i][2];
    }
    const struct bt_q_expression t = bt_q_expression(&turned);
    CHECK_NEAR(t.lips, .1, 1e-6);
    CHECK_NEAR(t.eyes, .25, 1e-6);
    CHECK_NEAR(t.lift, .1, 1e-6);
}

int main(void)
{
    struct bt_q_mean mean = {0};
    CHECK(isnan(bt_q_mean_of(&mean)));
    bt_q_mean_add(&mean, 1);
    bt_q_mean_add(&mean, 4);
    CHECK_NEAR(bt_q_mean_of(&mean), 2.5, 0);
    check_turns();
    check_pose();
    check_blinks();
    check_f1();
    check_light();
    check_tremble();
    check_expression();
    return check_end();
}
