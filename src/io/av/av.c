// SPDX-License-Identifier: Apache-2.0
#include "io/av/av.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/log.h"
#include "base/thread.h"

enum { LINE = 512 };

static _Thread_local char said[LINE];
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void take_line(void *object, int level, const char *format, va_list args)
{
    if (level > AV_LOG_INFO)
        return;
    char line[LINE];
    int prefix = 1;
    av_log_format_line2(object, level, format, args, line, sizeof(line), &prefix);
    size_t length = strlen(line);
    while (length && (line[length - 1] == '\n' || line[length - 1] == ' '))
        line[--length] = 0;
    if (!length)
        return;
    bt_debug("libav: %s", line);
    if (level <= AV_LOG_ERROR)
        memcpy(said, line, length + 1);
}

static void init(void)
{
    av_log_set_callback(take_line);
}

void bt_av_init(void)
{
    pthread_once(&once, init);
}

const char *bt_av_said(void)
{
    return said;
}

void bt_av_forget(void)
{
    said[0] = 0;
}

int bt_av_error(int error)
{
    switch (error) {
    case AVERROR_EOF:
    case AVERROR_INVALIDDATA:
    case AVERROR_STREAM_NOT_FOUND:
    case AVERROR(EINVAL):
        return BAUTA_E_FORMAT;
    case AVERROR_DECODER_NOT_FOUND:
    case AVERROR_ENCODER_NOT_FOUND:
    case AVERROR_DEMUXER_NOT_FOUND:
    case AVERROR_MUXER_NOT_FOUND:
    case AVERROR_PATCHWELCOME:
    case AVERROR(ENOSYS):
        return BAUTA_E_UNSUPPORTED;
    default:
        break;
    }
    const int number = AVUNERROR(error);
    return number > 0 && number < 4096 ? bt_file_error(number) : BAUTA_E_FAILED;
}

int bt_av_refuse(AVFormatContext *format, AVIOContext **io, const char *url, int flags,
                 AVDictionary **options)
{
    (void)format, (void)io, (void)flags, (void)options;
    bt_debug("a media file wants to open '%s': refused", url ? url : "");
    return AVERROR(EPERM);
}

int bt_av_open_file(AVIOContext **io, const char *path, int flags)
{
    const size_t size = strlen(path) + sizeof("file:");
    char *url = bt_alloc(size);
    AVDictionary *options = NULL;
    int result = AVERROR(ENOMEM);
    if (!url || av_dict_set(&options, "protocol_whitelist", "file", 0) < 0)
        goto done;
    snprintf(url, size, "file:%s", path);
    result = avio_open2(io, url, flags, NULL, &options);

done:
    av_dict_free(&options);
    bt_free(url);
    return result;
}

static const enum AVPixelFormat pixels[BAUTA_PIXEL_COUNT] = {
    [BAUTA_PIXEL_NONE] = AV_PIX_FMT_NONE,
    [BAUTA_PIXEL_YUV420P] = AV_PIX_FMT_YUV420P,
    [BAUTA_PIXEL_YUV422P] = AV_PIX_FMT_YUV422P,
    [BAUTA_PIXEL_YUV444P] = AV_PIX_FMT_YUV444P,
    [BAUTA_PIXEL_NV12] = AV_PIX_FMT_NV12,
    [BAUTA_PIXEL_RGB24] = AV_PIX_FMT_RGB24,
    [BAUTA_PIXEL_BGR24] = AV_PIX_FMT_BGR24,
    [BAUTA_PIXEL_RGBA] = AV_PIX_FMT_RGBA,
    [BAUTA_PIXEL_BGRA] = AV_PIX_FMT_BGRA,
    [BAUTA_PIXEL_GRAY8] = AV_PIX_FMT_GRAY8,
};

enum AVPixelFormat bt_av_pixel(enum bauta_pixel_format format)
{
    return (unsigned)format < BAUTA_PIXEL_COUNT ? pixels[format] : AV_PIX_FMT_NONE;
}

// The formats that say "full range" by their name, as what they are otherwise.
static enum AVPixelFormat plain(enum AVPixelFormat format)
{
    switch (format) {
    case AV_PIX_FMT_YUVJ420P: return AV_PIX_FMT_YUV420P;
    case AV_PIX_FMT_YUVJ422P: return AV_PIX_FMT_YUV422P;
    case AV_PIX_FMT_YUVJ444P: return AV_PIX_FMT_YUV444P;
    case AV_PIX_FMT_YUVJ440P: return AV_PIX_FMT_YUV440P;
    case AV_PIX_FMT_YUVJ411P: return AV_PIX_FMT_YUV411P;
    default: return format;
    }
}

