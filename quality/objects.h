// SPDX-License-Identifier: Apache-2.0
#ifndef BT_QUALITY_OBJECTS_H
#define BT_QUALITY_OBJECTS_H

#include "face/face.h"
#include "frame/frame.h"

// Things in front of a face, drawn over the frames of a clip so that what they cover is
// known. Lengths are in widths of the face, from the middle between its top and its chin,
// along and across the line of the eyes.
enum bt_q_object {
    BT_Q_HAND,       // skin-coloured, comes from the side, lies on cheek and mouth, leaves
    BT_Q_MICROPHONE, // dark, comes from below, moves before mouth and chin
    BT_Q_FRINGE,     // strands of hair over the forehead, there from the start, swaying
    BT_Q_RIMS,       // the rims of glasses, there from the start; their lenses are clear
    BT_Q_SHEET,      // a bright thing that sweeps across three times
    BT_Q_OBJECTS
};
extern const char *const bt_q_object_name[BT_Q_OBJECTS];

// Mean luma and chroma of the cheeks.
struct bt_q_tone {
    float y, u, v;
};
struct bt_q_tone bt_q_tone(const struct bauta_frame *frame, const struct bauta_face *at);

// Draws the object as it is in the frame of that number over a planar YUV frame. cover:
// one byte a sample of plane 0, set to how much of it the object covers, 255: all.
void bt_q_object_draw(enum bt_q_object object, struct bauta_frame *frame,
                      const struct bauta_face *at, const struct bt_q_tone *tone,
                      int number, uint8_t *cover);

#endif
