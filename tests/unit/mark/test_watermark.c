// SPDX-License-Identifier: Apache-2.0
//
// The watermark by itself: what it changes, and that it is found again.

#include <math.h>

#include "made.h"
#include "mark/watermark/detect.h"
#include "mark/watermark/grid.h"

static const struct bt_mark_options options = {.label_size = 1, .session = 1234};

static uint32_t dice(void)
{
    static uint32_t state = 7;
    state = state * 1664525 + 1013904223;
    return state >> 8;
}

static struct bauta_frame *marked_frame(struct bt_mark *mark, const struct bt_format *f,
                                        int grey, double seconds)
{
    struct bt_marked marked = {NULL};
    CHECK_INT(bt_mark_frame(mark, made_frame(f, grey, seconds), 0, &marked), 0);
    return marked.frame;
}

// On flat grey: at most one level from frame to frame, a fifth on average, and little of
// it in any single one.
static void test_calm(void)
{
    static const int rates[] = {24, 30};
    for (int r = 0; r < 2; r++) {
        struct bt_format f = made_format(BAUTA_PIXEL_YUV420P, 1280, 720, 0);
        struct bt_mark *mark;
        CHECK_INT(bt_mark_open(&mark, &f, &options), 0);
        struct bauta_frame *last = NULL;
        int most = 0, from_grey = 0;
        double mean_most = 0;
        for (int n = 0; n < 2 * rates[r]; n++) {
            struct bauta_frame *frame = marked_frame(mark, &f, 120, 10 + (double)n / rates[r]);
            double sum = 0;
            // Below the label, which comes and goes.
            for (int y = 200; y < 720 && frame; y++) {
                const uint8_t *now = frame->data[0] + y * frame->stride[0];
                for (int x = 0; x < 1280; x++) {
                    from_grey = abs(now[x] - 120) > from_grey ? abs(now[x] - 120) : from_grey;
                    if (!last)
                        continue;
                    const int step = abs(now[x] - last->data[0][y * last->stride[0] + x]);
                    most = step > most ? step : most;
                    sum += step;
                }
            }
            mean_most = fmax(mean_most, sum / (1280 * 520));
            bauta_frame_unref(&last);
            last = frame;
        }
        printf("%d fps, flat grey: %d levels at most from frame to frame, %.3f on average, "
               "%d from grey\n", rates[r], most, mean_most, from_grey);
        CHECK(most <= 1);
        CHECK(mean_most <= .2);
        CHECK_INT(from_grey, 2);
        bauta_frame_unref(&last);
        bt_mark_close(&mark);
    }
}

// A picture with edges and a slow movement; formats differ in what holds the luma.
static void paint(struct bauta_frame *frame, int n)
{
    const struct bt_pixel_format *pf = bt_pixel_format(frame->format);
    for (int y = 0; y < frame->height; y++) {
        uint8_t *row = frame->data[0] + y * frame->stride[0];
        for (int x = 0; x < frame->width; x++) {
            const int value = 110 + (int)(60 * sin((x + 2 * n) * .031) * cos(y * .023)) +
                              ((x / 37 + y / 53) & 1) * 25 + (int)(dice() % 5);
            for (int k = 0; k < pf->step[0]; k++)
                row[x * pf->step[0] + k] = (uint8_t)(k == 3 ? 200 : value);
        }
    }
}

