// SPDX-License-Identifier: Apache-2.0
#ifndef BT_NN_HALF_H
#define BT_NN_HALF_H

#include <stdint.h>
#include <string.h>

// Halves are IEEE 754 binary16.
static inline float bt_half_to_float(uint16_t half)
{
    const uint32_t sign = (uint32_t)(half >> 15) << 31, exponent = half >> 10 & 31;
    const uint32_t fraction = half & 1023;
    float value;
    uint32_t word;
    if (exponent == 31) {
        word = sign | 0x7f800000u | fraction << 13;
    } else if (exponent) {
        word = sign | (exponent + 112) << 23 | fraction << 13;
    } else {
        value = (float)fraction * 0x1p-24f;
        return sign ? -value : value;
    }
    memcpy(&value, &word, 4);
    return value;
}

// Rounded to nearest, ties to even; too large becomes infinity.
static inline uint16_t bt_half_from_float(float value)
{
    uint32_t word;
    memcpy(&word, &value, 4);
    const uint16_t sign = (uint16_t)(word >> 16 & 0x8000);
    word &= 0x7fffffff;
    if (word > 0x7f800000u)
        return sign | 0x7e00;
    if (word >= 0x477ff000u)
        return sign | 0x7c00;
    if (word < 0x38800000u) {
        // Adding one half makes the sum's last place that of the smallest half.
        float shifted, magic = .5f;
        memcpy(&shifted, &word, 4);
        shifted += magic;
        memcpy(&word, &shifted, 4);
        return sign | (uint16_t)(word - 0x3f000000u);
    }
    const uint32_t odd = word >> 13 & 1;
    return sign | (uint16_t)((word - 0x38000000u + 0xfff + odd) >> 13);
}

#endif
