// SPDX-License-Identifier: Apache-2.0
#include <math.h>

#include "face/internal.h"

// RING: the points of a part that tell where it is; IRISES: the parts before them.
enum { LIPS = 80, EYE = 71, RING = 16, IRISES = 3 };

// Which landmarks the attention mesh's finer points are, in their order: MediaPipe's
// tensors_to_face_landmarks_with_attention.pbtxt.
static const uint16_t lips[LIPS] = {
    61,  146, 91,  181, 84,  17,  314, 405, 321, 375, 291, 185, 40,  39,  37,  0,
    267, 269, 270, 409, 78,  95,  88,  178, 87,  14,  317, 402, 318, 324, 308, 191,
    80,  81,  82,  13,  312, 311, 310, 415, 76,  77,  90,  180, 85,  16,  315, 404,
    320, 307, 306, 184, 74,  73,  72,  11,  302, 303, 304, 408, 62,  96,  89,  179,
    86,  15,  316, 403, 319, 325, 292, 183, 42,  41,  38,  12,  268, 271, 272, 407,
};
// The eye at the left of an upright picture, then the other; the lids' 16 points first.
static const uint16_t eyes[2][EYE] = {
    {
        33,  7,   163, 144, 145, 153, 154, 155, 133, 246, 161, 160, 159, 158, 157, 173,
        130, 25,  110, 24,  23,  22,  26,  112, 243, 247, 30,  29,  27,  28,  56,  190,
        226, 31,  228, 229, 230, 231, 232, 233, 244, 113, 225, 224, 223, 222, 221, 189,
        35,  124, 46,  53,  52,  65,  143, 111, 117, 118, 119, 120, 121, 128, 245, 156,
        70,  63,  105, 66,  107, 55,  193,
    },
    {
        263, 249, 390, 373, 374, 380, 381, 382, 362, 466, 388, 387, 386, 385, 384, 398,
        359, 255, 339, 254, 253, 252, 256, 341, 463, 467, 260, 259, 257, 258, 286, 414,
        446, 261, 448, 449, 450, 451, 452, 453, 464, 342, 445, 444, 443, 442, 441, 413,
        265, 353, 276, 283, 282, 295, 372, 340, 346, 347, 348, 349, 350, 357, 465, 383,
        300, 293, 334, 296, 336, 285, 417,
    },
};

const struct bt_refine_part bt_refine_parts[BT_REFINE_PARTS] = {
    { "lips", LIPS, lips },        { "left_eye", EYE, eyes[0] },
    { "right_eye", EYE, eyes[1] }, { "left_iris", 5, NULL },
    { "right_iris", 5, NULL },
};

// How far the finer points of a part lie from the plain ones on the whole.
static float displacement(const struct bt_refine_part *part, const float *refined,
                          const float *landmarks)
{
    float x = 0, y = 0;
    for (int i = 0; i < RING; i++) {
        x += (refined[2 * i] - landmarks[3 * part->index[i]]) / RING;
        y += (refined[2 * i + 1] - landmarks[3 * part->index[i] + 1]) / RING;
    }
    return hypotf(x, y);
}

// 1 as far as the finer points are to be trusted: beside a head turned aside, or where
// something covers the eye, they leave the face; the plain ones never leave it far.
static float trust(float displaced, float eye_distance)
{
    const float usual = .05f * eye_distance;
    return usual > 0 ? fminf(fmaxf(2 - displaced / usual, 0), 1) : 0;
}

static void place_iris(const float *refined, const uint16_t *eye, const float *landmarks,
                       float share, float iris[3])
{
    float lids[3] = { 0 };
    for (int i = 0; i < RING; i++) {
        for (int k = 0; k < 3; k++)
            lids[k] += landmarks[3 * eye[i] + k] / RING;
    }
    iris[0] = share > 0 ? lids[0] + share * (refined[0] - lids[0]) : lids[0];
    iris[1] = share > 0 ? lids[1] + share * (refined[1] - lids[1]) : lids[1];
    iris[2] = lids[2];
}

void bt_refine_apply(const float *const refined[BT_REFINE_PARTS], float *landmarks,
                     float iris[2][3])
{
    const float *a = &landmarks[3 * 33], *b = &landmarks[3 * 263];
    const float eye_distance = hypotf(hypotf(a[0] - b[0], a[1] - b[1]), a[2] - b[2]);
    float share[IRISES];
    for (int p = 0; p < IRISES; p++) {
        const struct bt_refine_part *part = &bt_refine_parts[p];
        share[p] = trust(displacement(part, refined[p], landmarks), eye_distance);
        for (int i = 0; share[p] > 0 && i < part->count; i++) {
            float *to = &landmarks[3 * part->index[i]];
            to[0] += share[p] * (refined[p][2 * i] - to[0]);
            to[1] += share[p] * (refined[p][2 * i + 1] - to[1]);
        }
    }
    for (int e = 0; e < 2; e++)
        place_iris(refined[IRISES + e], eyes[e], landmarks, share[1 + e], iris[e]);
}

void bt_refine_follow(const struct bauta_face *before, struct bauta_face *after)
{
    for (int e = 0; after->has_iris && e < 2; e++) {
        for (int i = 0; i < RING; i++) {
            const float *from = before->landmark[eyes[e][i]];
            const float *to = after->landmark[eyes[e][i]];
            for (int k = 0; k < 3; k++)
                after->iris[e][k] += (to[k] - from[k]) / RING;
        }
    }
}
