// SPDX-License-Identifier: Apache-2.0
#ifndef BT_SWAP_RAMP_H
#define BT_SWAP_RAMP_H

// 0 at from, 1 at to (which may be the smaller), smooth between, constant beyond.
static inline float bt_ramp(float x, float from, float to)
{
    float t = (x - from) / (to - from);
    t = t < 0 ? 0 : t > 1 ? 1 : t;
    return t * t * (3 - 2 * t);
}

#endif
