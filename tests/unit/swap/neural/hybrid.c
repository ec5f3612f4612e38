// SPDX-License-Identifier: Apache-2.0
// Engine hybrid on a made-up face: a file shows at once what engine neural would; a live
// stream shows engine mesh until the first key frame is there; what the generator fails at
// is drawn from key frames or by engine mesh; a generator that does not come back holds
// nothing up. usage: hybrid FOLDER, with what write_generators.py wrote
#include "../made.h"

#include <bauta/log.h>

#include "base/alloc.h"
#include "swap/hybrid/cache.h"

enum { SIDE = 400 };

static const char *folder;
static char log_text[16384];

static void keep_log(void *opaque, enum bauta_log_level level, const char *line)
{
    (void)opaque;
    const size_t at = strlen(log_text);
    if (level <= BAUTA_LOG_WARNING)
        snprintf(log_text + at, sizeof log_text - at, "%s\n", line);
}

static int times_logged(const char *words)
{
    int count = 0;
    for (const char *p = log_text; (p = strstr(p, words)); p++)
        count++;
    return count;
}

struct scene {
    struct bauta_frame *frame, *other;
    struct bauta_face at;
    int moved;
    struct bt_swap_options options[2];
    struct bt_swap *swap, *beside; // engine hybrid, another one
};

// moved: by how many pixels to the right and down.
static void paint(struct bauta_frame *f, double level, int moved)
{
    static double across[SIDE + 80][3], down[SIDE + 80];
    for (int i = 0; i < SIDE + 80 && !down[0]; i++)
        for (int c = 0; c < 3; c++)
            across[i][c] = sin(i * .11 + c);
    for (int j = SIDE + 79; j >= 0; j--)
        down[j] = 20 * cos(j * .13);
    for (int y = 0; y < f->height; y++)
        for (int x = 0; x < f->width; x++)
            for (int c = 0; c < 3; c++) {
                const int i = x - moved + 80, j = y - moved + 80;
                const double wave =
                    across[i][c] * down[j] + ((i / 40 + j / 40) % 2 ? 12 : -12);
                f->data[0][y * f->stride[0] + x * 3 + c] =
                    (uint8_t)(level * (140 - 15 * c + wave));
            }
}

// Engine hybrid, and engine 0 (mesh) or 1 (neural) beside it.
static void open_scene(struct scene *s, const char *name, int live, double pace, int beside)
{
    static char path[1024];
    *s = (struct scene){0};
    s->frame = bauta_frame_new(BAUTA_PIXEL_RGB24, SIDE, SIDE);
    s->other = bauta_frame_new(BAUTA_PIXEL_RGB24, SIDE, SIDE);
    const struct bt_format format = bt_format_of(s->frame);
    snprintf(path, sizeof path, "%s/%s.model", folder, name);
    log_text[0] = 0;
    for (int k = 0; k < 2; k++) {
        s->options[k] = (struct bt_swap_options){
            .engine = k ? beside : 2, .generator = path, .shape = .75f, .occlusion = 1,
            .live = live, .pace = pace};
        EXPECT(bt_swap_open(k ? &s->beside : &s->swap, &format, &s->options[k]) == 0,
               "%s does not open: %s", name, log_text);
    }
    pose_canonical(&s->at, 200, 200, 180, 0);
}

static void close_scene(struct scene *s)
{
    bt_swap_close(&s->swap);
    bt_swap_close(&s->beside);
    bauta_frame_unref(&s->frame);
    bauta_frame_unref(&s->other);
}

// One frame through both engines. Returns what engine hybrid did.
static int show(struct scene *s, const struct bt_source_face *who, double seconds,
                double level)
{
    paint(s->frame, level, s->moved);
    paint(s->other, level, s->moved);
    s->frame->number = s->other->number = (int64_t)(seconds * 100);
    CHECK_INT(bt_swap_face(s->beside, s->other, &s->at, who, seconds, NULL), 1);
    return bt_swap_face(s->swap, s->frame, &s->at, who, seconds, NULL);
}

// Mean difference of two pictures in the face's middle.
static double apart(const struct bauta_frame *a, const struct bauta_frame *b)
{
    double sum = 0;
    for (int y = 140; y < 250; y++)
        for (int x = 150; x < 250; x++)
            for (int c = 0; c < 3; c++)
                sum += abs(a->data[0][y * a->stride[0] + x * 3 + c] -
                           b->data[0][y * b->stride[0] + x * 3 + c]);
    return sum / (110 * 100 * 3);
}

