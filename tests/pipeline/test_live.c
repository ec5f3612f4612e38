// SPDX-License-Identifier: Apache-2.0
// A live stream on its threads: outputs that come, go, fail and are slow; stalls, a source
// that fails, the panic key.
#include "common.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <time.h>

static char folder[] = "/tmp/bauta-live-XXXXXX";

static void path_of(char path[300], const char *name)
{
    snprintf(path, 300, "%s/%s", folder, name);
}

// Waits until frames have left, for a minute at most.
static bool wait_frames(struct bauta *engine, int64_t frames)
{
    struct bauta_live_info info;
    for (int i = 0; i < 6000; i++) {
        bauta_live_info(engine, &info);
        if (info.frames >= frames)
            return true;
        sleep_ms(10);
    }
    return false;
}

static bool wait_state(struct bauta *engine, enum bauta_live_state state)
{
    struct bauta_live_info info;
    for (int i = 0; i < 12000; i++) {
        bauta_live_info(engine, &info);
        if (info.state == state)
            return true;
        sleep_ms(5);
    }
    return false;
}

// Frames of a y4m file, and whether its luma is a card from that frame to its end.
struct y4m {
    int frames, cards, first_card;
};

static struct y4m read_y4m(const char *path, int width, int height)
{
    struct y4m y = {0, 0, -1};
    char line[256];
    const size_t size = (size_t)width * height * 3 / 2;
    uint8_t *data = malloc(size);
    FILE *file = fopen(path, "rb");
    if (!data || !file || !fgets(line, sizeof(line), file))
        abort();
    while (fgets(line, sizeof(line), file)) {
        if (fread(data, 1, size, file) != size)
            break;
        // Below its label a card is even.
        int even = 1;
        const uint8_t first = data[(height - 8) * width];
        for (int i = (height - 8) * width; i < height * width; i++)
            even &= abs(data[i] - first) <= 2 * BT_WM_MOST;
        if (even && y.first_card < 0)
            y.first_card = y.frames;
        y.cards += even;
        y.frames++;
    }
    fclose(file);
    free(data);
    return y;
}

struct watched {
    atomic_int calls, backwards;
    int64_t last;
};

static void watch(void *opaque, struct bauta_frame *frame, const struct bauta_face *faces,
                  int count)
{
    struct watched *w = opaque;
    (void)faces, (void)count;
    atomic_fetch_add(&w->calls, 1);
    if (frame->pts <= w->last)
        atomic_fetch_add(&w->backwards, 1);
    w->last = frame->pts;
}

// To the end of the input, with two outputs and a window.
static void test_whole(void)
{
    char path[300];
    path_of(path, "a.y4m");
    struct bauta *engine = bt_test_engine("none");
    struct watched w = {.last = -1};
    struct bauta_output_info out;
    struct bauta_live_info info;
    CHECK_INT(bauta_set(engine, "lost", "pass"), 0);
    CHECK_INT(bauta_live_wait(engine, 0), BAUTA_E_USAGE);
    CHECK_INT(bauta_output_add(engine, "null:"), 0);
    CHECK_INT(bauta_output_add(engine, path), 1);
    CHECK_INT(bauta_watch(engine, watch, &w), 0);
    CHECK_INT(bauta_live_start(engine, "test:160x120@50,frames=40"), 0);
    CHECK_INT(bauta_live_start(engine, "test:"), BAUTA_E_USAGE);
    CHECK_INT(bauta_live_wait(engine, 0), BAUTA_E_AGAIN);
    CHECK_INT(bauta_live_wait(engine, -1), 0);
    bauta_live_info(engine, &info);
    CHECK_INT(info.frames_in, 40);
    CHECK(info.frames - info.made_up + info.dropped == 40);
    CHECK(info.frames > 5);
    CHECK_INT(info.state, BAUTA_LIVE_PASSED);
    CHECK(info.latency_p50 > 0 && info.latency_p99 >= info.latency_p50);
    for (int i = 0; i < 2; i++) {
        CHECK_INT(bauta_output_at(engine, i, &out), 0);
        CHECK_INT(out.state, BAUTA_OUTPUT_ENDED);
        CHECK(out.frames + out.dropped == info.frames);
        CHECK(out.age_p50 > 0 && out.interval_p50 > 0);
    }
    CHECK_INT(bauta_output_at(engine, 2, &out), BAUTA_E_END);
    CHECK_INT(read_y4m(path, 160, 120).frames, out.frames);
    CHECK(atomic_load(&w.calls) > 2);
    CHECK_INT(atomic_load(&w.backwards), 0);
    CHECK_INT(unlink(path), 0);
    bauta_destroy(&engine);
}

