// SPDX-License-Identifier: Apache-2.0
#ifndef BT_SWAP_HYBRID_VIEW_H
#define BT_SWAP_HYBRID_VIEW_H

#include "swap/relight.h"

enum bt_part { // regions of the face for which key frames are chosen one by one
    BT_PART_BROWS,
    BT_PART_EYES,
    BT_PART_NOSE, // with the cheeks
    BT_PART_MOUTH,
    BT_PART_CHIN,
    BT_PARTS
};

#define BT_VIEW_SIZE BT_COARSE_SIZE
#define BT_VIEW_TEXELS BT_COARSE_TEXELS

// Where the parts lie over the texture. Immutable once made.
struct bt_parts {
    float share[BT_PARTS][BT_VIEW_TEXELS]; // their sum is 1 everywhere
    // Texels of the face, sorted by the part they belong to most.
    uint16_t texel[BT_VIEW_TEXELS];
    int first[BT_PARTS + 1];
    uint8_t of_vertex[BT_CANON_VERTICES];
};
void bt_parts_init(struct bt_parts *parts);
// The shares at a place of the texture, u and v 0..1.
void bt_parts_at(float u, float v, float share[BT_PARTS]);

// What the target shows in one frame.
struct bt_view {
    float tone[BT_VIEW_TEXELS][3]; // log of display values over 255
    float seen[BT_VIEW_TEXELS];    // 0..1: how well; 0 where something stands in front
    // The same texels as bt_parts.texel has them: log brightness less its low frequencies.
    float fine[BT_VIEW_TEXELS], sure[BT_VIEW_TEXELS];
    float shape[BAUTA_LANDMARKS][3]; // pose-free
    float light[BT_PARTS];           // mean log brightness
    float yaw, pitch;                // degrees
    float covered;                   // share of the face that something stands in front of
};

// scratch: BT_VIEW_TEXELS * 6 floats.
void bt_view_take(struct bt_view *view, const struct bt_parts *parts,
                  const struct bt_relight *relight, const struct bauta_face *at,
                  float *scratch);

// How unlike a frame (now) and a key frame are, part by part, by what the skin shows beyond
// its light, by what the key does not show, by the landmarks, by pose and by light: below 1
// the key can stand for the frame, from about 2 on they are seen to differ.
void bt_view_distance(const struct bt_view *now, const struct bt_view *key,
                      const struct bt_parts *parts, float out[BT_PARTS]);

#endif
