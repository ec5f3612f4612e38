// SPDX-License-Identifier: Apache-2.0
#ifndef BT_QUALITY_ORACLE_H
#define BT_QUALITY_ORACLE_H

#include "face/face.h"
#include "frame/frame.h"
#include "swap/swap.h"

// What a swap of a person with themselves could reach: luma of the first frame, moved to
// where the landmarks of another frame are, its low frequencies brought to that frame's.
// Eyes and mouth are the frame's own.
struct bt_q_oracle {
    int width, height;
    struct bauta_face first;
    uint8_t *texture, *drawn;      // R G B A
    float *blurred, *scratch;      // target and drawn, each times alpha, and alpha
};
int bt_q_oracle_init(struct bt_q_oracle *o, const struct bauta_frame *first,
                     const struct bauta_face *face);
void bt_q_oracle_finish(struct bt_q_oracle *o);
// Draws into frame, a copy of the target, and takes out of mask what was not drawn.
void bt_q_oracle_draw(struct bt_q_oracle *o, struct bauta_frame *frame,
                      const struct bauta_face *face, struct bt_mask *mask);

#endif
