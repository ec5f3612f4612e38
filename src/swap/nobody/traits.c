// SPDX-License-Identifier: Apache-2.0
#include <math.h>
#include <string.h>

#include "swap/nobody/nobody.h"

// A weight this near to the mean would lie on no side of it.
static const float CLEAR = .3f;
// Shapes go further than portraits do, since engines take over a part of them.
static const float SHAPELY = 1.25f;

// splitmix64 (Steele et al. 2014).
static uint64_t next(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

struct bt_draw bt_draw_start(uint64_t seed, uint64_t tag)
{
    const uint64_t apart = next(&tag);
    const uint64_t mixed = next(&seed);
    return (struct bt_draw){mixed ^ apart};
}

float bt_draw_even(struct bt_draw *draw, float from, float to)
{
    return from + (to - from) * (float)(next(&draw->state) >> 40) / (float)(1 << 24);
}

float bt_draw_bell(struct bt_draw *draw)
{
    float sum = 0;
    for (int i = 0; i < 3; i++)
        sum += bt_draw_even(draw, -1, 1);
    return sum;
}

static float clear(float weight)
{
    return fabsf(weight) < CLEAR ? (weight < 0 ? -CLEAR : CLEAR) : weight;
}

static void weights(struct bt_draw *draw, float all[BT_TRAITS])
{
    float square = 1e-6f;
    for (int k = 0; k < BT_TRAITS; k++) {
        all[k] = bt_draw_bell(draw);
        square += all[k] * all[k];
    }
    for (int k = 0; k < BT_TRAITS; k++)
        all[k] = clear(all[k] * BT_TRAITS_LENGTH / sqrtf(square));
}

static bool is_somebody(const float all[BT_TRAITS])
{
    uint32_t sides = 0;
    for (int k = 0; k < BT_TRAITS; k++)
        sides |= (uint32_t)(all[k] > 0) << k;
    for (int p = 0; p < bt_canon_sides_count; p++)
        if (BT_TRAITS - __builtin_popcount(sides ^ bt_canon_sides[p]) > BT_TRAITS_AGREE)
            return true;
    return false;
}

// Eyes from light to dark, and hair as it goes with them.
static void colours(struct bt_draw *draw, struct bt_traits *t)
{
    static const float eye[][3] = {
        {98, 118, 132}, {104, 112, 98}, {112, 96, 66}, {88, 62, 38}, {62, 42, 28}};
    static const float hair[][3] = {
        {122, 98, 70}, {92, 70, 50}, {66, 48, 36}, {46, 35, 28}, {30, 25, 22}};
    // Darker skin goes with darker eyes and hair.
    const float dark = t->tone[0] * bt_canon_tones[0][1] < 0 ? fabsf(t->tone[0]) : 0;
    const float a = fminf(bt_draw_even(draw, 0, 3.99f) + 1.5f * dark, 3.99f);
    const float b = fminf(fmaxf(a + bt_draw_bell(draw), 1.3f * dark), 3.99f);
    const int i = (int)a, j = (int)fmaxf(b, 0);
    for (int c = 0; c < 3; c++) {
        t->iris[c] = eye[i][c] + (a - (float)i) * (eye[i + 1][c] - eye[i][c]);
        t->hair[c] =
            hair[j][c] + (fmaxf(b, 0) - (float)j) * (hair[j + 1][c] - hair[j][c]);
    }
}

void bt_traits_draw(struct bt_traits *t, uint64_t seed)
{
    struct bt_draw draw = bt_draw_start(seed, 1);
    float all[BT_TRAITS];
    *t = (struct bt_traits){.seed = seed};
    do {
        weights(&draw, all);
    } while (is_somebody(all));
    memcpy(t->look, all, sizeof t->look);
    for (int k = 0; k < BT_CANON_PERSONAL; k++)
        t->person[k] = SHAPELY * all[BT_CANON_LOOKS + k];
    for (int k = 0; k < BT_CANON_TONES; k++)
        t->tone[k] = bt_draw_even(&draw, -1.5f, 1.5f);
    colours(&draw, t);
    t->brow = bt_draw_even(&draw, .25f, 1);
    t->freckles = fmaxf(bt_draw_even(&draw, -2.2f, 1), 0);
    t->moles = (int)bt_draw_even(&draw, 0, 2.5f);
}

void bt_nobody_shape(const struct bt_traits *t, struct bt_source_face *face)
{
    for (int v = 0; v < BAUTA_LANDMARKS; v++)
        for (int c = 0; c < 3; c++) {
            face->vertex[v][c] = bt_canon_rest[v][c];
            for (int k = 0; k < BT_CANON_PERSONAL; k++)
                face->vertex[v][c] += t->person[k] * bt_canon_person[k][v][c];
        }
    bt_expression_neutral((const float(*)[3])face->vertex, face->vertex, &face->signs);
}