static void detect(const struct bt_format *f, int frames, double from,
                   struct bt_wm_result *result)
{
    const struct bt_pixel_format *pf = bt_pixel_format(f->pixel);
    struct bt_mark *mark;
    struct bt_wm_detector *detector;
    CHECK_INT(bt_mark_open(&mark, f, &options), 0);
    CHECK_INT(bt_wm_detector_open(&detector), 0);
    for (int n = 0; n < frames; n++) {
        const double seconds = from + n / 25.;
        struct bauta_frame *frame = made_frame(f, 128, seconds);
        struct bt_marked marked = {NULL};
        paint(frame, n);
        CHECK_INT(bt_mark_frame(mark, frame, 0, &marked), 0);
        if (pf->step[0] == 4)
            CHECK_INT(marked.frame->data[0][4 * 7 + 3 + 100 * marked.frame->stride[0]], 200);
        const int pushed = bt_wm_push(detector, marked.frame->data[0], marked.frame->stride[0],
                                      pf->step[0], f->width, f->height, n / 25.);
        CHECK_INT(pushed, n >= 97);
        bauta_frame_unref(&marked.frame);
    }
    CHECK_INT(bt_wm_result(detector, false, result), 0);
    struct bt_wm_result none;
    CHECK_INT(bt_wm_result(detector, false, &none), BAUTA_E_END);
    bt_wm_detector_close(&detector);
    bt_mark_close(&mark);
}

static void test_formats(void)
{
    static const struct {
        int pixel, width, height;
    } made[] = {{BAUTA_PIXEL_YUV420P, 320, 180}, {BAUTA_PIXEL_YUV420P, 1280, 720},
                {BAUTA_PIXEL_NV12, 640, 480},    {BAUTA_PIXEL_YUV444P, 360, 640},
                {BAUTA_PIXEL_YUV422P, 853, 481}, {BAUTA_PIXEL_RGB24, 641, 361},
                {BAUTA_PIXEL_BGRA, 640, 360},    {BAUTA_PIXEL_GRAY8, 512, 288}};
    for (size_t i = 0; i < sizeof(made) / sizeof(made[0]); i++) {
        const struct bt_format f = made_format(made[i].pixel, made[i].width, made[i].height, 0);
        struct bt_wm_result r;
        // Wherever in its period the clip begins.
        detect(&f, 50, .37 * (double)i, &r);
        printf("%dx%d: z %.1f, %d errors\n", f.width, f.height, (double)r.z, r.errors);
        CHECK(r.marked && r.z > 12);
        CHECK(r.payload_known && bt_wm_session(r.payload) == 1234);
        CHECK(!r.mirrored && r.rotation == 0 && r.x0 == 0 && r.x1 == 1);
    }
    struct bt_format still = made_format(BAUTA_PIXEL_RGB24, 900, 700, 0);
    still.still = true;
    struct bt_wm_result r;
    detect(&still, 1, 0, &r);
    printf("still: z %.1f, %d errors\n", (double)r.z, r.errors);
    CHECK(r.marked);
}

// No mark is seen in what has none: noise, flat pictures, moving shapes, noise that blinks.
static void test_unmarked(void)
{
    struct bt_wm_detector *detector;
    CHECK_INT(bt_wm_detector_open(&detector), 0);
    const struct bt_format f = made_format(BAUTA_PIXEL_GRAY8, 320, 180, 0);
    for (int trial = 0; trial < 24; trial++) {
        struct bt_wm_result r;
        struct bauta_frame *noise = made_frame(&f, 100, 0);
        for (int n = 0; n < 32; n++) {
            if (trial % 4 == 0 || n == 0)
                paint(noise, n * trial);
            for (int k = 0; k < 4000 && trial % 4 != 1; k++)
                noise->data[0][dice() % (unsigned)(noise->stride[0] * 180)] = (uint8_t)dice();
            if (trial % 4 == 3)
                memset(noise->data[0], n / 8 % 2 ? 40 : 200, (size_t)noise->stride[0] * 60);
            bt_wm_push(detector, noise->data[0], noise->stride[0], 1, 320, 180, n / 8.);
        }
        CHECK_INT(bt_wm_result(detector, false, &r), 0);
        CHECK(!r.marked && !r.payload_known && r.z < 5.5f);
        bauta_frame_unref(&noise);
    }
    uint8_t tiny[64] = {0};
    CHECK_INT(bt_wm_push(detector, tiny, 8, 1, 8, 8, 0), BAUTA_E_TOO_SMALL);
    bt_wm_detector_close(&detector);
}

