// SPDX-License-Identifier: Apache-2.0
#ifndef BT_SWAP_FUSE_H
#define BT_SWAP_FUSE_H

#include "swap/source.h"

// What one photo of several gives, of BT_ATLAS_SIZE.
struct bt_layer {
    struct bt_source_face face; // without textures
    struct bauta_face found;
    struct bauta_photo_info about;
    float (*rgb)[3]; // light taken out
    float *weight;
    uint8_t *thumbnail;
};

// Puts the textures of layers together into work: the colours of layer 0 in the large;
// low frequencies are a mean by weight, fine detail comes from the layer that shows a
// place best, so that nothing appears twice. The layers' rgb is changed. Two layers at
// least.
int bt_fuse_texture(struct bt_atlas_work *work, struct bt_layer *const *layers,
                    int count);

// And their shapes: of each vertex the mean, by how squarely the layers see it.
void bt_fuse_shape(float vertex[BAUTA_LANDMARKS][3], struct bt_layer *const *layers,
                   int count);

#endif
