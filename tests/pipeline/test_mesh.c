// SPDX-License-Identifier: Apache-2.0
// The whole path with engine mesh: what it reports, and that no failing stage lets the
// face through.
#include "common.h"

enum { WIDTH = 320, HEIGHT = 240, FRAMES = 40 };

struct seen {
    int frames, failed, swapped, bare;
};

// A face that was found must be swapped or covered; a failed frame must be covered.
static void look(void *opaque, const struct bt_tap_info *info)
{
    struct seen *seen = opaque;
    int unswapped = 0;
    for (int i = 0; i < info->faces->count; i++) {
        seen->swapped += info->swapped[i];
        unswapped += !info->swapped[i];
    }
    seen->frames++;
    seen->failed += info->failed != 0;
    seen->bare += (unswapped || info->failed) && !info->covered;
}

static struct bauta_report run(enum bauta_stage stage, int every, struct seen *seen)
{
    struct bauta *engine = bt_test_engine("mesh");
    struct bauta_report report;
    bt_test_map(engine);
    bt_engine_set_tap(engine, look, seen);
    bt_engine_set_fault(engine, stage, every);
    CHECK_INT(
        bauta_run(engine, bt_test_face_url(WIDTH, HEIGHT, FRAMES), "null:", NULL, NULL),
        0);
    bauta_report_get(engine, &report);
    CHECK_INT(seen->frames, FRAMES);
    CHECK_INT(seen->bare, 0);
    CHECK_INT(report.frames, FRAMES);
    CHECK_INT(report.frames_failed, seen->failed);
    CHECK_INT(report.faces_swapped, seen->swapped);
    bauta_destroy(&engine);
    return report;
}

static void test_report(void)
{
    struct seen seen = {0};
    const struct bauta_report r = run(BAUTA_STAGE_FACE, 0, &seen);
    CHECK_INT(seen.failed, 0);
    CHECK(r.frames_with_faces >= FRAMES * 9 / 10);
    CHECK(r.faces_found >= r.frames_with_faces);
    CHECK(r.faces_swapped >= FRAMES * 9 / 10);
    CHECK_TEXT(r.engine, "mesh");
    CHECK(r.provider[0] && r.runtime[0]);
    for (int i = 0; i < BAUTA_STAGE_COUNT; i++) {
        CHECK_INT(r.stage[i].count, FRAMES);
        CHECK(r.stage[i].p50_ms <= r.stage[i].p95_ms);
        CHECK(r.stage[i].p95_ms <= r.stage[i].p99_ms);
    }
    CHECK(r.path.p50_ms >= r.stage[BAUTA_STAGE_SWAP].p50_ms);
}

static void test_faults(void)
{
    static const enum bauta_stage stages[] = {BAUTA_STAGE_FACE, BAUTA_STAGE_SWAP,
                                              BAUTA_STAGE_GUARD};
    for (int i = 0; i < 3; i++) {
        struct seen seen = {0};
        run(stages[i], 5, &seen);
        CHECK_INT(seen.failed, FRAMES / 5);
        struct seen all = {0};
        const struct bauta_report r = run(stages[i], 1, &all);
        CHECK_INT(all.failed, FRAMES);
        CHECK_INT(r.frames_covered, FRAMES);
    }
}

// Chosen by place, nobody stands there: the face is left alone, as the user wants.
static void test_nobody(void)
{
    struct bauta *engine = bt_test_engine("mesh");
    struct bauta_report report;
    bt_test_map(engine);
    CHECK_INT(bauta_set(engine, "faces", "7"), 0);
    CHECK_INT(
        bauta_run(engine, bt_test_face_url(WIDTH, HEIGHT, FRAMES), "null:", NULL, NULL),
        0);
    bauta_report_get(engine, &report);
    CHECK(report.faces_found > 0);
    CHECK_INT(report.faces_swapped, 0);
    CHECK_INT(report.frames_covered, 0);
    bauta_destroy(&engine);
}

