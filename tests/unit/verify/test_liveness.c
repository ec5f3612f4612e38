// SPDX-License-Identifier: Apache-2.0
//
// What bauta liveness asks for, and how it judges made-up measurements. These are no
// people: docs/liveness.md says what was measured on faces.

#include "../check.h"

#include "liveness.h"

static struct bauta_liveness_sample sample[STREAM_MAX];
static struct bauta_liveness_result result;

static const struct bauta_liveness_result *judge(const struct bt_challenge *c, int count,
                                                 bool retry)
{
    const struct bauta_evidence device = {.finding = BAUTA_FINDING_NOTED};
    const struct bt_stream s = {sample, count};
    CHECK_INT(bt_liveness_judge(c, &s, retry, &device, &result), 0);
    return &result;
}

static enum bauta_finding found(enum bauta_liveness_check check)
{
    return result.check[check].finding;
}

static const struct bauta_liveness_result *play(const struct bt_challenge *c,
                                                const struct actor *a)
{
    return judge(c, actor_play(a, sample), false);
}

static void test_challenge(void)
{
    int asked[BAUTA_ACTION_COUNT] = {0}, first[BAUTA_ACTION_COUNT] = {0};
    struct bt_challenge c, again;
    for (int i = 0; i < 3000; i++) {
        unsigned seen = 0;
        int turns = 0;
        double at, until, before = BT_REST_SECONDS;
        actor_seed(i, &c, 3 + i % 4, 1);
        actor_seed(i, &again, 3 + i % 4, 1);
        CHECK(!memcmp(&c, &again, sizeof c));
        CHECK_INT(c.count, c.steps + 1);
        for (int k = 0; k < c.count; k++) {
            const int a = (int)c.step[k].action;
            bt_challenge_times(&c, k, &at, &until);
            CHECK(!(seen >> a & 1));
            CHECK(until - at >= 2.5 - 1e-9 && until - at <= 4 + 1e-9);
            CHECK(at - before >= .7 - 1e-9 && at - before <= 2 + 1e-9);
            before = until;
            seen |= 1u << a;
            asked[a]++;
            turns += k < c.steps &&
                     (a == BAUTA_ACTION_TURN_LEFT || a == BAUTA_ACTION_TURN_RIGHT);
        }
        first[c.step[0].action]++;
        CHECK(turns >= 1);
        for (int k = 1; k < BT_COLOURS; k++)
            CHECK(memcmp(c.colour[k], c.colour[k - 1], 3) != 0);
    }
    for (int a = 0; a < BAUTA_ACTION_COUNT; a++)
        CHECK(asked[a] > 900 && first[a] > 180);
    CHECK(1 / BT_COLOUR_SECONDS <= 3);
    uint8_t seed[BT_SEED_BYTES] = {0};
    CHECK_INT(bt_challenge_make(&c, seed, 2, 0), BAUTA_E_USAGE);
    CHECK_INT(bt_challenge_make(&c, seed, 7, 0), BAUTA_E_USAGE);
}

static void test_right(void)
{
    struct bt_challenge c;
    for (int i = 0; i < 60; i++) {
        actor_seed(i, &c, 3 + i % 4, 0);
        const struct actor a = actor_for(&c, .5 + .01 * (i % 50));
        const struct bauta_liveness_result *r = play(&c, &a);
        CHECK_INT(r->verdict, BAUTA_LIVENESS_PASS);
        for (int k = 0; k < r->step_count; k++) {
            CHECK_INT(r->step[k].outcome, BAUTA_STEP_DONE);
            CHECK_NEAR(r->step[k].reaction, .5 + .01 * (i % 50), .2);
        }
    }
}

// Right actions at the wrong time, or in another order.
static void test_wrong(void)
{
    struct bt_challenge c;
    int early = 0;
    for (int i = 0; i < 50; i++) {
        actor_seed(1000 + i, &c, 4, 0);
        struct actor a = actor_for(&c, -.6);
        CHECK_INT(play(&c, &a)->verdict, BAUTA_LIVENESS_FAIL);
        for (int k = 0; k < 4; k++)
            early += result.step[k].outcome == BAUTA_STEP_EARLY;
        a = actor_for(&c, 0);
        for (int k = 0; k < 4; k++)
            a.act[k].onset += c.step[k].deadline + .1;
        CHECK_INT(play(&c, &a)->verdict, BAUTA_LIVENESS_FAIL);
        a = actor_for(&c, .6);
        for (int k = 0; k < 4; k++)
            a.act[k].action = (int)c.step[(k + 1) % 4].action;
        CHECK_INT(play(&c, &a)->verdict, BAUTA_LIVENESS_FAIL);
        a.count = 0;
        CHECK_INT(play(&c, &a)->verdict, BAUTA_LIVENESS_FAIL);
    }
    CHECK(early > 160);
}

