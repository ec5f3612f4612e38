// SPDX-License-Identifier: Apache-2.0
#include <stdlib.h>

#include "../check.h"
#include "dsp/dsp.h"

#define MOST (96 * 96 * 4)

static float picture[MOST], scratch[MOST + 16], start[MOST];

static float noise(void)
{
    return (float)(rand() % 1000) / 4;
}

// One box pass, sample by sample.
static void slow_box(float *out, const float *in, int width, int height, int channels,
                     int radius, int dx, int dy)
{
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++)
            for (int c = 0; c < channels; c++) {
                double sum = 0;
                for (int k = -radius; k <= radius; k++) {
                    int i = x + k * dx, j = y + k * dy;
                    i = i < 0 ? 0 : i >= width ? width - 1 : i;
                    j = j < 0 ? 0 : j >= height ? height - 1 : j;
                    sum += in[(j * width + i) * channels + c];
                }
                out[(y * width + x) * channels + c] = (float)(sum / (2 * radius + 1));
            }
}

static void check_against_slow(int width, int height, int channels, int radius)
{
    static float a[MOST], b[MOST];
    const int count = width * height * channels;
    for (int i = 0; i < count; i++)
        picture[i] = a[i] = noise();
    for (int i = count; i < count + 16; i++)
        scratch[i] = 12345;
    bt_blur(picture, width, height, channels, radius, scratch);
    for (int pass = 0; pass < 3; pass++) {
        slow_box(b, a, width, height, channels, radius, 1, 0);
        slow_box(a, b, width, height, channels, radius, 0, 1);
    }
    float worst = 0;
    for (int i = 0; i < count; i++)
        worst = fmaxf(worst, fabsf(picture[i] - a[i]));
    if (!CHECK(worst < .01f))
        fprintf(stderr, "%dx%dx%d, radius %d: off by %g\n", width, height, channels,
                radius, (double)worst);
    for (int i = count; i < count + 16; i++)
        CHECK(scratch[i] == 12345);
}

int main(void)
{
    // A constant stays, within rounding.
    for (int i = 0; i < MOST; i++)
        picture[i] = 77.7f;
    bt_blur(picture, 96, 96, 4, 9, scratch);
    for (int i = 0; i < MOST; i++)
        if (!CHECK_NEAR(picture[i], 77.7f, 1e-3))
            break;

    // Away from the edges nothing is lost, and the spread is the promised one.
    memset(picture, 0, sizeof(picture));
    picture[(48 * 96 + 40) * 3 + 1] = 1000;
    bt_blur(picture, 96, 96, 3, 5, scratch);
    double sum = 0, x_mean = 0, spread = 0, others = 0;
    for (int i = 0; i < 96 * 96; i++) {
        sum += picture[3 * i + 1];
        x_mean += picture[3 * i + 1] * (i % 96) / 1000;
        spread += picture[3 * i + 1] * (i % 96 - 40.) * (i % 96 - 40.) / 1000;
        others += fabsf(picture[3 * i]) + fabsf(picture[3 * i + 2]);
    }
    CHECK_NEAR(sum, 1000, .01);
    CHECK_NEAR(x_mean, 40, 1e-3);
    CHECK_NEAR(spread, 5 * 6, .01);
    CHECK(others == 0);

    // No blur at all.
    for (int i = 0; i < MOST; i++)
        picture[i] = start[i] = noise();
    bt_blur(picture, 96, 96, 4, 0, scratch);
    bt_blur(picture, 96, 96, 4, -3, scratch);
    bt_blur(picture, 0, 96, 4, 3, scratch);
    CHECK(!memcmp(picture, start, sizeof(start)));

    for (int channels = 1; channels <= 4; channels++) {
        check_against_slow(31, 17, channels, 3);
        check_against_slow(1, 1, channels, 2);
        check_against_slow(7, 1, channels, 20);
        check_against_slow(1, 9, channels, 4);
        check_against_slow(5, 6, channels, 5);
        check_against_slow(96, 10, channels, 40);
    }
    check_against_slow(90, 70, 3, 10);
    return check_end();
}
