// SPDX-License-Identifier: Apache-2.0
// Engine neural on a made-up face: what the identity generator gives back is the picture
// at the generator's resolution; outside of the mask nothing changes; a generator that
// fails gives way to engine mesh.
// usage: neural FOLDER, with what write_generators.py wrote
#include "../made.h"

#include "again.h"
#include <bauta/log.h>

#include "base/alloc.h"

enum { SIDE = 560 };

static const char *folder;
static char log_text[8192];

static void keep_log(void *opaque, enum bauta_log_level level, const char *line)
{
    (void)opaque;
    const size_t at = strlen(log_text);
    if (level <= BAUTA_LOG_WARNING)
        snprintf(log_text + at, sizeof log_text - at, "%s\n", line);
}

static struct bt_swap *open_neural(const struct bauta_frame *frame, const char *name,
                                   struct bt_swap_options *options)
{
    static char path[1024];
    struct bt_swap *s = NULL;
    const struct bt_format format = bt_format_of(frame);
    snprintf(path, sizeof path, "%s/%s.model", folder, name);
    options->engine = 1;
    options->generator = path;
    EXPECT(bt_swap_open(&s, &format, options) == 0, "%s does not open: %s", name, log_text);
    return s;
}

// Skin with waves of 7 pixels and more, and edges.
static void paint(struct bauta_frame *f, double level)
{
    for (int y = 0; y < f->height; y++)
        for (int x = 0; x < f->width; x++)
            for (int c = 0; c < 3; c++) {
                const double wave = 30 * sin(x * .9) * cos(y * .7) + 20 * sin(x * .11 + c) +
                                    ((x / 40 + y / 40) % 2 ? 15 : -15);
                f->data[0][y * f->stride[0] + x * 3 + c] =
                    (uint8_t)(level * (140 - 15 * c + wave));
            }
}

// The five places that templates name, as the engine documents them.
static void five_of(const struct bauta_face *at, float five[5][2])
{
    static const int pair[5][2] = {{33, 133}, {263, 362}, {1, 1}, {61, 61}, {291, 291}};
    for (int i = 0; i < 5; i++)
        for (int c = 0; c < 2; c++)
            five[i][c] =
                .5f * (at->landmark[pair[i][0]][c] + at->landmark[pair[i][1]][c]);
}

// The frame at the generator's resolution: down by the mean of what a pixel covers, up
// again by interpolation.
static double psnr_inside(const struct bauta_frame *before, const struct bauta_frame *after,
                          const struct bt_mask *mask, const struct bauta_face *at,
                          const char *word, int size, int *inside)
{
    static float rgb[SIDE * SIDE][3], square[512 * 512][3];
    float template[5][2], five[5][2];
    double sum = 0;
    *inside = 0;
    for (int i = 0; i < SIDE * SIDE; i++)
        for (int c = 0; c < 3; c++)
            rgb[i][c] = before->data[0][i / SIDE * before->stride[0] + i % SIDE * 3 + c];
    five_of(at, five);
    CHECK(bt_template_find(word, template));
    const struct similar s =
        similar_fit((const float(*)[2])template, (const float(*)[2])five, size);
    square_of((const float(*)[3])rgb, SIDE, SIDE, s, size, square);
    const double d = s.a * s.a + s.b * s.b;
    for (int y = mask->rect.y0; y < mask->rect.y1; y++)
        for (int x = mask->rect.x0; x < mask->rect.x1; x++) {
            if (mask->value[(y - mask->rect.y0) * mask->stride + x - mask->rect.x0] < 253)
                continue;
            const double u = x + .5 - s.tx, v = y + .5 - s.ty;
            for (int c = 0; c < 3; c++) {
                const double want = sample_of(&square[0][c], size, size, 3,
                                              (s.a * u + s.b * v) / d, (s.a * v - s.b * u) / d);
                const double e = after->data[0][y * after->stride[0] + x * 3 + c] - want;
                sum += e * e;
            }
            ++*inside;
        }
    return 10 * log10(255. * 255 * 3 * *inside / (sum + 1e-9));
}

