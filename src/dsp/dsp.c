// SPDX-License-Identifier: Apache-2.0
#include "dsp/dsp.h"

#include "base/cpu.h"
#include "dsp/kernels.h"

static uint8_t clip(int32_t value)
{
    return value < 0 ? 0 : value > 255 ? 255 : (uint8_t)value;
}

void bt_yuv_to_rgbx_c(uint8_t *rgbx, const uint8_t *y, const uint8_t *u, const uint8_t *v,
                      int n, const struct bt_yuv_coeffs *k)
{
    const int32_t black = bt_yuv_black(k);
    for (int i = 0; i < n; i++) {
        const int32_t light = y[i] * k->ys - black;
        const int32_t cb = u[i] - 128, cr = v[i] - 128;
        rgbx[4 * i] = clip((light + cr * k->rv) >> 16);
        rgbx[4 * i + 1] = clip((light + cb * k->gu + cr * k->gv) >> 16);
        rgbx[4 * i + 2] = clip((light + cb * k->bu) >> 16);
        rgbx[4 * i + 3] = 255;
    }
}

void bt_rgbx_to_yuv_c(uint8_t *y, uint8_t *u, uint8_t *v, const uint8_t *rgbx, int n,
                      const struct bt_yuv_coeffs *k)
{
    const int32_t black = k->yo + 0x8000, grey = (128 << 16) + 0x8000;
    for (int i = 0; i < n; i++) {
        const int32_t r = rgbx[4 * i], g = rgbx[4 * i + 1], b = rgbx[4 * i + 2];
        y[i] = clip((black + r * k->yr + g * k->yg + b * k->yb) >> 16);
        u[i] = clip((grey + r * k->ur + g * k->ug + b * k->ub) >> 16);
        v[i] = clip((grey + r * k->vr + g * k->vg + b * k->vb) >> 16);
    }
}

void bt_blend_row_c(uint8_t *dst, const uint8_t *src, const uint8_t *alpha, int n)
{
    for (int i = 0; i < n; i++) {
        const unsigned sum = dst[i] * (255u - alpha[i]) + src[i] * (unsigned)alpha[i] +
                             128;
        dst[i] = (uint8_t)((sum + (sum >> 8)) >> 8);
    }
}

void bt_half_row_c(uint8_t *out, const uint8_t *a, const uint8_t *b, int n)
{
    for (int i = 0; i < n; i++)
        out[i] = (uint8_t)((a[2 * i] + a[2 * i + 1] + b[2 * i] + b[2 * i + 1] + 2) >> 2);
}

void bt_box_step_c(float *acc, float *out, const float *add, const float *sub,
                   float scale, int n)
{
    for (int i = 0; i < n; i++) {
        acc[i] += add[i] - sub[i];
        out[i] = acc[i] * scale;
    }
}

void bt_wave_row_c(uint8_t *dst, const int16_t *wave, int scale, int n)
{
    for (int i = 0; i < n; i++) {
        const int sum = dst[i] + ((wave[i] * scale + 2048) >> 12);
        dst[i] = (uint8_t)(sum < 0 ? 0 : sum > 255 ? 255 : sum);
    }
}

#define TABLE(suffix) \
    {bt_yuv_to_rgbx_##suffix, bt_rgbx_to_yuv_##suffix, bt_blend_row_##suffix, \
     bt_half_row_##suffix, bt_box_step_##suffix, bt_alpha_row_##suffix, \
     bt_twice_row_##suffix, bt_blend_half_##suffix, bt_half_rgbx_##suffix, \
     bt_lit_row_##suffix, bt_soften_row_##suffix, \
     bt_luma_row_##suffix, bt_noise_row_##suffix, bt_wave_row_##suffix, \
     bt_log_row_##suffix, bt_exp_row_##suffix, bt_interpolate_##suffix, \
     bt_sample_##suffix, bt_spans_##suffix}

static const struct bt_dsp table_c = TABLE(c);
#ifdef __x86_64__
static const struct bt_dsp table_avx2 = TABLE(avx2);
#endif

static const struct bt_dsp *choose(unsigned cpu_flags)
{
#ifdef __x86_64__
    if (cpu_flags & BT_CPU_AVX2)
        return &table_avx2;
#endif
    (void)cpu_flags;
    return &table_c;
}

const struct bt_dsp *bt_dsp_get(void)
{
    return choose(bt_cpu_flags());
}

void bt_dsp_for(struct bt_dsp *dsp, unsigned cpu_flags)
{
    *dsp = *choose(cpu_flags);
}
