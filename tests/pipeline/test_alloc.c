// SPDX-License-Identifier: Apache-2.0
// After the first frames a running stream allocates nothing.
// usage: test_alloc none|mesh
#include "common.h"

#include <time.h>

enum { FRAMES = 220, WARM = 120, LIVE_WARM = 60 };

// A sink that stands still for once: every queue fills up, which is the most that is ever
// needed, and does so before the frames that count.
static void stand_still(void *opaque, const struct bauta_progress *progress)
{
    int *stood = opaque;
    if (progress->frames < WARM && !*stood)
        sleep_ms(300);
    *stood = 1;
}

struct counts {
    int frames;
    int64_t at_warm, at_end;
};

static void count(void *opaque, const struct bt_tap_info *info)
{
    struct counts *counts = opaque;
    (void)info;
    counts->frames++;
    sleep_ms(5);
    if (counts->frames == WARM)
        counts->at_warm = bt_alloc_count();
    if (counts->frames == FRAMES - 5)
        counts->at_end = bt_alloc_count();
}

static void check_counts(const char *what, const struct counts *counts)
{
    printf("%s: %lld allocations to frame %d, then %lld\n", what,
           (long long)counts->at_warm, WARM,
           (long long)(counts->at_end - counts->at_warm));
    CHECK(counts->at_warm > 0);
    CHECK_INT(counts->at_end - counts->at_warm, 0);
}

static void test_run(const char *name, const char *url)
{
    struct bauta *engine = bt_test_engine(name);
    struct counts counts = {0};
    int stood = 0;
    if (!strcmp(name, "mesh"))
        bt_test_map(engine);
    bt_engine_set_tap(engine, count, &counts);
    CHECK_INT(bauta_run(engine, url, "null:", stand_still, &stood), 0);
    CHECK(stood);
    CHECK_INT(counts.frames, FRAMES);
    check_counts("bauta_run", &counts);
    bauta_destroy(&engine);
}

static void test_process(const char *name, const char *url)
{
    struct bauta *engine = bt_test_engine(name);
    struct counts counts = {0};
    if (!strcmp(name, "mesh"))
        bt_test_map(engine);
    bt_engine_set_tap(engine, count, &counts);
    CHECK_INT(bauta_bench(engine, url, FRAMES), 0);
    CHECK_INT(counts.frames, FRAMES);
    check_counts("bauta_process", &counts);
    bauta_destroy(&engine);
}

// The nets' thread stands still for once; later the rest may still grow by a frame that
// a thread held for longer than ever before, but by nothing for each frame.
static void count_live(void *opaque, const struct bt_tap_info *info)
{
    struct counts *counts = opaque;
    (void)info;
    counts->frames++;
    if (counts->frames == LIVE_WARM / 2)
        sleep_ms(300);
    if (counts->frames == LIVE_WARM)
        counts->at_warm = bt_alloc_count();
    if (counts->frames > LIVE_WARM)
        counts->at_end = bt_alloc_count();
}

static void test_live(const char *name, const char *url)
{
    struct bauta *engine = bt_test_engine(name);
    struct counts counts = {0};
    if (!strcmp(name, "mesh"))
        bt_test_map(engine);
    bt_engine_set_tap(engine, count_live, &counts);
    CHECK_INT(bauta_output_add(engine, "null:"), 0);
    CHECK_INT(bauta_output_add(engine, "hash:"), 1);
    CHECK_INT(bauta_live_start(engine, url), 0);
    // A slow machine drops frames of the source, and takes longer for as many.
    struct bauta_live_info info = {0};
    for (int i = 0; i < 12000 && info.frames - info.made_up < FRAMES; i++) {
        sleep_ms(10);
        bauta_live_info(engine, &info);
    }
    bauta_stop(engine);
    CHECK_INT(bauta_live_wait(engine, -1), BAUTA_E_STOPPED);
    printf("live: %d frames, %lld allocations to frame %d, then %lld\n", counts.frames,
           (long long)counts.at_warm, LIVE_WARM,
           (long long)(counts.at_end - counts.at_warm));
    CHECK(counts.frames > LIVE_WARM + 50);
    CHECK(counts.at_end - counts.at_warm < 10);
    bauta_destroy(&engine);
}

int main(int argc, char **argv)
{
    bt_test_begin(240);
    const char *name = argc > 1 ? argv[1] : "none";
    const bool face = !strcmp(name, "mesh") && bt_test_photo();
    char url[8192], endless[8192];
    snprintf(url, sizeof(url), "test:320x240@25,frames=%d", FRAMES);
    snprintf(endless, sizeof(endless), "test:320x240@25,frames=100000");
    if (face)
        snprintf(url, sizeof(url), "%s", bt_test_face_url(320, 240, FRAMES));
    if (face)
        snprintf(endless, sizeof(endless), "%s", bt_test_face_url(320, 240, 100000));
    test_run(name, url);
    test_process(name, url);
    test_live(name, endless);
    return check_end();
}
