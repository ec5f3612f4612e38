// SPDX-License-Identifier: Apache-2.0
#ifndef BT_QUALITY_UNWRAP_H
#define BT_QUALITY_UNWRAP_H

#include "face/face.h"
#include "swap/uvmap.h"

#define BT_Q_SIZE 128
#define BT_Q_TEXELS (BT_Q_SIZE * BT_Q_SIZE)

// The canonical face's texture space, for luma taken out of frames. Immutable once made.
struct bt_q_space {
    struct bt_uvmap map;
    struct bt_regions regions;
};
int bt_q_space_init(struct bt_q_space *space);
void bt_q_space_finish(struct bt_q_space *space);

// Luma of the frame at the face's landmarks over the texture; -1 where there is no face,
// where it is turned away, or outside of the picture.
void bt_q_unwrap(const struct bt_q_space *space, const struct bauta_frame *frame,
                 const struct bauta_face *at, float out[BT_Q_TEXELS]);

// What two neighbouring frames differ by, summed over texels that both show.
struct bt_q_flicker {
    double in, out, skin_in, skin_out;
};
void bt_q_flicker_add(struct bt_q_flicker *sum, const struct bt_q_space *space,
                      const float before_in[BT_Q_TEXELS], const float in[BT_Q_TEXELS],
                      const float before_out[BT_Q_TEXELS], const float out[BT_Q_TEXELS]);

// Natural logs of the mean brightness of the skin (video luma, 16 is black): of all of
// it, and of the image's right half less the left.
void bt_q_brightness(const struct bt_q_space *space, const float texture[BT_Q_TEXELS],
                     double *all, double *side);

#endif
