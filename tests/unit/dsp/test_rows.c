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

static void check_blend_half(const struct bt_dsp *dsp)
{
    uint8_t src[2][2 * N], alpha[2][2 * N], dst[N], was[N];
    int wrong = 0;
    for (int round = 0; round < 200; round++) {
        for (int i = 0; i < 4 * N; i++) {
            src[i / (2 * N)][i % (2 * N)] = (uint8_t)(rand() % 256);
            // All, nothing and between.
            const int a = rand() % 768 - 256;
            alpha[i / (2 * N)][i % (2 * N)] =
                (uint8_t)(i % N < 4 ? 0 : a < 0 ? 0 : a > 255 ? 255 : a);
        }
        for (int i = 0; i < N; i++)
            was[i] = dst[i] = (uint8_t)(rand() % 256);
        const uint8_t *const s[2] = {src[0], src[1]}, *const a[2] = {alpha[0], alpha[1]};
        dsp->blend_half(dst, s, a, N);
        for (int i = 0; i < N; i++) {
            double sum = 0;
            for (int k = 0; k < 4; k++) {
                const int at = 2 * i + k % 2;
                sum += was[i] + (src[k / 2][at] - was[i]) * alpha[k / 2][at] / 255.;
            }
            wrong += dst[i] != (int)floor(sum / 4 + .5 + 1e-9);
        }
        wrong += dst[0] != was[0] || dst[1] != was[1];
    }
    CHECK_INT(wrong, 0);
}

static void check_copies(const struct bt_dsp *dsp)
{
    uint8_t rgba[4 * N], alpha[N], twice[N], luma[N];
    int wrong = 0;
    for (int i = 0; i < 4 * N; i++)
        rgba[i] = (uint8_t)(i % 4 == 3 ? 0 : rand() % 256);
    wrong += dsp->alpha_row(alpha, rgba, N) != 0;
    rgba[4 * 77 + 3] = 9;
    wrong += dsp->alpha_row(alpha, rgba, N) != 9 || alpha[77] != 9 || alpha[78] != 0;
    dsp->twice_row(twice, rgba, N - 1);
    dsp->luma_row(luma, rgba, N);
    for (int i = 0; i < N - 1; i++) {
        const double y = .299 * rgba[4 * i] + .587 * rgba[4 * i + 1] + .114 * rgba[4 * i + 2];
        wrong += twice[i] != rgba[i / 2] || fabs(luma[i] - y) > 1.2;
    }
    CHECK_INT(wrong, 0);
}

static void check_noise(const struct bt_dsp *dsp)
{
    uint8_t rgba[4 * N];
    double sum = 0, squares = 0;
    int touched = 0;
    for (int i = 0; i < 4 * N; i++)
        rgba[i] = 128;
    rgba[7] = 0;
    // A deviation of 10: the sum of four bytes has 147.8.
    dsp->noise_row(rgba, N, 5, 1000, (int)(10 / 147.8 * 65536));
    for (int i = 2; i < N; i++) {
        sum += rgba[4 * i] - 128;
        squares += (rgba[4 * i] - 128) * (rgba[4 * i] - 128);
        touched += rgba[4 * i] != rgba[4 * i + 2] || rgba[4 * i + 3] != 128;
    }
    touched += rgba[4] != 128 || rgba[7] != 0;
    CHECK_INT(touched, 0);
    CHECK(fabs(sum / N) < 2.5 && fabs(sqrt(squares / N) - 10) < 2);
}

static void check_log_exp(const struct bt_dsp *dsp)
{
    double worst_log = 0, worst_exp = 0;
    for (float x = 1e-30f; x < 1e30f; x *= 1.01f) {
        float y;
        dsp->log_row(&y, &x, 1);
        worst_log = fmax(worst_log, fabs(y - log(x)) / fmax(fabs(log(x)), .3));
    }
    for (float x = -80; x < 80; x += .0137f) {
        float y;
        dsp->exp_row(&y, &x, 1);
        worst_exp = fmax(worst_exp, fabs(y / exp(x) - 1));
    }
    CHECK(worst_log < 3e-7);
    CHECK(worst_exp < 3e-7);
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
        check_blend_half(versions[i]);
        check_copies(versions[i]);
        check_noise(versions[i]);
        check_log_exp(versions[i]);
    }
    return check_end();
}
