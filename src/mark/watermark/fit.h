// SPDX-License-Identifier: Apache-2.0
#ifndef BT_MARK_WATERMARK_FIT_H
#define BT_MARK_WATERMARK_FIT_H

#include "mark/watermark/detect.h"
#include "mark/watermark/grid.h"

// How the grid lies in a picture of BT_WM_WIDTH x BT_WM_HEIGHT samples: at x, relative to
// the picture's width, the grid's own coordinate is x0 + x * w, 0..1 being all of it.
struct bt_wm_place {
    float x0, w, y0, h;
};
static const struct bt_wm_place bt_wm_whole = {0, 1, 0, 1};

// What each cell holds of the carrier; NAN for those outside of the picture.
void bt_wm_project(const float *picture, const struct bt_wm_place *place,
                   float cell[BT_WM_CELLS]);
// Makes busy and quiet places count alike, so that z follows a normal law where there is
// no mark. NANs become 0.
void bt_wm_level(float cell[BT_WM_CELLS]);
// Presence, signed, of levelled cells.
float bt_wm_presence(const struct bt_wm_grid *grid, const float cell[BT_WM_CELLS]);
// Reads the payload in levelled cells of that sign of presence: the bits that are least
// sure are tried both ways (Chase 1972). The number of bits that were wrong, or -1.
int bt_wm_read(const struct bt_wm_grid *grid, const float cell[BT_WM_CELLS], float sign,
               uint32_t *payload);

// Looks for a grid of which up to a tenth is cut off at each side. Returns the presence at
// the best place.
float bt_wm_search(const struct bt_wm_grid *grid, const float *picture,
                   struct bt_wm_place *place);

#endif
