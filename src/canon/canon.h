// SPDX-License-Identifier: Apache-2.0
#ifndef BT_CANON_CANON_H
#define BT_CANON_CANON_H

#include <stdint.h>

// The canonical face of MediaPipe as constant tables, made by tools/canon.py at build time
// from the geometry metadata that set-up fetches.
#define BT_CANON_VERTICES 468
#define BT_CANON_TRIANGLES 898
#define BT_CANON_OVAL 36
#define BT_CANON_MOUTH 18
#define BT_CANON_EYE 14
#define BT_CANON_RING 20     // vertices of the inner lips
#define BT_CANON_LID 16      // vertices of an eye's opening

extern const float bt_canon_vertex[BT_CANON_VERTICES][3];  // centimetres, x right as seen,
                                                           // y down, z away from the camera
extern const float bt_canon_uv[BT_CANON_VERTICES][2];      // 0..1, v down
extern const uint16_t bt_canon_triangle[BT_CANON_TRIANGLES][3];  // one winding for all
extern const float bt_canon_weight[BT_CANON_VERTICES];     // of the Procrustes fit, mostly 0
extern const uint16_t bt_canon_oval[BT_CANON_OVAL];        // border in order
extern const uint16_t bt_canon_lips[BT_CANON_RING];        // inner lips in order
extern const uint16_t bt_canon_lid[2][BT_CANON_LID];       // image-left eye, image-right eye
extern const uint16_t bt_canon_mouth[BT_CANON_MOUTH][3];   // triangles that close the mouth
extern const uint16_t bt_canon_eye[2][BT_CANON_EYE][3];    // triangles that close each eye
extern const uint16_t bt_canon_mirror[BT_CANON_VERTICES];  // vertex of the other half
// Harmonic-like weights: vertex i takes the sum over k of border[i][k] * value at oval k.
// Rows sum to 1, none is negative; mean-value weights (Floater 2003) on the UV triangles.
extern const float bt_canon_border[BT_CANON_VERTICES][BT_CANON_OVAL];

// The expression basis, made by tools/expression.py from expression.tsv, which tools/basis
// computes from portraits and clips. In canonical centimetres; weight 1 is a strong
// expression. Modes named left are of the image-left half; their fellow is the mirror image.
enum bt_canon_mode {
    BT_MODE_JAW,          // 2 cm between the lips, and the chin down with it
    BT_MODE_WIDE,         // the mouth .8 cm wider; negative: narrower
    BT_MODE_UPPER,        // the upper lip raised by .4 cm
    BT_MODE_CHIN,         // the chin down by .8 cm, the lips as they are
    BT_MODE_POUT,         // the lips forward by .6 cm
    BT_MODE_SIDE,         // the mouth .6 cm to the right
    BT_MODE_TILT,         // the mouth's left corner .6 cm lower than the right one
    BT_MODE_BROW_LEFT,    // raised by .8 cm
    BT_MODE_BROW_RIGHT,
    BT_MODE_FROWN,        // the brows .4 cm nearer to each other
    BT_MODE_BLINK_LEFT,   // the lids .8 cm nearer to each other
    BT_MODE_BLINK_RIGHT,
    BT_MODE_LIPS1,        // what else lips do
    BT_MODE_LIPS2,
    BT_MODE_LIPS3,
    BT_MODE_SMILE,        // the corners up by .6 cm, the mouth wider, the cheeks raised
    BT_CANON_MODES
};
#define BT_CANON_PERSONAL 10
extern const float bt_canon_rest[BT_CANON_VERTICES][3];  // the mean face, lips closed
extern const float bt_canon_mode[BT_CANON_MODES][BT_CANON_VERTICES][3];
extern const float bt_canon_person[BT_CANON_PERSONAL][BT_CANON_VERTICES][3];  // how persons
                                                         // differ, one deviation each
// Times the products of a difference (depth halved) with the modes, or with the modes and
// persons: the weights of a face whose neutral is known, or unknown.
extern const float bt_canon_known[BT_CANON_MODES][BT_CANON_MODES];
extern const float bt_canon_unknown[BT_CANON_MODES][BT_CANON_MODES + BT_CANON_PERSONAL];

#endif
