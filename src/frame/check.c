// SPDX-License-Identifier: Apache-2.0
#include "frame/frame.h"

#include "base/log.h"

enum {
    SIZE_LIMIT = 16384,
    STRIDE_LIMIT = 1 << 24,   // bytes; far above what any picture of the size limit needs
};

static int check_planes(const struct bauta_frame *frame)
{
    const struct bt_pixel_format *f = bt_pixel_format(frame->format);
    for (int i = 0; i < f->planes; i++) {
        int w = 0, h = 0;
        bt_plane_size(frame->format, frame->width, frame->height, i, &w, &h);
        const ptrdiff_t least = (ptrdiff_t)w * f->step[i];
        const ptrdiff_t stride = frame->stride[i];
        if (!frame->data[i]) {
            bt_error("frame: %s needs %d planes, plane %d is NULL", f->name, f->planes,
                     i);
            return BAUTA_E_USAGE;
        }
        const bool sane = stride >= -STRIDE_LIMIT && stride <= STRIDE_LIMIT;
        if (!sane || (stride < least && -stride < least)) {
            bt_error("frame: a stride of %td bytes does not hold %d samples of plane %d",
                     stride, w, i);
            return BAUTA_E_USAGE;
        }
    }
    return 0;
}

static bool bad_rational(struct bauta_rational r)
{
    return r.num < 0 || r.den < 1;
}

int bt_frame_check(const struct bauta_frame *frame)
{
    if (!bt_pixel_format(frame->format)) {
        bt_error("frame: %d is no pixel format", (int)frame->format);
        return BAUTA_E_USAGE;
    }
    if (frame->width < 1 || frame->height < 1 || frame->width > SIZE_LIMIT ||
        frame->height > SIZE_LIMIT) {
        bt_error("frame: %dx%d is out of range, 1x1 to %dx%d is allowed", frame->width,
                 frame->height, SIZE_LIMIT, SIZE_LIMIT);
        return BAUTA_E_USAGE;
    }
    const int r = frame->rotation;
    if (r != 0 && r != 90 && r != 180 && r != 270) {
        bt_error("frame: a rotation of %d is none of 0, 90, 180, 270", r);
        return BAUTA_E_USAGE;
    }
    if (bad_rational(frame->sample_aspect) || bad_rational(frame->time_base)) {
        bt_error("frame: sample aspect %d/%d or time base %d/%d makes no sense",
                 frame->sample_aspect.num, frame->sample_aspect.den, frame->time_base.num,
                 frame->time_base.den);
        return BAUTA_E_USAGE;
    }
    if (frame->duration < 0 || frame->colour.full_range > 1 ||
        frame->colour.chroma_location > 3) {
        bt_error("frame: its duration, range or chroma location is out of range");
        return BAUTA_E_USAGE;
    }
    return check_planes(frame);
}
