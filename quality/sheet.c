// SPDX-License-Identifier: Apache-2.0
#include "quality/sheet.h"

#include <string.h>

#include "base/alloc.h"
#include "base/log.h"
#include "io/picture.h"
#include "mark/mark.h"
#include "face/embed.h"

enum {
    WIDTH = BT_Q_TILE * (BT_Q_MOMENTS + 1),
    STRIP = 56,              // for the label
    HEIGHT = STRIP + BT_Q_TILE * 2,
};

int bt_q_sheet_init(struct bt_q_sheet *sheet)
{
    *sheet = (struct bt_q_sheet){0};
    sheet->tile = bt_alloc_array(3 * BT_Q_TILE * BT_Q_TILE, sizeof *sheet->tile);
    sheet->picture = bauta_frame_new(BAUTA_PIXEL_RGB24, WIDTH, HEIGHT);
    if (!sheet->tile || !sheet->picture) {
        bt_q_sheet_finish(sheet);
        return BAUTA_E_NO_MEMORY;
    }
    for (int y = 0; y < HEIGHT; y++)
        memset(sheet->picture->data[0] + y * sheet->picture->stride[0], 24, 3 * WIDTH);
    return 0;
}

void bt_q_sheet_finish(struct bt_q_sheet *sheet)
{
    bauta_frame_unref(&sheet->picture);
    bt_crop_finish(&sheet->crop);
    bt_freep(&sheet->tile);
}

int bt_q_sheet_put(struct bt_q_sheet *sheet, int column, int row,
                   const struct bauta_frame *frame, const struct bauta_face *face)
{
    static const struct bt_embed_cut wide = {.side = 3.6f, .drop = -.05f, .upright = 0};
    const struct bt_affine map = bt_embed_map(&wide, face, BT_Q_TILE);
    const int result =
        bt_crop_run(&sheet->crop, frame, map, BT_Q_TILE, 1, .5f, sheet->tile);
    if (result < 0)
        return result;
    for (int y = 0; y < BT_Q_TILE; y++) {
        uint8_t *to = sheet->picture->data[0] + 3 * BT_Q_TILE * column
                      + (STRIP + row * BT_Q_TILE + y) * sheet->picture->stride[0];
        for (int i = 0; i < 3 * BT_Q_TILE; i++)
            to[i] = (uint8_t)sheet->tile[(i % 3 * BT_Q_TILE + y) * BT_Q_TILE + i / 3];
    }
    return 0;
}

int bt_q_sheet_write(struct bt_q_sheet *sheet, const char *path)
{
    struct bt_mark_options options = {0};
    struct bt_mark *mark = NULL;
    struct bt_marked marked = {0};
    struct bt_format format = bt_format_of(sheet->picture);
    format.still = true;
    int result = bt_opt_defaults(bt_mark_opts, &options);
    if (result < 0)
        return result;
    options.label_size = 1.5f;
    result = bt_mark_open(&mark, &format, &options);
    if (result >= 0) {
        result = bt_mark_frame(mark, sheet->picture, 0, &marked);
        sheet->picture = NULL;
    }
    if (result >= 0)
        result = bt_picture_write(path, path, marked.frame, -1);
    bauta_frame_unref(&marked.frame);
    bt_mark_close(&mark);
    bt_opt_finish(bt_mark_opts, &options);
    return result;
}
