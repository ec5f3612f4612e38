// SPDX-License-Identifier: Apache-2.0
// The row kernels against plain arithmetic. That all versions agree is checkasm's to
// show.
#include <stdlib.h>

#include "../check.h"
#include "base/cpu.h"
#include "dsp/dsp.h"

#define N 256

static int32_t fixed(double value)
{
    return (int32_t)lrint(value * 65536);
}

static int clip(double value)
{
    return value < 0 ? 0 : value > 255 ? 255 : (int)lrint(value);
}

// BT.601, limited range, from ITU-T H.273.
static const double kr = .299, kb = .114;

static struct bt_yuv_coeffs coeffs(void)
{
    const double kg = 1 - kr - kb, ys = 255. / 219, cs = 255. / 112;
    return (struct bt_yuv_coeffs){.yo = 16 << 16,
                                  .ys = fixed(ys),
                                  .rv = fixed((1 - kr) * cs),
                                  .gu = fixed(-(1 - kb) * cs * kb / kg),
                                  .gv = fixed(-(1 - kr) * cs * kr / kg),
                                  .bu = fixed((1 - kb) * cs),
                                  .yr = fixed(kr / ys),
                                  .yg = fixed(kg / ys),
                                  .yb = fixed(kb / ys),
                                  .ur = fixed(-kr / (1 - kb) / cs),
                                  .ug = fixed(-kg / (1 - kb) / cs),
                                  .ub = fixed(1 / cs),
                                  .vr = fixed(1 / cs),
                                  .vg = fixed(-kg / (1 - kr) / cs),
                                  .vb = fixed(-kb / (1 - kr) / cs)};
}

static void check_colour(const struct bt_dsp *dsp)
{
    const struct bt_yuv_coeffs k = coeffs();
    uint8_t y[N], u[N], v[N], rgbx[4 * N], back[4 * N];
    int far = 0, lost = 0;
    for (int row = 0; row < 200; row++) {
        for (int i = 0; i < 4 * N; i++)
            rgbx[i] = (uint8_t)(rand() % 256);
        dsp->rgbx_to_yuv(y, u, v, rgbx, N, &k);
        dsp->yuv_to_rgbx(back, y, u, v, N, &k);
        for (int i = 0; i < N; i++) {
            const double r = rgbx[4 * i], g = rgbx[4 * i + 1], b = rgbx[4 * i + 2];
            const double light = kr * r + (1 - kr - kb) * g + kb * b;
            far += abs(y[i] - clip(16 + light * 219 / 255)) > 1;
            far += abs(u[i] - clip(128 + (b - light) / (1 - kb) * 112 / 255)) > 1;
            far += abs(v[i] - clip(128 + (r - light) / (1 - kr) * 112 / 255)) > 1;
            for (int c = 0; c < 3; c++)
                lost += abs(back[4 * i + c] - rgbx[4 * i + c]) > 3;
            far += back[4 * i + 3] != 255;
        }
    }
    CHECK_INT(far, 0);
    CHECK_INT(lost, 0);
    // Black, white and what lies beyond them.
    const uint8_t level[4] = {16, 235, 0, 255}, grey[4] = {128, 128, 128, 128};
    dsp->yuv_to_rgbx(back, level, grey, grey, 4, &k);
    const uint8_t expected[16] = {0, 0, 0, 255, 255, 255, 255, 255,
                                  0, 0, 0, 255, 255, 255, 255, 255};
    CHECK(!memcmp(back, expected, 16));
}

static void check_blend(const struct bt_dsp *dsp)
{
    uint8_t dst[N], src[N], alpha[N];
    int wrong = 0;
    for (int d = 0; d < 256; d += 5)
        for (int s = 0; s < 256; s += 3) {
            for (int i = 0; i < N; i++) {
                dst[i] = (uint8_t)d;
                src[i] = (uint8_t)s;
                alpha[i] = (uint8_t)i;
            }
            dsp->blend_row(dst, src, alpha, N);
            for (int i = 0; i < N; i++)
                wrong += dst[i] != (int)floor(d + (s - d) * i / 255. + .5);
            wrong += dst[0] != d || dst[255] != s;
        }
    CHECK_INT(wrong, 0);
}

static void check_half(const struct bt_dsp *dsp)
{
    uint8_t a[2 * N], b[2 * N], out[N + 1] = {0};
    for (int i = 0; i < 2 * N; i++) {
        a[i] = (uint8_t)(rand() % 256);
        b[i] = (uint8_t)(rand() % 256);
    }
    int wrong = 0;
    dsp->half_row(out, a, b, N);
    for (int i = 0; i < N; i++)
        wrong += out[i] != (a[2 * i] + a[2 * i + 1] + b[2 * i] + b[2 * i + 1] + 2) / 4;
    CHECK_INT(wrong, 0);
    CHECK_INT(out[N], 0);
}

int main(void)
{
    // The table follows what the processor is allowed to do.
    struct bt_dsp c;
    bt_dsp_for(&c, 0);
    bt_cpu_mask(0);
    CHECK(bt_dsp_get()->spans == c.spans);
    bt_cpu_mask(~0u);
    if (bt_cpu_flags() & BT_CPU_AVX2)
        CHECK(bt_dsp_get()->spans != c.spans);
    const struct bt_dsp *const versions[] = {&c, bt_dsp_get()};
    for (int i = 0; i < 2; i++) {
        check_colour(versions[i]);
        check_blend(versions[i]);
        check_half(versions[i]);
    }
    return check_end();
}