// Standard output as a pipe that nobody empties is a slow output, a folder that is missing
// a failing one.
static void test_slow_and_failing(void)
{
    char wrong[320];
    int ends[2];
    snprintf(wrong, sizeof(wrong), "%s/no/out.y4m", folder);
    fflush(stdout);
    const int standard = dup(1);
    CHECK(standard >= 0 && !pipe(ends) && dup2(ends[1], 1) == 1);
    close(ends[1]);
    struct bauta *engine = bt_test_engine("none");
    struct bauta_output_info out[4];
    CHECK_INT(bauta_output_add(engine, "null:"), 0);
    CHECK_INT(bauta_output_add(engine, "-"), 1);
    CHECK_INT(bauta_output_add(engine, wrong), 2);
    CHECK_INT(bauta_live_start(engine, "test:320x240@100,frames=100000"), 0);
    CHECK(wait_frames(engine, 60));
    CHECK(bauta_output_add(engine, wrong) < 0);
    for (int i = 0; i < 4; i++)
        CHECK_INT(bauta_output_at(engine, i, &out[i]), 0);
    CHECK_INT(out[0].state, BAUTA_OUTPUT_RUNS);
    CHECK(out[0].frames + out[0].dropped >= 50);
    // A machine that stands still drops a few, the full pipe nearly all.
    CHECK(out[0].dropped < out[1].dropped / 2);
    CHECK_INT(out[1].state, BAUTA_OUTPUT_RUNS);
    CHECK(out[1].frames < 20);
    CHECK(out[1].dropped > 20);
    CHECK_INT(out[2].state, BAUTA_OUTPUT_FAILED);
    CHECK_INT(out[2].error, BAUTA_E_NOT_FOUND);
    // The reader goes away: the writer fails, and the stream goes on.
    close(ends[0]);
    for (int i = 0; i < 6000 && out[1].state == BAUTA_OUTPUT_RUNS; i++) {
        sleep_ms(10);
        bauta_output_at(engine, 1, &out[1]);
    }
    CHECK_INT(out[1].state, BAUTA_OUTPUT_FAILED);
    const int64_t before = out[0].frames;
    for (int i = 0; i < 3000 && out[0].frames == before; i++) {
        sleep_ms(10);
        bauta_output_at(engine, 0, &out[0]);
    }
    CHECK(out[0].frames > before);
    bauta_stop(engine);
    CHECK_INT(bauta_live_wait(engine, -1), BAUTA_E_STOPPED);
    fflush(stdout);
    CHECK(dup2(standard, 1) == 1);
    close(standard);
    bauta_destroy(&engine);
}