static void test_reaction(void)
{
    struct bt_challenge c;
    for (int i = 0; i < 20; i++) {
        actor_seed(i, &c, 4, 0);
        struct actor a = actor_for(&c, .05);
        CHECK_INT(play(&c, &a)->verdict, BAUTA_LIVENESS_INCONCLUSIVE);
        CHECK_INT(found(BAUTA_PAD_REACTION), BAUTA_FINDING_DOUBTFUL);
        // One that is late is nothing, two are.
        a = actor_for(&c, .6);
        for (int k = 0, late = 0; k < 4; k++)
            if (c.step[k].deadline > 3.4 && late < 2) {
                a.act[k].onset += 1.6;
                late++;
                play(&c, &a);
                CHECK_INT(found(BAUTA_PAD_CHALLENGE), BAUTA_FINDING_GOOD);
                CHECK_INT(found(BAUTA_PAD_REACTION),
                          late > 1 ? BAUTA_FINDING_DOUBTFUL : BAUTA_FINDING_GOOD);
            }
    }
}

static void test_blinks(void)
{
    struct bt_challenge c;
    struct bt_baseline b;
    struct bt_event e;
    actor_seed(0, &c, 3, 0);
    struct actor a = actor_for(&c, .5);
    a.count = 0;
    const int n = actor_play(&a, sample);
    const struct bt_stream s = {sample, n};
    CHECK(bt_baseline_make(&s, BT_REST_SECONDS, &b));
    CHECK_NEAR(b.lids, 1, .01);
    // Frames at 25 a second: from, how many, again from, how many; is it two blinks?
    static const struct {
        int at, frames, then, more;
        bool twice;
        float lids;
    } cases[] = {
        {100, 5, 115, 4, true, .3f},  {100, 5, 0, 0, false, .3f},
        {100, 5, 160, 5, false, .3f}, {100, 1, 115, 5, false, .3f},
        {100, 2, 110, 10, true, .3f}, {100, 14, 120, 5, false, .3f},
        {100, 5, 115, 5, false, .7f}, {100, 5, 115, 5, true, .6f},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        for (int k = 0; k < n; k++) {
            const bool shut = (k >= cases[i].at && k < cases[i].at + cases[i].frames) ||
                              (k >= cases[i].then && k < cases[i].then + cases[i].more);
            sample[k].lids[0] = sample[k].lids[1] = shut ? cases[i].lids : 1;
        }
        CHECK_INT(bt_action_find(BAUTA_ACTION_BLINK_TWICE, &s, &b, 3, 9, &e),
                  cases[i].twice);
        if (cases[i].twice)
            CHECK_NEAR(e.onset, cases[i].at / 25., .021);
    }
}

// Somebody who blinks, and is then asked to blink twice, is not too early.
static void test_blink_before(void)
{
    struct bt_challenge c;
    int tried = 0;
    for (int i = 0; i < 60; i++) {
        actor_seed(i, &c, 3, 0);
        for (int k = 0; k < 3; k++) {
            double at, until;
            bt_challenge_times(&c, k, &at, &until);
            if (c.step[k].action != BAUTA_ACTION_BLINK_TWICE)
                continue;
            const struct actor a = actor_for(&c, .5);
            const int n = actor_play(&a, sample);
            for (int j = 0; j < n; j++)
                if (sample[j].seconds > at - .6 && sample[j].seconds < at - .4)
                    sample[j].lids[0] = sample[j].lids[1] = .3f;
            CHECK_INT(judge(&c, n, false)->verdict, BAUTA_LIVENESS_PASS);
            tried++;
        }
    }
    CHECK(tried > 10);
}

