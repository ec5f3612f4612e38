// SPDX-License-Identifier: Apache-2.0
#ifndef BT_SWAP_ORDER_H
#define BT_SWAP_ORDER_H

#include <stdbool.h>
#include <stdint.h>

#include "canon/canon.h"

// The face's triangles in the order in which they are to be painted.
struct bt_order {
    uint8_t own[BT_CANON_TRIANGLES]; // closes the mouth (1) or an eye (2)
    struct bt_order_entry {
        float depth;
        uint16_t triangle;
    } entry[BT_CANON_TRIANGLES];
    uint16_t triangle[BT_CANON_TRIANGLES][3]; // the result
};
void bt_order_init(struct bt_order *order);
// The triangles of shape (x to the right, y down, z away) that look at the camera, the
// farthest first, but those that close the mouth, nor without eyes those that close the
// eyes. Returns their number.
int bt_order_run(struct bt_order *order, const float (*shape)[3], bool eyes);

#endif
