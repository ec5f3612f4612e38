// SPDX-License-Identifier: Apache-2.0
#ifndef BT_SWAP_SCORE_H
#define BT_SWAP_SCORE_H

#include <bauta/identity.h>

#include "face/face.h"
#include "frame/frame.h"
#include "swap/uvmap.h"

// Before what is not skin is taken out: measures the brightest places and those that are
// burnt out. rgb: the photo's colours over the texture, display values with the light in
// them; weight: 0..1, how well a texel is seen. Clears the rest of score.
void bt_score_begin(struct bauta_score *score, const struct bt_regions *regions,
                    const float (*rgb)[3], const float *weight);

// After that: measures all else on the RGB24 photo and judges. seen: bt_score_seen
// before.
int bt_score_end(struct bauta_score *score, const struct bauta_frame *photo,
                 const struct bauta_face *found, const struct bt_regions *regions,
                 const float (*rgb)[3], const float *weight, float seen);

// Weight summed over what is drawn.
float bt_score_seen(const struct bt_regions *regions, const float *weight);

// Parts and total from what was measured.
void bt_score_judge(struct bauta_score *score);

#endif
