// SPDX-License-Identifier: Apache-2.0
#ifndef TEST_SWAP_MADE_H
#define TEST_SWAP_MADE_H

#include <stdlib.h>

#include "../check.h"
#include "canon/canon.h"
#include "swap/source.h"

// As CHECK, and says more where it is not so.
#define EXPECT(condition, ...)                                          \
    do {                                                                \
        if (!check_that(!!(condition), #condition, __FILE__, __LINE__)) { \
            fprintf(stderr, "  " __VA_ARGS__);                           \
            fputc('\n', stderr);                                         \
        }                                                               \
    } while (0)

// The canonical face, size pixels wide, its middle at (x, y), turned by yaw degrees.
static inline void pose_canonical(struct bauta_face *face, float x, float y, float size,
                                  float yaw)
{
    const float a = yaw * 3.14159265f / 180, c = cosf(a), s = sinf(a), k = size / 15.3f;
    memset(face, 0, sizeof *face);
    face->presence = 1;
    for (int v = 0; v < BAUTA_LANDMARKS; v++) {
        const float *p = bt_canon_vertex[v];
        face->landmark[v][0] = x + k * (c * p[0] + s * p[2]);
        face->landmark[v][1] = y + k * p[1];
        face->landmark[v][2] = k * (-s * p[0] + c * p[2]);
    }
    face->box[0] = x - size / 2, face->box[2] = x + size / 2;
    face->box[1] = y - size / 2, face->box[3] = y + size / 2;
    bt_pose_fit(face);
}

// A photo of a made-up face: even skin lit from one side, on a grey ground.
static inline struct bauta_frame *paint_photo(int width, int height)
{
    struct bauta_frame *photo = bauta_frame_new(BAUTA_PIXEL_RGB24, width, height);
    for (int y = 0; photo && y < height; y++) {
        uint8_t *row = photo->data[0] + y * photo->stride[0];
        for (int x = 0; x < width; x++) {
            const int light = 40 * x / width;
            row[x * 3] = (uint8_t)(170 + light);
            row[x * 3 + 1] = (uint8_t)(120 + light + (x * 7 + y * 13) % 5);
            row[x * 3 + 2] = (uint8_t)(95 + light);
        }
    }
    return photo;
}

#endif