// Samples that the mask does not have are as they were.
static int changed_outside(const struct bauta_frame *before,
                           const struct bauta_frame *after, const struct bt_mask *mask)
{
    int count = 0;
    for (int y = 0; y < SIDE; y++)
        for (int x = 0; x < SIDE; x++) {
            const bool in = x >= mask->rect.x0 && x < mask->rect.x1 && y >= mask->rect.y0 &&
                            y < mask->rect.y1 &&
                            mask->value[(y - mask->rect.y0) * mask->stride + x -
                                        mask->rect.x0];
            count += !in && memcmp(before->data[0] + y * before->stride[0] + x * 3,
                                   after->data[0] + y * after->stride[0] + x * 3, 3) != 0;
        }
    return count;
}

static void identities(struct bt_source_face *who)
{
    static const char *const words[] = {"arcface_112_v1", "arcface_112_v2", "arcface_128",
                                        "dfl_whole_face", "ffhq_512", "mtcnn_512"};
    static const float turns[] = {0, 25};
    for (size_t w = 0; w < sizeof words / sizeof *words; w++)
        for (int size = 128; size <= 512; size *= 2)
            for (int t = 0; t < 2; t++) {
                struct bauta_frame *before = bauta_frame_new(BAUTA_PIXEL_RGB24, SIDE, SIDE);
                struct bauta_frame *after = bauta_frame_new(BAUTA_PIXEL_RGB24, SIDE, SIDE);
                struct bt_swap_options options = {.shape = .75f, .occlusion = 1};
                struct bauta_face at;
                struct bt_mask mask = {0};
                char name[64];
                int inside = 0;
                snprintf(name, sizeof name, "identity_%d_%s", size, words[w]);
                paint(before, 1);
                paint(after, 1);
                pose_canonical(&at, 281.3f, 268.6f, 240, turns[t]);
                struct bt_swap *s = open_neural(before, name, &options);
                EXPECT(s && bt_swap_face(s, after, &at, who, 0, &mask) == 1, "%s", name);
                const double psnr =
                    psnr_inside(before, after, &mask, &at, words[w], size, &inside);
                printf("%-30s %2.0f degrees: %.1f dB over %d pixels\n", name,
                       (double)turns[t], psnr, inside);
                EXPECT(psnr >= 45, "%s: %g dB", name, psnr);
                EXPECT(inside > 12000, "%s: only %d pixels are replaced", name, inside);
                CHECK_INT(changed_outside(before, after, &mask), 0);
                CHECK(!strstr(log_text, "mesh"));
                bt_swap_close(&s);
                bt_mask_finish(&mask);
                bauta_frame_unref(&before);
                bauta_frame_unref(&after);
            }
}

// Planes of a picture in the camera's format, at any place.
static void anywhere(struct bt_source_face *who)
{
    struct bauta_frame *frame = bauta_frame_new(BAUTA_PIXEL_YUV420P, 161, 121);
    struct bt_swap_options options = {.shape = .75f, .occlusion = 1};
    struct bt_swap *s = open_neural(frame, "inswapper_128", &options);
    static const float place[][4] = {{80, 60, 90, 0}, {0, 0, 100, 30}, {160, 120, 60, -50},
                                     {-500, 60, 90, 0}, {80, 60, 3, 0}, {80, 60, 1500, 10},
                                     {80, 60, 90, 89}, {1e5f, 1e5f, 50, 0}};
    for (int p = 0; p < 3; p++)
        memset(frame->data[p], 128, (size_t)frame->stride[p] * (p ? 61 : 121));
    for (size_t i = 0; i < sizeof place / sizeof *place; i++) {
        struct bauta_face at;
        pose_canonical(&at, place[i][0], place[i][1], place[i][2], place[i][3]);
        at.id = (int)i;
        EXPECT(bt_swap_face(s, frame, &at, who, .04 * (double)i, NULL) == 1, "place %zu", i);
    }
    struct bauta_face at;
    pose_canonical(&at, 80, 60, 90, 0);
    at.landmark[33][0] = NAN;
    EXPECT(bt_swap_face(s, frame, &at, who, 1, NULL) < 0, "not a number is no place");
    bt_swap_close(&s);
    bauta_frame_unref(&frame);
}

static double difference(const struct bauta_frame *a, const struct bauta_frame *b)
{
    double sum = 0;
    for (int y = 200; y < 340; y++)
        for (int x = 210; x < 350; x++)
            sum += abs(a->data[0][y * a->stride[0] + x * 3] -
                       b->data[0][y * b->stride[0] + x * 3]);
    return sum / (140 * 140);
}

