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

#endif