static int same(const struct scene *s)
{
    for (int y = 0; y < SIDE; y++)
        if (memcmp(s->frame->data[0] + y * s->frame->stride[0],
                   s->other->data[0] + y * s->other->stride[0], SIDE * 3))
            return 0;
    return 1;
}

static void files(const struct bt_source_face *who)
{
    struct scene s;
    open_scene(&s, "inswapper_128", 0, 0, 1);
    struct bauta_frame *plain = bauta_frame_new(BAUTA_PIXEL_RGB24, SIDE, SIDE);
    for (int i = 0; i < 12; i++) {
        const double level = i < 6 ? .9 : .8; // the light changes, too
        s.moved = 2 * i;
        pose_canonical(&s.at, (float)(200 + s.moved), (float)(200 + s.moved), 180, 0);
        CHECK_INT(show(&s, who, .04 * i, level), 1);
        paint(plain, level, s.moved);
        const double off = apart(s.frame, s.other), own = apart(s.frame, plain);
        printf("file, frame %d: %.2f from engine neural, %.2f from the target\n", i, off, own);
        EXPECT(off < 3, "frame %d is %g from engine neural's", i, off);
        EXPECT(own > 2 * off, "frame %d shows the target's face", i);
    }
    CHECK(!log_text[0]);
    bauta_frame_unref(&plain);
    close_scene(&s);
}

static void live(const struct bt_source_face *who)
{
    struct scene s;
    open_scene(&s, "identity_128_arcface_128", 1, 1, 0);
    struct bauta_frame *plain = bauta_frame_new(BAUTA_PIXEL_RGB24, SIDE, SIDE);
    double last = 0;
    paint(plain, .9, 0);
    for (int i = 0; i <= 40; i++) {
        CHECK_INT(show(&s, who, .04 * i, .9), 1);
        if (i < 25) { // the first key frame comes after one second
            EXPECT(same(&s), "frame %d is not engine mesh's", i);
            continue;
        }
        // What this generator makes is the target itself: the picture fades to it.
        const double now = apart(s.frame, plain);
        EXPECT(i == 25 || now <= last + .01, "frame %d: %g after %g", i, now, last);
        EXPECT(i > 26 || now > .5, "frame %d: the key frame pops in, %g", i, now);
        last = now;
    }
    printf("live: %.2f from the generator's picture in the end\n", last);
    CHECK(last < 2);
    bauta_frame_unref(&plain);
    close_scene(&s);
}

// Works on a dark picture and fails on a bright one.
static void failing(const struct bt_source_face *who, const char *name)
{
    struct scene s;
    open_scene(&s, name, 1, .1, 0);
    for (int i = 0; i < 30; i++)
        EXPECT(show(&s, who, .04 * i, i < 8 ? .5 : 1.2) == 1, "%s: frame %d", name, i);
    CHECK_INT(times_logged("goes on with the key frames"), 1);
    CHECK_INT(times_logged("failed; its key frames go on"), 1);
    close_scene(&s);
    open_scene(&s, name, 1, .1, 0);
    for (int i = 0; i < 20; i++)
        EXPECT(show(&s, who, .04 * i, 1.2) == 1 && same(&s), "%s: frame %d", name, i);
    CHECK_INT(times_logged("goes on with engine mesh"), 1);
    close_scene(&s);
    open_scene(&s, name, 0, 0, 0); // a file: it is waited for
    for (int i = 0; i < 6; i++)
        EXPECT(show(&s, who, .04 * i, 1.2) == 1 && same(&s), "%s: frame %d", name, i);
    CHECK_INT(times_logged("goes on with engine mesh"), 1);
    close_scene(&s);
}

static void hanging(const struct bt_source_face *who)
{
    struct scene s;
    open_scene(&s, "hangs", 1, 0, 0);
    for (int i = 0; i < 12; i++)
        EXPECT(show(&s, who, 5 * i, 1.2) == 1 && same(&s), "frame %d", i);
    CHECK_INT(times_logged("has not answered for 30 s"), 1);
    close_scene(&s); // and this ends its run
}

