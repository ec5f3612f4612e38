// SPDX-License-Identifier: Apache-2.0
// Expressions on made-up persons, from the tables alone.
#include <stdlib.h>

#include "face/expression.h"

#include "../check.h"

typedef float shape[BAUTA_LANDMARKS][3];
typedef const float (*seen)[3];

static uint32_t seed = 7;
static float noise(void)
{
    float sum = 0;
    for (int i = 0; i < 6; i++) {
        seed = seed * 1664525u + 1013904223u;
        sum += (float)(seed >> 8) / (1 << 24) - .5f;
    }
    return sum * 1.4f;
}

// A person as the table says that persons differ; strange: by how much of a deviation.
static void person(shape out, float strange)
{
    memcpy(out, bt_canon_rest, sizeof(shape));
    for (int k = 0; k < BT_CANON_PERSONAL; k++) {
        const float a = strange * noise();
        for (int i = 0; i < BAUTA_LANDMARKS; i++)
            for (int c = 0; c < 3; c++)
                out[i][c] += a * bt_canon_person[k][i][c];
    }
}

static void tremble(shape x, float by)
{
    for (int i = 0; i < BAUTA_LANDMARKS; i++)
        for (int c = 0; c < 3; c++)
            x[i][c] += by * noise();
}

static float gap_of(seen x)
{
    return x[14][1] - x[13][1];
}

static float lid_of(seen x, int eye)
{
    return eye ? x[374][1] - x[386][1] : x[145][1] - x[159][1];
}

// The same as a length.
static float lid_length(seen x, int eye)
{
    const float *upper = x[eye ? 386 : 159], *lower = x[eye ? 374 : 145];
    return hypotf(hypotf(upper[0] - lower[0], upper[1] - lower[1]), upper[2] - lower[2]);
}

static float most_apart(seen a, seen b)
{
    float most = 0;
    for (int i = 0; i < BAUTA_LANDMARKS; i++)
        for (int c = 0; c < 3; c++)
            most = fmaxf(most, fabsf(a[i][c] - b[i][c]));
    return most;
}

static void one(float w[BT_CANON_MODES], int mode, float value)
{
    memset(w, 0, BT_CANON_MODES * sizeof *w);
    w[mode] = value;
}

static void check_tables(void)
{
    CHECK(fabsf(gap_of(bt_canon_rest)) < .12f);
    for (int k = 0; k < BT_CANON_MODES; k++) {
        const int fellow = k == BT_MODE_BROW_LEFT || k == BT_MODE_BLINK_LEFT    ? k + 1
                           : k == BT_MODE_BROW_RIGHT || k == BT_MODE_BLINK_RIGHT ? k - 1
                                                                                 : k;
        float same = 0, opposite = 0, most = 0;
        for (int i = 0; i < BAUTA_LANDMARKS; i++) {
            const float *a = bt_canon_mode[k][i],
                        *b = bt_canon_mode[fellow][bt_canon_mirror[i]];
            const float mirrored[3] = {-b[0], b[1], b[2]};
            for (int c = 0; c < 3; c++) {
                same = fmaxf(same, fabsf(a[c] - mirrored[c]));
                opposite = fmaxf(opposite, fabsf(a[c] + mirrored[c]));
                most = fmaxf(most, fabsf(a[c]));
            }
        }
        CHECK(most > .15f && most < 3);
        if (!CHECK(fminf(same, opposite) < .05f * most))
            fprintf(stderr, "  mode %d: %.3f %.3f of %.3f\n", k, same, opposite, most);
        CHECK(k != BT_MODE_SMILE || same < opposite);
        CHECK((k != BT_MODE_SIDE && k != BT_MODE_TILT) || opposite < same);
    }
    // The measures that modes are named after.
    shape x;
    float w[BT_CANON_MODES];
    memcpy(x, bt_canon_rest, sizeof x);
    one(w, BT_MODE_JAW, 1);
    bt_expression_add(w, 1, x);
    CHECK_NEAR(gap_of((seen)x) - gap_of(bt_canon_rest), 2, .25);
    CHECK(x[152][1] > bt_canon_rest[152][1] + .2f);
    memcpy(x, bt_canon_rest, sizeof x);
    one(w, BT_MODE_BLINK_LEFT, 1);
    bt_expression_add(w, 1, x);
    CHECK_NEAR(lid_of((seen)x, 0) - lid_of(bt_canon_rest, 0), -.8, .15);
    CHECK_NEAR(lid_of((seen)x, 1), lid_of(bt_canon_rest, 1), .1);
}

