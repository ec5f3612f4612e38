// SPDX-License-Identifier: Apache-2.0
#ifndef BT_TESTS_GUARD_MADE_H
#define BT_TESTS_GUARD_MADE_H

#include <stdlib.h>

#include "../check.h"
#include "frame/frame.h"
#include "guard/guard.h"

static inline struct bt_format made_format(int pixel, int width, int height)
{
    return (struct bt_format){.pixel = (enum bauta_pixel_format)pixel, .width = width,
                              .height = height, .colour = {1, 1, 1, 0, 1},
                              .sample_aspect = {1, 1}, .time_base = {1, 100},
                              .frame_rate = {25, 1}};
}

// Frame number n of a stream of 25 a second.
static inline struct bauta_frame *made_frame(const struct bt_format *f, int64_t n)
{
    struct bauta_frame *frame = bauta_frame_new(f->pixel, f->width, f->height);
    if (!frame)
        exit(1);
    frame->colour = f->colour;
    frame->rotation = f->rotation;
    frame->time_base = f->time_base;
    frame->pts = n * 4;
    frame->number = n;
    return frame;
}

// Every byte of every plane from a seed, padding included; the same seed, the same bytes.
static inline void made_noise(struct bauta_frame *frame, unsigned seed)
{
    const struct bt_pixel_format *f = bt_pixel_format(frame->format);
    for (int p = 0; p < f->planes; p++) {
        int w, h;
        bt_plane_size(frame->format, frame->width, frame->height, p, &w, &h);
        for (ptrdiff_t i = 0; i < frame->stride[p] * h; i++) {
            seed = seed * 1664525 + 1013904223;
            frame->data[p][i] = (uint8_t)(seed >> 24);
        }
    }
}

// A face that looks at the camera: landmarks on a lattice in a square of that size.
static inline struct bauta_face made_face(int id, float x, float y, float size)
{
    struct bauta_face face = {.id = id, .order = id, .presence = 1,
                              .origin = BAUTA_FACE_TRACKED, .scale = size / 20,
                              .rotation = {1, 0, 0, 0, 1, 0, 0, 0, 1},
                              .translation = {x, y, 0}};
    for (int i = 0; i < BAUTA_LANDMARKS; i++) {
        face.landmark[i][0] = x + size * ((float)(i % 26) / 25 - .5f);
        face.landmark[i][1] = y + size * ((float)(i / 26) / 17 - .5f);
    }
    float box[4] = {x - size / 2, y - size / 2, x + size / 2, y + size / 2};
    memcpy(face.box, box, sizeof(box));
    return face;
}

static inline void made_suspect(struct bt_faces *faces, float x, float y, float size)
{
    struct bauta_face *f = &faces->face[faces->count++];
    *f = made_face(-1, x, y, size);
    f->origin = BAUTA_FACE_SUSPECTED;
    f->presence = .3f;
}

#endif
