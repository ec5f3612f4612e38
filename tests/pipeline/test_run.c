// SPDX-License-Identifier: Apache-2.0
// bauta_run on its threads: order, stop at any time, and errors at both ends.
#include "common.h"

#include <sys/stat.h>
#include <time.h>

static char folder[] = "/tmp/bauta-run-XXXXXX";

static void run_hash(const char *depth, char digest[65])
{
    struct bauta *engine = bt_test_engine("none");
    struct bauta_report report;
    CHECK_INT(bauta_set(engine, "queue-depth", depth), 0);
    CHECK_INT(bauta_run(engine, "test:160x120@25,frames=60", "hash:", NULL, NULL), 0);
    bauta_report_get(engine, &report);
    CHECK_INT(report.frames, 60);
    CHECK_INT(report.stage[BAUTA_STAGE_SOURCE].count, 60);
    CHECK_INT(report.stage[BAUTA_STAGE_MARK].count, 60);
    CHECK_INT(report.stage[BAUTA_STAGE_SINK].count, 60);
    CHECK_INT(report.frames_failed, 0);
    CHECK_TEXT(report.engine, "none");
    CHECK(report.seconds > 0);
    memcpy(digest, report.output_sha256, 65);
    bauta_destroy(&engine);
}

// The hash covers pixels and times of all frames in their order.
static void test_order(void)
{
    char a[65], b[65], c[65];
    run_hash("2", a);
    run_hash("3", b);
    run_hash("64", c);
    CHECK_INT((int)strlen(a), 64);
    CHECK_TEXT(a, b);
    CHECK_TEXT(a, c);
}

static struct {
    int calls;
    int64_t last;
} seen;

static void count_progress(void *opaque, const struct bauta_progress *progress)
{
    CHECK(opaque == &seen);
    CHECK(progress->frames >= seen.last);
    CHECK(progress->seconds >= 0);
    seen.last = progress->frames;
    seen.calls++;
}

static void test_progress(void)
{
    struct bauta *engine = bt_test_engine("none");
    CHECK_INT(
        bauta_run(engine, "test:64x64@25,frames=40", "null:", count_progress, &seen), 0);
    CHECK(seen.calls >= 1);
    CHECK_INT(seen.last, 40);
    bauta_destroy(&engine);
}

static void *stop_later(void *opaque)
{
    struct { struct bauta *engine; int us; } *s = opaque;
    const struct timespec wait = {0, s->us * 1000L};
    nanosleep(&wait, NULL);
    bauta_stop(s->engine);
    return NULL;
}

static void test_stop(const char *name)
{
    for (int us = 0; us < 60000; us = us * 2 + 300) {
        struct { struct bauta *engine; int us; } s = {bt_test_engine(name), us};
        bt_thread thread;
        if (strcmp(name, "none") != 0)
            bt_test_map(s.engine);
        CHECK_INT(bt_thread_start(&thread, stop_later, &s), 0);
        CHECK_INT(
            bauta_run(s.engine, "test:160x120@25,frames=10000000", "null:", NULL, NULL),
            BAUTA_E_STOPPED);
        bt_thread_join(thread);
        // It can be used again.
        CHECK_INT(bauta_run(s.engine, "test:64x64@25,frames=3", "null:", NULL, NULL), 0);
        bauta_destroy(&s.engine);
    }
    struct bauta *engine = bt_test_engine("none");
    bauta_stop(engine);
    CHECK_INT(bauta_run(engine, "test:64x64@25,frames=3", "null:", NULL, NULL),
              BAUTA_E_STOPPED);
    bauta_destroy(&engine);
}

static int exists(const char *name)
{
    char path[300];
    struct stat info;
    snprintf(path, sizeof(path), "%s/%s", folder, name);
    return !stat(path, &info);
}

// One stage fails; the run says so and leaves no file, not even a hidden one.
static void test_fault(enum bauta_stage stage, int every)
{
    char path[300];
    struct bauta *engine = bt_test_engine("none");
    snprintf(path, sizeof(path), "%s/out.y4m", folder);
    bt_engine_set_fault(engine, stage, every);
    const int result = bauta_run(engine, "test:160x120@25,frames=50", path, NULL, NULL);
    CHECK_INT(result, stage == BAUTA_STAGE_MARK ? BAUTA_E_FAILED : BAUTA_E_IO);
    CHECK(!exists("out.y4m"));
    // The folder is empty, so it can go; and come back.
    CHECK_INT(rmdir(folder), 0);
    CHECK_INT(mkdir(folder, 0700), 0);
    bt_engine_set_fault(engine, stage, 0);
    CHECK_INT(bauta_run(engine, "test:160x120@25,frames=5", path, NULL, NULL), 0);
    CHECK(exists("out.y4m"));
    CHECK_INT(unlink(path), 0);
    bauta_destroy(&engine);
}

static void test_files(void)
{
    char path[300];
    struct bauta *engine = bt_test_engine("none");
    CHECK_INT(bauta_run(engine, "/nonexistent.mp4", "null:", NULL, NULL),
              BAUTA_E_NOT_FOUND);
    snprintf(path, sizeof(path), "%s/no/out.y4m", folder);
    CHECK_INT(bauta_run(engine, "test:64x64@25,frames=3", path, NULL, NULL),
              BAUTA_E_NOT_FOUND);
    bauta_destroy(&engine);
}

struct watcher {
    struct bauta *engine;
    atomic_int done;
    int64_t most;
    int calls, backwards;
};

// Any thread may ask and set at any time.
static void *watch(void *opaque)
{
    struct watcher *w = opaque;
    struct bauta_report report;
    while (!atomic_load(&w->done)) {
        bauta_report_get(w->engine, &report);
        w->backwards += report.frames < w->most;
        w->most = report.frames;
        bauta_set(w->engine, "shape", w->calls % 2 ? "0.3" : "0.7");
        w->calls++;
    }
    return NULL;
}

static void test_watch(void)
{
    struct watcher w = {.engine = bt_test_engine("none")};
    bt_thread thread;
    atomic_init(&w.done, 0);
    CHECK_INT(bt_thread_start(&thread, watch, &w), 0);
    CHECK_INT(bauta_run(w.engine, "test:64x64@25,frames=300", "null:", NULL, NULL), 0);
    atomic_store(&w.done, 1);
    bt_thread_join(thread);
    CHECK(w.calls > 0);
    CHECK_INT(w.backwards, 0);
    bauta_destroy(&w.engine);
}

int main(int argc, char **argv)
{
    bt_test_begin(120);
    if (!mkdtemp(folder))
        return 1;
    if (argc > 1 && !strcmp(argv[1], "mesh")) {
        test_stop("mesh");
    } else {
        test_order();
        test_progress();
        test_stop("none");
        test_fault(BAUTA_STAGE_SOURCE, 7);
        test_fault(BAUTA_STAGE_SINK, 7);
        test_fault(BAUTA_STAGE_SOURCE, 1);
        test_fault(BAUTA_STAGE_SINK, 1);
        test_fault(BAUTA_STAGE_MARK, 10);
        test_files();
        test_watch();
    }
    rmdir(folder);
    return check_end();
}