// The generator works on a dark picture and fails on a bright one. From then on frames are
// those of engine mesh, byte by byte where it began with them.
static void failing(struct bt_source_face *who, const char *name)
{
    struct bauta_frame *frame = bauta_frame_new(BAUTA_PIXEL_RGB24, SIDE, SIDE);
    struct bauta_frame *plain = bauta_frame_new(BAUTA_PIXEL_RGB24, SIDE, SIDE);
    struct bauta_frame *drawn = bauta_frame_new(BAUTA_PIXEL_RGB24, SIDE, SIDE);
    struct bt_swap_options options = {.shape = .75f, .occlusion = 1}, other = options;
    const struct bt_format format = bt_format_of(frame);
    struct bauta_face at;
    struct bt_swap *s = open_neural(frame, name, &options), *mesh = NULL;
    pose_canonical(&at, 280, 270, 240, 0);
    CHECK_INT(bt_swap_open(&mesh, &format, &other), 0);
    log_text[0] = 0;
    for (int i = 0; i < 6; i++) {
        const bool bright = i >= 1;
        paint(frame, bright ? 1.2 : .5);
        paint(plain, bright ? 1.2 : .5);
        paint(drawn, bright ? 1.2 : .5);
        frame->number = drawn->number = i;
        EXPECT(s && bt_swap_face(s, frame, &at, who, .04 * i, NULL) == 1, "%s: frame %d",
               name, i);
        if (!bright) {
            CHECK(!log_text[0]);
            CHECK(difference(frame, plain) < 8);
            continue;
        }
        CHECK_INT(bt_swap_face(mesh, drawn, &at, who, .04 * i, NULL), 1);
        EXPECT(difference(frame, plain) > 5, "%s: frame %d shows the target's face", name, i);
        EXPECT(difference(frame, drawn) == 0, "%s: frame %d is not engine mesh's", name, i);
    }
    CHECK(strstr(log_text, "failed 3 times in a row") != NULL);
    CHECK(strstr(log_text, "goes on with engine mesh") != NULL);
    bt_swap_close(&s);
    bt_swap_close(&mesh);
    bauta_frame_unref(&frame);
    bauta_frame_unref(&plain);
    bauta_frame_unref(&drawn);
}

// A face without a portrait is drawn by engine mesh, and that is said.
static void nobody(const struct bt_source_face *who)
{
    struct bauta_frame *frame = bauta_frame_new(BAUTA_PIXEL_RGB24, SIDE, SIDE);
    struct bauta_frame *plain = bauta_frame_new(BAUTA_PIXEL_RGB24, SIDE, SIDE);
    struct bt_swap_options options = {.shape = .75f, .occlusion = 1};
    struct bt_source_face without = *who;
    struct bauta_face at;
    struct bt_swap *s = open_neural(frame, "inswapper_128", &options);
    without.portrait = NULL;
    log_text[0] = 0;
    paint(frame, 1);
    paint(plain, 1);
    pose_canonical(&at, 280, 270, 240, 0);
    CHECK_INT(bt_swap_face(s, frame, &at, &without, 0, NULL), 1);
    CHECK(difference(frame, plain) > 5);
    CHECK(strstr(log_text, "no portrait") != NULL);
    bt_swap_close(&s);
    bauta_frame_unref(&frame);
    bauta_frame_unref(&plain);
}

// One picture of a face, by the made-up generator or another with the nets that options name.
static struct bauta_frame *draw(const struct bt_source_face *who, const char *generator,
                                const char *mask, const char *enhancer, float share,
                                struct bt_mask *touched)
{
    char path[2][1024];
    struct bauta_frame *frame = bauta_frame_new(BAUTA_PIXEL_RGB24, SIDE, SIDE);
    struct bt_swap_options options = {.shape = .75f, .occlusion = 1, .enhance = share};
    struct bauta_face at;
    snprintf(path[0], sizeof path[0], "%s/%s.model", folder, mask ? mask : "");
    snprintf(path[1], sizeof path[1], "%s/%s.model", folder, enhancer ? enhancer : "");
    options.mask_model = mask ? path[0] : NULL;
    options.enhancer = enhancer ? path[1] : NULL;
    log_text[0] = 0;
    paint(frame, 1);
    pose_canonical(&at, 281.3f, 268.6f, 240, 10);
    struct bt_swap *s = open_neural(frame, generator, &options);
    EXPECT(s && bt_swap_face(s, frame, &at, who, 0, touched) == 1, "%s %s", mask, enhancer);
    bt_swap_close(&s);
    return frame;
}

