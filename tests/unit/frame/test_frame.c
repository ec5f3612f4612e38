// SPDX-License-Identifier: Apache-2.0
#include <stdlib.h>

#include "../check.h"
#include "base/alloc.h"
#include "base/log.h"
#include "base/thread.h"
#include "frame/frame.h"

static void quiet(void *opaque, enum bauta_log_level level, const char *line)
{
    (void)opaque, (void)level, (void)line;
}

// Writes a pattern over every sample, so that a sanitizer sees planes that overlap the
// end, and reads it back, so that planes that overlap each other show.
static void fill(struct bauta_frame *frame, int seed)
{
    for (int i = 0; i < bt_pixel_format(frame->format)->planes; i++) {
        int w = 0, h = 0;
        bt_plane_size(frame->format, frame->width, frame->height, i, &w, &h);
        w *= bt_pixel_format(frame->format)->step[i];
        for (int y = 0; y < h; y++) {
            for (int x = 0; x < w; x++)
                frame->data[i][y * frame->stride[i] + x] =
                    (uint8_t)(x * 7 + y * 13 + i * 101 + seed);
        }
    }
}

static int is_filled(const struct bauta_frame *frame, int seed)
{
    for (int i = 0; i < bt_pixel_format(frame->format)->planes; i++) {
        int w = 0, h = 0;
        bt_plane_size(frame->format, frame->width, frame->height, i, &w, &h);
        w *= bt_pixel_format(frame->format)->step[i];
        for (int y = 0; y < h; y++) {
            for (int x = 0; x < w; x++) {
                const uint8_t want = (uint8_t)(x * 7 + y * 13 + i * 101 + seed);
                if (frame->data[i][y * frame->stride[i] + x] != want)
                    return 0;
            }
        }
    }
    return 1;
}

static void test_layout(void)
{
    static const int sizes[][2] = {{1, 1}, {63, 5}, {64, 64}, {65, 33}, {641, 361}};
    for (int format = 1; format < BAUTA_PIXEL_COUNT; format++) {
        for (int s = 0; s < 5; s++) {
            struct bauta_frame *frame = bauta_frame_new((enum bauta_pixel_format)format,
                                                        sizes[s][0], sizes[s][1]);
            if (!CHECK(frame))
                continue;
            CHECK_INT(bt_frame_check(frame), 0);
            for (int i = 0; i < 4; i++) {
                CHECK((uintptr_t)frame->data[i] % 64 == 0);
                CHECK(frame->stride[i] % 64 == 0);
                CHECK_INT(frame->data[i] != NULL,
                          i < bt_pixel_format(frame->format)->planes);
            }
            fill(frame, s);
            CHECK(is_filled(frame, s));
            CHECK(frame->pts == INT64_MIN && frame->colour.matrix == 2);
            CHECK(bt_frame_is_writable(frame));
            bauta_frame_unref(&frame);
            CHECK(!frame);
        }
    }
    CHECK(!bauta_frame_new(BAUTA_PIXEL_NONE, 16, 16));
    CHECK(!bauta_frame_new(BAUTA_PIXEL_COUNT, 16, 16));
    CHECK(!bauta_frame_new(BAUTA_PIXEL_GRAY8, 0, 16));
    CHECK(!bauta_frame_new(BAUTA_PIXEL_GRAY8, 16, -16));
    CHECK(!bauta_frame_new(BAUTA_PIXEL_GRAY8, 16385, 1));
    CHECK(!bauta_frame_new(BAUTA_PIXEL_GRAY8, 1, 16385));
    struct bauta_frame *wide = bauta_frame_new(BAUTA_PIXEL_RGBA, 16384, 1);
    CHECK(wide);
    bauta_frame_unref(&wide);
    bauta_frame_unref(&wide);
    bauta_frame_unref(NULL);
}