static void test_add_remove(void)
{
    char path[300];
    path_of(path, "b.y4m");
    struct bauta *engine = bt_test_engine("none");
    struct bauta_output_info out;
    CHECK_INT(bauta_live_start(engine, "test:160x120@50,frames=100000"), 0);
    CHECK(wait_frames(engine, 5));
    CHECK_INT(bauta_output_add(engine, path), 0);
    for (int i = 0; i < 6000 && !bauta_output_at(engine, 0, &out) && out.frames < 20; i++)
        sleep_ms(10);
    CHECK_INT(bauta_output_remove(engine, 0), 0);
    CHECK_INT(bauta_output_remove(engine, 0), BAUTA_E_USAGE);
    CHECK_INT(bauta_output_remove(engine, 7), BAUTA_E_USAGE);
    CHECK_INT(bauta_output_at(engine, 0, &out), 0);
    CHECK_INT(out.state, BAUTA_OUTPUT_ENDED);
    CHECK(out.frames >= 20);
    CHECK_INT(read_y4m(path, 160, 120).frames, out.frames);
    CHECK_INT(bauta_output_add(engine, "null:"), 1);
    bauta_stop(engine);
    CHECK_INT(bauta_live_wait(engine, -1), BAUTA_E_STOPPED);
    // The engine is free for another stream.
    CHECK_INT(bauta_output_add(engine, "null:"), 0);
    CHECK_INT(bauta_live_start(engine, "test:64x64@50,frames=3"), 0);
    CHECK_INT(bauta_live_wait(engine, -1), 0);
    CHECK_INT(unlink(path), 0);
    bauta_destroy(&engine);
}

// A still of what is going on: one frame, then the output has ended by itself.
static void test_still(void)
{
    char path[300];
    path_of(path, "still.png");
    struct bauta *engine = bt_test_engine("none");
    struct bauta_output_info out;
    CHECK_INT(bauta_live_start(engine, "test:160x120@50,frames=100000"), 0);
    CHECK(wait_frames(engine, 5));
    CHECK_INT(bauta_output_add(engine, path), 0);
    for (int i = 0; i < 6000 && !bauta_output_at(engine, 0, &out) &&
                    out.state == BAUTA_OUTPUT_RUNS; i++)
        sleep_ms(10);
    CHECK_INT(out.state, BAUTA_OUTPUT_ENDED);
    CHECK_INT(out.frames, 1);
    CHECK_INT(out.error, 0);
    CHECK_INT(bauta_output_remove(engine, 0), 0);
    CHECK_INT(bauta_output_add(engine, path), BAUTA_E_EXISTS);
    bauta_stop(engine);
    CHECK_INT(bauta_live_wait(engine, -1), BAUTA_E_STOPPED);
    struct bauta_frame *picture = NULL;
    CHECK_INT(bt_picture_read(path, &picture), 0);
    CHECK(picture && picture->width == 160 && picture->height == 120);
    bauta_frame_unref(&picture);
    CHECK_INT(unlink(path), 0);
    bauta_destroy(&engine);
}

// A recording that begins later begins at its own time 0.
static void test_late_file(void)
{
    char path[300];
    path_of(path, "c.mkv");
    struct bauta *engine = bt_test_engine("none");
    struct bauta_output_info out;
    struct bt_options options;
    struct bt_source *source = NULL;
    struct bauta_frame *frame = NULL;
    CHECK_INT(bauta_live_start(engine, "test:160x120@50,frames=100000"), 0);
    CHECK(wait_frames(engine, 30));
    CHECK_INT(bauta_output_add(engine, path), 0);
    for (int i = 0; i < 6000 && !bauta_output_at(engine, 0, &out) && out.frames < 10; i++)
        sleep_ms(10);
    bauta_stop(engine);
    CHECK_INT(bauta_live_wait(engine, -1), BAUTA_E_STOPPED);
    CHECK_INT(bt_options_init(&options), 0);
    CHECK_INT(bt_source_open(&source, path, &options.io), 0);
    CHECK(source && bt_source_read(source, &frame) >= 0 && frame->pts == 0);
    bauta_frame_unref(&frame);
    bt_source_close(&source);
    bt_options_finish(&options);
    CHECK_INT(unlink(path), 0);
    path_of(path, "c.mkv.c2pa");
    CHECK_INT(unlink(path), 0);
    bauta_destroy(&engine);
}

