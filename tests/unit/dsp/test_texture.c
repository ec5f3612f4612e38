// SPDX-License-Identifier: Apache-2.0
// What a textured triangle paints.
#include <stdlib.h>

#include "../check.h"
#include "base/cpu.h"
#include "dsp/dsp.h"

#define SIZE 64

static uint8_t rgba[SIZE * SIZE * 4], out[SIZE * SIZE * 4];
static uint16_t gain[2 * SIZE * 2 * SIZE * 4];

static const uint16_t both[2][3] = {{0, 1, 2}, {2, 3, 0}};

// Draws the texture over the whole picture, scaled about its origin and moved.
static void draw(const struct bt_texture *texture, float scale, float move,
                 const float add[3])
{
    struct bt_raster_vertex v[4];
    for (int i = 0; i < 4; i++) {
        const float x = i == 1 || i == 2 ? SIZE : 0, y = i > 1 ? SIZE : 0;
        v[i] = (struct bt_raster_vertex){
            .x = x, .y = y, .u = x * scale + move, .v = y * scale + move};
        for (int c = 0; c < 3 && add; c++)
            v[i].add[c] = add[c];
    }
    memset(out, 99, sizeof(out));
    bt_raster_textured(out, SIZE, SIZE, SIZE * 4, texture, v, both, 2);
}

static void fill_gain(uint16_t colour, uint16_t alpha)
{
    for (int i = 0; i < 2 * SIZE * 2 * SIZE; i++)
        for (int c = 0; c < 4; c++)
            gain[4 * i + c] = c < 3 ? colour : alpha;
}

// Counts the bytes that differ from texture * colour + add and alpha * share.
static int differ(double colour, double add, double share)
{
    int wrong = 0;
    for (int i = 0; i < SIZE * SIZE * 4; i++) {
        const double value = i % 4 == 3 ? rgba[i] * share : rgba[i] * colour + add;
        wrong += out[i] != (value < 0 ? 0 : value > 255 ? 255 : (int)floor(value + .5));
    }
    return wrong;
}

static void check_identity(void)
{
    struct bt_texture t = {
        .rgba = rgba, .width = SIZE, .height = SIZE, .stride = SIZE * 4};
    for (int i = 0; i < SIZE * SIZE * 4; i++)
        rgba[i] = (uint8_t)(rand() % 256);
    draw(&t, 1, 0, NULL);
    CHECK(!memcmp(out, rgba, sizeof(rgba)));
    const float darker[3] = {-20, -20, -20}, lighter[3] = {31, 31, 31};
    draw(&t, 1, 0, darker);
    CHECK_INT(differ(1, -20, 1), 0);
    draw(&t, 1, 0, lighter);
    CHECK_INT(differ(1, 31, 1), 0);

    // Gains of all shifts.
    t.gain = gain;
    for (int shift = -1; shift <= 6; shift++) {
        t.gain_shift = shift;
        t.gain_stride = 8 * (shift < 0 ? SIZE * 2 : SIZE >> shift);
        fill_gain(256, 256);
        draw(&t, 1, 0, NULL);
        CHECK(!memcmp(out, rgba, sizeof(rgba)));
        fill_gain(512, 128);
        draw(&t, 1, 0, darker);
        CHECK_INT(differ(2, -20, .5), 0);
        fill_gain(0, 0);
        draw(&t, 1, 0, lighter);
        CHECK_INT(differ(0, 31, 0), 0);
    }
    fill_gain(65535, 256);
    draw(&t, 1, 0, NULL);
    CHECK_INT(differ(4095 / 256., 0, 1), 0);
}

