// SPDX-License-Identifier: Apache-2.0
//
// Repetitions of a text as their keys go down and up.

#include "../check.h"

#include "verify/record.h"

static double now;

static void press(struct bt_recorder *r, int symbol, double hold, double next)
{
    bt_record_down(r, symbol, now);
    bt_record_up(r, symbol, now + hold);
    now += next;
}

static void type(struct bt_recorder *r, const char *text)
{
    for (; *text; text++)
        press(r, *text, .1, .2);
}

static void test_plain(void)
{
    struct bt_recorder r;
    CHECK(bt_record_open(&r, 3, 0));
    type(&r, "password");
    bt_record_enter(&r);
    CHECK(r.samples == 1 && r.keys == 8 && !r.say && r.count == 0);
    CHECK_NEAR(r.times[1].down - r.times[0].down, .2, 1e-9);
    CHECK_NEAR(r.times[7].up - r.times[7].down, .1, 1e-9);
    // Another text, a slip, a pause, too little, nothing at all.
    type(&r, "passwort");
    bt_record_enter(&r);
    CHECK(r.samples == 1 && r.say);
    type(&r, "passwor");
    bt_record_enter(&r);
    CHECK(r.samples == 1 && r.say);
    type(&r, "pass");
    now += 6;
    type(&r, "word");
    bt_record_enter(&r);
    CHECK(r.samples == 1 && strstr(r.say, "pause"));
    bt_record_enter(&r);
    CHECK(r.samples == 1);
    type(&r, "passx");
    bt_record_again(&r);
    CHECK(r.count == 0 && !r.say);
    type(&r, "password");
    bt_record_enter(&r);
    CHECK(r.samples == 2 && !r.say);
    bt_record_close(&r);
    CHECK(!r.times);
}

static void test_overlap(void)
{
    struct bt_recorder r;
    CHECK(bt_record_open(&r, 2, 6));
    // Each goes down before the last is up, the same letter twice, Enter before the last up.
    const char *const text = "abccde";
    for (int i = 0; i < 6; i++) {
        if (i == 3)
            bt_record_up(&r, 'c', .1 * i - .01);
        bt_record_down(&r, text[i], .1 * i);
        if (i && i != 3)
            bt_record_up(&r, text[i - 1], .1 * i + .05);
    }
    bt_record_enter(&r);
    CHECK(r.samples == 0 && r.ended);
    bt_record_down(&r, 'x', .9);
    bt_record_up(&r, 'e', .8);
    CHECK(r.samples == 1 && r.keys == 6 && !r.ended);
    CHECK_NEAR(r.times[0].up, .15, 1e-9);
    CHECK_NEAR(r.times[2].up, .29, 1e-9);
    CHECK_NEAR(r.times[3].up, .45, 1e-9);
    CHECK_NEAR(r.times[5].up, .8, 1e-9);
    bt_record_close(&r);
}

static void test_long(void)
{
    struct bt_recorder r;
    CHECK(bt_record_open(&r, 1, 0));
    for (int i = 0; i < BAUTA_TYPING_KEYS_MAX + 5; i++)
        press(&r, 'a' + i % 26, .05, .1);
    bt_record_enter(&r);
    CHECK(r.samples == 0 && r.say);
    type(&r, "12345");
    bt_record_enter(&r);
    CHECK(r.samples == 0 && r.say);
    type(&r, "123456");
    bt_record_enter(&r);
    CHECK(r.samples == 1 && !r.say);
    bt_record_close(&r);
}

int main(void)
{
    test_plain();
    test_overlap();
    test_long();
    return check_end();
}
