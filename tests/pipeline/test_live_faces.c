// SPDX-License-Identifier: Apache-2.0
// The real face never leaves a live stream. Every frame that was written is compared with
// the picture it was made of: where the face is, its samples must not be the source's.
#include "truth.h"

#include <signal.h>
#include <sys/stat.h>

// The thread sanitizer is ten times too slow for what a stream loses by the clock; what it
// can tell of comes from the calls of other threads.
#ifdef __SANITIZE_THREAD__
enum { SLOW = 1 };
#else
enum { SLOW = 0 };
#endif

static struct bauta *start(char path[300], const char *input)
{
    struct bauta *engine = bt_test_engine("mesh");
    path_of(path, "out.y4m");
    bt_test_map(engine);
    CHECK_INT(bauta_output_add(engine, path), 0);
    if (input)
        CHECK_INT(bauta_live_start(engine, input), 0);
    return engine;
}

static void finish(struct bauta **engine)
{
    const int result = bauta_live_wait(*engine, -1);
    CHECK(result == 0 || result == BAUTA_E_STOPPED);
    bauta_destroy(engine);
}

// For a minute at most, which a slow machine under a sanitizer may need.
static bool wait_state(struct bauta *engine, enum bauta_live_state state)
{
    struct bauta_live_info info;
    for (int i = 0; i < 12000; i++) {
        bauta_live_info(engine, &info);
        if (info.state == state)
            return true;
        sleep_ms(5);
    }
    fprintf(stderr, "state %s never came, it is %s\n", bauta_live_state_name(state),
            bauta_live_state_name(info.state));
    return false;
}

// The measure itself: a stream that is let through on purpose must be seen as bare.
static void test_measure(void)
{
    char path[300];
    struct bauta *engine = bt_test_engine("none");
    path_of(path, "out.y4m");
    CHECK_INT(bauta_set(engine, "lost", "pass"), 0);
    CHECK_INT(bauta_output_add(engine, path), 0);
    CHECK_INT(bauta_live_start(engine, bt_test_face_url(WIDTH, HEIGHT, 25)), 0);
    finish(&engine);
    const struct seen seen = read_output("passed", path);
    CHECK(seen.frames - seen.cards > 5);
    CHECK_INT(seen.bare, seen.frames - seen.cards);
}

// From the first frame to the last, with every stage that may fail on a frame.
static void test_stage(const char *what, enum bauta_stage stage, int every)
{
    char path[300];
    struct bauta *engine = start(path, NULL);
    bt_engine_set_fault(engine, stage, every);
    CHECK_INT(bauta_live_start(engine, bt_test_face_url(WIDTH, HEIGHT, 60)), 0);
    finish(&engine);
    const struct seen seen = read_output(what, path);
    CHECK(seen.frames > 5);
    CHECK_INT(seen.bare, 0);
    CHECK_INT(seen.backwards, 0);
    if (every)
        CHECK(seen.cards >= seen.frames / (2 * every));
    else
        CHECK(seen.frames - seen.cards > 5);
}

static unsigned write_frame(struct bauta *engine, FILE *pipe, const uint8_t *picture)
{
    struct bauta_live_info info;
    fputs("FRAME\n", pipe);
    fwrite(picture, 1, SIZE, pipe);
    fflush(pipe);
    sleep_ms(40);
    bauta_live_info(engine, &info);
    return 1u << info.state;
}

// Returns the states that were seen, a bit each.
static unsigned write_frames(struct bauta *engine, FILE *pipe, uint8_t *const *pictures,
                             int from, int to)
{
    unsigned states = 0;
    for (int n = from; n < to; n++)
        states |= write_frame(engine, pipe, pictures[n]);
    return states;
}

// The same over and over, until that many frames have left in the state that is wanted.
static unsigned write_until(struct bauta *engine, FILE *pipe, uint8_t *const *pictures,
                            int from, int to, enum bauta_live_state wanted, int frames)
{
    unsigned states = 0;
    for (int n = 0, left = frames; n < 1500 && left; n++) {
        const unsigned state = write_frame(engine, pipe,
                                           pictures[from + n % (to - from)]);
        left -= state == 1u << wanted;
        states |= state;
    }
    return states;
}

struct starting {
    struct bauta *engine;
    int result;
};

static void *start_later(void *opaque)
{
    char in[300];
    path_of(in, "in.y4m");
    struct starting *s = opaque;
    s->result = bauta_live_start(s->engine, in);
    return NULL;
}

