// SPDX-License-Identifier: Apache-2.0
//
// The look-ahead, with a made-up world in place of the nets.

#include "base/log.h"
#include "guard/bridge.h"
#include "made.h"

enum { FRAMES = 160, PEOPLE = 3 };

// How well a mesh would see each person in each frame, and where they are.
static struct world {
    float presence[PEOPLE][FRAMES];
    float x[PEOPLE], speed[PEOPLE];
    int looks, fail;
} world;

static float where(int person, int64_t n)
{
    return world.x[person] + world.speed[person] * (float)n;
}

static int look(void *opaque, const struct bauta_frame *frame,
                const struct bauta_face *neighbour, float presence,
                struct bauta_face *face)
{
    struct world *w = opaque;
    w->looks++;
    if (w->fail)
        return BAUTA_E_FAILED;
    float middle = (neighbour->box[0] + neighbour->box[2]) / 2;
    for (int i = 0; i < PEOPLE; i++) {
        float seen = w->presence[i][frame->number], x = where(i, frame->number);
        if (seen < presence || fabsf(x - middle) > 30)
            continue;
        *face = made_face(-9, x, 50, 40);
        face->presence = seen;
        return 1;
    }
    return 0;
}

// What the tracker says of each frame, and what came out.
static struct bt_faces in[FRAMES], out[FRAMES];
static struct bt_format format;

static void begin(void)
{
    memset(&world, 0, sizeof(world));
    memset(in, 0, sizeof(in));
    memset(out, 0, sizeof(out));
    format = made_format(BAUTA_PIXEL_GRAY8, 8, 8);
    world.x[0] = 100;
    world.x[1] = 400;
    world.x[2] = 700;
}

// The tracker sees person who in frames from to to, under a name.
static void sees(int who, int from, int to, int id)
{
    for (int n = from; n <= to; n++) {
        in[n].face[in[n].count++] = made_face(id, where(who, n), 50, 40);
        world.presence[who][n] = 1;
    }
}

static void presence(int who, int from, int to, float value)
{
    for (int n = from; n <= to; n++)
        world.presence[who][n] = value;
}

// Sends frames through; returns how many the bridge held at most.
static int run(const struct bt_guard_options *o, int count)
{
    struct bt_bridge *b;
    int64_t next = 0, most = 0;
    if (!CHECK(bt_bridge_make(&b, &format, o, look, &world) == 0))
        exit(1);
    for (int n = 0; n <= count; n++) {
        int flush = n == count, r;
        if (!flush && !CHECK(bt_bridge_push(b, made_frame(&format, n), &in[n]) == 0))
            exit(1);
        most = n - next + 1 > most ? n - next + 1 : most;
        struct bauta_frame *frame;
        while ((r = bt_bridge_pull(b, flush, &frame, &out[next])) == 0) {
            CHECK_INT(frame->number, next);
            CHECK(bt_frame_is_writable(frame));
            CHECK_INT(out[next].cut, in[next].cut);
            bauta_frame_unref(&frame);
            next++;
        }
        CHECK_INT(r, flush ? BAUTA_E_END : BAUTA_E_AGAIN);
    }
    CHECK_INT(next, count);
    bt_bridge_destroy(&b);
    return (int)most;
}

static const struct bt_guard_options plain = {1, .3f, 0};

// All frames from to to hold exactly these faces: id, origin, at the place of the person.
static void expect(int from, int to, int count, int who, int id, int origin)
{
    for (int n = from; n <= to; n++) {
        int good = CHECK_INT(out[n].count, count), found = 0;
        for (int i = 0; i < out[n].count; i++) {
            const struct bauta_face *f = &out[n].face[i];
            float middle = (f->box[0] + f->box[2]) / 2;
            float near = origin == BAUTA_FACE_SUSPECTED ? 30 : .1f;
            found += f->id == id && (int)f->origin == origin &&
                     fabsf(middle - where(who, n)) < near;
        }
        if (count && (!CHECK_INT(found, 1) || !good)) {
            fprintf(stderr, "  in frame %d\n", n);
            return;
        }
    }
}

