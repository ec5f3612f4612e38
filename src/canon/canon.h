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

// How the textures of faces vary, made by tools/nobody.py from nobody.tsv, which tools/nobody
// computes from portraits. Textures are those of bt_canon_uv, even, and hold the image-left
// half: column 0 lies at the left edge, the last one ends at the middle.
#define BT_CANON_FINE_WIDTH 128
#define BT_CANON_FINE_HEIGHT 256
#define BT_CANON_LOOK_WIDTH 64
#define BT_CANON_LOOK_HEIGHT 128
#define BT_CANON_GRAIN_WIDTH 32
#define BT_CANON_GRAIN_HEIGHT 64
#define BT_CANON_LOOKS 12
#define BT_CANON_TONES 2
#define BT_CANON_GRAINS 3     // bands of detail, an octave each, the finest first
#define BT_CANON_FINE_UNIT 160.f    // a value of bt_canon_fine that is as bright as the skin
#define BT_CANON_GRAIN_UNIT .0005f  // of bt_canon_grain, natural logarithm

extern const float bt_canon_tone[3];   // the mean skin, natural logarithm of value / 255
extern const float bt_canon_tones[BT_CANON_TONES][3];   // how skins differ, one deviation
// The mean texture: display values, the skin's mean at BT_CANON_FINE_UNIT.
extern const uint8_t bt_canon_fine[BT_CANON_FINE_HEIGHT * BT_CANON_FINE_WIDTH][3];
// How textures differ, logarithms in units of bt_canon_look_step, one deviation each.
extern const float bt_canon_look_step[BT_CANON_LOOKS];
extern const int8_t bt_canon_look[BT_CANON_LOOKS][BT_CANON_LOOK_HEIGHT * BT_CANON_LOOK_WIDTH]
                                 [3];
// How strong detail is, deviations of the brightness's logarithm.
extern const uint8_t bt_canon_grain[BT_CANON_GRAINS]
                                   [BT_CANON_GRAIN_HEIGHT * BT_CANON_GRAIN_WIDTH];
// Between what the looks' sum stays: most portraits do. Of brightness, red less green and
// blue less green, logarithms in units of BT_CANON_LIMIT_UNIT, on the grid of bt_canon_grain;
// the lower ones first.
#define BT_CANON_LIMIT_UNIT .01f
extern const int8_t bt_canon_limit[2][3][BT_CANON_GRAIN_HEIGHT * BT_CANON_GRAIN_WIDTH];
// On which side of the mean each portrait lies, a bit for each look and then for each of
// bt_canon_person: enough to keep away from it, too little to tell whose face it is.
#define BT_CANON_SIDES_MAX 32
extern const int bt_canon_sides_count;
extern const uint32_t bt_canon_sides[BT_CANON_SIDES_MAX];

#endif
