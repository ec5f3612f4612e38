// SPDX-License-Identifier: Apache-2.0
#include "io/picture.h"

#include <string.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/log.h"
#include "io/av/av.h"
#include "io/sources.h"

static void fill_black(struct bauta_frame *frame)
{
    const struct bt_pixel_format *f = bt_pixel_format(frame->format);
    const uint8_t luma = frame->colour.full_range ? 0 : 16;
    for (int i = 0; i < f->planes; i++) {
        int w = 0, h = 0;
        bt_plane_size(frame->format, frame->width, frame->height, i, &w, &h);
        const int value = f->rgb ? 0 : i ? 128 : luma;
        for (int y = 0; y < h; y++)
            memset(frame->data[i] + y * frame->stride[i], value, (size_t)w * f->step[i]);
    }
}

// The part of a picture of width x height that shows another as large as it goes.
static struct bt_rect inside(int from_width, int from_height, int width, int height)
{
    int w = width, h = (int)((int64_t)from_height * width / from_width);
    if (h > height) {
        h = height;
        w = (int)((int64_t)from_width * height / from_height);
    }
    // Edges on whole chroma samples.
    w = w < 2 ? 1 : w == width ? w : w & ~1;
    h = h < 2 ? 1 : h == height ? h : h & ~1;
    const int x = (width - w) / 2 & ~1, y = (height - h) / 2 & ~1;
    return (struct bt_rect){x, y, x + w, y + h};
}

int bt_picture_fit(const struct bauta_frame *from, const struct bt_format *like,
                   struct bauta_frame *to)
{
    const struct bt_pixel_format *f = bt_pixel_format(to->format);
    to->colour = like->colour;
    struct bt_rect r = {0, 0, to->width, to->height};
    if (from->width != to->width || from->height != to->height) {
        r = inside(from->width, from->height, to->width, to->height);
        fill_black(to);
    }
    const struct bt_image source = bt_image_of(from);
    struct bt_image part = bt_image_of(to);
    part.width = r.x1 - r.x0;
    part.height = r.y1 - r.y0;
    for (int i = 0; i < f->planes; i++) {
        const int x = i ? r.x0 >> f->chroma_x : r.x0, y = i ? r.y0 >> f->chroma_y : r.y0;
        part.data[i] += y * to->stride[i] + x * f->step[i];
    }
    struct bt_convert convert = {0};
    const int result = bt_convert_run(&convert, &source, &part);
    bt_convert_finish(&convert);
    return result;
}

static int check_head(const char *path, const struct bt_picture_head *head, size_t size)
{
    if (!size) {
        bt_error("%s: is empty", path);
        return BAUTA_E_FORMAT;
    }
    if ((int64_t)head->width * head->height > BT_PICTURE_PIXELS ||
        head->width > BT_PICTURE_SIDE || head->height > BT_PICTURE_SIDE) {
        bt_error("%s: %dx%d is larger than %d megapixels or %d pixels on a side", path,
                 head->width, head->height, BT_PICTURE_PIXELS >> 20, BT_PICTURE_SIDE);
        return BAUTA_E_TOO_LARGE;
    }
    return 0;
}

// Decodes into pixel format want, or the nearest for BAUTA_PIXEL_NONE, upright.
static int load(const char *path, enum bauta_pixel_format want, struct bauta_frame **out)
{
    uint8_t *data = NULL;
    size_t size = 0;
    AVFrame *decoded = NULL;
    struct bauta_frame *frame = NULL;
    struct bt_convert convert = {0};
    int result = bt_file_read(path, BT_PICTURE_BYTES, &data, &size);
    if (result < 0)
        return result;
    const struct bt_picture_head head = bt_picture_head(data, size);
    result = check_head(path, &head, size);
    if (result >= 0)
        result = bt_still_decode(data, size, path, &decoded);
    if (result < 0)
        goto fail;

    bool same = true;
    const enum bauta_pixel_format nearest = bt_av_nearest(decoded->format, &same);
    const enum bauta_pixel_format pixel = want ? want : nearest;
    if (!nearest) {
        bt_error("%s: its pixel format %s cannot be converted", path,
                 av_get_pix_fmt_name(decoded->format));
        result = BAUTA_E_UNSUPPORTED;
        goto fail;
    }
    if (!same && !want)
        bt_info("%s: %s is converted to %s", path, av_get_pix_fmt_name(decoded->format),
                bt_pixel_format(pixel)->name);
    frame = bauta_frame_new(pixel, decoded->width, decoded->height);
    if (!frame) {
        bt_error("%s: out of memory for %dx%d", path, decoded->width, decoded->height);
        result = BAUTA_E_NO_MEMORY;
        goto fail;
    }
    frame->colour = bt_av_colour(decoded);
    if (bt_pixel_format(pixel)->rgb)
        frame->colour = (struct bauta_colour){frame->colour.primaries,
                                              frame->colour.transfer, 0, 1, 0};
    const struct bt_image from = bt_image_of_av(decoded), to = bt_image_of(frame);
    result = bt_convert_run(&convert, &from, &to);
    if (result < 0)
        goto fail;
    const AVRational aspect = decoded->sample_aspect_ratio;
    if (aspect.num > 0 && aspect.den > 0)
        frame->sample_aspect = (struct bauta_rational){aspect.num, aspect.den};
    result = bt_orient_frame(&frame, head.orientation);
    if (result < 0)
        goto fail;
    frame->pts = 0;
    frame->duration = 1;
    frame->time_base = (struct bauta_rational){1, BT_PICTURE_RATE};
    *out = frame;
    frame = NULL;

fail:
    bauta_frame_unref(&frame);
    bt_convert_finish(&convert);
    av_frame_free(&decoded);
    bt_free(data);
    return result;
}

int bt_picture_load(const char *path, struct bauta_frame **out)
{
    return load(path, BAUTA_PIXEL_NONE, out);
}

int bt_picture_read(const char *path, struct bauta_frame **out)
{
    struct bauta_frame *frame = NULL;
    const int result = load(path, BAUTA_PIXEL_RGB24, &frame);
    if (result < 0)
        return result;
    if (frame->width < BT_PICTURE_SMALLEST || frame->height < BT_PICTURE_SMALLEST) {
        bt_error("%s: %dx%d is too small, %dx%d is the least", path, frame->width,
                 frame->height, BT_PICTURE_SMALLEST, BT_PICTURE_SMALLEST);
        bauta_frame_unref(&frame);
        return BAUTA_E_TOO_SMALL;
    }
    *out = frame;
    return 0;
}

// A single picture as a stream of one frame -----------------------------------------

struct picture {
    struct bauta_frame *frame;
};

static int picture_open(struct bt_source *s, const char *url)
{
    struct picture *p = s->priv;
    const int result = bt_picture_load(url, &p->frame);
    if (result < 0)
        return result;
    s->format = bt_format_of(p->frame);
    s->format.frame_rate = (struct bauta_rational){BT_PICTURE_RATE, 1};
    s->format.still = true;
    s->frames_total = 1;
    return 0;
}

static int picture_next(struct bt_source *s, struct bauta_frame **frame)
{
    struct picture *p = s->priv;
    if (!p->frame)
        return BAUTA_E_END;
    *frame = p->frame;
    p->frame = NULL;
    return 0;
}

static void picture_close(struct bt_source *s)
{
    struct picture *p = s->priv;
    bauta_frame_unref(&p->frame);
}

const struct bt_source_impl bt_source_picture = {
    .name = "picture",
    .desc = "one picture",
    .priv_size = sizeof(struct picture),
    .open = picture_open,
    .read = picture_next,
    .close = picture_close,
};