// One wrong action gives one more; a second does not.
static void test_retry(void)
{
    struct bt_challenge c;
    double at, until;
    for (int i = 0; i < 20; i++) {
        actor_seed(i, &c, 4, 0);
        struct actor a = actor_for(&c, .6);
        a.act[i % 4].onset = 1e6;
        struct bt_stream s = {sample, actor_play(&a, sample)};
        CHECK(bt_liveness_wants_retry(&c, &s));
        CHECK_INT(judge(&c, s.count, false)->verdict, BAUTA_LIVENESS_FAIL);
        bt_challenge_times(&c, 4, &at, &until);
        a.act[i % 4].action = (int)c.step[4].action;
        a.act[i % 4].onset = at + .7;
        a.seconds = bt_challenge_end(&c, true);
        CHECK_INT(judge(&c, actor_play(&a, sample), true)->verdict, BAUTA_LIVENESS_PASS);
        CHECK(result.step[4].retry && result.step[i % 4].outcome == BAUTA_STEP_MISSED);
        a.act[(i + 1) % 4].onset = 1e6;
        s.count = actor_play(&a, sample);
        CHECK(!bt_liveness_wants_retry(&c, &s));
        CHECK_INT(judge(&c, s.count, true)->verdict, BAUTA_LIVENESS_FAIL);
    }
}

static int calm(struct bt_challenge *c)
{
    actor_seed(5, c, 3, 0);
    const struct actor a = actor_for(c, .6);
    return actor_play(&a, sample);
}

static void test_continuity(void)
{
    struct bt_challenge c;
    int n = calm(&c);
    CHECK_INT(judge(&c, n, false)->verdict, BAUTA_LIVENESS_PASS);
    sample[200].cut = 1;
    CHECK_INT(judge(&c, n, false)->check[BAUTA_PAD_PICTURE].finding, BAUTA_FINDING_BAD);
    n = calm(&c);
    for (int i = 200; i < n; i++)
        sample[i].track = 1;
    judge(&c, n, false);
    CHECK_INT(found(BAUTA_PAD_TRACK), BAUTA_FINDING_BAD);
    n = calm(&c);
    for (int i = 20; i < 45; i++)
        sample[i].faces = 0;
    judge(&c, n, false);
    CHECK_INT(found(BAUTA_PAD_TRACK), BAUTA_FINDING_BAD);
    n = calm(&c);
    for (int i = 200; i < n; i++)
        sample[i].x += .2f;
    judge(&c, n, false);
    CHECK_INT(found(BAUTA_PAD_TRACK), BAUTA_FINDING_BAD);
    n = calm(&c);
    for (int i = 0; i < n; i++)
        sample[i].faces = 2;
    judge(&c, n, false);
    CHECK_INT(found(BAUTA_PAD_TRACK), BAUTA_FINDING_DOUBTFUL);
    n = calm(&c);
    for (int i = 200; i < n; i += 20)
        sample[i].alike = .3f;
    CHECK_INT(judge(&c, n, false)->verdict, BAUTA_LIVENESS_FAIL);
    CHECK_INT(found(BAUTA_PAD_IDENTITY), BAUTA_FINDING_BAD);
    n = calm(&c);
    for (int i = 0; i < n; i++)
        sample[i].alike = -2;
    CHECK_INT(judge(&c, n, false)->verdict, BAUTA_LIVENESS_PASS);
    CHECK_INT(found(BAUTA_PAD_IDENTITY), BAUTA_FINDING_SKIPPED);
    n = calm(&c);
    for (int i = 200; i < n; i++)
        for (int k = 0; k < BAUTA_LIVENESS_CELLS; k++)
            sample[i].cell[k] *= 2;
    judge(&c, n, false);
    CHECK_INT(found(BAUTA_PAD_PICTURE), BAUTA_FINDING_DOUBTFUL);
    for (int i = 200; i < n; i++)
        sample[i].noise *= 3;
    judge(&c, n, false);
    CHECK_INT(found(BAUTA_PAD_PICTURE), BAUTA_FINDING_BAD);
    n = calm(&c);
    sample[n - 1].watermark = 1;
    CHECK(judge(&c, n, false)->synthetic && result.verdict == BAUTA_LIVENESS_FAIL);
}

