// SPDX-License-Identifier: Apache-2.0
#ifndef BT_SWAP_HYBRID_KEY_H
#define BT_SWAP_HYBRID_KEY_H

#include "swap/hybrid/view.h"

#define BT_KEYS_MAX 48

// A frame that went through the generator.
struct bt_key {
    uint64_t owner;      // whose face was put on; 0: free
    struct bt_view view; // what the target showed
    float ratio[BT_VIEW_TEXELS][3]; // log of what was made over that, low frequencies
    uint8_t *texture;    // what was made, over the face's texture: R G B and the mask
};

// What makes a key of a generator's picture. Immutable once made, but for its scratch.
struct bt_key_maker {
    int side; // of the generator's square
    int size; // of textures
    struct bt_uvmap map;
    uint8_t *square, *cover; // side x side pixels of 4 bytes
    uint16_t (*corner)[3];   // scratch, a row
    float (*place)[4], (*got)[3];
    float scratch[BT_VIEW_TEXELS * 8];
};
int bt_key_maker_init(struct bt_key_maker *maker, int side);
void bt_key_maker_finish(struct bt_key_maker *maker);

int bt_key_init(struct bt_key *key, const struct bt_key_maker *maker);
void bt_key_finish(struct bt_key *key);

// Unwraps made (side x side R G B, 0..255; mask 0..1) at the landmarks in that square
// (pixels). key->view must be filled in.
void bt_key_make(struct bt_key *key, struct bt_key_maker *maker, const float (*made)[3],
                 const float *mask, const float (*landmark)[2]);

// Low frequencies of a log map of three channels by its weights, in place; scratch:
// BT_VIEW_TEXELS * 8 floats. Where nothing is known it goes to 0, the more so the larger
// floor is.
void bt_key_soften(float (*log)[3], const float *weight, float floor, float *scratch);

#endif