static void test_references(void)
{
    struct bauta_frame *frame = bauta_frame_new(BAUTA_PIXEL_YUV420P, 33, 21);
    fill(frame, 3);
    frame->pts = 40, frame->number = 4, frame->rotation = 90, frame->interlaced = 1;
    frame->colour.matrix = 9, frame->captured_ns = 12345, frame->duration = 2;
    frame->time_base = (struct bauta_rational){1, 25};
    frame->sample_aspect = (struct bauta_rational){4, 3};

    // Alone: stays where it is.
    struct bauta_frame *same = frame;
    CHECK_INT(bauta_frame_writable(&frame), 0);
    CHECK(frame == same);

    // Shared: a copy, and the other holder sees nothing of what is written.
    struct bauta_frame *other = bauta_frame_ref(frame);
    CHECK(other == frame && !bt_frame_is_writable(frame));
    CHECK_INT(bauta_frame_writable(&frame), 0);
    CHECK(frame != other && bt_frame_is_writable(frame) && bt_frame_is_writable(other));
    CHECK(is_filled(frame, 3));
    CHECK(frame->pts == 40 && frame->number == 4 && frame->rotation == 90);
    CHECK(frame->interlaced == 1 && frame->colour.matrix == 9 && frame->duration == 2);
    CHECK(frame->captured_ns == 12345 && frame->time_base.den == 25);
    CHECK(frame->sample_aspect.num == 4);
    fill(frame, 8);
    CHECK(is_filled(other, 3) && is_filled(frame, 8));
    bauta_frame_unref(&other);
    bauta_frame_unref(&frame);
}

static int released;

static void release(void *opaque)
{
    released++;
    free(opaque);
}

// Foreign pixels upside down, with rows exactly as long as they must be.
static void test_wrap(void)
{
    enum { W = 31, H = 9 };
    uint8_t *pixels = malloc(W * 3 * H);
    struct bauta_frame description = {
        .format = BAUTA_PIXEL_BGR24, .width = W, .height = H,
        .data = {pixels + (ptrdiff_t)W * 3 * (H - 1), (uint8_t *)1},
        .stride = {-W * 3, 5}, .pts = 7,
    };
    struct bauta_frame *frame = bauta_frame_wrap(&description, release, pixels);
    if (!CHECK(frame))
        return;
    CHECK(frame->data[0] == description.data[0] && !frame->data[1] && !frame->stride[1]);
    CHECK(frame->pts == 7 && frame->time_base.den == 1 && frame->sample_aspect.den == 1);
    CHECK(!bt_frame_is_writable(frame));
    fill(frame, 5);
    struct bauta_frame *second = bauta_frame_ref(frame);
    bauta_frame_unref(&second);
    CHECK_INT(released, 0);
    CHECK_INT(bauta_frame_writable(&frame), 0);
    CHECK_INT(released, 1);
    CHECK(bt_frame_is_writable(frame) && is_filled(frame, 5) && frame->pts == 7);
    bauta_frame_unref(&frame);
    CHECK_INT(released, 1);

    // Refused: the pixels stay the caller's.
    description.width = 0;
    CHECK(!bauta_frame_wrap(&description, release, NULL));
    CHECK_INT(released, 1);
}

static void test_memory(void)
{
    for (int n = 1; n <= 2; n++) {
        bt_alloc_fail_after(n);
        CHECK(!bauta_frame_new(BAUTA_PIXEL_NV12, 8, 8));
    }
    bt_alloc_fail_after(0);
    struct bauta_frame *frame = bauta_frame_new(BAUTA_PIXEL_NV12, 8, 8);
    struct bauta_frame *shared = bauta_frame_ref(frame);
    for (int n = 1; n <= 2; n++) {
        bt_alloc_fail_after(n);
        CHECK_INT(bauta_frame_writable(&shared), BAUTA_E_NO_MEMORY);
        CHECK(shared == frame);
    }
    bt_alloc_fail_after(1);
    CHECK(!bauta_frame_wrap(frame, release, NULL));
    CHECK_INT(released, 1);
    bt_alloc_fail_after(0);
    bauta_frame_unref(&shared);
    bauta_frame_unref(&frame);
}

static void *juggle(void *opaque)
{
    for (int i = 0; i < 20000; i++) {
        struct bauta_frame *mine = bauta_frame_ref(opaque);
        bauta_frame_unref(&mine);
    }
    struct bauta_frame *given = opaque;
    bauta_frame_unref(&given);
    return NULL;
}

static void test_threads(void)
{
    struct bauta_frame description = {
        .format = BAUTA_PIXEL_GRAY8, .width = 1, .height = 1, .data = {malloc(1)},
        .stride = {1},
    };
    released = 0;
    struct bauta_frame *frame = bauta_frame_wrap(&description, release,
                                                 description.data[0]);
    bt_thread threads[3];
    for (int i = 0; i < 3; i++)
        CHECK_INT(bt_thread_start(&threads[i], juggle, bauta_frame_ref(frame)), 0);
    bauta_frame_unref(&frame);
    for (int i = 0; i < 3; i++)
        bt_thread_join(threads[i]);
    CHECK_INT(released, 1);
}

int main(void)
{
    bauta_log_set(quiet, NULL);
    test_layout();
    test_references();
    test_wrap();
    test_memory();
    test_threads();
    return check_end();
}