enum bauta_pixel_format bt_av_nearest(enum AVPixelFormat format, bool *same)
{
    const enum AVPixelFormat base = plain(format);
    *same = true;
    for (int i = 1; i < BAUTA_PIXEL_COUNT; i++) {
        if (pixels[i] == base)
            return (enum bauta_pixel_format)i;
    }
    *same = false;
    const AVPixFmtDescriptor *d = av_pix_fmt_desc_get(base);
    const uint64_t bad = AV_PIX_FMT_FLAG_HWACCEL | AV_PIX_FMT_FLAG_BAYER;
    if (!d || (d->flags & bad) || !sws_isSupportedInput(base))
        return BAUTA_PIXEL_NONE;
    const bool alpha = d->flags & AV_PIX_FMT_FLAG_ALPHA;
    const bool rgb = d->flags & (AV_PIX_FMT_FLAG_RGB | AV_PIX_FMT_FLAG_PAL);
    if (rgb || d->nb_components == 2)
        return alpha ? BAUTA_PIXEL_RGBA : BAUTA_PIXEL_RGB24;
    if (d->nb_components == 1)
        return BAUTA_PIXEL_GRAY8;
    if (d->log2_chroma_w && d->log2_chroma_h)
        return BAUTA_PIXEL_YUV420P;
    return d->log2_chroma_w ? BAUTA_PIXEL_YUV422P : BAUTA_PIXEL_YUV444P;
}

static bool is_gray(enum AVPixelFormat format)
{
    const AVPixFmtDescriptor *d = av_pix_fmt_desc_get(format);
    return d && d->nb_components <= 2 && !(d->flags & AV_PIX_FMT_FLAG_PAL);
}

struct bauta_colour bt_av_colour(const AVFrame *frame)
{
    const AVPixFmtDescriptor *d = av_pix_fmt_desc_get(frame->format);
    const bool rgb = d && (d->flags & (AV_PIX_FMT_FLAG_RGB | AV_PIX_FMT_FLAG_PAL));
    const bool named = plain(frame->format) != (enum AVPixelFormat)frame->format;
    // Grey without a word on its range is full, as libav takes it everywhere.
    const bool full = rgb || named || frame->color_range == AVCOL_RANGE_JPEG ||
                      (frame->color_range == AVCOL_RANGE_UNSPECIFIED &&
                       is_gray(frame->format));
    const int location = frame->chroma_location;
    return (struct bauta_colour){
        .primaries = (uint8_t)frame->color_primaries,
        .transfer = (uint8_t)frame->color_trc,
        .matrix = (uint8_t)(rgb ? AVCOL_SPC_RGB : frame->colorspace),
        .full_range = full,
        .chroma_location = (uint8_t)(location >= 0 && location <= 3 ? location : 0),
    };
}

struct bt_image bt_image_of(const struct bauta_frame *frame)
{
    struct bt_image image = {.format = bt_av_pixel(frame->format),
                             .width = frame->width,
                             .height = frame->height,
                             .colour = frame->colour};
    for (int i = 0; i < 4; i++) {
        image.data[i] = frame->data[i];
        image.stride[i] = (int)frame->stride[i];
    }
    return image;
}

struct bt_image bt_image_of_av(const AVFrame *frame)
{
    struct bt_image image = {.format = plain(frame->format),
                             .width = frame->width,
                             .height = frame->height,
                             .colour = bt_av_colour(frame)};
    for (int i = 0; i < 4; i++) {
        image.data[i] = frame->data[i];
        image.stride[i] = frame->linesize[i];
    }
    return image;
}

static void drop_reference(void *opaque, uint8_t *data)
{
    (void)data;
    struct bauta_frame *frame = opaque;
    bauta_frame_unref(&frame);
}

void bt_av_props(AVFrame *to, const struct bauta_frame *from)
{
    const AVPixFmtDescriptor *d = av_pix_fmt_desc_get(to->format);
    const bool rgb = d && (d->flags & AV_PIX_FMT_FLAG_RGB);
    to->pts = from->pts;
    to->pkt_duration = from->duration;
    to->color_primaries = from->colour.primaries;
    to->color_trc = from->colour.transfer;
    to->colorspace = rgb ? AVCOL_SPC_RGB : from->colour.matrix;
    to->color_range =
        rgb || from->colour.full_range ? AVCOL_RANGE_JPEG : AVCOL_RANGE_MPEG;
    to->chroma_location = from->colour.chroma_location;
    to->sample_aspect_ratio =
        (AVRational){from->sample_aspect.num, from->sample_aspect.den};
    to->interlaced_frame = from->interlaced;
}

int bt_av_wrap(AVFrame *to, struct bauta_frame *frame)
{
    // The buffer is there to hold the reference, nobody uses its size.
    to->buf[0] = av_buffer_create(frame->data[0], 1, drop_reference, frame,
                                  AV_BUFFER_FLAG_READONLY);
    if (!to->buf[0]) {
        bauta_frame_unref(&frame);
        return BAUTA_E_NO_MEMORY;
    }
    to->format = bt_av_pixel(frame->format);
    to->width = frame->width;
    to->height = frame->height;
    for (int i = 0; i < 4; i++) {
        to->data[i] = frame->data[i];
        to->linesize[i] = (int)frame->stride[i];
    }
    bt_av_props(to, frame);
    return 0;
}
