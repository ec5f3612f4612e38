// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "base/log.h"
#include "io/picture.h"

// Where the sample at row 0, column 0 of the turned plane comes from and how far its
// neighbours lie, in bytes.
struct walk {
    ptrdiff_t start, column, row;
};

static struct walk walk_for(int orientation, int width, int height, ptrdiff_t step,
                            ptrdiff_t stride)
{
    const ptrdiff_t right = (width - 1) * step, bottom = (height - 1) * stride;
    switch (orientation) {
    case 2: return (struct walk){right, -step, stride};
    case 3: return (struct walk){right + bottom, -step, -stride};
    case 4: return (struct walk){bottom, step, -stride};
    case 5: return (struct walk){0, stride, step};
    case 6: return (struct walk){bottom, -stride, step};
    case 7: return (struct walk){right + bottom, -stride, -step};
    case 8: return (struct walk){right, stride, -step};
    default: return (struct walk){0, step, stride};
    }
}

static void copy_row(uint8_t *to, const uint8_t *from, ptrdiff_t column, int n, int step)
{
    switch (step) {
    case 1:
        for (int x = 0; x < n; x++, from += column)
            to[x] = *from;
        break;
    default:
        for (int x = 0; x < n; x++, from += column, to += step)
            memcpy(to, from, (size_t)step);
        break;
    }
}

void bt_orient(const struct bauta_frame *from, int orientation, struct bauta_frame *to)
{
    const struct bt_pixel_format *format = bt_pixel_format(from->format);
    for (int i = 0; i < format->planes; i++) {
        int w = 0, h = 0, turned_w = 0, turned_h = 0;
        bt_plane_size(from->format, from->width, from->height, i, &w, &h);
        bt_plane_size(to->format, to->width, to->height, i, &turned_w, &turned_h);
        const struct walk walk =
            walk_for(orientation, w, h, format->step[i], from->stride[i]);
        const uint8_t *row = from->data[i] + walk.start;
        for (int y = 0; y < turned_h; y++, row += walk.row)
            copy_row(to->data[i] + y * to->stride[i], row, walk.column, turned_w,
                     format->step[i]);
    }
}

int bt_orient_turn(int degrees)
{
    switch (degrees) {
    case 90: return 6;
    case 180: return 3;
    case 270: return 8;
    default: return 1;
    }
}

// Chroma that cannot be turned as it lies: not equally dense both ways, or a last sample
// that covers one pixel instead of two and would come to the front.
static bool needs_full_chroma(const struct bauta_frame *frame, int orientation)
{
    const struct bt_pixel_format *f = bt_pixel_format(frame->format);
    const bool uneven = f->chroma_x != f->chroma_y && bt_orient_swaps(orientation);
    const bool odd =
        (f->chroma_x && frame->width & 1) || (f->chroma_y && frame->height & 1);
    return uneven || odd;
}

int bt_orient_frame(struct bauta_frame **frame, int orientation)
{
    if (orientation < 2 || orientation > 8)
        return 0;
    struct bauta_frame *from = bauta_frame_ref(*frame), *to = NULL;
    int result = BAUTA_E_NO_MEMORY;
    if (needs_full_chroma(from, orientation)) {
        struct bt_format full = bt_format_of(from);
        full.pixel = BAUTA_PIXEL_YUV444P;
        to = bauta_frame_new(full.pixel, full.width, full.height);
        result = to ? bt_picture_fit(from, &full, to) : BAUTA_E_NO_MEMORY;
        if (result < 0)
            goto fail;
        bt_frame_copy_props(to, from);
        bauta_frame_unref(&from);
        from = to;
        to = NULL;
        result = BAUTA_E_NO_MEMORY;
    }
    const bool swaps = bt_orient_swaps(orientation);
    to = bauta_frame_new(from->format, swaps ? from->height : from->width,
                         swaps ? from->width : from->height);
    if (!to)
        goto fail;
    bt_frame_copy_props(to, from);
    to->rotation = 0;
    if (swaps && from->sample_aspect.num > 0)
        to->sample_aspect =
            (struct bauta_rational){from->sample_aspect.den, from->sample_aspect.num};
    // The corner that chroma leans on turns away with the picture.
    if (to->colour.chroma_location != 2)
        to->colour.chroma_location = 0;
    bt_orient(from, orientation, to);
    bauta_frame_unref(frame);
    *frame = to;
    to = NULL;
    result = 0;

fail:
    if (result < 0)
        bt_error("out of memory for turning a picture of %dx%d", (*frame)->width,
                 (*frame)->height);
    bauta_frame_unref(&from);
    bauta_frame_unref(&to);
    return result;
}