// Weights of a person whose neutral is known come back; of anybody, the strong ones do.
static void check_fit(void)
{
    double known = 0, unknown[BT_CANON_MODES] = {0};
    enum { TRIES = 40 };
    for (int n = 0; n < TRIES; n++) {
        shape neutral, x;
        float w[BT_CANON_MODES], found[BT_CANON_MODES];
        person(neutral, 1);
        memcpy(x, neutral, sizeof x);
        for (int k = 0; k < BT_CANON_MODES; k++)
            w[k] = .4f * noise();
        w[BT_MODE_JAW] = fabsf(w[BT_MODE_JAW]);
        bt_expression_add(w, 1, x);
        tremble(x, .02f);
        bt_expression_fit((seen)x, (seen)neutral, found);
        for (int k = 0; k < BT_CANON_MODES; k++)
            known = fmax(known, fabs(found[k] - w[k]));
        // One vertex in the wrong place changes little.
        float again[BT_CANON_MODES];
        x[61][1] += 40;
        bt_expression_fit((seen)x, (seen)neutral, again);
        for (int k = 0; k < BT_CANON_MODES; k++)
            CHECK_NEAR(again[k], found[k], .5);
        memcpy(x, neutral, sizeof x);
        one(w, BT_MODE_SMILE, .8f);
        w[BT_MODE_JAW] = .4f;
        bt_expression_add(w, 1, x);
        tremble(x, .02f);
        bt_expression_fit((seen)x, NULL, found);
        for (int k = 0; k < BT_CANON_MODES; k++)
            unknown[k] += (found[k] - w[k]) * (found[k] - w[k]) / TRIES;
    }
    printf("largest error of a weight, neutral known: %.3f\n", known);
    printf("errors of any person's weights: smile %.3f, jaw %.3f\n",
           sqrt(unknown[BT_MODE_SMILE]), sqrt(unknown[BT_MODE_JAW]));
    CHECK(known < .3);
    CHECK(sqrt(unknown[BT_MODE_SMILE]) < .35 && sqrt(unknown[BT_MODE_JAW]) < .2);
}

static void mirror(seen in, shape out)
{
    for (int i = 0; i < BAUTA_LANDMARKS; i++) {
        const float *from = in[bt_canon_mirror[i]];
        out[i][0] = -from[0], out[i][1] = from[1], out[i][2] = from[2];
    }
}

static void check_mirror(void)
{
    shape x, y;
    float a[BT_CANON_MODES], b[BT_CANON_MODES], w[BT_CANON_MODES] = {0};
    person(x, 1);
    w[BT_MODE_BLINK_LEFT] = 1, w[BT_MODE_TILT] = .5f, w[BT_MODE_BROW_RIGHT] = .6f;
    w[BT_MODE_SMILE] = .4f;
    bt_expression_add(w, 1, x);
    mirror((seen)x, y);
    bt_expression_fit((seen)x, NULL, a);
    bt_expression_fit((seen)y, NULL, b);
    CHECK_NEAR(a[BT_MODE_BLINK_LEFT], b[BT_MODE_BLINK_RIGHT], .05);
    CHECK_NEAR(a[BT_MODE_BROW_RIGHT], b[BT_MODE_BROW_LEFT], .05);
    CHECK_NEAR(a[BT_MODE_TILT], -b[BT_MODE_TILT], .05);
    CHECK_NEAR(a[BT_MODE_SMILE], b[BT_MODE_SMILE], .05);
}