static bool same(const struct bauta_frame *a, const struct bauta_frame *b)
{
    for (int y = 0; y < SIDE; y++)
        if (memcmp(a->data[0] + y * a->stride[0], b->data[0] + y * b->stride[0], SIDE * 3))
            return false;
    return true;
}

// An enhancer that changes nothing costs nothing but its own square's resolution; one that
// changes colours does so by the share that is asked for.
static void enhancers(const struct bt_source_face *who)
{
    struct bauta_frame *before = bauta_frame_new(BAUTA_PIXEL_RGB24, SIDE, SIDE);
    struct bauta_face at;
    struct bt_mask touched = {0};
    int inside = 0;
    paint(before, 1);
    pose_canonical(&at, 281.3f, 268.6f, 240, 10);
    struct bauta_frame *frame =
        draw(who, "identity_512_ffhq_512", NULL, "better_512", 1, &touched);
    const double psnr = psnr_inside(before, frame, &touched, &at, "ffhq_512", 512, &inside);
    printf("enhancer that changes nothing: %.1f dB over %d pixels\n", psnr, inside);
    CHECK(psnr >= 45 && inside > 12000);
    CHECK_INT(changed_outside(before, frame, &touched), 0);
    CHECK(!log_text[0]);
    struct bauta_frame *by[3];
    for (int i = 0; i < 3; i++)
        by[i] = draw(who, "inswapper_128", NULL, "gfpgan_1.4", .5f * (float)i, NULL);
    const double half = difference(by[0], by[1]), whole = difference(by[0], by[2]);
    printf("enhancer: changes by %.2f, half of it by %.2f\n", whole, half);
    CHECK(whole > 3 && half > .4 * whole && half < .6 * whole);
    for (int i = 0; i < 3; i++)
        bauta_frame_unref(&by[i]);
    bauta_frame_unref(&frame);
    bauta_frame_unref(&before);
    bt_mask_finish(&touched);
}

// What a mask net says is no face stays as it was; one that says so of most is not believed.
static void masks(const struct bt_source_face *who)
{
    struct bauta_frame *before = bauta_frame_new(BAUTA_PIXEL_RGB24, SIDE, SIDE);
    struct bauta_face at;
    float five[5][2], template[5][2];
    paint(before, 1);
    pose_canonical(&at, 281.3f, 268.6f, 240, 10);
    five_of(&at, five);
    CHECK(bt_template_find("arcface_128", template));
    const struct similar s =
        similar_fit((const float(*)[2])template, (const float(*)[2])five, 1);
    struct bauta_frame *plain = draw(who, "inswapper_128", NULL, NULL, 0, NULL);
    struct bauta_frame *left = draw(who, "inswapper_128", "mask_left", NULL, 0, NULL);
    struct bauta_frame *none = draw(who, "inswapper_128", "mask_none", NULL, 0, NULL);
    CHECK(same(plain, none));
    int wrong = 0, kept = 0, drawn = 0;
    const double d = s.a * s.a + s.b * s.b;
    for (int y = 150; y < 400; y++)
        for (int x = 150; x < 400; x++) {
            const double u = x + .5 - s.tx, v = y + .5 - s.ty;
            const double column = (s.a * u + s.b * v) / d;
            const uint8_t *b = before->data[0] + y * before->stride[0] + x * 3;
            const uint8_t *l = left->data[0] + y * left->stride[0] + x * 3;
            const uint8_t *p = plain->data[0] + y * plain->stride[0] + x * 3;
            if (memcmp(b, p, 3) == 0)
                continue;
            if (column > .62)
                wrong += memcmp(b, l, 3) != 0, kept++;
            else if (column < .58)
                wrong += memcmp(p, l, 3) != 0, drawn++;
        }
    printf("mask: %d pixels kept, %d drawn, %d wrong\n", kept, drawn, wrong);
    CHECK(kept > 3000 && drawn > 9000 && wrong == 0);
    bauta_frame_unref(&before);
    bauta_frame_unref(&plain);
    bauta_frame_unref(&left);
    bauta_frame_unref(&none);
}

