// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include <libavutil/opt.h>

#include "base/log.h"
#include "io/av/av.h"
#include "io/picture.h"
#include "io/sources.h"

enum kind { JPEG, PNG, WEBP };

static enum kind kind_of(const char *path)
{
    const char *dot = strrchr(path, '.');
    if (dot && !strcasecmp(dot, ".png"))
        return PNG;
    return dot && !strcasecmp(dot, ".webp") ? WEBP : JPEG;
}

// What the encoder of a kind takes for one of our formats.
static enum AVPixelFormat pixel_for(enum kind kind, enum bauta_pixel_format pixel)
{
    const bool alpha = pixel == BAUTA_PIXEL_RGBA || pixel == BAUTA_PIXEL_BGRA;
    if (kind == PNG)
        return alpha ? AV_PIX_FMT_RGBA
               : pixel == BAUTA_PIXEL_GRAY8 ? AV_PIX_FMT_GRAY8 : AV_PIX_FMT_RGB24;
    if (kind == WEBP)
        return alpha ? AV_PIX_FMT_BGRA : AV_PIX_FMT_YUV420P;
    switch (pixel) {
    case BAUTA_PIXEL_YUV420P:
    case BAUTA_PIXEL_NV12:
    case BAUTA_PIXEL_GRAY8: return AV_PIX_FMT_YUVJ420P;
    case BAUTA_PIXEL_YUV422P: return AV_PIX_FMT_YUVJ422P;
    default: return AV_PIX_FMT_YUVJ444P;
    }
}

// JPEG and WebP know one matrix only, that of BT.601.
static bool is_601(const struct bauta_frame *frame)
{
    const int matrix = frame->colour.matrix;
    return matrix == AVCOL_SPC_SMPTE170M || matrix == AVCOL_SPC_BT470BG ||
           (matrix == AVCOL_SPC_UNSPECIFIED && frame->height < 720);
}

// The frame itself, another reference, or its pixels as RGB where the matrix must change.
static struct bauta_frame *by_rgb(enum kind kind, struct bauta_frame *frame)
{
    const struct bt_pixel_format *f = bt_pixel_format(frame->format);
    if (kind == PNG || f->rgb || f->planes == 1 || is_601(frame))
        return bauta_frame_ref(frame);
    struct bt_format format = bt_format_of(frame);
    format.pixel = BAUTA_PIXEL_RGB24;
    format.colour.matrix = AVCOL_SPC_RGB;
    format.colour.full_range = 1;
    struct bauta_frame *rgb = bauta_frame_new(format.pixel, format.width, format.height);
    if (!rgb)
        return NULL;
    bt_frame_copy_props(rgb, frame);
    if (bt_picture_fit(frame, &format, rgb) < 0)
        bauta_frame_unref(&rgb);
    return rgb;
}

static AVFrame *convert(enum kind kind, struct bauta_frame *frame)
{
    AVFrame *out = av_frame_alloc();
    struct bauta_frame *source = by_rgb(kind, frame);
    struct bt_convert convert = {0};
    bool good = out && source;
    if (good) {
        out->format = pixel_for(kind, frame->format);
        out->width = frame->width;
        out->height = frame->height;
        good = av_frame_get_buffer(out, 0) >= 0;
    }
    if (good) {
        bt_av_props(out, source);
        const bool rgb = av_pix_fmt_desc_get(out->format)->flags & AV_PIX_FMT_FLAG_RGB;
        const bool gray = out->format == AV_PIX_FMT_GRAY8;
        out->colorspace = rgb ? AVCOL_SPC_RGB : AVCOL_SPC_SMPTE170M;
        out->color_range =
            kind == WEBP && !rgb && !gray ? AVCOL_RANGE_MPEG : AVCOL_RANGE_JPEG;
        out->chroma_location = AVCHROMA_LOC_CENTER;
        const struct bt_image from = bt_image_of(source), to = bt_image_of_av(out);
        good = bt_convert_run(&convert, &from, &to) >= 0;
    }
    bt_convert_finish(&convert);
    bauta_frame_unref(&source);
    if (!good)
        av_frame_free(&out);
    return out;
}

