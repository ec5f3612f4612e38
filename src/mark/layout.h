// SPDX-License-Identifier: Apache-2.0
#ifndef BT_MARK_LAYOUT_H
#define BT_MARK_LAYOUT_H

#include <stdbool.h>

#include "frame/format.h"
#include "frame/geom.h"
#include "mark/mark.h"
#include "mark/text.h"
#include "mark/words.h"

#define BT_PLATE_LINES 4
#define BT_LINE_BYTES 128

// Lines of text on a dark plate, somewhere in the upright picture. Lengths are display
// units: one sample down, x_scale samples across.
struct bt_plate {
    char line[BT_PLATE_LINES][BT_LINE_BYTES];
    int lines;               // 0: a band without text, for pictures too small for a word
    int cap;                 // height of capitals
    float width;             // of the longest line
    float tracking;          // in capital heights
    int pad_x, pad_y, leading;
    struct bt_rect rect;     // samples of the upright picture
};

// The picture as it is displayed.
struct bt_view {
    int width, height;       // samples of the upright picture
    float x_scale;           // samples across for one down
    float wide;              // width in display units
    bool left, bottom;       // the corner of the label
    const struct bt_words *words;
};
struct bt_view bt_view_of(const struct bt_format *format,
                          const struct bt_mark_options *options);

// The largest of the label's forms that the picture holds, never nothing: the whole word,
// "AI", or a band.
int bt_layout_label(struct bt_text *text, const struct bt_view *view, float size,
                    struct bt_plate *label);

// The line of disclosure beside a label, broken where it is too long. Returns 1, or 0
// where the picture has no room for anything that could be read.
int bt_layout_disclosure(struct bt_text *text, const struct bt_view *view,
                         const struct bt_plate *label, struct bt_plate *line);

#endif
