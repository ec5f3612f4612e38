// SPDX-License-Identifier: Apache-2.0
// When live frames leave: evenly, never much later than they could.
#include <math.h>
#include <stdlib.h>

#include "../check.h"
#include "engine/live/live.h"

#define MS ((int64_t)1000000)

// A number from 0 to 1, the same ones every time (Numerical Recipes' generator).
static double next(uint32_t *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return (*seed >> 8) / (double)(1 << 24);
}

struct outcome {
    double ready_ms, left_ms;     // root mean square of what intervals are off by
    double hold_ms, most_ms;      // mean and largest wait
    double late_ms;               // what those that come late wait
};

// Frames that are ready after 10 ms and up to another 6, one in 64 after 20 more.
static struct outcome play(int64_t frame_ns, int frames)
{
    struct outcome o = {0};
    struct bt_pacer pacer = {0};
    uint32_t seed = 7;
    int64_t ready_before = 0, left_before = 0;
    int counted = 0;
    for (int i = 0; i < frames; i++) {
        const int64_t captured = 1000 * MS + i * frame_ns;
        const int64_t age = 10 * MS + (int64_t)(next(&seed) * 6e6) + (i % 64 ? 0 : 20 * MS);
        const int64_t ready = captured + age;
        const int64_t hold = bt_pacer_hold(&pacer, captured, ready);
        CHECK(hold >= 0);
        if (i > frames / 2) {
            const double r = (double)(ready - ready_before - frame_ns) / 1e6;
            const double l = (double)(ready + hold - left_before - frame_ns) / 1e6;
            o.ready_ms += r * r, o.left_ms += l * l;
            o.hold_ms += (double)hold / 1e6;
            o.most_ms = fmax(o.most_ms, (double)hold / 1e6);
            o.late_ms = fmax(o.late_ms, i % 64 ? 0 : (double)hold / 1e6);
            counted++;
        }
        ready_before = ready, left_before = ready + hold;
    }
    o.ready_ms = sqrt(o.ready_ms / counted), o.left_ms = sqrt(o.left_ms / counted);
    o.hold_ms /= counted;
    return o;
}

static void test_even(void)
{
    struct outcome o = play(1000 * MS / 60, 1200);
    CHECK(o.ready_ms > 3);
    CHECK(o.left_ms < .75 * o.ready_ms);
    CHECK(o.hold_ms > 2 && o.hold_ms < 6);
    CHECK(o.late_ms < .01);
    CHECK(o.most_ms <= 12);
    o = play(1000 * MS / 240, 4800);
    // What comes fast does not wait for longer than a frame.
    CHECK(o.most_ms <= 1000. / 240 + .01);
}

// Frames that are all equally old do not wait, whatever their age.
static void test_steady(void)
{
    struct bt_pacer pacer = {0};
    for (int i = 0; i < 600; i++) {
        const int64_t captured = i * 20 * MS + MS;
        CHECK(bt_pacer_hold(&pacer, captured, captured + 12 * MS) < MS);
    }
    // A machine that became slow, and fast again, is followed.
    for (int i = 600; i < 1200; i++)
        bt_pacer_hold(&pacer, i * 20 * MS, i * 20 * MS + 40 * MS);
    CHECK_NEAR((double)pacer.target_ns / 1e6, 40, .1);
    int64_t hold = 0;
    for (int i = 1200; i < 2000; i++) {
        hold = bt_pacer_hold(&pacer, i * 20 * MS, i * 20 * MS + 12 * MS);
        CHECK(hold <= 20 * MS);
    }
    CHECK(hold < MS);
}

// Stamps that jump, repeat or run backwards hold nothing for long.
static void test_odd(void)
{
    static const int64_t captured[] = {5, 5, 3, INT64_MAX / 4, 7, 1000000000000, 6, 0};
    struct bt_pacer pacer = {0};
    for (size_t i = 0; i < sizeof captured / sizeof *captured; i++) {
        const int64_t hold = bt_pacer_hold(&pacer, captured[i], 20 * MS);
        CHECK(hold >= 0 && hold <= 250 * MS);
    }
}

int main(void)
{
    test_even();
    test_steady();
    test_odd();
    return check_end();
}
