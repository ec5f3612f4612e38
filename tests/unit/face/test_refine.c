// SPDX-License-Identifier: Apache-2.0
#include "canon/canon.h"
#include "face/internal.h"

#include "../check.h"

static float landmarks[3 * BAUTA_LANDMARKS], before[3 * BAUTA_LANDMARKS];
static float parts[BT_REFINE_PARTS][160];
static const float *refined[BT_REFINE_PARTS];

// The canonical face at 10 pixels a centimetre; each finer point lies (dx, dy) beside.
static void lay_out(float dx, float dy)
{
    for (int i = 0; i < BAUTA_LANDMARKS; i++) {
        for (int k = 0; k < 3; k++)
            landmarks[3 * i + k] = 96 + 10 * bt_canon_vertex[i][k];
    }
    memcpy(before, landmarks, sizeof(before));
    for (int p = 0; p < BT_REFINE_PARTS; p++) {
        refined[p] = parts[p];
        for (int i = 0; i < bt_refine_parts[p].count; i++) {
            const uint16_t *index = bt_refine_parts[p].index;
            parts[p][2 * i] = (index ? landmarks[3 * index[i]] : 100 + i) + dx;
            parts[p][2 * i + 1] = (index ? landmarks[3 * index[i] + 1] : 80 + i) + dy;
        }
    }
}

// Every point is refined once at most, and the eyes mirror each other.
static void check_tables(void)
{
    int seen[BAUTA_LANDMARKS] = { 0 }, points = 0;
    for (int p = 0; p < 3; p++) {
        for (int i = 0; i < bt_refine_parts[p].count; i++) {
            const int index = bt_refine_parts[p].index[i];
            if (CHECK(index < BAUTA_LANDMARKS))
                CHECK_INT(seen[index]++, 0);
            points++;
        }
    }
    CHECK_INT(points, 80 + 71 + 71);
    for (int i = 0; i < bt_refine_parts[1].count; i++) {
        const float *a = bt_canon_vertex[bt_refine_parts[1].index[i]],
                    *b = bt_canon_vertex[bt_refine_parts[2].index[i]];
        CHECK_NEAR(a[0], -b[0], .02);
        CHECK_NEAR(a[1], b[1], .02);
    }
    for (int i = 0; i < 20; i++) {
        const float *p = bt_canon_vertex[bt_refine_parts[0].index[i]];
        CHECK(fabsf(p[0]) < 3 && p[1] > bt_canon_vertex[1][1]);
    }
}

static void check_apply(void)
{
    float iris[2][3];
    lay_out(1, -2);
    bt_refine_apply(refined, landmarks, iris);
    int moved = 0;
    for (int i = 0; i < BAUTA_LANDMARKS; i++) {
        const float *p = &landmarks[3 * i], *was = &before[3 * i];
        CHECK(p[2] == was[2]);
        if (p[0] == was[0] && p[1] == was[1])
            continue;
        moved++;
        CHECK_NEAR(p[0], was[0] + 1, 1e-4);
        CHECK_NEAR(p[1], was[1] - 2, 1e-4);
    }
    CHECK_INT(moved, 222);
    float depth = 0;
    for (int i = 0; i < 16; i++)
        depth += before[3 * bt_refine_parts[1].index[i] + 2] / 16;
    CHECK_NEAR(iris[0][0], 101, 1e-3);
    CHECK_NEAR(iris[0][1], 78, 1e-3);
    CHECK_NEAR(iris[0][2], depth, 1e-3);
}

// What flies off the face is not followed, and what lies between is followed in part.
static void check_trust(void)
{
    float iris[2][3];
    lay_out(0, 30);
    bt_refine_apply(refined, landmarks, iris);
    CHECK(!memcmp(landmarks, before, sizeof(before)));
    CHECK(iris[0][1] < 100 && fabsf(iris[0][0] - before[3 * 159]) < 3);
    lay_out(0, 6.6f);
    bt_refine_apply(refined, landmarks, iris);
    const float step = landmarks[3 * 159 + 1] - before[3 * 159 + 1];
    CHECK(step > 1 && step < 6);
    lay_out(0, 0);
    for (int p = 0; p < BT_REFINE_PARTS; p++)
        parts[p][0] = parts[p][1] = NAN;
    bt_refine_apply(refined, landmarks, iris);
    CHECK(!memcmp(landmarks, before, sizeof(before)) && isfinite(iris[0][0]));
    memset(landmarks, 0, sizeof(landmarks));
    bt_refine_apply(refined, landmarks, iris);
    CHECK(landmarks[3 * 159] == 0 && iris[0][0] == 0);
}

static void check_follow(void)
{
    static struct bauta_face a, b;
    b.has_iris = 1;
    b.iris[1][0] = 50;
    for (int i = 0; i < BAUTA_LANDMARKS; i++)
        b.landmark[i][0] = a.landmark[i][0] + 3;
    bt_refine_follow(&a, &b);
    CHECK_NEAR(b.iris[1][0], 53, 1e-4);
    CHECK_NEAR(b.iris[1][1], 0, 1e-6);
    b.has_iris = 0;
    bt_refine_follow(&a, &b);
    CHECK_NEAR(b.iris[1][0], 53, 1e-4);
}

int main(void)
{
    check_tables();
    check_apply();
    check_trust();
    check_follow();
    return check_end();
}
