// SPDX-License-Identifier: Apache-2.0
#ifndef BT_CLI_LIVE_WINDOW_LAYOUT_H
#define BT_CLI_LIVE_WINDOW_LAYOUT_H

#include <stdbool.h>

#include "live/live.h"

// Where everything is (layout.c): pure functions, in pixels of the window's surface.
struct bt_box {
    int x, y, w, h;          // w 0: it is not there
};

enum { BT_SLIDERS_MAX = 4, BT_GROUPS = 4, BT_HELP_ROWS = 16 };

// Small buttons in a row.
enum bt_tool { BT_TOOL_VIEW, BT_TOOL_MIRROR, BT_TOOL_PHOTO, BT_TOOL_GRAPH, BT_TOOL_FULL,
               BT_TOOL_HELP, BT_TOOL_COUNT };
enum bt_group { BT_GROUP_FACES, BT_GROUP_LOOK, BT_GROUP_OUTPUTS, BT_GROUP_INPUT };

struct bt_layout_want {
    int width, height;
    float scale;             // 1: letters of 14 pixels
    bool panel, full, warning, graph;
    int faces, sliders, outputs;
    int source_lines;        // of the input, 1 or more
    int scroll;              // of the panel, pixels; is limited
};

struct bt_layout {
    float scale;
    struct bt_box warning, picture, status, graph;
    struct bt_box panel, body;           // body is what scrolls
    struct bt_box air, cover, tool[BT_TOOL_COUNT];
    struct bt_box group[BT_GROUPS];      // headings
    struct bt_box face[BT_WARDROBE_MAX]; // without its name, which stands below
    struct bt_box drop;                  // where a photo may be dropped
    int name_height;
    struct bt_box slider[BT_SLIDERS_MAX], track[BT_SLIDERS_MAX];
    struct bt_box output[BAUTA_OUTPUTS_MAX];
    struct bt_box input, voice;
    int content;                         // height of what scrolls
    int scroll;                          // within its limits
};
void bt_layout(const struct bt_layout_want *want, struct bt_layout *out);

// Scaled to pixels, rounded.
int bt_px(float scale, float size);
// The largest place of a picture of that shape inside of box, in its middle.
struct bt_box bt_fit(struct bt_box box, double width, double height);
bool bt_inside(struct bt_box box, int x, int y);

enum bt_part { BT_PART_NONE, BT_PART_PICTURE, BT_PART_AIR, BT_PART_COVER, BT_PART_TOOL,
               BT_PART_FACE, BT_PART_DROP, BT_PART_SLIDER, BT_PART_PANEL };
struct bt_hit {
    enum bt_part part;
    int index;
};
struct bt_hit bt_layout_hit(const struct bt_layout *layout, int x, int y);
// The share of a slider's way at x, 0 to 1.
float bt_slider_share(struct bt_box track, int x);

// The list of keys, and the dialog.
struct bt_help_layout {
    struct bt_box box, title, key[BT_HELP_ROWS], text[BT_HELP_ROWS], note;
};
void bt_layout_help(int width, int height, float scale, int rows,
                    struct bt_help_layout *out);

enum { BT_DIALOG_ROWS = 4 };
struct bt_dialog_layout {
    struct bt_box box, title, path, row[BT_DIALOG_ROWS], asked, field, cancel, accept;
};
// reference: a field for one is there.
void bt_layout_dialog(int width, int height, float scale, bool reference,
                      struct bt_dialog_layout *out);

#endif
