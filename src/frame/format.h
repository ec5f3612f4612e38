// SPDX-License-Identifier: Apache-2.0
#ifndef BT_FRAME_FORMAT_H
#define BT_FRAME_FORMAT_H

#include <stdbool.h>

#include <bauta/frame.h>

// How a pixel format lies in memory.
struct bt_pixel_format {
    const char *name;        // libav's name for it
    uint8_t planes;
    uint8_t step[4];         // bytes from a sample to the next in plane i
    uint8_t chroma_x, chroma_y;  // log2 of chroma subsampling
    bool rgb;
    bool planar_chroma;      // U and V in planes of their own
    uint8_t r, g, b;         // byte offsets inside a pixel of packed RGB
};

// NULL for a value out of range or BAUTA_PIXEL_NONE.
const struct bt_pixel_format *bt_pixel_format(enum bauta_pixel_format format);

// Width and height in samples of plane i.
void bt_plane_size(enum bauta_pixel_format format, int width, int height, int plane,
                   int *plane_width, int *plane_height);

// What a stream's frames have in common.
struct bt_format {
    enum bauta_pixel_format pixel;
    int width, height;
    struct bauta_colour colour;
    struct bauta_rational sample_aspect;
    struct bauta_rational time_base;
    struct bauta_rational frame_rate;   // nominal; 0/1: unknown or varying
    int rotation;
    bool live;                          // drop the oldest instead of waiting
    bool still;                         // a single picture, or a folder of them
};

// The format of a frame (frame_rate, live and still stay zero).
struct bt_format bt_format_of(const struct bauta_frame *frame);

// YCbCr to RGB: R = (Y-yo)*ys + (V-128)*rv, G = (Y-yo)*ys + (U-128)*gu + (V-128)*gv,
// B = (Y-yo)*ys + (U-128)*bu, all on 0..255. Unspecified matrix: BT.709 from 720 lines
// up, else BT.601. Inverse in the second half. Source: ITU-T H.273, table 4.
struct bt_matrix {
    float yo, ys, rv, gu, gv, bu;
    float yr, yg, yb, ur, ug, ub, vr, vg, vb;  // Y = yo + yr*R + …, U = 128 + ur*R + …
};
struct bt_matrix bt_matrix_for(const struct bauta_colour *colour, int height);

#endif
