// SPDX-License-Identifier: Apache-2.0
#ifndef BT_SWAP_NEURAL_PASTE_H
#define BT_SWAP_NEURAL_PASTE_H

#include "swap/order.h"
#include "swap/patch.h"
#include "swap/uvmap.h"

// What a generator made comes into the picture: masked in aligned space, its colours
// brought to the target's at the oval, warped once.
struct bt_paste {
    int size;                  // of the aligned square
    struct bt_order order;
    uint8_t *texture[2];       // the mask over the face's texture; the same without the eyes
    int texture_size;
    uint8_t *cover;            // in aligned space: colour to be added, +128; the mask
    uint8_t *square;           // R G B A
    uint8_t *half;             // scratch
    float shape[BAUTA_LANDMARKS][3]; // the target's, in aligned space
    struct bt_raster_vertex vertex[BAUTA_LANDMARKS];
};
struct bt_paste_state {
    bool started;
    float border[BT_CANON_OVAL][3]; // what is added at the oval
};

// Brings the border nearer to raw, what the picture shows just inside the oval less what was
// made, where there says that it is known; calmed along the oval and in time.
void bt_paste_follow(struct bt_paste_state *state, const float raw[BT_CANON_OVAL][3],
                     const bool there[BT_CANON_OVAL], double dt);

// regions: any size. size: at most BT_ALIGN_MAX.
int bt_paste_init(struct bt_paste *paste, const struct bt_regions *regions, int size);
void bt_paste_finish(struct bt_paste *paste);

// Draws made (size x size R G B, 0..255; mask 0..1) into patch->drawn. seen: the target in
// aligned space; map: from there to samples of the frame; eyes: the generator's are shown,
// else the target's own. dt in seconds.
void bt_paste_run(struct bt_paste *paste, struct bt_paste_state *state,
                  struct bt_patch *patch, const struct bauta_face *at,
                  struct bt_affine map, const float (*seen)[3], const float (*made)[3],
                  const float *mask, bool eyes, double dt);

#endif