// Black and white pictures have no room on one side, and give no alarm.
static void test_no_room(void)
{
    const struct bt_format f = made_format(BAUTA_PIXEL_YUV420P, 640, 360, 0);
    struct bt_mark *mark;
    CHECK_INT(bt_mark_open(&mark, &f, &options), 0);
    for (int n = 0; n < 120; n++) {
        struct bauta_frame *frame = marked_frame(mark, &f, n < 60 ? 255 - 4 * n : n % 2 * 255,
                                                 n / 30.);
        CHECK(frame != NULL);
        bauta_frame_unref(&frame);
    }
    bt_mark_close(&mark);
}

// A frame that is kept as a picture shows the mark, whenever it was taken; what was given
// elsewhere stays as it is.
static void test_picture(void)
{
    const struct bt_format f = made_format(BAUTA_PIXEL_YUV420P, 640, 360, 0);
    struct bt_mark *mark;
    struct bt_wm_detector *detector;
    CHECK_INT(bt_mark_open(&mark, &f, &options), 0);
    CHECK_INT(bt_wm_detector_open(&detector), 0);
    int weak = 0;
    for (int n = 0; n < 50; n++) {
        struct bauta_frame *frame = made_frame(&f, 128, 8 + n / 25.);
        struct bt_marked marked = {NULL};
        struct bt_wm_result result[2];
        paint(frame, n);
        CHECK_INT(bt_mark_frame(mark, frame, 0, &marked), 0);
        struct bauta_frame *stream = bauta_frame_ref(marked.frame);
        CHECK_INT(bt_mark_picture(&marked, &f, options.session), 0);
        const struct bauta_frame *shown[] = {stream, marked.frame};
        for (int k = 0; k < 2 && marked.frame; k++) {
            bt_wm_push(detector, shown[k]->data[0], shown[k]->stride[0], 1, 640, 360, 0);
            CHECK_INT(bt_wm_result(detector, false, &result[k]), 0);
        }
        weak += !result[0].marked;
        CHECK(result[1].marked && result[1].payload_known);
        CHECK_INT((int)bt_wm_session(result[1].payload), 1234);
        bauta_frame_unref(&stream);
        bauta_frame_unref(&marked.frame);
    }
    CHECK(weak > 0);
    bt_wm_detector_close(&detector);
    bt_mark_close(&mark);
}

// Times at which a wave would always be caught at its zero, and none at all.
static void test_times(void)
{
    static const struct {
        double from, step;
        int frames;
    } made[] = {{.5, 1, 8}, {.5, 2, 8}, {1.5, 4, 5}, {.5, 0, 8}, {.5, 1e-6, 8}, {.5, 1, 1},
                {.5, .5, 12}, {.25, .7, 10}, {9, -.04, 20}};
    const struct bt_format f = made_format(BAUTA_PIXEL_YUV420P, 640, 360, 0);
    for (size_t i = 0; i < sizeof(made) / sizeof(made[0]); i++) {
        struct bt_wm_result result;
        struct bt_mark *mark;
        struct bt_wm_detector *detector;
        CHECK_INT(bt_mark_open(&mark, &f, &options), 0);
        CHECK_INT(bt_wm_detector_open(&detector), 0);
        bool full = false;
        for (int n = 0; n < made[i].frames && !full; n++) {
            const double seconds = made[i].from + n * made[i].step;
            struct bauta_frame *frame = made_frame(&f, 128, seconds);
            struct bt_marked marked = {NULL};
            frame->time_base = (struct bauta_rational){1, 1000000};
            frame->pts = (int64_t)(seconds * 1e6);
            paint(frame, n);
            CHECK_INT(bt_mark_frame(mark, frame, 0, &marked), 0);
            full = bt_wm_push(detector, marked.frame->data[0], marked.frame->stride[0], 1,
                              640, 360, seconds) > 0;
            bauta_frame_unref(&marked.frame);
        }
        CHECK_INT(bt_wm_result(detector, false, &result), 0);
        printf("%d frames from %g s, one each %g s: z %.1f\n", made[i].frames, made[i].from,
               made[i].step, (double)result.z);
        CHECK(result.marked && result.payload_known);
        bt_wm_detector_close(&detector);
        bt_mark_close(&mark);
    }
}

