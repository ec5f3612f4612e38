// SPDX-License-Identifier: Apache-2.0
#ifndef BT_SWAP_PATCH_H
#define BT_SWAP_PATCH_H

#include "dsp/dsp.h"
#include "frame/frame.h"
#include "swap/swap.h"

// The rectangle of a frame that an engine works on, as packed pixels of 4 bytes. Buffers
// grow as needed and are kept from frame to frame. Zero to begin with.
struct bt_patch {
    struct bt_rect rect;       // in samples of plane 0, aligned to the chroma grid
    int width, height, stride; // stride in bytes, of both pictures
    uint8_t *seen;             // what the frame shows: R G B 255
    uint8_t *drawn;            // what is to be shown: R G B and alpha, zeroed
    uint8_t *row;              // scratch of some rows
    // seen, reduced by 2^shift.
    uint8_t *small;
    int small_width, small_height, small_shift;
    size_t size;
};

// Reads the rectangle (aligned and clipped here) and reduces it until width / 2^shift is
// at most wanted. BAUTA_E_AGAIN where nothing of it lies inside the frame.
int bt_patch_read(struct bt_patch *patch, const struct bauta_frame *frame,
                  struct bt_rect rect, int wanted);

// Blends drawn over the frame by its alpha, in the frame's own samples: a sample of luma
// is written only where alpha is above 0, one of chroma only where any of its pixels is.
// Other samples keep their bytes. touched (may be NULL) gets the union with what it holds,
// dilated to the chroma grid.
int bt_patch_write(struct bt_patch *patch, struct bauta_frame *frame,
                   struct bt_mask *touched);

void bt_patch_finish(struct bt_patch *patch);

#endif
