// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include <linux/videodev2.h>

#include "io/v4l2/v4l2.h"

size_t bt_v4l2_bytes(const struct bt_v4l2_layout *l)
{
    const size_t plane = (size_t)l->stride * (size_t)l->height;
    switch (l->fourcc) {
    case V4L2_PIX_FMT_YUYV:
        return plane;
    case V4L2_PIX_FMT_NV12:
    case V4L2_PIX_FMT_YUV420:
        return plane + plane / 2;
    default:
        return 0;
    }
}

enum bauta_pixel_format bt_v4l2_pixel(uint32_t fourcc)
{
    switch (fourcc) {
    case V4L2_PIX_FMT_YUYV:
        return BAUTA_PIXEL_YUV422P;
    case V4L2_PIX_FMT_NV12:
        return BAUTA_PIXEL_NV12;
    case V4L2_PIX_FMT_YUV420:
        return BAUTA_PIXEL_YUV420P;
    default:
        return BAUTA_PIXEL_NONE;
    }
}

static void copy_rows(uint8_t *to, ptrdiff_t to_stride, const uint8_t *from,
                      ptrdiff_t from_stride, int width, int height)
{
    for (int y = 0; y < height; y++, to += to_stride, from += from_stride)
        memcpy(to, from, (size_t)width);
}

static void unpack_yuyv(struct bauta_frame *f, const struct bt_v4l2_layout *l,
                        const uint8_t *data)
{
    for (int y = 0; y < l->height; y++) {
        const uint8_t *restrict from = data + (ptrdiff_t)y * l->stride;
        uint8_t *restrict luma = f->data[0] + y * f->stride[0];
        uint8_t *restrict u = f->data[1] + y * f->stride[1];
        uint8_t *restrict v = f->data[2] + y * f->stride[2];
        for (int x = 0; x < l->width / 2; x++) {
            luma[2 * x] = from[4 * x];
            u[x] = from[4 * x + 1];
            luma[2 * x + 1] = from[4 * x + 2];
            v[x] = from[4 * x + 3];
        }
    }
}

void bt_v4l2_unpack(struct bauta_frame *f, const struct bt_v4l2_layout *l,
                    const uint8_t *data)
{
    const int w = l->width, h = l->height;
    if (l->fourcc == V4L2_PIX_FMT_YUYV) {
        unpack_yuyv(f, l, data);
        return;
    }
    copy_rows(f->data[0], f->stride[0], data, l->stride, w, h);
    data += (ptrdiff_t)l->stride * h;
    if (l->fourcc == V4L2_PIX_FMT_NV12) {
        copy_rows(f->data[1], f->stride[1], data, l->stride, w, h / 2);
        return;
    }
    const int stride = l->stride / 2;
    copy_rows(f->data[1], f->stride[1], data, stride, w / 2, h / 2);
    copy_rows(f->data[2], f->stride[2], data + (ptrdiff_t)stride * (h / 2), stride, w / 2,
              h / 2);
}

// Where chroma lies in a frame, planar or interleaved.
struct chroma {
    const uint8_t *u, *v;
    ptrdiff_t stride;
    int step;
};

static struct chroma chroma_of(const struct bauta_frame *f, int row)
{
    const uint8_t *u = f->data[1] + row * f->stride[1];
    if (f->format == BAUTA_PIXEL_NV12)
        return (struct chroma){u, u + 1, f->stride[1], 2};
    return (struct chroma){u, f->data[2] + row * f->stride[2], f->stride[1], 1};
}

static void pack_yuyv(uint8_t *data, const struct bt_v4l2_layout *l,
                      const struct bauta_frame *f)
{
    const int shift = f->format == BAUTA_PIXEL_YUV422P ? 0 : 1;
    for (int y = 0; y < l->height; y++) {
        uint8_t *restrict to = data + (ptrdiff_t)y * l->stride;
        const uint8_t *restrict luma = f->data[0] + y * f->stride[0];
        const struct chroma c = chroma_of(f, y >> shift);
        for (int x = 0; x < l->width / 2; x++) {
            to[4 * x] = luma[2 * x];
            to[4 * x + 1] = c.u[x * c.step];
            to[4 * x + 2] = luma[2 * x + 1];
            to[4 * x + 3] = c.v[x * c.step];
        }
    }
}

static void pack_yu12(uint8_t *data, const struct bt_v4l2_layout *l,
                      const struct bauta_frame *f)
{
    const int w = l->width, h = l->height, stride = l->stride / 2;
    const bool halve = f->format == BAUTA_PIXEL_YUV422P;
    copy_rows(data, l->stride, f->data[0], f->stride[0], w, h);
    uint8_t *u = data + (ptrdiff_t)l->stride * h;
    uint8_t *v = u + (ptrdiff_t)stride * (h / 2);
    for (int y = 0; y < h / 2; y++, u += stride, v += stride) {
        const struct chroma a = chroma_of(f, halve ? 2 * y : y);
        const struct chroma b = halve ? chroma_of(f, 2 * y + 1) : a;
        for (int x = 0; x < w / 2; x++) {
            u[x] = (uint8_t)((a.u[x * a.step] + b.u[x * b.step] + 1) >> 1);
            v[x] = (uint8_t)((a.v[x * a.step] + b.v[x * b.step] + 1) >> 1);
        }
    }
}

void bt_v4l2_pack(uint8_t *data, const struct bt_v4l2_layout *l,
                  const struct bauta_frame *f)
{
    if (l->fourcc == V4L2_PIX_FMT_YUYV)
        pack_yuyv(data, l, f);
    else
        pack_yu12(data, l, f);
}
