// SPDX-License-Identifier: Apache-2.0
#include "checkasm.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

#define N 1280 // samples a row
#define SIZE 512 // texels
#define RUNS 9

// Inputs and outputs of all kernels.
static struct {
    uint8_t a[4 * N], b[4 * N], c[4 * N], out[4][4 * N];
    float f[4][N], four[N][4], place[N][4];
    uint16_t corner[N][3];
    uint8_t rgba[SIZE * SIZE * 4];
    uint16_t gain[SIZE / 4 * SIZE / 4 * 4];
    uint8_t picture[640 * 480 * 4];
    float blur[2][128 * 128 * 3];
} data;

static const struct bt_yuv_coeffs coeffs = {1048576, 76309, 117489, -13975, -34925,
                                            138438,  11966, 40254,  4064,   -6596,
                                            -22189,  28784, 28784,  -26145, -2639};

static void run_yuv(const struct bt_dsp *dsp)
{
    dsp->yuv_to_rgbx(data.out[0], data.a, data.b, data.c, N, &coeffs);
}

static void run_rgb(const struct bt_dsp *dsp)
{
    dsp->rgbx_to_yuv(data.out[0], data.out[1], data.out[2], data.a, N, &coeffs);
}

static void run_blend(const struct bt_dsp *dsp)
{
    dsp->blend_row(data.out[0], data.a, data.b, N);
}

static void run_half(const struct bt_dsp *dsp)
{
    dsp->half_row(data.out[0], data.a, data.b, N);
}

static void run_box(const struct bt_dsp *dsp)
{
    dsp->box_step(data.f[0], data.f[1], data.f[2], data.f[3], .1f, N);
}

static void run_alpha(const struct bt_dsp *dsp)
{
    dsp->alpha_row(data.out[0], data.a, N);
}

static void run_twice(const struct bt_dsp *dsp)
{
    dsp->twice_row(data.out[0], data.a, N);
}

static void run_blend_half(const struct bt_dsp *dsp)
{
    const uint8_t *src[2] = {data.a, data.b}, *alpha[2] = {data.c, data.c + N};
    dsp->blend_half(data.out[0], src, alpha, N / 2);
}

static void run_half_rgbx(const struct bt_dsp *dsp)
{
    dsp->half_rgbx(data.out[0], data.a, data.b, N / 2);
}

static void run_lit(const struct bt_dsp *dsp)
{
    const uint16_t *gain[2] = {data.gain, data.gain + N};
    dsp->lit_row(data.out[0], data.a, gain, 3, N, 2);
}

static void run_soften(const struct bt_dsp *dsp)
{
    dsp->soften_row(data.out[0], data.a, data.b, data.c, 100, N);
}

static void run_luma(const struct bt_dsp *dsp)
{
    dsp->luma_row(data.out[0], data.a, N);
}

static void run_noise(const struct bt_dsp *dsp)
{
    dsp->noise_row(data.out[1], N, 77, 5, 2000);
}

static void run_wave(const struct bt_dsp *dsp)
{
    dsp->wave_row(data.out[1], (const int16_t *)data.f[2], 100, N);
}

static void run_log(const struct bt_dsp *dsp)
{
    dsp->log_row(data.f[0], data.f[1], N);
}

static void run_exp(const struct bt_dsp *dsp)
{
    dsp->exp_row(data.f[0], data.f[2], N);
}

static void run_interpolate(const struct bt_dsp *dsp)
{
    dsp->interpolate(data.four, (const float(*)[4])data.place,
                     (const uint16_t(*)[3])data.corner, (const float(*)[3])data.blur[1],
                     N);
}

static void run_sample(const struct bt_dsp *dsp)
{
    dsp->sample((float(*)[3])data.four, (const float(*)[4])data.place, data.rgba, SIZE, SIZE,
                SIZE * 4, N);
}

static void spans(const struct bt_dsp *dsp, bool gain, int length)
{
    const struct bt_texture texture = {
        data.rgba, SIZE, SIZE, SIZE * 4, gain ? data.gain : NULL, 2, SIZE / 4 * 8};
    const struct bt_span_step step = {.u = 80000, .v = 3000, .add = {20, 30, 40}};
    struct bt_span span[10] = {0};
    int count = 0;
    for (int i = 0; i < N / length; i++) {
        span[count++] = (struct bt_span){.out = data.out[0],
                                         .n = length,
                                         .u = (i * 7 % 200) << 16,
                                         .v = (i * 3 % 500) << 16};
        if (count == 10 || i == N / length - 1) {
            dsp->spans(span, count, &step, &texture);
            count = 0;
        }
    }
}

static void run_span_plain(const struct bt_dsp *dsp)
{
    spans(dsp, false, 160);
}

static void run_span_gain(const struct bt_dsp *dsp)
{
    spans(dsp, true, 160);
}

static void run_span_short(const struct bt_dsp *dsp)
{
    spans(dsp, true, 10);
}