// Noise in blocks of 4x4, as large as the mark's own waves.
static void add_blocks(struct bauta_frame *frame, int noise)
{
    for (int y = 0; y < frame->height && noise; y += 4) {
        for (int x = 0; x < frame->width; x += 4) {
            const int by = (int)(dice() % (unsigned)noise) - noise / 2;
            for (int k = 0; k < 16; k++) {
                uint8_t *at = frame->data[0] + (y + k / 4) * frame->stride[0] + x + k % 4;
                const int value = *at + by;
                *at = (uint8_t)(value < 0 ? 0 : value > 255 ? 255 : value);
            }
        }
    }
}

// Marked frames of four seconds go into the detector, with noise laid over them and only
// some rows left.
static void push_noisy(struct bt_wm_detector *d, struct bt_mark *mark,
                       const struct bt_format *f, double from, int noise, int rows)
{
    for (int n = 0; n < 98; n++) {
        const double seconds = from + n / 25.;
        struct bt_marked marked = {made_frame(f, 128, seconds)};
        paint(marked.frame, n);
        if (mark)
            CHECK_INT(bt_mark_frame(mark, marked.frame, 0, &marked), 0);
        memset(marked.frame->data[0] + rows * marked.frame->stride[0], 90,
               (size_t)(marked.frame->stride[0] * (f->height - rows)));
        add_blocks(marked.frame, noise);
        bt_wm_push(d, marked.frame->data[0], marked.frame->stride[0], 1, f->width, f->height,
                   seconds);
        bauta_frame_unref(&marked.frame);
    }
}

// A window in which the mark is too weak by itself is found and read by what the others of
// the file say; one that has none is not, and a session is never made up.
static void test_review(void)
{
    enum { WEAK = 1, NONE = 3, WINDOWS = 4, NOISE = 120, ROWS = 36 };
    const struct bt_format f = made_format(BAUTA_PIXEL_GRAY8, 320, 180, 0);
    struct bt_mark *mark;
    struct bt_wm_detector *detector;
    struct bt_wm_result r[WINDOWS];
    CHECK_INT(bt_mark_open(&mark, &f, &options), 0);
    CHECK_INT(bt_wm_detector_open(&detector), 0);
    for (int i = 0; i < WINDOWS; i++) {
        push_noisy(detector, i == NONE ? NULL : mark, &f, 4 * i,
                   NOISE, i == WEAK ? ROWS : f.height);
        CHECK_INT(bt_wm_result(detector, false, &r[i]), 0);
    }
    printf("weak: z %.1f", (double)r[WEAK].z);
    CHECK(!r[WEAK].payload_known);
    // Alone it stays what it is.
    bt_wm_review(detector, &r[WEAK], 1);
    CHECK(!r[WEAK].payload_known);
    bt_wm_review(detector, &r[NONE], 1);
    bt_wm_review(detector, r, WINDOWS);
    printf(", with the others %.1f; none: %.1f\n", (double)r[WEAK].z, (double)r[NONE].z);
    for (int i = 0; i < WINDOWS; i++) {
        CHECK_INT(r[i].marked, i != NONE);
        CHECK_INT(r[i].payload_known, i != NONE);
        CHECK(i == NONE || bt_wm_session(r[i].payload) == 1234);
    }
    bt_wm_detector_close(&detector);
    bt_mark_close(&mark);
}

