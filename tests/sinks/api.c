// SPDX-License-Identifier: Apache-2.0
// Every call of the public headers that gives out frames, with every pixel format and
// with times that are of no use: a label in each, and the watermark.
#include <math.h>
#include <stdio.h>
#include <string.h>

#include <bauta/bauta.h>

#include "look.h"

enum { WIDTH = 640, HEIGHT = 360, FRAMES = 30 };

static int failed, checks;

static struct bauta_frame *picture(int format, int64_t pts, int n)
{
    struct bauta_frame *f =
        bauta_frame_new((enum bauta_pixel_format)format, WIDTH, HEIGHT);
    const struct bt_pixel_format *pf = bt_pixel_format(f->format);
    for (int p = 0; p < pf->planes; p++) {
        int w = 0, h = 0;
        bt_plane_size(f->format, WIDTH, HEIGHT, p, &w, &h);
        for (int y = 0; y < h; y++) {
            uint8_t *row = f->data[p] + y * f->stride[p];
            for (int x = 0; x < w * pf->step[p]; x++)
                row[x] = p ? 120 : (uint8_t)(120 + 50 * sin((x / pf->step[p] + n) * .03) *
                                                       cos(y * .02));
        }
    }
    f->pts = pts;
    f->number = n;
    f->time_base = (struct bauta_rational){1, 1000};
    f->colour = (struct bauta_colour){1, 1, 1, 0, 1};
    return f;
}

static struct bauta *engine_of(const char *name)
{
    struct bauta *engine = NULL;
    if (bauta_create(&engine) < 0 || bauta_set(engine, "engine", name) < 0)
        return NULL;
    return engine;
}

static void judge(struct look *look, const char *what, int wanted, int format)
{
    look_end(look);
    const bool good = look->frames >= wanted && look->labelled == look->frames &&
                      look->windows > 0 && look->marked == look->windows;
    checks++;
    failed += !good;
    if (!good)
        printf("wrong: %s, format %d: ", what, format);
    if (!good)
        look_print(look, what);
    look_close(look);
}

static void check(struct look *look, struct bauta_frame *f)
{
    static const struct bt_mark_options plain = {.label_size = 1};
    const struct bt_format format = bt_format_of(f);
    if (!look->detector && look_open(look, &format, &plain, false) < 0)
        return;
    look_at(look, f);
}

// Steps of 0 are times that stand still, of 2000 those of a wave's zero.
static void test_process(int format, int64_t from, int64_t step, const char *what)
{
    struct bauta *engine = engine_of("none");
    struct look look = {0};
    for (int n = 0; n < FRAMES && look.windows == 0; n++) {
        struct bauta_frame *f = picture(format, from + n * step, n);
        if (bauta_process(engine, &f) >= 0)
            check(&look, f);
        bauta_frame_unref(&f);
    }
    judge(&look, what, step < 1000 ? FRAMES : 2, format);
    bauta_destroy(&engine);
}

static void test_push(int format)
{
    struct bauta *engine = engine_of("none");
    struct look look = {0};
    struct bauta_frame *f = NULL;
    for (int n = 0; n < FRAMES; n++) {
        struct bauta_frame *in = picture(format, n * 40, n);
        int result = BAUTA_E_AGAIN;
        while ((result = bauta_push(engine, in)) == BAUTA_E_AGAIN) {
            if (bauta_pull(engine, &f) >= 0)
                check(&look, f);
            bauta_frame_unref(&f);
        }
        if (result < 0)
            bauta_frame_unref(&in);
    }
    bauta_push(engine, NULL);
    while (bauta_pull(engine, &f) >= 0) {
        check(&look, f);
        bauta_frame_unref(&f);
    }
    judge(&look, "bauta_pull", FRAMES, format);
    bauta_destroy(&engine);
}

static void watched(void *opaque, struct bauta_frame *frame,
                    const struct bauta_face *faces, int count)
{
    (void)faces, (void)count;
    check(opaque, frame);
}

static void test_watch(const char *view, const char *mirror)
{
    struct bauta *engine = engine_of("none");
    struct look look = {0};
    bauta_set(engine, "lost", "pass");
    bauta_set(engine, "watch-view", view);
    bauta_set(engine, "watch-mirror", mirror);
    bauta_watch(engine, watched, &look);
    if (bauta_live_start(engine, "test:640x360@25,frames=50,format=yuv420p") >= 0)
        bauta_live_wait(engine, 30000);
    bauta_watch(engine, NULL, NULL);
    judge(&look, view, 3, 1);
    bauta_destroy(&engine);
}

int main(void)
{
    bauta_log_set(NULL, NULL);
    for (int format = 1; format < BAUTA_PIXEL_COUNT; format++) {
        test_process(format, 0, 40, "bauta_process");
        test_push(format);
    }
    test_process(1, 500, 0, "times that stand still");
    test_process(1, 500, 1000, "one frame a second");
    test_process(1, 500, 2000, "one frame each two seconds");
    test_process(1, INT64_MIN, 0, "no times");
    test_process(1, 100000, -40, "backwards");
    test_watch("landmarks", "yes");
    test_watch("side", "no");
    printf("%d checks, %d failed\n", checks, failed);
    return failed != 0;
}