static void anywhere(const struct bt_source_face *who)
{
    static const float place[][4] = {{80, 60, 90, 0}, {0, 0, 100, 30}, {160, 120, 60, -50},
                                     {-500, 60, 90, 0}, {80, 60, 3, 0}, {80, 60, 1500, 10},
                                     {80, 60, 90, 89}, {1e5f, 1e5f, 50, 0}};
    struct scene s;
    open_scene(&s, "inswapper_128", 0, 0, 0);
    for (size_t i = 0; i < sizeof place / sizeof *place; i++) {
        pose_canonical(&s.at, place[i][0], place[i][1], place[i][2], place[i][3]);
        s.at.id = (int)i;
        EXPECT(show(&s, who, .04 * (double)i, 1) == 1, "place %zu", i);
    }
    s.at.landmark[33][0] = NAN;
    EXPECT(bt_swap_face(s.swap, s.frame, &s.at, who, 1, NULL) < 0, "not a number");
    // A face without a portrait is engine mesh's.
    struct bt_source_face without = *who;
    without.portrait = NULL;
    pose_canonical(&s.at, 200, 200, 180, 0);
    s.at.id = 20;
    CHECK(show(&s, &without, 2, 1) == 1 && same(&s));
    CHECK_INT(times_logged("no portrait"), 1);
    close_scene(&s);
}

static void memory(const struct bt_source_face *who)
{
    struct scene s;
    int opened = 0;
    open_scene(&s, "inswapper_128", 0, 0, 0);
    const struct bt_format format = bt_format_of(s.frame);
    for (int n = 40; n < 800 && !opened; n += 11) {
        bt_swap_close(&s.swap);
        bt_alloc_fail_after(n);
        const int result = bt_swap_open(&s.swap, &format, &s.options[0]);
        bt_alloc_fail_after(0);
        opened = !result;
        EXPECT(opened || result == BAUTA_E_NO_MEMORY, "allocation %d: %d", n, result);
    }
    CHECK(opened);
    for (int i = 0; i < 3; i++)
        CHECK_INT(show(&s, who, .04 * i, 1), 1);
    const int64_t count = bt_alloc_count();
    for (int i = 3; i < 9; i++) { // with new key frames
        pose_canonical(&s.at, 200, 200, 180, (float)(6 * i));
        CHECK_INT(show(&s, who, .04 * i, 1), 1);
    }
    CHECK_INT(bt_alloc_count() - count, 0);
    close_scene(&s);
}

// The most redundant key gives way, but for those that are shown.
static void eviction(void)
{
    static struct bt_cache cache;
    static struct bt_parts parts;
    struct bt_key_maker maker = {0};
    struct bt_key key = {0};
    uint8_t held[BT_KEYS_MAX] = {0};
    float distance[BT_KEYS_MAX][BT_PARTS];
    bt_parts_init(&parts);
    CHECK_INT(bt_key_maker_init(&maker, 16), 0);
    CHECK_INT(bt_cache_init(&cache, &maker), 0);
    CHECK_INT(bt_key_init(&key, &maker), 0);
    for (int i = 0; i < BT_KEYS_MAX; i++) {
        key.owner = 5;
        key.view.yaw = i == 7 ? 121 : (float)(20 * i); // beside number 6
        CHECK_INT(bt_cache_put(&cache, &parts, &key, held), i);
    }
    CHECK_INT(cache.count, BT_KEYS_MAX);
    held[6] = 1;
    key.owner = 5, key.view.yaw = -50;
    CHECK_INT(bt_cache_put(&cache, &parts, &key, held), 7);
    CHECK_INT(cache.count, BT_KEYS_MAX);
    // Of another owner: it is never compared with these.
    key.owner = 9, key.view.yaw = 0;
    const int at = bt_cache_put(&cache, &parts, &key, held);
    CHECK(at >= 0 && at != 6);
    bt_cache_compare(&cache, &parts, 9, &cache.key[0].view, distance);
    for (int i = 0; i < BT_KEYS_MAX; i++)
        CHECK((bt_parts_apart(distance[i]) < BT_FAR / 2) == (i == at));
    memset(held, 1, sizeof held);
    CHECK_INT(bt_cache_put(&cache, &parts, &key, held), -1);
    bt_key_finish(&key);
    bt_cache_finish(&cache);
    bt_key_maker_finish(&maker);
}

int main(int argc, char **argv)
{
    struct bt_source_face who = {0};
    struct bauta_face found;
    struct bauta_frame *photo = paint_photo(400, 400);
    folder = argc > 1 ? argv[1] : ".";
    bauta_log_set(keep_log, NULL);
    pose_canonical(&found, 200, 200, 240, 0);
    if (!CHECK_INT(bt_atlas_init(&who, photo, &found), 0) ||
        !CHECK_INT(bt_portrait_cut(&who, photo, &found), 0))
        return check_end();
    files(&who);
    live(&who);
    failing(&who, "fails");
    failing(&who, "nan");
    hanging(&who);
    anywhere(&who);
    memory(&who);
    eviction();
    bt_atlas_finish(&who);
    bauta_frame_unref(&photo);
    return check_end();
}
