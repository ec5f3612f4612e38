// SPDX-License-Identifier: Apache-2.0
//
// What leaves where no swapped face is shown.

#include "base/alloc.h"
#include "base/log.h"
#include "guard/cover.h"
#include "made.h"

enum { COVER, CARD, PASS };

static const struct bt_guard_options cover = {1, .3f, COVER}, card = {1, .3f, CARD},
                                     pass = {1, .3f, PASS};
static struct bt_format format;
static struct bt_guard *guard;

// What a frame looks like afterwards.
enum look { UNTOUCHED, COVERED, CARDED, HELD };

static void start(const struct bt_guard_options *o, bool live)
{
    format = made_format(BAUTA_PIXEL_YUV420P, 160, 120);
    format.live = live;
    bt_guard_destroy(&guard);
    if (bt_guard_create(&guard, &format, o) < 0)
        exit(1);
}

static int same_row(const struct bauta_frame *a, const struct bauta_frame *b, int y)
{
    return !memcmp(a->data[0] + y * a->stride[0], b->data[0] + y * b->stride[0], 160);
}

static int differs(const struct bauta_frame *a, const struct bauta_frame *b)
{
    int rows = 0;
    for (int y = 0; y < 120; y++)
        rows += !same_row(a, b, y);
    return rows;
}

// Whether the middle of a box has lost its noise.
static int covered_at(const struct bauta_frame *a, const float box[4])
{
    int x0 = (int)(box[0] + box[2]) / 2 - 3, y0 = (int)(box[1] + box[3]) / 2 - 3;
    int worst = 0;
    for (int y = y0; y < y0 + 6; y++) {
        for (int x = x0; x < x0 + 6; x++) {
            const uint8_t *p = a->data[0] + y * a->stride[0] + x;
            int d = abs(p[-1] - 2 * p[0] + p[1]);
            worst = d > worst ? d : worst;
        }
    }
    return worst < 40;
}

struct seen {
    enum look look;
    int covered;
    struct bauta_frame *frame;    // until the next call
};

// Sends frame number n, noise of that seed, through the guard.
static struct seen send(int64_t n, const struct bt_faces *faces, const int *swapped,
                        const int *wanted, int failed)
{
    static struct bauta_frame *frame;
    struct bauta_frame *fresh = made_frame(&format, n);
    made_noise(fresh, (unsigned)n);
    bauta_frame_unref(&frame);
    frame = made_frame(&format, n);
    made_noise(frame, (unsigned)n);
    struct seen s = {.covered = bt_guard_frame(guard, &frame, faces, swapped, wanted,
                                               failed, (double)n / 25)};
    s.frame = frame;
    CHECK(s.covered >= 0);
    CHECK_INT(frame->number, n);
    int flat = 1;
    for (int i = 1; i < 160; i++)
        flat &= frame->data[0][i] == frame->data[0][0];
    int rows = differs(frame, fresh);
    s.look = flat ? CARDED : !rows ? UNTOUCHED : same_row(frame, fresh, 119) ? COVERED
                                                                             : HELD;
    bauta_frame_unref(&fresh);
    return s;
}

static const int yes[BAUTA_FACES_MAX] = {1, 1, 1, 1}, no[BAUTA_FACES_MAX];
static struct bt_faces none, one, two;

static void test_file(void)
{
    start(&cover, false);
    CHECK_INT(send(0, &none, no, no, 0).look, UNTOUCHED);
    CHECK_INT(send(1, &two, yes, yes, 0).look, UNTOUCHED);
    struct seen s = send(2, &two, no, yes, 0);
    CHECK_INT(s.covered, 2);
    CHECK(covered_at(s.frame, two.face[0].box) && covered_at(s.frame, two.face[1].box));
    s = send(3, &two, (int[16]){1, 0}, yes, 0);
    CHECK_INT(s.covered, 1);
    CHECK(!covered_at(s.frame, two.face[0].box) && covered_at(s.frame, two.face[1].box));
    // The user chose one of two: the other stays.
    CHECK_INT(send(4, &two, (int[16]){1, 0}, (int[16]){1, 0}, 0).look, UNTOUCHED);
    struct bt_faces suspected = none;
    made_suspect(&suspected, 60, 60, 30);
    s = send(5, &suspected, no, yes, 0);
    CHECK_INT(s.look, COVERED);
    CHECK(covered_at(s.frame, suspected.face[0].box));
    // After a failure all that is known is covered, chosen or not, or else everything.
    CHECK_INT(send(6, &two, no, no, 1).covered, 2);
    CHECK_INT(send(7, &none, no, no, 1).look, CARDED);
    CHECK_INT(send(8, &none, no, no, 0).look, UNTOUCHED);
}