// A gap in which nothing is seen is interpolated, short or long, and moves on.
static void test_gap(int length)
{
    begin();
    world.speed[0] = 2;
    sees(0, 0, 9, 4);
    sees(0, 10 + length, 59, 4);
    run(&plain, 60);
    expect(0, 9, 1, 0, 4, BAUTA_FACE_TRACKED);
    expect(10, 9 + length, 1, 0, 4, BAUTA_FACE_BRIDGED);
    expect(10 + length, 59, 1, 0, 4, BAUTA_FACE_TRACKED);
}

// A faint mesh between two sightings is believed; the rest is interpolated.
static void test_gap_looked(void)
{
    begin();
    world.speed[0] = 2;
    sees(0, 0, 9, 4);
    sees(0, 20, 59, 4);
    presence(0, 10, 12, .25f);
    presence(0, 13, 16, .1f);
    presence(0, 17, 19, .25f);
    run(&plain, 60);
    expect(10, 12, 1, 0, 4, BAUTA_FACE_TRACKED);
    expect(13, 16, 1, 0, 4, BAUTA_FACE_BRIDGED);
    expect(17, 19, 1, 0, 4, BAUTA_FACE_TRACKED);
}

static void test_gap_too_long(void)
{
    begin();
    sees(0, 0, 9, 4);
    sees(0, 40, 59, 4);
    run(&plain, 60);
    expect(10, 39, 0, 0, 0, 0);
    expect(40, 59, 1, 0, 4, BAUTA_FACE_TRACKED);
}

// Nothing crosses a cut, in either direction, whatever can be seen there.
static void test_cut(void)
{
    begin();
    sees(0, 0, 9, 4);
    sees(0, 16, 59, 4);
    in[12].cut = true;
    run(&plain, 60);
    expect(10, 15, 0, 0, 0, 0);
    presence(0, 10, 15, .9f);
    run(&plain, 60);
    expect(10, 15, 1, 0, 4, BAUTA_FACE_TRACKED);
    presence(0, 10, 11, 0);
    run(&plain, 60);
    expect(10, 11, 0, 0, 0, 0);
    expect(12, 15, 1, 0, 4, BAUTA_FACE_TRACKED);
}

// A face first seen late was there before: followed back until the mesh fails.
static void test_late(void)
{
    begin();
    world.speed[0] = -3;
    sees(0, 30, 59, 2);
    presence(0, 20, 29, .4f);
    run(&plain, 60);
    expect(0, 19, 0, 0, 0, 0);
    expect(20, 59, 1, 0, 2, BAUTA_FACE_TRACKED);
    // As far as frames are still held, and no farther.
    presence(0, 0, 29, .4f);
    run(&plain, 60);
    expect(0, 4, 0, 0, 0, 0);
    expect(5, 59, 1, 0, 2, BAUTA_FACE_TRACKED);
    // A weak frame on the way is bridged.
    presence(0, 25, 26, .1f);
    run(&plain, 60);
    expect(25, 26, 1, 0, 2, BAUTA_FACE_BRIDGED);
    expect(20, 24, 1, 0, 2, BAUTA_FACE_TRACKED);
}

// A face that the tracker lost is followed on; when it walks off nothing is left.
static void test_leaves(void)
{
    begin();
    world.speed[0] = 3;
    sees(0, 0, 19, 2);
    presence(0, 20, 33, .5f);
    run(&plain, 60);
    expect(0, 33, 1, 0, 2, BAUTA_FACE_TRACKED);
    expect(34, 59, 0, 0, 0, 0);
    // A sign of a face is covered at its last place, for the time of the hold.
    presence(0, 34, 59, .1f);
    run(&plain, 60);
    expect(20, 33, 1, 0, 2, BAUTA_FACE_TRACKED);
    expect(34, 40, 1, 0, 2, BAUTA_FACE_SUSPECTED);
    expect(41, 59, 0, 0, 0, 0);
}

// What was to be covered becomes a face when it is seen again.
static void test_returns(void)
{
    begin();
    sees(0, 0, 19, 2);
    presence(0, 20, 24, .1f);
    presence(0, 25, 59, .5f);
    run(&plain, 60);
    expect(20, 24, 1, 0, 2, BAUTA_FACE_BRIDGED);
    expect(25, 59, 1, 0, 2, BAUTA_FACE_TRACKED);
}

