// SPDX-License-Identifier: Apache-2.0
#ifndef BT_SWAP_BEHIND_H
#define BT_SWAP_BEHIND_H

#include <stdbool.h>

#include "canon/canon.h"
#include "swap/patch.h"

#define BT_BEHIND_VERTICES (BT_CANON_VERTICES + 2 * BT_CANON_OVAL)
#define BT_BEHIND_TRIANGLES (BT_CANON_TRIANGLES + 4 * BT_CANON_OVAL)

// What lies behind the drawn face is the target's own picture, warped from the target's
// shape to the drawn one: what is between the lips always; where the oval moves, too, also
// what shows through the face's rim, and a ring around it in which the picture goes over
// into the frame as it is.
struct bt_behind {
    int mouth, all; // triangles: those of the mouth come first
    uint16_t triangle[BT_BEHIND_TRIANGLES][3];
    struct bt_raster_vertex vertex[BT_BEHIND_VERTICES];
    uint8_t *picture; // as large as the patch's
    size_t size;
};
// Zero to begin with.
void bt_behind_init(struct bt_behind *behind);
void bt_behind_finish(struct bt_behind *behind);

// The ring reaches so far from the oval, in the face's width.
#define BT_BEHIND_RING .35f

// Puts the target's picture (landmarks at) behind patch->drawn, in the shape that was
// drawn; both in samples of the frame. ring: the oval has moved. 0 or BAUTA_E_NO_MEMORY.
int bt_behind_draw(struct bt_behind *behind, struct bt_patch *patch, const float (*at)[3],
                   const float (*shape)[3], bool ring);

#endif
