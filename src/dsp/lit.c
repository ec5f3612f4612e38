// SPDX-License-Identifier: Apache-2.0
#include "dsp/kernels.h"

// Two rows of gains mixed downwards, 9 bits of fraction.
static uint32_t mixed(const uint16_t *const gain[2], int part, int at)
{
    return ((uint32_t)gain[0][at] * (uint32_t)(8 - part) +
            (uint32_t)gain[1][at] * (uint32_t)part + 2) >>
           2;
}

void bt_lit_row_c(uint8_t *out, const uint8_t *rgba, const uint16_t *const gain[2],
                  int part, int n, int shift)
{
    const int last = (n >> shift) - 1, whole = 1 << shift;
    for (int i = 0; i < n; i++) {
        // The place between two gains, in halves of a texel, from the first one's middle.
        const int at = 2 * i + 1 - whole;
        const int low = at < 0 ? 0 : at / (2 * whole), high = low < last ? low + 1 : last;
        const uint32_t right = at < 0 ? 0 : (uint32_t)((at % (2 * whole)) * 4 / whole);
        for (int c = 0; c < 4; c++) {
            const uint32_t a = mixed(gain, part, 4 * low + c);
            const uint32_t b = mixed(gain, part, 4 * high + c);
            const uint32_t g = (a * (8 - right) + b * right + 4) >> 3;
            const uint32_t lit = (rgba[4 * i + c] * g + 256) >> 9;
            out[4 * i + c] = (uint8_t)(lit < 255 ? lit : 255);
        }
    }
}