// A stream that reads a pipe, and its first 50 frames.
static FILE *start_pipe(struct bauta *engine, char in[300], uint8_t *const *pictures)
{
    struct starting starting = {engine, 1};
    bt_thread thread;
    path_of(in, "in.y4m");
    CHECK_INT(mkfifo(in, 0600), 0);
    CHECK_INT(bt_thread_start(&thread, start_later, &starting), 0);
    FILE *pipe = fopen(in, "wb");
    if (!pipe)
        exit(1);
    fprintf(pipe, "YUV4MPEG2 W%d H%d F25:1 Ip A1:1 C420mpeg2\n", WIDTH, HEIGHT);
    write_frames(engine, pipe, pictures, 0, 30);
    bt_thread_join(thread);
    CHECK_INT(starting.result, 0);
    write_frames(engine, pipe, pictures, 30, 50);
    return pipe;
}

// Nobody was found yet.
static void test_first(void)
{
    char in[300], path[300];
    struct bauta *engine = start(path, NULL);
    FILE *pipe = start_pipe(engine, in, odd);
    CHECK(wait_state(engine, BAUTA_LIVE_STALLED));
    CHECK(write_until(engine, pipe, odd, 50, 60, BAUTA_LIVE_WAITING, 10) &
          1u << BAUTA_LIVE_WAITING);
    CHECK(write_until(engine, pipe, truth, 60, 90, BAUTA_LIVE_SWAPPED, 20) &
          1u << BAUTA_LIVE_SWAPPED);
    fclose(pipe);
    finish(&engine);
    unlink(in);
    const struct seen seen = read_output("first", path);
    CHECK_INT(seen.bare, 0);
    CHECK(seen.cards > 10 && seen.frames - seen.cards > 2);
}

// The face is there and no net finds it: held, blurred, a card, and swapped again.
static void test_lost(void)
{
    char in[300], path[300];
    struct bauta *engine = start(path, NULL);
    FILE *pipe = start_pipe(engine, in, truth);
    struct bauta_output_info out;
    write_until(engine, pipe, truth, 40, 50, BAUTA_LIVE_SWAPPED, 10);
    const unsigned states = write_until(engine, pipe, odd, 50, 120, BAUTA_LIVE_CARD, 10);
    bauta_output_at(engine, 0, &out);
    // A machine that takes half of the 300 ms for a frame may hold none.
    CHECK(states & 1u << BAUTA_LIVE_HELD || out.interval_p99 > 150);
    CHECK(states & 1u << BAUTA_LIVE_COVERED);
    CHECK(states & 1u << BAUTA_LIVE_CARD);
    CHECK(write_until(engine, pipe, truth, 120, 150, BAUTA_LIVE_SWAPPED, 20) &
          1u << BAUTA_LIVE_SWAPPED);
    fclose(pipe);
    finish(&engine);
    unlink(in);
    const struct seen seen = read_output("lost", path);
    CHECK_INT(seen.bare, 0);
    CHECK(seen.cards > 3 && seen.frames - seen.cards > 5);
}

// The source stands still; when it comes back the face is elsewhere.
static void test_stall(void)
{
    char in[300], path[300];
    struct bauta *engine = start(path, NULL);
    FILE *pipe = start_pipe(engine, in, truth);
    CHECK(wait_state(engine, BAUTA_LIVE_STALLED));
    sleep_ms(700);
    write_frames(engine, pipe, truth, 90, 130);
    CHECK(wait_state(engine, BAUTA_LIVE_SWAPPED));
    CHECK(wait_state(engine, BAUTA_LIVE_STALLED));
    fclose(pipe);
    finish(&engine);
    unlink(in);
    const struct seen seen = read_output("stall", path);
    CHECK_INT(seen.bare, 0);
    CHECK_INT(seen.backwards, 0);
    CHECK(seen.cards > 5);
}

static void test_panic(void)
{
    char path[300];
    struct bauta *engine = start(path, bt_test_face_url(WIDTH, HEIGHT, FRAMES));
    CHECK(wait_state(engine, BAUTA_LIVE_SWAPPED));
    for (int i = 0; i < 6; i++) {
        bauta_cover(engine, i % 2 == 0);
        CHECK(i % 2 || wait_state(engine, BAUTA_LIVE_PANIC));
        sleep_ms(100 + 30 * i);
    }
    bauta_stop(engine);
    finish(&engine);
    const struct seen seen = read_output("panic", path);
    CHECK_INT(seen.bare, 0);
    CHECK(seen.cards > 0);
}

// A source that fails and is opened anew.
static void test_reconnect(void)
{
    char path[300];
    struct bauta_live_info info;
    struct bauta *engine = start(path, NULL);
    bt_engine_set_fault(engine, BAUTA_STAGE_SOURCE, 40);
    CHECK_INT(bauta_live_start(engine, bt_test_face_url(WIDTH, HEIGHT, FRAMES)), 0);
    for (int i = 0; i < 6000; i++) {
        bauta_live_info(engine, &info);
        if (info.reconnects > 1)
            break;
        sleep_ms(10);
    }
    CHECK(info.reconnects > 1);
    CHECK(wait_state(engine, BAUTA_LIVE_SWAPPED));
    bauta_stop(engine);
    finish(&engine);
    const struct seen seen = read_output("reconnect", path);
    CHECK_INT(seen.bare, 0);
    CHECK(seen.cards > 0);
}

