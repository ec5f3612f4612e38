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

// Four pixels between two gains.
static inline void four(uint8_t *out, const uint8_t *rgba, __m256i a, __m256i b,
                        __m256i left, __m256i right)
{
    const __m256i sum = _mm256_add_epi16(_mm256_mullo_epi16(a, left),
                                         _mm256_mullo_epi16(b, right));
    const __m256i gain = _mm256_srli_epi16(_mm256_add_epi16(sum, _mm256_set1_epi16(4)), 3);
    const __m256i in = _mm256_cvtepu8_epi16(_mm_loadu_si128((const __m128i *)rgba));
    const __m256i lit = _mm256_mulhrs_epi16(_mm256_slli_epi16(in, 6), gain);
    _mm_storeu_si128((__m128i *)out, _mm_packus_epi16(_mm256_castsi256_si128(lit),
                                                      _mm256_extracti128_si256(lit, 1)));
}

// Four pixels for each pixel of the map: half of them lie left of its middle.
void bt_lit_row_avx2(uint8_t *out, const uint8_t *rgba, const uint16_t *const gain[2],
                     int part, int n, int shift)
{
    const int count = n >> 2;
    if (shift != 2 || count < 2) {
        bt_lit_row_c(out, rgba, gain, part, n, shift);
        return;
    }
    const __m256i right = _mm256_setr_epi16(1, 1, 1, 1, 3, 3, 3, 3, 5, 5, 5, 5, 7, 7, 7, 7);
    const __m256i left = _mm256_sub_epi16(_mm256_set1_epi16(8), right);
    const __m256i up = _mm256_set1_epi16((short)(8 - part));
    const __m256i down = _mm256_set1_epi16((short)part);
    __m256i a = mixed(gain, up, down, 0);
    uint8_t first[16], ends[16] = {0};
    // Pixels 0 and 1 lie left of the first middle, the last two right of the last one.
    memcpy(ends, rgba, 8);
    four(first, ends, a, a, left, right);
    for (int k = 1; k < count; k++) {
        const __m256i b = mixed(gain, up, down, k);
        four(out + 16 * k - 8, rgba + 16 * k - 8, a, b, left, right);
        a = b;
    }
    memcpy(out, first, 8);
    memcpy(ends, rgba + 16 * count - 8, 8);
    four(first, ends, a, a, left, right);
    memcpy(out + 16 * count - 8, first, 8);
}
