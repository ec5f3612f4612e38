// SPDX-License-Identifier: Apache-2.0
#ifndef BT_SWAP_MOUTH_H
#define BT_SWAP_MOUTH_H

#include "canon/canon.h"
#include "swap/patch.h"

#define BT_MOUTH_TRIANGLES 96

// What is between the lips is the target's own: it is warped from where the target's
// inner lips are to where the drawn ones are, and lies behind what was drawn.
struct bt_mouth {
    int count;
    uint16_t triangle[BT_MOUTH_TRIANGLES][3]; // the opening, and those that touch it
    uint8_t *behind;                          // as large as the patch's pictures
    size_t size;
};
// Zero to begin with.
void bt_mouth_init(struct bt_mouth *mouth);
void bt_mouth_finish(struct bt_mouth *mouth);

// Puts the target's mouth (landmarks at) behind patch->drawn, in the mouth of shape; both
// in samples of the frame. 0 or BAUTA_E_NO_MEMORY.
int bt_mouth_draw(struct bt_mouth *mouth, struct bt_patch *patch,
                  const float (*at)[3], const float (*shape)[3]);

#endif
