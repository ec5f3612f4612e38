// SPDX-License-Identifier: Apache-2.0
#ifndef BAUTA_FACE_H
#define BAUTA_FACE_H

#include <stdint.h>

#include <bauta/version.h>

#ifdef __cplusplus
extern "C" {
#endif

#define BAUTA_LANDMARKS 468
#define BAUTA_FACES_MAX 16

// Where a face comes from.
enum bauta_face_origin {
    BAUTA_FACE_TRACKED,      // The mesh was found in this very frame.
    BAUTA_FACE_BRIDGED,      // Interpolated between frames before and after.
    BAUTA_FACE_HELD,         // Carried on from the last frame that showed it.
    BAUTA_FACE_SUSPECTED,    // Something like a face, no mesh: box only, to be covered.
};

// A face in one frame. All positions are in samples of plane 0, x right, y down, pixel
// centres at integers + 0.5.
struct bauta_face {
    int id;                   // Stays with a person while the track lasts; from 0.
    int order;                // Place from the left when first seen in its scene, from 0.
    enum bauta_face_origin origin;
    float presence;           // 0..1 by the mesh network, or the detector's score.
    float box[4];             // x0 y0 x1 y1, of the landmarks or of the detection.
    // MediaPipe's 468 points: x, y in samples; z in the same scale, smaller is nearer to
    // the camera, 0 near the middle of the head.
    float landmark[BAUTA_LANDMARKS][3];
    // Pose: landmark = scale * rotation * canonical + translation, the canonical face in
    // its own centimetres with y up turned down (see src/canon). Row-major.
    float rotation[9];
    float translation[3];
    float scale;              // samples a canonical centimetre
    float yaw, pitch, roll;   // degrees; positive: nose to the image's right, down, and
                              // head tilted clockwise
    // The middles of the irises, placed as the landmarks are, where has_iris is 1: of the
    // eye with landmark 33, at the left of an upright picture, and of that with 263.
    float iris[2][3];
    int has_iris;
};

#ifdef __cplusplus
}
#endif
#endif
