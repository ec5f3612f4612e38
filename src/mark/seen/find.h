// SPDX-License-Identifier: Apache-2.0
#ifndef BT_MARK_SEEN_FIND_H
#define BT_MARK_SEEN_FIND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Finds the visible label: its letters, in each of its languages, where the layout puts
// them in the four corners, at every size that it can have. The picture may have been
// scaled and compressed since; of one that was cropped, mirrored or put between bars the
// label is not found. One thread at a time.
struct bt_label_finder;

struct bt_label_picture {
    const uint8_t *luma;     // samples of step bytes
    ptrdiff_t stride;
    int step;
    int width, height;       // as stored
    int rotation;            // clockwise, for display
    float x_scale;           // as in struct bt_view
};

struct bt_label_found {
    float score;             // correlation with the letters at the best place, 0..1
    bool seen;               // it is beyond what pictures without a label give
    int language;            // of bt_words
    float x0, y0, x1, y1;    // the plate, 0..1 of the upright picture
};
#define BT_LABEL_SCORE .62f
enum { BT_LABEL_WIDE_LEAST = 160, BT_LABEL_HIGH_LEAST = 90 };

// Draws the letters. BAUTA_E_NO_MEMORY, and what bt_text_open gives.
int bt_label_finder_open(struct bt_label_finder **out);
void bt_label_finder_close(struct bt_label_finder **finder);
// BAUTA_E_TOO_SMALL below the sizes above, in display units; BAUTA_E_NO_MEMORY. Not logged.
int bt_label_find(struct bt_label_finder *finder, const struct bt_label_picture *picture,
                  struct bt_label_found *out);

#endif
