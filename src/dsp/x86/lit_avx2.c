// SPDX-License-Identifier: Apache-2.0
#include <immintrin.h>
#include <string.h>

#include "dsp/kernels.h"

// See lit.c, which this equals bit for bit.

// The gains of one pixel of the map, 9 bits of fraction, four times over.
static inline __m256i mixed(const uint16_t *const gain[2], __m256i up, __m256i down,
                            int at)
{
    long long a, b;
    memcpy(&a, gain[0] + 4 * at, sizeof a);
    memcpy(&b, gain[1] + 4 * at, sizeof b);
    const __m256i sum = _mm256_add_epi16(_mm256_mullo_epi16(_mm256_set1_epi64x(a), up),
                                         _mm256_mullo_epi16(_mm256_set1_epi64x(b), down));
    return _mm256_srli_epi16(_mm256_add_epi16(sum, _mm256_set1_epi16(2)), 2);
}

static inline __m256i between(__m256i a, __m256i b, __m256i left, __m256i right)
{
    const __m256i sum = _mm256_add_epi16(_mm256_mullo_epi16(a, left),
                                         _mm256_mullo_epi16(b, right));
    return _mm256_srli_epi16(_mm256_add_epi16(sum, _mm256_set1_epi16(4)), 3);
}

static inline __m128i lit(__m128i rgba, __m256i gain)
{
    const __m256i in = _mm256_slli_epi16(_mm256_cvtepu8_epi16(rgba), 6);
    const __m256i out = _mm256_mulhrs_epi16(in, gain);
    return _mm_packus_epi16(_mm256_castsi256_si128(out), _mm256_extracti128_si256(out, 1));
}

static inline void four(uint8_t *out, const uint8_t *rgba, __m256i gain)
{
    _mm_storeu_si128((__m128i *)out,
                     lit(_mm_loadu_si128((const __m128i *)rgba), gain));
}

static inline void two(uint8_t *out, const uint8_t *rgba, __m256i gain)
{
    _mm_storel_epi64((__m128i *)out, lit(_mm_loadl_epi64((const __m128i *)rgba), gain));
}

// One pixel of the map for each pixel.
static int row_whole(uint8_t *out, const uint8_t *rgba, const uint16_t *const gain[2],
                     __m256i up, __m256i down, int n)
{
    int i = 0;
    for (; i + 4 <= n; i += 4) {
        const __m256i a = _mm256_loadu_si256((const __m256i *)(gain[0] + 4 * i));
        const __m256i b = _mm256_loadu_si256((const __m256i *)(gain[1] + 4 * i));
        const __m256i sum = _mm256_add_epi16(_mm256_mullo_epi16(a, up),
                                             _mm256_mullo_epi16(b, down));
        four(out + 4 * i, rgba + 4 * i,
             _mm256_srli_epi16(_mm256_add_epi16(sum, _mm256_set1_epi16(2)), 2));
    }
    return i;
}

// One for each two pixels: of these one lies left of its middle.
static void row_half(uint8_t *out, const uint8_t *rgba, const uint16_t *const gain[2],
                     __m256i up, __m256i down, int count)
{
    const __m256i right = _mm256_setr_epi16(2, 2, 2, 2, 6, 6, 6, 6, 2, 2, 2, 2, 6, 6, 6, 6);
    const __m256i left = _mm256_sub_epi16(_mm256_set1_epi16(8), right);
    __m256i a = mixed(gain, up, down, 0);
    int k = 1;
    _mm_storeu_si32(out, lit(_mm_loadu_si32(rgba), a));
    for (; k + 1 < count; k += 2) {
        const __m256i b = mixed(gain, up, down, k), c = mixed(gain, up, down, k + 1);
        four(out + 8 * k - 4, rgba + 8 * k - 4,
             between(_mm256_blend_epi32(a, b, 0xf0), _mm256_blend_epi32(b, c, 0xf0), left,
                     right));
        a = c;
    }
    if (k < count) {
        const __m256i b = mixed(gain, up, down, k);
        two(out + 8 * k - 4, rgba + 8 * k - 4, between(a, b, left, right));
        a = b;
    }
    _mm_storeu_si32(out + 8 * count - 4, lit(_mm_loadu_si32(rgba + 8 * count - 4), a));
}

// One for each four pixels: of these two lie left of its middle.
static void row_quarter(uint8_t *out, const uint8_t *rgba, const uint16_t *const gain[2],
                        __m256i up, __m256i down, int count)
{
    const __m256i right = _mm256_setr_epi16(1, 1, 1, 1, 3, 3, 3, 3, 5, 5, 5, 5, 7, 7, 7, 7);
    const __m256i left = _mm256_sub_epi16(_mm256_set1_epi16(8), right);
    __m256i a = mixed(gain, up, down, 0);
    two(out, rgba, a);
    for (int k = 1; k < count; k++) {
        const __m256i b = mixed(gain, up, down, k);
        four(out + 16 * k - 8, rgba + 16 * k - 8, between(a, b, left, right));
        a = b;
    }
    two(out + 16 * count - 8, rgba + 16 * count - 8, a);
}

void bt_lit_row_avx2(uint8_t *out, const uint8_t *rgba, const uint16_t *const gain[2],
                     int part, int n, int shift)
{
    const __m256i up = _mm256_set1_epi16((short)(8 - part));
    const __m256i down = _mm256_set1_epi16((short)part);
    int done = 0;
    if (n < 1 << shift)
        return;
    if (shift == 2)
        row_quarter(out, rgba, gain, up, down, n >> 2);
    else if (shift == 1)
        row_half(out, rgba, gain, up, down, n >> 1);
    else
        done = row_whole(out, rgba, gain, up, down, n);
    if (!shift && done < n) {
        const uint16_t *const rest[2] = {gain[0] + 4 * done, gain[1] + 4 * done};
        bt_lit_row_c(out + 4 * done, rgba + 4 * done, rest, part, n - done, 0);
    }
}
