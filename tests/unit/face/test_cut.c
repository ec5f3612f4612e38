// SPDX-License-Identifier: Apache-2.0
// Hard cuts are seen; motion, flashes, fades and noise are not.
#include <stdlib.h>

#include "face/internal.h"

#include "../check.h"

enum { WIDTH = 320, HEIGHT = 180 };

// A scene is a sum of blobs that its number chooses; x and y move the camera.
static void draw(struct bauta_frame *f, unsigned scene, double x, double y, double gain,
                 double lift, int noise)
{
    double blob[12][4];
    unsigned state = scene * 2654435761u + 12345;
    for (int b = 0; b < 12; b++) {
        for (int k = 0; k < 4; k++) {
            state = state * 1664525u + 1013904223u;
            blob[b][k] = (state >> 8) / 16777216.;
        }
    }
    static double across[12][WIDTH], down[12][HEIGHT];
    for (int b = 0; b < 12; b++) {
        const double width = 20 + 60 * blob[b][2];
        for (int i = 0; i < WIDTH; i++)
            across[b][i] = exp(-pow((i + x - blob[b][0] * WIDTH) / width, 2));
        for (int j = 0; j < HEIGHT; j++)
            down[b][j] = exp(-pow((j + y - blob[b][1] * HEIGHT) / width, 2)) *
                         (blob[b][3] - .5) * 160;
    }
    for (int j = 0; j < HEIGHT; j++) {
        for (int i = 0; i < WIDTH; i++) {
            double v = 120;
            for (int b = 0; b < 12; b++)
                v += across[b][i] * down[b][j];
            v = v * gain + lift + (noise ? rand() % (2 * noise + 1) - noise : 0);
            f->data[0][j * f->stride[0] + i] = (uint8_t)(v < 0 ? 0 : v > 255 ? 255 : v);
        }
    }
}

static struct bauta_frame *frame;
static struct bt_cut cut;

static bool show(unsigned scene, double x, double y, double gain, double lift, int noise)
{
    draw(frame, scene, x, y, gain, lift, noise);
    return bt_cut_feed(&cut, frame);
}

static void begin(unsigned scene)
{
    memset(&cut, 0, sizeof(cut));
    for (int i = 0; i < 8; i++)
        CHECK(!show(scene, i, 0, 1, 0, 4));
}

static void check_cuts(void)
{
    int seen = 0;
    for (unsigned scene = 1; scene <= 20; scene++) {
        begin(scene);
        seen += show(scene + 100, 0, 0, 1, 0, 4);
        CHECK(!show(scene + 100, 1, 0, 1, 0, 4));
        CHECK(!show(scene + 100, 2, 0, 1, 0, 4));
    }
    // Two scenes in a row may look alike.
    CHECK(seen >= 18);
}

static void check_calm(void)
{
    for (unsigned scene = 1; scene <= 12; scene++) {
        begin(scene);
        int wrong = 0;
        for (int i = 0; i < 20; i++)   // a fast pan, the width in .8 seconds
            wrong += show(scene, 8 + 13 * i, 4 * i, 1, 0, 4);
        if (!CHECK_INT(wrong, 0))
            fprintf(stderr, "  scene %u\n", scene);
        begin(scene);
        wrong += show(scene, 8, 0, 1, 130, 4);   // a flash
        wrong += show(scene, 8, 0, 1, 255, 0);   // of nothing but white
        wrong += show(scene, 9, 0, 1, 60, 4);
        wrong += show(scene, 9, 0, 1, 0, 4);
        CHECK_INT(wrong, 0);
        for (int i = 0; i <= 25; i++)            // to black and back
            wrong += show(scene, 9, 0, fabs(i - 12.5) / 12.5, 0, 3);
        CHECK_INT(wrong, 0);
        for (int i = 0; i < 10; i++)             // lights on and off
            wrong += show(scene, 9, 0, i % 2 ? 1 : .4, 0, 3);
        CHECK_INT(wrong, 0);
        for (int i = 0; i < 10; i++)             // a bad sensor
            wrong += show(scene, 9, 0, 1, 0, 70);
        CHECK_INT(wrong, 0);
    }
}

static void check_formats(void)
{
    for (int format = BAUTA_PIXEL_YUV420P; format < BAUTA_PIXEL_COUNT; format++) {
        static const int sizes[][2] = { { 1, 1 }, { 3, 200 }, { 641, 2 } };
        for (int s = 0; s < 3; s++) {
            struct bauta_frame *f = bauta_frame_new(format, sizes[s][0], sizes[s][1]);
            for (int y = 0; y < f->height; y++)
                memset(f->data[0] + y * f->stride[0], 50,
                       (size_t)f->width * bt_pixel_format(format)->step[0]);
            memset(&cut, 0, sizeof(cut));
            CHECK(!bt_cut_feed(&cut, f));
            CHECK(!bt_cut_feed(&cut, f));
            bauta_frame_unref(&f);
        }
    }
}

int main(void)
{
    srand(9);
    frame = bauta_frame_new(BAUTA_PIXEL_GRAY8, WIDTH, HEIGHT);
    check_cuts();
    check_calm();
    check_formats();
    bauta_frame_unref(&frame);
    return check_end();
}
