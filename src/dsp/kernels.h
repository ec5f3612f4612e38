// SPDX-License-Identifier: Apache-2.0
#ifndef BT_DSP_KERNELS_H
#define BT_DSP_KERNELS_H

#include "dsp/dsp.h"

// The versions of the kernels in struct bt_dsp. Call them through the table.
#define BT_DSP_KERNELS(suffix) \
    void bt_yuv_to_rgbx_##suffix(uint8_t *rgbx, const uint8_t *y, const uint8_t *u, \
                                 const uint8_t *v, int n, \
                                 const struct bt_yuv_coeffs *k); \
    void bt_rgbx_to_yuv_##suffix(uint8_t *y, uint8_t *u, uint8_t *v, \
                                 const uint8_t *rgbx, int n, \
                                 const struct bt_yuv_coeffs *k); \
    void bt_blend_row_##suffix(uint8_t *dst, const uint8_t *src, const uint8_t *alpha, \
                               int n); \
    void bt_half_row_##suffix(uint8_t *out, const uint8_t *a, const uint8_t *b, int n); \
    void bt_box_step_##suffix(float *acc, float *out, const float *add, \
                              const float *sub, float scale, int n); \
    int bt_alpha_row_##suffix(uint8_t *alpha, const uint8_t *rgba, int n); \
    void bt_twice_row_##suffix(uint8_t *out, const uint8_t *in, int n); \
    void bt_blend_half_##suffix(uint8_t *dst, const uint8_t *const src[2], \
                                const uint8_t *const alpha[2], int n); \
    void bt_half_rgbx_##suffix(uint8_t *out, const uint8_t *a, const uint8_t *b, int n); \
    void bt_lit_row_##suffix(uint8_t *out, const uint8_t *rgba, \
                             const uint16_t *const gain[2], int part, int n, int shift); \
    void bt_soften_row_##suffix(uint8_t *out, const uint8_t *in, const uint8_t *near, \
                                const uint8_t *far, int part, int n); \
    void bt_luma_row_##suffix(uint8_t *out, const uint8_t *rgbx, int n); \
    void bt_noise_row_##suffix(uint8_t *rgba, int n, uint32_t seed, uint32_t first, \
                               int scale); \
    void bt_wave_row_##suffix(uint8_t *dst, const int16_t *wave, int scale, int n); \
    void bt_log_row_##suffix(float *out, const float *in, int n); \
    void bt_exp_row_##suffix(float *out, const float *in, int n); \
    void bt_interpolate_##suffix(float (*out)[4], const float (*value)[4], \
                                 const uint16_t (*corner)[3], const float (*weight)[3], \
                                 int n); \
    void bt_sample_##suffix(float (*out)[3], const float (*place)[4], \
                            const uint8_t *rgbx, int width, int height, int stride, \
                            int n); \
    void bt_spans_##suffix(const struct bt_span *span, int count, \
                           const struct bt_span_step *step, \
                           const struct bt_texture *texture)

BT_DSP_KERNELS(c);
BT_DSP_KERNELS(avx2);

// What is subtracted from Y*ys: black, less a half for rounding.
static inline int32_t bt_yuv_black(const struct bt_yuv_coeffs *k)
{
    return (int32_t)(((int64_t)k->yo * k->ys + 0x8000) >> 16) - 0x8000;
}

#endif
