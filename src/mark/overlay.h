// SPDX-License-Identifier: Apache-2.0
#ifndef BT_MARK_OVERLAY_H
#define BT_MARK_OVERLAY_H

#include <stdint.h>

#include "frame/frame.h"

// A picture made ready to be laid over frames of one format: for every plane the bytes
// and their alphas, turned the way the frames are stored.
struct bt_overlay_plane {
    int x, y;                // first byte of a row, first row
    int bytes, rows;
    uint8_t *colour, *alpha; // bytes * rows each
};
struct bt_overlay {
    int planes;
    struct bt_overlay_plane plane[4];
};

// Fills a zeroed overlay from rgba (straight alpha, rows without padding), which lies at
// the rectangle at of the upright picture. at must lie inside of it. On failure the
// overlay is empty. BAUTA_E_NO_MEMORY.
int bt_overlay_make(struct bt_overlay *overlay, const struct bt_format *format,
                    const uint8_t *rgba, struct bt_rect at);

// Samples outside of the rectangle are not written. An alpha plane is raised where the
// picture lies, so that a transparent picture shows it too.
void bt_overlay_blend(const struct bt_overlay *overlay, struct bauta_frame *frame);

void bt_overlay_finish(struct bt_overlay *overlay);

// Where a rectangle of the upright picture lies in the stored one of that rotation;
// width and height are those of the stored picture.
struct bt_rect bt_overlay_stored(struct bt_rect upright, int rotation, int width,
                                 int height);

#endif