static void test_live_start(void)
{
    start(&cover, true);
    CHECK_INT(send(0, &none, no, no, 0).look, CARDED);
    CHECK_INT(send(1, &one, no, yes, 0).look, CARDED);
    CHECK_INT(send(2, &one, yes, yes, 0).look, UNTOUCHED);
    CHECK_INT(send(3, &one, yes, yes, 1).look, CARDED);
    CHECK_INT(send(4, &one, yes, yes, 0).look, UNTOUCHED);
    // A clock that goes back starts anew.
    CHECK_INT(send(1, &none, no, no, 0).look, CARDED);
}

// Lost: the last picture for .3 s, a blurred head until 2 s, a card from then on.
static void test_live_lost(void)
{
    start(&cover, true);
    send(100, &one, yes, yes, 0);
    struct bauta_frame *last = made_frame(&format, 100);
    made_noise(last, 100);
    for (int i = 1; i <= 7; i++) {
        struct seen s = send(100 + i, &none, no, no, 0);
        CHECK_INT(s.look, HELD);
        CHECK_INT(differs(s.frame, last), 0);
        CHECK_INT(s.covered, 1);
    }
    for (int i = 8; i <= 50; i += 3) {
        struct seen s = send(100 + i, &none, no, no, 0);
        CHECK_INT(s.look, COVERED);
        CHECK(covered_at(s.frame, one.face[0].box));
    }
    CHECK_INT(send(151, &none, no, no, 0).look, CARDED);
    CHECK_INT(send(500, &one, no, yes, 0).look, CARDED);
    CHECK_INT(send(501, &one, yes, yes, 0).look, UNTOUCHED);
    bauta_frame_unref(&last);

    start(&card, true);
    send(0, &one, yes, yes, 0);
    CHECK_INT(send(7, &none, no, no, 0).look, HELD);
    CHECK_INT(send(8, &none, no, no, 0).look, CARDED);

    struct bt_guard_options o = cover;
    o.hold = 0;
    start(&o, true);
    send(0, &one, yes, yes, 0);
    CHECK_INT(send(1, &none, no, no, 0).look, COVERED);
}

// What is held was covered itself where it had to be.
static void test_held_is_covered(void)
{
    start(&cover, true);
    send(0, &two, (int[16]){1, 0}, yes, 0);
    struct seen s = send(1, &none, no, no, 0);
    CHECK_INT(s.look, HELD);
    CHECK(!covered_at(s.frame, two.face[0].box));
    CHECK(covered_at(s.frame, two.face[1].box));
}

// In a new scene the old place means nothing: a card after the hold.
static void test_live_cut(void)
{
    start(&cover, true);
    struct bt_faces cut = none;
    cut.cut = true;
    send(0, &one, yes, yes, 0);
    CHECK_INT(send(1, &cut, no, no, 0).look, HELD);
    CHECK_INT(send(10, &none, no, no, 0).look, CARDED);
}

// One of two is lost: only that head is blurred, for two seconds.
static void test_live_two(void)
{
    start(&cover, true);
    send(0, &two, yes, yes, 0);
    struct seen s = send(5, &one, yes, yes, 0);
    CHECK_INT(s.look, COVERED);
    CHECK(!covered_at(s.frame, two.face[0].box) && covered_at(s.frame, two.face[1].box));
    CHECK_INT(send(50, &one, yes, yes, 0).look, COVERED);
    CHECK_INT(send(51, &one, yes, yes, 0).look, UNTOUCHED);
    // Under a new name at the same place it is not lost.
    struct bt_faces renamed = two;
    renamed.face[1].id = 7;
    send(60, &two, yes, yes, 0);
    CHECK_INT(send(61, &renamed, yes, yes, 0).look, UNTOUCHED);
    // Somebody who was not chosen is covered on a live stream.
    s = send(62, &two, (int[16]){1, 0}, (int[16]){1, 0}, 0);
    CHECK(s.covered >= 1 && covered_at(s.frame, two.face[1].box));
    struct bt_faces suspected = one;
    made_suspect(&suspected, 120, 60, 30);
    start(&cover, true);
    CHECK_INT(send(0, &one, yes, no, 0).look, UNTOUCHED);
    CHECK_INT(send(1, &suspected, (int[16]){1, 0}, no, 0).covered, 1);
}

