// SPDX-License-Identifier: Apache-2.0
#ifndef BT_SWAP_UVMAP_H
#define BT_SWAP_UVMAP_H

#include <stdint.h>

#include "canon/canon.h"

#define BT_UV_NONE 0xffff

// For each texel of a size x size texture of the canonical face: the triangle under its
// centre and the barycentric weights there. Immutable once made.
struct bt_uvmap {
    int size;
    uint16_t *triangle; // BT_UV_NONE outside of the face
    float (*weight)[3];
};
int bt_uvmap_init(struct bt_uvmap *map, int size);
void bt_uvmap_finish(struct bt_uvmap *map);

// Interpolates three values a vertex at a texel inside the face.
static inline void bt_uvmap_at(const struct bt_uvmap *map, int texel,
                               const float (*value)[3], float out[3])
{
    const uint16_t *t = bt_canon_triangle[map->triangle[texel]];
    const float *w = map->weight[texel];
    for (int k = 0; k < 3; k++)
        out[k] = w[0] * value[t[0]][k] + w[1] * value[t[1]][k] + w[2] * value[t[2]][k];
}

// Masks over the texture, 0..1, size x size floats each.
struct bt_regions {
    int size;
    float *skin;    // plain skin: no eyes, brows, lips, nostrils; fades at the oval
    float *paste;   // what is drawn: fades towards the oval and the inner lips
    float *lids;    // 0 in the eyes' openings, 1 outside
    float *feature; // brows, eyes, lips, nostrils: any colour belongs to the face
    float *brow;    // the brows alone
    float *rim;     // 1 at the oval, 0 well inside
    float *nose;    // its tip, wings and nostrils
    float *lips;    // 1 inside the lips' outline, with what lies between them
    float *line;    // 1 at the inner edge of the lips, 0 well away from it
    float *core;    // cheeks, nose and lower forehead: surely skin in most photos
};
int bt_regions_init(struct bt_regions *regions, int size);
void bt_regions_finish(struct bt_regions *regions);

#endif
