// SPDX-License-Identifier: Apache-2.0
#include <math.h>
#include <string.h>

#include "mark/watermark/fit.h"

void bt_wm_words_make(struct bt_wm_words *words)
{
    // The code is linear, and so is the CRC but for where it begins.
    uint64_t step[12];
    words->word[0] = bt_bch_encode(bt_wm_payload(0));
    for (int i = 0; i < 12; i++)
        step[i] = bt_bch_encode(bt_wm_payload(1u << i)) ^ words->word[0];
    for (unsigned s = 1; s < BT_WM_SESSIONS; s++)
        words->word[s] = words->word[s & (s - 1)] ^ step[__builtin_ctz(s)];
}

void bt_wm_soft(const struct bt_wm_grid *grid, const float cell[BT_WM_CELLS],
                float bit[BT_WM_CODE])
{
    float power = 0;
    memset(bit, 0, BT_WM_CODE * sizeof(*bit));
    for (int c = 0; c < BT_WM_CELLS; c++) {
        if (grid->bit[c] == BT_WM_SYNC)
            continue;
        bit[grid->bit[c]] += cell[c] * (float)grid->sign[c];
        power += cell[c] * cell[c];
    }
    const float scale = power > 0 ? 1 / sqrtf(power) : 0;
    for (int i = 0; i < BT_WM_CODE; i++)
        bit[i] *= scale;
}

float bt_wm_alike(const float bit[BT_WM_CODE], uint64_t word)
{
    float sum = 0;
    for (int i = 0; i < BT_WM_CODE; i++)
        sum += word >> i & 1 ? -bit[i] : bit[i];
    return sum;
}

int bt_wm_read(const struct bt_wm_words *words, const float bit[BT_WM_CODE],
               unsigned *session, float *z)
{
    float best = -INFINITY, second = -INFINITY;
    uint64_t hard = 0;
    for (unsigned s = 0; s < BT_WM_SESSIONS; s++) {
        const float alike = bt_wm_alike(bit, words->word[s]);
        if (alike > best) {
            second = best;
            best = alike;
            *session = s;
        } else if (alike > second) {
            second = alike;
        }
    }
    for (int i = 0; i < BT_WM_CODE; i++)
        hard |= (uint64_t)(bit[i] < 0) << i;
    *z = best;
    return best >= BT_WM_Z_WORD && best - second >= BT_WM_Z_LEAD
               ? __builtin_popcountll(hard ^ words->word[*session])
               : -1;
}