static void check_neutral(void)
{
    double moved = 0, twice = 0, kept = 0;
    for (int n = 0; n < 20; n++) {
        shape rest, x, out, again;
        struct bt_expression_signs before, after;
        float w[BT_CANON_MODES] = {0};
        person(rest, .7f);
        memcpy(x, rest, sizeof x);
        w[BT_MODE_SMILE] = .9f, w[BT_MODE_JAW] = .5f;
        bt_expression_add(w, 1, x);
        bt_expression_neutral((seen)x, out, &before);
        bt_expression_neutral((seen)out, again, &after);
        CHECK(before.open > .7f && before.smile > after.smile);
        CHECK(after.open < .02f && after.smile < .35f);
        CHECK(fabsf(gap_of((seen)out)) < 1e-4f);
        moved += most_apart((seen)x, (seen)out) / 20;
        twice += most_apart((seen)out, (seen)again) / 20;
        // Above the mouth the person is as before.
        for (int c = 0; c < 3; c++)
            kept = fmax(kept, fabs(out[6][c] - rest[6][c]));
    }
    printf("neutralising moves %.2f cm at most, a second time %.3f\n", moved, twice);
    CHECK(moved > .5 && twice < .15);
    CHECK(kept < .1);
}

static void check_drive(void)
{
    for (int n = 0; n < 20; n++) {
        shape ours, theirs, target, out, same;
        float w[BT_CANON_MODES] = {0}, found[BT_CANON_MODES], gap[BT_LIP_PAIRS][3] = {{0}};
        person(ours, .7f);
        person(theirs, .7f);
        bt_lips_part(ours, (seen)gap);
        bt_lips_part(theirs, (seen)gap);
        // Nothing happens: the source at rest, lids apart.
        bt_expression_drive((seen)theirs, (seen)theirs, (seen)ours, 1, out, NULL);
        CHECK(most_apart((seen)out, (seen)ours) < .02f);
        // A face that is driven by itself does what it does.
        w[BT_MODE_JAW] = .6f, w[BT_MODE_BROW_LEFT] = .7f, w[BT_MODE_SMILE] = .4f;
        memcpy(target, theirs, sizeof target);
        bt_expression_add(w, 1, target);
        bt_expression_drive((seen)target, (seen)theirs, (seen)theirs, 1, same, found);
        CHECK(most_apart((seen)same, (seen)target) < .02f);
        CHECK_NEAR(found[BT_MODE_JAW], .6, .1);
        // The lips are apart as the target's are.
        bt_expression_drive((seen)target, (seen)theirs, (seen)ours, .7f, out, NULL);
        CHECK_NEAR(gap_of((seen)out), gap_of((seen)target), 1e-3);
        // Lips that touch in a smile touch.
        w[BT_MODE_JAW] = 0, w[BT_MODE_SMILE] = 1;
        memcpy(target, theirs, sizeof target);
        bt_expression_add(w, 1, target);
        bt_lips_part(target, (seen)gap);
        bt_expression_drive((seen)target, (seen)theirs, (seen)ours, .7f, out, NULL);
        bt_lips_gap((seen)out, gap);
        for (int i = 0; i < BT_LIP_PAIRS; i++)
            CHECK(hypotf(gap[i][0], hypotf(gap[i][1], gap[i][2])) < 1e-4f);
        CHECK(out[61][1] < ours[61][1] - .25f);
    }
}

