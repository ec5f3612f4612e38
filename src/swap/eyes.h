// SPDX-License-Identifier: Apache-2.0
#ifndef BT_SWAP_EYES_H
#define BT_SWAP_EYES_H

#include <stdbool.h>
#include <stdint.h>

#include "swap/light.h"
#include "swap/patch.h"
#include "swap/uvmap.h"

#define BT_IRIS_SIZE 64 // of level 0; each further level is half as large
#define BT_IRIS_LEVELS 3
#define BT_IRIS_SPAN 1.2f // radii of the iris from its middle to the picture's edge

// The eyes of a photo, taken apart: the white goes into the atlas, the irises are whole
// discs, whatever lid or highlight lay on them, with the photo's light taken out.
struct bt_source_eyes {
    bool usable;  // false: hidden, closed or too small; the target's own are shown then
    float radius; // of the iris, canonical centimetres
    // R G B A of the image-left and the image-right eye, along its own axis from corner
    // to corner; all levels behind each other.
    uint8_t iris[2][BT_IRIS_SIZE * BT_IRIS_SIZE * 21 / 16][4];
};

// Learns both eyes from an RGB24 photo. rgb: the atlas with its light taken out (as large
// as map); what the irises hide of the white is filled in there. shade: brightness by light
// alone, as large. 0 or BAUTA_E_NO_MEMORY.
int bt_eyes_learn(struct bt_source_eyes *eyes, const struct bauta_frame *photo,
                  const struct bauta_face *found, const struct bt_uvmap *map,
                  const float (*shade)[3], float (*rgb)[3]);
// Levels 1 and up of an iris, behind its level 0.
void bt_eyes_levels(uint8_t (*level)[4]);

// Where one person of the stream looks.
struct bt_eyes_state {
    bool started;
    float gaze[2][2]; // the irises' middles between the corners, over the eyes' widths
    float moving[2];  // their speed, smoothed, widths a second
    float glint[2];   // 0..1: how much of a highlight of our own is drawn
};

// Draws the irises over the eyes' whites in patch->drawn, in the eyes of shape (samples of
// the frame), looking where at looks, with the highlights that the target's eyes show; where
// they show none, with one where the light would be mirrored.
// gain: factors in display values at each eye; add: what is added there. soft: how many
// pixels an edge is to be wide, from 1.
void bt_eyes_draw(const struct bt_source_eyes *eyes, struct bt_eyes_state *state,
                  struct bt_patch *patch, const struct bauta_face *at,
                  const float (*shape)[3], const struct bt_light *light,
                  const float gain[2][3], const float add[2][3], float soft, double dt);

// An eye's opening as a frame of reference: the middle between its corners, the unit
// vector from the left corner to the right one, and their distance.
struct bt_eye_frame {
    float x, y, ux, uy, width;
};
struct bt_eye_frame bt_eye_frame(const float (*vertex)[3], int side);
// Distance from a point to the outline of an eye's opening, positive inside; *upper is
// the distance to the upper lid. All in the units of vertex.
float bt_eye_inside(const float (*vertex)[3], int side, float x, float y, float *upper);

#endif
