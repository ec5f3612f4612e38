// SPDX-License-Identifier: Apache-2.0
#ifndef BT_SWAP_NEURAL_ALIGN_H
#define BT_SWAP_NEURAL_ALIGN_H

#include "face/face.h"
#include "frame/geom.h"

// The five points that alignment templates have: the eyes' middles (the image-left one
// first), the nose's tip, the mouth's corners. Of the eyes' corners alone, since lids move.
void bt_align_points(const struct bauta_face *face, float point[5][2]);

// The similarity that takes pixels of an aligned square (0..size) to where the points are,
// as near as can be to the template (shares of the side). False where they coincide.
bool bt_align_map(const float point[5][2], const float template[5][2], int size,
                  struct bt_affine *map);

// What has to be read of a frame: the face and, where size is not 0, the aligned square that
// map takes there. *width: of the face alone.
struct bt_rect bt_align_bounds(const struct bauta_face *face, struct bt_affine map, int size,
                               int *width);

#define BT_ALIGN_MAX 1024 // pixels of a side

// Samples the square from a picture of 4-byte pixels, display values 0..255: each pixel is
// the mean of what it covers. map: to coordinates of the picture, pixel k is centred at
// k + .5; outside of it are the pixels of its edge. At least 2x2 pixels.
void bt_align_sample(const uint8_t *rgbx, int width, int height, int stride,
                     struct bt_affine map, int size, float (*out)[3]);

#endif