// The explicit way through; what is found and chosen, and failures, stay covered.
static void test_pass(void)
{
    start(&pass, true);
    CHECK_INT(send(0, &none, no, no, 0).look, UNTOUCHED);
    CHECK_INT(send(1, &one, no, no, 0).look, UNTOUCHED);
    CHECK_INT(send(2, &one, no, yes, 0).look, COVERED);
    CHECK_INT(send(3, &one, yes, yes, 0).look, UNTOUCHED);
    CHECK_INT(send(4, &none, no, no, 0).look, UNTOUCHED);
    CHECK_INT(send(5, &none, no, no, 1).look, CARDED);
}

// A picture that somebody else holds is copied; one of another size is refused.
static void test_frames(void)
{
    start(&cover, false);
    struct bauta_frame *mine = made_frame(&format, 0), *frame = bauta_frame_ref(mine);
    made_noise(mine, 5);
    struct bauta_frame *same = made_frame(&format, 0);
    made_noise(same, 5);
    CHECK_INT(bt_guard_frame(guard, &frame, &one, no, yes, 0, 0), 1);
    CHECK(frame != mine);
    CHECK_INT(differs(mine, same), 0);
    CHECK(differs(frame, same) > 0);
    bauta_frame_unref(&frame);
    bauta_frame_unref(&mine);
    bauta_frame_unref(&same);
    struct bt_format other = made_format(BAUTA_PIXEL_YUV420P, 162, 120);
    frame = made_frame(&other, 0);
    CHECK_INT(bt_guard_frame(guard, &frame, &one, no, yes, 0, 0), BAUTA_E_USAGE);
    bauta_frame_unref(&frame);
    // Without memory for the copy nothing is said to be covered.
    mine = made_frame(&format, 0);
    frame = bauta_frame_ref(mine);
    start(&cover, false);
    bt_alloc_fail_after(1);
    CHECK_INT(bt_guard_frame(guard, &frame, &one, no, yes, 0, 0), BAUTA_E_NO_MEMORY);
    bt_alloc_fail_after(0);
    CHECK(frame == mine);
    bauta_frame_unref(&frame);
    bauta_frame_unref(&mine);
    for (int n = 1; n < 6; n++) {
        struct bt_guard *g = NULL;
        format.live = true;
        bt_alloc_fail_after(n);
        int r = bt_guard_create(&g, &format, &cover);
        bt_alloc_fail_after(0);
        CHECK(r < 0 ? !g : g != NULL);
        bt_guard_destroy(&g);
    }
}

static void test_options(void)
{
    struct bt_guard_options o = {0};
    CHECK_INT(bt_opt_defaults(bt_guard_opts, &o), 0);
    CHECK_NEAR(o.look_ahead, 1, 0);
    CHECK_NEAR(o.hold, .3f, 0);
    CHECK_INT(o.lost, COVER);
    CHECK_INT(bt_opt_set(bt_opt_find(bt_guard_opts, "lost"), &o, "pass"), 0);
    CHECK_INT(o.lost, PASS);
    CHECK(bt_opt_set(bt_opt_find(bt_guard_opts, "guard-look-ahead"), &o, "3.5") < 0);
}

static void quiet(void *opaque, enum bauta_log_level level, const char *line)
{
    (void)opaque, (void)level, (void)line;
}

int main(void)
{
    bauta_log_set(quiet, NULL);
    one.count = 1;
    one.face[0] = two.face[0] = made_face(0, 40, 60, 30);
    two.count = 2;
    two.face[1] = made_face(1, 120, 60, 30);
    test_file();
    test_live_start();
    test_live_lost();
    test_held_is_covered();
    test_live_cut();
    test_live_two();
    test_pass();
    test_frames();
    test_options();
    bt_guard_destroy(&guard);
    return check_end();
}
