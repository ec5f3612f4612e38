// SPDX-License-Identifier: Apache-2.0
// Prints what the watermark costs a frame, gains and all: processor time of the one thread.
// usage: wmcost [WIDTH HEIGHT]
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "mark/impl.h"

enum { FRAMES = 401 };

static double now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec * 1e-6;
}

static int by_size(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void paint(struct bauta_frame *frame)
{
    unsigned state = 7;
    for (int y = 0; y < frame->height; y++) {
        for (int x = 0; x < frame->width; x++) {
            state = state * 1664525 + 1013904223;
            frame->data[0][y * frame->stride[0] + x] =
                (uint8_t)(60 + (x / 9 + y / 7) % 90 + (state >> 28));
        }
    }
}

int main(int argc, char **argv)
{
    const int width = argc > 2 ? atoi(argv[1]) : 1920, height = argc > 2 ? atoi(argv[2]) : 1080;
    static double ms[FRAMES];
    struct bauta_frame *frame = bauta_frame_new(BAUTA_PIXEL_YUV420P, width, height);
    const struct bt_mark_options options = {.label_size = 1, .session = 1234};
    void *priv = NULL;
    if (!frame)
        return 1;
    paint(frame);
    const struct bt_format format = bt_format_of(frame);
    int result = bt_mark_watermark.open(&priv, &format, &options);
    for (int n = 0; n < FRAMES && result >= 0; n++) {
        const struct bt_mark_moment when = {.seconds = n / 30.};
        const double start = now_ms();
        result = bt_mark_watermark.apply(priv, frame, &when);
        ms[n] = now_ms() - start;
    }
    if (result >= 0) {
        qsort(ms, FRAMES, sizeof(ms[0]), by_size);
        printf("%dx%d: %.3f ms a frame in the middle, %.3f in 19 of 20\n", width, height,
               ms[FRAMES / 2], ms[FRAMES * 19 / 20]);
    }
    bt_mark_watermark.close(&priv);
    bauta_frame_unref(&frame);
    return result < 0;
}