// A new name near where another vanished is the same face, and stays it.
static void test_renamed(void)
{
    begin();
    world.speed[0] = 1;
    sees(0, 0, 9, 2);
    sees(0, 16, 39, 5);
    sees(0, 44, 59, 8);
    sees(1, 0, 59, 3);
    run(&plain, 60);
    expect(0, 9, 2, 0, 2, BAUTA_FACE_TRACKED);
    expect(10, 15, 2, 0, 2, BAUTA_FACE_BRIDGED);
    expect(16, 39, 2, 0, 2, BAUTA_FACE_TRACKED);
    expect(40, 43, 2, 0, 2, BAUTA_FACE_BRIDGED);
    expect(44, 59, 2, 0, 2, BAUTA_FACE_TRACKED);
    expect(0, 59, 2, 1, 3, BAUTA_FACE_TRACKED);
    for (int n = 0; n < 60; n++)
        CHECK_INT(out[n].face[0].order + out[n].face[1].order, 5);
    // The name is kept however far the tracker follows it.
    begin();
    for (int n = 0; n < 60; n++)
        in[n].face[in[n].count++] = made_face(n < 10 ? 2 : 5, n < 20 ? 100 : 300, 50, 40);
    run(&plain, 60);
    for (int n = 0; n < 60; n++)
        CHECK(out[n].count == 1 && out[n].face[0].id == 2);
    // Far away it is another person.
    begin();
    sees(0, 0, 9, 2);
    sees(2, 16, 59, 5);
    run(&plain, 60);
    expect(10, 15, 0, 0, 0, 0);
    expect(16, 59, 1, 2, 5, BAUTA_FACE_TRACKED);
}

// Several faces at once, each with its own gaps.
static void test_several(void)
{
    begin();
    world.speed[1] = -1;
    sees(0, 0, 9, 0);
    sees(0, 15, 59, 0);
    sees(1, 0, 11, 1);
    sees(1, 20, 59, 1);
    sees(2, 14, 59, 2);
    run(&plain, 60);
    expect(0, 9, 2, 0, 0, BAUTA_FACE_TRACKED);
    expect(10, 13, 2, 0, 0, BAUTA_FACE_BRIDGED);
    expect(12, 13, 2, 1, 1, BAUTA_FACE_BRIDGED);
    expect(14, 14, 3, 0, 0, BAUTA_FACE_BRIDGED);
    expect(14, 19, 3, 1, 1, BAUTA_FACE_BRIDGED);
    expect(14, 59, 3, 2, 2, BAUTA_FACE_TRACKED);
}

// A look that lands on somebody who is there already finds nobody.
static void test_taken(void)
{
    begin();
    world.x[1] = 115;
    sees(0, 0, 9, 0);
    sees(1, 0, 59, 1);
    world.presence[0][10] = 0;
    run(&plain, 60);
    expect(10, 59, 1, 1, 1, BAUTA_FACE_TRACKED);
}

static void test_suspected(void)
{
    begin();
    sees(0, 0, 9, 4);
    sees(0, 15, 59, 4);
    for (int n = 0; n < 60; n++) {
        made_suspect(&in[n], 105, 55, 50);
        made_suspect(&in[n], 600, 55, 50);
    }
    run(&plain, 60);
    expect(0, 9, 2, 0, 4, BAUTA_FACE_TRACKED);
    expect(10, 14, 2, 0, 4, BAUTA_FACE_BRIDGED);
    for (int n = 0; n < 60; n++)
        CHECK_NEAR(out[n].face[0].box[0] + out[n].face[1].box[0], 575 + 80, .1);
}

// Without look-ahead what enters leaves at once, as it is.
static void test_none(void)
{
    begin();
    struct bt_guard_options o = plain;
    o.look_ahead = 0;
    sees(0, 0, 9, 4);
    sees(0, 15, 59, 4);
    for (int n = 0; n < 60; n++)
        made_suspect(&in[n], 105, 55, 50);
    CHECK_INT(run(&o, 60), 1);
    CHECK_INT(world.looks, 0);
    CHECK(!memcmp(in, out, sizeof(in)));
}