static void write_frames(FILE *pipe, int count)
{
    static uint8_t data[160 * 120 * 3 / 2];
    for (size_t i = 0; i < sizeof(data); i++)
        data[i] = (uint8_t)(i * 7 + i / 160 * 3);
    for (int i = 0; i < count; i++) {
        fputs("FRAME\n", pipe);
        fwrite(data, 1, sizeof(data), pipe);
        fflush(pipe);
        sleep_ms(20);
    }
}

struct starting {
    struct bauta *engine;
    int result;
};

static void *start_stalling(void *opaque)
{
    char path[300];
    path_of(path, "in.y4m");
    struct starting *s = opaque;
    s->result = bauta_live_start(s->engine, path);
    return NULL;
}

// A source that gives nothing for a while: cards leave, then its pictures again.
static void test_stall(void)
{
    char in[300], out[300];
    path_of(in, "in.y4m");
    path_of(out, "out.y4m");
    CHECK_INT(mkfifo(in, 0600), 0);
    struct bauta *engine = bt_test_engine("none");
    struct starting starting = {engine, 1};
    struct bauta_live_info info;
    bt_thread thread;
    CHECK_INT(bauta_set(engine, "lost", "pass"), 0);
    CHECK_INT(bauta_output_add(engine, out), 0);
    CHECK_INT(bt_thread_start(&thread, start_stalling, &starting), 0);
    FILE *pipe = fopen(in, "wb");
    fputs("YUV4MPEG2 W160 H120 F50:1 Ip A1:1 C420jpeg\n", pipe);
    write_frames(pipe, 10);
    bt_thread_join(thread);
    CHECK_INT(starting.result, 0);
    write_frames(pipe, 10);
    CHECK(wait_state(engine, BAUTA_LIVE_STALLED));
    for (int i = 0; i < 6000 && info.made_up < 3; i++) {
        sleep_ms(10);
        bauta_live_info(engine, &info);
    }
    CHECK(info.made_up >= 3);
    const int64_t before = info.frames - info.made_up;
    write_frames(pipe, 10);
    for (int i = 0; i < 6000 && info.frames - info.made_up == before; i++) {
        sleep_ms(10);
        bauta_live_info(engine, &info);
    }
    CHECK(info.frames - info.made_up > before);
    fclose(pipe);
    CHECK_INT(bauta_live_wait(engine, -1), 0);
    bauta_live_info(engine, &info);
    const struct y4m y = read_y4m(out, 160, 120);
    CHECK_INT(y.frames, info.frames);
    CHECK_INT(y.cards, info.made_up);
    CHECK(y.frames - y.cards >= 2);
    CHECK_INT(unlink(in), 0);
    CHECK_INT(unlink(out), 0);
    bauta_destroy(&engine);
}

// A source that fails now and then is opened again.
static void test_reconnect(void)
{
    struct bauta *engine = bt_test_engine("none");
    struct bauta_live_info info;
    bt_engine_set_fault(engine, BAUTA_STAGE_SOURCE, 30);
    CHECK_INT(bauta_live_start(engine, "test:160x120@100,frames=100000"), 0);
    for (int i = 0; i < 6000; i++) {
        bauta_live_info(engine, &info);
        if (info.reconnects >= 2)
            break;
        sleep_ms(10);
    }
    CHECK(info.reconnects >= 2);
    CHECK(wait_frames(engine, info.frames + 5));
    bauta_stop(engine);
    CHECK_INT(bauta_live_wait(engine, -1), BAUTA_E_STOPPED);
    bauta_destroy(&engine);
    // A source that never opens ends the start.
    engine = bt_test_engine("none");
    CHECK_INT(bauta_live_start(engine, "/nonexistent.mp4"), BAUTA_E_NOT_FOUND);
    CHECK_INT(bauta_live_wait(engine, 0), BAUTA_E_USAGE);
    bauta_destroy(&engine);
}

