// SPDX-License-Identifier: Apache-2.0
#include "../check.h"
#include "base/alloc.h"
#include "base/log.h"
#include "base/thread.h"
#include "frame/frame.h"

static const struct bt_format format = {
    .pixel = BAUTA_PIXEL_YUV420P, .width = 65, .height = 33,
    .colour = {1, 13, 6, 1, 1}, .sample_aspect = {1, 1}, .time_base = {1, 30},
    .frame_rate = {30, 1}, .rotation = 180, .live = true,
};

static void quiet(void *opaque, enum bauta_log_level level, const char *line)
{
    (void)opaque, (void)level, (void)line;
}

static void test_reuse(void)
{
    struct bt_pool *pool = bt_pool_create(&format);
    struct bauta_frame *frames[4];
    for (int i = 0; i < 4; i++) {
        frames[i] = bt_pool_get(pool);
        CHECK(frames[i] && bt_frame_is_writable(frames[i]));
        for (int k = 0; k < i; k++)
            CHECK(frames[i]->data[0] != frames[k]->data[0]);
        frames[i]->pts = 99, frames[i]->number = 99, frames[i]->interlaced = 1;
    }
    const struct bt_format of = bt_format_of(frames[0]);
    CHECK(of.pixel == format.pixel && of.width == 65 && of.height == 33);
    CHECK(!memcmp(&of.colour, &format.colour, sizeof(of.colour)));
    CHECK(of.sample_aspect.num == 1 && of.time_base.den == 30 && of.rotation == 180);
    CHECK(!of.frame_rate.num && !of.live && !of.still);

    // Once warm it allocates nothing, and what comes back forgot its last life.
    for (int i = 0; i < 4; i++)
        bauta_frame_unref(&frames[i]);
    const int64_t before = bt_alloc_count();
    for (int round = 0; round < 10; round++) {
        for (int i = 0; i < 4; i++) {
            frames[i] = bt_pool_get(pool);
            CHECK(frames[i]->pts == INT64_MIN && !frames[i]->number);
            CHECK(!frames[i]->interlaced && frames[i]->rotation == 180);
            frames[i]->pts = 99, frames[i]->rotation = 0;
        }
        for (int i = 0; i < 4; i++)
            bauta_frame_unref(&frames[i]);
    }
    CHECK_INT(bt_alloc_count(), before);
    bt_pool_destroy(&pool);
    CHECK(!pool);
    bt_pool_destroy(&pool);
    bt_pool_destroy(NULL);
}

static void test_outlives(void)
{
    struct bt_pool *pool = bt_pool_create(&format);
    struct bauta_frame *a = bt_pool_get(pool), *b = bt_pool_get(pool);
    struct bauta_frame *idle = bt_pool_get(pool);
    bauta_frame_unref(&idle);
    bt_pool_destroy(&pool);
    memset(a->data[0], 1, 65);
    memset(b->data[0], 2, 65);
    bauta_frame_unref(&a);
    CHECK_INT(b->data[0][64], 2);
    bauta_frame_unref(&b);   // a leak here shows under the address sanitizer
}

static void test_writable(void)
{
    struct bt_pool *pool = bt_pool_create(&format);
    struct bauta_frame *warm[2] = {bt_pool_get(pool), bt_pool_get(pool)};
    bauta_frame_unref(&warm[1]);
    struct bauta_frame *frame = warm[0], *other = bauta_frame_ref(frame);
    memset(frame->data[0], 77, 65);
    frame->pts = 3;
    const int64_t before = bt_alloc_count();
    CHECK_INT(bt_frame_writable(&frame, pool), 0);
    CHECK_INT(bt_alloc_count(), before);
    CHECK(frame != other && frame->data[0][64] == 77 && frame->pts == 3);
    bauta_frame_unref(&other);
    bauta_frame_unref(&frame);

    // Another size: fresh memory, and of the right size.
    frame = bauta_frame_new(BAUTA_PIXEL_YUV420P, 66, 33);
    for (int y = 0; y < 33; y++)
        memset(frame->data[0] + y * frame->stride[0], 5, 66);
    for (int i = 1; i < 3; i++) {
        for (int y = 0; y < 17; y++)
            memset(frame->data[i] + y * frame->stride[i], 5, 33);
    }
    other = bauta_frame_ref(frame);
    CHECK_INT(bt_frame_writable(&frame, pool), 0);
    CHECK(frame != other && frame->width == 66 && frame->data[0][65] == 5);
    bauta_frame_unref(&other);
    bauta_frame_unref(&frame);
    bt_pool_destroy(&pool);
}

static void test_memory(void)
{
    bt_alloc_fail_after(1);
    CHECK(!bt_pool_create(&format));
    struct bt_pool *pool = bt_pool_create(&format);
    for (int n = 1; n <= 2; n++) {
        bt_alloc_fail_after(n);
        CHECK(!bt_pool_get(pool));
    }
    struct bauta_frame *frame = bt_pool_get(pool);
    CHECK(frame);
    struct bauta_frame *other = bauta_frame_ref(frame);
    bt_alloc_fail_after(1);
    CHECK_INT(bt_frame_writable(&other, pool), BAUTA_E_NO_MEMORY);
    CHECK(other == frame);
    bauta_frame_unref(&other);
    bauta_frame_unref(&frame);
    bt_pool_destroy(&pool);
}

static void *work(void *opaque)
{
    struct bt_pool *pool = opaque;
    long wrong = 0;
    for (int i = 0; i < 3000; i++) {
        struct bauta_frame *frame = bt_pool_get(pool);
        frame->data[0][0] = (uint8_t)i;
        wrong += frame->data[0][0] != (uint8_t)i || !bt_frame_is_writable(frame);
        bauta_frame_unref(&frame);
    }
    return (void *)wrong;
}

static void test_threads(void)
{
    struct bt_pool *pool = bt_pool_create(&format);
    bt_thread threads[3];
    const int64_t before = bt_alloc_count();
    for (int i = 0; i < 3; i++)
        CHECK_INT(bt_thread_start(&threads[i], work, pool), 0);
    for (int i = 0; i < 3; i++) {
        void *wrong = NULL;
        pthread_join(threads[i], &wrong);
        CHECK_INT((long)wrong, 0);
    }
    CHECK(bt_alloc_count() - before <= 6);
    bt_pool_destroy(&pool);
}

int main(void)
{
    bauta_log_set(quiet, NULL);
    test_reuse();
    test_outlives();
    test_writable();
    test_memory();
    test_threads();
    return check_end();
}
