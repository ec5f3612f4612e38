// SPDX-License-Identifier: Apache-2.0
#ifndef BT_SWAP_FRONT_H
#define BT_SWAP_FRONT_H

#include "face/face.h"
#include "swap/patch.h"
#include "swap/uvmap.h"

// Scratch that grows as needed and is kept from frame to frame. Zero to begin with.
struct bt_front {
    float (*sum)[2]; // by pixels of the reduced picture: the mask times weight, weight
    float *mask;
    size_t size;
};

// Takes what stands in front of the face out of patch->drawn: there alpha is lessened by
// amount (0..1). mask: 0..1 over the texture of map, facing likewise; at: where the face
// is in the picture, which is not where it is drawn. Near the mask's edge a pixel goes
// with the colour that it is nearer to, that of the thing or that beside it.
// BAUTA_E_NO_MEMORY leaves drawn as it was.
int bt_front_cut(struct bt_front *front, struct bt_patch *patch,
                 const struct bauta_face *at, const struct bt_uvmap *map,
                 const float *mask, const float *facing, float amount);
void bt_front_finish(struct bt_front *front);

#endif
