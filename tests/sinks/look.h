// SPDX-License-Identifier: Apache-2.0
#ifndef BT_TESTS_SINKS_LOOK_H
#define BT_TESTS_SINKS_LOOK_H

#include "mark/mark.h"
#include "mark/watermark/detect.h"

// Looks at pictures one by one: is the label where the layout puts it, is the watermark
// there. The label is compared with what the marking stage draws on flat grey, so that
// where that draws nothing, nothing is found.
struct look {
    int width, height, frames, labelled;
    float least, most;        // correlation with the label, of all frames
    float area;               // of the label, part of the picture
    float z;                  // least of the windows; short ones count where they are all
    int windows, marked;      // those windows, and in how many the watermark was found
    int session;              // -1: not read, -2: several
    char *trail;              // 0 or 1 a frame: labelled
    // Private.
    struct bt_rect rect;
    float *label;
    struct bt_wm_detector *detector;
    bool search;
    double start;
};

// From there on it is the label: those that are none stay below .5.
#define LOOK_LABEL .7f

// format: of the frames that come, its rotation included. label_size and label_position
// of options as the pictures were made with.
int look_open(struct look *look, const struct bt_format *format,
              const struct bt_mark_options *options, bool search);
int look_at(struct look *look, const struct bauta_frame *frame);
// No more frames.
int look_end(struct look *look);
// As one line of JSON.
void look_print(const struct look *look, const char *name);
void look_close(struct look *look);

#endif
