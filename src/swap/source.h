// SPDX-License-Identifier: Apache-2.0
#ifndef BT_SWAP_SOURCE_H
#define BT_SWAP_SOURCE_H

#include <stdatomic.h>
#include <stdint.h>

#include <bauta/identity.h>

#include "face/expression.h"
#include "face/face.h"
#include "frame/frame.h"
#include "swap/eyes.h"
#include "swap/light.h"
#include "swap/swap.h"
#include "swap/texture.h"
#include "swap/uvmap.h"

#define BT_ATLAS_LEVELS 4
#define BT_ATLAS_SIZE 512 // of level 0; each further level is half as large
#define BT_PORTRAIT_SIZE 320
#define BT_MAP_SIZE 128   // of the maps that follow the target's light
#define BT_COARSE_SIZE 64 // of the map of light's low frequencies

// The part of the atlas that shows what closed upper lids look like.
#define BT_LIDS_LEFT 128
#define BT_LIDS_TOP 144
#define BT_LIDS_WIDTH 256
#define BT_LIDS_HEIGHT 80

struct bt_source_face {
    // Pose-free shape, canonical centimetres, with the photo's expression taken off.
    float vertex[BAUTA_LANDMARKS][3];
    struct bt_expression_signs signs; // what the photo showed
    struct bt_source_eyes eyes;
    // Texture with its own light taken out: R G B and the mask as alpha.
    uint8_t *atlas[BT_ATLAS_LEVELS];
    uint8_t *lids[BT_ATLAS_LEVELS]; // a part of it with the eyes closed, as levels, too
    float log_albedo[BT_COARSE_SIZE * BT_COARSE_SIZE][3]; // natural log of value / 255
    float mean_log[3];                                    // its mean over the skin
    // What nets are shown of the photo, R G B, BT_PORTRAIT_SIZE wide and high, and where
    // eyes, nose and the mouth's corners are in it. NULL: there is none, as of nobody.
    uint8_t *portrait;
    float portrait_point[5][2];
};

#define BT_THUMBNAIL_SIZE 96

struct bauta_identity {
    atomic_int references;
    char *consent;
    int64_t created; // seconds since 1970
    int photo_count;
    struct bauta_photo_info photo[BAUTA_PHOTOS_MAX]; // the best first
    uint8_t *thumbnail;                              // R G B
    struct bt_source_face face;
};

// Makes the texture, its pyramid and the albedo maps of face from an RGB24 photo and the
// landmarks found in it. face must be zeroed; on failure bt_atlas_finish frees what is
// there.
int bt_atlas_init(struct bt_source_face *face, const struct bauta_frame *photo,
                  const struct bauta_face *found);
void bt_atlas_finish(struct bt_source_face *face);

// Cuts the portrait out of the photo. 0 or BAUTA_E_NO_MEMORY.
int bt_portrait_cut(struct bt_source_face *face, const struct bauta_frame *photo,
                    const struct bauta_face *found);

// The same in two steps, so that several photos can be put together between them
// (fuse.c).
struct bt_atlas_work {
    struct bt_uvmap map;
    struct bt_regions regions;
    float (*rgb)[3];   // what the photo shows, then with its light taken out
    float (*shade)[3]; // brightness by light alone, mean 1, display terms
    float *weight;     // 0..1: how surely a texel shows skin or the face's own features
};
int bt_atlas_work_init(struct bt_atlas_work *work);
void bt_atlas_work_finish(struct bt_atlas_work *work);
// Unwraps one photo, takes its light out and rejects what is not skin: fills work's rgb
// and weight, and what of face has nothing to do with the texture. score may be NULL.
int bt_atlas_photo(struct bt_atlas_work *work, struct bt_source_face *face,
                   const struct bauta_frame *photo, const struct bauta_face *found,
                   struct bauta_score *score);
// Completes the texture (and spoils the work) and makes face's atlas and albedo from it.
int bt_atlas_complete(struct bt_atlas_work *work, struct bt_source_face *face);
// Levels 1 and up of face's atlas from level 0.
int bt_atlas_pyramid(struct bt_source_face *face);

// Steps of the above, on a texture of size x size float R G B (display values) with a
// weight 0..1 each, in place.
// Larger areas of colours that nobody's skin has lose their weight, features included: a
// mask, a scarf, a raised cup. rgb is as the photo shows it.
int bt_atlas_colours(const struct bt_regions *regions, const float (*rgb)[3],
                     float *weight);
// What is not skin by its colour, and no feature of the face, loses its weight, with a
// margin that grows with blur: texels that one pixel of the photo covers.
int bt_atlas_skin(const struct bt_regions *regions, const float (*rgb)[3],
                  const float (*shade)[3], float blur, float *weight);
// Fills what has little weight from what has much and is plain (0..1: skin, no feature)
// around it (push-pull, Gortler et al. 1996).
int bt_atlas_fill(int size, float (*rgb)[3], const float *weight, const float *plain);
// What the upper lids show when they are closed, where open eyes have lashes and a fold:
// BT_LIDS_WIDTH x BT_LIDS_HEIGHT times R G B 255 from the finished atlas.
int bt_atlas_lids(const struct bt_regions *regions, const float (*rgb)[3], uint8_t *out);
// Bounds how far the skin's colour goes from its mean.
void bt_atlas_chroma(const struct bt_regions *regions, float (*rgb)[3]);
// Takes shine off the skin.
int bt_atlas_highlights(const struct bt_regions *regions, float (*rgb)[3]);

#endif