// Between texels: a ramp is followed, and at the edges the last texel goes on.
static void check_ramp(void)
{
    const struct bt_texture t = {
        .rgba = rgba, .width = SIZE, .height = SIZE, .stride = SIZE * 4};
    for (int i = 0; i < SIZE * SIZE; i++) {
        rgba[4 * i] = (uint8_t)(i % SIZE * 4);
        rgba[4 * i + 1] = (uint8_t)(i / SIZE * 3);
        rgba[4 * i + 2] = 7;
        rgba[4 * i + 3] = (uint8_t)(255 - i % SIZE * 4);
    }
    const float scale[] = {1, .5f, .3f, 1.7f, .013f};
    for (int k = 0; k < 5; k++)
        for (int m = -1; m <= 1; m++) {
            const float move = 9.3f * (float)m;
            draw(&t, scale[k], move, NULL);
            double worst = 0;
            for (int i = 0; i < SIZE * SIZE; i++) {
                const double x = (i % SIZE + .5) * scale[k] + move - .5;
                const double y = (i / SIZE + .5) * scale[k] + move - .5;
                const double u = fmin(fmax(x, 0), SIZE - 1),
                             v = fmin(fmax(y, 0), SIZE - 1);
                worst = fmax(worst, fabs(out[4 * i] - 4 * u));
                worst = fmax(worst, fabs(out[4 * i + 1] - 3 * v));
                worst = fmax(worst, fabs(out[4 * i + 2] - 7.));
                worst = fmax(worst, fabs(out[4 * i + 3] - (255 - 4 * u)));
            }
            if (!CHECK(worst < .6))
                fprintf(stderr, "scale %g, move %g: off by %g\n", (double)scale[k],
                        (double)move, worst);
        }
}

// A gain that is linear over the texture stays so, whatever the size of its map: the
// centres of texels must be where they belong.
static void check_gain_ramp(void)
{
    struct bt_texture t = {
        .rgba = rgba, .width = SIZE, .height = SIZE, .stride = SIZE * 4, .gain = gain};
    memset(rgba, 200, sizeof(rgba));
    for (int shift = -1; shift <= 4; shift++) {
        const int n = shift < 0 ? SIZE << -shift : SIZE >> shift;
        const double texel = (double)SIZE / n;
        for (int i = 0; i < n * n; i++) {
            gain[4 * i] = (uint16_t)lrint(64 + 3 * (i % n + .5) * texel);
            gain[4 * i + 1] = (uint16_t)lrint(64 + 3 * (i / n + .5) * texel);
            gain[4 * i + 2] = gain[4 * i + 3] = 256;
        }
        t.gain_shift = shift;
        t.gain_stride = 8 * n;
        draw(&t, 1, 0, NULL);
        double worst = 0;
        for (int i = 0; i < SIZE * SIZE; i++) {
            const double low = texel / 2, high = SIZE - texel / 2;
            const double x = fmin(fmax(i % SIZE + .5, low), high);
            const double y = fmin(fmax(i / SIZE + .5, low), high);
            worst = fmax(worst, fabs(out[4 * i] - 200 * (64 + 3 * x) / 256));
            worst = fmax(worst, fabs(out[4 * i + 1] - 200 * (64 + 3 * y) / 256));
            worst = fmax(worst, fabs(out[4 * i + 2] - 200.));
            worst = fmax(worst, fabs(out[4 * i + 3] - 200.));
        }
        // Half a step of the map's values is .4, of the picture's .5.
        if (!CHECK(worst < 1.05))
            fprintf(stderr, "shift %d: off by %g\n", shift, worst);
    }
}

// Offsets of colour are interpolated, over long spans too.
static void check_offsets(void)
{
    enum { LONG = 3000 };
    static uint8_t wide[LONG * 4 * 4];
    const uint8_t black[4] = {0, 0, 0, 255};
    const struct bt_texture t = {.rgba = black, .width = 1, .height = 1, .stride = 4};
    const struct bt_raster_vertex v[4] = {{.x = 0, .y = 0, .add = {0, 255, -50}},
                                          {.x = LONG, .y = 0, .add = {255, 0, 300}},
                                          {.x = LONG, .y = 4, .add = {255, 0, 300}},
                                          {.x = 0, .y = 4, .add = {0, 255, -50}}};
    bt_raster_textured(wide, LONG, 4, LONG * 4, &t, v, both, 2);
    double worst = 0;
    for (int i = 0; i < LONG * 4; i++) {
        const double share = (i % LONG + .5) / LONG;
        worst = fmax(worst, fabs(wide[4 * i] - 255 * share));
        worst = fmax(worst, fabs(wide[4 * i + 1] - 255 * (1 - share)));
        worst = fmax(worst,
                     fabs(wide[4 * i + 2] - fmin(fmax(-50 + 350 * share, 0), 255)));
        worst = fmax(worst, fabs(wide[4 * i + 3] - 255.));
    }
    CHECK(worst < .6);
}

int main(void)
{
    const unsigned masks[] = {0, ~0u};
    for (int i = 0; i < 2; i++) {
        bt_cpu_mask(masks[i]);
        check_identity();
        check_ramp();
        check_gain_ramp();
        check_offsets();
    }
    return check_end();
}
