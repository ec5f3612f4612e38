// SPDX-License-Identifier: Apache-2.0
#ifndef BT_MARK_TEXT_H
#define BT_MARK_TEXT_H

#include <stdint.h>

// A picture of one byte a pixel: 0 nothing, 255 ink.
struct bt_ink {
    uint8_t *data;
    int width, height;       // the stride is the width
};

// A font with its library. One user at a time.
struct bt_text;

// Opens the font named by the environment's BAUTA_FONT, else the first of the usual
// places that is there. It must draw letters: one whose capitals leave no ink is refused.
// BAUTA_E_NOT_FOUND, BAUTA_E_FORMAT, BAUTA_E_NO_MEMORY …, all logged.
int bt_text_open(struct bt_text **out);
void bt_text_close(struct bt_text **text);

// The width of line, UTF-8, in capital heights; tracking is the extra space after every
// letter but the last, in capital heights too. Glyphs are unhinted, so that widths grow
// linearly with size.
int bt_text_width(struct bt_text *text, const char *line, float tracking, float *width);

struct bt_text_style {
    float cap;               // height of capitals in pixels
    float x_scale;           // pixels across for one pixel down, 1 where they are square
    float tracking;          // in capital heights
    float outline;           // half width of the outline in capital heights
};
// Draws line with its left end at x and its base line at y. fill takes the letters, edge
// the letters grown by the outline; both have the same size. What lies outside is cut.
int bt_text_draw(struct bt_text *text, const struct bt_text_style *style,
                 const char *line, float x, int y, struct bt_ink *fill,
                 struct bt_ink *edge);

#endif
