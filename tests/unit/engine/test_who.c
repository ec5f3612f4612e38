// SPDX-License-Identifier: Apache-2.0
// Who is who, from how alike faces are to the photos of the wearers.
#include "../check.h"

#include <math.h>

#include "engine/select/wearer.h"

static void look(struct bt_who *who, int wearers, float a, float b, double seconds)
{
    const float cosine[BT_WEARERS_MAX] = {a, b};
    bt_who_add(who, cosine, wearers, seconds);
    bt_who_settle(&who, 1, wearers);
}

static struct bt_who begin(void)
{
    struct bt_who who;
    bt_who_begin(&who);
    return who;
}

static void test_alone(void)
{
    struct bt_who who = begin(), *one = &who;
    bt_who_settle(&one, 1, 1);
    CHECK_INT(who.person, BT_WHO_OPEN);
    look(&who, 1, .8f, 0, 0);
    CHECK_INT(who.person, 0);
    // A stranger at first sight, and one who needs several looks.
    who = begin();
    look(&who, 1, .3f, 0, 0);
    CHECK_INT(who.person, BT_WHO_NONE);
    who = begin();
    for (int i = 0; i < 2; i++) {
        look(&who, 1, .47f, 0, i * .1);
        CHECK_INT(who.person, BT_WHO_OPEN);
    }
    look(&who, 1, .47f, 0, .2);
    CHECK_INT(who.person, BT_WHO_NONE);
    // Somebody known who is seen badly.
    who = begin();
    for (int i = 0; i < 3; i++)
        look(&who, 1, .55f, 0, i * .1);
    CHECK_INT(who.person, 0);
}

// A name stays while looks are middling, and goes when another person sits there.
static void test_keeps(void)
{
    struct bt_who who = begin();
    look(&who, 2, .8f, .4f, 0);
    for (int i = 1; i < 20; i++) {
        look(&who, 2, .49f, .5f, 2. * i);
        CHECK_INT(who.person, 0);
    }
    int looks = 0;
    while (who.person != 1 && looks < 20)
        look(&who, 2, .35f, .75f, 60. + looks++);
    CHECK(looks > 1 && looks <= 6);
    // A new track in the same place is looked at afresh, and wears its name meanwhile.
    bt_who_inherit(&who);
    CHECK_INT(who.person, 1);
    CHECK(bt_who_due(&who, 60. + looks));
    look(&who, 2, .85f, .3f, 100);
    look(&who, 2, .85f, .3f, 101);
    CHECK_INT(who.person, 0);
}

static void test_two(void)
{
    struct bt_who a = begin(), b = begin(), *both[] = {&a, &b};
    const float one[BT_WEARERS_MAX] = {.7f, .4f}, two[BT_WEARERS_MAX] = {.45f, .66f};
    bt_who_add(&a, one, 2, 0);
    bt_who_add(&b, two, 2, 0);
    bt_who_settle(both, 2, 2);
    CHECK_INT(a.person, 0);
    CHECK_INT(b.person, 1);
    // Nobody is there twice: the more alike one has the name.
    const float better[BT_WEARERS_MAX] = {.9f, .3f};
    struct bt_who c = begin(), *three[] = {&a, &b, &c};
    bt_who_add(&c, better, 2, 1);
    bt_who_settle(three, 3, 2);
    CHECK_INT(c.person, 0);
    CHECK(a.person != 0);
    CHECK_INT(b.person, 1);
    // Slightly more alike is not enough.
    struct bt_who d = begin(), *again[] = {&b, &d};
    const float slightly[BT_WEARERS_MAX] = {.4f, .69f};
    bt_who_add(&d, slightly, 2, 2);
    bt_who_settle(again, 2, 2);
    CHECK_INT(b.person, 1);
    CHECK(d.person != 1);
}

static void test_due(void)
{
    struct bt_who who = begin();
    CHECK(bt_who_due(&who, 0));
    look(&who, 1, .8f, 0, 5);
    CHECK(!bt_who_due(&who, 5.05));
    CHECK(bt_who_due(&who, 5.2));
    for (int i = 0; i < 3; i++)
        look(&who, 1, .8f, 0, 6);
    CHECK(!bt_who_due(&who, 7.5));
    CHECK(bt_who_due(&who, 8.1));
    CHECK(bt_who_due(&who, 0));
    struct bauta_face face = {.box = {0, 0, 60, 80}};
    CHECK(bt_who_seen(&face));
    face.yaw = -60;
    CHECK(!bt_who_seen(&face));
    face.yaw = 0;
    face.box[2] = 20;
    CHECK(!bt_who_seen(&face));
    face.box[2] = 60;
    face.origin = BAUTA_FACE_BRIDGED;
    CHECK(!bt_who_seen(&face));
}

int main(void)
{
    test_alone();
    test_keeps();
    test_two();
    test_due();
    return check_end();
}
