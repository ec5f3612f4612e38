// SPDX-License-Identifier: Apache-2.0
#include <immintrin.h>

#include "dsp/kernels.h"

// Whole vectors here, the rest of a row by the C version.

static __m256i widen(const uint8_t *at)
{
    return _mm256_cvtepu8_epi32(_mm_loadl_epi64((const __m128i *)at));
}

static __m256i load(const uint8_t *at)
{
    return _mm256_loadu_si256((const __m256i *)at);
}

static void store(uint8_t *at, __m256i value)
{
    _mm256_storeu_si256((__m256i *)at, value);
}

// 16.16 to 0..255.
static __m256i clip(__m256i value)
{
    value = _mm256_max_epi32(_mm256_srai_epi32(value, 16), _mm256_setzero_si256());
    return _mm256_min_epi32(value, _mm256_set1_epi32(255));
}

void bt_yuv_to_rgbx_avx2(uint8_t *rgbx, const uint8_t *y, const uint8_t *u,
                         const uint8_t *v, int n, const struct bt_yuv_coeffs *k)
{
    const __m256i black = _mm256_set1_epi32(bt_yuv_black(k));
    const __m256i grey = _mm256_set1_epi32(128), opaque = _mm256_set1_epi32((int)0xff000000u);
    const __m256i ys = _mm256_set1_epi32(k->ys), rv = _mm256_set1_epi32(k->rv);
    const __m256i gu = _mm256_set1_epi32(k->gu), gv = _mm256_set1_epi32(k->gv);
    const __m256i bu = _mm256_set1_epi32(k->bu);
    int i = 0;
    for (; i + 8 <= n; i += 8) {
        const __m256i light = _mm256_sub_epi32(_mm256_mullo_epi32(widen(y + i), ys),
                                               black);
        const __m256i cb = _mm256_sub_epi32(widen(u + i), grey);
        const __m256i cr = _mm256_sub_epi32(widen(v + i), grey);
        const __m256i r = _mm256_add_epi32(light, _mm256_mullo_epi32(cr, rv));
        const __m256i g = _mm256_add_epi32(
            _mm256_add_epi32(light, _mm256_mullo_epi32(cb, gu)),
            _mm256_mullo_epi32(cr, gv));
        const __m256i b = _mm256_add_epi32(light, _mm256_mullo_epi32(cb, bu));
        const __m256i rg = _mm256_or_si256(clip(r), _mm256_slli_epi32(clip(g), 8));
        const __m256i bx = _mm256_or_si256(_mm256_slli_epi32(clip(b), 16), opaque);
        store(rgbx + 4 * i, _mm256_or_si256(rg, bx));
    }
    if (i < n)
        bt_yuv_to_rgbx_c(rgbx + 4 * i, y + i, u + i, v + i, n - i, k);
}

static void store_plane(uint8_t *out, const __m256i rgb[3], __m256i base, int32_t kr,
                        int32_t kg, int32_t kb)
{
    const __m256i r = _mm256_mullo_epi32(rgb[0], _mm256_set1_epi32(kr));
    const __m256i g = _mm256_mullo_epi32(rgb[1], _mm256_set1_epi32(kg));
    const __m256i b = _mm256_mullo_epi32(rgb[2], _mm256_set1_epi32(kb));
    const __m256i sum = _mm256_add_epi32(_mm256_add_epi32(base, r),
                                         _mm256_add_epi32(g, b));
    const __m256i value = _mm256_srai_epi32(sum, 16);
    const __m128i words = _mm_packs_epi32(_mm256_castsi256_si128(value),
                                          _mm256_extracti128_si256(value, 1));
    _mm_storel_epi64((__m128i *)out, _mm_packus_epi16(words, words));
}

void bt_rgbx_to_yuv_avx2(uint8_t *y, uint8_t *u, uint8_t *v, const uint8_t *rgbx, int n,
                         const struct bt_yuv_coeffs *k)
{
    const __m256i black = _mm256_set1_epi32(k->yo + 0x8000);
    const __m256i grey = _mm256_set1_epi32((128 << 16) + 0x8000);
    const __m256i low = _mm256_set1_epi32(255);
    int i = 0;
    for (; i + 8 <= n; i += 8) {
        const __m256i in = load(rgbx + 4 * i);
        const __m256i rgb[3] = {_mm256_and_si256(in, low),
                                _mm256_and_si256(_mm256_srli_epi32(in, 8), low),
                                _mm256_and_si256(_mm256_srli_epi32(in, 16), low)};
        store_plane(y + i, rgb, black, k->yr, k->yg, k->yb);
        store_plane(u + i, rgb, grey, k->ur, k->ug, k->ub);
        store_plane(v + i, rgb, grey, k->vr, k->vg, k->vb);
    }
    if (i < n)
        bt_rgbx_to_yuv_c(y + i, u + i, v + i, rgbx + 4 * i, n - i, k);
}