// The same frames give the same result whatever the queues and threads do.
static void test_equal(void)
{
    char digest[2][65];
    for (int i = 0; i < 2; i++) {
        struct bauta *engine = bt_test_engine("mesh");
        struct bauta_report report;
        bt_test_map(engine);
        CHECK_INT(bauta_set(engine, "queue-depth", i ? "16" : "2"), 0);
        CHECK_INT(bauta_run(engine, bt_test_face_url(WIDTH, HEIGHT, FRAMES),
                            "hash:", NULL, NULL),
                  0);
        bauta_report_get(engine, &report);
        memcpy(digest[i], report.output_sha256, 65);
        bauta_destroy(&engine);
    }
    CHECK_INT((int)strlen(digest[0]), 64);
    CHECK_TEXT(digest[0], digest[1]);
}

// bauta_process treats what it does not find as live: a card before the first face.
static void test_process(void)
{
    struct bauta *engine = bt_test_engine("mesh");
    struct seen seen = {0};
    struct bauta_report report;
    bt_test_map(engine);
    bt_engine_set_tap(engine, look, &seen);
    for (int i = 0; i < 5; i++) {
        struct bauta_frame *frame = bt_test_frame(WIDTH, HEIGHT, i + 100);
        CHECK_INT(bauta_process(engine, &frame), 0);
        const int middle = frame->data[0][frame->stride[0] * (HEIGHT / 2) + WIDTH / 2];
        CHECK(middle != 16 + i + 100);
        bauta_frame_unref(&frame);
    }
    bauta_report_get(engine, &report);
    CHECK_INT(report.frames_covered, 5);
    bauta_destroy(&engine);
}

static uint64_t sum_pixels(const struct bauta_frame *frame)
{
    uint64_t sum = 14695981039346656037u;
    for (int y = 0; y < frame->height; y++) {
        for (int x = 0; x < frame->width; x++)
            sum = (sum ^ frame->data[0][y * frame->stride[0] + x]) * 1099511628211u;
    }
    return sum;
}

// Shape is set before the first frame, after it, or not at all.
static uint64_t process_with_shape(const char *before, const char *after)
{
    struct bt_source *source = NULL;
    struct bauta *engine = bt_test_engine("mesh");
    const struct bt_io_options options = {.force = 1};
    struct bauta_report report;
    uint64_t sum = 0;
    bt_test_map(engine);
    CHECK_INT(bauta_set(engine, "lost", "pass"), 0);
    if (before)
        CHECK_INT(bauta_set(engine, "shape", before), 0);
    CHECK_INT(bt_source_open(&source, bt_test_face_url(WIDTH, HEIGHT, 12), &options), 0);
    for (int i = 0; i < 12; i++) {
        struct bauta_frame *frame = NULL, *grey = bt_test_frame(WIDTH, HEIGHT, 0);
        CHECK_INT(bt_source_read(source, &frame), 0);
        if (i == 0) {
            // No face is seen yet, so the stream starts alike in every case.
            bt_frame_copy_props(grey, frame);
            bauta_frame_unref(&frame);
            frame = bauta_frame_ref(grey);
        }
        CHECK_INT(bauta_process(engine, &frame), 0);
        if (i == 0 && after) {
            CHECK_INT(bauta_set(engine, "shape", after), 0);
            CHECK_INT(bauta_set(engine, "threads", "2"), BAUTA_E_USAGE);
        }
        sum = sum * 31 + sum_pixels(frame);
        bauta_frame_unref(&frame);
        bauta_frame_unref(&grey);
    }
    bauta_report_get(engine, &report);
    CHECK(report.faces_swapped >= 8);
    bt_source_close(&source);
    bauta_destroy(&engine);
    return sum;
}

static void test_live_option(void)
{
    const uint64_t set = process_with_shape("0", NULL);
    CHECK(process_with_shape(NULL, "0") == set);
    CHECK(process_with_shape(NULL, NULL) != set);
}

int main(void)
{
    bt_test_begin(240);
    test_live_option();
    test_report();
    test_faults();
    test_nobody();
    test_equal();
    test_process();
    return check_end();
}
