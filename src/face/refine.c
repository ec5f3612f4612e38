// SPDX-License-Identifier: Apache-2.0
#include "face/internal.h"

enum { LIPS = 80, EYE = 71, RING = 16 };

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

void bt_refine_apply(const float *const refined[BT_REFINE_PARTS], float *landmarks,
                     float iris[2][3])
{
    for (int p = 0; p < BT_REFINE_PARTS; p++) {
        const struct bt_refine_part *part = &bt_refine_parts[p];
        for (int i = 0; part->index && i < part->count; i++) {
            float *to = &landmarks[3 * part->index[i]];
            to[0] = refined[p][2 * i];
            to[1] = refined[p][2 * i + 1];
        }
    }
    for (int e = 0; e < 2; e++) {
        float depth = 0;
        for (int i = 0; i < RING; i++)
            depth += landmarks[3 * eyes[e][i] + 2] / RING;
        iris[e][0] = refined[3 + e][0];
        iris[e][1] = refined[3 + e][1];
        iris[e][2] = depth;
    }
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
