// SPDX-License-Identifier: Apache-2.0
#include <immintrin.h>

#include "dsp/kernels.h"

// See unwrap.c, which these equal bit for bit.

void bt_interpolate_avx2(float (*restrict out)[4], const float (*restrict value)[4],
                         const uint16_t (*restrict corner)[3],
                         const float (*restrict weight)[3], int n)
{
    for (int i = 0; i < n; i++) {
        const __m128 a = _mm_mul_ps(_mm_broadcast_ss(&weight[i][0]),
                                    _mm_loadu_ps(value[corner[i][0]]));
        const __m128 b = _mm_mul_ps(_mm_broadcast_ss(&weight[i][1]),
                                    _mm_loadu_ps(value[corner[i][1]]));
        const __m128 c = _mm_mul_ps(_mm_broadcast_ss(&weight[i][2]),
                                    _mm_loadu_ps(value[corner[i][2]]));
        _mm_storeu_ps(out[i], _mm_add_ps(_mm_add_ps(a, b), c));
    }
}

// Two neighbours of one row, mixed.
static inline __m128 across(const uint8_t *at, __m128 left, __m128 right)
{
    const __m128i both = _mm_loadl_epi64((const __m128i *)at);
    const __m128 a = _mm_cvtepi32_ps(_mm_cvtepu8_epi32(both));
    const __m128 b = _mm_cvtepi32_ps(_mm_cvtepu8_epi32(_mm_srli_si128(both, 4)));
    return _mm_add_ps(_mm_mul_ps(left, a), _mm_mul_ps(right, b));
}

void bt_sample_avx2(float (*restrict out)[3], const float (*restrict place)[4],
                    const uint8_t *restrict rgbx, int width, int height, int stride, int n)
{
    const __m128 one = _mm_set1_ps(1);
    const __m128 most = _mm_setr_ps((float)width - 1.001f, (float)height - 1.001f, 0, 0);
    for (int i = 0; i < n; i++) {
        const __m128 p = _mm_min_ps(
            _mm_max_ps(_mm_loadu_ps(place[i]), _mm_setzero_ps()), most);
        const __m128i whole = _mm_cvttps_epi32(p);
        const __m128 part = _mm_sub_ps(p, _mm_cvtepi32_ps(whole));
        const __m128 fx = _mm_shuffle_ps(part, part, 0x00);
        const __m128 fy = _mm_shuffle_ps(part, part, 0x55);
        const __m128 gx = _mm_sub_ps(one, fx), gy = _mm_sub_ps(one, fy);
        const uint8_t *a = rgbx + (ptrdiff_t)_mm_extract_epi32(whole, 1) * stride +
                           4 * (ptrdiff_t)_mm_cvtsi128_si32(whole);
        const __m128 sum = _mm_add_ps(_mm_mul_ps(gy, across(a, gx, fx)),
                                      _mm_mul_ps(fy, across(a + stride, gx, fx)));
        _mm_storel_pi((__m64 *)out[i], sum);
        out[i][2] = _mm_cvtss_f32(_mm_movehl_ps(sum, sum));
    }
}