static AVCodecContext *open_encoder(enum kind kind, const AVFrame *frame, float quality)
{
    static const char *const names[] = {
        [JPEG] = "mjpeg", [PNG] = "png", [WEBP] = "libwebp"};
    const AVCodec *codec = avcodec_find_encoder_by_name(names[kind]);
    AVCodecContext *enc = codec ? avcodec_alloc_context3(codec) : NULL;
    if (!enc)
        return NULL;
    enc->width = frame->width;
    enc->height = frame->height;
    enc->pix_fmt = frame->format;
    enc->time_base = (AVRational){1, BT_PICTURE_RATE};
    enc->color_range = frame->color_range;
    enc->colorspace = frame->colorspace;
    enc->sample_aspect_ratio = frame->sample_aspect_ratio;
    enc->thread_count = 1;
    if (kind == JPEG) {
        // 100 is quantiser 1, 0 is 31, and 2 without a wish.
        const double q = quality < 0 ? 2 : 31 - 0.3 * (double)quality;
        enc->flags |= AV_CODEC_FLAG_QSCALE;
        enc->global_quality = (int)(FF_QP2LAMBDA * q + 0.5);
        enc->qmin = 1;
    } else if (kind == WEBP) {
        // Below that nothing of the watermark is left.
        av_opt_set_double(enc->priv_data, "quality",
                          quality < 0 ? 90 : quality < 50 ? 50 : (double)quality, 0);
    }
    if (avcodec_open2(enc, codec, NULL) < 0)
        avcodec_free_context(&enc);
    return enc;
}

static int write_bytes(const char *path, const char *name, const uint8_t *data,
                       size_t size)
{
    FILE *file = fopen(path, "wbe");
    if (!file) {
        const int error = errno;
        bt_error("%s: cannot be written: %s", name, strerror(error));
        return bt_file_error(error);
    }
    errno = 0;
    const bool good = fwrite(data, 1, size, file) == size;
    const int error = errno;
    if (!fclose(file) && good)
        return 0;
    const int number = good ? errno : error;
    bt_error("%s: cannot be written: %s", name, strerror(number));
    return bt_file_error(number ? number : EIO);
}

int bt_picture_write(const char *path, const char *name, const struct bauta_frame *frame,
                     float quality)
{
    const enum kind kind = kind_of(path);
    int result = BAUTA_E_NO_MEMORY;
    AVCodecContext *enc = NULL;
    AVPacket *packet = av_packet_alloc();
    AVFrame *picture = NULL;
    struct bauta_frame *upright = bauta_frame_ref((struct bauta_frame *)(uintptr_t)frame);
    bt_av_init();
    if (bt_orient_frame(&upright, bt_orient_turn(frame->rotation)) < 0 || !packet)
        goto fail;
    picture = convert(kind, upright);
    if (!picture)
        goto fail;
    bt_av_forget();
    result = BAUTA_E_UNSUPPORTED;
    enc = open_encoder(kind, picture, quality);
    if (!enc)
        goto fail;
    picture->quality = enc->global_quality;
    picture->pts = 0;
    result = BAUTA_E_FAILED;
    if (avcodec_send_frame(enc, picture) < 0 || avcodec_send_frame(enc, NULL) < 0 ||
        avcodec_receive_packet(enc, packet) < 0)
        goto fail;
    result = write_bytes(path, name, packet->data, (size_t)packet->size);
    goto done;

fail:
    bt_error("%s: a picture of %dx%d cannot be encoded: %s", name, frame->width,
             frame->height, *bt_av_said() ? bt_av_said() : bauta_strerror(result));
done:
    bauta_frame_unref(&upright);
    avcodec_free_context(&enc);
    av_frame_free(&picture);
    av_packet_free(&packet);
    return result;
}

// The sink of one picture -----------------------------------------------------------

struct picture {
    int written;
};

static int picture_open(struct bt_sink *s, const char *url)
{
    if (!bt_picture_ending(url)) {
        bt_error("%s: a picture's name ends in .jpg, .png or .webp", s->name);
        return BAUTA_E_USAGE;
    }
    if (s->origin && s->origin->frames_total > 1) {
        bt_error("%s: one picture cannot hold the %lld of the input; give a folder (with "
                 "a '/' at its end) or a video",
                 s->name, (long long)s->origin->frames_total);
        return BAUTA_E_USAGE;
    }
    return bt_sink_output(s, url);
}

static int picture_put(struct bt_sink *s, struct bt_marked m)
{
    struct picture *p = s->priv;
    int result = BAUTA_E_USAGE;
    if (p->written++)
        bt_error("%s: one picture cannot hold a second frame; give a folder (with a '/' "
                 "at its end) or a video",
                 s->name);
    else
        result = bt_picture_write(s->output.temp, s->name, m.frame,
                                  bt_quality(s->options));
    bauta_frame_unref(&m.frame);
    return result;
}

static int picture_finish(struct bt_sink *s)
{
    struct picture *p = s->priv;
    if (p->written)
        return 0;
    bt_error("%s: no picture came", s->name);
    return BAUTA_E_FAILED;
}

static void picture_close(struct bt_sink *s)
{
    (void)s;
}

const struct bt_sink_impl bt_sink_picture = {
    .name = "picture",
    .desc = "one picture: .jpg, .png or .webp",
    .priv_size = sizeof(struct picture),
    .single = true,
    .pictures = true,
    .open = picture_open,
    .write = picture_put,
    .finish = picture_finish,
    .close = picture_close,
};
