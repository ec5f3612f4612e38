// SPDX-License-Identifier: Apache-2.0
#ifndef BT_QUALITY_SHEET_H
#define BT_QUALITY_SHEET_H

#include "face/internal.h"
#include "frame/frame.h"

#define BT_Q_TILE 224
#define BT_Q_MOMENTS 6

// A picture to look at: the photo's face, then moments of the input above the output.
struct bt_q_sheet {
    struct bauta_frame *picture;
    struct bt_crop crop;
    float *tile;
};
int bt_q_sheet_init(struct bt_q_sheet *sheet);
void bt_q_sheet_finish(struct bt_q_sheet *sheet);
// column 0 is the photo's (row 0); moments stand in columns 1 to BT_Q_MOMENTS, the input
// in row 0 and the output in row 1. The part around the face is shown.
int bt_q_sheet_put(struct bt_q_sheet *sheet, int column, int row,
                   const struct bauta_frame *frame, const struct bauta_face *face);
// Labels the sheet like everything that shows a replaced face, and writes it as PNG. The
// sheet is empty afterwards.
int bt_q_sheet_write(struct bt_q_sheet *sheet, const char *path);

#endif
