// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include <linux/videodev2.h>

#include "io/pipewire/stream.h"

static int round4(int n)
{
    return (n + 3) & ~3;
}

static bool is_yuyv(const struct bt_pipewire_layout *l)
{
    return l->row->spa == SPA_VIDEO_FORMAT_YUY2;
}

void bt_pipewire_lay_out(struct bt_pipewire_layout *l,
                         const struct bt_pipewire_format *row, int width, int height)
{
    *l = (struct bt_pipewire_layout){.row = row, .width = width, .height = height};
    if (is_yuyv(l)) {
        l->planes = 1;
        l->bytes[0] = 4 * ((width + 1) / 2);
        l->rows[0] = height;
    } else if (row->pixel != BAUTA_PIXEL_NONE) {
        const struct bt_pixel_format *p = bt_pixel_format(row->pixel);
        for (int i = 0; i < p->planes; i++) {
            bt_plane_size(row->pixel, width, height, i, &l->bytes[i], &l->rows[i]);
            l->bytes[i] *= p->step[i];
        }
        l->planes = p->planes;
    }
}

int bt_pipewire_stride(const struct bt_pipewire_layout *l, int plane)
{
    return round4(l->bytes[plane]);
}

static int padded_rows(const struct bt_pipewire_layout *l, int plane)
{
    const bool halved = !plane && l->planes > 1 && l->rows[1] < l->rows[0];
    return halved ? 2 * l->rows[1] : l->rows[plane];
}

size_t bt_pipewire_bytes(const struct bt_pipewire_layout *l)
{
    size_t size = 0;
    for (int i = 0; i < l->planes; i++)
        size += (size_t)bt_pipewire_stride(l, i) * (size_t)padded_rows(l, i);
    return size;
}

void bt_pipewire_pack(uint8_t *to, const struct bt_pipewire_layout *l,
                      const struct bauta_frame *frame)
{
    if (is_yuyv(l)) {
        const struct bt_v4l2_layout layout = {V4L2_PIX_FMT_YUYV, l->width, l->height,
                                              bt_pipewire_stride(l, 0)};
        bt_v4l2_pack(to, &layout, frame);
        return;
    }
    for (int i = 0; i < l->planes; i++) {
        const int stride = bt_pipewire_stride(l, i);
        for (int y = 0; y < l->rows[i]; y++)
            memcpy(to + (ptrdiff_t)y * stride, frame->data[i] + y * frame->stride[i],
                   (size_t)l->bytes[i]);
        to += (ptrdiff_t)stride * padded_rows(l, i);
    }
}

const uint8_t *bt_pipewire_block(const struct spa_buffer *b, uint32_t i, size_t *size,
                                 int *stride)
{
    if (i >= b->n_datas)
        return NULL;
    const struct spa_data *d = &b->datas[i];
    const volatile struct spa_chunk *chunk = d->chunk;
    const bool memory = d->type == SPA_DATA_MemPtr || d->type == SPA_DATA_MemFd;
    if (!memory || !d->data || !chunk || (chunk->flags & SPA_CHUNK_FLAG_CORRUPTED))
        return NULL;
    const uint32_t offset = chunk->offset, used = chunk->size;
    if (offset >= d->maxsize)
        return NULL;
    *size = used < d->maxsize - offset ? used : d->maxsize - offset;
    *stride = chunk->stride;
    return (const uint8_t *)d->data + offset;
}

// The row length of chroma in the one block that holds all planes: GStreamer rounds
// each plane's up, others halve that of luma.
static int chroma_stride(const struct bt_pipewire_layout *l, int luma, size_t left)
{
    if (l->planes == 2)
        return luma;
    const int own = bt_pipewire_stride(l, 1);
    const bool fits = (size_t)own * (size_t)(l->rows[1] + l->rows[2]) <= left;
    return luma == bt_pipewire_stride(l, 0) && fits ? own : luma / 2;
}

struct view {
    const uint8_t *data[3];
    int stride[3];
};

static bool view_of(const struct bt_pipewire_layout *l, const struct spa_buffer *b,
                    struct view *v)
{
    size_t size = 0;
    int stride = 0;
    const uint8_t *at = bt_pipewire_block(b, 0, &size, &stride);
    const bool one = b->n_datas < (uint32_t)l->planes;
    for (int i = 0; i < l->planes; i++) {
        if (!one && i)
            at = bt_pipewire_block(b, (uint32_t)i, &size, &stride);
        else if (i)
            stride = i == 1 ? chroma_stride(l, v->stride[0], size) : v->stride[1];
        stride = stride ? stride : bt_pipewire_stride(l, i);
        if (!at || stride < l->bytes[i] || stride > 1 << 20 ||
            (size_t)stride * (size_t)(l->rows[i] - 1) + (size_t)l->bytes[i] > size)
            return false;
        v->data[i] = at;
        v->stride[i] = stride;
        const size_t whole = (size_t)stride * (size_t)l->rows[i];
        const size_t step = !one ? 0 : whole < size ? whole : size;
        at += step;
        size -= step;
    }
    return true;
}

static void make_opaque(struct bauta_frame *frame)
{
    for (int y = 0; y < frame->height; y++) {
        uint8_t *row = frame->data[0] + y * frame->stride[0];
        for (int x = 0; x < frame->width; x++)
            row[4 * x + 3] = 255;
    }
}

int bt_pipewire_unpack(struct bauta_frame *frame, const struct bt_pipewire_layout *l,
                       const struct spa_buffer *b)
{
    struct view v;
    if (!view_of(l, b, &v))
        return BAUTA_E_FORMAT;
    if (is_yuyv(l)) {
        const struct bt_v4l2_layout layout = {V4L2_PIX_FMT_YUYV, l->width, l->height,
                                              v.stride[0]};
        bt_v4l2_unpack(frame, &layout, v.data[0]);
        return 0;
    }
    for (int i = 0; i < l->planes; i++) {
        for (int y = 0; y < l->rows[i]; y++)
            memcpy(frame->data[i] + y * frame->stride[i],
                   v.data[i] + (ptrdiff_t)y * v.stride[i], (size_t)l->bytes[i]);
    }
    if (bt_pixel_format(frame->format)->step[0] == 4)
        make_opaque(frame);
    return 0;
}