static double measure(void (*run)(const struct bt_dsp *dsp), const struct bt_dsp *dsp,
                      int n, int repeat)
{
    double best = 1e30;
    for (int k = 0; k < RUNS; k++) {
        const int64_t start = bt_now_ns();
        for (int i = 0; i < repeat; i++)
            run(dsp);
        const double ns = (double)(bt_now_ns() - start) / repeat / n;
        best = ns < best ? ns : best;
    }
    return best;
}

static void run_blur(const struct bt_dsp *dsp)
{
    (void)dsp;
    bt_blur(data.blur[0], 128, 128, 3, 10, data.blur[1]);
}

// As many triangles as the mesh of a face has, on about 300 x 300 pixels.
static void run_raster(const struct bt_dsp *dsp)
{
    enum { CELLS = 21 };
    (void)dsp;
    static struct bt_raster_vertex vertex[(CELLS + 1) * (CELLS + 1)];
    static uint16_t triangle[2 * CELLS * CELLS][3];
    for (int y = 0, t = 0; y <= CELLS; y++)
        for (int x = 0; x <= CELLS; x++) {
            const int k = y * (CELLS + 1) + x;
            const float sx = (float)x / CELLS, sy = (float)y / CELLS;
            vertex[k] = (struct bt_raster_vertex){100.3f + 300 * sx + 9 * sy,
                                                  50.1f + 300 * sy - 14 * sx,
                                                  sx * SIZE,
                                                  sy * SIZE,
                                                  {1, 2, 3}};
            if (x == CELLS || y == CELLS)
                continue;
            const uint16_t a = (uint16_t)k, below = (uint16_t)(k + CELLS + 1);
            const uint16_t pair[2][3] = {
                {a, (uint16_t)(a + 1), below},
                {(uint16_t)(a + 1), (uint16_t)(below + 1), below}};
            memcpy(triangle[t], pair, sizeof(pair));
            t += 2;
        }
    const struct bt_texture texture = {data.rgba, SIZE, SIZE,        SIZE * 4,
                                       data.gain, 2,    SIZE / 4 * 8};
    bt_raster_textured(data.picture, 640, 480, 640 * 4, &texture, vertex,
                       (const uint16_t(*)[3])triangle, 2 * CELLS * CELLS);
}

void bench(unsigned cpu_flags)
{
    static const struct {
        const char *name;
        void (*run)(const struct bt_dsp *dsp);
        int n, repeat;
    } rows[] = {{"yuv_to_rgbx", run_yuv, N, 2000},
                {"rgbx_to_yuv", run_rgb, N, 2000},
                {"blend_row", run_blend, N, 5000},
                {"half_row", run_half, N, 5000},
                {"box_step", run_box, N, 5000},
                {"alpha_row", run_alpha, N, 5000},
                {"twice_row", run_twice, N, 5000},
                {"blend_half", run_blend_half, N / 2, 5000},
                {"half_rgbx", run_half_rgbx, N / 2, 5000},
                {"lit_row", run_lit, N, 2000},
                {"soften_row", run_soften, N, 2000},
                {"luma_row", run_luma, N, 5000},
                {"noise_row", run_noise, N, 2000},
                {"wave_row", run_wave, N, 5000},
                {"log_row", run_log, N, 2000},
                {"exp_row", run_exp, N, 2000},
                {"interpolate", run_interpolate, N, 2000},
                {"sample", run_sample, N, 2000},
                {"span, no gain, 160 long", run_span_plain, N, 200},
                {"span, gain, 160 long", run_span_gain, N, 200},
                {"span, gain, 10 long", run_span_short, N, 200}};
    for (size_t i = 0; i < sizeof(data.rgba); i++)
        data.rgba[i] = (uint8_t)random32();
    for (size_t i = 0; i < sizeof(data.gain) / 2; i++)
        data.gain[i] = (uint16_t)random_in(100, 700);
    for (int i = 0; i < 4 * N; i++) {
        data.a[i] = (uint8_t)random32();
        data.b[i] = (uint8_t)random32();
        data.c[i] = (uint8_t)random32();
    }
    for (int i = 0; i < N; i++) {
        data.f[1][i] = (float)random_in(1, 255);
        for (int k = 0; k < 4; k++)
            data.place[i][k] = (float)(i % 300) + .3f;
        for (int k = 0; k < 3; k++)
            data.corner[i][k] = (uint16_t)(i / 3 + k);
    }
    struct bt_dsp c, fast;
    bt_dsp_for(&c, 0);
    bt_dsp_for(&fast, cpu_flags);
    printf("%-26s %10s %10s\n", "ns per sample", "C", "this CPU");
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
        printf("%-26s %10.3f %10.3f\n", rows[i].name,
               measure(rows[i].run, &c, rows[i].n, rows[i].repeat),
               measure(rows[i].run, &fast, rows[i].n, rows[i].repeat));
    printf("%-26s %10s %10.3f\n", "blur 128x128x3 r10, ms", "",
           measure(run_blur, &fast, 1000000, 50));
    printf("%-26s %10s %10.3f\n", "raster 882 triangles, ms", "",
           measure(run_raster, &fast, 1000000, 20));
}
