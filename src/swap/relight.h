// SPDX-License-Identifier: Apache-2.0
#ifndef BT_SWAP_RELIGHT_H
#define BT_SWAP_RELIGHT_H

#include "swap/occlude.h"
#include "swap/patch.h"
#include "swap/source.h"

#define BT_MAP_TEXELS (BT_MAP_SIZE * BT_MAP_SIZE)
#define BT_COARSE_TEXELS (BT_COARSE_SIZE * BT_COARSE_SIZE)
#define BT_MAP_RUNS (4 * BT_MAP_SIZE)
#define BT_RIM_REACH 4 // neighbours along the oval that are averaged, on each side

// Texels of the map next to each other that all lie in the face.
struct bt_texel_run {
    int first, count;
};

// What does not change from face to face, and scratch.
struct bt_relight {
    struct bt_uvmap map, coarse;
    struct bt_texel_run run[BT_MAP_RUNS];
    int runs;
    uint16_t corner[BT_MAP_TEXELS][3], coarse_corner[BT_COARSE_TEXELS][3]; // vertices
    float valid[BT_COARSE_TEXELS];  // 1 in the face
    float inverse[BT_MAP_TEXELS];   // 1 over valid, interpolated
    float rim_weight[BT_RIM_REACH * 2 + 1];
    struct bt_regions regions; // of BT_MAP_SIZE
    float skin[BT_COARSE_TEXELS];
    float outward[BT_CANON_VERTICES]; // 1 at the oval, 0 well inside
    int rim[BT_CANON_OVAL];           // texels of the map just inside the oval
    // Of the face at work.
    float seen[BT_MAP_TEXELS][3]; // display values of the target over the texture
    float bright[BT_MAP_TEXELS];  // log brightness by the light of the frame before
    struct bt_occlude occlude;
    float open[BT_MAP_TEXELS];        // 0: something stands in front
    float facing[BT_MAP_TEXELS];      // 0..1, how squarely a texel is seen
    float ratio[BT_COARSE_TEXELS][4]; // log of target over albedo less the light; weight
    float expected[BT_COARSE_TEXELS][4]; // log gain by the harmonics alone; 0
    float tone[3];                       // log gain for the whole face
    float fine[BT_MAP_TEXELS], soft[BT_MAP_TEXELS][2];
    float scratch[BT_MAP_TEXELS * 4];
    uint16_t gain[BT_MAP_TEXELS][4]; // the result: R G B and alpha, 256 is one
    float add[BT_CANON_VERTICES][3]; // and what is added at the vertices
};

// What goes on from frame to frame for one face of the stream.
struct bt_relight_state {
    bool started;
    struct bt_light light;
    struct bt_occlude_state occlude;
    float middle[2];              // of the landmarks in the last frame, samples
    float ratio[BT_COARSE_TEXELS][4]; // the last is of no use
    float neutral[BT_MAP_TEXELS]; // fine brightness at rest
    float border[BT_CANON_OVAL][4]; // the last is 0
};

int bt_relight_init(struct bt_relight *r);
void bt_relight_finish(struct bt_relight *r);

// Measures the target's light in patch->small at the face's landmarks and fills r->gain
// and r->add. normal: of the landmarks. dt: seconds since this face's last frame.
void bt_relight_run(struct bt_relight *r, struct bt_relight_state *state,
                    const struct bt_patch *patch, const struct bauta_face *at,
                    const float (*normal)[3], const struct bt_source_face *who,
                    const struct bt_swap_options *options, double dt);
// The tone is the skin's: open eyes take over brightness alone. closed: 0..1 of the
// image-left and the image-right eye.
void bt_relight_eyes(struct bt_relight *relight, const float closed[2]);

#endif