// Bars beside a picture whose own borders are black: their ends cannot be seen.
static void test_dark_bars(void)
{
    const struct bt_format f = made_format(BAUTA_PIXEL_GRAY8, 640, 360, 0);
    for (int way = 0; way < 4; way++) {
        const int across = way & 1 ? 0 : 94, down = way & 1 ? 52 : 0;
        const int width = 640 + 2 * across, height = 360 + 2 * down;
        struct bt_mark *mark;
        struct bt_wm_detector *detector;
        struct bt_wm_result r;
        static uint8_t wide[(640 + 2 * 94) * (360 + 2 * 52)];
        CHECK_INT(bt_mark_open(&mark, &f, &options), 0);
        CHECK_INT(bt_wm_detector_open(&detector), 0);
        for (int n = 0; n < 98; n++) {
            struct bt_marked marked = {NULL};
            struct bauta_frame *frame = made_frame(&f, 12, 4 + n / 25.);
            for (int y = 90; y < 270; y++) {
                for (int x = 160; x < 480; x++)
                    frame->data[0][y * frame->stride[0] + x] = (uint8_t)(60 + (x + n) % 90);
            }
            CHECK_INT(bt_mark_frame(mark, frame, 0, &marked), 0);
            memset(wide, 12, sizeof(wide));
            for (int y = 0; y < 360; y++) {
                for (int x = 0; x < 640; x++) {
                    const int to = way & 2 ? 639 - x : x;
                    wide[(y + down) * width + across + to] =
                        marked.frame->data[0][y * marked.frame->stride[0] + x];
                }
            }
            // Of the label, which shows where the picture ends, nothing is left.
            for (int y = 0; y < 80; y++)
                memset(wide + (y + down) * width, 12, (size_t)width);
            bt_wm_push(detector, wide, width, 1, width, height, n / 25.);
            bauta_frame_unref(&marked.frame);
        }
        CHECK_INT(bt_wm_result(detector, false, &r), 0);
        printf("dark bars %s%s: z %.1f, %.3f %.3f\n", way & 1 ? "above" : "beside",
               way & 2 ? ", mirrored" : "", (double)r.z, (double)r.x0, (double)r.y0);
        CHECK(r.marked && r.payload_known && bt_wm_session(r.payload) == 1234);
        CHECK_INT(r.mirrored, way >> 1);
        CHECK(fabsf(r.x0 - (float)across / (float)width) < .01f);
        CHECK(fabsf(r.y0 - (float)down / (float)height) < .01f);
        bt_wm_detector_close(&detector);
        bt_mark_close(&mark);
    }
}

// Windows of two seconds end after two and show the mark too.
static void test_short(void)
{
    const struct bt_format f = made_format(BAUTA_PIXEL_GRAY8, 640, 360, 0);
    struct bt_mark *mark;
    struct bt_wm_detector *detector;
    struct bt_wm_result r;
    CHECK_INT(bt_mark_open(&mark, &f, &options), 0);
    CHECK_INT(bt_wm_detector_open(&detector), 0);
    bt_wm_shorten(detector, 2);
    int n = 0, full = 0;
    while (full == 0 && n < 98) {
        struct bt_marked marked = {made_frame(&f, 128, 7 + n / 25.)};
        paint(marked.frame, n);
        CHECK_INT(bt_mark_frame(mark, marked.frame, 0, &marked), 0);
        full = bt_wm_push(detector, marked.frame->data[0], marked.frame->stride[0], 1, 640, 360,
                          7 + n++ / 25.);
        bauta_frame_unref(&marked.frame);
    }
    CHECK(n > 45 && n <= 50);
    CHECK_INT(bt_wm_result(detector, false, &r), 0);
    printf("two seconds: z %.1f\n", (double)r.z);
    CHECK(r.marked && r.payload_known && bt_wm_session(r.payload) == 1234);
    bt_wm_detector_close(&detector);
    bt_mark_close(&mark);
}

int main(void)
{
    test_calm();
    test_formats();
    test_picture();
    test_times();
    test_unmarked();
    test_review();
    test_dark_bars();
    test_short();
    test_no_room();
    return check_end();
}
