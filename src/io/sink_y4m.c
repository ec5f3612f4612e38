// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "io/av/av.h"
#include "io/av/tracks.h"
#include "io/sources.h"

struct y4m {
    FILE *file;
    struct bt_pool *pool;     // for frames that are converted
    struct bt_convert convert;
    struct bt_format format;  // of what is written
};

static int fail_errno(const struct bt_sink *s)
{
    const int error = errno ? errno : EIO;
    bt_error("%s: cannot be written: %s", s->name, strerror(error));
    return bt_file_error(error);
}

static const char *kind_of(const struct bt_format *format)
{
    switch (format->pixel) {
    case BAUTA_PIXEL_YUV420P:
        return format->colour.chroma_location == 1   ? "420mpeg2"
               : format->colour.chroma_location == 3 ? "420paldv" : "420jpeg";
    case BAUTA_PIXEL_YUV422P: return "422";
    case BAUTA_PIXEL_GRAY8: return "mono";
    default: return "444";
    }
}

static char fields_of(const struct bt_sink *s)
{
    const enum AVFieldOrder order =
        s->tracks ? bt_tracks_picture(s->tracks)->field_order : AV_FIELD_PROGRESSIVE;
    if (order == AV_FIELD_TT || order == AV_FIELD_TB)
        return 't';
    return order == AV_FIELD_BB || order == AV_FIELD_BT ? 'b' : 'p';
}

// What of ours the file can hold: planes of Y, U and V.
static enum bauta_pixel_format pixel_for(enum bauta_pixel_format pixel)
{
    const struct bt_pixel_format *f = bt_pixel_format(pixel);
    if (pixel == BAUTA_PIXEL_NV12)
        return BAUTA_PIXEL_YUV420P;
    return f->rgb ? BAUTA_PIXEL_YUV444P : pixel;
}

static int choose_format(struct bt_sink *s, struct y4m *y)
{
    const struct bt_format *format = &s->format;
    y->format = *format;
    y->format.pixel = pixel_for(format->pixel);
    if (y->format.pixel == format->pixel)
        return 0;
    const bool rgb = bt_pixel_format(format->pixel)->rgb;
    if (rgb) {
        y->format.colour.matrix = format->height >= 720 ? 1 : 6;
        y->format.colour.full_range = 0;
    }
    bt_info("%s: %s is converted to %s", s->name, bt_pixel_format(format->pixel)->name,
            bt_pixel_format(y->format.pixel)->name);
    y->pool = bt_pool_create(&y->format);
    return y->pool ? 0 : BAUTA_E_NO_MEMORY;
}

static int write_header(struct bt_sink *s, struct y4m *y)
{
    const struct bt_format *format = &y->format;
    struct bauta_rational rate = format->frame_rate;
    if (rate.num < 1 || rate.den < 1) {
        rate = (struct bauta_rational){BT_PICTURE_RATE, 1};
        bt_warn("%s: y4m keeps no times of single pictures; %d a second are written",
                s->name, BT_PICTURE_RATE);
    }
    if (format->rotation)
        bt_warn("%s: y4m cannot say that its pictures are to be turned by %d degrees",
                s->name, format->rotation);
    const struct bauta_rational aspect = format->sample_aspect;
    const int n =
        fprintf(y->file, "YUV4MPEG2 W%d H%d F%d:%d I%c A%d:%d C%s XCOLORRANGE=%s\n",
                format->width, format->height, rate.num, rate.den, fields_of(s),
                aspect.num > 0 ? aspect.num : 0, aspect.num > 0 ? aspect.den : 0,
                kind_of(format), format->colour.full_range ? "FULL" : "LIMITED");
    return n < 0 ? fail_errno(s) : 0;
}

static int y4m_open(struct bt_sink *s, const char *url)
{
    struct y4m *y = s->priv;
    const bool standard = !strcmp(url, "-");
    int result = standard ? 0 : bt_sink_output(s, url);
    if (result < 0)
        return result;
    y->file = standard ? stdout : fopen(s->output.temp, "wbe");
    if (!y->file)
        return fail_errno(s);
    if (s->tracks && bt_tracks_count(s->tracks))
        bt_warn("%s: y4m holds pictures only; sound and subtitles are left out", s->name);
    result = choose_format(s, y);
    return result < 0 ? result : write_header(s, y);
}

static int write_planes(struct bt_sink *s, FILE *file, const struct bauta_frame *frame)
{
    const struct bt_pixel_format *f = bt_pixel_format(frame->format);
    errno = 0;
    if (fputs("FRAME\n", file) == EOF)
        return fail_errno(s);
    for (int i = 0; i < f->planes; i++) {
        int w = 0, h = 0;
        bt_plane_size(frame->format, frame->width, frame->height, i, &w, &h);
        const uint8_t *row = frame->data[i];
        for (int j = 0; j < h; j++, row += frame->stride[i]) {
            if (fwrite(row, 1, (size_t)w, file) != (size_t)w)
                return fail_errno(s);
        }
    }
    return 0;
}

static int y4m_write(struct bt_sink *s, struct bt_marked m)
{
    struct y4m *y = s->priv;
    struct bauta_frame *frame = m.frame;
    int result = 0;
    if (y->pool) {
        struct bauta_frame *other = bt_pool_get(y->pool);
        result = BAUTA_E_NO_MEMORY;
        if (other) {
            other->colour = y->format.colour;
            const struct bt_image from = bt_image_of(frame), to = bt_image_of(other);
            result = bt_convert_run(&y->convert, &from, &to);
        }
        bauta_frame_unref(&frame);
        frame = other;
    }
    if (result >= 0)
        result = write_planes(s, y->file, frame);
    else
        bt_error("%s: a frame cannot be converted: %s", s->name, bauta_strerror(result));
    bauta_frame_unref(&frame);
    return result;
}

static int y4m_finish(struct bt_sink *s)
{
    struct y4m *y = s->priv;
    errno = 0;
    const int closed = y->file == stdout ? fflush(y->file) : fclose(y->file);
    y->file = NULL;
    return closed ? fail_errno(s) : 0;
}

static void y4m_close(struct bt_sink *s)
{
    struct y4m *y = s->priv;
    if (y->file && y->file != stdout)
        fclose(y->file);
    bt_convert_finish(&y->convert);
    bt_pool_destroy(&y->pool);
}

const struct bt_sink_impl bt_sink_y4m = {
    .name = "y4m",
    .desc = "YUV4MPEG2, '-' is standard output",
    .priv_size = sizeof(struct y4m),
    .film = true,
    .open = y4m_open,
    .write = y4m_write,
    .finish = y4m_finish,
    .close = y4m_close,
};