// Another face every 80 ms; the identities go as soon as they are replaced.
static void test_map(void)
{
    char path[300];
    struct bauta_live_info info;
    struct bauta_output_info out;
    struct bauta *engine = start(path, bt_test_face_url(WIDTH, HEIGHT, FRAMES));
    uint8_t *data = NULL;
    size_t size = 0;
    int switched = 0;
    CHECK_INT(bt_identity_pack(bt_test_identity, &data, &size), 0);
    CHECK(wait_state(engine, BAUTA_LIVE_SWAPPED));
    for (int i = 0; i < 20 && bauta_live_wait(engine, 0) == BAUTA_E_AGAIN; i++) {
        struct bauta_identity *other = NULL;
        CHECK_INT(bt_identity_unpack(data, size, "other", &other), 0);
        CHECK_INT(bauta_map(engine, "all", other), 0);
        bauta_identity_unref(&other);
        sleep_ms(80);
        bauta_live_info(engine, &info);
        // Where the machine stood still the source did too.
        CHECK(info.state == BAUTA_LIVE_SWAPPED || info.state == BAUTA_LIVE_STALLED);
        switched += info.state == BAUTA_LIVE_SWAPPED;
    }
    CHECK(switched >= 3);
    bauta_output_at(engine, 0, &out);
    printf("switching: interval p50 %.0f, p99 %.0f ms; age p95 %.0f ms\n",
           out.interval_p50, out.interval_p99, out.age_p95);
    bauta_stop(engine);
    finish(&engine);
    bt_free(data);
    const struct seen seen = read_output("switching", path);
    CHECK_INT(seen.bare, 0);
    CHECK_INT(seen.backwards, 0);
}

struct watched {
    atomic_int calls, wide, outside;
};

static void watch(void *opaque, struct bauta_frame *frame, const struct bauta_face *faces,
                  int count)
{
    struct watched *w = opaque;
    atomic_fetch_add(&w->calls, 1);
    atomic_fetch_add(&w->wide, frame->width == 2 * WIDTH);
    for (int i = 0; i < count; i++)
        atomic_fetch_add(&w->outside, faces[i].box[0] > (float)frame->width ||
                                          faces[i].box[2] < 0);
}

static void wait_calls(struct watched *w, int more)
{
    const int wanted = atomic_load(&w->calls) + more;
    for (int i = 0; i < 200 && atomic_load(&w->calls) < wanted; i++)
        sleep_ms(10);
}

// What a window shows does not show in an output.
static void test_views(void)
{
    static const char *const views[] = {"side", "landmarks", "mask", "side"};
    char path[300];
    struct watched w = {0};
    struct bauta *engine = start(path, NULL);
    CHECK_INT(bauta_watch(engine, watch, &w), 0);
    CHECK_INT(bauta_set(engine, "watch-mirror", "yes"), 0);
    CHECK_INT(bauta_live_start(engine, bt_test_face_url(WIDTH, HEIGHT, FRAMES)), 0);
    CHECK(wait_state(engine, BAUTA_LIVE_SWAPPED));
    for (int i = 0; i < 4; i++) {
        CHECK_INT(bauta_set(engine, "watch-view", views[i]), 0);
        wait_calls(&w, 3);
        CHECK_INT(bauta_set(engine, "watch-mirror", i % 2 ? "yes" : "no"), 0);
        wait_calls(&w, 3);
    }
    CHECK(atomic_load(&w.wide) > 0);
    CHECK(atomic_load(&w.calls) > atomic_load(&w.wide));
    CHECK_INT(atomic_load(&w.outside), 0);
    CHECK_INT(bauta_watch(engine, NULL, NULL), 0);
    const int calls = atomic_load(&w.calls);
    sleep_ms(200);
    CHECK_INT(atomic_load(&w.calls), calls);
    bauta_stop(engine);
    finish(&engine);
    const struct seen seen = read_output("views", path);
    CHECK_INT(seen.bare, 0);
}

int main(void)
{
    bt_test_begin(280);
    signal(SIGPIPE, SIG_IGN);
    if (!mkdtemp(folder))
        return 1;
    bt_test_enrol();
    measure_photo();
    read_truth();
    test_panic();
    test_reconnect();
    test_map();
    test_views();
    if (!SLOW) {
        test_measure();
        test_stage("whole", BAUTA_STAGE_FACE, 0);
        test_stage("face", BAUTA_STAGE_FACE, 5);
        test_stage("swap", BAUTA_STAGE_SWAP, 5);
        test_stage("guard", BAUTA_STAGE_GUARD, 5);
        test_first();
        test_lost();
        test_stall();
    }
    for (int n = 0; n < FRAMES; n++) {
        free(truth[n]);
        free(odd[n]);
    }
    CHECK_INT(rmdir(folder), 0);
    return check_end();
}