static void test_repeats(void)
{
    struct bt_challenge c;
    int n = calm(&c);
    for (int i = 150; i < 180; i++)
        sample[i].change = 0;
    judge(&c, n, false);
    CHECK_INT(found(BAUTA_PAD_FROZEN), BAUTA_FINDING_BAD);
    // Each second frame twice, as where 25 are made of 12 a second, is no freezing.
    n = calm(&c);
    for (int i = 1; i < n; i += 2)
        sample[i].change = 0;
    judge(&c, n, false);
    CHECK_INT(found(BAUTA_PAD_FROZEN), BAUTA_FINDING_GOOD);
    n = calm(&c);
    for (int i = 150; i < 200; i++)
        memcpy(sample[i].cell, sample[i - 100].cell, sizeof sample[i].cell);
    judge(&c, n, false);
    CHECK_INT(found(BAUTA_PAD_LOOP), BAUTA_FINDING_BAD);
    CHECK_NEAR(result.check[BAUTA_PAD_LOOP].value, 2, .1);
    // Six frames a second are too few.
    n = calm(&c);
    int kept = 0;
    for (int i = 0; i < n; i += 4)
        sample[kept++] = sample[i];
    judge(&c, kept, false);
    CHECK_INT(found(BAUTA_PAD_CHALLENGE), BAUTA_FINDING_DOUBTFUL);
    CHECK_INT(found(BAUTA_PAD_CADENCE), BAUTA_FINDING_DOUBTFUL);
    CHECK(result.verdict != BAUTA_LIVENESS_PASS);
}

static void test_flatness(void)
{
    struct bt_challenge c;
    for (int i = 0; i < 20; i++) {
        actor_seed(i, &c, 4, 0);
        struct actor a = actor_for(&c, .6);
        play(&c, &a);
        CHECK_INT(found(BAUTA_PAD_FLATNESS), BAUTA_FINDING_GOOD);
        a.flat = 1;
        CHECK_INT(play(&c, &a)->verdict, BAUTA_LIVENESS_FAIL);
        CHECK_INT(found(BAUTA_PAD_FLATNESS), BAUTA_FINDING_BAD);
    }
    // An exact homography leaves nothing; points in a line have none.
    float p[24][2], q[24][2];
    for (int i = 0; i < 24; i++) {
        const float x = (float)(i % 6), y = (float)(i * i % 7);
        const float w = 1 + .1f * x - .05f * y;
        p[i][0] = x, p[i][1] = y;
        q[i][0] = (2 * x + y + 3) / w, q[i][1] = (y - .5f * x) / w;
    }
    CHECK_NEAR(bt_flat_residual((const float(*)[2])p, (const float(*)[2])q, 24), 0, 1e-4);
    for (int i = 0; i < 24; i++)
        p[i][1] = p[i][0];
    CHECK(bt_flat_residual((const float(*)[2])p, (const float(*)[2])p, 24) < 1e-3f);
    CHECK(bt_flat_residual((const float(*)[2])p, (const float(*)[2])q, 7) < 0);
}

static enum bauta_finding light_of(const struct bt_challenge *c, struct actor *a)
{
    play(c, a);
    return found(BAUTA_PAD_LIGHT);
}

static void test_light(void)
{
    enum { PEOPLE = 5 };
    struct bt_challenge c, other;
    int good[20] = {0}, bad = 0, passed = 0, drowned = 0;
    for (int i = 0; i < PEOPLE; i++) {
        actor_seed(i, &c, 3, 1);
        actor_seed(900 + i, &other, 3, 1);
        struct actor a = actor_for(&c, .6);
        a.lag = .04 + .02 * (i % 12);
        a.screen_from = bt_challenge_light(&c, false);
        for (int k = 0; k < 20; k++) {
            a.ambient = .05 * k;
            a.screen = &c;
            const enum bauta_finding f = light_of(&c, &a);
            CHECK(f == BAUTA_FINDING_GOOD || f == BAUTA_FINDING_DOUBTFUL);
            good[k] += f == BAUTA_FINDING_GOOD;
        }
        a.ambient = .3;
        a.screen = &other;
        bad += light_of(&c, &a) == BAUTA_FINDING_BAD;
        passed += found(BAUTA_PAD_LIGHT) == BAUTA_FINDING_GOOD;
        a.screen = NULL;
        a.ambient = 1;
        drowned += light_of(&c, &a) == BAUTA_FINDING_DOUBTFUL;
    }
    CHECK_INT(good[0], PEOPLE);
    CHECK(good[10] >= PEOPLE - 1);
    CHECK(bad >= PEOPLE / 2);
    CHECK_INT(passed, 0);
    CHECK_INT(drowned, PEOPLE);
}

int main(void)
{
    test_challenge();
    test_right();
    test_wrong();
    test_reaction();
    test_blinks();
    test_blink_before();
    test_retry();
    test_continuity();
    test_repeats();
    test_flatness();
    test_light();
    return check_end();
}