// One that fails is left out, at last for good, and the face is drawn all the same; engines
// without a generator refuse them.
static void beside_fails(const struct bt_source_face *who)
{
    char path[1024];
    struct bauta_frame *frame = bauta_frame_new(BAUTA_PIXEL_RGB24, SIDE, SIDE);
    struct bauta_frame *plain = bauta_frame_new(BAUTA_PIXEL_RGB24, SIDE, SIDE);
    struct bt_swap_options options = {.shape = .75f, .occlusion = 1, .enhance = 1};
    const struct bt_format format = bt_format_of(frame);
    struct bauta_face at;
    snprintf(path, sizeof path, "%s/better_fails.model", folder);
    options.enhancer = path;
    pose_canonical(&at, 280, 270, 240, 0);
    struct bt_swap *s = open_neural(frame, "inswapper_128", &options);
    log_text[0] = 0;
    for (int i = 0; i < 5; i++) {
        paint(frame, 1.2);
        paint(plain, 1.2);
        EXPECT(s && bt_swap_face(s, frame, &at, who, .04 * i, NULL) == 1, "frame %d", i);
        EXPECT(difference(frame, plain) > 5, "frame %d shows the target's face", i);
    }
    CHECK(strstr(log_text, "goes on without it") && !strstr(log_text, "mesh"));
    bt_swap_close(&s);
    options.engine = 0;
    CHECK_INT(bt_swap_open(&s, &format, &options), BAUTA_E_USAGE);
    CHECK(strstr(log_text, "engine mesh takes none") != NULL);
    bauta_frame_unref(&frame);
    bauta_frame_unref(&plain);
}

// No allocation that fails leaves anything behind, or a face as it was.
static void memory(struct bt_source_face *who)
{
    char path[2][1024];
    struct bauta_frame *frame = bauta_frame_new(BAUTA_PIXEL_RGB24, SIDE, SIDE);
    struct bt_swap_options options = {.shape = .75f, .occlusion = 1, .enhance = 1};
    const struct bt_format format = bt_format_of(frame);
    struct bauta_face at;
    snprintf(path[0], sizeof path[0], "%s/mask_left.model", folder);
    snprintf(path[1], sizeof path[1], "%s/better_128.model", folder);
    options.mask_model = path[0], options.enhancer = path[1];
    struct bt_swap *s = open_neural(frame, "inswapper_128", &options);
    bt_swap_close(&s);
    pose_canonical(&at, 280, 270, 240, 0);
    paint(frame, 1);
    int opened = 0;
    for (int n = 1; n < 200 && !opened; n++) {
        bt_alloc_fail_after(n);
        const int result = bt_swap_open(&s, &format, &options);
        bt_alloc_fail_after(0);
        opened = !result;
        EXPECT(opened || result == BAUTA_E_NO_MEMORY, "allocation %d: %d", n, result);
    }
    CHECK(opened);
    for (int n = 1; n < 12 && opened; n++) {
        bt_alloc_fail_after(n);
        const int result = bt_swap_face(s, frame, &at, who, n, NULL);
        bt_alloc_fail_after(0);
        EXPECT(result == 1 || result == BAUTA_E_NO_MEMORY, "allocation %d: %d", n, result);
        bt_swap_reset(s);
    }
    // Later frames need none.
    CHECK_INT(bt_swap_face(s, frame, &at, who, 20, NULL), 1);
    const int64_t count = bt_alloc_count();
    for (int i = 1; i < 4; i++)
        CHECK_INT(bt_swap_face(s, frame, &at, who, 20 + .04 * i, NULL), 1);
    CHECK_INT(bt_alloc_count() - count, 0);
    bt_swap_close(&s);
    bauta_frame_unref(&frame);
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
    identities(&who);
    anywhere(&who);
    failing(&who, "fails");
    failing(&who, "nan");
    failing(&who, "bare");
    nobody(&who);
    enhancers(&who);
    masks(&who);
    beside_fails(&who);
    memory(&who);
    bt_atlas_finish(&who);
    bauta_frame_unref(&photo);
    return check_end();
}
