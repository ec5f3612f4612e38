// SPDX-License-Identifier: Apache-2.0
//
// Faces between two others.

#include "guard/bridge.h"
#include "made.h"

static void turn(struct bauta_face *f, float degrees, float spread)
{
    float a = degrees * 3.14159265f / 180;
    float r[9] = {cosf(a), 0, sinf(a), 0, 1, 0, -sinf(a), 0, cosf(a)};
    float shape[BAUTA_LANDMARKS][3];
    for (int i = 0; i < BAUTA_LANDMARKS; i++) {
        shape[i][0] = spread * (float)(i % 26 - 13);
        shape[i][1] = (float)(i / 26 - 9);
        shape[i][2] = (float)(i % 7);
    }
    memcpy(f->rotation, r, sizeof(r));
    f->yaw = degrees;
    bt_pose_apply(f, shape, f->landmark);
}

// Half way a long gap the head has turned half way, without shrinking as it would if its
// points moved along straight lines.
static void test_turning(void)
{
    struct bauta_face a = made_face(3, 100, 100, 40), b = made_face(9, 140, 90, 160);
    turn(&a, -50, 1);
    turn(&b, 50, 1.2f);
    struct bauta_face w = made_face(3, 120, 95, 80), m;
    turn(&w, 0, 1.1f);
    bt_fill_between(&a, &b, .5f, 12, &m);
    CHECK_INT(m.id, 3);
    CHECK_INT(m.order, 3);
    CHECK_INT(m.origin, BAUTA_FACE_BRIDGED);
    CHECK_NEAR(m.scale, 4, 1e-4);
    CHECK_NEAR(m.yaw, 0, 1e-4);
    for (int i = 0; i < 9; i++)
        CHECK_NEAR(m.rotation[i], w.rotation[i], 1e-5);
    float worst = 0, x0 = INFINITY;
    for (int i = 0; i < BAUTA_LANDMARKS; i++) {
        for (int k = 0; k < 3; k++)
            worst = fmaxf(worst, fabsf(m.landmark[i][k] - w.landmark[i][k]));
        x0 = fminf(x0, m.landmark[i][0]);
    }
    CHECK_NEAR(worst, 0, 1e-3);
    CHECK_NEAR(m.box[0], x0, 0);
    // All the way round: rotations about every axis come back.
    bt_fill_between(&a, &b, 1, 12, &m);
    for (int i = 0; i < 9; i++)
        CHECK_NEAR(m.rotation[i], b.rotation[i], 1e-5);
}

static void test_half_turns(void)
{
    static const float half[3][9] = {{1, 0, 0, 0, -1, 0, 0, 0, -1},
                                     {-1, 0, 0, 0, 1, 0, 0, 0, -1},
                                     {-1, 0, 0, 0, -1, 0, 0, 0, 1}};
    for (int i = 0; i < 3; i++) {
        struct bauta_face a = made_face(0, 100, 100, 40), m;
        memcpy(a.rotation, half[i], sizeof(half[i]));
        bt_fill_between(&a, &a, .3f, 9, &m);
        for (int k = 0; k < 9; k++)
            CHECK_NEAR(m.rotation[k], half[i][k], 1e-5);
        CHECK_NEAR(m.landmark[0][0], a.landmark[0][0], 1e-3);
    }
}

static void test_short(void)
{
    struct bauta_face a = made_face(0, 100, 100, 40), b = made_face(0, 150, 120, 60), m;
    a.roll = 170;
    b.roll = -170;
    bt_fill_between(&a, &b, .25f, 3, &m);
    CHECK_NEAR(m.box[0], 80 + (120 - 80) * .25, 1e-3);
    CHECK_NEAR(m.box[3], 120 + (150 - 120) * .25, 1e-3);
    CHECK_NEAR(m.roll, 175, 1e-3);
    // Without a pose the points still move.
    a.scale = 0;
    bt_fill_between(&a, &b, .25f, 30, &m);
    CHECK_NEAR(m.landmark[0][0], 80 + (120 - 80) * .25, 1e-3);
}

static void test_near(void)
{
    float a[4] = {100, 100, 200, 200}, b[4] = {150, 100, 250, 200};
    float far[4] = {300, 100, 400, 200}, big[4] = {0, 0, 300, 300}, distance;
    CHECK(bt_fill_near(a, b, 0, &distance));
    CHECK_NEAR(distance, .5, 1e-5);
    CHECK(!bt_fill_near(a, far, 0, &distance));
    CHECK(!bt_fill_near(a, far, 1, &distance));
    CHECK(!bt_fill_near(a, big, 0, &distance));
}

static void test_prune(void)
{
    struct bt_faces f = {.count = 0};
    made_suspect(&f, 105, 100, 30);    // its centre lies in the face
    f.face[f.count++] = made_face(4, 100, 100, 80);
    made_suspect(&f, 300, 100, 80);    // somebody else
    made_suspect(&f, 145, 100, 80);    // overlaps by more than a fifth
    bt_fill_prune(&f);
    CHECK_INT(f.count, 2);
    CHECK_INT(f.face[0].id, 4);
    CHECK_NEAR(f.face[1].box[0], 260, 0);
}

int main(void)
{
    test_turning();
    test_half_turns();
    test_short();
    test_near();
    test_prune();
    return check_end();
}