// From the call on every frame that is written is a card.
static void test_panic(void)
{
    char before[300], path[300];
    path_of(before, "before.y4m");
    path_of(path, "panic.y4m");
    struct bauta *engine = bt_test_engine("none");
    CHECK_INT(bauta_set(engine, "lost", "pass"), 0);
    CHECK_INT(bauta_output_add(engine, before), 0);
    CHECK_INT(bauta_live_start(engine, "test:160x120@100,frames=100000"), 0);
    CHECK(wait_state(engine, BAUTA_LIVE_PASSED));
    CHECK(wait_frames(engine, 20));
    bauta_cover(engine, 1);
    CHECK_INT(bauta_output_add(engine, path), 1);
    CHECK(wait_state(engine, BAUTA_LIVE_PANIC));
    struct bauta_output_info covered = {0};
    for (int i = 0; i < 6000 && covered.frames < 8; i++) {
        sleep_ms(10);
        bauta_output_at(engine, 1, &covered);
    }
    CHECK_INT(bauta_output_remove(engine, 0), 0);
    CHECK_INT(bauta_output_remove(engine, 1), 0);
    bauta_cover(engine, 0);
    CHECK(wait_state(engine, BAUTA_LIVE_PASSED));
    bauta_cover(engine, 1);
    bauta_stop(engine);
    CHECK_INT(bauta_live_wait(engine, -1), BAUTA_E_STOPPED);
    struct y4m y = read_y4m(before, 160, 120);
    CHECK(y.first_card > 0);
    // No picture after the first card.
    CHECK_INT(y.cards, y.frames - y.first_card);
    y = read_y4m(path, 160, 120);
    CHECK(y.frames > 5);
    CHECK_INT(y.cards, y.frames);
    CHECK_INT(unlink(before), 0);
    // Before the start as well.
    CHECK_INT(unlink(path), 0);
    CHECK_INT(bauta_output_add(engine, path), 0);
    CHECK_INT(bauta_live_start(engine, "test:160x120@50,frames=10"), 0);
    CHECK_INT(bauta_live_wait(engine, -1), 0);
    y = read_y4m(path, 160, 120);
    CHECK(y.frames > 0);
    CHECK_INT(y.cards, y.frames);
    CHECK_INT(unlink(path), 0);
    bauta_destroy(&engine);
}

static void test_names(void)
{
    for (int i = 0; i <= BAUTA_LIVE_PASSED; i++)
        CHECK(bauta_live_state_name((enum bauta_live_state)i) != NULL);
    CHECK(!bauta_live_state_name((enum bauta_live_state)(BAUTA_LIVE_PASSED + 1)));
}

// Outputs show no secrets.
static void test_urls(void)
{
    struct bauta *engine = bt_test_engine("none");
    struct bauta_output_info out;
    CHECK_INT(bauta_output_add(engine, "rtmp://me:word@host.example/app/key"), 0);
    CHECK_INT(bauta_output_at(engine, 0, &out), 0);
    CHECK_INT(out.state, BAUTA_OUTPUT_NOTED);
    CHECK_TEXT(out.url, "rtmp://host.example/...");
    for (int i = 1; i < BAUTA_OUTPUTS_MAX; i++)
        CHECK_INT(bauta_output_add(engine, "null:"), i);
    CHECK_INT(bauta_output_add(engine, "null:"), BAUTA_E_USAGE);
    CHECK_INT(bauta_output_remove(engine, 3), 0);
    CHECK_INT(bauta_output_add(engine, "null:"), BAUTA_OUTPUTS_MAX);
    bauta_destroy(&engine);
}

int main(void)
{
    bt_test_begin(240);
    signal(SIGPIPE, SIG_IGN);
    if (!mkdtemp(folder))
        return 1;
    test_names();
    test_urls();
    test_whole();
    test_slow_and_failing();
    test_add_remove();
    test_still();
    test_late_file();
    test_stall();
    test_reconnect();
    test_panic();
    CHECK_INT(rmdir(folder), 0);
    return check_end();
}