static __m256i blend(__m256i d, __m256i s, __m256i a)
{
    const __m256i rest = _mm256_sub_epi16(_mm256_set1_epi16(255), a);
    const __m256i sum = _mm256_add_epi16(
        _mm256_add_epi16(_mm256_mullo_epi16(d, rest), _mm256_mullo_epi16(s, a)),
        _mm256_set1_epi16(128));
    return _mm256_srli_epi16(_mm256_add_epi16(sum, _mm256_srli_epi16(sum, 8)), 8);
}

void bt_blend_row_avx2(uint8_t *dst, const uint8_t *src, const uint8_t *alpha, int n)
{
    const __m256i zero = _mm256_setzero_si256();
    int i = 0;
    for (; i + 32 <= n; i += 32) {
        const __m256i d = load(dst + i), s = load(src + i), a = load(alpha + i);
        const __m256i low = blend(_mm256_unpacklo_epi8(d, zero),
                                  _mm256_unpacklo_epi8(s, zero),
                                  _mm256_unpacklo_epi8(a, zero));
        const __m256i high = blend(_mm256_unpackhi_epi8(d, zero),
                                   _mm256_unpackhi_epi8(s, zero),
                                   _mm256_unpackhi_epi8(a, zero));
        store(dst + i, _mm256_packus_epi16(low, high));
    }
    if (i < n)
        bt_blend_row_c(dst + i, src + i, alpha + i, n - i);
}

static __m256i half(const uint8_t *a, const uint8_t *b)
{
    const __m256i ones = _mm256_set1_epi8(1);
    const __m256i sum = _mm256_add_epi16(_mm256_maddubs_epi16(load(a), ones),
                                         _mm256_maddubs_epi16(load(b), ones));
    return _mm256_srli_epi16(_mm256_add_epi16(sum, _mm256_set1_epi16(2)), 2);
}

void bt_half_row_avx2(uint8_t *out, const uint8_t *a, const uint8_t *b, int n)
{
    int i = 0;
    for (; i + 32 <= n; i += 32) {
        const __m256i packed = _mm256_packus_epi16(half(a + 2 * i, b + 2 * i),
                                                   half(a + 2 * i + 32, b + 2 * i + 32));
        store(out + i, _mm256_permute4x64_epi64(packed, 0xd8));
    }
    if (i < n)
        bt_half_row_c(out + i, a + 2 * i, b + 2 * i, n - i);
}

void bt_box_step_avx2(float *acc, float *out, const float *add, const float *sub,
                      float scale, int n)
{
    const __m256 factor = _mm256_set1_ps(scale);
    int i = 0;
    for (; i + 8 <= n; i += 8) {
        const __m256 change = _mm256_sub_ps(_mm256_loadu_ps(add + i),
                                            _mm256_loadu_ps(sub + i));
        const __m256 sum = _mm256_add_ps(_mm256_loadu_ps(acc + i), change);
        _mm256_storeu_ps(acc + i, sum);
        _mm256_storeu_ps(out + i, _mm256_mul_ps(sum, factor));
    }
    if (i < n)
        bt_box_step_c(acc + i, out + i, add + i, sub + i, scale, n - i);
}

// Sixteen values of the wave times by, rounded.
static inline __m256i wave16(const int16_t *wave, __m256i by)
{
    const __m256i w = _mm256_loadu_si256((const __m256i *)wave);
    const __m256i product = _mm256_mullo_epi16(w, by);
    return _mm256_srai_epi16(_mm256_add_epi16(product, _mm256_set1_epi16(2048)), 12);
}

void bt_wave_row_avx2(uint8_t *dst, const int16_t *wave, int scale, int n)
{
    const __m256i by = _mm256_set1_epi16((int16_t)scale);
    const __m256i sign = _mm256_set1_epi8((char)0x80);
    int i = 0;
    for (; i + 32 <= n; i += 32) {
        const __m256i both = _mm256_packs_epi16(wave16(wave + i, by),
                                                wave16(wave + i + 16, by));
        const __m256i add = _mm256_permute4x64_epi64(both, 0xd8);
        __m256i *at = (__m256i *)(dst + i);
        // Bytes less 128 saturate as signed ones do.
        const __m256i d = _mm256_xor_si256(_mm256_loadu_si256(at), sign);
        _mm256_storeu_si256(at, _mm256_xor_si256(_mm256_adds_epi8(d, add), sign));
    }
    bt_wave_row_c(dst + i, wave + i, scale, n - i);
}