// However wide the eyes are, both close together, and are half open together.
static void check_blink(void)
{
    for (int n = 0; n < 20; n++) {
        shape ours, theirs, target, out;
        person(ours, 1);
        person(theirs, 1);
        for (int part = 0; part <= 4; part++) {
            memcpy(target, theirs, sizeof target);
            for (int e = 0; e < 2; e++) {
                for (int i = 1; i < BT_CANON_LID / 2; i++) {
                    float *upper = target[bt_canon_lid[e][i]];
                    const float *lower = target[bt_canon_lid[e][BT_CANON_LID - i]];
                    for (int c = 0; c < 3; c++)
                        upper[c] = lower[c] + (upper[c] - lower[c]) * (float)part / 4;
                }
            }
            bt_expression_drive((seen)target, (seen)theirs, (seen)ours, .7f, out, NULL);
            for (int e = 0; e < 2; e++) {
                // A rest far below the other eye's, or the usual, is none.
                const float both =
                    (lid_length((seen)theirs, 0) + lid_length((seen)theirs, 1)) / 2;
                const float rest = fmaxf(lid_length((seen)theirs, e),
                                         fmaxf(.65f * lid_length(bt_canon_rest, e),
                                               .85f * both));
                const float share = lid_length((seen)target, e) / rest;
                const float open =
                    lid_of((seen)ours, e) * (share < 1 ? powf(share, 1.5f) : share);
                CHECK_NEAR(lid_of((seen)out, e), open, part ? .1 : 1e-3);
                for (int i = 1; !part && i < BT_CANON_LID / 2; i++)
                    CHECK(hypotf(out[bt_canon_lid[e][i]][1] -
                                     out[bt_canon_lid[e][BT_CANON_LID - i]][1],
                                 out[bt_canon_lid[e][i]][0] -
                                     out[bt_canon_lid[e][BT_CANON_LID - i]][0]) < 1e-3f);
            }
        }
    }
}

// A person who talks and blinks: the neutral is found, from the first frame on roughly.
static void check_learn(void)
{
    shape rest, x;
    static struct bt_expression_state state;
    double first = 0, last = 0;
    for (int n = 0; n < 8; n++) {
        memset(&state, 0, sizeof state);
        person(rest, 1);
        for (int f = 0; f < 400; f++) {
            float w[BT_CANON_MODES] = {0};
            memcpy(x, rest, sizeof x);
            w[BT_MODE_JAW] = f % 3 ? fabsf(.3f * noise()) : 0;
            w[BT_MODE_SMILE] = f % 100 > 80 ? .8f : 0;
            w[BT_MODE_BLINK_LEFT] = w[BT_MODE_BLINK_RIGHT] = f % 60 < 4 ? 1 : 0;
            if (f == 0)
                w[BT_MODE_JAW] = .7f, w[BT_MODE_SMILE] = .6f;
            bt_expression_add(w, 1, x);
            tremble(x, .03f);
            bt_expression_learn(&state, (seen)x, .04f, 1);
            const double off = most_apart((seen)state.neutral, (seen)rest) / 8;
            first += f == 0 ? off : 0;
            last += f == 399 ? off : 0;
        }
    }
    printf("neutral: off by %.2f cm at most after a frame, %.2f after 16 s\n", first, last);
    CHECK(first < .8 && last < .4 && last < first);
}

// Whatever comes in, what comes out is finite.
static void check_strange(void)
{
    shape x = {{0}}, out;
    static struct bt_expression_state state;
    float w[BT_CANON_MODES];
    struct bt_expression_signs signs;
    for (int n = 0; n < 6; n++) {
        for (int i = 0; i < BAUTA_LANDMARKS; i++)
            for (int c = 0; c < 3; c++)
                x[i][c] = n == 0 ? 0 : n == 1 ? 1e6f : (float)(n * n * n) * noise();
        bt_expression_neutral((seen)x, out, &signs);
        CHECK(isfinite(most_apart((seen)out, (seen)x)) && isfinite(signs.lift));
        bt_expression_learn(&state, (seen)x, .04f, 1);
        bt_expression_drive((seen)x, (seen)state.neutral, (seen)out, .7f, out, w);
        for (int i = 0; i < BAUTA_LANDMARKS; i++)
            CHECK(isfinite(out[i][0]) && isfinite(out[i][1]) && isfinite(out[i][2]));
        for (int k = 0; k < BT_CANON_MODES; k++)
            CHECK(fabsf(w[k]) <= 2);
    }
}

int main(void)
{
    check_tables();
    check_fit();
    check_mirror();
    check_neutral();
    check_drive();
    check_blink();
    check_learn();
    check_strange();
    return check_end();
}
