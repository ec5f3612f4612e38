// SPDX-License-Identifier: Apache-2.0
#ifndef BT_SWAP_GRAIN_H
#define BT_SWAP_GRAIN_H

#include "swap/patch.h"

// How soft and how noisy the picture is where the face goes, followed over time.
struct bt_grain {
    bool started;
    float blur;  // octaves by which the texture is to be softened, 0 to 1.5
    float noise; // standard deviation of luma to be added, 0 to 6
};

// Compares what was drawn with what the picture showed there: steers blur for the next
// frame, and adds grain to the drawn pixels of full alpha. frame seeds the grain, so that
// a stream gives the same bytes each time. out: outs rectangles of the patch that say
// nothing of the skin, as eyes and mouth. dt in seconds.
void bt_grain_match(struct bt_grain *grain, struct bt_patch *patch,
                    const struct bt_rect *out, int outs, int64_t frame, double dt);

#endif