// Time and memory bound how much is held.
static void test_window(void)
{
    begin();
    CHECK_INT(run(&plain, 60), 26);
    struct bt_guard_options o = plain;
    o.look_ahead = 2;
    CHECK_INT(run(&o, 160), 51);
    format.width = format.height = 4;
    struct bt_format small = format;
    format = made_format(BAUTA_PIXEL_RGBA, 16384, 16384);
    struct bt_bridge *b;
    CHECK_INT(bt_bridge_make(&b, &format, &plain, look, &world), 0);
    for (int i = 0; i < 4; i++)
        CHECK_INT(bt_bridge_push(b, made_frame(&small, i), &in[i]), 0);
    struct bauta_frame *frame = made_frame(&small, 4);
    CHECK_INT(bt_bridge_push(b, frame, &in[4]), BAUTA_E_AGAIN);
    struct bauta_frame *first;
    CHECK_INT(bt_bridge_pull(b, 0, &first, &out[0]), 0);
    CHECK_INT(first->number, 0);
    CHECK_INT(bt_bridge_push(b, frame, &in[4]), 0);
    bauta_frame_unref(&first);
    bt_bridge_destroy(&b);    // what it still holds goes with it
}

// Where looking fails the frame stays the caller's.
static void test_failure(void)
{
    begin();
    sees(0, 0, 3, 4);
    struct bt_bridge *b;
    CHECK_INT(bt_bridge_make(&b, &format, &plain, look, &world), 0);
    for (int i = 0; i < 4; i++)
        CHECK_INT(bt_bridge_push(b, made_frame(&format, i), &in[i]), 0);
    world.fail = 1;
    struct bauta_frame *frame = made_frame(&format, 4);
    CHECK_INT(bt_bridge_push(b, frame, &in[4]), BAUTA_E_FAILED);
    CHECK(bt_frame_is_writable(frame));
    world.fail = 0;
    CHECK_INT(bt_bridge_push(b, frame, &in[4]), 0);
    bt_bridge_destroy(&b);
    bt_bridge_destroy(&b);
}

static unsigned state = 1;
static int draw(int n)
{
    state = state * 1664525 + 1013904223;
    return (int)((state >> 8) % (unsigned)n);
}

// Whatever the tracker says: no face twice, nothing the tracker saw is missing, and no
// frame between two sightings of a scene is without.
static void test_any(void)
{
    for (int round = 0; round < 60; round++) {
        begin();
        for (int who = 0; who < PEOPLE; who++) {
            int n = draw(20);
            world.speed[who] = (float)(draw(5) - 2) / 4;
            while (n < FRAMES) {
                int end = n + draw(30);
                sees(who, n, end < FRAMES ? end : FRAMES - 1, who);
                n = end + 1 + draw(12);
            }
            for (int i = 0; i < FRAMES; i++) {
                if (world.presence[who][i] < 1 && draw(2))
                    world.presence[who][i] = (float)draw(50) / 100;
            }
        }
        for (int i = 0; i < FRAMES; i += 1 + draw(90))
            in[i].cut = true;
        run(&plain, FRAMES);
        for (int who = 0; who < PEOPLE; who++) {
            int last = -1, missing = 0;
            for (int n = 0; n < FRAMES; n++) {
                int count = 0, known = 0;
                for (int i = 0; i < out[n].count; i++)
                    count += out[n].face[i].id == who && bt_fill_real(&out[n].face[i]);
                for (int i = 0; i < in[n].count; i++)
                    known += in[n].face[i].id == who;
                CHECK(count == 1 || (count == 0 && !known));
                last = in[n].cut ? -1 : last;
                missing = count ? missing : missing + 1;
                if (known && last >= 0)
                    CHECK_INT(missing, 0);
                if (known || in[n].cut)
                    missing = known ? 0 : !count;
                last = known ? n : last;
            }
        }
    }
}

static void quiet(void *opaque, enum bauta_log_level level, const char *line)
{
    (void)opaque, (void)level, (void)line;
}

int main(void)
{
    bauta_log_set(quiet, NULL);
    test_gap(1);
    test_gap(5);
    test_gap(6);
    test_gap(20);
    test_gap_looked();
    test_gap_too_long();
    test_cut();
    test_late();
    test_leaves();
    test_returns();
    test_renamed();
    test_several();
    test_taken();
    test_suspected();
    test_none();
    test_window();
    test_failure();
    test_any();
    return check_end();
}
