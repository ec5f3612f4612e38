// SPDX-License-Identifier: Apache-2.0
// Push and pull, and bauta_process: order, room, ends, errors, and the caller's frames.
#include "common.h"

#include <sched.h>

enum { WIDTH = 320, HEIGHT = 180 };

static int pushed, pulled;

// The label stands at the top right; the middle shows which frame it is.
static void check_frame(const struct bauta_frame *frame, int number)
{
    const uint8_t middle = frame->data[0][frame->stride[0] * (HEIGHT / 2) + WIDTH / 2];
    CHECK_INT(middle, 16 + number % 200);
    CHECK_INT(frame->pts, number);
    int changed = 0;
    for (int y = 0; y < HEIGHT / 4; y++) {
        for (int x = WIDTH / 2; x < WIDTH; x++)
            changed += frame->data[0][frame->stride[0] * y + x] != middle;
    }
    CHECK(changed > 100);
}

static int pull_some(struct bauta *engine)
{
    for (;;) {
        struct bauta_frame *frame = NULL;
        const int result = bauta_pull(engine, &frame);
        if (result < 0)
            return result;
        check_frame(frame, pulled++);
        bauta_frame_unref(&frame);
    }
}

static void push_all(struct bauta *engine, int count)
{
    int result = 0;
    for (int i = 0; i < count; i++) {
        struct bauta_frame *frame = bt_test_frame(WIDTH, HEIGHT, i);
        while ((result = bauta_push(engine, frame)) == BAUTA_E_AGAIN) {
            CHECK_INT(pull_some(engine), BAUTA_E_AGAIN);
            sched_yield();
        }
        CHECK_INT(result, 0);
        pushed++;
    }
}

static void test_push(void)
{
    struct bauta *engine = bt_test_engine("none");
    for (int round = 0; round < 2; round++) {
        pushed = pulled = 0;
        push_all(engine, 60);
        CHECK_INT(bauta_set(engine, "queue-depth", "8"), BAUTA_E_USAGE);
        CHECK_INT(bauta_set(engine, "shape", "0.5"), 0);
        CHECK_INT(bauta_run(engine, "test:64x64@25,frames=1", "null:", NULL, NULL),
                  BAUTA_E_USAGE);
        struct bauta_frame *wrong = bt_test_frame(WIDTH, HEIGHT + 2, 0);
        CHECK_INT(bauta_push(engine, wrong), BAUTA_E_USAGE);
        bauta_frame_unref(&wrong);
        CHECK_INT(bauta_push(engine, NULL), 0);
        CHECK_INT(pull_some(engine), BAUTA_E_END);
        CHECK_INT(pulled, 60);
        CHECK_INT(bauta_set(engine, "queue-depth", "8"), 0);
    }
    bauta_destroy(&engine);
}

// Nothing is pulled: there is an end to the room, and leaving frees all.
static void test_room(void)
{
    struct bauta *engine = bt_test_engine("none");
    CHECK_INT(bauta_set(engine, "queue-depth", "2"), 0);
    int taken = 0, refused = 0;
    for (int i = 0; i < 2000 && refused < 500; i++) {
        struct bauta_frame *frame = bt_test_frame(WIDTH, HEIGHT, taken);
        const int result = bauta_push(engine, frame);
        CHECK(result == 0 || result == BAUTA_E_AGAIN);
        taken += result == 0;
        refused += result == BAUTA_E_AGAIN;
        if (result < 0)
            bauta_frame_unref(&frame);
        sched_yield();
    }
    CHECK(refused > 0);
    CHECK(taken >= 2 && taken < 20);
    bauta_destroy(&engine);
}

static void test_push_error(void)
{
    struct bauta *engine = bt_test_engine("none");
    bt_engine_set_fault(engine, BAUTA_STAGE_MARK, 5);
    pushed = pulled = 0;
    int result = BAUTA_E_AGAIN;
    struct bauta_frame *frame = bt_test_frame(WIDTH, HEIGHT, 0);
    CHECK_INT(bauta_push(engine, frame), 0);
    while (result == BAUTA_E_AGAIN) {
        result = pull_some(engine);
        sched_yield();
    }
    CHECK_INT(result, BAUTA_E_FAILED);
    CHECK_INT(pulled, 0);
    bauta_destroy(&engine);
}

static void test_process(void)
{
    struct bauta *engine = bt_test_engine("none");
    struct bauta_report report;
    for (int i = 0; i < 30; i++) {
        struct bauta_frame *frame = bt_test_frame(WIDTH, HEIGHT, i);
        struct bauta_frame *mine = bauta_frame_ref(frame);
        CHECK_INT(bauta_process(engine, &frame), 0);
        check_frame(frame, i);
        // The caller's own reference still shows what it showed.
        CHECK_INT(mine->data[0][WIDTH - 20 + 12 * mine->stride[0]], 16 + i % 200);
        bauta_frame_unref(&frame);
        bauta_frame_unref(&mine);
    }
    struct bauta_frame *wrong = bt_test_frame(WIDTH + 2, HEIGHT, 0), *before = wrong;
    CHECK_INT(bauta_process(engine, &wrong), BAUTA_E_USAGE);
    CHECK(wrong == before);
    bauta_frame_unref(&wrong);

    bt_engine_set_fault(engine, BAUTA_STAGE_MARK, 1);
    struct bauta_frame *frame = bt_test_frame(WIDTH, HEIGHT, 3);
    before = frame;
    CHECK_INT(bauta_process(engine, &frame), BAUTA_E_FAILED);
    CHECK(frame == before);
    CHECK_INT(frame->data[0][WIDTH - 20 + 12 * frame->stride[0]], 19);
    bauta_frame_unref(&frame);
    bauta_report_get(engine, &report);
    CHECK_INT(report.frames, 30);
    CHECK_INT(report.frames_failed, 1);
    bauta_destroy(&engine);
}

static void test_odd(void)
{
    static const int sizes[][2] = {{1, 1}, {2, 2}, {3, 5}, {17, 9}, {161, 119}};
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        struct bauta *engine = bt_test_engine("none");
        struct bauta_frame *frame = bt_test_frame(sizes[i][0], sizes[i][1], 0);
        CHECK_INT(bauta_process(engine, &frame), 0);
        bauta_frame_unref(&frame);
        bauta_destroy(&engine);
    }
}

int main(void)
{
    bt_test_begin(120);
    test_push();
    test_room();
    test_push_error();
    test_process();
    test_odd();
    return check_end();
}
