// SPDX-License-Identifier: Apache-2.0
#include "mark/watermark/grid.h"

#include <math.h>

static uint64_t scramble(uint64_t *state)
{
    // SplitMix64 (Steele, Lea, Flood 2014).
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

void bt_wm_grid_make(struct bt_wm_grid *grid)
{
    uint64_t key = UINT64_C(0x626175746120776d);
    uint16_t order[BT_WM_CELLS];
    for (int i = 0; i < BT_WM_CELLS; i++)
        order[i] = (uint16_t)i;
    for (int i = BT_WM_CELLS - 1; i > 0; i--) {
        const int other = (int)(scramble(&key) % (uint64_t)(i + 1));
        const uint16_t kept = order[i];
        order[i] = order[other];
        order[other] = kept;
    }
    for (int i = 0; i < BT_WM_CELLS; i++) {
        const int bit = i / BT_WM_SPREAD;
        grid->bit[order[i]] = (uint8_t)(bit < BT_WM_CODE ? bit : BT_WM_SYNC);
        grid->sign[i] = scramble(&key) & 1 ? 1 : -1;
    }
}

float bt_wm_wave(double seconds)
{
    const double turn = seconds / BT_WM_PERIOD;
    return cosf(6.2831853f * (float)(turn - floor(turn)));
}

static uint32_t crc8(uint32_t data)
{
    uint32_t crc = 0xff;
    for (int i = 15; i >= 0; i--) {
        const uint32_t top = (crc >> 7 ^ data >> i) & 1;
        crc = (crc << 1 & 0xff) ^ (top ? 0x2f : 0);
    }
    return crc;
}

uint32_t bt_wm_payload(unsigned session)
{
    const uint32_t head = (uint32_t)BT_WM_VERSION << 13 | 1u << 12 | (session & 0xfff);
    return head << 8 | crc8(head);
}

unsigned bt_wm_session(uint32_t payload)
{
    return payload >> 8 & 0xfff;
}
